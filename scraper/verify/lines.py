"""The JSONL side of verification: every line against its text, its WARC records and the index."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from scraper import layout, records, warc
from scraper.index import File, Index, Place, keys
from scraper.types import Record, Verdict, WarcRef
from scraper.verify import claims
from scraper.verify.report import Findings, Scope, Wrong, absence
from scraper.verify.rows import SHARED, differing
from scraper.verify.scratch import Scratch


def check_lines(scope: Scope, scratch: Scratch, found: Findings) -> None:
    """Read every JSONL file to its end, or to what was acknowledged of it; WARC files have been read before."""
    names = {path.relative_to(scope.root).as_posix() for path in layout.plain_files(scope.root, layout.LINES)}
    for name in sorted(names):
        found.counts["files"] += 1
        try:
            _check_file(scope, name, scratch, found)
        except OSError as error:
            found.problem(name, Wrong("unreadable", f"cannot be read: {error.strerror}"))
    if scope.snapshot is not None:
        unwritten = {pending.file for pending in scope.snapshot.pending if pending.offset == 0}
        for name in scope.snapshot.files.keys() - names - unwritten:
            if name.startswith("articles/"):
                found.problem(name, Wrong("lost-file", absence(scope.root / name)))


def _check_file(scope: Scope, name: str, scratch: Scratch, found: Findings) -> None:
    path = scope.root / name
    for item in records.scan(path, _good_length(path, name, scope, found)):
        if isinstance(item, records.Damage):
            found.problem(name, Wrong("torn" if item.torn else "damaged", item.reason), offset=item.offset)
            continue
        found.counts["lines"] += 1
        found.read(len(item.raw))
        for wrong in _wrong_with(name, item, scope.index, scratch):
            found.problem(name, wrong, offset=item.offset, record=item.record.id)


def _good_length(path: Path, name: str, scope: Scope, found: Findings) -> int | None:
    """How much of a file was acknowledged and had been written when verification began; None if nobody knows."""
    if scope.index is None or scope.snapshot is None:
        return None
    size = path.stat().st_size  # before the index is asked, which is always ahead of the file
    now = scope.index.file(name) or File(name, 0)
    if size > now.good_length:
        what = f"{size - now.good_length} bytes beyond what was acknowledged"
        found.problem(name, Wrong("extra-bytes", what), offset=now.good_length)
    good = scope.snapshot.files.get(name, File(name, 0)).good_length
    good = min([good, *(pending.offset for pending in scope.snapshot.pending if pending.file == name)])
    if size < good:
        found.problem(name, Wrong("lost-bytes", f"{good - size} acknowledged bytes are gone"), offset=size)
    return good


def _wrong_with(name: str, line: records.Line, index: Index | None, scratch: Scratch) -> Iterator[Wrong]:
    record = line.record
    place = (name, line.offset, len(line.raw))
    if not scratch.put_line(record.id, place):
        yield Wrong("duplicate-line", "another line has this id")
    if record.verdict is not Verdict.ARTICLE:
        yield Wrong("line-verdict", f"the verdict is {record.verdict}, not article")
    try:
        if records.file_name(record) != name:
            yield Wrong("line-day", "it belongs to another day's file")
    except ValueError as error:
        yield Wrong("line-day", str(error))
    if hashlib.sha256(record.text.encode()).hexdigest() != record.text_sha256:
        yield Wrong("text-digest", "the text does not have its sha256")
    yield from _wrong_in_warc(line, scratch)
    if index is not None:
        yield from _wrong_in_index(record, place, index)


def _wrong_in_warc(line: records.Line, scratch: Scratch) -> Iterator[Wrong]:
    record = line.record
    ref = record.warc
    raw = scratch.get(ref.record_id) if ref else None
    if ref is None:
        yield Wrong("line-warc", "it points to no WARC record")
    elif raw is None or raw.type not in ("response", "resource", "revisit"):
        what = f"it points to {ref.record_id}, which is no response, revisit or resource in the WARC"
        yield Wrong("line-warc", what)
    elif WarcRef(raw.file, raw.offset, raw.length, raw.id) != ref:
        what = f"it points to {ref.file} at {ref.offset}, but {raw.id} lies in {raw.file} at {raw.offset}"
        yield Wrong("line-warc", what)
    text = scratch.get(warc.conversion_id(record.id))
    if text is None:
        yield Wrong("text-missing", "it has no conversion record")
    else:
        scratch.claim(text.id)
        if text.digest != f"sha256:{record.text_sha256}" or (ref and text.refers != ref.record_id):
            what = f"its text or its source is not that of the conversion record at {text.offset} of {text.file}"
            yield Wrong("line-text", what)
    ledger = scratch.get(warc.metadata_id(record.id))
    if ledger is None:
        yield Wrong("ledger-missing", "it has no metadata record")
    elif ledger.digest != warc.digest(line.raw):
        what = f"it is not the line whose digest the metadata record at {ledger.offset} of {ledger.file} holds"
        yield Wrong("line-digest", what)
    elif ledger.refers != (ref and ref.record_id) or (ledger.line and ledger.line != claims.digest_of(record)):
        what = f"it is not the line that the metadata record at {ledger.offset} of {ledger.file} tells of"
        yield Wrong("line-ledger", what)


def _wrong_in_index(record: Record, place: tuple[str, int, int], index: Index) -> Iterator[Wrong]:
    row = index.get(record.id)
    if row is None:
        yield Wrong("index-missing", "the index does not know it")
        return
    if row.line != Place(*place):
        yield Wrong("index-place", "the index looks for it in another place")
    of_older = record.family is None  # the index alone knows the family of what an older version wrote
    if other := differing(row, record, tuple(name for name in SHARED if not (of_older and name == "family"))):
        yield Wrong("index-row", f"the index has another {', '.join(other)}")
    for key in keys(record):
        if index.seen(record.source, key) is None:
            yield Wrong("index-seen", f"the index does not count {key} as met")

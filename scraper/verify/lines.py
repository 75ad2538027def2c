"""The JSONL side of verification: every line against its text, its WARC records and the index."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from scraper import records, warc
from scraper.index import NAME, File, Index, Place, Row, Snapshot
from scraper.types import Record, Verdict, WarcRef
from scraper.verify.report import Findings, Scope, absence
from scraper.verify.scratch import Scratch


def check_lines(scope: Scope, scratch: Scratch, found: Findings) -> None:
    """Read every JSONL file to its end, or to what was acknowledged of it; WARC files have been read before."""
    names = {path.relative_to(scope.root).as_posix() for path in scope.root.glob("articles/*/*/*.jsonl")}
    for name in sorted(names):
        found.counts["files"] += 1
        try:
            _check_file(scope, name, scratch, found)
        except OSError as error:
            found.problem(name, f"cannot be read: {error.strerror}")
    if scope.snapshot is not None:
        unwritten = {pending.file for pending in scope.snapshot.pending if pending.offset == 0}
        for name in scope.snapshot.files.keys() - names - unwritten:
            if name.startswith("articles/"):
                found.problem(name, absence(scope.root / name))


def _check_file(scope: Scope, name: str, scratch: Scratch, found: Findings) -> None:
    path = scope.root / name
    for item in records.scan(path, _good_length(path, name, scope, found)):
        if isinstance(item, records.Damage):
            found.problem(name, item.reason, offset=item.offset)
            continue
        found.counts["lines"] += 1
        found.counts["size"] += len(item.raw)
        for what in _wrong_with(name, item, scope.index, scratch):
            found.problem(name, what, offset=item.offset, record=item.record.id)


def check_index(index: Index, snapshot: Snapshot, scratch: Scratch, found: Findings) -> None:
    """Every row of the index has its line, or for a page that is no article its ledger."""
    waiting = {pending.seq for pending in snapshot.pending}
    for row in index.rows():
        if row.seq > snapshot.last_seq:
            break
        found.counts["indexed"] += 1
        if row.seq not in waiting and row.line is not None and scratch.line(row.id) is None:
            found.problem(row.line.file, "the index has a line here", offset=row.line.offset, record=row.id)
        ledger = scratch.get(warc.metadata_id(row.id))
        if ledger is None:
            found.problem(NAME, "the index has a record without a ledger in the WARC", record=row.id)
        elif row.ledger != WarcRef(ledger.file, ledger.offset, ledger.length, ledger.id):
            found.problem(NAME, "the index looks for the ledger in the wrong place", record=row.id)


def _good_length(path: Path, name: str, scope: Scope, found: Findings) -> int | None:
    """How much of a file was acknowledged and had been written when verification began; None if nobody knows."""
    if scope.index is None or scope.snapshot is None:
        return None
    size = path.stat().st_size  # before the index is asked, which is always ahead of the file
    now = scope.index.file(name) or File(name, 0)
    if size > now.good_length:
        found.problem(name, f"{size - now.good_length} bytes beyond what was acknowledged", offset=now.good_length)
    good = scope.snapshot.files.get(name, File(name, 0)).good_length
    good = min([good, *(pending.offset for pending in scope.snapshot.pending if pending.file == name)])
    if size < good:
        found.problem(name, f"{good - size} acknowledged bytes are gone", offset=size)
    return good


def _wrong_with(name: str, line: records.Line, index: Index | None, scratch: Scratch) -> Iterator[str]:
    record = line.record
    place = (name, line.offset, len(line.raw))
    if not scratch.put_line(record.id, place):
        yield "another line has this id"
    if record.verdict is not Verdict.ARTICLE:
        yield f"the verdict is {record.verdict}, not article"
    try:
        if records.file_name(record) != name:
            yield "it belongs to another day's file"
    except ValueError as error:
        yield str(error)
    if hashlib.sha256(record.text.encode()).hexdigest() != record.text_sha256:
        yield "the text does not have its sha256"
    yield from _wrong_in_warc(line, scratch)
    if index is not None:
        yield from _wrong_in_index(record, place, index.get(record.id))


def _wrong_in_warc(line: records.Line, scratch: Scratch) -> Iterator[str]:
    record = line.record
    ref = record.warc
    raw = scratch.get(ref.record_id) if ref else None
    if ref is None:
        yield "it points to no WARC record"
    elif raw is None or raw.type not in ("response", "resource", "revisit"):
        yield f"it points to {ref.record_id}, which is no response, revisit or resource in the WARC"
    elif WarcRef(raw.file, raw.offset, raw.length, raw.id) != ref:
        yield f"it points to {ref.file} at {ref.offset}, but {raw.id} lies in {raw.file} at {raw.offset}"
    text = scratch.get(warc.conversion_id(record.id))
    if text is None:
        yield "it has no conversion record"
    else:
        scratch.claim(text.id)
        if text.digest != f"sha256:{record.text_sha256}" or (ref and text.refers != ref.record_id):
            yield f"its text or its source is not that of the conversion record at {text.offset} of {text.file}"
    ledger = scratch.get(warc.metadata_id(record.id))
    if ledger is None:
        yield "it has no metadata record"
    elif ledger.digest != warc.digest(line.raw):
        yield f"it is not the line whose digest the metadata record at {ledger.offset} of {ledger.file} holds"


def _wrong_in_index(record: Record, place: tuple[str, int, int], row: Row | None) -> Iterator[str]:
    if row is None:
        yield "the index does not know it"
    elif row.line != Place(*place):
        yield "the index looks for it in another place"
    elif (row.text_sha256, row.title, row.warc) != (record.text_sha256, record.title, record.warc):
        yield "the index has another text, title or WARC reference"

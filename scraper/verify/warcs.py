"""The WARC side of verification: every record of every file, and what refers to what."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from scraper import layout, records, warc
from scraper.clean.memory import signed
from scraper.clean.options import remembering
from scraper.index import NAME, spelled
from scraper.sources import urls
from scraper.types import Ledger, Note, WarcRef
from scraper.verify import claims
from scraper.verify.report import Findings, Scope, Wrong, absence, existing
from scraper.verify.scratch import Known, Scratch

_TYPES = frozenset({"warcinfo", "response", "request", "resource", "revisit", "metadata", "conversion"})
_CHUNK = 1 << 20


def check_warcs(scope: Scope, scratch: Scratch, found: Findings) -> None:
    """Read every WARC file to its end, or to what was acknowledged of it."""
    acknowledged = scope.snapshot.files if scope.snapshot else {}
    paths = layout.plain_files(scope.root, f"{layout.WARCS}*")
    names = [path.relative_to(scope.root).as_posix().removesuffix(warc.OPEN) for path in paths]
    for name, path in zip(names, paths, strict=True):
        if scope.index is not None and name not in acknowledged:
            if path.name.endswith(warc.OPEN) or scope.index.file(name) is not None:
                continue  # begun since, or left by a crash before anything in it was acknowledged
            found.warning(name, Wrong("unlisted-file", "not in the index: added by hand, or the index must be rebuilt"))
        try:
            _check_file(scope, name, scratch, found)
        except OSError as error:
            found.problem(name, Wrong("unreadable", f"cannot be read: {error.strerror}"))
    for name in acknowledged:
        if name.startswith("warc/") and name not in names:
            found.problem(name, Wrong("lost-file", absence(existing(scope.root / name))))


def check_references(scope: Scope, scratch: Scratch, found: Findings) -> None:
    """Every derived record refers to one that is there, and every conversion has its line of JSONL."""
    for pending in scope.snapshot.pending if scope.snapshot else ():
        try:
            scratch.claim(warc.conversion_id(records.decode(pending.line).id))
        except ValueError as error:
            what = f"the line that waits for {pending.file} at {pending.offset} is none: {error}"
            found.problem(NAME, Wrong("waiting-line", what))
    for known in scratch.dangling():
        wrong = Wrong("dangling", f"refers to {known.refers}, which is not there")
        found.problem(known.file, wrong, offset=known.offset, record=known.id)
    for known in scratch.astray():
        first = f"{known.refers}, which is not the response of {known.first_date}"
        what = f"a revisit of {first} with that address and payload"
        found.problem(known.file, Wrong("revisit", what), offset=known.offset, record=known.id)
    for known in scratch.parted():
        what = f"a request in another file, or of another address or time, than its response {known.refers}"
        found.problem(known.file, Wrong("parted", what), offset=known.offset, record=known.id)
    for known in scratch.misled():
        wrong = Wrong("ledger", f"tells of another page than was asked for with {known.refers}")
        found.problem(known.file, wrong, offset=known.offset, record=known.id)
    for known, payload in scratch.made():
        if not claims.is_made_of(known, payload):
            wrong = Wrong("record-id", f"its record's id is not that of {known.refers}, cleaned as it says")
            found.problem(known.file, wrong, offset=known.offset, record=known.id)
    for known in scratch.unclaimed():
        # Without an index nobody knows what a crash left unacknowledged at the end of an open file.
        unsure = scope.index is None and not (scope.root / known.file).exists()
        note = found.warning if unsure else found.problem
        wrong = Wrong("line-missing", "a conversion without a line of JSONL")
        note(known.file, wrong, offset=known.offset, record=known.id)
    for file, host, name in scratch.forgotten():
        found.problem(file, Wrong("lost-memory", f"no note has {name} of {host}, with which pages were cleaned"))
    for known in scratch.risen():
        wrong = Wrong("purged-record", "a record that was purged stands here")
        found.problem(known.file, wrong, offset=known.offset, record=known.id)


def check_payloads(scope: Scope, scratch: Scratch, found: Findings) -> None:
    """What the index would let the next revisits refer to is there, and is acknowledged."""
    if scope.index is None or scope.snapshot is None:
        return
    for payload in scope.index.all_payloads():
        ref, end = payload.ref, payload.ref.offset + payload.ref.length
        known = scratch.get(ref.record_id)
        if known is not None:
            there = WarcRef(known.file, known.offset, known.length, known.id)
            is_it = (there, known.digest, known.uri, known.date) == (ref, payload.digest, payload.uri, payload.date)
        else:  # unless it was acknowledged after verification began, and nobody has read it yet
            before, now = scope.snapshot.files.get(ref.file), scope.index.file(ref.file)
            is_it = (before is None or end > before.good_length) and now is not None and end <= now.good_length
        if not is_it:
            wrong = Wrong("index-payload", "the index has a payload that is not there")
            found.problem(NAME, wrong, record=ref.record_id)


def _check_file(scope: Scope, name: str, scratch: Scratch, found: Findings) -> None:
    final = scope.root / name
    path = existing(final)
    known = scope.snapshot.files.get(name) if scope.snapshot else None
    size = existing(final).stat().st_size
    stop = known.good_length if known else size
    found.counts["warcs"] += 1
    if size < stop:
        found.problem(name, Wrong("lost-bytes", f"{stop - size} acknowledged bytes are gone"), offset=size)
    elif path == final and scope.index is not None and (now := scope.index.file(name)) and size > now.good_length:
        what = f"{size - now.good_length} bytes beyond what was acknowledged"
        found.problem(name, Wrong("extra-bytes", what), offset=now.good_length)
    if known is not None and known.sha256 != _sha256(existing(final), stop):
        what = "not the bytes that were written: the file's sha256 differs from the index"
        found.problem(name, Wrong("changed-file", what))
    first = True
    for item in warc.read(existing(final), stop):
        found.read(item.length)
        if isinstance(item, warc.Damage):
            unfinished = known is None and item.torn and path != final
            note = found.warning if unfinished else found.problem
            note(name, Wrong("torn" if item.torn else "damaged", item.reason), offset=item.offset)
        else:
            _check_entry(scope, item, scratch, found, name)
            if first and (item.type != "warcinfo" or item.header("warc-filename") != final.name):
                wrong = Wrong("warcinfo", "does not begin with its own warcinfo record")
                found.problem(name, wrong, offset=item.offset)
        first = False
    if first and path == final and stop == size:
        found.problem(name, Wrong("warcinfo", "an empty file: not even its own warcinfo record is in it"))


def _check_entry(scope: Scope, entry: warc.Entry, scratch: Scratch, found: Findings, name: str) -> None:
    record_id = entry.uri("warc-record-id") or ""
    found.types[entry.type] += 1
    known = _known(name, entry)
    wrongs = list(_wrong_form(entry, known))
    if warc.is_tombstone(entry):
        wrongs += _check_tombstone(scope, entry, scratch, found)
    elif _is_note(entry):
        wrongs += _check_note(entry, scratch)
    elif entry.type == "metadata":
        known, more = _check_ledger(entry, known, scratch, found)
        wrongs += more
    if not scratch.put(known):
        wrongs.append(Wrong("duplicate-record", "another record has this id"))
    for wrong in wrongs:
        found.problem(name, wrong, offset=entry.offset, record=record_id)


def _wrong_form(entry: warc.Entry, known: Known) -> Iterator[Wrong]:
    """What is wrong with a record of any type."""
    if not entry.plain:
        yield Wrong("gzip-head", "the head of its gzip member was changed")
    if entry.type not in _TYPES:
        yield Wrong("record-type", f"unknown record type {entry.type[:40]!r}")
    if problem := claims.wrong_fields(entry):
        yield Wrong("record-fields", problem)
    if problem := claims.wrong_context(entry):
        yield Wrong("context", problem)
    if entry.header("warc-block-digest") != warc.digest(entry.block):
        yield Wrong("block-digest", "the block does not have its digest")
    if problem := _wrong_payload(entry):
        yield Wrong("payload-digest", problem)
    is_alone = warc.is_tombstone(entry) or _is_note(entry)
    if entry.type in ("metadata", "conversion", "revisit", "request") and known.refers is None and not is_alone:
        yield Wrong("no-reference", "refers to no record")


def _is_note(entry: warc.Entry) -> bool:
    return entry.type == "metadata" and entry.header(warc.NOTE.lower()) is not None


def _wrong_payload(entry: warc.Entry) -> str | None:
    claimed = entry.header("warc-payload-digest")
    if entry.type == "revisit":  # the digest is of a payload that lies elsewhere
        if entry.header("warc-profile") not in warc.PROFILES:
            return "a revisit with an unknown profile"
        return "a revisit with a payload, or without the digest of one" if not claimed or _payload(entry) else None
    if claimed is None:
        return None
    payload = _payload(entry)
    return None if payload is not None and claimed == warc.digest(payload) else "the payload does not have its digest"


def _payload(entry: warc.Entry) -> bytes | None:
    is_http = entry.type in ("response", "request", "revisit")
    return warc.http_payload(entry.block) if is_http else entry.block


def _known(name: str, entry: warc.Entry) -> Known:
    """What other records, the index and the lines are compared with."""
    known = Known(
        entry.uri("warc-record-id") or "",
        *(entry.type, name, entry.offset, entry.length),
        refers=entry.uri("warc-refers-to"),
        uri=entry.uri("warc-target-uri"),
        date=entry.header("warc-date"),
    )
    replace = msgspec.structs.replace
    match entry.type:
        case "response" | "resource":
            known = claims.of_page(replace(known, digest=entry.header("warc-payload-digest"), refers=None), entry)
        case "revisit":
            uri, date, first = warc.referred(entry)
            said = replace(known, refers=first or None, first_uri=uri, first_date=date)
            known = claims.of_page(replace(said, digest=entry.header("warc-payload-digest")), entry)
        case "request":
            known = replace(known, refers=entry.uri("warc-concurrent-to"))
        case "conversion":
            known = replace(known, digest=warc.digest(entry.block))
        case "metadata":
            known = replace(known, digest=entry.header(warc.LINE_DIGEST.lower()))
    return known


def _check_note(entry: warc.Entry, scratch: Scratch) -> Iterator[Wrong]:
    try:
        note = msgspec.json.decode(entry.block, type=Note)
    except (ValueError, RecursionError) as error:
        yield Wrong("ledger", f"not a note: {error}")
        return
    if note.memory is not None:
        scratch.remember(note.memory.host, note.memory.id)
        if signed(note.memory) != note.memory:
            yield Wrong("ledger", "a memory that does not have its digest")
        return
    if note.seen:
        for key in (note.key, *([spelled(note.url)] if note.url else [])):
            scratch.note(note.source, key, note.seen)


def _check_tombstone(scope: Scope, entry: warc.Entry, scratch: Scratch, found: Findings) -> Iterator[Wrong]:
    """It can be read, and the index keeps out what it forbids; what stood there is looked for later."""
    try:
        said = warc.tombstone(entry)
        found.counts["purged"] += int(entry.header(warc.TOMBSTONE.lower()) or "")
    except (ValueError, RecursionError) as error:
        yield Wrong("tombstone", f"not a tombstone: {error}")
        return
    found.counts["tombstones"] += 1
    if said.again:
        return
    for _, record_id in said.records:
        scratch.bury(record_id)
    if scope.index is not None and not all(scope.index.forbidden(key) for key in said.keys):
        yield Wrong("tombstone", "the index does not keep out what was purged here")


def _check_ledger(entry: warc.Entry, known: Known, scratch: Scratch, found: Findings) -> tuple[Known, list[Wrong]]:
    """What is known of a ledger, with what it tells, and what is wrong with it."""
    try:
        ledger = msgspec.json.decode(entry.block, type=Ledger)
    except (ValueError, RecursionError) as error:
        return known, [Wrong("ledger", f"not a ledger: {error}")]
    found.verdicts[ledger.verdict] += 1
    if (name := remembering(ledger.profile)) is not None and ledger.line is not None:
        scratch.remember(urls.host(ledger.line.final_url or ""), name, known.file)
    problem = claims.wrong_ledger(entry, ledger)
    return claims.of_ledger(known, ledger), [Wrong("ledger", problem)] if problem else []


def _sha256(path: Path, stop: int) -> str:
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while stop > 0 and (data := file.read(min(_CHUNK, stop))):
            sha.update(data)
            stop -= len(data)
    return sha.hexdigest()

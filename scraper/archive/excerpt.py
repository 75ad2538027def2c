"""One record's part of the WARC, as a small WARC file of its own: to hand on, to replay, to check.

Every record in it is a copy, byte for byte, of the gzip member in the archive's file; only the warcinfo in front is
new, and says so. The same record gives the same bytes.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from scraper import warc
from scraper.archive import View, disk
from scraper.errors import UnusableError, VerificationError
from scraper.index import Row
from scraper.types import Verdict, WarcRef
from scraper.warc import form

Read = TypeVar("Read")


def excerpt(view: View, row: Row) -> bytes:
    """The warcinfo, the response (or resource) with its request, the ledger, and an article's text, gzipped.

    In front of a revisit stands the response that it refers to.

    An UnusableError where the index knows of no raw record, a VerificationError where the files do not hold it.
    """
    if row.warc is None:
        raise UnusableError(f"{row.id}: the archive has no WARC record of it", reason="no-capture")
    view.read(row.warc)  # that the index and the file agree, and that it is a file of this archive
    return b"".join((_warcinfo(view, row, row.warc), *_members(view, row, row.warc)))


def file_name(row: Row) -> str:
    """What to call the file: the record's id, which no page can choose."""
    return f"scrape-{row.id}.warc.gz"


def _members(view: View, row: Row, raw: WarcRef) -> Iterator[bytes]:
    stored = _at(view.root, raw.file, raw.offset)
    if stored.type == "revisit" and (payload := view.index.payload(*warc.referred(stored))) is not None:
        yield _bytes(view.root, payload.ref)  # what it is a revisit of, without which it has no body
    yield _bytes(view.root, raw)
    request = _behind(view.root, raw)
    if request is not None and request.type == "request" and request.uri("warc-concurrent-to") == raw.record_id:
        yield _bytes(view.root, _ref(raw.file, request))
    if row.ledger is None:
        return
    view.read(row.ledger)
    yield _bytes(view.root, row.ledger)
    text = _behind(view.root, row.ledger)
    if text is not None and text.uri("warc-record-id") == warc.conversion_id(row.id):
        yield _bytes(view.root, _ref(row.ledger.file, text))
    elif row.verdict is Verdict.ARTICLE:
        place = f"{row.ledger.file}: at {row.ledger.offset + row.ledger.length}"
        raise VerificationError(f"{place}: not the text of {row.id}", reason="lost-warc")


def _warcinfo(view: View, row: Row, raw: WarcRef) -> bytes:
    """The fields of the file's own warcinfo, and that this is an excerpt; nothing of it tells when it was made."""
    first = _at(view.root, raw.file, 0)
    said = first.block if first.type == "warcinfo" else b""
    about = f"isPartOf: {raw.file}\r\ndescription: the records of {row.id}, copied byte for byte from that file\r\n"
    return form.member(
        [
            ("WARC-Type", "warcinfo"),
            ("WARC-Record-ID", f"<{uuid.uuid5(uuid.NAMESPACE_URL, f'scrape excerpt {row.id}').urn}>"),
            ("Content-Type", "application/warc-fields"),
            ("WARC-Date", first.header("warc-date") or row.fetched_at or ""),
            ("WARC-Filename", file_name(row)),
        ],
        said + about.encode(),
    )


def _behind(root: Path, ref: WarcRef) -> warc.Entry | None:
    """The record that follows another one in its file; None at the file's end, or where it is not whole yet."""
    try:
        return _at(root, ref.file, ref.offset + ref.length)
    except VerificationError:
        return None


def _at(root: Path, name: str, offset: int) -> warc.Entry:
    return _read(root, name, lambda path: warc.read_at(path, offset))


def _ref(file: str, entry: warc.Entry) -> WarcRef:
    return WarcRef(file, entry.offset, entry.length, entry.uri("warc-record-id") or "")


def _bytes(root: Path, ref: WarcRef) -> bytes:
    def member(path: Path) -> bytes:
        with path.open("rb") as file:
            file.seek(ref.offset)
            return file.read(ref.length)

    return _read(root, ref.file, member)


def _read(root: Path, name: str, read: Callable[[Path], Read]) -> Read:
    """Read from a WARC file, which has `.open` behind its name until it is closed, at whatever moment that is."""
    final = root / name
    for path in (final, final.with_name(final.name + warc.OPEN), final):
        try:
            with disk.readable(path):
                return read(path)
        except FileNotFoundError:
            continue
    raise VerificationError(f"{final}: the file is gone", reason="lost-warc")

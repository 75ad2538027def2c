"""One record's part of the WARC, as a small WARC file of its own: to hand on, to replay, to check.

Every record in it is a copy, byte for byte, of the gzip member in the archive's file; only the warcinfo in front is
new, and says so. The same record gives the same bytes.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

from scraper import warc
from scraper.archive import View, disk
from scraper.errors import UnusableError, VerificationError
from scraper.index import Row
from scraper.types import Verdict, WarcRef
from scraper.warc import form


def excerpt(view: View, row: Row) -> bytes:
    """The warcinfo, the response (or resource) with its request, the ledger, and an article's text, gzipped.

    An UnusableError where the index knows of no raw record, a VerificationError where the files do not hold it.
    """
    if row.warc is None:
        raise UnusableError(f"{row.id}: the archive has no WARC record of it", reason="no-capture")
    return b"".join((_warcinfo(view, row, row.warc), *_members(view, row, row.warc)))


def file_name(row: Row) -> str:
    """What to call the file: the record's id, which no page can choose."""
    return f"scrape-{row.id}.warc.gz"


def _members(view: View, row: Row, raw: WarcRef) -> Iterator[bytes]:
    view.read(raw)  # that the index and the file agree
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
    with disk.readable(view.root / raw.file):
        first = warc.read_at(_path(view.root, raw.file), 0)
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
        with disk.readable(root / ref.file):
            return warc.read_at(_path(root, ref.file), ref.offset + ref.length)
    except VerificationError:
        return None


def _ref(file: str, entry: warc.Entry) -> WarcRef:
    return WarcRef(file, entry.offset, entry.length, entry.uri("warc-record-id") or "")


def _bytes(root: Path, ref: WarcRef) -> bytes:
    path = _path(root, ref.file)
    with disk.readable(path), path.open("rb") as file:
        file.seek(ref.offset)
        return file.read(ref.length)


def _path(root: Path, name: str) -> Path:
    """Where a WARC file lies, whose name `read` has checked: with `.open` behind it while it is written."""
    final = root / name
    being_written = final.with_name(final.name + warc.OPEN)
    return being_written if not final.exists() and being_written.exists() else final

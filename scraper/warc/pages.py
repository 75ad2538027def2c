"""Pages out of anybody's WARC or ARC file, plain or gzipped, as Captures: for the folder inbox and `read_warc`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]  # warcio ships no types
from warcio.bufferedreaders import DecompressingBufferedReader  # type: ignore[import-untyped]  # the same
from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]  # the same
from warcio.recordloader import ArcWarcRecord  # type: ignore[import-untyped]  # the same

from scraper import coding
from scraper.errors import LimitError, ScrapeError
from scraper.types import Capture, Exchange, Failure, FoundBy, Link
from scraper.warc import form
from scraper.warc.read import Entry

PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain"})
"""Content types that may hold an article; a page without any is taken too, and judged by its bytes later."""

MAX_BODY = 20 << 20
"""Bytes of the largest decoded body that is handed on."""

_ROBOTS = re.compile(r"https?://[^/?#]*/robots\.txt(?:[?#]|$)", re.IGNORECASE)
_HEAD_END = re.compile(rb"\r?\n[ \t]*\r?\n")
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})\b")
_TRANSFER = re.compile(rb"^transfer-encoding(?=[ \t]*:)", re.IGNORECASE | re.MULTILINE)
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,4096})?\r?\n")


class _Http(Struct, frozen=True):
    status: int
    headers: tuple[tuple[str, str], ...]
    head: bytes
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)


def pages(path: Path, source: str | None = None) -> Iterator[Capture | Failure]:
    """The pages of a WARC or ARC file: responses with status 200 and resources, HTML or plain text, decoded.

    `source` names where they come from; without it, it is the path as given. A record that cannot be read is a
    Failure, and so is the rest of a file that is none; other kinds of record are passed over.
    """
    with path.open("rb") as file:
        records = ArchiveIterator(file, no_record_parse=True)
        records.reader = reader = _BoundedReader(file)
        try:
            for record in records:
                if record.rec_type in ("response", "resource"):
                    yield from _page(record, records.offset, path, source)
                reader.budget = form.MAX_HEAD
        except (ArchiveLoadFailed, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            yield Failure(str(path), "damaged-warc", f"{path}: from byte {records.offset} on: {reason}")


def capture(entry: Entry, source: str, at: str) -> Capture:
    """A response or resource record as the Capture that it was made from, its body decoded.

    The context that we store with our own records is used; without it the link is the record's own address, found in
    the WARC file `at`. A ScrapeError says what in the record could not be decoded.
    """
    url = entry.uri("warc-target-uri") or ""
    known = form.context(entry.header(form.CONTEXT.lower()))
    date = _timestamp(entry.header("warc-date") or "")
    if known is None:
        known = form.Context(Link(url, source, FoundBy("warc", at)), url, date)
    if entry.type == "resource":
        mime = _mime(entry.header("content-type"))
        return Capture(known.link, known.final_url, known.fetched_at, (), 200, (), entry.block, mime)
    http = _http(entry.block)
    hop = Exchange(
        url,
        b"",
        http.head + http.body,
        http.status,
        date,
        peer=entry.header("warc-ip-address"),
        protocol=entry.header("warc-protocol") or "http/1.1",
        truncated=entry.header("warc-truncated"),
    )
    body = _decoded(http.body, http.header("content-encoding") or "")
    if len(body) > MAX_BODY:
        raise LimitError(f"a body larger than {MAX_BODY} bytes", reason="too-large")
    mime = _mime(http.header("content-type"))
    return Capture(known.link, known.final_url, known.fetched_at, (hop,), http.status, http.headers, body, mime)


class _BoundedReader(DecompressingBufferedReader):  # type: ignore[misc]  # warcio ships no types
    """warcio's reader with a budget for lines: a head without an end would fill the memory."""

    budget = form.MAX_HEAD

    def readline(self, length: int | None = None) -> bytes:
        limit = self.budget + 1 if length is None else min(length, self.budget + 1)
        line: bytes = super().readline(limit)
        self.budget -= len(line)
        if self.budget < 0:
            raise ArchiveLoadFailed(f"a record head larger than {form.MAX_HEAD} bytes")
        return line


def _page(record: ArcWarcRecord, offset: int, path: Path, source: str | None) -> Iterator[Capture | Failure]:
    headers = tuple((str(name), str(value)) for name, value in record.rec_headers.headers)
    where = f"{path}: record at {offset}"
    block = record.raw_stream.read(form.MAX_BLOCK + 1)
    if len(block) > form.MAX_BLOCK:
        yield Failure(where, "too-large", f"{where}: larger than {form.MAX_BLOCK} bytes", 7)
        return
    if isinstance(record.length, int) and len(block) < record.length:
        yield Failure(where, "damaged-warc", f"{where}: the file ends within this record")
        return
    if record.format != "warc":
        headers = _from_arc(headers)
    try:
        found = capture(Entry(record.rec_type, headers, offset, 0, block), source or str(path), str(path))
    except ScrapeError as error:
        yield Failure(where, error.reason, f"{where}: {error}", error.exit_code)
        return
    if not _ROBOTS.match(found.final_url) and found.status == 200 and (found.mime is None or found.mime in PAGE_TYPES):
        yield found


def _from_arc(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """An ARC record's headers under the names that WARC gave them; its date is fourteen digits."""
    names = {"uri": "WARC-Target-URI", "ip-address": "WARC-IP-Address", "archive-date": "WARC-Date"}
    return tuple((names.get(name, name), value) for name, value in headers)


def _timestamp(value: str) -> str:
    if re.fullmatch(r"\d{14}", value):
        return f"{value[:4]}-{value[4:6]}-{value[6:8]}T{value[8:10]}:{value[10:12]}:{value[12:]}Z"
    return value


def _mime(value: str | None) -> str | None:
    return (value or "").partition(";")[0].strip().lower() or None


def _http(block: bytes) -> _Http:
    """An HTTP response's parts; its chunks are joined, as Exchange has them."""
    blank = _HEAD_END.search(block)
    end = blank.end() if blank else len(block)
    head, body = block[:end], block[end:]
    status = _STATUS.match(head)
    if status is None:
        raise ScrapeError("not an HTTP response", reason="not-http")
    lines = head.decode("latin-1").splitlines()[1:]
    pairs = [line.partition(":") for line in lines if not line.startswith((" ", "\t"))]
    headers = tuple((name.strip().lower(), value.strip()) for name, colon, value in pairs if colon)
    http = _Http(int(status[1]), headers, head, body)
    if (http.header("transfer-encoding") or "").lower() != "chunked":
        return http
    headers = tuple(("x-orig-transfer-encoding" if n == "transfer-encoding" else n, v) for n, v in headers)
    return _Http(http.status, headers, _TRANSFER.sub(b"x-orig-transfer-encoding", head), _unchunked(body))


def _unchunked(body: bytes) -> bytes:
    """Chunks joined (RFC 9112 section 7.1); as it is where many crawlers joined them and left the header."""
    parts: list[bytes] = []
    position = 0
    while size := _CHUNK_SIZE.match(body, position):
        length = int(size[1], 16)
        if length == 0:
            return b"".join(parts)
        parts.append(body[size.end() : size.end() + length])
        position = size.end() + length
        position += 2 if body.startswith(b"\r\n", position) else 1
        if position >= len(body):
            return b"".join(parts)  # cut off in the middle: what came counts
    return b"".join(parts) if parts else body


def _decoded(body: bytes, codings: str) -> bytes:
    """The body without its content codings, as fetching undoes them."""
    if "gzip" in codings.lower() and not body.startswith(b"\x1f\x8b"):
        return body  # decoded by a crawler that left the header
    return coding.decode(body, codings, MAX_BODY)

"""Pages out of anybody's WARC or ARC file, plain or gzipped, as Captures: for the folder inbox and `read_warc`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct, structs
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]  # warcio ships no types
from warcio.bufferedreaders import DecompressingBufferedReader  # type: ignore[import-untyped]  # the same
from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]  # the same
from warcio.recordloader import ArcWarcRecord  # type: ignore[import-untyped]  # the same

from scraper import coding
from scraper.errors import LimitError, ScrapeError
from scraper.types import Capture, Exchange, Failure, FoundBy, Link
from scraper.warc import form
from scraper.warc.read import Entry

PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain", None})
"""Content types that may hold an article; a page without any is taken too, and judged by its bytes later."""

MAX_BODY = 20 << 20
"""Bytes of the largest decoded body that is handed on."""

# Texts for machines at places that are agreed upon: RFC 9309, RFC 9116, RFC 8615, IAB Tech Lab's ads.txt, llmstxt.org.
_SITE_FILE = re.compile(
    r"https?://[^/?#]*/(?:\.well-known/|(?:robots|security|humans|(?:app-)?ads|llms(?:-full)?)\.txt(?:[?#]|$))",
    re.IGNORECASE,
)
_ARC_NAMES = {"uri": "WARC-Target-URI", "ip-address": "WARC-IP-Address", "archive-date": "WARC-Date"}
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

    `source` names where they come from; without it, it is the path as given. A record that cannot be read or a page
    without an address is a Failure, and so is the rest of a file that is none, or that is torn; other kinds of record
    are passed over, and so are robots.txt and its like.
    """
    with path.open("rb") as file:
        records = ArchiveIterator(file, no_record_parse=True)
        records.reader = reader = _BoundedReader(file)
        found: Capture | Failure | None = None
        try:
            for record in records:
                found = _page(record, records.offset, path, source)
                if found is not None:
                    yield found
                reader.budget = form.MAX_HEAD
            # A record that is torn in its block has said so already.
            if reader.torn and file.tell() and not isinstance(found, Failure):
                yield Failure(str(path), "damaged-warc", f"{path}: torn or damaged within a gzip member")
        except (ArchiveLoadFailed, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            yield Failure(str(path), "damaged-warc", f"{path}: from byte {records.offset} on: {reason}")


def capture(entry: Entry, source: str, at: str) -> Capture:
    """A response or resource record, or a restored revisit, as the Capture that it was made from, its body decoded.

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
        return _captured(known, _Http(200, (), b"", b""), entry.block, mime)
    http = _http(entry.block)
    hop = Exchange(
        url,
        b"",
        http.head + http.body,
        http.status,
        date,
        peer=entry.header("warc-ip-address"),
        protocol=entry.header("warc-protocol") or "http/1.1",
        truncated=None if entry.type == "revisit" else entry.header("warc-truncated"),  # there it means left off
        unverified=entry.header(form.UNVERIFIED.lower()),
    )
    body = _decoded(http.body, http.header("content-encoding") or "")
    if len(body) > MAX_BODY:
        raise LimitError(f"a body larger than {MAX_BODY} bytes", reason="too-large")
    return structs.replace(_captured(known, http, body, _mime(http.header("content-type"))), exchanges=(hop,))


def _captured(known: form.Context, http: _Http, body: bytes, mime: str | None) -> Capture:
    capture = Capture(known.link, known.final_url, known.fetched_at, (), http.status, http.headers, body, mime)
    return structs.replace(capture, robots=known.robots)


class _BoundedReader(DecompressingBufferedReader):  # type: ignore[misc]  # warcio ships no types
    """warcio's reader with a budget for lines, as a head without an end would fill the memory, and an eye for tears."""

    budget = form.MAX_HEAD
    torn = False

    def close_decompressor(self) -> None:
        """warcio calls this at the end of the file, and says nothing of a member that has not ended by then."""
        self.torn = self.decompressor is not None and not self.decompressor.eof
        super().close_decompressor()

    def readline(self, length: int | None = None) -> bytes:
        limit = self.budget + 1 if length is None else min(length, self.budget + 1)
        line: bytes = super().readline(limit)
        self.budget -= len(line)
        if self.budget < 0:
            raise ArchiveLoadFailed(f"a record head larger than {form.MAX_HEAD} bytes")
        return line


def _page(record: ArcWarcRecord, offset: int, path: Path, source: str | None) -> Capture | Failure | None:
    """The page in a record; None if the record is of another kind or holds what is no page."""
    where = f"{path}: record at {offset}"
    try:
        if record.rec_type not in ("response", "resource"):
            if not record.rec_type and record.rec_headers.protocol:  # without a version these are empty lines
                raise ScrapeError("without WARC-Type", reason="damaged-warc")
            return None
        entry = Entry(record.rec_type, _headers(record), offset, 0, _block(record))
        found = capture(entry, source or str(path), str(path))
        if _SITE_FILE.match(found.final_url) or found.status != 200 or found.mime not in PAGE_TYPES:
            return None
        if not found.link.url:
            raise ScrapeError("a page without an address; passed over", reason="no-address")
    except ScrapeError as error:
        return Failure(where, error.reason, f"{where}: {error}", error.exit_code)
    return found


def _block(record: ArcWarcRecord) -> bytes:
    block: bytes = record.raw_stream.read(form.MAX_BLOCK + 1)
    if len(block) > form.MAX_BLOCK:
        raise LimitError(f"larger than {form.MAX_BLOCK} bytes", reason="too-large")
    # Not record.length: it is 0 where a head is torn within the number.
    length = record.rec_headers.get_header("Content-Length" if record.format == "warc" else "length") or ""
    if not length.isdecimal() or len(block) < int(length):
        raise ScrapeError("shorter than its Content-Length, or without one", reason="damaged-warc")
    return block


def _headers(record: ArcWarcRecord) -> tuple[tuple[str, str], ...]:
    """A record's headers; an ARC record's under the names that WARC gave them, but its date is fourteen digits."""
    names = {} if record.format == "warc" else _ARC_NAMES
    return tuple((names.get(name, str(name)), str(value)) for name, value in record.rec_headers.headers)


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

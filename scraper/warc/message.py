"""The HTTP message in a record, as whoever wrote it left it: its head, its body without chunks and codings."""

from __future__ import annotations

import re

from msgspec import Struct, structs

from scraper import coding
from scraper.errors import LimitError, ScrapeError
from scraper.types import Capture, Exchange, FoundBy, Link
from scraper.warc import form
from scraper.warc.read import Entry

MAX_BODY = 20 << 20
"""Bytes of the largest decoded body that is handed on."""

_HEAD_END = re.compile(rb"\r?\n[ \t]*\r?\n")
_STATUS = re.compile(rb"[ \t\r\n]{0,9}(?:HTTP(?:/\d{1,3}(?:\.\d{1,3})?)?|ICY)[ \t]+(\d{3})\b", re.IGNORECASE)
_TRANSFER = re.compile(rb"^transfer-encoding(?=[ \t]*:)", re.IGNORECASE | re.MULTILINE)
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,4096})?\r?\n")
_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,999}<")


class Http(Struct, frozen=True):
    """A response's parts; `headers` have names in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    head: bytes
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def mime(self) -> str | None:
        """The type without its parameters, in lower case."""
        return mime(self.header("content-type"))


def capture(entry: Entry, source: str, at: str) -> Capture:
    """A response or resource record, or a restored revisit, as the Capture that it was made from, its body decoded.

    The context that we store with our own records is used; without it the link is the record's own address, found in
    the WARC file `at`. A ScrapeError says what in the record could not be decoded.
    """
    known = _known(entry, source, at)
    if entry.type == "resource":
        return _captured(known, Http(200, (), b"", b""), entry.block, mime(entry.header("content-type")))
    parsed = http(entry.block)
    is_cut = entry.header("warc-truncated") if entry.type != "revisit" else None  # there it means left off
    hop = Exchange(
        address(entry),
        b"",
        parsed.head + parsed.body,
        parsed.status,
        timestamp(entry.header("warc-date") or ""),
        peer=entry.header("warc-ip-address"),
        protocol=entry.header("warc-protocol") or "http/1.1",
        truncated=is_cut,
        unverified=entry.header(form.UNVERIFIED.lower()),
    )
    body = _decoded(parsed, is_cut is not None)
    if len(body) > MAX_BODY:
        raise LimitError(f"a body larger than {MAX_BODY} bytes", reason="too-large")
    return structs.replace(_captured(known, parsed, body, parsed.mime), exchanges=(hop,))


def revisited(entry: Entry, first: Entry, source: str, at: str) -> Capture:
    """A revisit record with the body of the response that it refers to, and with its own head where it has one.

    A 304 stands for the whole of that response. Its body is decoded by the first one's head: what the server sent the
    second time may have been coded in another way.
    """
    found = capture(first, source, at)
    known = _known(entry, source, at)
    own = Http(found.status, found.headers, b"", b"")
    if entry.block.strip():
        own = http(entry.block)
    status, headers = (found.status, found.headers) if own.status == 304 else (own.status, own.headers)
    return Capture(
        known.link, known.final_url, known.fetched_at, (), status, headers, found.body, found.mime, known.robots
    )


def http(block: bytes) -> Http:
    """An HTTP response's parts; its chunks are joined, as Exchange has them. A ScrapeError if it is none."""
    blank = _HEAD_END.search(block)
    end = blank.end() if blank else len(block)
    head, body = block[:end], block[end:]
    status = _STATUS.match(head)
    if status is None:
        raise ScrapeError("not an HTTP response", reason="not-http")
    # Not splitlines(): it ends a line at \x85 too, which is half of many a letter in UTF-8.
    lines = head.lstrip().decode("latin-1").split("\n")[1:]
    pairs = [line.partition(":") for line in lines if not line.startswith((" ", "\t"))]
    headers = tuple((name.strip().lower(), value.strip()) for name, colon, value in pairs if colon)
    parsed = Http(int(status[1]), headers, head, body)
    if _transfer_codings(parsed)[-1:] != ["chunked"]:
        return parsed
    headers = tuple(("x-orig-transfer-encoding" if n == "transfer-encoding" else n, v) for n, v in headers)
    return Http(parsed.status, headers, _TRANSFER.sub(b"x-orig-transfer-encoding", head), _unchunked(body))


def address(entry: Entry) -> str:
    """A record's address; blanks, which some crawlers leave in it, as a URL has them."""
    return (entry.uri("warc-target-uri") or "").replace(" ", "%20")


def mime(value: str | None) -> str | None:
    """A content type without its parameters, in lower case."""
    return (value or "").partition(";")[0].strip().lower() or None


def timestamp(value: str) -> str:
    """A record's date; the fourteen digits of an ARC file as WARC has it."""
    if re.fullmatch(r"\d{14}", value):
        return f"{value[:4]}-{value[4:6]}-{value[6:8]}T{value[8:10]}:{value[10:12]}:{value[12:]}Z"
    return value


def _known(entry: Entry, source: str, at: str) -> form.Context:
    known = form.context(entry.header(form.CONTEXT.lower()))
    if known is not None:
        return known
    url = address(entry)
    return form.Context(Link(url, source, FoundBy("warc", at)), url, timestamp(entry.header("warc-date") or ""))


def _captured(known: form.Context, parsed: Http, body: bytes, of: str | None) -> Capture:
    found = Capture(known.link, known.final_url, known.fetched_at, (), parsed.status, parsed.headers, body, of)
    return structs.replace(found, robots=known.robots)


def _transfer_codings(parsed: Http) -> list[str]:
    values = [value for name, value in parsed.headers if name in ("transfer-encoding", "x-orig-transfer-encoding")]
    names = (name.strip().lower() for value in values for name in value.split(","))
    return [name for name in names if name not in ("", "identity")]


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


def _decoded(parsed: Http, is_cut: bool) -> bytes:
    """The body without its content and transfer codings, as fetching undoes them; of a cut one what there is."""
    body = parsed.body
    names = [value for name, value in parsed.headers if name == "content-encoding"]
    codings = ", ".join([*names, *(name for name in _transfer_codings(parsed) if name != "chunked")])
    if "gzip" in codings.lower() and not body.startswith(b"\x1f\x8b"):
        return body  # decoded by a crawler that left the header
    try:
        return coding.prefix(body, codings, MAX_BODY) if is_cut else coding.decode(body, codings, MAX_BODY)
    except ScrapeError as error:
        if error.reason == "bad-encoding" and _HTML.match(body):
            return body  # the same
        raise

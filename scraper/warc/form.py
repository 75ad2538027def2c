"""The form of a WARC record as it is written here: one gzip member a record, HTTP heads as they came, sha256 digests.

Sources: WARC 1.1 (ISO 28500:2017, https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/) and
gzip (RFC 1952). warcio's own writer parses HTTP heads and writes them anew, so that two spaces become one, and it knows
gzip level 9 alone, at three times the time of level 6; so the few lines of the form stand here, and `warcio check` and
`fastwarc check` judge them in the tests.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from typing import Any
from urllib.parse import quote

import deflate
import msgspec
from msgspec import Struct

from scraper.types import Capture, Link, Robots

GZIP_HEAD = bytes.fromhex("1f8b08000000000000ff")
"""No flags, no time, unknown system: the same ten bytes before every member, so that a change in them is seen."""

LEVEL = 5
"""Of 200 pages of 255 kB: libdeflate takes 0.37 of zlib 6's time at this level, and 1.1 % more bytes.

Level 4 takes 0.32 and 3.0 % more, level 6 0.44 and 0.5 % fewer; zlib-ng 0.41 and 1.3 % more at its level 5, isal 0.2 to
0.3 at its slowest and 12 to 13 %. Reading is zlib-ng's: another program than the one that wrote confirms each
member.
"""

MAX_BLOCK = 64 << 20
"""Bytes of the largest block that is written or read back. Whoever fetches has a lower limit."""

MAX_HEAD = 1 << 20
"""Bytes of the largest record head that is read."""

CONTEXT = "Scrape-Context"
"""Extension field of a response or resource record: who asked for it and why, as JSON (see Context)."""

UNVERIFIED = "Scrape-Unverified-TLS"
"""Extension field of a request or response record: why the server's certificate was not checked."""

LINE_DIGEST = "Scrape-Line-Digest"
"""Extension field of a metadata record: the digest of the article's line of JSONL, its end of line included."""

NOTE = "Scrape-Note"
"""Extension field of a metadata record that is no ledger: what it tells, `seen`, `validators`, `look` or `memory`
(types.Note)"""

_NAMESPACE = uuid.UUID("5b6f3a52-6c1e-4b43-9d0b-0c3a4f6f2a11")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_URI_SAFE = "!#$%&'()*+,-./:;=?@[]_~"  # RFC 3986's own characters: what is none of them is percent-encoded
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_BLANK = re.compile(rb"\n[ \t\v\f\r]*\n")

Headers = list[tuple[str, str]]


class Context(Struct, frozen=True, omit_defaults=True):
    """What a cleaner depends on beside the bytes: it is stored with them so that cleaning can be done again."""

    link: Link
    final_url: str
    fetched_at: str
    robots: Robots | None = None


def member(headers: Headers, block: bytes) -> bytes:
    """One record as one gzip member; Content-Length and the block's digest are added to the headers.

    Controls in a header's value (it may come from a hostile page) are percent-encoded: they could end the line.
    """
    data = plain(headers, block)
    return b"".join((GZIP_HEAD, deflate.deflate_compress(data, LEVEL), gzip_tail(data)))


def plain(headers: Headers, block: bytes) -> bytes:
    """The same before it is compressed."""
    named = [*headers, ("WARC-Block-Digest", digest(block)), ("Content-Length", str(len(block)))]
    lines = [f"{name}: {_CONTROL.sub(_percent, value)}\r\n" for name, value in named]
    return b"".join((b"WARC/1.1\r\n", "".join(lines).encode("utf-8", "replace"), b"\r\n", block, b"\r\n\r\n"))


def gzip_tail(data: bytes) -> bytes:
    """What a gzip member of this data ends with: its CRC-32 and its length."""
    return deflate.crc32(data).to_bytes(4, "little") + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")


def digest(data: bytes | memoryview) -> str:
    """A labelled digest in hexadecimal: the part behind the colon of a conversion's is the record's text_sha256."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def http_payload(block: bytes) -> bytes | None:
    """The body of an HTTP message, or None if its head does not end in a plain CRLF CRLF.

    Readers disagree on where any other head ends (warcio takes LF LF, FastWARC does not), so no payload digest is
    written that only one of them could confirm; the block's digest covers those bytes all the same.
    """
    at = payload_at(block)
    return None if at is None else block[at:]


def payload_at(block: bytes) -> int | None:
    """Where that body begins."""
    blank = _BLANK.search(block)
    if blank is None or blank.group() != b"\n\r\n" or block[max(0, blank.start() - 1) : blank.start()] != b"\r":
        return None
    return blank.end()


def raw_id() -> str:
    """A new record's id, without its angle brackets."""
    return uuid.uuid4().urn


def metadata_id(record: str) -> str:
    """The WARC record id of the ledger of the article record with this id."""
    return uuid.uuid5(_NAMESPACE, f"metadata {record}").urn


def conversion_id(record: str) -> str:
    """The WARC record id of the clean text of the article record with this id: the pointer from one to the other."""
    return uuid.uuid5(_NAMESPACE, f"conversion {record}").urn


def target_uri(url: str) -> str:
    """A URL as it is, a path as a file: URI; what a URI may not hold is percent-encoded, so the result is one word."""
    if _SCHEME.match(url):
        return quote(url, safe=_URI_SAFE, errors="replace")
    path = quote(url, safe="/!$&'()*+,-.:;=@_~", errors="surrogateescape")
    return f"file://{path}" if path.startswith("/") else f"file:{path}"


def derived_uri(what: str, url: str) -> str:
    """The target of a record that was made from what the address gave: `urn:text:https://example.org/a`.

    Under the address itself pywb's indexer takes every record for a capture of it (all but application/warc-fields),
    and replays our ledger for the page. Browsertrix names its derived records in the same way.
    """
    return f"urn:{what}:{target_uri(url)}"


def context_value(capture: Capture) -> str:
    """The value of the context field: JSON in ASCII, so that no reader can stumble over it."""
    context = Context(capture.link, capture.final_url, capture.fetched_at, capture.robots)
    return json.dumps(msgspec.to_builtins(context), separators=(",", ":"))


def context(value: str | None) -> Context | None:
    """The context field read back; None if there is none or it is not ours."""
    if value is None:
        return None
    try:
        fields: Any = json.loads(value)
        return msgspec.convert(fields, Context)
    except (ValueError, RecursionError, msgspec.ValidationError):
        return None


def _percent(match: re.Match[str]) -> str:
    return f"%{ord(match.group()):02X}"

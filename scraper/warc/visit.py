"""Visits: when a response is stored as a revisit of an earlier one, and how its payload is found again.

WARC 1.1 section 6.7: the profiles `identical-payload-digest` and `server-not-modified`. Here a revisit always refers to
a whole response of the same address that was fetched no later, so that what is done to an address is done to all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct, structs

from scraper.errors import VerificationError
from scraper.types import Exchange, Payload, WarcRef
from scraper.warc import form
from scraper.warc.read import Entry

IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
PROFILES = frozenset({IDENTICAL, NOT_MODIFIED})

_304 = 304
_MAX_VALIDATOR = 1024  # characters: real ones have up to some hundred, and the index has to hold each
# As it came, in chunks: by the standard the payload is the body without them (ISO 28500, 6.3.2), by warcio with them.
_CHUNKED = re.compile(rb"^transfer-encoding[ \t]*:[^\n]*chunked", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})\b")


class Memory(Protocol):
    """What a writer needs to know of the responses that are whole in the archive; index.Index is one."""

    def payloads(self, uri: str, until: str) -> list[Payload]: ...

    def payload(self, uri: str, date: str, record_id: str) -> Payload | None: ...

    def keep(self, payload: Payload) -> None: ...


class Visit(Struct, frozen=True):
    """A response as it is compared with others: its head, and the digest of its payload.

    `digest` is None where readers would disagree on where the payload begins; `is_whole` says that there is a payload,
    and that it was not cut off.
    """

    uri: str
    date: str
    head: bytes
    digest: str | None
    is_whole: bool

    @property
    def status(self) -> int | None:
        """The status of the status line."""
        found = _STATUS.match(self.head)
        return int(found[1]) if found else None

    def payload(self, ref: WarcRef) -> Payload | None:
        """What is remembered of it, once it lies whole at `ref`; None where nothing may refer to it."""
        status = self.status
        if not self.is_whole or self.digest is None or status is None:
            return None
        return Payload(self.uri, self.date, status, self.digest, *self._validators(), ref)

    def renewed(self, first: Payload) -> Payload:
        """What is remembered of the first response after it came again: a 304 will be by the validators of today."""
        etag, date = self._validators()
        return first if self.status == _304 else structs.replace(first, etag=etag, last_modified=date)

    def _validators(self) -> tuple[str | None, str | None]:
        return _field(self.head, b"etag"), _field(self.head, b"last-modified")


def visit(exchange: Exchange) -> Visit:
    """The visit that an exchange was."""
    return _visit(form.target_uri(exchange.url), exchange.started_at, exchange.response, bool(exchange.truncated))


def recall(entry: Entry, ref: WarcRef, memory: Memory) -> None:
    """Remember a response or revisit that was read back as it was remembered when it was written."""
    uri, date = entry.uri("warc-target-uri"), entry.header("warc-date")
    if entry.type not in ("response", "revisit") or not uri or not date:
        return
    seen = _visit(uri, date, entry.block, entry.header("warc-truncated") is not None)
    first = None
    if entry.type == "revisit":
        first = memory.payload(*referred(entry))
    if (payload := seen.payload(ref) if first is None else seen.renewed(first)) is not None:
        memory.keep(payload)


def original(of: Visit, request: bytes, known: Iterable[Payload]) -> Payload | None:
    """The first of the known responses that a visit brought again, or None: then it is stored whole.

    Of a 304 it is the one whose validators the request sent; a 304 that nobody asked for refers to nothing.
    """
    if of.status == _304:
        etag, date = _field(request, b"if-none-match"), _field(request, b"if-modified-since")
        if etag is not None:  # the date is ignored beside it: RFC 9110 section 13.1.3
            return next((one for one in known if one.etag == etag), None)
        return next((one for one in known if date is not None and one.last_modified == date), None)
    if not of.is_whole or of.digest is None:
        return None
    return next((one for one in known if (one.digest, one.status) == (of.digest, of.status)), None)


def fields(of: Visit, first: Payload) -> form.Headers:
    """The fields that make a record a revisit; its block is the visit's head.

    A 304 has the digest too: its payload is defined as the original's, and pywb finds that by digest.
    """
    is_304 = of.status == _304
    return [
        ("WARC-Profile", NOT_MODIFIED if is_304 else IDENTICAL),
        ("WARC-Refers-To", f"<{first.ref.record_id}>"),
        ("WARC-Refers-To-Target-URI", first.uri),
        ("WARC-Refers-To-Date", first.date),
        ("WARC-Payload-Digest", first.digest),
        *([] if is_304 else [("WARC-Truncated", "length")]),  # section 6.7.2 wants it where the payload is left off
    ]


def referred(entry: Entry) -> tuple[str, str, str]:
    """Address, date and record id of the response that a revisit refers to; empty where it does not say."""
    names = ("warc-refers-to-target-uri", "warc-refers-to-date", "warc-refers-to")
    uri, date, record_id = (entry.uri(name) or "" for name in names)
    return uri, date, record_id


def restored(entry: Entry, first: Entry) -> Entry:
    """A revisit with a whole message for its block: its own head and the first response's payload, or all of the first.

    The latter where the server said that nothing was modified. A VerificationError if that is not the payload it had.
    """
    payload = form.http_payload(first.block)
    if payload is None or form.digest(payload) != entry.header("warc-payload-digest"):
        message = f"{entry.uri('warc-record-id')}: the payload of {first.uri('warc-record-id')} is not the one it names"
        raise VerificationError(message, reason="bad-reference")
    same = entry.header("warc-profile") == NOT_MODIFIED
    block = first.block if same else entry.block + payload
    return Entry(entry.type, entry.headers, entry.offset, entry.length, block, entry.plain)


def _visit(uri: str, date: str, block: bytes, truncated: bool) -> Visit:
    at = form.payload_at(block)
    if at is None:
        return Visit(uri, date, block, None, False)
    head, payload = block[:at], memoryview(block)[at:]
    digest = None if payload and _CHUNKED.search(head) else form.digest(payload)
    return Visit(uri, date, head, digest, bool(payload) and not truncated)


def _field(head: bytes, name: bytes) -> str | None:
    """The first value of a field, as a request that sends it back has it; None for one too long to be remembered."""
    found = re.search(rb"(?im)^%b[ \t]*:([^\r\n]*)" % name, head)
    value = found[1].strip(b" \t").decode("latin-1") if found else ""
    return value if 0 < len(value) <= _MAX_VALIDATOR else None

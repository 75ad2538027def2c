"""A response read to its end, or to where it is cut off, as one exchange for the archive."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime

import httpx
from msgspec import Struct

from scraper import coding, http2
from scraper.errors import LimitError, ScrapeError
from scraper.tap import MAX_FIELDS, UnreachableError, Wire
from scraper.transport import BreachError
from scraper.types import Exchange

log = logging.getLogger(__name__)

NETWORK_ERRORS = (OSError, BreachError)
"""What an exchange may raise below HTTP's own level; `plain` puts it in this program's words."""

_MAX_PARTS = 100_000  # 3 s of the processor's time; 16 MB in chunks of one byte would take minutes
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BODILESS = frozenset({204, 304})  # RFC 9112 section 6.3
_CHUNKED_NAME = re.compile(rb"^transfer-encoding(?=[ \t]*:)", re.IGNORECASE | re.MULTILINE)
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[^\n]*\n")
_TRAILERS_END = re.compile(rb"(?:^|\n)\r?\n")


class Reply(Struct, frozen=True):
    """A response: `body` as it was on the wire but for its chunks; `cut` is why it is not whole, if it is not."""

    exchange: Exchange
    headers: tuple[tuple[str, str], ...]
    body: bytes
    cut: ScrapeError | None = None

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)

    def location(self) -> str | None:
        """Where a redirect leads, as written; None if this is none. Servers send raw UTF-8 here, against RFC 9110."""
        location = self.header("location") if self.exchange.status in _REDIRECTS else None
        if location is None:
            return None
        try:
            return location.encode("latin-1").decode("utf-8")
        except UnicodeDecodeError:
            return location


async def read_reply(answer: httpx.Response, wire: Wire, head: bytes, started: float) -> Reply:
    """Read a response to its end, or to where it is cut off; `head` is the wire's.

    A wire that kept everything gives the response as it came; another one, with its chunks undone.
    """
    headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in answer.headers.raw)
    parts: list[bytes | bytearray] = []
    cut: ScrapeError | None = None
    truncated = None
    try:
        async for part in answer.aiter_raw():
            parts.append(part)
            if len(parts) > _MAX_PARTS:
                what = f"{wire.url}: a body in more than {_MAX_PARTS} chunks"
                raise LimitError(what, reason="too-many-chunks")
    except LimitError as error:
        cut, truncated = error, "time" if error.reason == "deadline" else "length"
    except NETWORK_ERRORS as error:
        cut, truncated = plain(error, wire), "time" if isinstance(error, TimeoutError) else "disconnect"
    body = b"".join(parts)
    del parts
    exchange = Exchange(
        url=wire.url,
        request=bytes(wire.sent),
        response=_message(wire, head, body, cut),
        status=answer.status_code,
        started_at=_rfc3339(started),
        peer=wire.peer,
        protocol=answer.http_version.lower(),
        tls=wire.tls,
        truncated=truncated,
        unverified=wire.unverified,
    )
    return Reply(exchange=exchange, headers=headers, body=body, cut=cut)


def head_of(answer: httpx.Response, wire: Wire) -> bytes | None:
    """A response's head as the archive keeps it; None if there is none that belongs to this exchange."""
    fields = answer.headers.raw
    if not wire.http2:
        return wire.head([name for name, _ in fields])
    if len(fields) > MAX_FIELDS:
        raise LimitError(f"{wire.url}: over {MAX_FIELDS} lines of header", reason="too-many-headers")
    return http2.response_head(answer.status_code, fields)


def _message(wire: Wire, head: bytes, body: bytes, cut: ScrapeError | None) -> bytes:
    """The response as the archive keeps it."""
    status = int(head.split(None, 2)[1])
    if status in _BODILESS:  # nothing was de-chunked
        return head + body
    if not wire.keeps_all:
        return dechunked(head) + body
    if cut is None and not _CHUNKED_NAME.search(head):
        return head + body  # bytes behind the declared length are no part of the response
    behind = wire.behind()
    return head + (behind if cut is not None else behind[: chunked_end(behind)])


def dechunked(head: bytes) -> bytes:
    """A head for a body whose chunks are undone: its field is renamed, so that readers do not undo them again.

    The one form that warcio, fastwarc, pywb and jwarc all accept; browsertrix and Heritrix write it alike.
    """
    return _CHUNKED_NAME.sub(b"x-orig-transfer-encoding", head)


def chunked_end(body: bytes) -> int:
    """Where a chunked body ends, its trailers included; its length if no end is found. RFC 9112 section 7.1."""
    position = 0
    while size := _CHUNK_SIZE.match(body, position):
        length = int(size[1], 16)
        if length == 0:
            end = _TRAILERS_END.search(body, size.end() - 1)
            return end.end() if end else len(body)
        line = body.find(b"\n", size.end() + length)
        if line < 0:
            break
        position = line + 1
    return len(body)


def page_body(reply: Reply, limit: int) -> bytes:
    """A response's body without its content codings; nothing of an error page's that cannot be read."""
    try:
        return coding.decode(reply.body, reply.header("content-encoding"), limit)
    except ScrapeError as error:
        if not 200 <= reply.exchange.status < 300:
            log.debug("%s: the body of an error page is unreadable: %s", reply.exchange.url, error)
            return b""
        raise type(error)(f"{reply.exchange.url}: {error}", reason=error.reason) from error


def robots_body(reply: Reply, limit: int) -> bytes:
    """The first `limit` bytes of a robots.txt; nothing where there is none."""
    if not 200 <= reply.exchange.status < 300:
        return b""
    return coding.prefix(reply.body, reply.header("content-encoding"), limit)


def plain(error: Exception, wire: Wire) -> ScrapeError:
    """What went wrong in the words of this program."""
    if isinstance(error, UnreachableError):
        reason, what = "unreachable", "cannot be reached"
    elif isinstance(error, TimeoutError):
        reason, what = "timeout", "answers too slowly; raise `network.timeout` if it is worth the wait"
    elif wire.ended or not isinstance(error, BreachError) or (wire.http2 and http2.is_end(error)):
        reason, what = "closed-early", "hung up before the response was whole"
    else:
        reason, what = "protocol", "does not speak HTTP"
    return ScrapeError(f"{wire.url}: the server {what} ({str(error) or type(error).__name__})", reason=reason)


def _rfc3339(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

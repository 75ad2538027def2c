"""The tap on the wire: every byte of an HTTP exchange as it crosses, on connections to checked addresses only.

It sits below the HTTP library, as httpcore's network backend, and above TLS. There alone the bytes are still what the
server sent: header case, duplicates, folded lines, informational responses. There, too, a name is looked up once, every
answer is checked, and the connection goes to an address that was checked, so no second look-up can give another one.
"""

# ruff: noqa: ASYNC109 - the timeout parameters are those of httpcore's interface
from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import httpcore
import httpx
from msgspec import Struct

from scraper.errors import LimitError, ScrapeError
from scraper.types import Exchange

Clock = Callable[[], float]
Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Looks a host name up: the addresses to try, in order; raises OSError when there are none."""

MAX_ADDRESSES = 4
"""How many of a name's addresses are tried; all of its answers are checked."""

NETWORK_ERRORS = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, OSError)
"""What an exchange may raise below HTTP's own level; `plain` puts it in this program's words."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEAD_END = re.compile(rb"\n\r?\n")  # a bare line feed ends a line too: RFC 9112 section 2.2
_FIELD = re.compile(rb"(?<=\n)(?!content-length[ \t]*:)[^ \t\r\n]", re.IGNORECASE)  # a folded line begins with a blank
_STATUS = re.compile(rb"HTTP/[0-9]\.[0-9] ([0-9])")
_CHUNKED_NAME = re.compile(rb"^transfer-encoding(?=[ \t]*:)", re.IGNORECASE | re.MULTILINE)


class Wire:
    """What one exchange wrote and read, and the bounds that it keeps.

    `deadline` is a time of the clock; `max_bytes` bounds everything that is read, informational responses included.
    `received` grows until `head` is called for; after that, bytes are only counted.
    """

    def __init__(self, url: str, clock: Clock, deadline: float, max_bytes: int) -> None:
        self.url = url
        self.sent = bytearray()
        self.received = bytearray()
        self.count = 0
        self.peer: str | None = None
        self.tls: str | None = None
        self.reused = True
        self.ended = False
        self._clock = clock
        self._deadline = deadline
        self._max_bytes = max_bytes
        self._reading_head = True

    def head(self, names: list[bytes]) -> bytes | None:
        """The response's head as it came, with its blank line and without informational (1xx) heads before it.

        None if it has not as many fields as the HTTP library read (`names`): then bytes left over from the connection's
        response before were taken for the beginning of this one. Lengths do not count: h11 makes one of several.
        """
        self._reading_head = False
        fields = sum(name.lower() != b"content-length" for name in names)
        start = 0
        while (end := _HEAD_END.search(self.received, start)) and (status := _STATUS.match(self.received, start)):
            if status[1] != b"1":
                head = bytes(self.received[start : end.end()])
                return head if len(_FIELD.findall(head)) == fields else None
            start = end.end()
        return None

    def read(self, data: bytes) -> None:
        """Take note of bytes that were read; raises LimitError ("too-large") at the bound."""
        self.ended = not data
        self.count += len(data)
        if self._reading_head:
            self.received += data
        if self.count > self._max_bytes:
            raise LimitError(
                f"{self.url}: more than {self._max_bytes} bytes; raise `network.max_bytes`", reason="too-large"
            )

    @contextmanager
    def bounded(self, timeout: float | None) -> Iterator[float]:
        """A timeout cut down to what the deadline leaves; raises LimitError ("deadline") when that has run out."""
        left = self._deadline - self._clock()
        if left <= 0:
            raise self._late()
        try:
            yield left if timeout is None else min(timeout, left)
        except httpcore.TimeoutException as error:
            if timeout is None or left <= timeout:
                raise self._late() from error
            raise

    def _late(self) -> LimitError:
        return LimitError(f"{self.url}: the time for one link has passed; raise `network.deadline`", reason="deadline")


_wire: ContextVar[Wire] = ContextVar("wire")


@contextmanager
def tapping(wire: Wire) -> Iterator[Wire]:
    """Let the connections that this task uses write into `wire`.

    A task-local variable, because httpcore hands a backend no request; so bytes cannot reach another task's exchange.
    """
    token = _wire.set(wire)
    try:
        yield wire
    finally:
        _wire.reset(token)


def dechunked(head: bytes) -> bytes:
    """A head for a body whose chunks are undone: its field is renamed, so that readers do not undo them again.

    The one form that warcio, fastwarc, pywb and jwarc all accept; browsertrix and Heritrix write it alike.
    """
    return _CHUNKED_NAME.sub(b"x-orig-transfer-encoding", head)


async def look_up(host: str, port: int) -> list[str]:
    """The operating system's answer for a host name, in its order of preference (RFC 6724)."""
    answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


class _TappedStream(httpcore.AsyncNetworkStream):
    """A connection that copies what crosses it into the wire of the task that uses it."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, tls: str | None = None) -> None:
        self._stream = stream
        self._tls = tls
        # Read now: when the server hangs up the operating system forgets who it was.
        self._peer = str(stream.get_extra_info("server_addr")[0])

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        wire = _wire.get()
        with wire.bounded(timeout) as allowed:
            data = await self._stream.read(max_bytes, allowed)
        wire.read(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        wire = _wire.get()
        wire.peer, wire.tls = self._peer, self._tls
        wire.sent += buffer
        with wire.bounded(timeout) as allowed:
            await self._stream.write(buffer, allowed)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        wire = _wire.get()
        try:
            with wire.bounded(timeout) as allowed:
                stream = await self._stream.start_tls(ssl_context, server_hostname, allowed)
        except httpcore.ConnectError as error:
            raise ScrapeError(f"{wire.url}: no TLS connection: {error}", reason="tls") from error
        session: ssl.SSLObject = stream.get_extra_info("ssl_object")
        cipher = session.cipher()
        return _TappedStream(stream, f"{session.version()} {cipher[0] if cipher else ''}".strip())

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class TapBackend(httpcore.AsyncNetworkBackend):
    """Connects to checked addresses and taps the connections.

    `check` raises RefusedError for an address that may not be connected to. One refused answer refuses the host: a
    public name that also has a private address is either a rebinding attack or a mistake.
    """

    def __init__(self, check: Callable[[str], None], resolve: Resolve = look_up) -> None:
        self._check = check
        self._resolve = resolve
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        wire = _wire.get()
        wire.reused = False
        with wire.bounded(timeout) as allowed:
            addresses = await self._addresses(host, port, allowed)
        share = None if timeout is None else timeout / len(addresses)
        for address in addresses[:-1]:
            try:
                return await self._connect(address, port, share)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._connect(addresses[-1], port, share)

    async def _addresses(self, host: str, port: int, timeout: float) -> list[str]:
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._resolve(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"no answer for the name {host}") from error
        except (OSError, UnicodeError) as error:  # UnicodeError: a label that is empty or longer than 63 characters
            raise ScrapeError(f"{host}: the name was not found ({error})", reason="dns") from error
        if not addresses:
            raise ScrapeError(f"{host}: the name has no address", reason="dns")
        for address in addresses:
            self._check(address)
        return addresses[:MAX_ADDRESSES]

    async def _connect(self, address: str, port: int, timeout: float | None) -> httpcore.AsyncNetworkStream:
        with _wire.get().bounded(timeout) as allowed:
            return _TappedStream(await self._network.connect_tcp(address, port, allowed))


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


async def read_reply(response: httpx.Response, wire: Wire, head: bytes, started: float) -> Reply:
    """Read a response to its end, or to where it is cut off; `head` is the wire's."""
    headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers.raw)
    parts: list[bytes] = []
    cut: ScrapeError | None = None
    truncated = None
    try:
        async for part in response.aiter_raw():
            parts.append(part)
    except LimitError as error:
        cut, truncated = error, "length" if error.reason == "too-large" else "time"
    except NETWORK_ERRORS as error:
        cut, truncated = plain(error, wire), "time" if isinstance(error, httpcore.TimeoutException) else "disconnect"
    body = b"".join(parts)
    if response.status_code not in (204, 304):  # these have no body, so nothing was de-chunked (RFC 9112 section 6.3)
        head = dechunked(head)
    exchange = Exchange(
        url=wire.url,
        request=bytes(wire.sent),
        response=head + body,
        status=response.status_code,
        started_at=_rfc3339(started),
        peer=wire.peer,
        protocol=response.extensions["http_version"].decode("ascii").lower(),
        tls=wire.tls,
        truncated=truncated,
    )
    return Reply(exchange=exchange, headers=headers, body=body, cut=cut)


def plain(error: Exception, wire: Wire) -> ScrapeError:
    """httpcore's error in the words of this program."""
    if isinstance(error, (httpcore.ConnectError, httpcore.ConnectTimeout)):
        reason, what = "unreachable", "cannot be reached"
    elif isinstance(error, httpcore.TimeoutException):
        reason, what = "timeout", "answers too slowly; raise `network.timeout` if it is worth the wait"
    elif wire.ended or not isinstance(error, httpcore.ProtocolError):
        reason, what = "closed-early", "hung up before the response was whole"
    else:
        reason, what = "protocol", "does not speak HTTP"
    return ScrapeError(f"{wire.url}: the server {what} ({str(error) or type(error).__name__})", reason=reason)


def _rfc3339(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

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
from typing import Any

import httpcore
from msgspec import Struct

from scraper import tls
from scraper.errors import LimitError, ScrapeError

Clock = Callable[[], float]
Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Looks a host name up: the addresses to try, in order; raises OSError when there are none."""

MAX_ADDRESSES = 4
"""How many of a name's addresses are tried; all of its answers are checked."""

MAX_HEAD = 96 * 1024
"""Bytes of a response's head, informational ones before it included: just under what h11 takes in one piece."""

MAX_FIELDS = 1000
"""Lines of the same: ten times what Apache takes in a request, and as many as no site sends."""

_HEAD_END = re.compile(rb"\n\r?\n")  # a bare line feed ends a line too: RFC 9112 section 2.2
_FIELD = re.compile(rb"(?<=\n)(?!content-length[ \t]*:)[^ \t\r\n]", re.IGNORECASE)  # a folded line begins with a blank
_STATUS = re.compile(rb"HTTP/[0-9]\.[0-9] ([0-9])")


class Bounds(Struct, frozen=True):
    """How far one exchange may go: `deadline` is a time of the clock, `max_bytes` bounds everything that is read.

    `whole` keeps every byte that is read, not the head's alone.
    """

    deadline: float
    max_bytes: int
    whole: bool = False


class Wire:
    """What one exchange wrote and read, and the bounds that it keeps.

    `received` grows until `head` is called for; after that, bytes are only counted, unless all of them are wanted.
    """

    def __init__(self, url: str, clock: Clock, bounds: Bounds) -> None:
        self.url = url
        self.sent = bytearray()
        self.received = bytearray()
        self.count = 0
        self.peer: str | None = None
        self.tls: str | None = None
        self.unverified: str | None = None
        self.http2 = False
        self.reused = True
        self.ended = False
        self._clock = clock
        self._bounds = bounds
        self._reading_head = True
        self._start = 0  # of the head that is being read, or was
        self._end: int | None = None  # of the first head that is none of the informational ones
        self._lines = 0

    def head(self, names: list[bytes]) -> bytes | None:
        """The response's head as it came, with its blank line and without informational (1xx) heads before it.

        None if it has not as many fields as the HTTP library read (`names`): then bytes left over from the connection's
        response before were taken for the beginning of this one. Lengths do not count: h11 makes one of several.
        """
        self._reading_head = False
        if self._end is None or not _STATUS.match(self.received, self._start):
            return None
        head = bytes(self.received[self._start : self._end])
        fields = sum(name.lower() != b"content-length" for name in names)
        return head if len(_FIELD.findall(head)) == fields else None

    @property
    def keeps_all(self) -> bool:
        """Whether what comes behind the head is kept too."""
        return self._bounds.whole and not self.http2

    def behind(self) -> bytes:
        """Everything that came behind the head, where the bounds say that it is kept."""
        return bytes(self.received[self._end or 0 :])

    def read(self, data: bytes) -> None:
        """Take note of bytes that were read; raises LimitError ("too-large", "head-too-large", "too-many-headers")."""
        self.ended = not data
        self.count += len(data)
        if self.http2:  # frames, which say nothing by themselves; h2 bounds a head to 64 KiB
            self._bound()
            return
        if self._reading_head or self._bounds.whole:
            self.received += data
        if self._reading_head:
            self._measure(len(data))
        self._bound()

    def _bound(self) -> None:
        if self.count > self._bounds.max_bytes:
            raise LimitError(
                f"{self.url}: more than {self._bounds.max_bytes} bytes; raise `network.max_bytes`", reason="too-large"
            )

    def _measure(self, new: int) -> None:
        """Find the head's end in what came, whose last `new` bytes were not looked at yet, and bound its size."""
        if self._end is not None:
            return
        seen = len(self.received) - new
        while end := _HEAD_END.search(self.received, max(self._start, seen - 2)):
            status = _STATUS.match(self.received, self._start)
            if status is None or status[1] != b"1":
                self._end = end.end()
                break
            self._start = seen = end.end()
        size = len(self.received) if self._end is None else self._end
        self._lines += self.received.count(b"\n", len(self.received) - new, size)
        if size > MAX_HEAD:
            raise LimitError(f"{self.url}: a response head of over {MAX_HEAD} bytes", reason="head-too-large")
        if self._lines > MAX_FIELDS:
            raise LimitError(f"{self.url}: over {MAX_FIELDS} lines of header", reason="too-many-headers")

    @contextmanager
    def bounded(self, timeout: float | None) -> Iterator[float]:
        """A timeout cut down to what the deadline leaves; raises LimitError ("deadline") when that has run out."""
        left = self._bounds.deadline - self._clock()
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


async def look_up(host: str, port: int) -> list[str]:
    """The operating system's answer for a host name, in its order of preference (RFC 6724)."""
    answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


class _Secured(Struct, frozen=True):
    """How a connection is secured: version and cipher suite, why its certificate was not checked, what is spoken."""

    tls: str | None = None
    unverified: str | None = None
    http2: bool = False


_PLAIN = _Secured()


class _TappedStream(httpcore.AsyncNetworkStream):
    """A connection that copies what crosses it into the wire of the task that uses it."""

    def __init__(
        self, stream: httpcore.AsyncNetworkStream, peer: str, exceptions: tls.Exceptions, secured: _Secured = _PLAIN
    ) -> None:
        self._stream = stream
        # As it was connected to: once the server has hung up the operating system no longer says who it was.
        self._peer = peer
        self._exceptions = exceptions
        self._secured = secured

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        wire = _wire.get()
        with wire.bounded(timeout) as allowed:
            data = await self._stream.read(max_bytes, allowed)
        wire.read(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        wire = _wire.get()
        wire.peer, wire.tls, wire.unverified = self._peer, self._secured.tls, self._secured.unverified
        wire.http2 = self._secured.http2
        wire.sent += buffer
        with wire.bounded(timeout) as allowed:
            await self._stream.write(buffer, allowed)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        wire = _wire.get()
        unverified = self._exceptions.reason(server_hostname)
        context = ssl_context if unverified is None else self._exceptions.context
        try:
            with wire.bounded(timeout) as allowed:
                stream = await self._stream.start_tls(context, server_hostname, allowed)
        except httpcore.ConnectError as error:
            way_out = "; `network.unverified_hosts` can except a host" if "CERTIFICATE_VERIFY" in str(error) else ""
            raise ScrapeError(f"{wire.url}: no TLS connection: {error}{way_out}", reason="tls") from error
        session: ssl.SSLObject = stream.get_extra_info("ssl_object")
        secured = _Secured(tls.facts(session), unverified, session.selected_alpn_protocol() == "h2")
        return _TappedStream(stream, self._peer, self._exceptions, secured)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class TapBackend(httpcore.AsyncNetworkBackend):
    """Connects to checked addresses and taps the connections.

    `check` raises RefusedError for an address and port that may not be connected to. One refused answer refuses the
    host: a public name that also has a private address is either a rebinding attack or a mistake. `exceptions` are the
    hosts whose certificate is not checked.
    """

    def __init__(self, check: Callable[[str, int], None], resolve: Resolve, exceptions: tls.Exceptions) -> None:
        self._check = check
        self._resolve = resolve
        self._exceptions = exceptions
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
            self._check(address, port)
        return addresses[:MAX_ADDRESSES]

    async def _connect(self, address: str, port: int, timeout: float | None) -> httpcore.AsyncNetworkStream:
        with _wire.get().bounded(timeout) as allowed:
            stream = await self._network.connect_tcp(address, port, allowed)
        return _TappedStream(stream, address, self._exceptions)

"""The tap on the wire: every byte of an HTTP exchange as it crosses, on connections to checked addresses only.

It sits below the HTTP library and above TLS. There alone the bytes are still what the
server sent: header case, duplicates, folded lines, informational responses. There, too, a name is looked up once, every
answer is checked, and the connection goes to an address that was checked, so no second look-up can give another one.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from msgspec import Struct

from scraper import tls
from scraper.errors import LimitError, ScrapeError
from scraper.guard import Target
from scraper.stream import Stream, connect, secure

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
        if self.http2:  # frames again; h2 bounds a head to 64 KiB
            self._bound()
            return
        if self._bounds.whole:
            self.received += data
        elif self._reading_head and self._end is None:  # and no more of what comes with it than a head may have
            data = data[: MAX_HEAD + 1 - len(self.received)]
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
        if self._lines > MAX_FIELDS:
            raise LimitError(f"{self.url}: over {MAX_FIELDS} lines of header", reason="too-many-headers")
        if size > MAX_HEAD and _STATUS.match(self.received, self._start):  # h11 says what the rest is
            raise LimitError(f"{self.url}: a response head of over {MAX_HEAD} bytes", reason="head-too-large")

    @contextmanager
    def bounded(self, wait: float) -> Iterator[float]:
        """A time of the loop's clock: so many seconds ahead, or fewer where the deadline leaves fewer.

        Raises LimitError ("deadline") when that has run out, or does within.
        """
        left = self._bounds.deadline - self._clock()
        if left <= 0:
            raise self._late()
        try:
            yield asyncio.get_running_loop().time() + min(wait, left)
        except TimeoutError as error:
            if left <= wait:
                raise self._late() from error
            raise

    def _late(self) -> LimitError:
        return LimitError(f"{self.url}: the time for one link has passed; raise `network.deadline`", reason="deadline")


async def look_up(host: str, port: int) -> list[str]:
    """The operating system's answer for a host name, in its order of preference (RFC 6724)."""
    answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


class UnreachableError(OSError):
    """No connection came about."""


class Tapped:
    """A connection that copies what crosses it into the wire of its exchange.

    `peer` is the address that was connected to: once the server has hung up the operating system no longer says who it
    was. `unverified` is why the server's certificate was not checked.
    """

    def __init__(self, stream: Stream, peer: str, unverified: str | None = None) -> None:
        session = stream.session
        self._stream = stream
        self._peer = peer
        self._unverified = unverified
        self._tls = None if session is None else tls.facts(session)
        self.http2 = session is not None and session.selected_alpn_protocol() == "h2"
        self.wire: Wire

    def begin(self, wire: Wire) -> None:
        """An exchange begins."""
        self.wire = wire
        wire.peer, wire.tls, wire.unverified, wire.http2 = self._peer, self._tls, self._unverified, self.http2

    async def read(self, wait: float) -> bytes:
        """What comes next, waited for so many seconds at the most."""
        with self.wire.bounded(wait) as until:
            data = await self._stream.receive(until)
        self.wire.read(data)
        return data

    async def write(self, data: bytes, wait: float) -> None:
        """Send all of it."""
        if not self.http2:  # frames, which say nothing by themselves
            self.wire.sent += data
        with self.wire.bounded(wait) as until:
            await self._stream.send(data, until)

    @property
    def is_readable(self) -> bool:
        """Whether the server has sent something, or hung up."""
        return self._stream.is_readable

    def close(self) -> None:
        """Hang up."""
        self._stream.close()


class Tap:
    """Connects to checked addresses and taps the connections.

    `check` raises RefusedError for an address and port that may not be connected to. One refused answer refuses the
    host: a public name that also has a private address is either a rebinding attack or a mistake.
    """

    def __init__(self, check: Callable[[str, int], None], resolve: Resolve, trust: tls.Trust) -> None:
        self._check = check
        self._resolve = resolve
        self._trust = trust

    async def open(self, target: Target, wire: Wire, wait: float) -> Tapped:
        """A new connection to a target's server; `wait` bounds look-up, connecting and TLS, each by itself.

        Raises UnreachableError, RefusedError, ScrapeError ("dns", "tls"), LimitError ("deadline").
        """
        wire.reused = False
        try:
            with wire.bounded(wait) as until:
                addresses = await self._addresses(target, until)
            stream, peer = await _first(addresses, target.port, wire, wait)
            if target.scheme == "http":
                return Tapped(stream, peer)
            return Tapped(await self._secured(stream, target, wire, wait), peer, self._trust.reason(target.host))
        except OSError as error:
            raise UnreachableError(str(error)) from error

    async def _addresses(self, target: Target, until: float) -> list[str]:
        host = target.host
        try:
            async with asyncio.timeout_at(until):
                addresses = await self._resolve(host, target.port)
        except TimeoutError as error:
            raise TimeoutError(f"no answer for the name {host}") from error
        except (OSError, UnicodeError) as error:  # UnicodeError: a label that is empty or longer than 63 characters
            raise ScrapeError(f"{host}: the name was not found ({error})", reason="dns") from error
        if not addresses:
            raise ScrapeError(f"{host}: the name has no address", reason="dns")
        for address in addresses:
            self._check(address, target.port)
        return addresses[:MAX_ADDRESSES]

    async def _secured(self, stream: Stream, target: Target, wire: Wire, wait: float) -> Stream:
        try:
            with wire.bounded(wait) as until:
                return await secure(stream, self._trust.context(target.host), target.host, until)
        except TimeoutError:
            raise
        except OSError as error:  # ssl.SSLError is one
            way_out = "; `network.unverified_hosts` can except a host" if "CERTIFICATE_VERIFY" in str(error) else ""
            raise ScrapeError(f"{wire.url}: no TLS connection: {error}{way_out}", reason="tls") from error


async def _first(addresses: list[str], port: int, wire: Wire, wait: float) -> tuple[Stream, str]:
    """A connection to the first address that takes one, and the address; each has its share of the time."""
    for address in addresses[:-1]:
        try:
            with wire.bounded(wait / len(addresses)) as until:
                return await connect(address, port, until), address
        except OSError:
            continue
    with wire.bounded(wait / len(addresses)) as until:
        return await connect(addresses[-1], port, until), addresses[-1]

"""Connections on non-blocking sockets that asyncio's loop watches, with TLS or without.

Here a read is one `recv`, and nothing is read before it is asked for, so what the system holds is all that a server can
send ahead. anyio's streams copy what comes into a queue, cut it up for each reader and copy the rest, each time in a
scope of cancellation: 0.6 ms of CPU more for a page of 250 kB (0.7 instead of 1.35, HTTP included).

Errors are OSErrors, ssl.SSLError and TimeoutError among them, unless something else is said.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

PIECE = 256 * 1024
"""Bytes that are read at once, at most."""

_GREED = 16
"""How many reads in a row may find their bytes there before others get a turn: 4 MB, or some milliseconds."""

_Done = TypeVar("_Done")
_AGAIN = (BlockingIOError, InterruptedError)


class Stream(Protocol):
    """A connection; `until` is a time of the loop's clock, after which a TimeoutError is raised."""

    @property
    def session(self) -> ssl.SSLObject | None:
        """The TLS session, if there is one."""

    @property
    def is_readable(self) -> bool:
        """Whether something has come, the connection's end included."""

    async def receive(self, until: float) -> bytes:
        """What has come, up to PIECE; nothing where the server has ended the connection."""

    async def send(self, data: bytes, until: float) -> None:
        """Return when the system has taken all of it."""

    def close(self) -> None:
        """Hang up; whoever waits gets a ConnectionAbortedError."""


async def connect(address: str, port: int, until: float) -> Stream:
    """A connection to an IP address."""
    peer = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        peer.setblocking(False)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        async with asyncio.timeout_at(until):
            await asyncio.get_running_loop().sock_connect(peer, (address, port))
    except BaseException:
        peer.close()
        raise
    return _Plain(peer)


async def secure(below: Stream, context: ssl.SSLContext, name: str, until: float) -> Stream:
    """The same connection with TLS; `name` is the server's. It is closed where that fails."""
    try:
        made = _Secure(below, context, name)
        await made.shake_hands(until)
    except BaseException:
        below.close()
        raise
    return made


class _Plain:
    """A non-blocking socket."""

    session = None

    def __init__(self, peer: socket.socket) -> None:
        self._socket = peer
        self._waiting: set[asyncio.Future[None]] = set()
        self._greed = 0

    @property
    def is_readable(self) -> bool:
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except _AGAIN:
            return False
        except OSError:
            return True
        return True

    def close(self) -> None:
        if self._waiting:
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._socket)
            loop.remove_writer(self._socket)
            for ready in self._waiting:
                _fail(ready, ConnectionAbortedError("closed while it was waited for"))
        self._socket.close()

    async def receive(self, until: float) -> bytes:
        self._greed += 1
        if self._greed > _GREED:
            self._greed = 0
            await asyncio.sleep(0)
        while True:
            try:
                return self._socket.recv(PIECE)
            except _AGAIN:
                await self._ready(until, writing=False)

    async def send(self, data: bytes, until: float) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
            except _AGAIN:
                await self._ready(until, writing=True)

    async def _ready(self, until: float, *, writing: bool) -> None:
        """Wait for the socket; others get their turn meanwhile."""
        loop = asyncio.get_running_loop()
        ready = loop.create_future()
        fd = self._socket.fileno()  # of the socket itself the loop would make a text, for an error that it drops
        (loop.add_writer if writing else loop.add_reader)(fd, _wake, ready)
        late = loop.call_at(until, _fail, ready, TimeoutError("nothing came in time"))
        self._waiting.add(ready)
        self._greed = 0
        try:
            await ready
        finally:
            self._waiting.discard(ready)
            late.cancel()
            if self._socket.fileno() >= 0:  # else it was closed, and is watched no more
                (loop.remove_writer if writing else loop.remove_reader)(fd)


class _Secure:
    """TLS over another connection."""

    def __init__(self, below: Stream, context: ssl.SSLContext, name: str) -> None:
        self._below = below
        self._come = ssl.MemoryBIO()
        self._going = ssl.MemoryBIO()
        self.session = context.wrap_bio(self._come, self._going, server_hostname=name)
        self._trouble: ssl.SSLError | None = None

    @property
    def is_readable(self) -> bool:
        return self._come.pending > 0 or self._below.is_readable

    def close(self) -> None:
        """Without a farewell: nobody waits for the server's, and HTTP's own lengths say what is whole."""
        self._below.close()

    async def shake_hands(self, until: float) -> None:
        """Begin the session; an ssl.SSLError where the server's certificate is not trusted."""
        await self._carried(self.session.do_handshake, until)

    async def receive(self, until: float) -> bytes:
        """An end without TLS's own farewell is an end, for many servers leave it out."""
        try:
            return await self._carried(self._decrypted, until)
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            return b""

    async def send(self, data: bytes, until: float) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[await self._carried(partial(self.session.write, rest), until) :]

    def _decrypted(self) -> bytes:
        """All that has come, up to PIECE, and not a record of 16 kB at a time."""
        if self._trouble is not None:
            raise self._trouble
        found = self.session.read(PIECE)
        parts, size = [found], len(found)
        try:
            while found and size < PIECE:
                found = self.session.read(PIECE - size)
                parts.append(found)
                size += len(found)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:  # what came before it is true all the same
            self._trouble = error
        return b"".join(parts)

    async def _carried(self, work: Callable[[], _Done], until: float) -> _Done:
        """Let TLS do its work, and carry to and fro what it has and wants."""
        while True:
            try:
                done = work()
            except ssl.SSLWantReadError:
                await self._flush(until)
                if data := await self._below.receive(until):
                    self._come.write(data)
                else:
                    self._come.write_eof()
            else:
                await self._flush(until)
                return done

    async def _flush(self, until: float) -> None:
        if self._going.pending:
            await self._below.send(self._going.read(), until)


def _wake(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


def _fail(ready: asyncio.Future[None], error: OSError) -> None:
    if not ready.done():
        ready.set_exception(error)

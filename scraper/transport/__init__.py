"""The one seam to the network: GET requests over tapped and guarded connections, and what answers.

The request target goes out as the address guard spelled it. What httpcore's pool did above the same protocol engines
cost 1 ms of CPU a request, and 8 ms with ninety connections, since it asks the system twice a request about each.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

from msgspec import Struct

from scraper.errors import ConfigError
from scraper.guard import Target
from scraper.tap import Tap, Tapped, Wire
from scraper.transport.http1 import Http1
from scraper.transport.line import BreachError, Fields, Head, Line

__all__ = ["Answer", "BreachError", "Fields", "Transport", "Waits"]

MOST = 100
"""How many connections are in use at the same time, and how many others are kept."""

KEEPALIVE = 15.0
"""Seconds that a connection is kept; longer than the usual pause between two requests to a host."""


class Waits(Struct, frozen=True):
    """Seconds that a single wait for the network may take: while a connection comes about, and on it."""

    connect: float
    read: float


class Answer:
    """A response, whose body is still to be read."""

    def __init__(self, head: Head, line: Line, release: Callable[[], Awaitable[None]]) -> None:
        self.status = head.status
        self.fields = head.fields
        self.version = head.version
        self.parts: Callable[[], AsyncIterator[bytes | bytearray]] = line.parts
        """The body as it comes, without its chunks."""
        self.aclose = release
        """Let go of the connection: it is kept for another request if the response was read to its end."""


class Transport:
    """Requests go out with their fields and target untouched; what goes wrong is told as a Line does.

    With `http2` that is spoken where the tap was offered it by a server; a ConfigError where the extra is missing.
    """

    def __init__(self, tap: Tap, http2: bool) -> None:
        self._tap = tap
        self._newer = _newer() if http2 else None
        self._kept: OrderedDict[str, tuple[Line, float]] = OrderedDict()  # by origin, until when; the latest is last
        self._slots = asyncio.Semaphore(MOST)

    async def get(self, target: Target, fields: Fields, waits: Waits, wire: Wire) -> Answer:
        """A GET with exactly these fields, in this order."""
        await self._slots.acquire()
        line = None
        try:
            line = self._taken(target.origin) or await self._opened(target, waits.connect, wire)
            line.stream.begin(wire)
            head = await line.ask(target, fields, waits.read)
        except BaseException:
            await self._release(target.origin, line)
            raise
        return Answer(head, line, partial(self._release, target.origin, line))

    def close(self) -> None:
        """Close every connection that is kept."""
        while self._kept:
            self._drop(next(iter(self._kept)))

    def _taken(self, origin: str) -> Line | None:
        self._tidy()
        if origin not in self._kept:
            return None
        if self._kept[origin][0].is_stale:
            self._drop(origin)
            return None
        return self._kept.pop(origin)[0]

    async def _opened(self, target: Target, wait: float, wire: Wire) -> Line:
        stream = await self._tap.open(target, wire, wait)
        return self._newer(stream, target) if stream.http2 and self._newer else Http1(stream)

    async def _release(self, origin: str, line: Line | None) -> None:
        """An exchange is over: keep its connection if it can carry another one."""
        self._slots.release()
        is_free = False
        if line is None:
            return
        try:
            is_free = await line.finish()
        finally:
            if not is_free or origin in self._kept:
                line.stream.close()
        if is_free and origin not in self._kept:
            self._kept[origin] = line, asyncio.get_running_loop().time() + KEEPALIVE
        self._tidy()

    def _tidy(self) -> None:
        """Close what was kept long enough, or is too much."""
        now = asyncio.get_running_loop().time()
        while self._kept:
            oldest = next(iter(self._kept))
            if len(self._kept) <= MOST and self._kept[oldest][1] > now:
                break
            self._drop(oldest)

    def _drop(self, origin: str) -> None:
        self._kept.pop(origin)[0].stream.close()


def _newer() -> Callable[[Tapped, Target], Line]:
    try:
        from scraper.transport.http2 import Http2  # noqa: PLC0415 - an extra
    except ImportError as error:
        message = "network.http2: needs the h2 package; install it with: pip install 'scrape[http2]'"
        raise ConfigError(message, reason="no-http2") from error
    return Http2

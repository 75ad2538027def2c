"""A loopback server and an event loop whose time passes at once: months in seconds, with real sockets.

Time stands still as long as anything can be done, a request on the wire included; then it jumps to the next timer. So
what waits for its turn, its schedule or a server that never answers waits in simulated time, to the second.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar

from newspapers import SILENCE, Press, Request

from scraper.fetch import Fetcher

Result = TypeVar("Result")


class Wire:
    """How many requests are on the wire, and how many of them the server leaves without an answer."""

    def __init__(self) -> None:
        self.requests = 0
        self.unanswered = 0

    @property
    def is_busy(self) -> bool:
        """Whether bytes are under way, which no time may overtake."""
        return self.requests > self.unanswered


class Time:
    """The time of a simulation, in Unix seconds."""

    def __init__(self, start: datetime) -> None:
        self.now = start.timestamp()

    def __call__(self) -> float:
        return self.now

    def utc(self) -> datetime:
        """The same as a datetime."""
        return datetime.fromtimestamp(self.now, UTC)


class _Selector(selectors.DefaultSelector):
    """Looks at the sockets without waiting; where nothing is to be done, lets the time pass instead."""

    def __init__(self, time: Time, wire: Wire) -> None:
        super().__init__()
        self._time, self._wire = time, wire

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if found or timeout == 0:
            return found
        if self._wire.is_busy:
            return super().select(0.05)
        if timeout is None:
            raise RuntimeError("nothing will ever happen")
        self._time.now += timeout
        return []


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, time: Time, wire: Wire) -> None:
        self._simulated = time
        super().__init__(_Selector(time, wire))
        self._clock_resolution = 1e-6  # of Unix time in a float; asyncio has that of a clock which began at zero

    def time(self) -> float:
        return self._simulated.now


def simulate(main: Callable[[], Coroutine[Any, Any, Result]], time: Time, wire: Wire) -> Result:
    """Run a coroutine in simulated time."""
    with asyncio.Runner(loop_factory=lambda: _Loop(time, wire)) as runner:
        return runner.run(main())


class Watched(Fetcher):
    """A fetcher that tells the wire what it has on it."""

    wire: Wire

    async def _exchange(self, *args: Any) -> Any:
        self.wire.requests += 1
        try:
            return await super()._exchange(*args)
        finally:
            self.wire.requests -= 1


class Visit(NamedTuple):
    """A request that the server met, when, and the status that it answered."""

    at: float
    host: str
    path: str
    status: int
    retry_after: float | None


class Kiosk:
    """Serves all papers of a press on one port, by the Host header. `visits` are the requests in their order."""

    def __init__(self, press: Press, time: Time, wire: Wire) -> None:
        self.press, self.visits = press, list[Visit]()
        self._time, self._wire = time, wire

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Serve as long as the context lasts."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.press.port if self.press.port != 80 else 0)
        self.press.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                if not await self._answer(head, reader, writer):
                    break
        except (asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
            return  # who asked is gone, or the simulation is over
        finally:
            writer.close()

    async def _answer(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        request = Request(headers["host"].partition(":")[0], first.split(" ")[1], headers)
        answer = self.press.answer(request, self._time.now)
        retry = answer.headers.get("Retry-After")
        self.visits.append(
            Visit(self._time.now, request.host, request.path, answer.status, float(retry) if retry else None)
        )
        if answer.status == SILENCE:
            self._wire.unanswered += 1
            try:
                await reader.read(1)  # until who asked gives up
            finally:
                self._wire.unanswered -= 1
            return False
        lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        lines += [] if answer.status == 304 else [f"Content-Length: {len(answer.body)}"]
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body)
        await writer.drain()
        return True

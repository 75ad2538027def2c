"""HTTP/1.1 on one connection: h11 reads and writes the messages, and this moves their bytes.

httpcore's connection is the same h11 among locks, shields and traces for callers and loops of all kinds, which cost
0.3 ms of CPU a request.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import h11

from scraper.guard import Target
from scraper.tap import Tapped
from scraper.transport.line import BreachError, Fields, Head

_MAX_EVENT = (
    100 * 1024
)  # bytes of a head, or of a chunk's line, that are waited for; the tap allows a head a little less


class Http1:
    """A Line."""

    def __init__(self, stream: Tapped) -> None:
        self.stream = stream
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_EVENT)
        self._was_heard = True
        self._wait = 0.0

    @property
    def is_stale(self) -> bool:
        return self.stream.is_readable

    async def ask(self, target: Target, fields: Fields, wait: float) -> Head:
        """See Line. A server may answer what it does not want to hear, and hang up on it."""
        self._wait = wait
        with _told():
            request = self._state.send(h11.Request(method="GET", target=target.path, headers=fields))
            self._state.send(h11.EndOfMessage())
        try:
            await self.stream.write(request or b"", wait)
        except TimeoutError:
            raise
        except OSError:
            self._was_heard = False
        while not isinstance(event := await self._event(), h11.Response):
            pass
        return Head(event.status_code, event.headers.raw_items(), f"http/{event.http_version.decode('ascii')}")

    async def parts(self) -> AsyncIterator[bytes | bytearray]:
        while isinstance(event := await self._event(), h11.Data):
            yield event.data

    async def finish(self) -> bool:
        state = self._state
        whole = state.our_state is h11.DONE and state.their_state is h11.DONE
        if not whole or not self._was_heard or state.trailing_data[0]:
            return False
        state.start_next_cycle()
        return True

    async def _event(self) -> object:
        """The next thing that h11 makes of what comes."""
        state = self._state
        with _told():
            while (event := state.next_event()) is h11.NEED_DATA:
                data = await self.stream.read(self._wait)
                if not data and state.their_state is h11.SEND_RESPONSE:
                    raise BreachError("it hung up without a response")
                state.receive_data(data)
        return event


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except h11.ProtocolError as error:
        raise BreachError(str(error)) from error

"""What was asked of an origin once, for everybody: an answer is shared, remembered, and forgotten in time."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar


class Answer(Protocol):
    """What is remembered: until when it holds, in Unix seconds, and what it takes of the room there is."""

    @property
    def until(self) -> float: ...

    @property
    def size(self) -> int: ...


Kept = TypeVar("Kept", bound=Answer)


class Remembered(Generic[Kept]):
    """The answers of origins, the ones used last: `most` in number, `room` in their sizes.

    `clock` gives Unix time in seconds; no answer holds for longer than `longest`.
    """

    def __init__(self, clock: Callable[[], float], longest: float, most: int, room: int) -> None:
        self._clock, self._longest, self._most, self._room = clock, longest, most, room
        self._answers: OrderedDict[str, Kept] = OrderedDict()
        self._asking: dict[str, asyncio.Lock] = {}

    async def of(self, origin: str, ask: Callable[[], Awaitable[Kept]]) -> Kept:
        """An origin's answer, asked for if it is not known or too old; those who come together ask once."""
        lock = self._asking.setdefault(origin, asyncio.Lock())
        try:
            async with lock:
                known = self._answers.get(origin)
                if known is None or not self._holds(known):
                    known = await ask()
                    self._keep(origin, known)
        finally:
            if not lock.locked():
                self._asking.pop(origin, None)
        self._answers.move_to_end(origin)
        return known

    @property
    def held(self) -> int:
        """The size of all answers together."""
        return sum(one.size for one in self._answers.values())

    def _holds(self, known: Kept) -> bool:
        """Whether an answer still holds; one that lies further ahead than any could was kept before a clock change."""
        return 0 < known.until - self._clock() <= self._longest

    def _keep(self, origin: str, known: Kept) -> None:
        self._answers[origin] = known
        self._answers.move_to_end(origin)
        held = self.held
        while len(self._answers) > 1 and (held > self._room or len(self._answers) > self._most):
            held -= self._answers.popitem(last=False)[1].size

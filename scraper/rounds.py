"""The rounds of the daemon: when the articles of each source are due for another look, between two runs. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

APART = timedelta(minutes=5)
"""Between two rounds of a source: looks that are due one after the other are made together, and one that a spent budget
puts off is not asked for all the time."""
_STEP = timedelta(seconds=1)
"""A clock that goes back by less than this is a clock that is kept right."""


class Rounds:
    """The next round of each source that has articles to look at."""

    def __init__(self) -> None:
        self._due: dict[str, datetime] = {}
        self._now: datetime | None = None

    def plan(self, name: str, at: datetime | None, now: datetime) -> None:
        """A source's next look is due at a moment, which may have passed, or at none (None).

        `now` is the end of its last run or round.
        """
        if at is None:
            self._due.pop(name, None)
        else:
            self._due[name] = max(at, now + APART)

    def keep(self, names: Collection[str]) -> None:
        """Forget all other sources."""
        self._due = {name: at for name, at in self._due.items() if name in names}

    def take(self, now: datetime, busy: Collection[str], room: int) -> list[str]:
        """The sources whose round is to start now, the longest due first; not those that are busy, whose run looks too,
        and no more than there is room for.

        Where the clock was set back, what was planned by the wrong time comes soon: a round that finds nothing due
        plans the next one anew.
        """
        if self._now is not None and now < self._now - _STEP:
            self._due = {name: min(at, now + APART) for name, at in self._due.items()}
        self._now = now
        due = sorted((at, name) for name, at in self._due.items() if at <= now and name not in busy)
        taken = [name for _, name in due[: max(room, 0)]]
        for name in taken:
            del self._due[name]
        return taken

    def next(self, busy: Collection[str] = ()) -> datetime | None:
        """When the next round of a source that is not busy is due."""
        return min((at for name, at in self._due.items() if name not in busy), default=None)

"""The table of due runs: from schedules, last runs and the time now, what is due, missed, skipped. Pure.

Nothing here waits or looks at a clock; whoever wakes it may come late, early, twice, or after a night's sleep, and the
clock may have been set. A run that was missed is caught up once, however many of its times went by; one whose source
still runs is skipped and counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from scraper.config.schedule import Cron, Every, Schedule, next_after

GRACE = 31 * 86400.0
"""Seconds that a run may be late by default: whatever was missed is caught up."""
_AT_MOST = 200
"""Times that are counted one by one; a cron line of each minute has 525,600 in a year's sleep."""
_WRONG = timedelta(days=1)
"""A last run this far in the future was told by a wrong clock; one less far by a clock that was set back since."""
_STEP = timedelta(seconds=1)
"""A clock that goes back by less than this is a clock that is kept right."""


class Timed(Struct, frozen=True):
    """A source's name and schedule; in seconds, how much later than planned its runs start at most (`jitter`, never
    over half of the way to the next), and how late one may still start (`grace`)."""

    name: str
    when: Schedule
    jitter: float = 0.0
    grace: float = GRACE


class Past(Struct, frozen=True):
    """A source's last run: when it began, and whether it came to its end."""

    started_at: datetime
    whole: bool


class Due(Struct, frozen=True):
    """A run that is to start now: when it was planned, and how many more planned times it stands for."""

    name: str
    planned: datetime
    missed: int = 0


class Look(Struct, frozen=True):
    """What a look at the table gave: runs to start, how many planned times each source skipped because it still runs,
    and sources whose run came too late for its grace."""

    due: tuple[Due, ...]
    skipped: Mapping[str, int]
    dropped: tuple[str, ...]


class _Entry:
    """A source in the table: the next planned time and when it starts, and whether a run is under way or waits."""

    def __init__(self, timed: Timed, last: datetime | None, now: datetime) -> None:
        self.timed, self.last = timed, last
        self.running = False
        self.planned = self.start = now
        self.plan(now)

    def plan(self, now: datetime) -> None:
        """Find the next planned time after the last one; at once, where there was none or a wrong clock told it."""
        if self.last is not None and isinstance(self.timed.when, Every) and self.last > now:
            every = timedelta(seconds=self.timed.when.seconds)
            self.last = None if self.last - now > max(every, _WRONG) else now
        elif self.last is not None and self.last - now > _WRONG:
            self.last = None
        self.planned = now if self.last is None else after(self.timed.when, self.last)
        self.start = now if self.last is None else self.planned + jitter(self.timed, self.planned)

    def use_up(self, now: datetime) -> int:
        """Go on to the first planned time that lies ahead; how many there were up to now."""
        count, self.last = _passed(self.timed.when, self.planned, now)
        self.plan(now)
        return count


class Timetable:
    """All sources with their next runs; what it gives as due counts as running until it is `done`."""

    def __init__(self, timed: Iterable[Timed], past: Mapping[str, Past], now: datetime) -> None:
        self._entries: dict[str, _Entry] = {}
        self._leaving: dict[str, _Entry] = {}
        self._now = now
        self.replace(timed, past, now)

    def replace(self, timed: Iterable[Timed], past: Mapping[str, Past], now: datetime) -> None:
        """Take other sources or schedules; a source that stays keeps what is known of it, `past` is of new ones.

        One that went while it ran, and is here again before it ended, still runs.
        """
        before_now = self._leaving | self._entries
        entries: dict[str, _Entry] = {}
        for one in timed:
            known, before = before_now.get(one.name), past.get(one.name)
            if known is None:
                known = _Entry(one, before.started_at if before is not None and before.whole else None, now)
            elif known.timed != one:
                known.timed = one
                known.plan(now)
            entries[one.name] = known
        self._entries = entries
        self._leaving = {name: entry for name, entry in before_now.items() if entry.running and name not in entries}

    def look(self, now: datetime) -> Look:
        """What is to start now, the longest due first."""
        if now < self._now - _STEP:
            for entry in self._entries.values():
                entry.plan(now)
        self._now = now
        due: list[Due] = []
        skipped: dict[str, int] = {}
        dropped: list[str] = []
        for name, entry in self._entries.items():
            if entry.start > now:
                continue
            planned = entry.planned
            count = entry.use_up(now)
            if entry.running:
                skipped[name] = count
            elif entry.last is not None and (now - entry.last).total_seconds() > entry.timed.grace:
                dropped.append(name)
            else:
                entry.running = True
                due.append(Due(name, planned, count - 1))
        return Look(tuple(sorted(due, key=lambda one: one.planned)), skipped, tuple(dropped))

    def done(self, name: str, now: datetime, *, whole: bool = True) -> None:
        """A run is over; one that was cut off is due again at once."""
        entry = self._leaving.pop(name, None) or self._entries.get(name)
        if entry is not None:
            entry.running = False
            if not whole:
                entry.planned = entry.start = now

    def starts(self) -> dict[str, datetime]:
        """When each source starts next."""
        return {name: entry.start for name, entry in self._entries.items()}


def after(when: Schedule, moment: datetime) -> datetime:
    """The planned time that follows a moment, or for an interval the planned time before."""
    return next_after(when, moment) if isinstance(when, Cron) else moment + timedelta(seconds=when.seconds)


def jitter(timed: Timed, planned: datetime) -> timedelta:
    """How much later than planned a run starts: always the same for the same run, and spread over sources and runs."""
    if not timed.jitter:
        return timedelta(0)
    digest = hashlib.sha256(f"{timed.name} {planned.timestamp():.0f}".encode()).digest()
    share = int.from_bytes(digest[:8]) / 2**64
    room = (after(timed.when, planned) - planned).total_seconds() / 2
    return timedelta(seconds=share * min(timed.jitter, room))


def _passed(when: Schedule, planned: datetime, now: datetime) -> tuple[int, datetime]:
    """How many planned times there are from this one up to now, itself included, and the last of them."""
    if isinstance(when, Every):
        more = max(0, int((now - planned).total_seconds() // when.seconds))
        return more + 1, planned + timedelta(seconds=more * when.seconds)
    for count in range(1, _AT_MOST + 1):
        following = next_after(when, planned)
        if following > now:
            return count, planned
        planned = following
    return _AT_MOST, now

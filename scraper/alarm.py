"""What wakes the daemon: APScheduler, with one job that looks at the table. It decides nothing.

Its own triggers lose or double runs when the clocks change, and after the clock was set back it sleeps until the old
time has come again; so it is told a time at every look, and the daemon's heart, which beats by the monotonic clock,
looks too.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]  # ships no types
from apscheduler.triggers.interval import IntervalTrigger  # type: ignore[import-untyped]  # the same

LONGEST = 3600.0
"""Seconds until the next look at the latest."""


class Waking(Protocol):
    """What the daemon needs of an alarm clock."""

    def start(self, look: Callable[[], None]) -> None: ...

    def within(self, seconds: float) -> None: ...

    def stop(self) -> None: ...


class Alarm:
    """Calls `look` on the event loop when the time has come that was asked for last."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self, look: Callable[[], None]) -> None:
        """Begin, with a look at once."""

        async def looking() -> None:  # what is no coroutine, the scheduler gives to a thread
            look()

        # However late it wakes, as after a suspend, it looks once: no grace, and no two looks for one sleep.
        options = {"id": "look", "coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        trigger = IntervalTrigger(seconds=int(LONGEST), timezone=UTC)
        self._scheduler.add_job(looking, trigger, next_run_time=datetime.now(UTC), **options)
        self._scheduler.start()

    def within(self, seconds: float) -> None:
        """Look after so many seconds, instead of when it was to look next."""
        moment = datetime.now(UTC) + timedelta(seconds=min(max(seconds, 0.0), LONGEST))
        self._scheduler.modify_job("look", next_run_time=moment)

    def stop(self) -> None:
        """Look no more. (`wait=True` would cancel a look that is under way.)"""
        self._scheduler.shutdown(wait=False)

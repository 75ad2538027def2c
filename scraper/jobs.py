"""What the daemon is given: its jobs, its settings, and what it has around it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from msgspec import Struct

from scraper import heartbeat
from scraper.alarm import Waking
from scraper.config import Config
from scraper.config.compose import source_of
from scraper.errors import ScrapeError
from scraper.meter import Meter
from scraper.pipeline import Source, Tools
from scraper.timetable import Timed

log = logging.getLogger(__name__)

LOOK = 5.0
"""Seconds between two looks at a disk that could not be written."""


class Job(Struct, frozen=True):
    """A source, and when it runs."""

    source: Source
    timed: Timed


def jobs_of(config: Config) -> list[Job]:
    """A job for each enabled source that has a schedule."""
    shared = config.schedule
    jobs: list[Job] = []
    for source in config.sources:
        when = source.schedule(shared.timezone) if source.enabled else None
        if when is not None:
            timed = Timed(source.name, when, shared.jitter, shared.misfire_grace)
            jobs.append(Job(source_of(source, config), timed))
    return jobs


class Settings(Struct, frozen=True):
    """Seconds: `drain` is how long what is under way may take at the end, `look` lies between two looks at a disk that
    could not be written. `runs` is how many sources run at a time.

    A container's engine sends SIGKILL ten seconds after SIGTERM unless told otherwise: `drain` stays below that.
    """

    drain: float = 8.0
    beat: float = heartbeat.EVERY
    look: float = LOOK
    runs: int = 50


class Around(Struct, frozen=True):
    """What the daemon has around it: what wakes it, what counts, and on SIGHUP what gives the jobs anew, or raises."""

    alarm: Waking
    meter: Meter
    reread: Callable[[], list[Job]] | None = None


async def patiently(opening: Callable[[], Awaitable[Tools]], pulse: heartbeat.Pulse, look: float = LOOK) -> Tools:
    """What an archive is opened with, once there is room for it; that it waits for room is said once."""
    told = False
    while True:
        try:
            return await opening()
        except ScrapeError as error:
            if error.reason != "disk-full":
                raise
            if not told:
                log.error("%s; waiting until there is", error)
            told = True
            pulse.give(error)
        await asyncio.sleep(look)

"""What the daemon is given: its jobs, its settings, and what it has around it."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from msgspec import Struct

from scraper import heartbeat
from scraper.alarm import Waking
from scraper.archive import Archive
from scraper.config import Config
from scraper.config.compose import source_of
from scraper.errors import ScrapeError
from scraper.index import Run
from scraper.meter import Meter
from scraper.pipeline import Source, Tools, may_pass
from scraper.timetable import Past, Timed

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


async def first_of(one: Coroutine[None, None, object], other: Coroutine[None, None, object], seconds: float) -> None:
    """Return when one of two has ended, or after so many seconds; what has not ended is cancelled."""
    tasks = [asyncio.create_task(one), asyncio.create_task(other)]
    await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


async def recovered(archive: Archive, pause: float, told: Callable[[ScrapeError], None]) -> None:
    """Return once the archive can be written, having looked each `pause` seconds; what is still wrong is told."""
    while True:
        await asyncio.sleep(pause)
        try:
            notes = archive.recover()
        except ScrapeError as error:
            if not may_pass(error):
                raise
            told(error)
            continue
        for note in notes:
            log.warning("repaired: %s", note)
        return


@contextmanager
def handling(handlers: Mapping[signal.Signals, Callable[[], object]]) -> Iterator[None]:
    """Handle signals on the event loop until the end of the block; then they are answered as they were before."""
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in handlers}
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)
            signal.signal(number, before[number] or signal.SIG_DFL)


def past_of(run: Run) -> Past:
    """A run of the index for the table; one that was cut off began after the last one that ended."""
    whole = run.ended_at is not None and run.ended_at >= run.started_at
    return Past(datetime.fromisoformat(run.started_at), whole)


def stamp(moment: datetime) -> str:
    """A time as the index keeps plans: RFC 3339, UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

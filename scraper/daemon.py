"""The daemon: every source on its own timer, one archive, and an orderly end on SIGTERM."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from math import ceil

from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]  # ships no types
from apscheduler.triggers.base import BaseTrigger  # type: ignore[import-untyped]  # the same
from apscheduler.triggers.interval import IntervalTrigger  # type: ignore[import-untyped]  # the same
from msgspec import Struct

from scraper import heartbeat
from scraper.config import Config, Cron
from scraper.config.compose import source_of
from scraper.config.schedule import next_after
from scraper.errors import ScrapeError
from scraper.pipeline import Source, Tools, is_fatal, may_pass
from scraper.pipeline.run import run_source

log = logging.getLogger(__name__)

LOOK = 5.0
"""Seconds between two looks at a disk that could not be written."""
MAX_DOUBLED = 6
"""How often that is doubled where work fails again at once, as at a file-size limit: up to five minutes."""


class CronTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler ships no types
    """A crontab line with crontab's own meaning: APScheduler's trigger loses or doubles runs when the clocks change."""

    def __init__(self, cron: Cron, jitter: float) -> None:
        self._cron, self._jitter = cron, jitter

    def plain_after(self, moment: datetime) -> datetime:
        """The first run after a moment, without jitter."""
        return next_after(self._cron, moment)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """The next run after the previous one, or after now, whichever is later; with up to `jitter` seconds on top."""
        plain = self.plain_after(max(previous, now) if previous is not None else now)
        late: datetime = self._apply_jitter(plain, self._jitter, now)
        return late


class Job(Struct, frozen=True):
    """A source, and what fires it."""

    source: Source
    trigger: BaseTrigger


def jobs_of(config: Config) -> list[Job]:
    """A job for each enabled source that has a schedule."""
    jitter = config.schedule.jitter
    jobs: list[Job] = []
    for source in config.sources:
        schedule = source.schedule(config.schedule.timezone) if source.enabled else None
        if isinstance(schedule, Cron):
            jobs.append(Job(source_of(source, config), CronTrigger(schedule, jitter)))
        elif schedule is not None:
            every = IntervalTrigger(seconds=schedule.seconds, timezone=UTC, jitter=jitter)
            jobs.append(Job(source_of(source, config), every))
    return jobs


class Settings(Struct, frozen=True):
    """Seconds: `grace` is how late a run may start, `drain` how long what is under way may take at the end.

    A container's engine sends SIGKILL ten seconds after SIGTERM unless told otherwise: `drain` stays below that.
    `look` lies between two looks at a disk that could not be written.
    """

    grace: float = 3600.0
    drain: float = 8.0
    beat: float = heartbeat.EVERY
    look: float = LOOK


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


class Daemon:
    """Runs jobs until it is told to stop. What was due while it was down runs once at the start.

    Where the archive cannot be written, it stops taking work, and goes on once it can.
    """

    def __init__(self, jobs: list[Job], tools: Tools, settings: Settings) -> None:
        self._jobs, self._tools, self._settings = jobs, tools, settings
        self._stopping = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._error: ScrapeError | None = None
        self._trouble: ScrapeError | None = None
        self._waiting: asyncio.Task[None] | None = None
        self._relapses = 0
        self._pulse = heartbeat.Pulse(tools.archive.root, tools.clock)
        self.scheduler = AsyncIOScheduler(timezone=UTC)

    async def serve(self) -> None:
        """Run until SIGTERM, SIGINT or `stop`; raises the archive's own error if one ended the service."""
        with self._signals():
            self._schedule()
            beating = asyncio.create_task(self._beat())
            try:
                await self._stopping.wait()
                await self._drain()
            finally:
                beating.cancel()
                with suppress(asyncio.CancelledError):
                    await beating
                self._pulse.end()
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """Begin the end: nothing new starts, what is under way is waited for."""
        self._stopping.set()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGTERM, signal.SIGINT)
        for number in numbers:
            loop.add_signal_handler(number, self.stop)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    def _schedule(self) -> None:
        for job in self._jobs:
            self.scheduler.add_job(
                self._start,
                job.trigger,
                args=(job.source,),
                id=job.source.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=ceil(self._settings.grace),
                next_run_time=self._first_run(job),
            )
        self.scheduler.start()
        for planned in self.scheduler.get_jobs():
            log.info("%s: next run %s", planned.id, planned.next_run_time)

    def _first_run(self, job: Job) -> datetime:
        """When to run first: now, if a run was missed or cut off since the source's last whole one.

        The index knows, there is no job store. A last run in the future was told by a clock that was wrong.
        """
        now = self._tools.clock()
        last = self._tools.archive.index.runs().get(job.source.name)
        if last is None or last.ended_at is None or last.ended_at < last.started_at:
            return now
        started = datetime.fromisoformat(last.started_at)
        if started > now:
            return now
        if isinstance(job.trigger, CronTrigger):
            return max(now, job.trigger.plain_after(started))
        planned: datetime = started + job.trigger.interval
        return max(now, planned)

    async def _start(self, source: Source) -> None:
        """One run as a task of our own: the scheduler's shutdown would cancel its coroutine, ours is drained."""
        if self._stopping.is_set():
            return
        task = asyncio.create_task(self._run(source), name=source.name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.wait([task])

    async def _run(self, source: Source) -> None:
        try:
            self._tools.archive.check_room()
            await run_source(source, self._tools)
            self._relapses = 0
        except ScrapeError as error:
            if may_pass(error):
                self._wait(error)
                return
            log.error("%s: %s", source.name, error)
            if is_fatal(error):
                self._end(error)
        except Exception:
            # A bug in one source's run is loud and leaves the others on their schedules.
            log.exception("%s: internal error; please report it", source.name)

    def _end(self, error: ScrapeError) -> None:
        self._error = error
        self.stop()

    def _wait(self, error: ScrapeError) -> None:
        """Stop taking work until the archive can be written again. Said once, however many runs meet it."""
        if self._waiting is None:
            log.error("%s; waiting until it can be written again", error)
            self._trouble = error
            self.scheduler.pause()
            self._waiting = asyncio.create_task(self._go_on_later())

    async def _go_on_later(self) -> None:
        archive = self._tools.archive
        for task in self._running:
            task.cancel()  # what they fetch could not be kept
        await asyncio.gather(*self._running, return_exceptions=True)
        with suppress(ScrapeError):
            archive.commit()  # what is whole may still find room
        self._pulse.give(self._trouble)
        try:
            await self._recovered()
            for job in self._jobs:
                self.scheduler.modify_job(job.source.name, next_run_time=self._first_run(job))
        except ScrapeError as error:
            self._end(error)
            return
        log.warning("%s: can be written again; going on", archive.root)
        self._trouble = self._waiting = None
        self._pulse.give(None)
        self.scheduler.resume()

    async def _recovered(self) -> None:
        """Return once the archive can be written; less and less eager if that does not last."""
        while True:
            await asyncio.sleep(self._settings.look * 2 ** min(self._relapses, MAX_DOUBLED))
            try:
                notes = self._tools.archive.recover()
            except ScrapeError as error:
                if not may_pass(error):
                    raise
                self._trouble = error
                continue
            self._relapses += 1
            for note in notes:
                log.warning("repaired: %s", note)
            return

    async def _beat(self) -> None:
        while True:
            self._pulse.give(self._trouble)
            await asyncio.sleep(self._settings.beat)

    async def _drain(self) -> None:
        self.scheduler.pause()
        if self._waiting is not None:
            self._waiting.cancel()
        if self._running:
            log.info("stopping: waiting up to %g s for %d runs", self._settings.drain, len(self._running))
            await asyncio.wait(self._running, timeout=self._settings.drain)
        for task in list(self._running):
            log.warning("%s: cut off; it goes on at the next start", task.get_name())
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self.scheduler.shutdown(wait=False)

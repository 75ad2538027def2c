"""The daemon: a table of due runs, rounds of looks between them, a task each, one archive, and an orderly end."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import suppress
from functools import partial

from scraper import heartbeat
from scraper.errors import ScrapeError
from scraper.jobs import Around, Job, Settings, first_of, handling, jobs_of, past_of, patiently, recovered, stamp
from scraper.pipeline import Source, Tools, is_fatal, may_pass
from scraper.pipeline.looks import next_look
from scraper.pipeline.run import run_looks, run_source
from scraper.rounds import Rounds
from scraper.timetable import Due, Timetable

__all__ = ["Around", "Daemon", "Job", "Settings", "jobs_of", "patiently"]

log = logging.getLogger(__name__)

MAX_DOUBLED = 6
"""How often that is doubled where work fails again at once, as at a file-size limit: up to five minutes."""
SAID = 20
"""Next runs that are named in the log at the start; `scrape status` names all."""


class Daemon:
    """Runs jobs until it is told to stop. What was due while it was down runs once at the start.

    Where the archive cannot be written, it stops taking work, and goes on once it can. `cut` is the signal that ended
    it in a hurry, if one did.
    """

    def __init__(self, jobs: list[Job], tools: Tools, settings: Settings, around: Around) -> None:
        self._jobs = {job.source.name: job for job in jobs}
        self._tools, self._settings, self._around = tools, settings, around
        self._table = Timetable((), {}, tools.clock())
        self._queue: deque[Due] = deque()
        self._rounds = Rounds()
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._stopping, self._hurry = asyncio.Event(), asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._error: ScrapeError | None = None
        self._trouble: ScrapeError | None = None
        self._waiting: asyncio.Task[None] | None = None
        self._relapses = 0
        self._pulse = heartbeat.Pulse(tools.archive.root, tools.clock)
        self.cut: signal.Signals | None = None

    @property
    def state(self) -> str:
        """In a word: "runs", "waits" (for its disk) or "stops"."""
        return "stops" if self._stopping.is_set() else "waits" if self._waiting is not None else "runs"

    @property
    def trouble(self) -> ScrapeError | None:
        """What it waits to see put right."""
        return self._trouble

    @property
    def load(self) -> tuple[int, int]:
        """How many runs are under way, and how many wait for their turn."""
        return len(self._running), len(self._queue)

    async def serve(self) -> None:
        """Run until SIGTERM, SIGINT or `stop`; raises the archive's own error if one ended the service."""
        ends = {number: partial(self._stop_by, number) for number in (signal.SIGTERM, signal.SIGINT)}
        with handling({**ends, signal.SIGHUP: self.reload}):
            self._plan()
            self._say_next()
            self._around.alarm.start(self.look)
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
        """Begin the end: nothing new starts, what is under way is waited for; asked again, it is cut off."""
        if self._stopping.is_set():
            self._hurry.set()
        self._stopping.set()

    def reload(self) -> None:
        """Take the configuration as it is now; a mistake in it keeps the old one. Runs under way go to their end."""
        if self._around.reread is None or self._stopping.is_set():
            return
        try:
            jobs = self._around.reread()
        except ScrapeError as error:
            log.error("%s; going on with the configuration as it was", error)
            return
        gone = self._jobs.keys() - {job.source.name for job in jobs}
        self._jobs = {job.source.name: job for job in jobs}
        for due in [due for due in self._queue if due.name in gone]:
            self._queue.remove(due)
            self._table.done(due.name, self._tools.clock())
        without = f", without {', '.join(sorted(gone))}" if gone else ""
        log.info("configuration read again: %d sources%s", len(jobs), without)
        self._plan()
        self._say_next()
        self.look()

    def _stop_by(self, number: signal.Signals) -> None:
        if self._stopping.is_set():
            self.cut = self.cut or number
        self.stop()

    def _plan(self) -> None:
        """Fill the table from what the index knows of last runs, and say there when each source runs next."""
        index = self._tools.archive.index
        try:
            past = {name: past_of(run) for name, run in index.runs().items()}
            self._table.replace([job.timed for job in self._jobs.values()], past, self._tools.clock())
            for name in index.plans().keys() - self._jobs.keys():
                index.plan(name, None)
            self._write_next(self._jobs)
            self._tools.archive.commit()
            self._rounds.keep(self._jobs)
            for name in self._jobs:
                self._plan_looks(name)
        except ScrapeError as error:
            self._fail(error)

    def _plan_looks(self, name: str) -> None:
        """Find out when an article of a source is to be looked at again."""
        job = self._jobs.get(name)
        if job is not None:
            self._rounds.plan(name, next_look(job.source, self._tools), self._tools.clock())

    def _say_next(self) -> None:
        for name, start in sorted(self._table.starts().items(), key=lambda one: one[1])[:SAID]:
            log.info("%s: next run %s", name, stamp(start))

    def _write_next(self, names: Iterable[str]) -> None:
        starts = self._table.starts()
        for name in names:
            if name in starts:
                self._tools.archive.index.plan(name, stamp(starts[name]))

    def look(self) -> None:
        """Start what is due, as far as there is room; come again when it is time. Harmless at any time."""
        if self.state != "runs":
            return
        now, index = self._tools.clock(), self._tools.archive.index
        found = self._table.look(now)
        for name in found.dropped:
            log.warning("%s: too late for its run (schedule.misfire_grace); it waits for the next", name)
        for name, count in found.skipped.items():
            log.warning("%s: still runs; skipped %d planned", name, count)
        self._queue.extend(found.due)
        try:
            for name, count in found.skipped.items():
                index.skip_runs(name, count)
            self._write_next([*(due.name for due in found.due), *found.skipped, *found.dropped])
        except ScrapeError as error:
            self._fail(error)
            return
        while self._queue and len(self._running) < self._settings.runs:
            due = self._queue.popleft()
            self._start(due.name, self._run(self._jobs[due.name].source, due))
        for name in self._rounds.take(now, self._busy(), self._settings.runs - len(self._running)):
            self._start(name, self._round(self._jobs[name].source))
        starts = [*self._table.starts().values(), *filter(None, [self._rounds.next(self._busy())])]
        if starts:
            self._around.alarm.within((min(starts) - now).total_seconds())

    def _busy(self) -> set[str]:
        return {task.get_name() for task in self._running} | {due.name for due in self._queue}

    def _start(self, name: str, work: Coroutine[None, None, None]) -> None:
        """One run as a task of our own: a scheduler's shutdown would cancel its coroutine, ours is drained."""
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self.look()

    async def _run(self, source: Source, due: Due) -> None:
        whole = False

        async def run() -> None:
            late = (self._tools.clock() - due.planned).total_seconds()
            self._tools.archive.index.came_late(source.name, late, due.missed)
            if due.missed:
                log.info("%s: stands for %d runs that were missed too", source.name, due.missed)
            tally = await run_source(source, self._tools, partial(self._around.meter.told, source.name))
            if tally.reached:
                self._tools.archive.index.reach(source.name, self._tools.now())

        try:
            whole = await self._worked(source.name, run)
        finally:
            self._around.meter.runs[source.name, "whole" if whole else "cut off"] += 1
            self._table.done(source.name, self._tools.clock(), whole=whole)

    async def _round(self, source: Source) -> None:
        """Look again at the articles of a source that are due, without its feed."""

        async def look() -> None:
            await run_looks(source, self._tools, partial(self._around.meter.told, source.name))

        await self._worked(source.name, look)

    async def _worked(self, name: str, work: Callable[[], Awaitable[None]]) -> bool:
        """Do what a source is to do, in its turn; whether that is over, be it by an error that time does not mend."""
        try:
            async with self._turns[name]:
                self._tools.archive.check_room()
                await work()
                self._relapses = 0
                self._plan_looks(name)
        except ScrapeError as error:
            self._fail(error, f"{name}: ")
            return not may_pass(error)
        except Exception:
            # A bug in one source's run is loud and leaves the others on their schedules.
            log.exception("%s: internal error; please report it", name)
        return True

    def _fail(self, error: ScrapeError, where: str = "") -> None:
        """What an error does to the daemon: a disk that cannot be written makes it wait, a broken archive ends it."""
        if may_pass(error):
            self._wait(error)
            return
        log.error("%s%s", where, error)
        if is_fatal(error):
            self._end(error)

    def _end(self, error: ScrapeError) -> None:
        self._error = error
        self.stop()

    def _wait(self, error: ScrapeError) -> None:
        """Stop taking work until the archive can be written again. Said once, however many runs meet it."""
        if self._waiting is None:
            log.error("%s; waiting until it can be written again", error)
            self._trouble = error
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
            await recovered(archive, self._settings.look * 2 ** min(self._relapses, MAX_DOUBLED), self._worse)
        except ScrapeError as error:
            self._end(error)
            return
        self._relapses += 1
        log.warning("%s: can be written again; going on", archive.root)
        self._trouble = self._waiting = None
        self._pulse.give(None)
        self._plan()  # what was written and not acknowledged is gone
        self.look()

    def _worse(self, error: ScrapeError) -> None:
        self._trouble = error

    async def _beat(self) -> None:
        while True:
            self._pulse.give(self._trouble)
            self.look()
            await asyncio.sleep(self._settings.beat)

    async def _drain(self) -> None:
        self._around.alarm.stop()
        if self._waiting is not None:
            self._waiting.cancel()
        if self._running:
            log.info("stopping: waiting up to %g s for %d runs", self._settings.drain, len(self._running))
            await first_of(self._hurry.wait(), asyncio.wait(self._running), self._settings.drain)
        for task in list(self._running):
            log.warning("%s: cut off; it goes on at the next start", task.get_name())
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        with suppress(ScrapeError):  # closing the archive meets it again, and says so
            self._tools.archive.commit()

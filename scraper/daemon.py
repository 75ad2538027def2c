"""The daemon: a table of due runs, a task a run, one archive, and an orderly end on SIGTERM."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial

from scraper import heartbeat
from scraper.errors import ScrapeError
from scraper.index import Run
from scraper.jobs import Around, Job, Settings, jobs_of, patiently
from scraper.pipeline import Source, Tools, is_fatal, may_pass
from scraper.pipeline.run import run_source
from scraper.timetable import Due, Past, Timetable

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
        with self._signals():
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

    @contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop_by, number)
        loop.add_signal_handler(signal.SIGHUP, self.reload)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                loop.remove_signal_handler(number)

    def _stop_by(self, number: signal.Signals) -> None:
        if self._stopping.is_set():
            self.cut = self.cut or number
        self.stop()

    def _plan(self) -> None:
        """Fill the table from what the index knows of last runs, and say there when each source runs next."""
        index = self._tools.archive.index
        try:
            past = {name: _past(run) for name, run in index.runs().items()}
            self._table.replace([job.timed for job in self._jobs.values()], past, self._tools.clock())
            for name in index.plans().keys() - self._jobs.keys():
                index.plan(name, None)
            self._write_next(self._jobs)
            self._tools.archive.commit()
        except ScrapeError as error:
            self._fail(error)

    def _say_next(self) -> None:
        for name, start in sorted(self._table.starts().items(), key=lambda one: one[1])[:SAID]:
            log.info("%s: next run %s", name, _stamp(start))

    def _write_next(self, names: Iterable[str]) -> None:
        starts = self._table.starts()
        for name in names:
            if name in starts:
                self._tools.archive.index.plan(name, _stamp(starts[name]))

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
            self._start(self._queue.popleft())
        starts = self._table.starts().values()
        if starts:
            self._around.alarm.within((min(starts) - now).total_seconds())

    def _start(self, due: Due) -> None:
        """One run as a task of our own: a scheduler's shutdown would cancel its coroutine, ours is drained."""
        task = asyncio.create_task(self._run(self._jobs[due.name].source, due), name=due.name)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if self._queue:
            self.look()

    async def _run(self, source: Source, due: Due) -> None:
        meter, whole = self._around.meter, False
        try:
            self._tools.archive.check_room()
            late = (self._tools.clock() - due.planned).total_seconds()
            self._tools.archive.index.came_late(source.name, late, due.missed)
            if due.missed:
                log.info("%s: stands for %d runs that were missed too", source.name, due.missed)
            tally = await run_source(source, self._tools, partial(meter.told, source.name))
            whole, self._relapses = True, 0
            if tally.reached:
                self._tools.archive.index.reach(source.name, self._tools.now())
        except ScrapeError as error:
            whole = not may_pass(error)
            self._fail(error, f"{source.name}: ")
        except Exception:
            # A bug in one source's run is loud and leaves the others on their schedules.
            whole = True
            log.exception("%s: internal error; please report it", source.name)
        finally:
            meter.runs[source.name, "whole" if whole else "cut off"] += 1
            self._table.done(source.name, self._tools.clock(), whole=whole)

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
            await self._recovered()
        except ScrapeError as error:
            self._end(error)
            return
        log.warning("%s: can be written again; going on", archive.root)
        self._trouble = self._waiting = None
        self._pulse.give(None)
        self._plan()  # what was written and not acknowledged is gone
        self.look()

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
            self.look()
            await asyncio.sleep(self._settings.beat)

    async def _drain(self) -> None:
        self._around.alarm.stop()
        if self._waiting is not None:
            self._waiting.cancel()
        if self._running:
            log.info("stopping: waiting up to %g s for %d runs", self._settings.drain, len(self._running))
            await self._finished_or_hurried()
        for task in list(self._running):
            log.warning("%s: cut off; it goes on at the next start", task.get_name())
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        with suppress(ScrapeError):  # closing the archive meets it again, and says so
            self._tools.archive.commit()

    async def _finished_or_hurried(self) -> None:
        hurried = asyncio.create_task(self._hurry.wait())
        finished = asyncio.create_task(asyncio.wait(self._running))
        await asyncio.wait((hurried, finished), timeout=self._settings.drain, return_when=asyncio.FIRST_COMPLETED)
        for task in (hurried, finished):
            task.cancel()


def _past(run: Run) -> Past:
    """A run of the index for the table; one that was cut off began after the last one that ended."""
    whole = run.ended_at is not None and run.ended_at >= run.started_at
    return Past(datetime.fromisoformat(run.started_at), whole)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

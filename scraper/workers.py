"""Cleaning in processes of their own, each page with a deadline: one that hangs or eats memory is killed, alone.

`pool` is for one command's list of inputs. `Workers` is for a service that must outlive its processes: each has a pipe
to itself. Those of a pool share a queue and so its locks: one that is killed with a lock in its hands stops the others
for good, and in pebble 5.2 the death of an idle process already ends the whole pool.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Expired
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from msgspec import Struct, structs
from pebble import ProcessExpired, ProcessPool

from scraper.clean import Options, Source, clean_bytes
from scraper.clean.decode import decode_html
from scraper.clean.rights import read_rights
from scraper.clean.rules import shipped
from scraper.clean.sniff import sniff
from scraper.errors import LimitError, ScrapeError
from scraper.types import Article, Capture, Rights

TASKS = 1_000
"""Pages after which a process is replaced, so that what leaks in it is bounded."""
START = 120.0
"""Seconds that a process may take to start; about one is usual."""
ORPHAN = 10
"""Seconds beyond the deadline after which a process ends by itself: its parent was killed and cannot do it."""

# Spawned, not forked: the parent may have an event loop, threads, open files and the archive's lock.
_SPAWN = multiprocessing.get_context("spawn")


class Settings(Struct, frozen=True):
    """How many processes, and the seconds that one page may take in them."""

    count: int = 1
    deadline: float = 30.0
    options: Options = Options()


class Cleaned(Struct, frozen=True):
    """What cleaning a capture gave: the article, and the rights signals seen on the way."""

    article: Article
    rights: Rights


_Answer = Cleaned | tuple[type[ScrapeError], str, str]
"""What a process sends back; an expected error as its class, message and reason, for exceptions pickle badly."""


def clean_capture(capture: Capture, options: Options) -> Cleaned:
    """Clean a capture in this process."""
    # A file's address is where it lay on this machine; only a page's own address says something of the page.
    url = capture.final_url if capture.final_url.startswith(("http://", "https://")) else None
    content_type = capture.header("content-type") or capture.mime
    article = clean_bytes(Source(capture.body, url, content_type, capture.fetched_at), options)
    html = decode_html(capture.body, content_type).text if sniff(capture.body) == "html" else None
    return Cleaned(article, read_rights(capture.headers, html))


@contextmanager
def pool(count: int) -> Iterator[ProcessPool]:
    """A pool of `count` processes, spawned at the first task and killed at the end, whatever they are at."""
    processes = ProcessPool(count, max_tasks=TASKS, initializer=_ignore_interrupt, context=_SPAWN)
    try:
        yield processes
    finally:
        processes.stop()  # type: ignore[no-untyped-call]  # pebble's annotations leave this one out
        processes.join()


@contextmanager
def cut_off(late: str, died: str) -> Iterator[None]:
    """Take a task's result within, and a task that was cut off raises a LimitError.

    `late` is its message where the deadline passed ("deadline"), `died` where the process died ("worker-died"); how it
    died is put behind the latter.
    """
    try:
        yield
    except (Expired, TimeoutError) as error:
        raise LimitError(late, reason="deadline") from error
    except ProcessExpired as error:
        raise LimitError(f"{died} ({error})", reason="worker-died") from error


class Workers:
    """A pool of cleaning processes; a context manager. A process is started when a page finds none idle."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # A thread a process: it waits at the pipe, and there are never more processes at work than threads.
        self._threads = ThreadPoolExecutor(settings.count, "cleaning")
        self._lock = threading.Lock()
        self._idle: list[_Process] = []
        self._all: set[_Process] = set()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._lock:
            self._closed = True
            left = list(self._all)
        for process in left:
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in left:
            process.close()

    async def clean(self, capture: Capture) -> Cleaned:
        """Clean a capture.

        A LimitError where the deadline passed ("deadline") or the process died, twice ("worker-died"); a ScrapeError
        where the cleaner has a bug ("internal-error") or refuses the page. Every message names the page.
        """
        # Exchanges hold the raw bytes once more; the cleaner reads the decoded body alone.
        light = structs.replace(capture, exchanges=())
        answer = await asyncio.get_running_loop().run_in_executor(self._threads, self._work, light)
        if isinstance(answer, Cleaned):
            return answer
        error_class, message, reason = answer
        raise error_class(f"{capture.link.url}: {message}", reason=reason)

    def _work(self, capture: Capture) -> _Answer:
        # A process may die of something else than its page, such as another's hunger for memory: a second chance.
        for fresh in (False, True):
            process = self._take(fresh=fresh)
            try:
                answer = process.ask(capture, self._settings.deadline)
            except _DiedError:
                self._drop(process)
                continue
            if answer is None:
                self._drop(process)
                message = f"not cleaned after {self._settings.deadline:g} s (cleaning.deadline)"
                return LimitError, message, "deadline"
            self._put_back(process)
            return answer
        return LimitError, "two processes that cleaned it died; is there enough memory?", "worker-died"

    def _take(self, *, fresh: bool) -> _Process:
        """An idle process, or a new one; `fresh` is new in any case, for what killed one may have killed the idle."""
        with self._lock:
            if self._closed:
                raise LimitError("the cleaning processes are closed", reason="closed")
            while self._idle:
                idle = self._idle.pop()
                if idle.is_alive() and not fresh:
                    return idle
                self._all.discard(idle)
                idle.kill()
                idle.close()
            process = _Process(self._settings)
            self._all.add(process)
            return process

    def _put_back(self, process: _Process) -> None:
        if process.asked >= TASKS:
            self._drop(process)
            return
        with self._lock:
            self._idle.append(process)

    def _drop(self, process: _Process) -> None:
        process.kill()
        process.close()
        with self._lock:
            self._all.discard(process)


class _DiedError(Exception):
    """A cleaning process is gone."""


class _Process:
    """One cleaning process, and the pipe to it; `asked` counts its pages."""

    def __init__(self, settings: Settings) -> None:
        self._pipe, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_serve, args=(theirs, settings), name="scrape-cleaning", daemon=True)
        self.asked = 0
        # Ctrl-C reaches the whole group, and a process that is still importing would answer with a traceback: it begins
        # with SIGINT blocked, as this thread has it. The tracker unblocks it when it starts, so it comes first.
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        self._process.start()
        theirs.close()

    def ask(self, capture: Capture, seconds: float) -> _Answer | None:
        """The answer for a page, None if there was none after so many seconds; _DiedError if the process is gone."""
        try:
            if self.asked == 0:
                if not self._pipe.poll(START):
                    raise _DiedError
                self._pipe.recv()
            self.asked += 1
            self._pipe.send(capture)
            if not self._pipe.poll(seconds):
                return None
            answer: _Answer = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise _DiedError from error
        return answer

    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process.is_alive()

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self._process.kill()

    def close(self) -> None:
        """Let go of what the killed process leaves; nobody may be asking it."""
        self._process.join()
        self._pipe.close()


def _ignore_interrupt() -> None:
    """Ctrl-C reaches the whole group; the parent decides what becomes of its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _serve(pipe: Connection, settings: Settings) -> None:
    """The life of a cleaning process: a page, an answer, until the pipe is closed."""
    _ignore_interrupt()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    shipped()  # 0.6 s, which are not the first page's
    with suppress(EOFError, ConnectionError):  # the parent is gone
        pipe.send(None)
        while True:
            capture = pipe.recv()
            signal.alarm(int(settings.deadline) + ORPHAN)
            answer = _answer(capture, settings.options)
            signal.alarm(0)
            pipe.send(answer)


def _answer(capture: Capture, options: Options) -> _Answer:
    try:
        return clean_capture(capture, options)
    except ScrapeError as error:
        return type(error), str(error), error.reason
    except Exception as error:  # noqa: BLE001 - a bug that one page meets is said, with its place, and costs no other page
        place = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__} at {place.filename}:{place.lineno}: {error}"
        return ScrapeError, f"internal error, {what[:500]}; please report it", "internal-error"

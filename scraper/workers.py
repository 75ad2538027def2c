"""Cleaning in processes of their own, each page with a deadline: one that hangs or eats memory is killed, alone.

Every process has a pipe to itself. Processes that share a queue share its locks too: one that is killed with a lock in
its hands stops the others for good, and in pebble 5.2 the death of an idle process already ends the whole pool.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache, partial
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import msgspec
from msgspec import Struct, structs

from scraper.clean import Options, Source, clean_bytes
from scraper.clean.decode import decode_html
from scraper.clean.rights import read_rights
from scraper.clean.rules import shipped
from scraper.clean.sniff import sniff
from scraper.errors import ClosedError, LimitError, ScrapeError
from scraper.types import Article, Capture, Memory, Rights

Item = TypeVar("Item")
Result = TypeVar("Result")

TASKS = 1_000
"""Pages after which a process is replaced, so that what leaks in it is bounded."""
START = 120.0
"""Seconds that a process may take to start; about one is usual."""
LOST = 20
"""Processes that may die before they have an item, which is not the item's fault: something kills all that start."""
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


class Task(Struct, frozen=True):
    """A capture to clean, with what is remembered of its host, packed: pickling it would take a tenth of cleaning."""

    capture: Capture
    memory: bytes = b""


@lru_cache(maxsize=256)
def _unpacked(memory: bytes) -> Memory | None:
    """A host's pages come one after the other."""
    return msgspec.msgpack.decode(memory, type=Memory) if memory else None


def clean_article(capture: Capture, options: Options, memory: Memory | None = None) -> Article:
    """Clean a capture in this process, with what is remembered of its host, and without a look at its rights."""
    # A file's address is where it lay on this machine; only a page's own address says something of the page.
    url = capture.final_url if capture.final_url.startswith(("http://", "https://")) else None
    content_type = capture.header("content-type") or capture.mime
    found_by = capture.link.found_by
    source = Source(capture.body, url, content_type, capture.fetched_at, found_by, memory)
    return clean_bytes(source, options)


def clean_capture(capture: Capture, options: Options, memory: Memory | None = None) -> Cleaned:
    """Clean a capture in this process, with what is remembered of its host."""
    article = clean_article(capture, options, memory)
    content_type = capture.header("content-type") or capture.mime
    html = decode_html(capture.body, content_type).text if sniff(capture.body) == "html" else None
    return Cleaned(article, structs.replace(read_rights(capture.headers, html), robots=capture.robots))


class Workers:
    """A pool of cleaning processes; a context manager. A process is started when a page finds none idle."""

    def __init__(self, settings: Settings) -> None:
        bounds = Bounds(settings.count, settings.deadline, "cleaning.deadline")
        self._processes = Processes(partial(_answer, options=settings.options), bounds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._processes.close()

    async def clean(self, capture: Capture, memory: Memory | None = None) -> Cleaned:
        """Clean a capture, with what is remembered of its host.

        A LimitError where the deadline passed ("deadline") or the process died, twice ("worker-died"); a ScrapeError
        where the cleaner has a bug ("internal-error") or refuses the page. Every message names the page.
        """
        # Exchanges hold the raw bytes once more; the cleaner reads the decoded body alone.
        light = structs.replace(capture, exchanges=())
        task = Task(light, b"" if memory is None else msgspec.msgpack.encode(memory))
        try:
            answer = await asyncio.wrap_future(self._processes.submit(task))
        except LimitError as error:
            raise LimitError(f"{capture.link.url}: {error}", reason=error.reason) from error
        if isinstance(answer, Cleaned):
            return answer
        error_class, message, reason = answer
        raise error_class(f"{capture.link.url}: {message}", reason=reason)


class Bounds(Struct, frozen=True):
    """How many processes, the seconds that one item may take in them, and what the setting of these is called.

    `tries` is how many processes may die of an item before it is given up: a process may die of something else, such as
    another's hunger for memory. `tasks` is after how many items a process is replaced.
    """

    count: int
    deadline: float
    setting: str
    tries: int = 2
    tasks: int | None = None

    def late(self) -> LimitError:
        """The error of an item whose time has passed."""
        return LimitError(f"not cleaned after {self.deadline:g} s ({self.setting})", reason="deadline")


class Processes(Generic[Item, Result]):
    """Processes that do one thing to many items; a process is started when an item finds none idle.

    `function` must be picklable, and so must be what goes in and comes out. Expected errors are its results: what it
    raises ends its process.
    """

    def __init__(self, function: Callable[[Item], Result], bounds: Bounds) -> None:
        self._function, self._bounds = function, bounds
        # A thread a process: it waits at the pipe, and there are never more processes at work than threads.
        self._threads = ThreadPoolExecutor(bounds.count, "cleaning")
        self._lock = threading.Lock()
        self._idle: list[_Process] = []
        self._all: set[_Process] = set()
        self._closed = False

    def submit(self, item: Item) -> Future[Result]:
        """The result to come; a LimitError where the deadline passed or `tries` processes died of the item."""
        return self._threads.submit(self._work, item)

    def close(self) -> None:
        """Kill the processes, whatever they are at, and drop the items that wait."""
        with self._lock:
            self._closed = True
            left = list(self._all)
        for process in left:
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in left:
            process.close()

    def _work(self, item: Item) -> Result:
        died = lost = 0
        while died < self._bounds.tries and lost < LOST:
            process = self._take(fresh=died + lost > 0)
            try:
                answer: Result = process.ask(item, self._bounds.deadline)
            except _DiedError as error:
                self._drop(process)
                died, lost = died + error.had_item, lost + (not error.had_item)
            except TimeoutError:
                self._drop(process)
                raise self._bounds.late() from None
            else:
                self._put_back(process)
                return answer
        if lost == LOST:
            raise LimitError(f"{lost} processes died before they could clean it", reason="worker-died")
        count = {2: "two", 3: "three"}.get(died, str(died))
        raise LimitError(f"{count} processes that cleaned it died; is there enough memory?", reason="worker-died")

    def _take(self, *, fresh: bool) -> _Process:
        """An idle process, or a new one; `fresh` is new in any case, for what killed one may have killed the idle."""
        with self._lock:
            if self._closed:
                raise ClosedError("the cleaning processes are closed", reason="closed")
            while self._idle:
                idle = self._idle.pop()
                if idle.is_alive() and not fresh:
                    return idle
                self._all.discard(idle)
                idle.kill()
                idle.close()
            process = _Process(self._function, self._bounds.deadline)
            self._all.add(process)
            return process

    def _put_back(self, process: _Process) -> None:
        if process.asked >= (self._bounds.tasks or TASKS):
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
    """A cleaning process is gone; `had_item` says whether it may have died of its item."""

    def __init__(self, *, had_item: bool) -> None:
        super().__init__(had_item)
        self.had_item = had_item


class _Process:
    """One cleaning process, and the pipe to it; `asked` counts its pages."""

    def __init__(self, function: Callable[[Any], Any], deadline: float) -> None:
        self._pipe, theirs = _SPAWN.Pipe()
        arguments = (theirs, function, deadline)
        self._process = _SPAWN.Process(target=_serve, args=arguments, name="scrape-cleaning", daemon=True)
        self.asked = 0
        # Ctrl-C reaches the whole group, and a process that is still importing would answer with a traceback: it begins
        # with SIGINT blocked, as this thread has it. The tracker unblocks it when it starts, so it comes first.
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        self._process.start()
        theirs.close()

    def ask(self, item: object, seconds: float) -> Any:
        """The answer for an item; TimeoutError if there was none in time, _DiedError if the process is gone."""
        had_item = False
        try:
            if self.asked == 0:
                if not self._pipe.poll(START):
                    raise _DiedError(had_item=False)
                self._pipe.recv()
            self.asked += 1
            self._pipe.send(item)
            had_item = True
            answered = self._pipe.poll(seconds)
            answer = self._pipe.recv() if answered else None
        except (EOFError, OSError) as error:
            raise _DiedError(had_item=had_item) from error
        if not answered:
            raise TimeoutError
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


def _serve(pipe: Connection, function: Callable[[Any], Any], deadline: float) -> None:
    """The life of a cleaning process: an item, an answer, until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    shipped()  # 0.6 s, which are not the first page's
    with suppress(EOFError, ConnectionError):  # the parent is gone
        pipe.send(None)
        while True:
            item = pipe.recv()
            signal.alarm(int(deadline) + ORPHAN)
            answer = function(item)
            signal.alarm(0)
            pipe.send(answer)


def _answer(task: Task, options: Options) -> _Answer:
    try:
        return clean_capture(task.capture, options, _unpacked(task.memory))
    except ScrapeError as error:
        return type(error), str(error), error.reason
    except Exception as error:  # noqa: BLE001 - a bug that one page meets is said, with its place, and costs no other page
        place = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__} at {place.filename}:{place.lineno}: {error}"
        return ScrapeError, f"internal error, {what[:500]}; please report it", "internal-error"

"""Cleaning in processes of their own, each task with a deadline: a page that hangs or eats memory is killed, alone."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections.abc import Iterator
from concurrent.futures import TimeoutError as Expired
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Self

from msgspec import Struct, structs
from pebble import ProcessExpired, ProcessPool

from scraper.clean import Options, Source, clean_bytes
from scraper.clean.decode import decode_html
from scraper.clean.rights import read_rights
from scraper.clean.sniff import sniff
from scraper.errors import LimitError, ScrapeError
from scraper.types import Article, Capture, Rights

TASKS = 1_000
"""Pages after which a process is replaced, so that what leaks in it is bounded."""


class Settings(Struct, frozen=True):
    """How many processes, and the seconds that one page may take in them."""

    count: int = 1
    deadline: float = 30.0
    options: Options = Options()


class Cleaned(Struct, frozen=True):
    """What cleaning a capture gave: the article, and the rights signals seen on the way."""

    article: Article
    rights: Rights


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
    # Spawned, not forked: the parent may have an event loop, threads, open files and the archive's lock.
    spawn = multiprocessing.get_context("spawn")
    processes = ProcessPool(count, max_tasks=TASKS, initializer=_ignore_interrupt, context=spawn)
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
    """A pool of cleaning processes; a context manager. They are spawned at the first task."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stack = ExitStack()
        self._pool = self._stack.enter_context(pool(settings.count))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    async def clean(self, capture: Capture) -> Cleaned:
        """Clean a capture. A LimitError where the deadline passed ("deadline") or the process died ("worker-died")."""
        # Exchanges hold the raw bytes once more; the cleaner reads the decoded body alone.
        light = structs.replace(capture, exchanges=())
        future = self._pool.schedule(_task, args=(light, self._settings.options), timeout=self._settings.deadline)
        url = capture.link.url
        late = f"{url}: not cleaned after {self._settings.deadline:g} s (cleaning.deadline)"
        with cut_off(late, f"{url}: the process that cleaned it died"):
            result = await asyncio.wrap_future(future)
        if isinstance(result, Cleaned):
            return result
        exit_class, message, reason = result
        raise exit_class(f"{url}: {message}", reason=reason)


def _ignore_interrupt() -> None:
    """Ctrl-C reaches the whole group; the parent decides what becomes of its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _task(capture: Capture, options: Options) -> Cleaned | tuple[type[ScrapeError], str, str]:
    """`clean_capture`, with an expected error as a value: exceptions with keywords do not survive pickling."""
    try:
        return clean_capture(capture, options)
    except ScrapeError as error:
        return type(error), str(error), error.reason

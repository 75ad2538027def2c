"""One function over many items, in this process or in several, with a deadline for each item and results in order."""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from scraper.errors import LimitError

if TYPE_CHECKING:
    from concurrent.futures import Future

Item = TypeVar("Item")
Result = TypeVar("Result")

IN_FLIGHT = 4
"""Items a worker that are read ahead: enough to keep it busy, few enough to bound the memory."""
SETTING = "--deadline"


class Workers(Struct, frozen=True):
    """How many processes, and the seconds that each item may take.

    One is this process: there the deadline interrupts Python code and regular expressions, but no long call into C.
    More are processes of their own, which are killed when the time has passed.
    """

    count: int
    deadline: float


def in_order(
    function: Callable[[Item], Result], items: Iterable[Item], workers: Workers
) -> Iterator[tuple[Item, Result | LimitError]]:
    """Give every item with its result, or with the LimitError of its deadline, in the order of the items.

    `function` must be picklable, and expected errors are its results: what it raises ends everything here, and its own
    process there.
    """
    if workers.count > 1:
        yield from _in_processes(function, items, workers)
        return
    for item in items:
        try:
            with _alarm(workers.deadline):
                result: Result | LimitError = function(item)
        except LimitError as error:
            result = error
        yield item, result


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # signals reach the main thread only: a caller in another has no deadline
        return

    def ring(signum: int, frame: FrameType | None) -> None:
        raise LimitError(f"not cleaned after {seconds:g} s ({SETTING})", reason="deadline")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _in_processes(
    function: Callable[[Item], Result], items: Iterable[Item], workers: Workers
) -> Iterator[tuple[Item, Result | LimitError]]:
    from scraper.workers import Bounds, Processes  # noqa: PLC0415 -- with asyncio 0.1 s, that one file does not need

    processes = Processes(function, Bounds(workers.count, workers.deadline, SETTING))
    waiting: deque[tuple[Item, Future[Result]]] = deque()

    def first() -> tuple[Item, Result | LimitError]:
        item, future = waiting.popleft()
        try:
            return item, future.result()
        except LimitError as error:
            return item, error

    try:
        for item in items:
            waiting.append((item, processes.submit(item)))
            if len(waiting) >= workers.count * IN_FLIGHT:
                yield first()
        while waiting:
            yield first()
    finally:
        processes.close()

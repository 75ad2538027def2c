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
DIED = "the process that cleaned it died; it may need more memory than there is"


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

    `function` must be picklable, and expected errors are its results: what it raises ends everything.
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
        raise LimitError(_late(seconds), reason="deadline")

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
    from scraper.workers import cut_off, pool  # noqa: PLC0415 -- asyncio and pebble, 150 ms, that one file does not need

    waiting: deque[tuple[Item, Future[Result]]] = deque()

    def first() -> tuple[Item, Result | LimitError]:
        item, future = waiting.popleft()
        try:
            with cut_off(_late(workers.deadline), DIED):
                return item, future.result()
        except LimitError as error:
            return item, error

    with pool(workers.count) as processes:
        for item in items:
            waiting.append((item, processes.schedule(function, args=(item,), timeout=workers.deadline)))
            if len(waiting) >= workers.count * IN_FLIGHT:
                yield first()
        while waiting:
            yield first()


def _late(seconds: float) -> str:
    return f"not done after {seconds:g} s; raise --deadline to give it longer"

"""One function over many items, in this process or in several, with a deadline for each item and results in order."""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import TimeoutError as Expired
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from msgspec import Struct

from scraper.errors import LimitError

Item = TypeVar("Item")
Result = TypeVar("Result")

IN_FLIGHT = 4
"""Items a worker that are read ahead: enough to keep it busy, few enough to bound the memory."""
TASKS = 1_000
"""Items after which a worker is replaced, so that what leaks in it is bounded."""


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
        raise _late(seconds)

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _late(seconds: float) -> LimitError:
    return LimitError(f"not done after {seconds:g} s; raise --deadline to give it longer", reason="deadline")


def _in_processes(
    function: Callable[[Item], Result], items: Iterable[Item], workers: Workers
) -> Iterator[tuple[Item, Result | LimitError]]:
    import multiprocessing  # noqa: PLC0415 -- 7 ms, and pebble 60 ms, that one file does not need

    from pebble import ProcessExpired, ProcessFuture, ProcessPool  # noqa: PLC0415 -- the same

    # Spawned, not forked: the parent may have threads and open files.
    pool = ProcessPool(workers.count, max_tasks=TASKS, context=multiprocessing.get_context("spawn"))
    waiting: deque[tuple[Item, ProcessFuture[Result]]] = deque()

    def first() -> tuple[Item, Result | LimitError]:
        item, future = waiting.popleft()
        try:
            result = future.result()
        except Expired:
            return item, _late(workers.deadline)
        except ProcessExpired as error:
            died = f"the process that cleaned it died ({error}); it may need more memory than there is"
            return item, LimitError(died, reason="worker-died")
        return item, result

    try:
        for item in items:
            waiting.append((item, pool.schedule(function, args=(item,), timeout=workers.deadline)))
            if len(waiting) >= workers.count * IN_FLIGHT:
                yield first()
        while waiting:
            yield first()
    finally:
        pool.stop()  # type: ignore[no-untyped-call]  # pebble's annotations leave this one out
        pool.join()

"""Running many tasks of many items, in processes that may die: it knows nothing of what they are.

A task is worked off by one thread (here) or one machine (in a cluster), which reads its items and has them worked off
in processes (`workers.Processes`): each item with a deadline, a killed process replaced, the item tried again, and
given up by name when it kills every process that takes it. Execution is at least once; that output is exactly once is
the task's business, by publishing it whole under a name that is always the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from scraper.errors import ClosedError, LimitError
from scraper.workers import Bounds, Processes

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")
Item = TypeVar("Item")
Given_contra = TypeVar("Given_contra", contravariant=True)
Result = TypeVar("Result")

TICK = 0.5
"""Seconds between two looks at how far the tasks are."""


class Ahead(Struct, frozen=True):
    """How far items are read ahead of their results: their number, and their weight in bytes."""

    items: int
    weight: int = 64 << 20


class Pool(Protocol[Given_contra, Result]):
    """What works off items: workers.Processes is one."""

    def submit(self, item: Given_contra) -> Future[Result]: ...


class Hands(Struct, frozen=True):
    """What a task is given to work with: a pool for its items, and whom to tell of a step."""

    pool: Pool[Any, Any]
    told: Callable[[Any], None]


class Watch(Struct, frozen=True):
    """Who is told of the steps of all tasks, perhaps by several threads; and what is called now and then."""

    told: Callable[[Any], None] = lambda step: None
    tick: Callable[[], None] = lambda: None


class Executor(Protocol):
    """What works off tasks, and has the pools for their items."""

    def run(
        self, function: Callable[[Task, Hands], Outcome], tasks: Sequence[Task], watch: Watch
    ) -> Iterator[tuple[Task, Outcome]]: ...

    def close(self) -> None: ...


class Threads:
    """Works off tasks in this process, in their order, with one pool for the items of all; gives each as it ends.

    As many tasks are under way as the pool has processes, so that it has something to do while one of them reads. What
    a task raises ends the run: the others are not begun, and those under way end as the pool is closed.
    """

    def __init__(self, work: Callable[[Any], Any], bounds: Bounds) -> None:
        self._pool: Processes[Any, Any] = Processes(work, bounds)
        self._at_once = bounds.count

    def run(
        self, function: Callable[[Task, Hands], Outcome], tasks: Sequence[Task], watch: Watch
    ) -> Iterator[tuple[Task, Outcome]]:
        """Each task with its outcome, as they end."""
        threads = ThreadPoolExecutor(self._at_once, "task")
        hands = Hands(self._pool, watch.told)
        try:
            under_way = {threads.submit(function, task, hands): task for task in tasks}
            while under_way:
                for future in wait(under_way, TICK, FIRST_COMPLETED).done:
                    yield under_way.pop(future), future.result()
                watch.tick()
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            self.close()
            raise
        finally:
            threads.shutdown(cancel_futures=True)

    def close(self) -> None:
        """End the processes, whatever they are at."""
        self._pool.close()


def in_order(
    pool: Pool[Item, Result], items: Iterable[Item], ahead: Ahead, weigh: Callable[[Item], int]
) -> Iterator[tuple[Item, Result | LimitError]]:
    """Every item with its result, or the LimitError by which it was given up, in the order of the items.

    A pool that is closed meanwhile ends it, with whatever that raises: its items were not given up, and a task that
    took them for done would publish what is not whole.
    """
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    weight = 0

    def first() -> tuple[Item, Result | LimitError]:
        item, future = waiting.popleft()
        try:
            return item, future.result()
        except ClosedError:
            raise
        except LimitError as error:
            return item, error

    for item in items:
        while waiting and (len(waiting) >= ahead.items or weight + weigh(item) > ahead.weight):
            weight -= weigh(waiting[0][0])
            yield first()
        waiting.append((item, pool.submit(item)))
        weight += weigh(item)
    while waiting:
        yield first()

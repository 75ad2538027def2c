"""Tasks and items are worked off in order and within bounds, whatever one of them does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from scraper.engine import Ahead, Hands, Threads, Watch, in_order
from scraper.errors import ClosedError, LimitError
from scraper.workers import Bounds


class Slow:
    """A pool that answers when it is told to, and knows how much was asked of it at once."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, Future[str]]] = []

    def submit(self, item: int) -> Future[str]:
        future: Future[str] = Future()
        self.asked.append((item, future))
        return future

    def answer(self) -> None:
        for item, future in self.asked:
            if not future.done():
                future.set_result(str(item))


def read(pool: Slow, items: list[int], ahead: Ahead) -> tuple[list[tuple[int, str | LimitError]], int]:
    """All results, and the most items that were under way; the newest are answered first."""
    most = 0
    taken: list[int] = []

    def source() -> Iterator[int]:
        nonlocal most
        for item in items:
            most = max(most, len(pool.asked) - len(taken))
            pool.answer()
            yield item

    found = []
    for pair in in_order(pool, source(), ahead, lambda item: item):
        taken.append(pair[0])
        found.append(pair)
        pool.answer()
    return found, most


class Eager(Slow):
    """A pool that answers at once."""

    def submit(self, item: int) -> Future[str]:
        future = super().submit(item)
        self.answer()
        return future


@pytest.mark.parametrize(("ahead", "expected"), [(Ahead(3), 3), (Ahead(100, 30), 3), (Ahead(100, 5), 1)])
def test_results_come_in_order_and_few_items_are_under_way(ahead: Ahead, expected: int) -> None:
    items = [10] * 20
    found, most = read(Eager(), items, ahead)
    assert found == [(10, "10")] * 20
    assert most == expected


def test_an_item_that_is_given_up_is_one_of_the_results() -> None:
    class Failing(Slow):
        def submit(self, item: int) -> Future[str]:
            future = super().submit(item)
            if item == 2:
                future.set_exception(LimitError("no", reason="deadline"))
            self.answer()
            return future

    found = list(in_order(Failing(), [1, 2, 3], Ahead(9), lambda item: 1))
    assert [result if isinstance(result, str) else result.reason for _, result in found] == ["1", "deadline", "3"]


def test_a_pool_that_is_closed_is_no_result() -> None:
    class Closing(Slow):
        def submit(self, item: int) -> Future[str]:
            future = super().submit(item)
            if item == 2:
                future.set_exception(ClosedError("no", reason="closed"))
            self.answer()
            return future

    found = in_order(Closing(), [1, 2, 3], Ahead(9), lambda item: 1)
    assert next(found) == (1, "1")
    with pytest.raises(ClosedError):
        next(found)


def threads(count: int) -> Threads:
    """With a pool of which nothing is asked, so that no process is started."""
    return Threads(str, Bounds(count, 60.0, "x"))


def test_each_task_is_given_as_it_ends() -> None:
    second = threading.Event()

    def work(task: int, hands: Hands) -> int:
        if task == 1:
            second.wait(60)
        return task * 2

    found = []
    for task, outcome in threads(2).run(work, [1, 2, 3], Watch()):
        found.append((task, outcome))
        if task == 3:
            second.set()
    assert found == [(2, 4), (3, 6), (1, 2)]


def test_a_task_has_a_pool_and_tells_of_its_steps() -> None:
    steps: list[str] = []

    def work(task: int, hands: Hands) -> str:
        hands.told(f"step {task}")
        answer: str = hands.pool.submit(task).result()
        return answer

    executor = threads(1)
    assert list(executor.run(work, [7, 8], Watch(steps.append))) == [(7, "7"), (8, "8")]
    assert steps == ["step 7", "step 8"]
    executor.close()


def test_what_a_task_raises_ends_the_run_and_the_rest_is_not_begun() -> None:
    begun = []
    waiting = threading.Event()

    def work(task: int, hands: Hands) -> None:
        begun.append(task)
        if task == 1:
            waiting.wait(60)
            raise LimitError("full", reason="disk-full")
        waiting.set()
        while True:  # until the pool is closed
            hands.pool.submit(task).result()

    with pytest.raises(LimitError, match="full"):
        list(threads(2).run(work, [1, 2, 3, 4, 5], Watch()))
    assert begun in ([1, 2], [1, 2, 3])  # whoever was at the first may have begun another before it was told


def test_somebody_is_told_while_a_task_works() -> None:
    ticked = threading.Event()
    watch = Watch(tick=ticked.set)
    assert list(threads(1).run(lambda task, hands: ticked.wait(60), [1], watch)) == [(1, True)]

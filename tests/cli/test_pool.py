"""Items are worked off in order, and none of them can hold up the others."""

from __future__ import annotations

import os
import time

import pytest

from scraper.cli.pool import Workers, in_order
from scraper.errors import LimitError


@pytest.mark.parametrize("count", [1, 2])
def test_the_results_come_in_the_order_of_the_items(count: int) -> None:
    items = list(range(40))
    assert list(in_order(str, items, Workers(count, 60))) == [(item, str(item)) for item in items]


@pytest.mark.parametrize("count", [1, 2])
def test_an_item_that_hangs_is_given_up_and_the_next_one_is_done(count: int) -> None:
    hour = 3_600.0
    results = [result for _, result in in_order(time.sleep, [0.0, hour, 0.0], Workers(count, 2))]
    assert results[0] is None
    assert isinstance(results[1], LimitError)
    assert "--deadline" in str(results[1])
    assert results[2] is None


def test_a_worker_that_dies_costs_its_item_only() -> None:
    (_, dead), (_, alive) = in_order(_die_of, [9, 0], Workers(2, 60))
    assert isinstance(dead, LimitError)
    assert "died" in str(dead)
    assert alive == 0


def _die_of(code: int) -> int:
    if code:
        os._exit(code)
    return code

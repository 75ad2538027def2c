"""Two sequences side by side, against the slow and plain way; and what hostile ones cost."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.revisions import align
from scraper.revisions.align import matches, pairs, stretches

ITEMS = st.lists(st.sampled_from("abcde"), max_size=14)


def longest(old: Sequence[str], new: Sequence[str]) -> int:
    rows = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i, one in enumerate(old, 1):
        for j, other in enumerate(new, 1):
            rows[i][j] = rows[i - 1][j - 1] + 1 if one == other else max(rows[i - 1][j], rows[i][j - 1])
    return rows[-1][-1]


@given(ITEMS, ITEMS)
def test_small_ones_are_matched_as_well_as_can_be(old: list[str], new: list[str]) -> None:
    found = matches(old, new)
    assert all(old[one] == new[other] for one, other in found)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(found))
    assert len(found) == longest(old, new)


@given(ITEMS, ITEMS)
def test_stretches_and_what_stands_between_them_are_all(old: list[str], new: list[str]) -> None:
    rebuilt: list[str] = []
    at = 0
    for stretch in stretches(old, new):
        rebuilt += [*old[at : stretch.old[0]], *new[slice(*stretch.new)]]
        at = stretch.old[1]
    assert rebuilt + old[at:] == new


@given(st.lists(st.integers(0, 400), max_size=600, unique=True), st.lists(st.integers(0, 400), max_size=600))
def test_large_ones_by_what_stands_once(old: list[int], new: list[int]) -> None:
    found = matches(old, new)
    assert all(old[one] == new[other] for one, other in found)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(found))


def test_what_was_put_into_a_long_text_is_found() -> None:
    old = [str(number) for number in range(5000)]
    new = [*old[:100], "x", *old[100:3000], *old[3003:], "y"]
    assert [(stretch.old, stretch.new) for stretch in stretches(old, new)] == [
        ((100, 100), (100, 101)),
        ((3000, 3003), (3001, 3001)),
        ((5000, 5000), (4998, 4999)),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["a", "b"] * 10_000, ["b", "a", "a"] * 7_000),
        ([str(n) for n in range(20_000)], [str(n) for n in reversed(range(20_000))]),
        ([str(n // 2) for n in range(20_000)], [str(n // 3) for n in range(20_000)]),
    ],
)
def test_hostile_ones_cost_little(old: list[str], new: list[str]) -> None:
    before = time.process_time()
    matches(old, new)
    assert time.process_time() - before < 10  # difflib takes minutes for the first


def test_pairs_keep_the_order_and_take_the_best() -> None:
    likeness = [[0.2, 0.9, 0.0], [0.8, 0.0, 0.7]]
    assert list(pairs((2, 3), lambda i, j: likeness[i][j], 0.4)) == [(0, 1), (1, 2)]
    assert list(pairs((2, 3), lambda i, j: likeness[i][j], 0.95)) == []
    assert len(list(pairs((80, 90), lambda i, j: 1.0, 0.5))) == 80
    assert align.CELLS > 80 * 90

"""What is told of a sequence: breaks that last, and neither chance, nor weekends, nor runs."""

from __future__ import annotations

from math import comb, exp

import numpy as np
import pytest

from scraper.drift.shift import Shift, _surprise, fallen, moved

DAYS = 60


def times(a_day: int, days: int = DAYS) -> np.ndarray:  # type: ignore[type-arg]  # of floats
    return np.arange(days * a_day) / a_day


def clear(old: float, new: float) -> bool:
    return new >= 2 * old or old >= 2 * new


def test_a_break_is_told_with_its_beginning_and_its_shares() -> None:
    days = times(5)
    flags = np.arange(len(days)) % 10 > 0
    flags[-15:] = False
    found = fallen(flags, days)
    assert found is not None
    assert 283 <= found.start <= 285  # the one before may have been without anyway
    assert found.before == pytest.approx(0.9, abs=0.01)
    assert found.now == 0.0


@pytest.mark.parametrize(
    ("broken", "a_day", "days", "share"),
    [
        (9, 5, 60, 0.0),  # too few
        (20, 40, 60, 0.0),  # half a day
        (15, 5, 16, 0.0),  # known for less than two weeks
        (60, 5, 60, 0.7),  # not so much
    ],
)
def test_what_is_not_told_yet(broken: int, a_day: int, days: int, share: float) -> None:
    flags = np.ones(a_day * days, bool)
    flags[-broken:] = np.arange(broken) % 10 < share * 10
    assert fallen(flags, times(a_day, days)) is None


def test_a_break_that_was_mended_is_over() -> None:
    flags = np.ones(300, bool)
    flags[200:260] = False
    assert fallen(flags[:260], times(5)[:260]) == Shift(200, 1.0, 0.0)
    assert fallen(flags, times(5)) is None


def test_what_rises_is_no_alarm() -> None:
    assert fallen(np.arange(300) >= 200, times(5)) is None


def weekend(days: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]  # as above
    return np.asarray(days.astype(int) % 7 >= 5)


def test_weekends_are_not_told_and_a_break_within_such_weeks_is() -> None:
    days = times(20)
    flags = ~weekend(days)
    for end in range(20 * 40, 20 * 60, 7):
        assert fallen(flags[:end], days[:end]) is None
    found = fallen(np.where(days >= 53, False, flags), days)
    assert found is not None
    assert found.now == 0.0
    lengths = np.where(weekend(days), 150.0, 900.0)
    for end in range(20 * 40, 20 * 60, 7):
        assert moved(lengths[:end], days[:end], clear) is None


def test_runs_of_briefs_are_not_told() -> None:
    """Half of the articles have no author, and come twelve at a time."""
    days = times(24)
    flags = np.arange(len(days)) // 12 % 2 == 0
    for end in range(24 * 40, len(days), 5):
        assert fallen(flags[:end], days[:end]) is None


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_chance_alone_is_not_told(share: float) -> None:
    generator = np.random.default_rng(4711)
    days = times(8)
    for _ in range(60):
        assert fallen(generator.random(len(days)) < share, days) is None
        assert moved(np.exp(generator.normal(6, 0.8, len(days))), days, clear) is None


def test_a_median_that_moved() -> None:
    generator = np.random.default_rng(1)
    days = times(8)
    words = np.round(np.exp(generator.normal(6, 0.5, len(days))))
    words[-24:] = np.round(words[-24:] / 5)
    found = moved(words, days, clear)
    assert found is not None
    assert abs(found.start - (len(days) - 24)) <= 2
    assert found.before == pytest.approx(400, rel=0.1)
    assert found.now == pytest.approx(80, rel=0.3)
    assert moved(words[:-24], days[:-24], clear) is None
    mended = np.concatenate([words, words[:40]])
    assert moved(mended, times(8, 65), clear) is None


def test_a_few_odd_ones_move_nothing() -> None:
    words = np.full(480, 300.0) + np.arange(480) % 50
    words[-20::3] = 50_000
    assert moved(words, times(8), clear) is None


def test_all_alike_is_no_shift() -> None:
    assert moved(np.zeros(480), times(8), clear) is None
    assert fallen(np.zeros(480, bool), times(8)) is None
    assert fallen(np.empty(0, bool), np.empty(0)) is None


def test_the_chance_is_exact() -> None:
    ways = sum(comb(27, k) * comb(13, 10 - k) for k in range(3))
    assert exp(-_surprise(2, 10, 27, 40)) == pytest.approx(ways / comb(40, 10), rel=1e-9)
    assert exp(-_surprise(2, 3, 3, 4)) == pytest.approx(3 / 4)  # two at least must be true

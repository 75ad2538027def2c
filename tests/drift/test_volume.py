"""Articles a day: silence and floods are told, weekends, holidays and slow sources are not."""

from __future__ import annotations

import numpy as np
import pytest

from scraper.drift.volume import DAYS, Volume, volume


def paper(seed: int, a_day: float, weekend: float = 0.3) -> list[int]:
    """Articles of each day, the last first."""
    generator = np.random.default_rng(seed)
    return [int(generator.poisson(a_day * (weekend if day % 7 in (2, 3) else 1))) for day in range(DAYS)]


@pytest.mark.parametrize(("a_day", "days"), [(40, 1), (12, 2), (5, 7), (1.3, 14)])
def test_silence_is_told_by_how_much_is_usual(a_day: float, days: int) -> None:
    for seed in range(20):
        counts = [0] * days + paper(seed, a_day, 1.0)[days:]
        found = volume(counts, DAYS)
        if found is not None:
            assert found.days <= days
            assert found.articles == 0
            return
    pytest.fail("never told")


def test_how_much_is_usual_goes_by_the_weekday() -> None:
    monday = [100, 10, 10, 100, 100, 100, 100] * 8
    assert volume(monday, DAYS) is None
    assert volume(monday[1:], DAYS) is None
    assert volume([0, *monday[1:]], DAYS) == Volume(1, 0, 100.0)
    assert volume([10, *monday[1:]], DAYS) is None  # a holiday, as quiet as a Sunday
    assert volume([10, 10, *monday[2:]], DAYS) is None
    assert volume([4, *monday[2:]], DAYS) is None  # a Sunday, however quiet


def test_chance_weekends_and_a_holiday_are_not_told() -> None:
    for seed in range(200):
        counts = paper(seed, 0.2 * 1.05**seed % 150)
        assert volume(counts, DAYS) is None
        holiday = [count // 2 for count in counts[:3]]
        assert volume(holiday + counts[3:], DAYS) is None


def test_a_flood() -> None:
    counts = [300, *paper(3, 20)[1:]]
    found = volume(counts, DAYS)
    assert found is not None
    assert (found.days, found.articles) == (1, 300)
    assert 10 < found.usual < 30
    assert volume([25, *[2] * 55], DAYS) is None  # few, however many times the usual


def test_what_was_there_before_is_not_told_again() -> None:
    counts = paper(5, 40, 1.0)
    counts[0] = counts[30] = 0
    assert volume(counts, DAYS) is None


@pytest.mark.parametrize("known", [0, 5, 20])
def test_a_new_source_has_nothing_usual(known: int) -> None:
    assert volume([0, *paper(1, 40)[1:]], known) is None
    assert volume([], known) is None

"""When an article is looked at again, by ages and a given moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scraper.revisions.due import FIRST_PAUSE, LATE, TRIES, Watched, due_at, is_due

FIRST = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HOUR = 3600.0
AFTER = (HOUR, 6 * HOUR, 24 * HOUR, 168 * HOUR)


def at(hours: float) -> datetime:
    return FIRST + timedelta(hours=hours)


def test_the_next_age_that_was_not_seen_yet() -> None:
    seen = [(0, 1), (0.5, 1), (1, 6), (5.9, 6), (30, 168), (168, None)]
    assert [due_at(Watched(FIRST, at(hours)), AFTER) for hours, _ in seen] == [
        None if expected is None else at(expected) for _, expected in seen
    ]


def test_ages_in_any_order_and_none_at_all() -> None:
    assert due_at(Watched(FIRST, FIRST), AFTER[::-1]) == at(1)
    assert due_at(Watched(FIRST, FIRST), ()) is None
    assert not is_due(Watched(FIRST, FIRST), (), at(1000))


def test_due_from_its_moment_until_it_is_old() -> None:
    one = Watched(FIRST, FIRST)
    assert [is_due(one, AFTER, at(hours)) for hours in (0.99, 1, 400)] == [False, True, False]
    assert is_due(one, AFTER, at(168 * LATE))


def test_failures_wait_longer_each_time_and_give_up_until_the_next_age() -> None:
    tried = at(1.1)
    pauses = [due_at(Watched(FIRST, FIRST, tries, tried), AFTER) for tries in range(1, TRIES)]
    assert pauses == [tried + timedelta(seconds=FIRST_PAUSE * 2**number) for number in range(TRIES - 1)]
    assert due_at(Watched(FIRST, FIRST, TRIES, tried), AFTER) == at(6)
    again = due_at(Watched(FIRST, FIRST, TRIES + 1, at(6.1)), AFTER)
    assert again == at(6.1) + timedelta(seconds=FIRST_PAUSE)


@given(st.lists(st.floats(60, 1e7), max_size=6), st.lists(st.floats(60, 1e6), max_size=40))
def test_however_often_it_is_asked_there_are_no_more_looks_than_ages(ages: list[float], steps: list[float]) -> None:
    now, looked, looks = FIRST, FIRST, 0
    for step in steps:
        now += timedelta(seconds=step)
        if is_due(Watched(FIRST, looked), ages, now):
            looks += 1
            looked = now
            assert not is_due(Watched(FIRST, looked), ages, now)
    assert looks <= len(set(ages))

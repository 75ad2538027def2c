"""When the articles of a source are looked at again between two runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scraper.rounds import APART, Rounds

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MINUTES = st.integers(-600, 600).map(lambda minutes: NOW + timedelta(minutes=minutes))


def test_a_round_is_taken_when_it_is_due_and_once() -> None:
    rounds = Rounds()
    rounds.plan("a", NOW + timedelta(hours=1), NOW)
    assert rounds.next() == NOW + timedelta(hours=1)
    assert rounds.take(NOW + timedelta(minutes=59), (), 9) == []
    assert rounds.take(NOW + timedelta(hours=2), (), 9) == ["a"]
    assert (rounds.take(NOW + timedelta(hours=2), (), 9), rounds.next()) == ([], None)


def test_what_is_overdue_still_waits_after_a_round() -> None:
    rounds = Rounds()
    rounds.plan("a", NOW - timedelta(days=1), NOW)
    assert rounds.next() == NOW + APART


def test_a_source_that_runs_is_left_alone() -> None:
    rounds = Rounds()
    rounds.plan("a", NOW - timedelta(days=1), NOW - 2 * APART)
    rounds.plan("b", NOW, NOW - APART)
    assert rounds.next(("a",)) == NOW
    assert rounds.take(NOW, ("a",), 9) == ["b"]
    assert rounds.take(NOW, (), 9) == ["a"]


def test_no_look_is_due_any_more_and_sources_that_went() -> None:
    rounds = Rounds()
    for name in ("a", "b", "c"):
        rounds.plan(name, NOW, NOW - APART)
    rounds.plan("a", None, NOW)
    rounds.keep(("a", "b"))
    assert rounds.take(NOW, (), 9) == ["b"]


@given(st.dictionaries(st.text(max_size=3), MINUTES), st.sets(st.text(max_size=3)), st.integers(-2, 9))
def test_the_longest_due_come_first_and_none_is_lost(due: dict[str, datetime], busy: set[str], room: int) -> None:
    rounds = Rounds()
    for name, at in due.items():
        rounds.plan(name, at, NOW - timedelta(days=30))
    taken = rounds.take(NOW, busy, room)
    ready = sorted(((at, name) for name, at in due.items() if at <= NOW and name not in busy))
    assert taken == [name for _, name in ready[: max(room, 0)]]
    rest = [at for name, at in due.items() if name not in taken]
    assert rounds.next() == min(rest, default=None)


def test_a_clock_that_was_a_month_ahead_does_not_put_off_a_round_for_a_month() -> None:
    rounds = Rounds()
    rounds.take(NOW + timedelta(days=30), (), 9)
    rounds.plan("paper", NOW + timedelta(hours=1), NOW + timedelta(days=30))
    assert rounds.take(NOW, (), 9) == []
    assert rounds.next() == NOW + APART
    assert rounds.take(NOW + APART, (), 9) == ["paper"]

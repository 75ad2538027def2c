"""The table of due runs, under every kind of clock: changes of summer time, sleep, a clock that was set."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.config.schedule import Cron, Every, cron
from scraper.timetable import Due, Past, Timed, Timetable

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
ZONES = (
    *("Europe/Berlin", "America/New_York", "America/Los_Angeles", "America/St_Johns"),
    *("Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham", "Africa/Cairo", "UTC"),
)


def hourly(name: str = "paper", **more: float) -> Timed:
    return Timed(name, Every(3600.0), **more)


def table(*timed: Timed, last: timedelta | None = timedelta(0), whole: bool = True) -> Timetable:
    """A table whose sources all ran this long ago."""
    past = {} if last is None else {one.name: Past(NOW - last, whole) for one in timed}
    return Timetable(timed, past, NOW)


def runs(table: Timetable, moments: Iterator[datetime]) -> list[tuple[datetime, Due]]:
    """What is due as time goes on; a run takes no time."""
    found = []
    for now in moments:
        for due in table.look(now).due:
            found.append((now, due))
            table.done(due.name, now)
    return found


def ticking(since: datetime, until: datetime, step: timedelta) -> Iterator[datetime]:
    while since < until:
        since += step
        yield since


# ---- clocks that change


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("line", ["0 0 * * *", "30 2 * * *", "59 23 * * *", "30 1 * * *"])
def test_a_daily_job_runs_once_on_every_day_of_a_year(line: str, zone: str) -> None:
    """APScheduler 3.11.3 loses a midnight and doubles a 02:30."""
    since = datetime(2026, 6, 1, 12, tzinfo=UTC)
    daily = Timetable([Timed("paper", cron(line, zone))], {"paper": Past(since, True)}, since)
    found = runs(daily, ticking(since, since + timedelta(days=365), 30 * MINUTE))
    local = [due.planned.astimezone(ZoneInfo(zone)) for _, due in found]
    days = [moment.date() for moment in local]
    first = days[0]
    assert days == [first + timedelta(days=number) for number in range(365)]
    minute, hour = (int(part) for part in line.split()[:2])
    others = [moment for moment in local if (moment.hour, moment.minute) != (hour, minute)]
    # At most once a year the time does not exist: then it is as much later as the clocks are put.
    assert len(others) <= 1
    assert all(timedelta(0) <= now - due.planned < 30 * MINUTE for now, due in found)


def test_midnight_where_there_is_none() -> None:
    """Cairo puts its clocks forward at midnight, on the last Friday of April."""
    since = datetime(2027, 4, 28, 12, tzinfo=UTC)
    daily = Timetable([Timed("paper", cron("@daily", "Africa/Cairo"))], {"paper": Past(since, True)}, since)
    found = runs(daily, ticking(since, since + timedelta(days=3), MINUTE))
    local = [f"{due.planned.astimezone(ZoneInfo('Africa/Cairo')):%dT%H:%M}" for _, due in found]
    assert local == ["29T00:00", "30T01:00", "01T00:00"]


@pytest.mark.parametrize("since", ["2026-09-25T12:00Z", "2027-03-12T12:00Z"])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Auckland"])
def test_every_hour_is_every_hour(zone: str, since: str) -> None:
    """Over all changes of one season. Lord Howe's clocks change by half an hour, so its hours do."""
    begin, hours = datetime.fromisoformat(since), 40 * 24
    for when in (cron("0 * * * *", zone), Every(3600.0)):
        found = runs(
            Timetable([Timed("paper", when)], {"paper": Past(begin, True)}, begin),
            ticking(begin, begin + hours * HOUR, 30 * MINUTE),
        )
        assert len(found) in ((hours,) if zone != "Australia/Lord_Howe" else range(hours - 2, hours + 2))
        assert all(due.missed == 0 for _, due in found)


# ---- what was missed


@pytest.mark.parametrize(
    ("ago", "whole", "line", "minutes"),
    [
        (None, True, None, 0),
        # by interval, an hour
        (10, True, None, 50),  # as if the daemon had never been down
        (60, True, None, 0),
        (600, True, None, 0),
        # by crontab; it is 12:00
        (59, True, "0 * * * *", 0),
        (61, True, "0 * * * *", 0),
        (0, True, "0 * * * *", 60),
        (10, True, "30 * * * *", 30),
        # cut off
        (10, False, None, 0),
        (0, False, "0 * * * *", 0),
        # a clock that was wrong
        (-6000, True, None, 0),
        (-6000, True, "0 * * * *", 0),
        # a clock that was set back since
        (-30, True, None, 60),
        (-30, True, "0 * * * *", 60),
        (-61, True, "0 * * * *", 120),
    ],
)
def test_after_a_restart_what_was_missed_runs_at_once_and_the_rest_when_it_is_time(
    ago: int | None, whole: bool, line: str | None, minutes: int
) -> None:
    timed = Timed("paper", cron(line, "UTC") if line else Every(3600.0))
    found = table(timed, last=None if ago is None else ago * MINUTE, whole=whole)
    start = found.starts()["paper"]
    assert max(start, NOW) == NOW + minutes * MINUTE
    assert bool(found.look(NOW).due) == (minutes == 0)


@pytest.mark.parametrize("when", [Every(3600.0), cron("0 * * * *", "UTC")])
def test_a_night_s_sleep_is_caught_up_once(when: Cron | Every) -> None:
    sleeper = table(Timed("paper", when))
    now = NOW + 8 * HOUR + 5 * MINUTE
    assert sleeper.look(now).due == (Due("paper", NOW + HOUR, missed=7),)
    sleeper.done("paper", now)
    assert sleeper.look(now).due == ()
    assert sleeper.starts() == {"paper": NOW + 9 * HOUR}


def test_a_year_s_sleep_of_a_job_of_each_minute_is_counted_up_to_200() -> None:
    sleeper = table(Timed("paper", cron("* * * * *", "UTC")))
    now = NOW + timedelta(days=365, seconds=30)
    (due,) = sleeper.look(now).due
    assert due.missed == 199
    assert sleeper.starts() == {"paper": now + timedelta(seconds=30)}


@pytest.mark.parametrize(("grace", "runs"), [(31 * 86400.0, 1), (3600.0, 0)])
def test_what_comes_too_late_for_its_grace_waits_for_the_next(grace: float, runs: int) -> None:
    nightly = Timed("paper", cron("30 2 * * *", "UTC"), grace=grace)
    sleeper = table(nightly)
    now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    found = sleeper.look(now)
    assert len(found.due) == runs
    assert found.dropped == (() if runs else ("paper",))
    assert sleeper.starts() == {"paper": datetime(2026, 11, 23, 2, 30, tzinfo=UTC)}


def test_by_default_even_a_monthly_run_is_caught_up_after_weeks() -> None:
    monthly = Timed("paper", cron("@monthly", "UTC"))
    sleeper = table(monthly)
    assert len(sleeper.look(datetime(2026, 12, 30, tzinfo=UTC)).due) == 1


# ---- a clock that is set


def test_a_clock_that_is_set_back_neither_doubles_a_run_nor_stops_the_next() -> None:
    both = (Timed("nightly", cron("30 2 * * *", "UTC")), hourly())
    clock = table(*both)
    at = datetime(2026, 11, 22, 2, 30, 5, tzinfo=UTC)
    assert {due.name for due in clock.look(at).due} == {"nightly", "paper"}
    for one in both:
        clock.done(one.name, at)
    back = at - timedelta(hours=1)  # 01:30:05
    assert clock.look(back).due == ()
    assert clock.starts() == {
        "nightly": datetime(2026, 11, 23, 2, 30, tzinfo=UTC),
        "paper": back + HOUR,
    }


def test_a_clock_that_was_a_year_ahead_does_not_stop_anything_for_a_year() -> None:
    clock = table(Timed("nightly", cron("30 2 * * *", "UTC")), hourly())
    ahead = NOW + timedelta(days=365)
    for due in clock.look(ahead).due:
        clock.done(due.name, ahead)
    assert {due.name for due in clock.look(NOW + MINUTE).due} == {"nightly", "paper"}
    assert max(clock.starts().values()) < NOW + timedelta(days=1)


# ---- overlap, jitter, other schedules


def test_what_still_runs_is_skipped_and_counted() -> None:
    busy = table(hourly())
    assert len(busy.look(NOW + HOUR).due) == 1
    assert busy.look(NOW + 2 * HOUR).skipped == {"paper": 1}
    assert busy.look(NOW + 2 * HOUR + MINUTE).skipped == {}
    assert busy.look(NOW + 5 * HOUR).skipped == {"paper": 3}
    busy.done("paper", NOW + 5 * HOUR + MINUTE)
    assert busy.look(NOW + 5 * HOUR + MINUTE).due == ()
    assert busy.look(NOW + 6 * HOUR).due == (Due("paper", NOW + 6 * HOUR),)


def test_a_run_that_was_cut_off_is_due_again_at_once() -> None:
    cut = table(hourly())
    cut.look(NOW + HOUR)
    cut.done("paper", NOW + HOUR + MINUTE, whole=False)
    assert cut.look(NOW + HOUR + MINUTE).due == (Due("paper", NOW + HOUR + MINUTE),)


@given(st.integers(60, 10**6), st.floats(0, 10**6), st.integers(0, 10**9))
def test_jitter_comes_on_top_and_never_reaches_the_next_run(every: int, jitter: float, offset: int) -> None:
    now = datetime.fromtimestamp(1_700_000_000 + offset, UTC)
    timed = Timed("paper", Every(float(every)), jitter)
    spread = Timetable([timed], {"paper": Past(now, True)}, now)
    start = spread.starts()["paper"] - now - timedelta(seconds=every)
    assert timedelta(0) <= start <= timedelta(seconds=min(jitter, every / 2))
    assert Timetable([timed], {"paper": Past(now, True)}, now).starts() == spread.starts()  # a restart changes nothing


def test_jitter_spreads_sources_and_loses_no_run() -> None:
    many = [hourly(f"paper-{number}", jitter=600.0) for number in range(100)]
    spread = table(*many)
    starts = spread.starts().values()
    assert len({start.minute for start in starts}) == 10
    found = runs(spread, ticking(NOW, NOW + 24 * HOUR + 10 * MINUTE, MINUTE))
    assert len(found) == 24 * 100
    assert all(due.missed == 0 for _, due in found)


def test_the_longest_due_comes_first() -> None:
    both = table(Timed("late", cron("0 13 * * *", "UTC")), Timed("later", cron("30 12 * * *", "UTC")))
    assert [due.name for due in both.look(NOW + 2 * HOUR).due] == ["later", "late"]


def test_other_schedules_keep_what_is_known() -> None:
    three = table(hourly("a"), hourly("b"), hourly("c"))
    assert len(three.look(NOW + HOUR).due) == 3
    three.done("a", NOW + HOUR)
    daily = Timed("a", Every(86400.0))
    three.replace([daily, hourly("d")], {}, NOW + HOUR)
    assert three.starts() == {"a": NOW + HOUR + timedelta(days=1), "d": NOW + HOUR}
    # b comes back while its run is still under way: it is not run twice at a time
    three.replace([daily, hourly("b")], {}, NOW + HOUR)
    assert three.look(NOW + 2 * HOUR).skipped == {"b": 1}
    three.done("b", NOW + 2 * HOUR)
    assert [due.name for due in three.look(NOW + 3 * HOUR).due] == ["b"]
    three.done("c", NOW + 3 * HOUR)  # gone; nothing happens

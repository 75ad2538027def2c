"""Crontab lines: what they mean, what is refused, and the next run across changes of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.config.schedule import cron, next_after


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def runs(line: str, zone: str, start: str, count: int) -> list[str]:
    moment = at(start, zone)
    found = []
    for _ in range(count):
        moment = next_after(cron(line, zone), moment)
        found.append(moment.astimezone(ZoneInfo(zone)).isoformat()[:16])
    return found


def test_fields() -> None:
    read = cron("*/15 8-18/2,22 * jan,6-7 mon-fri", "UTC")
    assert read.minutes == (0, 15, 30, 45)
    assert read.hours == (8, 10, 12, 14, 16, 18, 22)
    assert read.days == tuple(range(1, 32))
    assert read.months == (1, 6, 7)
    assert read.weekday_names == ("mon", "tue", "wed", "thu", "fri")


@pytest.mark.parametrize("sunday", ["0", "7", "sun", "SUN"])
def test_both_0_and_7_are_sunday(sunday: str) -> None:
    assert cron(f"0 0 * * {sunday}", "UTC").weekday_names == ("sun",)
    assert runs(f"0 0 * * {sunday}", "UTC", "2023-10-04", 1) == ["2023-10-08T00:00"]


def test_1_is_monday_and_5_to_7_is_the_weekend() -> None:
    assert runs("0 0 * * 1", "UTC", "2023-10-04", 2) == ["2023-10-09T00:00", "2023-10-16T00:00"]
    assert cron("0 0 * * 5-7", "UTC").weekday_names == ("sun", "fri", "sat")


def test_nicknames() -> None:
    assert cron("@daily", "UTC").hours == (0,)
    assert cron("@Weekly", "UTC").weekday_names == ("sun",)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("* * * *", "expected five fields .* got 4"),
        ("0 0 0 * * *", "expected five fields .* got 6"),
        ("", "got 0"),
        ("@reboot", "@reboot.* is not one of @hourly"),
        ("60 * * * *", "minute is not within 0 to 59"),
        ("0 0 0 * *", "day is not within 1 to 31"),
        ("0 0 * * 8", "weekday is not within"),
        ("0 0 * * fri-mon", "lower number first"),
        ("5/15 * * * *", r"ambiguous; write `5-59/15`"),
        ("*/0 * * * *", "not within"),
        ("0 0 L * *", "not understood as the day"),
        ("0 0 * * 5#2", "not understood as the weekday"),
        ("0 0 ? * *", "not understood as the day"),
        ("0 0 1 * 1", "both the day of the month and the weekday"),
        ("0 0 30 2 *", "never comes"),
        ("0 0 31 4,6,9,11 *", "never comes"),
        ("1,,2 * * * *", "not understood as the minute"),
        ("٣ * * * *", "not understood as the minute"),
    ],
)
def test_refused(line: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cron(line, "UTC")


def test_a_leap_day_comes() -> None:
    assert runs("0 0 29 2 *", "UTC", "2096-03-01", 1) == ["2104-02-29T00:00"]


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/Los_Angeles", "Australia/Sydney", "America/Santiago", "UTC"]
)
@pytest.mark.parametrize("line", ["0 0 * * *", "30 2 * * *"])
def test_a_daily_job_runs_once_on_each_day(line: str, zone: str) -> None:
    moment, last, days = at("2023-01-01", zone), at("2023-12-31", zone), []
    while (moment := next_after(cron(line, zone), moment)) < last:
        days.append(moment.astimezone(ZoneInfo(zone)).date())
    assert len(days) == len(set(days))
    assert {later - day for day, later in pairwise(days)} == {timedelta(days=1)}


def test_when_clocks_change() -> None:
    berlin = "Europe/Berlin"
    assert runs("30 2 * * *", berlin, "2023-03-25T12:00", 2) == ["2023-03-26T03:30", "2023-03-27T02:30"]
    back = [next_after(cron("30 2 * * *", berlin), at("2023-10-28T12:00", berlin))]
    back.append(next_after(cron("30 2 * * *", berlin), back[0]))
    assert back == [at("2023-10-29T00:30"), at("2023-10-30T01:30")]


def test_an_hourly_job_runs_each_hour_of_the_long_and_the_short_day() -> None:
    for day in ("2023-03-26", "2023-10-29"):
        moment = at(day, "Europe/Berlin")
        for _ in range(6):
            later = next_after(cron("0 * * * *", "Europe/Berlin"), moment)
            assert later - moment == timedelta(hours=1)
            moment = later


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1)),
    st.integers(0, 59),
    st.integers(0, 23),
    st.sampled_from(["*", "sun", "1-5"]),
)
def test_in_utc_the_next_run_matches_and_is_within_a_week(
    moment: datetime, minute: int, hour: int, weekday: str
) -> None:
    line = cron(f"{minute} {hour} * * {weekday}", "UTC")
    run = next_after(line, moment.replace(tzinfo=UTC))
    assert timedelta(0) < run - moment.replace(tzinfo=UTC) <= timedelta(days=7)
    assert (run.minute, run.hour, run.second) == (minute, hour, 0)
    assert run.isoweekday() % 7 in line.weekdays


def test_two_hours_forward_move_an_hour_behind_the_next() -> None:
    """Troll station skips from 01:00 to 03:00: 02:59 runs two hours later, after 03:59 did."""
    when = cron("59 2,3 * * *", "Antarctica/Troll")
    moment = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    found = []
    for _ in range(3):
        moment = next_after(when, moment)
        found.append(f"{moment:%dT%H:%M}")
    assert found == ["29T01:59", "29T02:59", "30T00:59"]

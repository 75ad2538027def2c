"""Clock lines: temperatures, dates and times of all languages, and dates inside short texts."""

from __future__ import annotations

from datetime import date

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from scraper.clean.calendar import calendar
from scraper.clean.clock import LONGEST_LINE, LONGEST_TEXT, find_date, read_clock
from scraper.clean.dates import from_persian

LOCALES = sorted(calendar().major - {"yo"})
"""CLDR's medium date of Yoruba is "4 10 2023": three bare numbers, which are more often something else."""


@pytest.mark.parametrize(
    "line",
    ["9.7 C", "4,6 °C", "23°", "−3 ℃", "72°F", "-7 F", "٢٣°", "२३ °C", "25 ºC", "23 °С", "23° / 15°C", " 7° 4° "],
)
def test_a_temperature(line: str) -> None:
    clock = read_clock(line)
    assert clock is not None
    assert clock.kind == "temperature"
    assert clock.date is None


@pytest.mark.parametrize("line", ["400 C", "9.7", "23 C.", "Vitamin 3 C", "4 K", "95 °C today", "C", "100% C"])
def test_no_temperature(line: str) -> None:
    clock = read_clock(line)
    assert clock is None or clock.kind != "temperature"


@pytest.mark.parametrize(
    ("line", "iso"),
    [
        ("Wednesday, October 4, 2023", "2023-10-04"),
        ("mercredi, avril 17, 2024", "2024-04-17"),
        ("WEDNESDAY 4 OCTOBER 2023", "2023-10-04"),
        ("SALI, 26 EYLÜL 2023", "2023-09-26"),
        ("26 EKIM 2023", "2023-10-26"),
        ("ΤΕΤΑΡΤΗ 4 ΟΚΤΩΒΡΙΟΥ 2023", "2023-10-04"),
        ("October 4th, 2023", "2023-10-04"),
        ("1er mai 2024", "2024-05-01"),
        ("4 de octubre de 2023", "2023-10-04"),
        ("2023. okt. 4., szerda", "2023-10-04"),
        ("2023年10月4日(水)", "2023-10-04"),
        ("2023年10月8日(日)", "2023-10-08"),
        ("令和5年10月4日", "2023-10-04"),
        ("民國112年10月4日", "2023-10-04"),
        ("2023년 10월 4일 수요일", "2023-10-04"),
        ("วันพุธที่ 4 ตุลาคม 2566", "2023-10-04"),
        ("4 ต.ค. 66", "2023-10-04"),
        ("چهارشنبه، ۱۲ مهر ۱۴۰۲", "2023-10-04"),
        ("الأربعاء، ٤ تشرين الأول ٢٠٢٣", "2023-10-04"),
        ("ngày 4 tháng 10 năm 2023", "2023-10-04"),
        ("04.10.2023", "2023-10-04"),
        ("10/25/2023", "2023-10-25"),
        ("Wed 10/04/2023", "2023-10-04"),
        ("2023-10-04", "2023-10-04"),
        ("1402/07/12", "2023-10-04"),
        ("Oct 4", "--10-04"),
        ("29 février", "--02-29"),
        ("(4 Oct 23)", "2023-10-04"),
        ("* October 4, 2023", "2023-10-04"),
    ],
)
def test_a_date(line: str, iso: str) -> None:
    clock = read_clock(line)
    assert clock is not None
    assert (clock.kind, clock.date, clock.has_time) == ("date", iso, False)


@pytest.mark.parametrize(
    "line",
    [
        "10/04/2023",  # October or April
        "4 listopada 2023",  # October in Croatian, November in Polish
        "Monday, October 4, 2023",  # it was a Wednesday
        "19 ربيع الأول 1445",  # lunar Hijri
        "२०८० असोज १७",  # Bikram Sambat
    ],
)
def test_a_date_that_can_be_read_in_two_ways_or_not_at_all_has_no_iso_date(line: str) -> None:
    clock = read_clock(line)
    assert clock is not None
    assert (clock.kind, clock.date) == ("date", None)


def test_the_language_settles_names_and_orders() -> None:
    read = [
        read_clock(*case) for case in (("4 listopada 2023", "hr"), ("4 listopada 2023", "pl"), ("10/04/2023", "de"))
    ]
    assert [clock.date for clock in read if clock] == ["2023-10-04", "2023-11-04", "2023-04-10"]
    assert (clock := read_clock("10/04/2023", "en")) is not None
    assert clock.date is None


@pytest.mark.parametrize(
    ("line", "iso", "time"),
    [
        ("Wednesday, October 4, 2023 12:34 PM", "2023-10-04", "12:34"),
        ("Wed 4 Oct 2023, 10:15", "2023-10-04", "10:15"),
        ("Mittwoch, 4. Oktober 2023, 14:05 Uhr", "2023-10-04", "14:05"),
        ("4.10.2023 klo 14.05", "2023-10-04", "14:05"),
        ("Rabu, 04 Okt 2023 14:05 WIB", "2023-10-04", "14:05"),
        ("2023. 10. 4. 오후 3:15", "2023-10-04", "15:15"),
        ("2023-10-04T10:15:00+02:00", "2023-10-04", "10:15"),
        ("Wed, 04 Oct 2023 10:15:00 +0200", "2023-10-04", "10:15"),
        ("Sept. 26, 2023 9:30 a.m. ET", "2023-09-26", "09:30"),
        ("4 October 2023 @ 12:05 am", "2023-10-04", "00:05"),
    ],
)
def test_a_date_with_a_time(line: str, iso: str, time: str) -> None:
    clock = read_clock(line)
    assert clock is not None
    assert (clock.kind, clock.date, clock.has_time, clock.time) == ("date", iso, True, time)


@pytest.mark.parametrize(
    ("line", "time"),
    [("12:34 PM", "12:34"), ("14.05 Uhr", "14:05"), ("9am", "09:00"), ("10:15 GMT+3", "10:15"), ("3時15分", "03:15")],
)
def test_a_time(line: str, time: str) -> None:
    clock = read_clock(line)
    assert clock is not None
    assert (clock.kind, clock.date, clock.time) == ("time", None, time)


def test_a_day_named_by_its_distance_may_stand_before_the_date() -> None:
    assert (clock := read_clock("Bugün: 22 Nisan 2024")) is not None
    assert (clock.date, clock.has_weekday, clock.languages) == ("2024-04-22", False, ("tr",))


@pytest.mark.parametrize(
    "line",
    [
        "The 4 May 2023 elections",
        "Chapter 4",
        "October 2023",
        "2023",
        "10/10",
        "1.2.3",
        "45:12",
        "24 hours",
        "4. SAS",
        "22. R",
        "do-ip6: no",
        "15 Pro",
        "31 February 2023",
        "May",
        "",
        "Wednesday, October 4, 2023, was a day that many in the village will remember for years",
        "9" * 5000,
    ],
)
def test_no_clock(line: str) -> None:
    assert read_clock(line) is None


@given(
    day=st.dates(date(1970, 1, 1), date(2069, 12, 31)),
    locale=st.sampled_from(LOCALES),
    width=st.sampled_from(["full", "long", "medium"]),
)
def test_dates_as_cldr_writes_them_are_read_back(day: date, locale: str, width: str) -> None:
    printed = format_date(day, width, locale)
    clock = read_clock(printed, locale)
    assert clock is not None
    assert (clock.date, clock.has_weekday) == (day.isoformat(), width == "full")


@pytest.mark.parametrize(
    ("year", "nowruz"),
    [(1395, "2016-03-20"), (1396, "2017-03-21"), (1399, "2020-03-20"), (1400, "2021-03-21"), (1404, "2025-03-21")],
)
def test_the_persian_year_begins_at_nowruz(year: int, nowruz: str) -> None:
    first = from_persian(year, 1, 1)
    assert first is not None
    assert first.isoformat() == nowruz


@pytest.mark.parametrize(
    ("text", "iso", "part"),
    [
        ("Sept 26 (Reuters) -", "--09-26", "Sept 26"),
        ("26. septembra (TASR)", "--09-26", "26. septembra"),
        ("Published on 4 October 2023 at 10:00", "2023-10-04", "4 October 2023 at 10:00"),
        ("dpa, 26.9.2023", "2023-09-26", "26.9.2023"),
        ("新华社北京9月26日电", "--09-26", "9月26日"),
        ("VIENNA, Sept. 26, 2023. He said", "2023-09-26", "Sept. 26, 2023"),
        ("updated 10/25/2023 5:02 pm ET", "2023-10-25", "10/25/2023 5:02 pm ET"),
        ("F16 May 3", "--05-03", "May 3"),
    ],
)
def test_the_first_date_in_a_text(text: str, iso: str, part: str) -> None:
    found = find_date(text)
    assert found is not None
    assert (found.date, text[found.start : found.end]) == (iso, part)


@pytest.mark.parametrize(
    "text", ["he may 5 times", "10 out of 10", "the iPhone 15 Pro", "10/04/2023", "12:34", "", "May"]
)
def test_no_date_in_a_text(text: str) -> None:
    assert find_date(text) is None


PIECES = st.lists(
    st.one_of(
        st.sampled_from(sorted(calendar().words)),
        st.integers(0, 3000).map(str),
        st.sampled_from(
            [" ", ", ", ".", "/", "-", ":", "年", "月", "日", "(", ")", "AM", "T", "+02:00", "٢", "\u200f", "\n"]
        ),
        st.text(max_size=4),
    ),
    max_size=12,
).map("".join)


@given(st.one_of(st.text(max_size=LONGEST_LINE + 5), PIECES))
def test_any_line_is_read_the_same_way_twice(line: str) -> None:
    clock = read_clock(line)
    assert clock == read_clock(line)
    if clock is not None and clock.date is not None:
        date.fromisoformat(clock.date if not clock.date.startswith("--") else "2000" + clock.date[1:])


@given(st.one_of(st.text(max_size=LONGEST_TEXT + 5), PIECES))
def test_a_found_date_lies_in_the_text(text: str) -> None:
    found = find_date(text)
    assert found == find_date(text)
    if found is not None:
        assert 0 <= found.start < found.end <= len(text)
        assert any(char.isdigit() for char in text[found.start : found.end])

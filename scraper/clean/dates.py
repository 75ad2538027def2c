"""From the numbers of a date to ISO 8601: orders, centuries, eras, and the Solar Hijri calendar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from scraper.clean.calendar import Role, Token

LAST_OF_2000S = 69
"""A year of two digits up to this one is 20xx, a later one 19xx (POSIX strptime, %y)."""

_NUMERIC_GAPS = {".", "/", "-", "–", "−", "·"}


class Numbers(NamedTuple):
    """The numbers of a date among its tokens: `at` are their places, `weekday` (0 is Monday) what they must fall on.

    `era` is the place of an era's name and what its years need added; `year_mark` the place of a word like 年.
    """

    tokens: list[Token]
    at: list[int]
    weekday: int | None
    era: tuple[int, int] | None
    year_mark: int | None


def named_dates(given: Numbers, month_at: int, month: Role) -> frozenset[str] | None:
    """The dates of a day, maybe a year, and a month's name; None if the numbers do not fit, empty if unconvertible."""
    if not (pair := _day_and_year(given, month_at)):
        return None
    day, year = pair
    if month.code == "o":
        return frozenset() if 1 <= day <= 32 else None
    if month.code == "p":
        return _dated([from_persian(year, month.value, day)] if year else [], given.weekday)
    if year is None:
        fits = _valid([(2000, month.value, day)], None)  # a leap year: 29 February is a day
        return frozenset("-" + each[4:] for each in fits) if fits else None
    return _valid([(year, month.value, day)], given.weekday)


def _day_and_year(given: Numbers, month_at: int) -> tuple[int, int | None] | None:
    """Which of one or two numbers is the day."""
    tokens, at = given.tokens, given.at
    if len(at) == 1:
        only = tokens[at[0]]
        return (only.number, None) if only.digits <= 2 else None
    if len(at) != 2:
        return None
    first, second = at
    if _is_year(given, first):
        return (tokens[second].number, _year(given, first)) if tokens[second].digits <= 2 else None
    if tokens[first].digits <= 2 and _is_year(given, second):
        return tokens[first].number, _year(given, second)
    short_year = tokens[second].digits == 2 and tokens[first].digits <= 2 and first < second and second > month_at
    return (tokens[first].number, _year(given, second)) if short_year else None


def _is_year(given: Numbers, at: int) -> bool:
    marked = given.year_mark == at + 1 or (given.era is not None and given.era[0] in (at - 1, at + 1))
    return marked or given.tokens[at].digits == 4


def _year(given: Numbers, at: int) -> int:
    """The year of a number, Gregorian as far as its era and size tell; Solar Hijri years stay as they are."""
    token = given.tokens[at]
    if given.era is not None and given.era[0] in (at - 1, at + 1) and token.number < 2900:
        return token.number + given.era[1]
    if token.digits <= 2:
        if any("th" in role.languages for each in given.tokens for role in each.roles if role.code == "m") and (
            token.number > 42
        ):
            return 2500 + token.number - 543
        return token.number + (2000 if token.number <= LAST_OF_2000S else 1900)
    return token.number - 543 if 2443 <= token.number <= 2642 else token.number


def numeric_dates(given: Numbers, orders: Sequence[str]) -> frozenset[str] | None:
    """The dates of three numbers, in every order that is in use and in `orders`, if any of those fits."""
    at, tokens = given.at, given.tokens
    if len(at) != 3 or at[2] - at[0] != 2:
        return None
    first, second, third = (tokens[each] for each in at)
    gap, spaced = second.gap.strip("\u200f\u200e "), " " in second.gap
    if gap != third.gap.strip("\u200f\u200e ") or gap not in _NUMERIC_GAPS:
        return None
    readings = {order: _in_order(given, order) for order in _orders(first, third, gap, spaced)}
    fitting = {order: found for order, found in readings.items() if found is not None}
    if not fitting:
        return None
    usual = [found for order, found in fitting.items() if order in orders]
    return frozenset().union(*(usual or fitting.values()))


def _orders(first: Token, third: Token, gap: str, spaced: bool) -> tuple[str, ...]:
    """The orders of day, month and year that are in use with these separators."""
    if first.digits == 4:
        return ("ymd",)
    if third.digits == 4:
        return ("dmy",) if gap == "." else ("dmy", "mdy")
    if first.digits > 2 or third.digits > 2:
        return ()
    if gap == "." and not spaced:
        return ("dmy",) if third.digits == 2 else ("ymd",)
    return ("dmy", "mdy", "ymd") if gap != "." else ("dmy", "ymd")


def _in_order(given: Numbers, order: str) -> frozenset[str] | None:
    """The date in one order; None if there is no such day."""
    places = dict(zip(order, given.at, strict=True))
    token = given.tokens[places["y"]]
    if token.digits not in (2, 4):
        return None
    year, month, day = _year(given, places["y"]), given.tokens[places["m"]].number, given.tokens[places["d"]].number
    if 1300 <= year < 1500:
        return _solar(year, month, day, given.weekday)
    return _valid([(year, month, day)], given.weekday)


def _solar(year: int, month: int, day: int, weekday: int | None) -> frozenset[str] | None:
    """A numeric date of the 14th or 15th century of either Hijri calendar; only the solar one can be converted."""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return _dated([from_persian(year, month, day)] if 1350 <= year <= 1415 else [], weekday)


def _valid(readings: list[tuple[int, int, int]], weekday: int | None) -> frozenset[str] | None:
    days = list(_days(readings))
    return _dated(days, weekday) if days else None


def _days(readings: list[tuple[int, int, int]]) -> Iterator[date]:
    for year, month, day in readings:
        if 1900 <= year <= 2099 and 1 <= month <= 12:
            try:
                yield date(year, month, day)
            except ValueError:
                continue


def _dated(days: Sequence[date | None], weekday: int | None) -> frozenset[str]:
    """The days as ISO 8601, without those that fall on another weekday than the printed one."""
    return frozenset(day.isoformat() for day in days if day and weekday in (None, day.weekday()))


def from_persian(year: int, month: int, day: int) -> date | None:
    """The Gregorian day of a Solar Hijri date, by the cycle of 33 years with 8 leap years.

    The tests compare it with the days of Nowruz from 1395 to 1408. 226,894 makes 1 Farvardin 1400 the 21st of March
    2021; a proleptic Gregorian ordinal.
    """
    if not 1300 <= year < 1500 or not 1 <= day <= (31 if month <= 6 else 30):
        return None
    days = 365 * (year - 1) + (8 * year + 21) // 33 + 30 * (month - 1) + min(month - 1, 6) + day
    return date.fromordinal(226_894 + days)

"""Lines that are a thermometer or a clock, and dates inside short texts, in every language of CLDR.

Site themes print the visitor's weather, day and hour above the article. Such a line is recognised only as a whole:
every character of it must belong to a temperature, a date or a time. The words come from calendar.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, islice, product
from typing import Literal, NamedTuple

from msgspec import Struct

from scraper.clean.calendar import Role, Token, calendar, fold, pieces, read_tokens
from scraper.clean.dates import Numbers, named_dates, numeric_dates
from scraper.expressions import expression

LONGEST_LINE = 80
"""Characters; the longest clock line CLDR can print, with weekday, era and zone, is 71."""

LONGEST_TEXT = 400
"""Characters of a text that find_date looks at."""

MOST_TOKENS = 16
"""Tokens of one date with its time; find_date searches a longer run window by window."""

MOST_READINGS = 32
"""Bound on the meanings of a line's words taken together."""

MOST_WINDOWS = 80
"""Bound on the parts of a text that are tried as a date."""


class Clock(Struct, frozen=True):
    """What a line shows. `date` is YYYY-MM-DD, --MM-DD without a year, or None where it can be read in two ways.

    `time` is HH:MM of the printed zone, or None where there is none or its half of the day is unclear. `languages`
    are the BCP 47 primary tags that share the names in the line; none where it has no names, or of several languages.
    """

    kind: Literal["temperature", "date", "time"]
    date: str | None = None
    has_weekday: bool = False
    has_time: bool = False
    time: str | None = None
    languages: tuple[str, ...] = ()


class Found(Struct, frozen=True):
    """A date inside a text, at `text[start:end]` with its weekday and time; the other fields as in Clock."""

    date: str
    time: str | None
    start: int
    end: int
    languages: tuple[str, ...] = ()


class Reading(NamedTuple):
    """One way to understand a run of tokens: `dates` is None where there is no date, empty for one without meaning."""

    dates: frozenset[str] | None
    weekday: bool
    time: str | None
    languages: frozenset[str] | None


_DEGREES = r"[+\-−–]?\d{1,3}(?:[.,٫]\d{1,2})?\s?(?:[°º˚]\s?[CFСcfс]?|℃|℉|[CFС])"
_TEMPERATURE = expression(rf"\s*{_DEGREES}(?:\s?[/|–\-]\s?{_DEGREES}|\s{_DEGREES})?\s*")
_SIGNED = expression(r"([\-−–]?)(\d+)")
_DIGIT = expression(r"\d")
_DAY = expression(r"(?<!\d)\d\d?(?!\d)")
_NUMERIC = expression(r"\d[ \u200e\u200f]*([./\-–−·])[ \u200e\u200f]*\d+[ \u200e\u200f]*\1[ \u200e\u200f]*\d")
_BULLETS = " \t*+•▪►●○◦"
_COLDEST, _HOTTEST = -90, 140  # the records, -89.2 °C and 56.7 °C (WMO), in either unit
_PLAIN_WORD = expression(r"[A-Za-z](?<![^\s\d,.].)[A-Za-z]{2,}(?![^\s\d,.])")
"""A word whose look-up tells at once that a line is something else: 5 of 8 us saved on lines with a digit. Its first
letter stands before what it may be only behind, so that the search knows what it begins with: a third less time."""

_LATIN = expression(r"[^\W\d_]")
FIRST_UNSPACED = "\u0e00"
"""Before it no script goes without spaces: an expression of these takes 5 ms to compile."""
_UNSPACED = expression("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def read_clock(line: str, language: str | None = None) -> Clock | None:
    """Read a line that is nothing but a temperature, a date, a time, or a date with its time; else None.

    `language` is the page's, if known: it settles names and orders that languages share ("listopad", "10/04/2023").
    """
    if len(line) > LONGEST_LINE or not _DIGIT.search(line):
        return None
    words = calendar().words
    if any(word.lower() not in words for word in _PLAIN_WORD.findall(line)):
        return None
    if _TEMPERATURE.fullmatch(line):
        return Clock("temperature") if _plausible(line) else None
    tokens = list(read_tokens(line.lstrip(_BULLETS), strict=True))  # an unknown word ends them
    if not tokens or not tokens[-1].known or len(tokens) > MOST_TOKENS:
        return None
    return _clock(tokens, language)


def find_date(text: str, language: str | None = None) -> Found | None:
    """Find the first date with day and month in the head of a short text: a byline, a dateline, a meta line.

    A month that is also a common word ("may", "out") needs a capital, a year or a weekday.
    """
    text = text[:LONGEST_TEXT]
    if not _may_hold_date(text):
        return None
    tokens = list(read_tokens(text, strict=False))
    for window in islice(_windows(text, tokens), MOST_WINDOWS):
        part = tokens[window.start : window.stop]
        clock = _clock(part, language)
        if clock and clock.date and _certain(text, part, clock):
            filler = _with(part[0], "n") and _clock(part[1:], language) == clock
            start = part[1 if filler else 0].start
            return Found(clock.date, clock.time, start, part[-1].end, clock.languages)
    return None


def _may_hold_date(text: str) -> bool:
    """Whether a text has three numbers with like separators, or a day's number and a word that begins a month's name.

    Sorts out two of three texts with a digit before they are read.
    """
    if not _DIGIT.search(text):
        return False
    if _NUMERIC.search(text):
        return True
    if not _DAY.search(text):
        return False
    if text.isascii():
        return not calendar().openers.isdisjoint(pieces(text.lower()))
    if max(text) >= FIRST_UNSPACED and _UNSPACED.search(text):
        return True
    return not calendar().openers.isdisjoint(map(fold, pieces(text)))


def _plausible(line: str) -> bool:
    """Whether the first number is a temperature of this planet."""
    sign, number = _SIGNED.search(line).groups()  # type: ignore[union-attr]  # the caller found a digit
    return _COLDEST <= (-int(number) if sign else int(number)) <= _HOTTEST


def _windows(text: str, tokens: list[Token]) -> Iterator[range]:
    """Where a date may stand: runs of known tokens with a number, by their start, the longest first."""
    at = 0
    for known, run in groupby(tokens, key=lambda token: token.known):
        start, at = at, at + sum(1 for _ in run)
        for first in range(start, at) if known else ():
            if not _may_start(text, tokens, first):
                continue
            for last in range(min(at, first + MOST_TOKENS) - 1, first, -1):
                if _may_end(text, tokens, last) and any(token.number >= 0 for token in tokens[first : last + 1]):
                    yield range(first, last + 1)


def _may_start(text: str, tokens: list[Token], at: int) -> bool:
    """Whether a date may begin here: no filler, and no number glued to a word ("F16")."""
    token = tokens[at]
    if token.number < 0 and token.time is None and not any(role.code in "mpow" for role in token.roles):
        return False
    return not (token.start and not token.gap and _LATIN.match(text[token.start - 1])) or _is_unspaced(
        text[token.start - 1]
    )


def _is_unspaced(char: str) -> bool:
    return char >= FIRST_UNSPACED and _UNSPACED.match(char) is not None


def _may_end(text: str, tokens: list[Token], at: int) -> bool:
    token = tokens[at]
    if token.gap and token.roles and all(role.code in "nhd" for role in token.roles):
        return False
    behind = text[token.end : token.end + 1]
    return not (_LATIN.match(behind) and not _is_unspaced(behind)) and not behind.isdigit()


def _certain(text: str, tokens: list[Token], clock: Clock) -> bool:
    """Whether a date with a month that is a common word too ("10 out of 10") is one."""
    if clock.has_weekday or any(token.digits == 4 for token in tokens):
        return True
    return not any(
        token.word in calendar().plain and text[token.start].islower() and not text.startswith(".", token.end)
        for token in tokens
    )


def _clock(tokens: list[Token], language: str | None) -> Clock | None:
    """The one thing that all readings of the tokens agree on."""
    readings = _readings(tokens, language)
    if not readings:
        return None
    dated = [reading for reading in readings if reading.dates is not None]
    best = dated or readings
    best = [reading for reading in best if reading.dates] or best
    best = [reading for reading in best if reading.languages] or best
    dates = frozenset().union(*(reading.dates or () for reading in best))
    relative = any(role.code == "d" for token in tokens for role in token.roles)
    timed = any(reading.time is not None for reading in best)
    return Clock(
        kind="date" if dated or relative else "time",
        date=next(iter(dates)) if len(dates) == 1 else None,
        has_weekday=any(reading.weekday for reading in best),
        has_time=timed,
        time=next((reading.time for reading in best if reading.time), None),
        languages=tuple(sorted(frozenset().union(*(reading.languages or () for reading in best)))),
    )


def _readings(tokens: list[Token], language: str | None) -> list[Reading]:
    """Every way to understand the tokens; only those of `language`, if it has one."""
    choices = [_choices(tokens, at) for at in range(len(tokens))]
    found = []
    for roles in islice(product(*choices), MOST_READINGS):
        if reading := _read(tokens, roles, language):
            found.append(reading)
    own = [reading for reading in found if reading.languages and language in reading.languages]
    return own or found


def _choices(tokens: list[Token], at: int) -> tuple[Role | None, ...]:
    """The meanings that a token can have where it stands; (None,) for numbers and times."""
    token = tokens[at]
    if not token.roles:
        return (None,)
    codes = "".join(role.code for role in token.roles)
    before = tokens[at - 1] if at else None
    counted = before is not None and (before.time is not None or before.number >= 0)
    if counted and ("a" in codes or "b" in codes):
        return _with(token, "abmpown")
    if "n" in codes and before and not token.gap:
        return _with(token, "n")
    return _with(token, "mpown") if set(codes) & set("mpow") else _with(token, "edyhznxab")[:1]


def _with(token: Token, codes: str) -> tuple[Role, ...]:
    """The token's meanings of these kinds, in their order."""
    return tuple(sorted((role for role in token.roles if role.code in codes), key=lambda role: codes.index(role.code)))


def _read(tokens: list[Token], roles: tuple[Role | None, ...], language: str | None) -> Reading | None:
    """Understand the tokens with one meaning each; None if they make no date and no time."""
    places: dict[str, list[int]] = {}
    for at, (token, role) in enumerate(zip(tokens, roles, strict=True)):
        code = role.code if role else "#" if token.time is None else "t"
        places.setdefault("M" if code in "mpo" else code, []).append(at)
    if any(len(places.get(code, ())) > 1 for code in "Mwte"):
        return None
    numbers = places.get("#", [])
    time, numbers = _time(tokens, places, numbers)
    dates = _dates(tokens, roles, numbers, language)
    if dates is None and time is None and (pair := _dotted(tokens, numbers)):
        time, numbers = pair
        dates = _dates(tokens, roles, numbers, language)
    if dates is None and (numbers or "M" in places or time is None):
        return None
    names = [role.languages for role in roles if role and role.code in "mpow"]
    shared = frozenset.intersection(*names) if names else None
    return Reading(dates, "w" in places, time, shared)


def _time(tokens: list[Token], places: dict[str, list[int]], numbers: list[int]) -> tuple[str | None, list[int]]:
    """The clock time, and the numbers that are left: "3 PM" takes its own along, and "15 Uhr" beside a date.

    Alone, a number with an hour word is a length ("24 hours").
    """
    noon = "b" if "b" in places else "a" if "a" in places else "x" if "x" in places else ""
    if "t" in places:
        return _half_day(tokens[places["t"][0]].time or "", noon), numbers
    dated = "M" in places or "w" in places or len(numbers) > 3
    for mark in (at for code in ("abhx" if dated else "ab") for at in places.get(code, ())):
        if mark - 1 in numbers and tokens[mark - 1].number <= 24 and tokens[mark - 1].digits <= 2:
            hour = f"{tokens[mark - 1].number % 24:02}:00"
            return _half_day(hour, noon), [at for at in numbers if at != mark - 1]
    return None, numbers


def _half_day(time: str, noon: str) -> str:
    """HH:MM on the clock of 24 hours; "" where the word ("evening", "night") does not say which half."""
    hour = int(time[:2])
    if noon == "b" and hour < 12:
        hour += 12
    elif noon == "a" and hour == 12:
        hour = 0
    elif noon == "x" and hour <= 12:
        return ""
    return f"{hour:02}{time[2:]}"


def _dotted(tokens: list[Token], numbers: list[int]) -> tuple[str, list[int]] | None:
    """A time printed with a dot ("4.10.2023 14.05") at the end of the numbers or before them, and the other numbers."""
    for pair, rest in ((numbers[-2:], numbers[:-2]), (numbers[:2], numbers[2:])):
        if len(pair) == 2 and pair[0] + 1 == pair[1] and rest:
            hour, minute = tokens[pair[0]], tokens[pair[1]]
            if minute.gap == "." and minute.digits == 2 and hour.number <= 23 and minute.number <= 59:
                return f"{hour.number:02}:{minute.number:02}", rest
    return None


def _dates(
    tokens: list[Token], roles: tuple[Role | None, ...], numbers: list[int], language: str | None
) -> frozenset[str] | None:
    """The ISO dates that the numbers can mean; None if they are no date."""
    month = next(((at, role) for at, role in enumerate(roles) if role and role.code in "mpo"), None)
    weekday = next((role.value for role in roles if role and role.code == "w"), None)
    era = next(((at, role.value) for at, role in enumerate(roles) if role and role.code == "e"), None)
    year_mark = next((at for at, role in enumerate(roles) if role and role.code == "y"), None)
    given = Numbers(tokens, numbers, weekday, era, year_mark)
    if month:
        at, named = month
        yearless = len(numbers) < 2
        if yearless and weekday is None and tokens[at].word in calendar().dated_only:
            return None
        names = [role.languages for role in roles if role and role.code in "mpow"]
        if yearless and not named.languages & calendar().major and (weekday is None or not names[0] & names[1]):
            return None  # "4. SAS", "1. Sit": short names of small languages are words of large ones
        return named_dates(given, at, named)
    return numeric_dates(given, calendar().orders.get(language or "", ()))

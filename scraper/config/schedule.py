"""When a source runs: an interval, or a crontab line with crontab's own meaning, as neutral values."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

_WEEKDAY_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class _Field(Struct, frozen=True):
    """One of the five: its bounds, and names for its values from the lower bound on."""

    name: str
    first: int
    last: int
    names: tuple[str, ...] = ()


_MINUTE, _HOUR, _DAY = _Field("minute", 0, 59), _Field("hour", 0, 23), _Field("day", 1, 31)
_MONTH, _WEEKDAY = _Field("month", 1, 12, _MONTH_NAMES), _Field("weekday", 0, 7, _WEEKDAY_NAMES)

_NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
"""crontab(5); @reboot is no time."""

_PART = re.compile(r"(\*|[0-9a-z]+)(?:-([0-9a-z]+))?(?:/([0-9]{1,3}))?")


class Every(Struct, frozen=True):
    """Run each time that `seconds` have passed."""

    seconds: float


class Cron(Struct, frozen=True):
    """Run at the minutes of local time in `timezone` (IANA) that are in all of the sets, each sorted.

    `weekdays` are 0 Sunday to 6 Saturday, as in crontab(5). APScheduler counts 0 as Monday: use `weekday_names`.
    """

    text: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    timezone: str

    @property
    def weekday_names(self) -> tuple[str, ...]:
        """`sun` to `sat`, which mean the same everywhere."""
        return tuple(_WEEKDAY_NAMES[day] for day in self.weekdays)


Schedule = Every | Cron


def cron(text: str, timezone: str) -> Cron:
    """Read a crontab line: five fields (minute, hour, day, month, weekday) or a nickname like @daily.

    Both 0 and 7 are Sunday. Raises ValueError, with the way out, for what crontabs understand differently: six fields,
    `5/15`, a day of the month and a weekday at once (cron takes either, APScheduler both), a date that never comes.
    """
    line = text.strip().lower()
    fields = _NICKNAMES.get(line, line).split()
    if line.startswith("@") and line not in _NICKNAMES:
        raise ValueError(f"`{text}` is not one of {', '.join(_NICKNAMES)}")
    if len(fields) != 5:
        raise ValueError(f"expected five fields (minute hour day month weekday), got {len(fields)} in `{text[:60]}`")
    minute, hour, day, month, weekday = fields
    days = _values(day, _DAY)
    weekdays = tuple(sorted({value % 7 for value in _values(weekday, _WEEKDAY)}))
    if len(days) < 31 and len(weekdays) < 7:
        raise ValueError(
            f"`{text}` restricts both the day of the month and the weekday, which schedulers understand differently; "
            "leave one of them `*`, or make two sources of it"
        )
    months = _values(month, _MONTH)
    if not any(value <= monthrange(2024, at)[1] for at in months for value in days):  # 2024 is a leap year
        raise ValueError(f"`{text}` names a day that never comes")
    return Cron(text, _values(minute, _MINUTE), _values(hour, _HOUR), days, months, weekdays, timezone)


def next_after(when: Cron, moment: datetime) -> datetime:
    """The first time after `moment` (aware) at which `when` runs, in UTC.

    A local time that does not exist, because clocks go forward, runs as much later as they are put; one that comes
    twice runs at the first only, unless every hour is meant. (In APScheduler 3.11.3 a midnight job can lose the day
    on which clocks go forward, and a job at 02:30 runs twice when they go back.)
    """
    zone = ZoneInfo(when.timezone)
    # From a day earlier, for times that a change of the clocks moved over midnight.
    day = moment.astimezone(zone).date() - timedelta(days=1)
    for _ in range(366 * 9):  # 29 February can be eight years away (2096 to 2104)
        fits = day.day in when.days and day.month in when.months and day.isoweekday() % 7 in when.weekdays
        if fits and (run := _first_of(when, day, zone, moment)) is not None:
            return run
        day += timedelta(days=1)
    raise ValueError(f"`{when.text}` never comes")


def _first_of(when: Cron, day: date, zone: ZoneInfo, moment: datetime) -> datetime | None:
    """The first run of a day after a moment. Only hours that may have it are looked at minute by minute."""
    folds = (0, 1) if len(when.hours) == 24 else (0,)

    def runs(hour: int, minutes: tuple[int, ...]) -> list[datetime]:
        local = [
            datetime(day.year, day.month, day.day, hour, minute, fold=fold) for minute in minutes for fold in folds
        ]
        return [run for one in local if (run := _utc(one, zone)) is not None]

    best: datetime | None = None
    # Three: clocks that go forward by two hours (Troll) move the last but one behind the last.
    if all(run <= moment for hour in when.hours[-3:] for run in runs(hour, when.minutes[-1:])):
        return None
    for hour in when.hours:
        ends = runs(hour, (when.minutes[0], when.minutes[-1]))
        if max(ends) > moment and (best is None or min(ends) < best):
            best = min(
                (run for run in [best, *runs(hour, when.minutes)] if run is not None and run > moment), default=None
            )
    return best


def _utc(local: datetime, zone: ZoneInfo) -> datetime | None:
    """None for the second pass of a time that does not exist or comes once."""
    run = local.replace(tzinfo=zone).astimezone(UTC)
    back = run.astimezone(zone)
    return None if local.fold and (back.fold, back.replace(tzinfo=None)) != (1, local.replace(fold=0)) else run


def _values(text: str, field: _Field) -> tuple[int, ...]:
    values: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None or (match[1] == "*" and match[2]):
            raise ValueError(f"`{part}` is not understood as the {field.name}")
        if match[3] and match[1] != "*" and not match[2]:
            raise ValueError(f"`{part}` as the {field.name} is ambiguous; write `{match[1]}-{field.last}/{match[3]}`")
        first, last = field.first, field.last
        if match[1] != "*":
            first = _number(match[1], field)
            last = _number(match[2], field) if match[2] else first
        step = int(match[3] or 1)
        if not (field.first <= first <= last <= field.last) or not 1 <= step <= field.last:
            bounds = f"{field.first} to {field.last}"
            raise ValueError(f"`{part}` as the {field.name} is not within {bounds}, lower number first")
        values.update(range(first, last + 1, step))
    return tuple(sorted(values))


def _number(text: str, field: _Field) -> int:
    if text in field.names:
        return field.names.index(text) + field.first
    if not text.isdecimal() or len(text) > 2:
        raise ValueError(f"`{text}` is not understood as the {field.name}")
    return int(text)

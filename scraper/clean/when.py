"""Dates as pages write them -> ISO 8601, with the time and the offset kept when they are given."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from scraper.clean.clock import find_date
from scraper.expressions import expression

COMPACT = expression(r"^(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?)?(Z|[+-]\d\d:?\d\d)?$")
LOOSE = expression(
    r"^(\d{4})-(\d\d?)-(\d\d?)"
    r"(?:[T ]\s*(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)?\s*(?:(Z|UTC|GMT)|([+-]\d\d):?(\d\d)?)?$"
)
EARLIEST = 1990
"""Years before it are defaults of broken systems (0001, 1970), not dates of pages."""
AHEAD = timedelta(hours=14)
"""A date without an offset may be of the zone that is furthest ahead of UTC."""


def to_iso(text: str | None, fetched_at: str | None = None) -> str | None:
    """A machine-readable or printed date as ISO 8601: date alone, or with seconds and the offset that was printed.

    None where it cannot be read, lies before 1990 or after `fetched_at` (RFC 3339).
    """
    if not text:
        return None
    text = text.strip()[:100]
    found = _machine(text) or whole_date(text)
    return found if found and _is_sane(found, fetched_at) else None


def _machine(text: str) -> str | None:
    match = LOOSE.match(text) or COMPACT.match(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, *zone = match.groups()
    try:
        date(int(year), int(month), int(day))
        plain = f"{int(year):04}-{int(month):02}-{int(day):02}"
        if hour is None:
            return plain
        datetime(2000, 1, 1, int(hour), int(minute), int(second or 0))
    except ValueError:
        return None
    return f"{plain}T{int(hour):02}:{minute}:{second or '00'}{_offset(zone)}"


def _offset(zone: list[str | None]) -> str:
    if len(zone) == 1:
        raw = zone[0]
        if raw is None or raw == "Z":
            return "+00:00" if raw else ""
        return raw if ":" in raw else f"{raw[:3]}:{raw[3:]}"
    utc, hours, minutes = zone
    return "+00:00" if utc else f"{hours}:{minutes or '00'}" if hours else ""


def whole_date(text: str) -> str | None:
    """The first date of a line, where it has a year."""
    found = find_date(text)
    return found.date if found is not None and found.date and not found.date.startswith("--") else None


def _is_sane(iso: str, fetched_at: str | None) -> bool:
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return False
    if moment.year < EARLIEST:
        return False
    if fetched_at is None:
        return True
    now = datetime.fromisoformat(fetched_at.replace("Z", "+00:00"))
    if moment.tzinfo is not None:
        return moment <= now
    return moment.replace(tzinfo=UTC) <= now + AHEAD

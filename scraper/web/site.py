"""What the pages are about: an archive, the configured sources, and the names under which browsers may ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct

from scraper.config.schedule import Cron, Schedule, next_after
from scraper.index import Run


def _now() -> datetime:
    return datetime.now(UTC)


class Source(Struct, frozen=True):
    """A source as it is configured."""

    name: str
    kind: str
    at: str
    enabled: bool
    schedule: Schedule | None


class Site(Struct, frozen=True):
    """What an application serves; `hosts` are names besides localhost and plain addresses."""

    root: Path
    sources: tuple[Source, ...] = ()
    hosts: tuple[str, ...] = ()
    clock: Callable[[], datetime] = _now


class State(Struct, frozen=True):
    """How a source does: a slug for the colour, and the same in words."""

    slug: str
    words: str


def state(source: Source | None, run: Run | None) -> State:
    """A source's state by its last run; without a configuration only the archive knows of it."""
    if source is not None and not source.enabled:
        return State("off", "switched off")
    if run is None:
        return State("off", "not configured here" if source is None else "has not run yet")
    if run.ended_at is None or run.ended_at < run.started_at:
        return State("busy", "running, or cut off")
    return State("good", "last run in order") if run.ok else State("bad", "something failed in the last run")


def next_run(source: Source | None, run: Run | None, now: datetime) -> datetime | None:
    """About when a source runs next if a daemon runs; None where nobody can say."""
    if source is None or source.schedule is None or not source.enabled or run is None:
        return None
    try:
        started = datetime.fromisoformat(run.started_at)
        if isinstance(source.schedule, Cron):
            return next_after(source.schedule, max(started, now))
        return max(started + timedelta(seconds=source.schedule.seconds), now)
    except (ValueError, TypeError, OverflowError):  # a time that nobody can have written
        return None


def scheduled(schedule: Schedule | None) -> str:
    """A schedule in words."""
    if schedule is None:
        return "by hand only"
    if isinstance(schedule, Cron):
        return f"{schedule.text} ({schedule.timezone})"
    for unit, seconds in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if schedule.seconds % seconds == 0:
            count = int(schedule.seconds // seconds)
            return f"every {unit}" if count == 1 else f"every {count} {unit}s"
    return f"every {schedule.seconds:g} seconds"

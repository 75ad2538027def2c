"""The daemon's sign of life: a small file beside the archive that `scrape health` reads."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from scraper.errors import LimitError, ScrapeError

NAME = ".heartbeat.json"
EVERY = 20.0
"""Seconds between two beats."""
LATE = 90.0
"""Seconds after which a daemon without a beat is not well: four beats are missing."""


class Beat(Struct, frozen=True):
    """One beat: the process, when it started, and when it last beat; RFC 3339 UTC."""

    pid: int
    started_at: str
    at: str


def write(root: Path, beat: Beat) -> None:
    """Replace the beat in one step; a LimitError where the directory cannot be written."""
    path = root / NAME
    fresh = path.with_suffix(".new")
    try:
        fresh.write_bytes(msgspec.json.encode(beat))
        os.replace(fresh, path)
    except OSError as error:
        raise LimitError(f"{path}: cannot be written: {error.strerror}", reason="not-writable") from error


def clear(root: Path) -> None:
    """Take the beat away: the daemon ended as it should."""
    (root / NAME).unlink(missing_ok=True)


def read(root: Path) -> Beat | None:
    """The last beat, or None where no daemon runs; a ScrapeError where the file is damaged."""
    path = root / NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=Beat)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise ScrapeError(f"{path}: cannot be read: {error}", reason="unreadable") from error


def age(beat: Beat, now: datetime) -> float:
    """Seconds since the beat."""
    return (now.astimezone(UTC) - datetime.fromisoformat(beat.at.replace("Z", "+00:00"))).total_seconds()

"""Whether the daemon of an archive is well, from outside it: what `scrape health` says, and what a container asks.

A site that is down is no illness: sources have their own counts. Ill is a daemon that does not beat, that waits for its
disk, or that lost its archive's lock.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from scraper import heartbeat
from scraper.archive import disk
from scraper.errors import LimitError, ScrapeError
from scraper.heartbeat import Beat


def check(root: Path, min_free: int, now: datetime) -> Beat:
    """The daemon's last beat, if all is well.

    Raises a ScrapeError ("no-daemon", "dead", "late", "not-locked"), or a LimitError where it waits for its disk
    ("waiting") or less than `min_free` bytes are free ("disk-full").
    """
    beat = heartbeat.read(root)
    if beat is None:
        raise ScrapeError(f"{root}: no daemon runs on this archive; start one with `scrape daemon`", reason="no-daemon")
    daemon = f"{root}: the daemon (process {beat.pid})"
    if heartbeat.is_gone(beat):
        raise ScrapeError(f"{daemon} is dead; start it again", reason="dead")
    age = heartbeat.age(beat, now)
    if abs(age) > heartbeat.LATE:
        raise ScrapeError(f"{daemon} was last heard of {age:.0f} s ago", reason="late")
    if beat.waiting is not None:
        raise LimitError(f"{daemon} waits: {beat.waiting}", reason="waiting")
    disk.check_room(root, min_free)
    if not disk.is_locked(root):
        raise ScrapeError(f"{daemon} does not hold the archive's lock; start it again", reason="not-locked")
    return beat

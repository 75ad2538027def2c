"""`scrape health`: whether the daemon of this archive is alive; for a container's HEALTHCHECK."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from scraper import heartbeat
from scraper.cli.compose import archive_root
from scraper.cli.streams import Streams
from scraper.errors import ScrapeError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "Exit 0 if the daemon of this archive gave a sign of life in the last 90 seconds and can write, else 1."
    )
    parser.add_argument("--archive", metavar="DIR", help="the archive (default: the configuration's)")


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Look at the daemon's last sign of life."""
    root = archive_root(args)
    beat = heartbeat.read(root)
    if beat is None:
        raise ScrapeError(f"{root}: no daemon runs on this archive; start one with `scrape daemon`", reason="no-daemon")
    if heartbeat.is_gone(beat):
        raise ScrapeError(f"{root}: the daemon (process {beat.pid}) is dead; start it again", reason="dead")
    age = heartbeat.age(beat, datetime.now(UTC))
    if abs(age) > heartbeat.LATE:
        raise ScrapeError(f"{root}: the daemon (process {beat.pid}) was last heard of {age:.0f} s ago", reason="late")
    if beat.waiting is not None:
        raise ScrapeError(f"{root}: the daemon (process {beat.pid}) waits: {beat.waiting}", reason="waiting")
    if not args.quiet:
        since = beat.started_at.isoformat(timespec="seconds")
        streams.write(f"alive: process {beat.pid}, since {since}, last heard of {age:.0f} s ago\n")
    return 0

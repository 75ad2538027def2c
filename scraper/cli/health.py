"""`scrape health`: whether the daemon of this archive is well; for a container's HEALTHCHECK."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from scraper import condition, heartbeat
from scraper.cli.compose import configuration
from scraper.cli.streams import Streams


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "Exit 0 if the daemon of this archive gave a sign of life in the last 90 seconds, holds the archive's lock and "
        "can write; 7 if it waits for its disk, or less is free than archive.min_free; else 1. A site that is down is "
        "no illness: `scrape status` has it."
    )
    parser.add_argument("--archive", metavar="DIR", help="the archive (default: the configuration's)")


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Look at the daemon's last sign of life, the disk and the lock."""
    archive = configuration(args, optional=bool(args.archive)).config.archive
    now = datetime.now(UTC)
    beat = condition.check(Path(archive.directory), archive.min_free, now)
    if not args.quiet:
        since, age = beat.started_at.isoformat(timespec="seconds"), heartbeat.age(beat, now)
        streams.write(f"alive: process {beat.pid}, since {since}, last heard of {age:.0f} s ago\n")
    return 0

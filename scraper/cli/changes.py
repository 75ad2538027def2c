"""`scrape changes`: what became of archived articles lately, as text, JSON or an Atom feed."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime, timedelta

import msgspec

from scraper.archive import View
from scraper.archive.history import Event, counted, events
from scraper.cli.changed import tallied
from scraper.cli.reading import add_archive, opened, write_json
from scraper.cli.streams import Streams, one_line
from scraper.revisions import atom

MOST = 10_000
_AGE = re.compile(r"(\d{1,6})([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "List what became of archived articles, newest first: changed (with what changed), moved, vanished, back."
    )
    parser.add_argument(
        "--since", type=since_when, default="7d", metavar="WHEN", help="a date, a time, or an age as 7d (%(default)s)"
    )
    parser.add_argument("--format", choices=("text", "json", "atom"), default="text", help="%(default)s")
    parser.add_argument("--limit", type=_limit, default=1000, metavar="N", help="how many at most (%(default)s)")
    add_archive(parser)


def _limit(value: str) -> int:
    if not value.isdecimal() or not 0 < int(value) <= MOST:
        raise argparse.ArgumentTypeError(f"{value!r} is no whole number from 1 to {MOST}")
    return int(value)


def since_when(value: str) -> str:
    """A date, a time or an age as a time in UTC (RFC 3339)."""
    try:
        if age := _AGE.fullmatch(value.strip()):
            moment = datetime.now(UTC) - timedelta(seconds=int(age[1]) * _SECONDS[age[2]])
        else:
            moment = datetime.fromisoformat(value.strip())
            moment = (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = f"{value!r} is no date, time or age; write 2026-11-21, 2026-11-21T12:00Z or 7d"
        raise argparse.ArgumentTypeError(message) from error
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Print what happened; nothing is no error, for whoever reads the feed asks again."""
    with opened(args) as view:
        found = list(events(view, args.since, args.limit))
        if args.format == "atom":
            streams.write(_feed(view, found, args.since).decode())
            return 0
    for event in found:
        if args.format == "json":
            write_json(msgspec.json.encode(event) + b"\n", streams)
        else:
            parts = (event.at, _told(event), event.title or "-", event.url)
            streams.write("\t".join(one_line(part) for part in parts) + "\n")
    return 0


def _told(event: Event) -> str:
    """What happened: "moved to ..., changed: headline, 2 figures"."""
    said = {
        "moved": f"moved to {event.to}",
        "vanished": f"vanished ({event.status})",
        "changed": f"changed: {tallied(counted(event.diff))}" if event.diff is not None else "changed",
    }
    return ", ".join(said.get(name, name) for name in event.what)


def _feed(view: View, found: list[Event], since: str) -> bytes:
    """The feed; its id is made of the name of the archive's first WARC file, so two archives have two."""
    first = next((file.name for file in view.index.files() if file.name.startswith("warc/")), "")
    entries = [
        atom.Entry(
            key=f"{event.url} {event.at}",
            title=f"{event.title or event.url}: {', '.join(event.what)}",
            updated=event.at,
            url=event.to or event.url,
            summary=_told(event),
            content=atom.as_html(event.diff.changes) if event.diff is not None else _told(event),
        )
        for event in found
    ]
    return atom.feed("Changes of archived articles", first, since, entries)

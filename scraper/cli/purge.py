"""`scrape purge`: take everything under an address out of an archive."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime

import msgspec

from scraper.archive import Order, Purged, purge
from scraper.cli.compose import archive_root
from scraper.cli.reading import add_archive, existing, table
from scraper.cli.streams import Streams
from scraper.errors import UsageError, VerificationError
from scraper.sources import urls
from scraper.sources.names import file_uri
from scraper.version import CLEANER


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "Take every version and every cleaning of a page out of the archive: what was fetched, reasons and text in the "
        "WARC, lines of JSONL, the index, pieces in quarantine. Tombstones of the same length stand in the WARC from "
        "then on, and the address is not archived again. The whole archive is read. There is no way back."
    )
    parser.add_argument("url", metavar="URL", help="the page's address, in any spelling; a path for a file")
    parser.add_argument("--reason", metavar="TEXT", help="why; it stands in the tombstones")
    parser.add_argument("--dry-run", action="store_true", help="say what would go, and change nothing")
    parser.add_argument(
        "--allow-again", action="store_true", help="let it be archived again, also where it was purged before"
    )
    parser.add_argument("--json", action="store_true", help="print what went as one JSON object")
    add_archive(parser)


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Purge, and print what went; 5 if a part of the archive could not be looked into."""
    if args.reason is None and not args.dry_run:
        raise UsageError("a purge needs a reason: --reason TEXT; it stands in the archive from then on")
    root = existing(archive_root(args))
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    reason = "none yet" if args.reason is None else args.reason
    order = Order(_address(args.url), reason, at, CLEANER, args.allow_again, args.dry_run)
    done = purge(root, order, lambda repair: streams.say(f"repaired: {repair}"))
    for place in done.unread:
        streams.say(f"{place}: whether the page stands there, nobody can say")
    if args.json:
        streams.write(msgspec.json.encode({**msgspec.to_builtins(done), "dry_run": args.dry_run}).decode() + "\n")
    elif not args.quiet:
        streams.write(_summary(done, args))
    return VerificationError.exit_code if done.unread else 0


def _address(given: str) -> str:
    """An address as it was fetched; a path as the folder source names it."""
    if urls.normalise(given) is not None or given.startswith("file:"):
        return given
    if "://" in given:
        raise UsageError(f"{given}: no http or https address, and no path of a file")
    return file_uri(os.path.abspath(given))


def _summary(done: Purged, args: argparse.Namespace) -> str:
    if not done.tombstones and done.earlier and not done.articles:
        return f"{done.url}: was purged before; nothing is left of it\n"
    types = ", ".join(f"{count} {name}" for name, count in done.types.items())
    rows: list[tuple[str, str | None]] = [
        ("WARC", f"{types} ({done.size:,} bytes in {_count(done.warcs, 'file')})" if types else None),
        ("tombstones", str(done.tombstones)),
        ("JSONL", f"{_count(done.lines, 'line')} of {_count(done.files, 'file')}" if done.lines else None),
        ("records", ", ".join(done.articles)),
        ("quarantine", _count(done.quarantine, "piece") if done.quarantine else None),
        ("not again", ", ".join(done.forbids)),
        ("before", ", ".join(done.earlier)),
        ("same text at", ", ".join(done.others)),
    ]
    verb = "would be purged" if args.dry_run else "purged"
    note = "feeds and listings that quote it are pages of their own; copies and exports elsewhere are not known here\n"
    return f"{done.url}: {verb}\n{table(rows)}{note}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"

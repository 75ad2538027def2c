"""`scrape index`: make the index again from WARC and JSONL."""

from __future__ import annotations

import argparse

from scraper.archive import View, rebuild
from scraper.cli.compose import archive_root
from scraper.cli.reading import add_archive, holds_files, nothing_at
from scraper.cli.streams import Streams, one_line
from scraper.index import NAME


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "Make the archive's index again from its WARC and JSONL files, and lines of JSONL that are lost from the WARC, "
        "and say what was repaired. What only the index knew begins anew: counts of failures and last runs."
    )
    parser.add_argument("--rebuild", action="store_true", help="the same; there is nothing else that it could do")
    parser.add_argument(
        "--forget-lost", action="store_true", help="forget WARC files of which something is gone, as `verify` says"
    )
    add_archive(parser)


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Rebuild; a LockedError while somebody writes to the archive, an UnusableError where there is none."""
    root = archive_root(args)
    # The directory is looked at first: a mistyped one would be given an archive's layout.
    if not (root / NAME).exists() and not holds_files(root):
        raise nothing_at(root)
    for note in rebuild(root, forget_lost=args.forget_lost):
        streams.write(f"{one_line(note)}\n")
    with View(root) as view:
        counted = sum(view.index.counts().values())
    streams.write(f"{root / NAME}: made again, {counted:,} records; `scrape verify` proves it\n")
    return 0

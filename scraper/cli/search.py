"""`scrape search`: archived articles by the words in them."""

from __future__ import annotations

import argparse

import msgspec
from msgspec import Struct

from scraper.cli.reading import add_archive, opened, write_json
from scraper.cli.streams import Streams, one_line
from scraper.errors import UnusableError
from scraper.index import Index, Row
from scraper.index.order import cleaned_at

MOST = 10_000
"""Hits that can be asked for; whoever wants more wants `scrape export`."""
WIDER = 4
"""How many times as many hits are asked for where several are cleanings of one page."""


class Hit(Struct, frozen=True):
    """An article that was found; the fields are the record's of the same name."""

    id: str
    source: str
    url: str | None
    fetched_at: str | None
    published: str | None
    language: str | None
    title: str | None
    word_count: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "List the articles that have all the words, in title or text, best first: id, date, title and address, "
        "separated by tabs. Case and accents do not count."
    )
    parser.add_argument("words", nargs="+", metavar="WORDS", help="words, taken as they are")
    parser.add_argument("--limit", type=limit, default=20, metavar="N", help="how many at most (%(default)s)")
    parser.add_argument("--json", action="store_true", help="one object a line")
    add_archive(parser)


def limit(value: str) -> int:
    """How many of something are asked for."""
    if not value.isdecimal() or not 0 < int(value) <= MOST:
        raise argparse.ArgumentTypeError(f"{value!r} is no whole number from 1 to {MOST}")
    return int(value)


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Print the hits; an UnusableError if there is none."""
    words = " ".join(args.words)
    with opened(args) as view:
        found = _found(view.index, words, args.limit)
    if not found:
        raise UnusableError(f"no article has {words!r}; try fewer words", reason="no-hits")
    for row in found:
        if args.json:
            write_json(msgspec.json.encode(msgspec.convert(row, Hit, from_attributes=True)) + b"\n", streams)
        else:
            date = (row.published or row.fetched_at or "")[:10]
            streams.write("\t".join(one_line(part or "-") for part in (row.id, date, row.title, row.url)) + "\n")
    return 0


def _found(index: Index, words: str, most: int) -> list[Row]:
    """The best hits, of each capture its latest cleaning only."""
    asked = most
    while True:
        rows = index.search(words, asked)
        latest: dict[str, Row] = {}
        for row in rows:
            capture = row.warc.record_id if row.warc is not None else row.id
            known = latest.get(capture)
            latest[capture] = row if known is None else max(known, row, key=cleaned_at)
        if len(latest) >= most or len(rows) < asked:
            return list(latest.values())[:most]
        asked *= WIDER

"""`scrape export`: the archive's articles as JSONL or text."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from scraper import records
from scraper.archive import View
from scraper.cli import show
from scraper.cli.reading import add_archive, cleaned_at, opened, write_json, write_text
from scraper.cli.streams import Streams
from scraper.errors import LimitError, ScrapeError, UnusableError, UsageError, VerificationError
from scraper.index import Row
from scraper.sources import urls
from scraper.types import Record, Verdict


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "Write all archived articles, of each address the newest version only, in the order in which the addresses "
        "came. Of a page that was cleaned several times, only the latest cleaning counts."
    )
    parser.add_argument("--output", metavar="FILE", help="write here, whole or not at all (default: standard output)")
    parser.add_argument("--format", choices=("jsonl", "text"), default="jsonl", help="records or texts (%(default)s)")
    parser.add_argument("--source", metavar="NAME", help="only what came from this source")
    parser.add_argument("--all", action="store_true", help="every version and every cleaning")
    add_archive(parser)


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Export; 5 if some articles could not be read, 4 if there are none."""
    with opened(args) as view:
        _check_source(view, args.source)
        rows = view.index.rows(source=args.source)
        chosen = _articles(rows) if args.all else newest(rows)
        if not chosen:
            message = f"{view.root}: no article to export; `scrape status` says what is in it"
            raise UnusableError(message, reason="empty")
        with _destination(args.output, args.format, streams) as put:
            damaged = _export(view, chosen, put, streams)
    if damaged:
        raise VerificationError(f"{damaged} of {len(chosen)} articles could not be read; `scrape verify` says more")
    return 0


def _check_source(view: View, name: str | None) -> None:
    known = sorted({source for source, _ in view.index.counts()})
    if name is not None and name not in known:
        raise UnusableError(f"{name}: nothing came from such a source; there are {', '.join(known) or 'none'}")


class _Version(NamedTuple):
    """What decides between two versions of an article."""

    fetched_at: str
    cleaned_at: tuple[str, int]
    id: str
    url: str
    is_article: bool


def newest(rows: Iterable[Row]) -> list[str]:
    """The ids of the articles to export, in the order of the rows.

    Of a capture the latest cleaning counts, also where it says that the page is no article; of an address, the article
    that was fetched last. Takes about 1 kB of memory a record.
    """
    cleanings: dict[str, _Version] = {}
    for row in rows:
        version = _version(row)
        capture = row.warc.record_id if row.warc is not None else row.id
        known = cleanings.get(capture)
        if known is None or known.cleaned_at < version.cleaned_at:
            cleanings[capture] = version
    articles: dict[str, _Version] = {}
    for capture, version in cleanings.items():
        if version.is_article:
            address = version.url or capture  # a file has no address, and is its own
            articles[address] = max(articles.get(address, version), version)
    return [version.id for version in articles.values()]


def _articles(rows: Iterable[Row]) -> list[str]:
    return [row.id for row in rows if row.verdict is Verdict.ARTICLE]


def _version(row: Row) -> _Version:
    # Without the zone, which is UTC in all of them, a time sorts before the same one with a fraction behind it.
    at = (row.fetched_at or "").removesuffix("Z").removesuffix("+00:00")
    return _Version(at, cleaned_at(row), row.id, urls.key(row.url) if row.url else "", row.verdict is Verdict.ARTICLE)


Put = Callable[[Record], object]
_OF_THE_INDEX = ("damaged-index", "locked")
"""Reasons that the other articles would meet too."""


def _export(view: View, chosen: list[str], put: Put, streams: Streams) -> int:
    """Write the articles; how many could not be read, each with a line that says why."""
    damaged = 0
    for record_id in chosen:
        try:
            record = view.record(record_id)
        except ScrapeError as error:
            if error.reason in _OF_THE_INDEX:
                raise
            streams.say(str(error))
            damaged += 1
            continue
        if record is not None:
            put(record)
    return damaged


@contextmanager
def _destination(output: str | None, form: str, streams: Streams) -> Iterator[Put]:
    """Where the articles go: a function that takes them one after another."""
    first = True

    def text_of(record: Record) -> str:
        nonlocal first
        name = record.url or (record.found_by.at if record.found_by else record.source)
        header = show.header(name, first)
        first = False
        return f"{header}{record.text}\n"

    if output is None or output == "-":
        if form == "text":
            yield lambda record: write_text(text_of(record), streams)
        else:
            yield lambda record: write_json(records.encode(record), streams)
        return
    encode = records.encode if form == "jsonl" else lambda record: text_of(record).encode()
    with _whole(Path(output)) as write:
        yield lambda record: write(encode(record))


@contextmanager
def _whole(path: Path) -> Iterator[Callable[[bytes], object]]:
    """Write a file beside the target and rename it at the end; after an error the target is as it was."""
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise UsageError(f"{path}: no plain file; leave out --output and redirect standard output")
    fresh = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        with fresh.open("xb") as file:
            yield file.write
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, target)
    except OSError as error:
        raise LimitError(f"{path}: cannot be written: {error.strerror}; choose another --output") from error
    finally:
        fresh.unlink(missing_ok=True)

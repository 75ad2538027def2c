"""`scrape show`: an archived article as text, with what is known of it."""

from __future__ import annotations

import argparse

from scraper import records
from scraper.archive import View
from scraper.archive.stories import size
from scraper.cli.reading import add_archive, add_id, find, opened, table, write_json, write_text
from scraper.cli.streams import Streams
from scraper.errors import UnusableError
from scraper.types import Dateline, Record


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = "Print an archived article: what is known of it, a blank line, its text."
    add_id(parser)
    parser.add_argument("--json", action="store_true", help="the record, as the archive holds it")
    add_archive(parser)


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Print the article; an UnusableError for a page that is none."""
    with opened(args) as view:
        row = find(view, args.id)
        record = view.record(row.id)
        told = _told(view, record) if record is not None else None
    if record is None:
        message = f"{row.id}: no article ({row.verdict}); `scrape explain {row.id}` says what was removed"
        raise UnusableError(message, reason=row.verdict)
    if args.json:
        write_json(records.encode(record), streams)
    else:
        write_text(f"{_head(record, told)}\n{record.text}\n", streams)
    return 0


def _told(view: View, record: Record) -> str | None:
    """The story of an article that others tell too."""
    articles = size(view, record.family) if record.family is not None else 1
    return f"{record.family}, told by {articles} articles: `scrape families {record.id}`" if articles > 1 else None


def _head(record: Record, story: str | None) -> str:
    names = ("title", "authors", "editors", "published", "modified", "language", "site", "section", "tags", "licence")
    warc = record.warc
    return table(
        [
            *((name, _shown(getattr(record, name))) for name in names),
            ("dateline", _dateline(record.dateline)),
            *((name, _shown(getattr(record, name))) for name in ("agency", "desk", "credits")),
            ("url", record.url),
            ("answered at", record.final_url if record.final_url != record.url else None),
            ("fetched", record.fetched_at),
            ("source", record.source),
            ("story", story),
            ("words", str(record.word_count)),
            ("id", record.id),
            ("warc", f"{warc.file}, at {warc.offset}" if warc else None),
            ("cleaner", f"{record.cleaner}, rules {record.rules}, profile {record.profile}"),
        ]
    )


def _shown(value: str | tuple[str, ...] | None) -> str | None:
    return ", ".join(value) if isinstance(value, tuple) else value


def _dateline(dateline: Dateline | None) -> str | None:
    return ", ".join(filter(None, (dateline.place, dateline.date, dateline.agency))) if dateline else None

"""A folder that is a data set as the Hugging Face Hub has them: shards of JSONL, a card, and a manifest of the origins.

    README.md                    the card: licences, languages, counts, what was left out
    data/articles-00000.jsonl
    manifest.jsonl               for each article the WARC record it was made from, and the cleaner that made it

`datasets.load_dataset(FOLDER)` reads the shards; the card gives the columns' types, so that one that is empty in a
whole shard has the same type there.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from scraper.errors import ScrapeError
from scraper.export.articles import Articles
from scraper.export.card import Tally, card
from scraper.export.shape import Mapping, columns, row
from scraper.types import Record

SHARD = 10_000
"""Articles in a shard: about 50 MB."""

_IN_MANIFEST = frozenset({"warc", "cleaner", "rules", "profile"})
_NO_COLUMN = frozenset({"schema", "segments"})  # a constant; positions in a page that is not here
COLUMNS = tuple(
    (name, kind)
    for name, kind in columns()
    if name not in _IN_MANIFEST | _NO_COLUMN and not isinstance(kind, Mapping)  # a table's columns are no data
)


def write(articles: Articles, folder: Path) -> int:
    """Fill the folder; how many origins could not be read."""
    tally = Tally()
    records = iter(articles)
    damaged = number = 0
    (folder / "data").mkdir()
    with (folder / "manifest.jsonl").open("wb") as manifest:
        while first := next(records, None):
            with (folder / "data" / f"articles-{number:05d}.jsonl").open("wb") as shard:
                for record in _chain(first, islice(records, SHARD - 1)):
                    shard.write(_line({name: value for name, value in row(record).items() if name in _NAMES}))
                    digest = _payload_digest(articles, record)
                    damaged += digest is None
                    manifest.write(_line(_origin(record, digest)))
                    tally.take(record)
            number += 1
    text = card(articles, tally, COLUMNS)
    (folder / "README.md").write_text(text, encoding="utf-8", errors="replace", newline="\n")
    return damaged


_NAMES = frozenset(name for name, _ in COLUMNS)


def _chain(first: Record, rest: Iterator[Record]) -> Iterator[Record]:
    yield first
    yield from rest


def _line(fields: dict[str, Any]) -> bytes:
    return msgspec.json.encode(fields) + b"\n"


def _origin(record: Record, digest: str | None) -> dict[str, Any]:
    return {
        "id": record.id,
        "url": record.url,
        "fetched_at": record.fetched_at,
        "warc": msgspec.to_builtins(record.warc),
        "payload_digest": digest,
        "text_sha256": record.text_sha256,
        "cleaner": record.cleaner,
        "rules": record.rules,
        "profile": record.profile,
    }


def _payload_digest(articles: Articles, record: Record) -> str | None:
    """The digest of what was fetched, as its WARC record has it; None, said in a line, where that cannot be read."""
    try:
        capture = articles.view.read(record.warc) if record.warc is not None else None
    except ScrapeError as error:
        articles.say(str(error))
        return None
    if capture is None:
        articles.say(f"{record.id}: nobody knows its WARC record")
        return None
    return capture.header("warc-payload-digest") or capture.header("warc-block-digest")

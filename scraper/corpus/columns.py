"""The columns of a shard, the same in each: tools guess them from the first one, or cannot hold mappings."""

from __future__ import annotations

from typing import Any

import msgspec

from scraper.errors import ScrapeError
from scraper.export.card import feature
from scraper.export.shape import Fields, Mapping, columns, row
from scraper.types import Record

_NO_COLUMN = frozenset({"schema", "segments"})  # a constant; positions in a page that is not here
COLUMNS = tuple((name, kind) for name, kind in columns() if name not in _NO_COLUMN and not isinstance(kind, Mapping))
"""The record's but its mappings (a mapping's keys are data: `origin`, `removed_counts`)."""


def line(record: Record) -> bytes:
    """A record as a line of JSONL. A ScrapeError if a text holds half of a surrogate pair, which no JSON file can."""
    fields = row(record)
    try:
        return msgspec.json.encode({name: _whole(kind, fields[name]) for name, kind in COLUMNS}) + b"\n"
    except UnicodeEncodeError as error:
        message = f"{record.url or record.source}: record {record.id} holds half a surrogate pair"
        raise ScrapeError(message, reason="not-unicode") from error


def features() -> str:
    """The columns as a card on the Hugging Face Hub has them."""
    lines = (text for name, kind in COLUMNS for text in feature(name, kind))
    return "".join(f"  {text}\n" for text in lines)


def _whole(kind: Any, value: Any) -> Any:
    """An object with all its fields: one that is not known, and left out in the archive's lines, is null."""
    return {name: value.get(name) for name, _ in kind.fields} if isinstance(kind, Fields) and value else value

"""The formats that are written a piece at a time: records and texts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scraper import records
from scraper.export.articles import Articles

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def jsonl(articles: Articles) -> Iterator[bytes]:
    """The records as the archive's own lines."""
    return map(records.encode, articles)


def text(articles: Articles) -> Iterator[bytes]:
    """The texts, each under a line with its address, as head(1) has it."""
    for number, record in enumerate(articles):
        name = record.url or (record.found_by.at if record.found_by else record.source)
        shown = _UNSEEN.sub(lambda found: f"\\x{ord(found[0]):02x}", " ".join(name.split()))
        yield f"{chr(10) if number else ''}==> {shown} <==\n{record.text}\n".encode("utf-8", "backslashreplace")

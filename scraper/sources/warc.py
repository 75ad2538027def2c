"""A folder of WARC files -> Links to the files; the pipeline reads the records in them."""

from __future__ import annotations

from collections.abc import Iterable

from scraper.sources import names
from scraper.types import Link

PATTERNS = ("*.warc", "*.warc.gz")


def read(found: Iterable[str], path: str, source: str, patterns: tuple[str, ...] = PATTERNS) -> list[Link]:
    """The WARC files of the folder at the absolute `path`, by their names relative to it, sorted."""
    return names.links(found, names.Folder(path, source, "warc", patterns))

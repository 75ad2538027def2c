"""A folder of text, HTML and WARC files -> Links."""

from __future__ import annotations

from collections.abc import Iterable

from scraper.sources import names
from scraper.types import Link

PATTERNS = ("*.txt", "*.html", "*.htm", "*.warc", "*.warc.gz")


def read(found: Iterable[str], path: str, source: str, patterns: tuple[str, ...] = PATTERNS) -> list[Link]:
    """The files of the folder at the absolute `path` whose names match, by their names relative to it, sorted."""
    return names.links(found, names.Folder(path, source, "folder", patterns))

"""Who is the first of a story family, and which records are of one article; see archive/families.py for the rule."""

from __future__ import annotations

from scraper.families.alike import FEWEST
from scraper.families.bands import bands
from scraper.families.shingles import Shingled
from scraper.index import Index, Row
from scraper.sources import urls


def entries(index: Index, row: Row, text: Shingled) -> tuple[int, ...]:
    """The bands by which a record is found: those of its text if it is the first of its family, or another version of
    that; else none."""
    is_first = row.family is not None and is_of(row, first(index, row.family))
    return bands(text) if is_first and len(text) >= FEWEST else ()


def first(index: Index, family: str) -> Row | None:
    """The first record of a family that is there."""
    named = index.get(family)
    return named if named is not None and named.family == family else index.first_of(family)


def is_of(row: Row, other: Row | None) -> bool:
    """Whether two records are of one article: a capture cleaned again, or another fetch of its address."""
    if other is None:
        return False
    same_capture = row.warc is not None and other.warc is not None and row.warc.record_id == other.warc.record_id
    return row.id == other.id or same_capture or article(row) == article(other)


def article(row: Row) -> str:
    """What all records of one article share: its address, or for a file what was stored of it."""
    if row.url is not None:
        return urls.key(row.url)
    return row.warc.record_id if row.warc is not None else row.id

"""The measure of a record; see measures.py for what it is for."""

from __future__ import annotations

from msgspec import structs

from scraper.index import Measure, Row
from scraper.types import Record, Verdict


def measure_of(row: Row, record: Record | None) -> Measure | None:
    """What is measured of a row, of an article with its record; None of a later version, and of what has no time."""
    if row.fetched_at is None or (row.version or 1) > 1:
        return None
    capture = row.warc.record_id if row.warc is not None else row.id
    bare = Measure(row.source, row.fetched_at, capture, row.verdict.value)
    if row.verdict is not Verdict.ARTICLE or record is None:
        return bare
    return structs.replace(
        bare,
        words=record.word_count,
        dated=record.published is not None,
        signed=bool(record.authors),
        removed=sum(record.removed_counts.values()),
        kept=sum(1 for line in record.text.split("\n") if line.strip()),
    )

"""Orders of rows that do not depend on the running number, which a rebuilt index gives anew, articles first."""

from __future__ import annotations

from scraper.index import Row
from scraper.types import WarcRef


def cleaned_at(row: Row) -> tuple[str, int]:
    """Where a record's ledger lies, which tells the cleanings of one capture apart: the later one lies further on.

    WARC files are named by the time at which they were begun.
    """
    return _place(row.ledger)


def archived_at(row: Row) -> tuple[str, int, str, int, str]:
    """Where what was fetched lies, then where its cleaning does: the order in which they came, in any index."""
    return (*_place(row.warc), *_place(row.ledger), row.id)


def _place(ref: WarcRef | None) -> tuple[str, int]:
    return (ref.file, ref.offset) if ref is not None else ("", 0)

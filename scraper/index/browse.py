"""What pages for people ask the index: lists that can be leafed through, counts a day, other records of an address.

Functions beside the Index, of the same room. Each is bounded: lists have a limit, and `bounded` ends a question that
costs too much, which a clock cannot do without making the answer depend on the machine.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from urllib.parse import urlsplit

from msgspec import Struct

from scraper.errors import LimitError
from scraper.index import Index, Row

EVERY = 100_000
"""Instructions of SQLite's machine between two looks at the budget; about a millisecond."""
MOST_VERSIONS = 100
MOST_NAMES = 1000
_MOST_SEQ = 1 << 62

# Of several cleanings of one capture the last one written, whatever running number a rebuilt index gave it.
_LATEST = (
    "NOT EXISTS (SELECT 1 FROM records AS later WHERE later.warc_id = records.warc_id"
    " AND (later.ledger_file, later.ledger_offset) > (records.ledger_file, records.ledger_offset))"
)

# As the indexes have them: an answer's address is mostly the one that was asked, and needs no second entry.
_BY_ADDRESS = ("url = ?", "final_url = ? AND final_url IS NOT url", "canonical_url = ? AND canonical_url IS NOT url")


class Choice(Struct, frozen=True, kw_only=True):
    """Which records to list: those that match all that is set.

    `match` is an expression of FTS5 (see query.py), `day` a day of fetched_at in UTC.
    """

    match: str | None = None
    source: str | None = None
    language: str | None = None
    day: date | None = None
    verdict: str | None = None


class Leaf(Struct, frozen=True):
    """Where in a list to read: below the running number `before`, or, nearest first, above `after`."""

    limit: int
    before: int | None = None
    after: int | None = None


@contextmanager
def bounded(index: Index, steps: int = 3000) -> Iterator[None]:
    """End questions within that cost more than `steps` times EVERY instructions, with a LimitError."""
    left = iter(range(steps))
    index._db.set_progress_handler(lambda: int(next(left, None) is None), EVERY)
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_INTERRUPT:
            raise
        raise LimitError("This question costs too much: narrow it by source or day.", reason="too-costly") from error
    finally:
        index._db.set_progress_handler(None, 0)


def choose(index: Index, choice: Choice, leaf: Leaf) -> list[Row]:
    """One leaf of the records that match, newest first; of each capture its latest cleaning only.

    By running number and not by rank: then a leaf costs what it holds, however many records match.
    """
    is_back = leaf.after is not None
    sign, order = (">", "ASC") if is_back else ("<", "DESC")
    bound = leaf.after if leaf.after is not None else leaf.before or _MOST_SEQ
    where, values = _where(choice)
    if choice.match is None:
        sql = f"WHERE seq {sign} ? AND {' AND '.join(where)} ORDER BY seq {order} LIMIT ?"
        rows = list(index._rows(sql, (bound, *values, leaf.limit)))
    else:
        hits = f"SELECT rowid AS hit FROM fulltext WHERE fulltext MATCH ? AND rowid {sign} ?"  # noqa: S608 no input
        # The plus keeps SQLite from asking the full text anew for each record of a source.
        also = " AND ".join(f"+{condition}" for condition in where)
        sql = f"JOIN ({hits}) ON seq = hit WHERE {also} ORDER BY hit {order} LIMIT ?"
        rows = list(index._rows(sql, (choice.match, bound, *values, leaf.limit)))
    return rows[::-1] if is_back else rows


def _where(choice: Choice) -> tuple[list[str], list[str | int]]:
    where, values = [_LATEST], list[str | int]()
    for column in ("source", "language", "verdict"):
        value = getattr(choice, column)
        if value is not None:
            where.append(f"{column} = ?")
            values.append(value)
    if choice.day is not None:
        where += ["fetched_at >= ?", "fetched_at < ?"]
        values += [choice.day.isoformat(), (choice.day + timedelta(days=1)).isoformat()]
    return where, values


def names(index: Index, column: str) -> list[str]:
    """The values that a column of the records has, sorted: a look-up for each where an index begins with it."""
    if column not in ("source", "language", "verdict"):
        raise ValueError(f"no such list: {column}")
    sql = (
        f"WITH RECURSIVE found(name) AS (SELECT MIN({column}) FROM records UNION ALL"  # noqa: S608 one of three names
        f" SELECT (SELECT MIN({column}) FROM records WHERE {column} > name) FROM found WHERE name IS NOT NULL LIMIT ?)"
        " SELECT name FROM found WHERE name IS NOT NULL"
    )
    return [str(row[0]) for row in index._read(sql, (MOST_NAMES,))]


def days(index: Index, since: date) -> dict[tuple[str, str], int]:
    """How many articles came from each source on each day (ISO) since; cleaning one again makes it no second one."""
    sql = (
        "SELECT source, substr(fetched_at, 1, 10), COUNT(DISTINCT COALESCE(warc_id, seq)) FROM records"
        " WHERE fetched_at >= ? AND +verdict = 'article' GROUP BY +source, 2"  # pluses: by the index of days
    )
    return {(source, day): count for source, day, count in index._read(sql, (since.isoformat(),))}


def same_address(index: Index, row: Row) -> list[Row]:
    """The records of this record's address, itself too, the newest first: other fetches and other cleanings.

    A canonical link counts within its own host only: what a page claims of another site is no fact about it.
    """
    found: dict[int, Row] = {row.seq: row}
    for address in sorted(_addresses(row)):
        for where in _BY_ADDRESS:
            others = index._rows(f"WHERE {where} ORDER BY seq DESC LIMIT ?", (address, MOST_VERSIONS))
            found |= {other.seq: other for other in others if address in _addresses(other)}
    newest = sorted(found.values(), key=lambda one: (one.fetched_at or "", _cleaned_at(one)), reverse=True)
    kept = newest[:MOST_VERSIONS]
    return kept if row in kept else [*kept[:-1], row]


def _addresses(row: Row) -> set[str]:
    own = {address for address in (row.url, row.final_url) if address}
    canonical = row.canonical_url
    if canonical and (not own or _host(canonical) in {_host(address) for address in own}):
        own.add(canonical)
    return own


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:  # of a hostile page, such as an IPv6 address that is none
        return None


def _cleaned_at(row: Row) -> tuple[str, int]:
    return (row.ledger.file, row.ledger.offset) if row.ledger is not None else ("", 0)

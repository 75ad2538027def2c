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

from msgspec import Struct, structs

from scraper.errors import LimitError
from scraper.index import Index, Row
from scraper.index.order import cleaned_at
from scraper.types import Verdict

EVERY = 100_000
"""Instructions of SQLite's machine between two looks at the budget; about a millisecond."""
FEW, MANY = 500, 20_000
"""Records of a filter that are looked up in the full text one by one (15 to 75 us each), and those of which a set is
made to be held against it (0.3 us each, and as much for an article of it)."""
SOON = 1000
"""Records that are gone through, at 5 us each, until a leaf is full, where it is expected to need no more."""
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
    if choice.match is not None and choice.verdict not in (None, Verdict.ARTICLE):
        return []  # only articles are found by their words
    is_back = leaf.after is not None
    sign, order = (">", "ASC") if is_back else ("<", "DESC")
    bound = leaf.after if leaf.after is not None else leaf.before or _MOST_SEQ
    narrowest = _narrowest(index, choice, leaf.limit)
    if choice.match is None:
        where, values = _where(choice, narrowest.column if narrowest is not None else None)
        sql = f"WHERE seq {sign} ? AND {' AND '.join(where)} ORDER BY seq {order} LIMIT ?"
        rows = list(index._rows(sql, (bound, *values, leaf.limit)))
    else:
        where, values = _where(choice, None)
        within, among = _within(narrowest, "MIN" if is_back else "MAX")
        hits = f"SELECT rowid AS hit FROM fulltext WHERE fulltext MATCH ? AND rowid {sign} ?{within}"  # noqa: S608 no input
        sql = f"JOIN ({hits}) ON seq = hit WHERE {' AND '.join(where)} ORDER BY hit {order} LIMIT ?"
        rows = list(index._rows(sql, (choice.match, bound, *among, *values, leaf.limit)))
    return rows[::-1] if is_back else rows


class _Filter(Struct, frozen=True):
    """What is asked of a column. `size` is how many records have it, None of so many that a leaf is soon full."""

    column: str
    where: str
    values: tuple[str, ...]
    size: int | None = None


def _filters(choice: Choice) -> Iterator[_Filter]:
    for column in ("source", "language", "verdict") if choice.match is None else ("source", "language"):
        if (value := getattr(choice, column)) is not None:
            yield _Filter(column, f"{column} = ?", (value,))
    if choice.day is not None:
        span = (choice.day.isoformat(), (choice.day + timedelta(days=1)).isoformat())
        yield _Filter("fetched_at", "fetched_at >= ? AND fetched_at < ?", span)


def _narrowest(index: Index, choice: Choice, limit: int) -> _Filter | None:
    """The filter that the fewest records pass: SQLite, which has counted nothing, takes any."""
    enough = min(limit * index.last_seq() // SOON, MANY)
    found: list[_Filter] = []
    for one in _filters(choice):
        sql = f"SELECT COUNT(*) FROM (SELECT 1 FROM records WHERE {one.where} LIMIT ?)"  # noqa: S608 no input
        size = int(index._read(sql, (*one.values, enough + 1))[0][0])
        found.append(structs.replace(one, size=size if size <= enough else None))
    return min(found, key=lambda one: MANY + 1 if one.size is None else one.size, default=None)


def _within(narrowest: _Filter | None, end: str) -> tuple[str, tuple[str, ...]]:
    """What keeps the full text to the records that pass a filter, and its values.

    Each of a few is looked up in it; of many a set is made, and the articles with the words are held against it (that
    is the plus). Of more only the one that is met first counts, so that a source of long ago is not waited for.
    """
    if narrowest is None:
        return "", ()
    if narrowest.size is None:
        sign = "<=" if end == "MAX" else ">="
        return f" AND rowid {sign} (SELECT {end}(seq) FROM records WHERE {narrowest.where})", narrowest.values  # noqa: S608 no input
    plus = "" if narrowest.size <= FEW else "+"
    return f" AND {plus}rowid IN (SELECT seq FROM records WHERE {narrowest.where})", narrowest.values  # noqa: S608 no input


def _where(choice: Choice, narrowest: str | None) -> tuple[list[str], list[str]]:
    """The conditions; a plus keeps SQLite from going by the index of another column than this one."""
    where, values = [_LATEST], list[str]()
    for one in _filters(choice):
        values += one.values
        if one.column == "verdict" and narrowest == "source":  # there is an index of both
            where.append(one.where)
        elif one.column != narrowest:
            where.append(one.where.replace(one.column, f"+{one.column}"))
        elif one.column == "fetched_at":  # in the order of the numbers: to sort a day's records took 20 times as long
            where.append(f"seq IN (SELECT seq FROM records WHERE {one.where})")  # noqa: S608 no input
        else:
            where.append(one.where)
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


def same_address(index: Index, row: Row) -> list[Row]:
    """The records of this record's address, itself too, the newest first: other fetches and other cleanings.

    A canonical link counts within its own host only: what a page claims of another site is no fact about it.
    """
    found: dict[int, Row] = {row.seq: row}
    for address in sorted(_addresses(row)):
        for where in _BY_ADDRESS:
            others = index._rows(f"WHERE {where} ORDER BY seq DESC LIMIT ?", (address, MOST_VERSIONS))
            found |= {other.seq: other for other in others if address in _addresses(other)}
    newest = sorted(found.values(), key=lambda one: (one.fetched_at or "", cleaned_at(one)), reverse=True)
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

"""What the index keeps of each article to see whether its source changes: how long, with a date, an author, how clean.

One entry for each page that was met for the first time, by its latest cleaning; other versions of it say nothing new.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, structs

from scraper.index.database import Database

_COLUMNS = "source, at, capture, verdict, words, dated, signed, removed, kept"


class Measure(Struct, frozen=True, array_like=True):
    """A page: its verdict, and of an article the words, whether it has a date and authors, blocks removed and lines
    kept. None is unknown: what is no article has nothing but its verdict, nor what an older version took in."""

    source: str
    at: str
    capture: str
    verdict: str
    words: int | None = None
    dated: bool | None = None
    signed: bool | None = None
    removed: int | None = None
    kept: int | None = None


class Measures(Database):
    """The part of the index that drift is seen by."""

    def measure(self, measure: Measure) -> None:
        """Keep a page's measure; that of a later cleaning stands for an earlier one's."""
        values = structs.astuple(measure)
        self._write(f"INSERT OR REPLACE INTO measures ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)  # noqa: S608 constants only

    def measured(self, source: str, since: str, until: str, limit: int) -> list[Measure]:
        """The newest measures of a source within these times, newest first."""
        where = "WHERE source = ? AND at >= ? AND at <= ? ORDER BY at DESC, capture DESC LIMIT ?"
        return list(self._measures(where, (source, since, until, limit)))

    def from_then(self, source: str, since: str, until: str, limit: int) -> list[Measure]:
        """The first measures of a source within these times, in order."""
        where = "WHERE source = ? AND at >= ? AND at < ? ORDER BY at, capture LIMIT ?"
        return list(self._measures(where, (source, since, until, limit)))

    def measure_at(self, source: str, at: str, capture: str) -> Measure | None:
        """The measure of a capture."""
        return next(self._measures("WHERE source = ? AND at = ? AND capture = ?", (source, at, capture)), None)

    def count_measures(self) -> int:
        """How many there are."""
        return self._checked(self._read("SELECT COUNT(*) FROM measures")[0][0], int)

    def arrivals(self, source: str, since: str, until: str) -> int:
        """How many articles came from a source within these times."""
        sql = "SELECT COUNT(*) FROM measures WHERE source = ? AND at >= ? AND at < ? AND verdict = 'article'"
        return self._checked(self._read(sql, (source, since, until))[0][0], int)

    def last_arrival(self, source: str, until: str) -> str | None:
        """When the newest article came from a source."""
        sql = "SELECT at FROM measures WHERE source = ? AND at < ? AND verdict = 'article' ORDER BY at DESC LIMIT 1"
        found = self._read(sql, (source, until))
        return str(found[0][0]) if found else None

    def first_measured(self, source: str) -> str | None:
        """When the first page came from a source."""
        found = self._read("SELECT MIN(at) FROM measures WHERE source = ?", (source,))
        return self._checked(found[0][0], str) if found[0][0] is not None else None

    def measured_sources(self) -> list[str]:
        """The sources that something is measured of, sorted: a look-up for each."""
        sql = (
            "WITH RECURSIVE found(name) AS (SELECT MIN(source) FROM measures UNION ALL"
            " SELECT (SELECT MIN(source) FROM measures WHERE source > name) FROM found WHERE name IS NOT NULL)"
            " SELECT name FROM found WHERE name IS NOT NULL"
        )
        return [str(row[0]) for row in self._read(sql)]

    def _measures(self, where: str, values: tuple[Any, ...]) -> Iterator[Measure]:
        with self._guarded():
            for row in self._db.execute(f"SELECT {_COLUMNS} FROM measures {where}", values):  # noqa: S608 clauses of this file only
                dated, signed = (None if flag is None else bool(flag) for flag in row[5:7])
                yield self._checked((*row[:5], dated, signed, *row[7:]), Measure)

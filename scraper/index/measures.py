"""What the index keeps of each article to see whether its source changes: how long, with a date, an author, how clean.

One entry for each page that was met for the first time, by its latest cleaning; other versions of it say nothing new.
"""

from __future__ import annotations

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


class Page(Struct, frozen=True, array_like=True, gc=False):
    """What drift is seen by of a measure: flags are 0 and 1, as SQLite has them."""

    at: str
    article: int
    words: int | None
    dated: int | None
    signed: int | None
    removed: int | None
    kept: int | None


_PAGE = "at, verdict = 'article', words, dated, signed, removed, kept"


class Measures(Database):
    """The part of the index that drift is seen by."""

    def measure(self, measure: Measure) -> None:
        """Keep a page's measure; that of a later cleaning stands for an earlier one's."""
        values = structs.astuple(measure)
        self._write(f"INSERT OR REPLACE INTO measures ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)  # noqa: S608 constants only

    def newest_pages(self, source: str, since: str, until: str, limit: int) -> list[Page]:
        """The newest pages of a source within these times, newest first."""
        where = "source = ? AND at >= ? AND at <= ? ORDER BY at DESC, capture DESC LIMIT ?"
        return self._pages(where, (source, since, until, limit))

    def pages_beyond(self, source: str, since: str, until: str, count: int) -> bool:
        """Whether there are more pages of a source within these times than so many."""
        sql = "SELECT 1 FROM measures WHERE source = ? AND at >= ? AND at <= ? LIMIT 1 OFFSET ?"
        return bool(self._read(sql, (source, since, until, count)))

    def pages_from(self, source: str, since: str, until: str, limit: int) -> list[Page]:
        """The first pages of a source within these times, in order."""
        return self._pages(
            "source = ? AND at >= ? AND at < ? ORDER BY at, capture LIMIT ?", (source, since, until, limit)
        )

    def measure_at(self, source: str, at: str, capture: str) -> Measure | None:
        """The measure of a capture."""
        where = "WHERE source = ? AND at = ? AND capture = ?"
        found = self._read(f"SELECT {_COLUMNS} FROM measures {where}", (source, at, capture))  # noqa: S608 constants only
        if not found:
            return None
        *before, dated, signed, removed, kept = found[0]
        flags = (None if dated is None else bool(dated), None if signed is None else bool(signed))
        return self._checked((*before, *flags, removed, kept), Measure)

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

    def _pages(self, where: str, values: tuple[Any, ...]) -> list[Page]:
        rows = self._read(f"SELECT {_PAGE} FROM measures WHERE {where}", values)  # noqa: S608 clauses of this file only
        return self._checked(rows, list[Page])

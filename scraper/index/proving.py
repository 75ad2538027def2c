"""Whether the database holds what it was given: SQLite's own check, and the full text word by word."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import zip_longest

from scraper.index.database import Database
from scraper.index.migrations import FULLTEXT, STEPS, prepare
from scraper.types import Record

_MAX_DAMAGES = 20
_SCHEMA = "SELECT type, name, sql FROM sqlite_master"
_COMPARED = (
    # Every word with the sum over all its places of a number for article, place and column. Place by place it took 7
    # CPU seconds for 3,000 articles of 500 words, so 1; a changed bit moves what is behind it, and with it the sum.
    "SELECT term, count(*), sum((doc * 1000003 + offset * 8191 + (col = 'text') * 524287) % 998244353)"
    " FROM temp.words_{} GROUP BY term",
    # What ranking needs: how long each article is, and all of them together (zeros where all were deleted).
    "SELECT id, sz FROM {}_docsize ORDER BY id",
    "SELECT rtrim(hex(block), '0') FROM {}_data WHERE id = 1",
)


class Proving(Database):
    """The part of the index that verification needs."""

    def damages(self) -> list[str]:
        """What SQLite's integrity check says, and which tables are not as they were made; nothing if all is well."""
        found = self._read(f"PRAGMA integrity_check({_MAX_DAMAGES})")
        with closing(sqlite3.connect(":memory:")) as made:
            prepare(made)
            made.executescript("".join(STEPS))
            lost = set(made.execute(_SCHEMA)) - set(self._read(_SCHEMA))
        return [
            *(str(row[0]) for row in found if row[0] != "ok"),
            *(f"{kind} {name} is not as it was made" for kind, name, _ in sorted(lost, key=str)),
        ]

    def met(self) -> Iterator[tuple[str, str, str]]:
        """All that counts as seen: by which source, under which key, and with which record."""
        with self._guarded():
            for source, key, record in self._db.execute("SELECT source, key, record FROM seen"):
                yield str(source), str(key), str(record)

    def has_words_of(self, articles: Iterable[tuple[int, Record]]) -> bool:
        """Whether the full text is just that of these articles, each with its running number.

        It keeps no text, so the same is made of them in a temporary table, and both are compared. One state of the
        database is read, whoever writes meanwhile, and `articles` is gone through within it.
        """
        with self.reading(), self._guarded():
            self._db.execute(f"CREATE VIRTUAL TABLE temp.expected USING {FULLTEXT}")
            try:
                insert = "INSERT INTO temp.expected (rowid, title, text) VALUES (?, ?, ?)"
                self._db.executemany(insert, ((seq, record.title, record.text) for seq, record in articles))
                self._db.execute("CREATE VIRTUAL TABLE temp.words_found USING fts5vocab (main, fulltext, instance)")
                self._db.execute("CREATE VIRTUAL TABLE temp.words_expected USING fts5vocab (temp, expected, instance)")
                return all(self._same(query) for query in _COMPARED)
            finally:
                for name in ("words_found", "words_expected", "expected"):
                    self._db.execute(f"DROP TABLE IF EXISTS temp.{name}")

    def _same(self, query: str) -> bool:
        names = ("found", "expected") if "words_" in query else ("main.fulltext", "temp.expected")
        with closing(self._cursor(query.format(names[0]))) as one, closing(self._cursor(query.format(names[1]))) as two:
            return all(found == expected for found, expected in zip_longest(one, two))

    def _cursor(self, query: str) -> sqlite3.Cursor:
        return self._db.execute(query)

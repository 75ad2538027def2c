"""What one pass needs to know of another: a private SQLite file, so that memory does not grow with the archive."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from msgspec import Struct

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE records (
    id TEXT PRIMARY KEY, type TEXT, file TEXT, offset INTEGER, length INTEGER, refers TEXT, digest TEXT,
    claimed INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE purged (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE lines (id TEXT PRIMARY KEY, file TEXT, offset INTEGER, length INTEGER) WITHOUT ROWID;
"""


class Known(Struct, frozen=True):
    """A WARC record: where it lies, what it refers to; `digest` is a conversion's text or a metadata record's line."""

    id: str
    type: str
    file: str
    offset: int
    length: int
    refers: str | None = None
    digest: str | None = None


class Scratch:
    """WARC records and lines by id."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(_SCHEMA)

    def put(self, known: Known) -> bool:
        """Keep a WARC record; False if its id was met before."""
        values = (known.id, known.type, known.file, known.offset, known.length, known.refers, known.digest)
        sql = "INSERT OR IGNORE INTO records (id, type, file, offset, length, refers, digest) VALUES (?,?,?,?,?,?,?)"
        return self._db.execute(sql, values).rowcount == 1

    def get(self, record_id: str) -> Known | None:
        """The WARC record with this id."""
        sql = "SELECT id, type, file, offset, length, refers, digest FROM records WHERE id = ?"
        row = self._db.execute(sql, (record_id,)).fetchone()
        return Known(*row) if row else None

    def claim(self, record_id: str) -> None:
        """An article's line, or one that waits, stands for this record."""
        self._db.execute("UPDATE records SET claimed = 1 WHERE id = ?", (record_id,))

    def dangling(self) -> Iterator[Known]:
        """Records that refer to one that is not there."""
        yield from self._select("refers IS NOT NULL AND refers NOT IN (SELECT id FROM records)")

    def unclaimed(self) -> Iterator[Known]:
        """Conversions that no line stands for."""
        yield from self._select("type = 'conversion' AND NOT claimed")

    def bury(self, record_id: str) -> None:
        """A tombstone stands for this record."""
        self._db.execute("INSERT OR IGNORE INTO purged VALUES (?)", (record_id,))

    def risen(self) -> Iterator[Known]:
        """Records that a tombstone stands for and that are there."""
        yield from self._select("id IN (SELECT id FROM purged)")

    def put_line(self, record_id: str, place: tuple[str, int, int]) -> bool:
        """Keep where a line lies (file, offset, length); False if its id was met before."""
        values = (record_id, *place)
        return self._db.execute("INSERT OR IGNORE INTO lines VALUES (?, ?, ?, ?)", values).rowcount == 1

    def line(self, record_id: str) -> tuple[str, int, int] | None:
        """Where the line of this record lies."""
        row = self._db.execute("SELECT file, offset, length FROM lines WHERE id = ?", (record_id,)).fetchone()
        return None if row is None else (str(row[0]), int(row[1]), int(row[2]))

    def close(self) -> None:
        """Drop all of it."""
        self._db.close()

    def _select(self, where: str) -> Iterator[Known]:
        sql = f"SELECT id, type, file, offset, length, refers, digest FROM records WHERE {where} ORDER BY file, offset"  # noqa: S608 constants only
        for row in self._db.execute(sql):
            yield Known(*row)

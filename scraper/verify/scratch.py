"""What one pass needs to know of another: a private SQLite file, so that memory does not grow with the archive."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from msgspec import Struct, structs

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE records (
    id TEXT PRIMARY KEY, type TEXT, file TEXT, offset INTEGER, length INTEGER, refers TEXT, digest TEXT, uri TEXT,
    date TEXT, first_uri TEXT, first_date TEXT, about TEXT, payload TEXT, line TEXT, made TEXT,
    claimed INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE notes (source TEXT, key TEXT, record TEXT, PRIMARY KEY (source, key, record)) WITHOUT ROWID;
CREATE TABLE purged (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE memories (host TEXT, name TEXT, needed_by TEXT, PRIMARY KEY (host, name, needed_by)) WITHOUT ROWID;
CREATE TABLE lines (id TEXT PRIMARY KEY, file TEXT, offset INTEGER, length INTEGER) WITHOUT ROWID;
"""


_COLUMNS = (
    "id, type, file, offset, length, refers, digest, uri, date, first_uri, first_date, about, payload, line, made"
)
_MARKS = ", ".join("?" * len(_COLUMNS.split(", ")))


class Known(Struct, frozen=True):
    """A WARC record: where it lies, what it refers to; `digest` is a conversion's text or a metadata record's line.

    `uri` and `date` are its own, of a response `digest` its payload's; `first_uri` and `first_date` are what a revisit
    says of the response that it refers to, and so is its `digest`. `about` is what is told of the page that was
    cleaned, by whoever asked for it and by its ledger; `payload` is the SHA-256 of the page; of a ledger `line` is the
    digest of the line that it holds, `made` what its record's id is made of besides the payload (see claims).
    """

    id: str
    type: str
    file: str
    offset: int
    length: int
    refers: str | None = None
    digest: str | None = None
    uri: str | None = None
    date: str | None = None
    first_uri: str | None = None
    first_date: str | None = None
    about: str | None = None
    payload: str | None = None
    line: str | None = None
    made: str | None = None


class Scratch:
    """WARC records and lines by id."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(_SCHEMA)

    def put(self, known: Known) -> bool:
        """Keep a WARC record; False if its id was met before."""
        sql = f"INSERT OR IGNORE INTO records ({_COLUMNS}) VALUES ({_MARKS})"  # noqa: S608 constants only
        return self._db.execute(sql, structs.astuple(known)).rowcount == 1

    def note(self, source: str, key: str, record: str) -> None:
        """Keep what a note says that a source met."""
        self._db.execute("INSERT OR IGNORE INTO notes VALUES (?, ?, ?)", (source, key, record))

    def is_noted(self, source: str, key: str, record: str) -> bool:
        """Whether a note says so."""
        sql = "SELECT 1 FROM notes WHERE source = ? AND key = ? AND record = ?"
        return self._db.execute(sql, (source, key, record)).fetchone() is not None

    def remember(self, host: str, name: str, needed_by: str | None = None) -> None:
        """Keep that a profile of a host is there, or that a cleaning whose ledger is in a file needs it."""
        self._db.execute("INSERT OR IGNORE INTO memories VALUES (?, ?, ?)", (host, name, needed_by or ""))

    def memories(self) -> set[tuple[str, str]]:
        """The profiles that are there, by host and name."""
        found = self._db.execute("SELECT host, name FROM memories WHERE needed_by = ''")
        return {(str(host), str(name)) for host, name in found}

    def forgotten(self) -> list[tuple[str, str, str]]:
        """The profiles that are needed and not there: the file of a ledger that needs it, the host, the name."""
        there = "SELECT host, name FROM memories WHERE needed_by = ''"
        sql = f"SELECT needed_by, host, name FROM memories WHERE (host, name) NOT IN ({there})"  # noqa: S608 constants only
        return [(str(file), str(host), str(name)) for file, host, name in self._db.execute(f"{sql} ORDER BY 1, 2, 3")]

    def get(self, record_id: str) -> Known | None:
        """The WARC record with this id."""
        sql = f"SELECT {_COLUMNS} FROM records WHERE id = ?"  # noqa: S608 constants only
        row = self._db.execute(sql, (record_id,)).fetchone()
        return Known(*row) if row else None

    def claim(self, record_id: str) -> None:
        """An article's line, or one that waits, stands for this record."""
        self._db.execute("UPDATE records SET claimed = 1 WHERE id = ?", (record_id,))

    def dangling(self) -> Iterator[Known]:
        """Records that refer to one that is not there."""
        yield from self._select("r.refers IS NOT NULL AND first.id IS NULL")

    def astray(self) -> Iterator[Known]:
        """Revisits of what is no response, or of one with another payload, address or date than they say."""
        same = "first.digest IS r.digest AND first.uri IS r.first_uri AND first.date IS r.first_date"
        own = "r.uri IS first.uri AND rtrim(r.date, 'Z') >= rtrim(first.date, 'Z')"  # see warc.visit
        yield from self._select(f"r.type = 'revisit' AND NOT (first.type = 'response' AND {same} AND {own})")

    def parted(self) -> Iterator[Known]:
        """Requests whose response is in another file, or of another address or time."""
        other = "first.file != r.file OR first.uri IS NOT r.uri OR first.date IS NOT r.date"
        yield from self._select(f"r.type = 'request' AND first.id IS NOT NULL AND ({other})")

    def misled(self) -> Iterator[Known]:
        """Ledgers that tell of another page than was asked for."""
        yield from self._select("r.type = 'metadata' AND r.about IS NOT NULL AND first.about IS NOT r.about")

    def made(self) -> Iterator[tuple[Known, str]]:
        """Ledgers that say how their record was made, each with the SHA-256 of the page that it was made of."""
        for known in self._select("r.made IS NOT NULL AND first.payload IS NOT NULL"):
            first = self.get(known.refers or "")
            if first is not None and first.payload is not None:
                yield known, first.payload

    def unclaimed(self) -> Iterator[Known]:
        """Conversions that no line stands for."""
        yield from self._select("r.type = 'conversion' AND NOT r.claimed")

    def bury(self, record_id: str) -> None:
        """A tombstone stands for this record."""
        self._db.execute("INSERT OR IGNORE INTO purged VALUES (?)", (record_id,))

    def risen(self) -> Iterator[Known]:
        """Records that a tombstone stands for and that are there."""
        yield from self._select("r.id IN (SELECT id FROM purged)")

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
        columns = ", ".join(f"r.{name}" for name in _COLUMNS.split(", "))
        tables = "records AS r LEFT JOIN records AS first ON first.id = r.refers"
        sql = f"SELECT {columns} FROM {tables} WHERE {where} ORDER BY r.file, r.offset"  # noqa: S608 constants only
        for row in self._db.execute(sql):
            yield Known(*row)

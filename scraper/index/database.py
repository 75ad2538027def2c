"""The database under the index: its version, its transactions, and SQLite's errors in our own tree."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from scraper.errors import LimitError, LockedError, ScrapeError, VerificationError
from scraper.index.migrations import SCHEMA_VERSION, STEPS, prepare

NAME = "index.sqlite"

OLDER_SCHEMA, OTHER_SCHEMA = "old-schema", "index-schema"
"""Reasons of the errors for a database of an older version, which a writer upgrades, and of one that is not known."""

_Kind = TypeVar("_Kind")


class Database:
    """An open database. What is written becomes true at `commit`; reads on the same object see it before."""

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        self.path = path
        self.upgraded_from: int | None = None
        with self._guarded():
            self._db = _connect_readonly(path) if readonly else _connect(path)
            try:
                self._check_schema(readonly)
            except BaseException:
                self._db.close()
                raise

    def commit(self) -> None:
        """Acknowledge: when this returns, what was written is on the disk."""
        with self._guarded():
            if self._db.in_transaction:
                self._db.execute("COMMIT")

    def harden(self) -> None:
        """Make all that was found committed outlast a power cut, and all that was not be gone for good.

        After kill -9 what was committed last may stand in the system's memory alone; and a commit that failed may have
        left frames in the log that the next opening would take for good. One more commit syncs the first and, standing
        where they stood, breaks the chain of checksums of the second.
        """
        self._begin()
        with self._guarded():
            self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        self.commit()

    def checkpoint(self) -> None:
        """Bring all that is committed into the database file itself, so that it may be moved without its log.

        A LimitError where the disk has no room for it, or a reader holds the log.
        """
        with self._guarded():
            busy, waiting, moved = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy or waiting != moved:
            message = f"{self.path}: its log cannot be written back: make room, and end what reads this archive"
            raise LimitError(message, reason="disk-full")

    @property
    def under_way(self) -> bool:
        """Whether something is written and not committed; SQLite drops all of it where the disk fails it."""
        return self._db.in_transaction

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Undo what was written within, if it ends in an error."""
        self._begin()
        with self._guarded():
            self._db.execute("SAVEPOINT step")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:  # a full disk may have rolled it back already
                self._db.execute("ROLLBACK TO step")
                self._db.execute("RELEASE step")
            raise
        with self._guarded():
            self._db.execute("RELEASE step")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Reads within see one state of the database."""
        inner = self._db.in_transaction
        if not inner:
            self._read("BEGIN DEFERRED")
        try:
            yield
        finally:
            if not inner:
                self._read("COMMIT")

    def _reopen(self) -> None:
        """Open the file that has taken the place of the old one."""
        with self._guarded():
            self._db = _connect(self.path)

    def close(self) -> None:
        """Close; what was not committed is gone."""
        with self._guarded():
            self._db.close()

    def _begin(self) -> None:
        with self._guarded():
            if not self._db.in_transaction:
                self._db.execute("BEGIN IMMEDIATE")

    def _write(self, sql: str, values: tuple[Any, ...]) -> int:
        self._begin()
        with self._guarded():
            return self._db.execute(sql, values).lastrowid or 0

    def _read(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with self._guarded():
            return self._db.execute(sql, values).fetchall()

    def _checked(self, values: object, kind: type[_Kind]) -> _Kind:
        """What was read, as a struct whose types are checked: a flipped bit turns a number into a text."""
        try:
            return msgspec.convert(values, kind)
        except msgspec.ValidationError as error:
            raise damaged(self.path, error) from error

    def _check_schema(self, readonly: bool) -> None:
        """Take a new or older database to the present schema, or refuse it: a reader changes nothing."""
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version == SCHEMA_VERSION:
            return
        empty = self._db.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0] == 0
        is_older = version in range(1, SCHEMA_VERSION)
        if not readonly and (is_older or (version == 0 and empty)):
            prepare(self._db)
            steps = "".join(STEPS[version:])
            self._db.executescript(f"BEGIN IMMEDIATE; {steps} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
            self.upgraded_from = version or None
            return
        schema = f"{self.path}: schema {version}, this version knows {SCHEMA_VERSION}"
        if is_older:
            raise ScrapeError(f"{schema}: `scrape index` upgrades it", reason=OLDER_SCHEMA)
        message = f"{schema}: use the version that made it, or delete the file and let it be rebuilt"
        raise ScrapeError(message, reason=OTHER_SCHEMA)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _translated(error, self.path) from error
        except UnicodeDecodeError as error:  # of a message about a damaged schema
            raise damaged(self.path, error) from error


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=5.0, check_same_thread=False)
    db.text_factory = _text
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    return db


def _connect_readonly(path: Path) -> sqlite3.Connection:
    """A connection that writes nothing, beside a writer or on a disk that cannot be written."""
    uri = f"file:{quote(str(path))}?mode=ro"
    db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5.0, check_same_thread=False)
    try:
        db.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        # WAL wants to make its shared memory file; where it cannot, nobody writes, and the file may be read as it is.
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY) or not path.exists():
            raise
        db.close()
        db = sqlite3.connect(f"{uri}&immutable=1", uri=True, isolation_level=None, check_same_thread=False)
    db.text_factory = _text
    return db


def _text(data: bytes) -> str:
    """Damaged UTF-8 differs from what was written, and that is found; it need not raise."""
    return data.decode("utf-8", "replace")


def _translated(error: sqlite3.Error, path: Path) -> ScrapeError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary code
    if code == sqlite3.SQLITE_FULL:
        message = f"{path}: the disk is full: make room, then start again; nothing acknowledged is lost"
        return LimitError(message, reason="disk-full")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        message = f"{path}: cannot be written or opened ({error}): choose another directory or change its rights"
        return LimitError(message, reason="not-writable")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LockedError(f"{path}: another process is writing to it", reason="locked")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR):  # the last: a damaged schema
        return damaged(path, error)
    if code == sqlite3.SQLITE_IOERR:
        message = f"{path}: {error}: see to the disk and its limits, then start again; nothing acknowledged is lost"
        return LimitError(message, reason="disk-error")
    raise error


def damaged(path: Path, error: Exception) -> VerificationError:
    """The error for a database in which something else stands than was written."""
    message = f"{path}: the index is damaged ({error}): make it again with `scrape index`"
    return VerificationError(message, reason="damaged-index")

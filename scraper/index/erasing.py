"""Taking records out of the index, with everything in the database file that tells what they held."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from scraper.index.addresses import SOURCES
from scraper.index.database import Database
from scraper.sources import urls
from scraper.types import Record

EVERY_SOURCE = ""
"""The source of an entry of `seen` that holds for all of them; no source of the configuration has an empty name."""

_KEY = f"(source, key) IN ({SOURCES} SELECT name, ? FROM sources WHERE name IS NOT NULL)"  # noqa: S608 constants only
"""A key of any source, by a look-up for each; by the key alone all that was ever seen would be read."""


class Erased(Struct, frozen=True):
    """A record that goes: its running number, its id, and the title and text that its full text was made of, if any."""

    seq: int
    id: str
    title: str | None
    text: str | None


class Erasing(Database):
    """The part of the index that purging needs."""

    def erase(self, gone: Erased) -> None:
        """Take a record out, and its text's digest; addresses under which it was met stay, without their record.

        The full text is told what it holds, word by word, as the table keeps no text of its own (FTS5, section 4.4.3,
        contentless tables): another text than it was given would leave words behind.
        """
        if gone.text is not None:
            values = ("delete", gone.seq, gone.title, gone.text)
            self._write("INSERT INTO fulltext (fulltext, rowid, title, text) VALUES (?, ?, ?, ?)", values)
        self._write("DELETE FROM pending WHERE seq = ?", (gone.seq,))
        self._write("DELETE FROM kin WHERE seq = ?", (gone.seq,))  # the whole table is read for it
        for (url,) in self._read("SELECT url FROM records WHERE seq = ? AND url IS NOT NULL", (gone.seq,)):
            self._write("DELETE FROM addresses WHERE key = ?", (urls.key(url),))
        for (url,) in self._read("SELECT final_url FROM records WHERE seq = ? AND final_url IS NOT NULL", (gone.seq,)):
            self._write("DELETE FROM remembered WHERE host = ? AND article = ?", (urls.host(url), urls.key(url)))
        entry = "SELECT source, fetched_at, COALESCE(warc_id, id) FROM records WHERE seq = ?"
        self._write(f"DELETE FROM measures WHERE (source, at, capture) IN ({entry})", (gone.seq,))  # noqa: S608 constants only
        self._write("DELETE FROM records WHERE seq = ?", (gone.seq,))
        # The last one last: an address goes with all its versions.
        for table in ("followed", "looks", "moved", "versions"):
            keys = "SELECT key FROM versions WHERE record = ?"
            self._write(f"DELETE FROM {table} WHERE key IN ({keys})", (gone.id,))  # noqa: S608 constants only
        # Another article of the source may have the same text, and goes on to be met by it.
        same = "SELECT id FROM records AS r WHERE r.text_sha256 = substr(key, 8) AND r.source = seen.source"
        other = f"SET record = COALESCE(({same} AND r.verdict = 'article' ORDER BY seq DESC LIMIT 1), record)"
        self._write(f"UPDATE seen {other} WHERE record = ? AND key GLOB 'sha256:*'", (gone.id,))
        self._write("DELETE FROM seen WHERE record = ? AND key GLOB 'sha256:*'", (gone.id,))
        self._write("UPDATE seen SET record = '' WHERE record = ?", (gone.id,))

    def forget(self, keys: Iterable[str]) -> None:
        """Drop these keys where they have no record any more; one that ends in a blank stands for all that begin so."""
        for key in keys:
            if key.endswith(" "):
                self._write("DELETE FROM seen WHERE substr(key, 1, ?) = ? AND record = ''", (len(key), key))
            else:
                self._write(f"DELETE FROM seen WHERE {_KEY} AND record = ''", (key,))  # noqa: S608 constants only

    def validated(self) -> list[str]:
        """The keys that validators are kept for."""
        return [str(row[0]) for row in self._read("SELECT url FROM validators")]

    def forget_validators(self, key: str) -> None:
        """Drop the validators of a key: an ETag may be made from the content."""
        self._write("DELETE FROM validators WHERE url = ?", (key,))

    def forbid(self, key: str, tombstone: str) -> None:
        """Let an address count as seen by every source; `tombstone` is the id of the WARC record that says why."""
        values = (EVERY_SOURCE, key, tombstone)
        self._write("INSERT OR REPLACE INTO seen (source, key, record) VALUES (?, ?, ?)", values)

    @property
    def forbids(self) -> bool:
        """Whether any address is forbidden: to make a key of one takes ten times as long as to ask this."""
        return bool(self._read("SELECT EXISTS (SELECT 1 FROM seen WHERE source = ?)", (EVERY_SOURCE,))[0][0])

    def forbidden(self, key: str) -> str | None:
        """The id of the tombstone that forbids an address."""
        found = self._read("SELECT record FROM seen WHERE source = ? AND key = ?", (EVERY_SOURCE, key))
        return str(found[0][0]) if found else None

    def allow(self, key: str) -> None:
        """Let an address be new to every source that has no record of it."""
        self._write(f"DELETE FROM seen WHERE {_KEY} AND (record = '' OR source = ?)", (key, EVERY_SOURCE))  # noqa: S608 constants only

    def move_line(self, record_id: str, offset: int) -> None:
        """Say where a record's line stands in its file by now."""
        self._write("UPDATE records SET line_offset = ? WHERE id = ?", (offset, record_id))

    def add_fulltext(self, seq: int, record: Record) -> None:
        """Let an article be found by its words."""
        self._write("INSERT INTO fulltext (rowid, title, text) VALUES (?, ?, ?)", (seq, record.title, record.text))

    def empty_fulltext(self) -> None:
        """Take all words out of the full text."""
        self._write("INSERT INTO fulltext (fulltext) VALUES ('delete-all')", ())

    def merge_fulltext(self) -> None:
        """Write the full text anew: until then, words that were deleted stand in it with a mark on them."""
        self._write("INSERT INTO fulltext (fulltext) VALUES ('optimize')", ())

    def scrub(self) -> None:
        """Replace the database file by a copy that holds nothing but what is in it.

        Deleted rows stay in SQLite's free pages, and in the log. The copy is made beside (VACUUM would make it in a
        directory for temporary files, with less room perhaps), and the log is gone before it takes the place. A
        LimitError where a reader holds the log, or there is no room; nothing is lost by it.
        """
        self.checkpoint()
        fresh = self.path.with_name(f"{self.path.name}.new")
        _remove(fresh)
        with self._guarded():
            self._db.execute("VACUUM INTO ?", (str(fresh),))
            self._db.close()
        try:
            _sync(fresh)
            for suffix in ("-wal", "-shm"):  # an old log must not meet the new file
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
            os.replace(fresh, self.path)
            _sync(self.path.parent)
        finally:
            self._reopen()


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)

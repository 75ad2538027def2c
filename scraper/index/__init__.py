"""The index: what is known without opening a file. SQLite; it can be thrown away and rebuilt from WARC and JSONL.

Its commit is the acknowledgement: the WARC's good length and the article's line of JSONL become true in one step. The
line waits in `pending` until it stands in its file, at an offset that was fixed in the same commit, so writing it again
after a crash changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from scraper.index.addresses import Addresses
from scraper.index.counting import Counting
from scraper.index.database import NAME, OLDER_SCHEMA, OTHER_SCHEMA
from scraper.index.erasing import EVERY_SOURCE, Erased, Erasing
from scraper.index.kin import Kin
from scraper.index.looks import Edition, Followed, Happening, Looks
from scraper.index.measures import Measure, Measures
from scraper.index.memories import Memories
from scraper.index.met import claim, declared, keys, spelled
from scraper.index.migrations import SCHEMA_VERSION
from scraper.index.payloads import Payloads
from scraper.index.plans import Plan, Plans
from scraper.index.proving import Proving
from scraper.index.ranking import Ranking
from scraper.index.spending import Spending
from scraper.types import Note, Record, Verdict, WarcRef

__all__ = [
    "NAME",
    "OLDER_SCHEMA",
    "OTHER_SCHEMA",
    "SCHEMA_VERSION",
    "Edition",
    "Erased",
    "File",
    "Followed",
    "Happening",
    "Index",
    "Measure",
    "Pending",
    "Place",
    "Plan",
    "Row",
    "Run",
    "Snapshot",
    "Validators",
    "claim",
    "declared",
    "keys",
    "spelled",
]

_ROW = (
    "seq, id, source, url, final_url, canonical_url, fetched_at, published, language, version, family, verdict, title,"
    " text_sha256, word_count, warc_file, warc_offset, warc_length, warc_id, ledger_file, ledger_offset, ledger_length,"
    " ledger_id, line_file, line_offset, line_length"
)
_PLAIN = tuple(_ROW.split(", ")[:15])
_REF = ("file", "offset", "length", "record_id")
_LINE = ("file", "offset", "length")
_MAX_QUERY_TERMS = 32
_ARCHIVED = "warc_file, warc_offset, ledger_file, ledger_offset, id"  # as order.archived_at


class File(Struct, frozen=True, array_like=True):
    """A file of the archive: how many of its bytes are acknowledged, and for a WARC the sha256 of these."""

    name: str
    good_length: int
    sha256: str | None = None


class Place(Struct, frozen=True):
    """Where a line of JSONL lies: the file relative to the root, and bytes."""

    file: str
    offset: int
    length: int


class Row(Struct, frozen=True):
    """What the index knows of a record: `ledger` is its metadata record; `line` is None where it is no article."""

    seq: int
    id: str
    source: str
    url: str | None
    final_url: str | None
    canonical_url: str | None
    fetched_at: str | None
    published: str | None
    language: str | None
    version: int | None
    family: str | None
    verdict: Verdict
    title: str | None
    text_sha256: str
    word_count: int
    warc: WarcRef | None
    ledger: WarcRef | None
    line: Place | None


class Pending(Struct, frozen=True, array_like=True):
    """A line that is acknowledged and may not stand in its file yet."""

    seq: int
    file: str
    offset: int
    line: bytes


class Validators(Struct, frozen=True, array_like=True):
    """What a server gave for asking again whether something changed (RFC 9110 section 8.8)."""

    etag: str | None
    last_modified: str | None


class Run(Struct, frozen=True):
    """A source's last run; `ended_at` and `ok` are of the last one that ended."""

    source: str
    started_at: str
    ended_at: str | None
    ok: bool | None


class Snapshot(Struct, frozen=True):
    """What was acknowledged at one moment: the files by name, the last running number, the lines that wait, and by
    host and id the profiles that were frozen."""

    files: dict[str, File]
    last_seq: int
    pending: tuple[Pending, ...]
    memories: tuple[tuple[str, str], ...] = ()


class Index(Addresses, Counting, Erasing, Kin, Looks, Measures, Memories, Payloads, Plans, Proving, Ranking, Spending):
    """The open database. What is written becomes true at `commit`; reads on the same Index see it before.

    One thread at a time may call it. Errors of SQLite come as LimitError (full, not writable), LockedError or
    VerificationError (damaged); a schema that this version does not know is a ScrapeError.
    """

    def add(self, record: Record, place: Place | None, ledger: WarcRef | None) -> int:
        """Take in a record; its addresses, and an article's text digest, count as seen. Returns its running number."""
        values = (
            *(None, record.id, record.source, record.url, record.final_url, record.canonical_url, record.fetched_at),
            *(record.published, record.language, record.version, record.family, record.verdict.value, record.title),
            *(record.text_sha256, record.word_count),
            *_ref_values(record.warc),
            *_ref_values(ledger),
            *((place.file, place.offset, place.length) if place else (None,) * 3),
        )
        seq = self._write(f"INSERT INTO records ({_ROW}) VALUES ({', '.join('?' * len(values))})", values)  # noqa: S608 constants only
        for key in keys(record):
            self.see(record.source, key, record.id)
        self.follow(record)
        self.remember(record)
        if record.verdict is Verdict.ARTICLE:
            self.add_fulltext(seq, record)
        return seq

    def set_ledger(self, record_id: str, ledger: WarcRef) -> None:
        """Say where a record's ledger lies."""
        values = (*_ref_values(ledger), record_id)
        columns = "ledger_file = ?, ledger_offset = ?, ledger_length = ?, ledger_id = ?"
        self._write(f"UPDATE records SET {columns} WHERE id = ?", values)  # noqa: S608 constants only

    def get(self, record_id: str) -> Row | None:
        """The record with this id."""
        return next(self._rows("WHERE id = ?", (record_id,)), None)

    def beginning(self, start: str) -> list[Row]:
        """The records whose id, of hexadecimal digits, begins so."""
        return list(self._rows("WHERE id >= ? AND id < ? ORDER BY +seq", (start, f"{start}g")))

    def rows(self, after: int = 0, source: str | None = None) -> Iterator[Row]:
        """Every record with a running number above `after`, in order, of one source or of all."""
        if source is None:
            return self._rows("WHERE seq > ? ORDER BY seq", (after,))
        return self._rows("WHERE source = ? AND seq > ? ORDER BY seq", (source, after))

    def latest(self, limit: int, before: int | None = None) -> list[Row]:
        """The newest records, newest first, with running numbers below `before`."""
        return list(self._rows("WHERE seq < ? ORDER BY seq DESC LIMIT ?", (before or 1 << 62, limit)))

    def search(self, words: str, limit: int = 20) -> list[Row]:
        """Articles whose title or text has all the words, best first by the less frequent ones (see ranking.py).

        Words are taken literally.
        """
        terms = [word.replace('"', '""').replace("\0", "") for word in words.split()[:_MAX_QUERY_TERMS]]
        hits = self.ranked([f'"{term}"' for term in terms], limit) if terms else []
        return [row for hit in hits if (row := self.at(hit)) is not None]

    def with_text(self, text_sha256: str) -> list[Row]:
        """The records whose text has this digest."""
        return list(self._rows("WHERE text_sha256 = ? ORDER BY seq", (text_sha256,)))

    def at(self, seq: int) -> Row | None:
        """The record with this running number."""
        return next(self._rows("WHERE seq = ?", (seq,)), None)

    def family(self, family: str) -> list[Row]:
        """The records of a story family in the order in which they were archived."""
        return list(self._rows(f"WHERE family = ? ORDER BY {_ARCHIVED}", (family,)))

    def first_of(self, family: str) -> Row | None:
        """The first record of a story family that is there."""
        return next(self._rows(f"WHERE family = ? ORDER BY {_ARCHIVED} LIMIT 1", (family,)), None)

    def archived(self) -> Iterator[Row]:
        """Every record in the order in which they were archived, whatever running number they have."""
        return self._rows(f"ORDER BY {_ARCHIVED}", ())

    def is_latest(self, row: Row) -> bool:
        """Whether a record is the latest cleaning of its capture."""
        if row.warc is None:
            return True
        where = f"WHERE warc_id = ? ORDER BY {_ARCHIVED}"
        return [one.id for one in self._rows(where, (row.warc.record_id,))][-1] == row.id

    def last_seq(self) -> int:
        """The highest running number, 0 if there is none."""
        return self._checked(self._read("SELECT COALESCE(MAX(seq), 0) FROM records")[0][0], int)

    def seen(self, source: str, key: str) -> str | None:
        """The id of the record under which a source met this address or digest; of a tombstone, if it was purged."""
        found = self._read("SELECT record FROM seen WHERE source IN (?, ?) AND key = ?", (source, EVERY_SOURCE, key))
        return str(found[0][0]) if found else None

    def see(self, source: str, key: str, record_id: str) -> None:
        """Remember that a source met this address or digest; the last record wins."""
        self._write("INSERT OR REPLACE INTO seen (source, key, record) VALUES (?, ?, ?)", (source, key, record_id))

    def validators(self, source: str, url: str) -> Validators | None:
        """What a source may send along when it asks for this address again; what one has archived is new to another."""
        found = self._read("SELECT etag, last_modified FROM validators WHERE url = ?", (f"{source} {url}",))
        return self._checked(found[0], Validators) if found else None

    def take(self, note: Note) -> None:
        """Take in what was learned: a profile, what a look gave, that a key was met, an address's last validators."""
        if note.memory is not None:
            self.keep_memory(note.memory, note.at or "")
            return
        if note.look is not None:
            self.look(note.key, note.look)
            return
        if note.seen is not None:
            self.see(note.source, note.key, note.seen)
            self._meet(note)
            return
        values = (f"{note.source} {note.key}", note.etag, note.last_modified)
        self._write("INSERT OR REPLACE INTO validators (url, etag, last_modified) VALUES (?, ?, ?)", values)

    def _meet(self, note: Note) -> None:
        """An article was met under another address than those in its record."""
        row = self.get(note.seen) if note.seen and note.url else None
        if row is not None and row.url and note.url and note.seen:
            self.see(note.source, spelled(note.url), note.seen)
            self.learn(row.url, note.url)

    def fail(self, source: str, reason: str) -> None:
        """Count a failure by its slug."""
        upsert = "INSERT INTO failures VALUES (?, ?, 1) ON CONFLICT (source, reason) DO UPDATE SET count = count + 1"
        self._write(upsert, (source, reason))

    def failures(self) -> dict[tuple[str, str], int]:
        """How many failures there were by (source, reason)."""
        return {(source, reason): count for source, reason, count in self._read("SELECT * FROM failures")}

    def start_run(self, source: str, at: str) -> None:
        """A source's run began."""
        upsert = "INSERT INTO runs VALUES (?, ?, NULL, NULL) ON CONFLICT (source) DO UPDATE SET started_at = ?"
        self._write(upsert, (source, at, at))

    def end_run(self, source: str, at: str, *, ok: bool) -> None:
        """A source's run ended."""
        self._write("UPDATE runs SET ended_at = ?, ok = ? WHERE source = ?", (at, ok, source))

    def runs(self) -> dict[str, Run]:
        """The last run of each source."""
        found = self._read("SELECT source, started_at, ended_at, ok FROM runs")
        return {row[0]: Run(row[0], row[1], row[2], None if row[3] is None else bool(row[3])) for row in found}

    def file(self, name: str) -> File | None:
        """What is acknowledged of a file."""
        found = self._read("SELECT name, good_length, sha256 FROM files WHERE name = ?", (name,))
        return self._checked(found[0], File) if found else None

    def files(self) -> list[File]:
        """Every file that something is acknowledged of, by name."""
        found = self._read("SELECT name, good_length, sha256 FROM files ORDER BY name")
        return [self._checked(row, File) for row in found]

    def set_file(self, file: File) -> None:
        """Set a file's good length."""
        values = (file.name, file.good_length, file.sha256)
        self._write("INSERT OR REPLACE INTO files (name, good_length, sha256) VALUES (?, ?, ?)", values)

    def forget_file(self, name: str) -> None:
        """Drop a file that is no longer there."""
        self._write("DELETE FROM files WHERE name = ?", (name,))

    def snapshot(self) -> Snapshot:
        """The state at one moment, while another process may be writing."""
        with self.reading():
            files = {file.name: file for file in self.files()}
            return Snapshot(files, self.last_seq(), tuple(self.pending()), self.memory_names())

    def wait(self, pending: Pending) -> None:
        """Keep a line until it stands in its file."""
        values = (pending.seq, pending.file, pending.offset, pending.line)
        self._write("INSERT INTO pending (seq, file, offset, line) VALUES (?, ?, ?, ?)", values)

    def pending(self) -> list[Pending]:
        """The lines that wait, in the order of their numbers."""
        found = self._read("SELECT seq, file, offset, line FROM pending ORDER BY seq")
        return [self._checked(row, Pending) for row in found]

    def waiting(self, seq: int) -> bytes | None:
        """The line of the record with this number, if it waits."""
        found = self._read("SELECT line FROM pending WHERE seq = ?", (seq,))
        return self._checked(found[0][0], bytes) if found else None

    def settle(self, seq: int) -> None:
        """The lines up to this number stand in their files."""
        self._write("DELETE FROM pending WHERE seq <= ?", (seq,))

    def _rows(self, where: str, values: tuple[Any, ...]) -> Iterator[Row]:
        with self._guarded():
            for row in self._db.execute(f"SELECT {_ROW} FROM records {where}", values):  # noqa: S608 clauses of this file only
                fields = dict(zip(_PLAIN, row, strict=False))
                fields["warc"], fields["ledger"] = _group(_REF, row[15:19]), _group(_REF, row[19:23])
                fields["line"] = _group(_LINE, row[23:26])
                yield self._checked(fields, Row)


def _group(names: tuple[str, ...], values: tuple[Any, ...]) -> dict[str, Any] | None:
    return None if values[0] is None else dict(zip(names, values, strict=True))


def _ref_values(ref: WarcRef | None) -> tuple[str | int | None, ...]:
    return (None,) * 4 if ref is None else (ref.file, ref.offset, ref.length, ref.record_id)

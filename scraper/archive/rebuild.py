"""The index made again from WARC and JSONL alone, and from the WARC the lines of JSONL that are lost."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from scraper import layout, records, warc
from scraper.archive import disk, journal
from scraper.archive.families import Families
from scraper.archive.repair import TORN, clear_lines, finish, is_lost, open_files, repair, write_pending
from scraper.errors import ScrapeError, UnusableError
from scraper.index import NAME, OTHER_SCHEMA, File, Index, Pending, Place
from scraper.index.measuring import measure_of
from scraper.sources import urls
from scraper.types import Ledger, Note, Record, Verdict, WarcRef

_RAW = "CREATE TABLE raw (id TEXT PRIMARY KEY, offset INTEGER, length INTEGER, file TEXT, context TEXT, digest TEXT)"
_NO_TEXT = hashlib.sha256(b"").hexdigest()
_COMMIT_EVERY = 2000


def rebuild(root: Path, *, forget_lost: bool = False) -> tuple[str, ...]:
    """Make the index again from WARC and JSONL; a line for everything that was repaired or found amiss.

    WARC files that are gone, or shorter than the old index knew them, stay known as lost unless `forget_lost`. A
    LockedError while somebody writes to the archive; an UnusableError if there is no directory.
    """
    root = root.absolute()
    if not root.is_dir():
        raise UnusableError(f"{root}: no such directory", reason="not-found")
    with disk.guarded(root):
        disk.make_folders(root)
        lock = disk.Lock(root)
        try:
            return tuple(build(root, forget_lost=forget_lost))
        finally:
            lock.release()


def build(root: Path, *, forget_lost: bool = False) -> list[str]:
    """Rebuild the index of an archive whose lock is held; a line for everything that was repaired or found amiss.

    An article that the WARC holds whole and no line of JSONL stands for gets its line again, byte for byte. Files and
    addresses count as seen where a ledger says that they were cleaned, and what came of it is here, or where a note
    says so; notes have the validators too. What the files do not hold is gone: failure counts, runs. An index that a
    newer version made is left alone, a ScrapeError says so.
    """
    path = root / NAME
    notes, lost = _finish_files(root, path)
    fresh = root / f"{NAME}.new"
    _remove(fresh)
    index = Index(fresh)
    try:
        for file in layout.plain_files(root, layout.LINES):
            notes += _take_lines(root, file, index)
        with closing(sqlite3.connect("")) as raw:  # a private file of its own: a large archive has many records
            raw.execute(_RAW)
            reading = _Warcs(root, index, raw)
            for file in layout.plain_files(root, layout.WARCS):
                notes += reading.take(file)
        notes += reading.restored()
        for known in () if forget_lost else lost:
            index.set_file(known)
            way_out = "put it back, or let `scrape index --forget-lost` forget it"
            notes.append(f"{root / known.name}: something of it is gone, and `scrape verify` says so: {way_out}")
        _fill(root, index)
        index.commit()
        index.checkpoint()  # on a full disk this fails here, while the old index is still there
    finally:
        index.close()
    for suffix in ("-wal", "-shm"):  # an old write-ahead log must not meet the new index
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    fresh.replace(path)
    journal.done(root)
    return notes


def _fill(root: Path, index: Index) -> None:
    """Take in story families and measures, which come of the order in which everything was archived."""
    families = Families(root, index)
    for number, row in enumerate(index.archived()):
        if (measure := measure_of(row, families.take(row))) is not None:
            index.measure(measure)
        if number % _COMMIT_EVERY == 0:
            index.commit()


def _finish_files(root: Path, path: Path) -> tuple[list[str], list[File]]:
    """Let the old index say what was acknowledged, if it still can; without it, whatever is whole counts.

    With the notes come the WARC files of which something is gone, as the old index knew them.
    """
    notes: list[str] = []
    lost: list[File] = []
    if path.exists():
        try:
            with closing(Index(path)) as old:
                notes += journal.finish(root, old)
                notes += repair(root, old)
                lost = [file for file in old.files() if is_lost(root, file)]
        except ScrapeError as error:
            if error.reason == OTHER_SCHEMA:
                raise
            notes.append(f"the old index could not help: {error}")
    notes += journal.finish_files(root)
    for file in open_files(root):
        notes += finish(root, file, _complete(file), TORN)
    for file in layout.plain_files(root, layout.LINES):
        notes += clear_lines(root, file)
    return notes, lost


def _complete(path: Path) -> int:
    """The length up to which a WARC file holds whole records, and no article's ledger without its text behind it."""
    good, begun = 0, None
    for item in warc.read(path):
        if isinstance(item, warc.Damage) and item.torn:
            break
        is_half = isinstance(item, warc.Entry) and item.type == "metadata" and item.header(warc.LINE_DIGEST.lower())
        begun = item.offset if is_half else None
        good = item.offset + item.length
    return good if begun is None else begun


def _take_lines(root: Path, path: Path, index: Index) -> Iterator[str]:
    name = path.relative_to(root).as_posix()
    for number, line in enumerate(records.scan(path)):
        if isinstance(line, records.Damage):
            yield f"{path}: at {line.offset}: {line.reason}"
        elif index.get(line.record.id) is not None:
            yield f"{path}: at {line.offset}: record {line.record.id} stands here again"
        else:
            index.add(line.record, Place(name, line.offset, len(line.raw)), None)
        if number % _COMMIT_EVERY == 0:
            index.commit()
    index.set_file(File(name, path.stat().st_size))


class _Lost(Struct, frozen=True):
    """An article's ledger that no line of JSONL stands for; `proof` is the lost line's digest."""

    ledger: Ledger
    ref: WarcRef
    refers_to: str
    proof: str | None


class _Warcs:
    """The WARC files, one after the other: raw records, ledgers, and the texts of articles whose line is lost."""

    def __init__(self, root: Path, index: Index, raw: sqlite3.Connection) -> None:
        self._root, self._index, self._raw = root, index, raw
        self._lost: dict[str, _Lost] = {}
        self._restored: Counter[str] = Counter()

    def take(self, path: Path) -> list[str]:
        """Take in one file; a line for everything amiss."""
        notes: list[str] = []
        name = path.relative_to(self._root).as_posix()
        for number, entry in enumerate(warc.read(path)):
            if isinstance(entry, warc.Damage):
                notes.append(f"{path}: at {entry.offset}: {entry.reason}")
                continue
            ref = WarcRef(name, entry.offset, entry.length, entry.uri("warc-record-id") or "")
            warc.recall(entry, ref, self._index)
            if entry.type in ("response", "resource", "revisit"):
                digest = hashlib.sha256(entry.block).hexdigest() if entry.type == "resource" else None
                values = (ref.record_id, ref.offset, ref.length, ref.file, entry.header(warc.CONTEXT.lower()), digest)
                self._raw.execute("INSERT OR IGNORE INTO raw VALUES (?, ?, ?, ?, ?, ?)", values)
            elif entry.header(warc.NOTE.lower()) is not None:
                notes += self._take_note(entry, ref)
            elif entry.type == "metadata":
                notes += self._take_stone(entry, ref) if warc.is_tombstone(entry) else self._take_ledger(entry, ref)
            elif entry.type == "conversion" and (lost := self._lost.pop(ref.record_id, None)):
                notes += self._take_text(entry, lost)
            if number % _COMMIT_EVERY == 0:
                self._commit(notes)
        notes += [
            f"{_at(lost.ref)}: article {lost.ledger.record} has neither line nor text" for lost in self._lost.values()
        ]
        self._lost.clear()
        self._commit(notes)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self._index.set_file(File(name, path.stat().st_size, digest))
        return notes

    def restored(self) -> list[str]:
        """A line for each JSONL file that lines were lost of."""
        return [
            f"{self._root / name}: {count:,} lost lines were made again from the WARC"
            for name, count in sorted(self._restored.items())
        ]

    def _commit(self, notes: list[str]) -> None:
        self._index.settle(write_pending(self._root, self._index, notes))
        self._index.commit()

    def _take_stone(self, entry: warc.Entry, ref: WarcRef) -> Iterator[str]:
        """What was purged counts as seen by every source."""
        try:
            said = warc.tombstone(entry)
        except ValueError as error:
            yield f"{_at(ref)}: not a tombstone: {error}"
            return
        for key in said.keys if not said.again else ():
            self._index.forbid(key, ref.record_id)

    def _take_note(self, entry: warc.Entry, ref: WarcRef) -> Iterator[str]:
        try:
            self._index.take(msgspec.json.decode(entry.block, type=Note))
        except ValueError as error:
            yield f"{_at(ref)}: not a note: {error}"

    def _take_ledger(self, entry: warc.Entry, ref: WarcRef) -> Iterator[str]:
        try:
            ledger = msgspec.json.decode(entry.block, type=Ledger)
        except ValueError as error:
            yield f"{_at(ref)}: not a ledger: {error}"
            return
        refers_to = entry.uri("warc-refers-to") or ""
        if self._index.get(ledger.record) is not None:
            self._index.set_ledger(ledger.record, ref)
        elif ledger.verdict is Verdict.ARTICLE:
            proof = entry.header(warc.LINE_DIGEST.lower())
            self._lost[warc.conversion_id(ledger.record)] = _Lost(ledger, ref, refers_to, proof)
            return
        elif (record := ledger.line or self._without_text(ledger, refers_to)) is not None:
            self._index.add(record, None, ref)
        else:
            yield f"{_at(ref)}: a ledger of a record that is not there"
            return
        self._see(ledger, refers_to)

    def _take_text(self, entry: warc.Entry, lost: _Lost) -> Iterator[str]:
        """Make the line of an article again; it counts as seen only if it is the line that the ledger vouches for."""
        record = lost.ledger.line
        line = b""
        if record is not None:
            record = structs.replace(record, text=entry.block.decode("utf-8", "replace"))
            line = records.encode(record)
        if record is None or warc.digest(line) != lost.proof:
            yield f"{_at(lost.ref)}: the lost line of article {lost.ledger.record} cannot be made again: clean it again"
            return
        name = records.file_name(record)
        known = self._index.file(name)
        place = Place(name, known.good_length if known else 0, len(line))
        self._index.set_file(File(name, place.offset + place.length))
        seq = self._index.add(record, place, lost.ref)
        self._index.wait(Pending(seq, name, place.offset, line))
        self._restored[name] += 1
        self._see(lost.ledger, lost.refers_to)

    def _see(self, ledger: Ledger, refers_to: str) -> None:
        """Mark what a ledger is of as met by its source, by the key that the pipeline knows it by."""
        row = self._raw.execute("SELECT context, digest FROM raw WHERE id = ?", (refers_to,)).fetchone()
        context = warc.context(row[0]) if row else None
        if context is not None:
            usual = urls.key(context.link.url) if row[1] is None else f"file sha256:{row[1]}"
            self._index.see(context.link.source, ledger.key or usual, ledger.record)

    def _without_text(self, ledger: Ledger, refers_to: str) -> Record | None:
        """The record of a page that is no article, where its ledger is of an older version and has it not."""
        columns = "file, offset, length, id, context"
        row = self._raw.execute(f"SELECT {columns} FROM raw WHERE id = ?", (refers_to,)).fetchone()  # noqa: S608 constants only
        context = warc.context(row[4]) if row else None
        if context is None:
            return None
        return Record(
            id=ledger.record,
            source=context.link.source,
            url=context.link.url,
            final_url=context.final_url,
            fetched_at=context.fetched_at,
            found_by=context.link.found_by,
            verdict=ledger.verdict,
            text="",
            text_sha256=_NO_TEXT,
            word_count=0,
            warc=WarcRef(*row[:4]),
            cleaner=ledger.cleaner,
            rules=ledger.rules,
            profile=ledger.profile,
        )


def _at(ref: WarcRef) -> str:
    return f"{ref.file}: at {ref.offset}"


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)

"""An archive: WARC, JSONL and index as one thing, with the order of commits that loses and doubles nothing.

    store   raw bytes -> WARC, handed to the system before anyone interprets them
    add     ledger and text -> WARC; record -> index, in a transaction
    commit  WARC fdatasync -> index commit with the WARC's good length and the lines: the acknowledgement -> JSONL

What was acknowledged survives kill -9 and a power cut, once. What was not goes to quarantine at the next opening.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from msgspec import Struct

from scraper import records, warc
from scraper.archive import disk, journal
from scraper.archive.purge import Order, Purged
from scraper.archive.purge import purge as _purge
from scraper.archive.rebuild import build, rebuild
from scraper.archive.repair import repair, write_pending
from scraper.errors import LimitError, RefusedError, ScrapeError, UnusableError, VerificationError
from scraper.index import NAME, SCHEMA_VERSION, File, Index, Pending, Place
from scraper.types import Capture, Ledger, Note, Record, Verdict, WarcRef

__all__ = ["Archive", "Order", "Purged", "Settings", "View", "purge", "rebuild"]

_WARC_NAME = re.compile(r"warc/\d{4}/\d{2}/[\w.-]+\.warc\.gz", re.ASCII)


def _now() -> datetime:
    return datetime.now(UTC)


class Settings(Struct, frozen=True):
    """How an archive writes: a WARC file is closed at the first commit that finds it at `max_warc` bytes, or `max_age`
    seconds old."""

    max_warc: int = 1_000_000_000
    max_age: float = 86_400.0
    info: warc.Info = warc.Info()
    clock: Callable[[], datetime] = _now


class View:
    """An archive to read from, also while another process writes to it.

    An UnusableError if there is no index: nothing was archived here yet, or it must be rebuilt.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        if not (root / NAME).exists():
            raise UnusableError(f"{root}: no archive here, or no index: rebuild it", reason="no-index")
        self.index = Index(root / NAME, readonly=True)

    def read(self, ref: WarcRef) -> warc.Entry:
        """The WARC record of a reference, a revisit with its whole message; a VerificationError if it is not there."""
        entry = self._entry(ref)
        if entry.type != "revisit":
            return entry
        payload = self.index.payload(*warc.referred(entry))
        if payload is None:
            message = f"{self.root / ref.file}: at {ref.offset}: a revisit of what the index does not know: rebuild it"
            raise VerificationError(message, reason="bad-reference")
        return warc.restored(entry, self._entry(payload.ref))

    def _entry(self, ref: WarcRef) -> warc.Entry:
        if not _WARC_NAME.fullmatch(ref.file):
            raise VerificationError(f"{ref.file!r}: not a WARC file of this archive", reason="bad-reference")
        final = self.root / ref.file
        for path in (final, final.with_name(final.name + warc.OPEN), final):  # a writer may rename it meanwhile
            try:
                with disk.readable(path):
                    entry = warc.read_at(path, ref.offset)
            except FileNotFoundError:
                continue
            if entry.uri("warc-record-id") == ref.record_id:
                return entry
            raise VerificationError(f"{path}: at {ref.offset}: not {ref.record_id}", reason="bad-reference")
        raise VerificationError(f"{final}: the file is gone", reason="lost-warc")

    def capture(self, ref: WarcRef) -> Capture:
        """What was fetched, for cleaning it again: the last hop, with the context that was stored beside it."""
        return warc.capture(self.read(ref), source=str(self.root), at=ref.file)

    def record(self, record_id: str) -> Record | None:
        """An article's record as its line of JSONL holds it; None for an unknown id or a page that is no article."""
        row = self.index.get(record_id)
        if row is None or row.line is None:
            return None
        waiting = next((pending.line for pending in self.index.pending() if pending.seq == row.seq), None)
        if waiting is not None:
            return records.decode(waiting)
        path = self.root / row.line.file
        with disk.guarded(path), disk.readable(path):
            raw = records.read_at(path, row.line.offset, row.line.length)
        try:
            record = records.decode(raw)
        except ValueError as error:
            raise VerificationError(f"{path}: at {row.line.offset}: {error}", reason="damaged-line") from error
        if record.id != record_id:
            raise VerificationError(f"{path}: at {row.line.offset}: not record {record_id}", reason="bad-reference")
        return record

    def ledger(self, record_id: str) -> Ledger | None:
        """The reasons: what of the page was kept and removed, and why. None for an unknown id."""
        row = self.index.get(record_id)
        if row is None or row.ledger is None:
            return None
        try:
            return msgspec.json.decode(self.read(row.ledger).block, type=Ledger)
        except ValueError as error:
            message = f"{row.ledger.file}: at {row.ledger.offset}: not a ledger: {error}"
            raise VerificationError(message, reason="damaged-warc") from error

    def close(self) -> None:
        """Close the index."""
        self.index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class Archive(View):
    """An archive to write to; one process at a time, and one call at a time.

    Opening takes the lock (LockedError names the process that has it), makes the layout (LimitError if the directory
    cannot be written), rebuilds a missing index and repairs what a crash left: `repairs` has a line for each.
    """

    def __init__(self, root: Path, settings: Settings | None = None) -> None:
        self.root = root = root.absolute()
        self._settings = settings or Settings()
        self._writer: warc.Writer | None = None
        self._settled = 0
        self._broken = False
        with disk.guarded(root):
            disk.make_folders(root)
            self._lock = disk.Lock(root)
            try:
                notes = [] if (root / NAME).exists() else build(root)
                self.index = Index(root / NAME)
                notes += [self._upgraded()] if self.index.upgraded_from else []
                notes += journal.finish(root, self.index)
                notes += repair(root, self.index)
            except BaseException:
                self._lock.release()
                raise
        self.repairs: tuple[str, ...] = tuple(notes)

    def store(self, capture: Capture) -> WarcRef:
        """Put what was fetched into the WARC; when this returns, the end of this process cannot lose it.

        The reference is to the last hop's response, or the file's resource. A response with the payload of an earlier
        one of its address, and a 304, become a revisit of that. It is acknowledged by the next `commit`. A RefusedError
        if one of its addresses was purged.
        """
        for address in dict.fromkeys((capture.link.url, capture.final_url, *(hop.url for hop in capture.exchanges))):
            self.check_purged(address)
        if self._writer is not None and self._is_full(self._writer):
            self.commit()
        with self._step() as writer:
            return writer.write(capture, self.index)

    def note(self, note: Note, about: str, ref: WarcRef | None = None) -> None:
        """Keep what a source learned of an address, in the index and, should that be lost, in the WARC."""
        with self._step() as writer:
            writer.note(note, about, ref)
            self.index.take(note)

    def add(self, ref: WarcRef, record: Record, ledger: Ledger) -> bool:
        """Take in what was made of a stored capture; False, and nothing done, if a record with this id is here.

        `record.warc` becomes `ref`. Only an article gets a conversion record and a line of JSONL. A ScrapeError if a
        text cannot be written as UTF-8.
        """
        if ledger.record != record.id:
            raise ValueError(f"the ledger is of {ledger.record}, the record is {record.id}")
        if self.index.get(record.id) is not None:
            return False
        record = msgspec.structs.replace(record, warc=ref)
        line = records.encode(record)
        if hashlib.sha256(record.text.encode()).hexdigest() != record.text_sha256:
            raise ValueError(f"record {record.id}: text_sha256 is not of its text")
        with self._step() as writer:
            bare = msgspec.structs.replace(record, text="", kept=None, removed=None, trimmed=None)
            whole = msgspec.structs.replace(ledger, line=bare)
            if record.verdict is not Verdict.ARTICLE:
                self.index.add(record, None, writer.derive(record, whole, None))
                return True
            place = self._place(record, line)
            seq = self.index.add(record, place, writer.derive(record, whole, line))
            self.index.wait(Pending(seq, place.file, place.offset, line))
        return True

    def commit(self) -> None:
        """Acknowledge everything so far.

        After a LimitError the archive is to be closed and opened again, unless it came from the lines of JSONL: then
        all is acknowledged, and the next commit writes them.
        """
        self._check()
        writer = self._writer
        self._broken = True  # until the index has it: what failed halfway must not be added to
        with disk.guarded(self.root):
            if writer is not None:
                writer.sync()
                point = writer.point()
                self.index.set_file(File(writer.name, point.length, point.sha256))
            self.index.settle(self._settled)
            self.index.commit()
            self._broken = False
            self._settled = max(self._settled, write_pending(self.root, self.index, []))
            if writer is not None and self._is_full(writer):
                self._finish(writer)

    def is_purged(self, address: str) -> bool:
        """Whether this address was purged, and nobody allowed it again."""
        return self.index.forbidden(warc.mark(address)) is not None

    def check_purged(self, address: str) -> None:
        """A RefusedError if it was."""
        stone = self.index.forbidden(warc.mark(address))
        if stone is not None:
            message = f"{address}: was purged (see {stone}); `scrape purge {address} --allow-again` lets it come back"
            raise RefusedError(message, reason="purged")

    def close(self) -> None:
        """Commit, close the WARC file, release the lock. After an error that broke the archive, only the last."""
        try:
            if not self._broken:
                self.commit()
                self._close_files()
        finally:
            if self._writer is not None:
                self._writer.abandon()
                self._writer = None
            self._broken = True
            self.index.close()
            self._lock.release()

    def _close_files(self) -> None:
        with disk.guarded(self.root):
            if self._writer is not None:
                self._finish(self._writer)
            self.index.settle(self._settled)
            self.index.commit()

    def _is_full(self, writer: warc.Writer) -> bool:
        age = (self._settings.clock() - writer.began).total_seconds()
        return writer.length >= self._settings.max_warc or age >= self._settings.max_age

    def _upgraded(self) -> str:
        which = f"upgraded from schema {self.index.upgraded_from} to {SCHEMA_VERSION}"
        return f"{self.index.path}: {which}; `scrape index` also takes in what older versions did not know"

    def _finish(self, writer: warc.Writer) -> None:
        final = writer.close()
        self._writer = None
        disk.sync_folders(final, self.root)

    def _place(self, record: Record, line: bytes) -> Place:
        """Where the line will stand: behind all that is acknowledged of its file, or was placed since."""
        name = records.file_name(record)
        known = self.index.file(name)
        place = Place(name, known.good_length if known else 0, len(line))
        self.index.set_file(File(name, place.offset + place.length))
        return place

    @contextmanager
    def _step(self) -> Iterator[warc.Writer]:
        """All of what is written within, or nothing."""
        self._check()
        with disk.guarded(self.root):
            if self._writer is None:
                self._writer = warc.Writer(self.root, self._settings.clock, self._settings.info)
                disk.sync_folders(self._writer.path, self.root)
            writer = self._writer
            writer.point()
            self._broken = True
            try:
                with self.index.atomic():
                    yield writer
            except (OSError, ScrapeError, ValueError):
                writer.rewind()  # if this fails too, the archive stays broken
                self._broken = False
                raise
            self._broken = False

    def _check(self) -> None:
        if self._broken:
            message = f"{self.root}: an earlier error left this archive halfway: close it and open it again"
            raise LimitError(message, reason="archive-broken")


def purge(root: Path, order: Order) -> Purged:
    """Purge an address from an archive: see scraper.archive.purge.

    A LockedError while somebody writes to it. What an earlier crash left is repaired first.
    """
    with Archive(root) as archive:
        return _purge(archive.root, archive.index, order)

"""An archive: WARC, JSONL and index as one thing, with the order of commits that loses and doubles nothing.

    store   raw bytes -> WARC, handed to the system before anyone interprets them
    add     ledger and text -> WARC; record -> index, in a transaction
    commit  WARC fdatasync -> index commit with the WARC's good length and the lines: the acknowledgement -> JSONL

What was acknowledged survives kill -9 and a power cut, once. What was not goes to quarantine at the next opening.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from scraper import records, warc
from scraper.archive import disk, journal
from scraper.archive.families import Families
from scraper.archive.purge import Order, Purged
from scraper.archive.purge import purge as _purge
from scraper.archive.rebuild import build, rebuild
from scraper.archive.repair import repair, write_pending
from scraper.archive.view import View
from scraper.errors import LimitError, RefusedError, ScrapeError
from scraper.index import NAME, SCHEMA_VERSION, File, Index, Pending, Place
from scraper.index.measuring import measure_of
from scraper.types import Capture, Ledger, Note, Record, Verdict, WarcRef

__all__ = ["Archive", "Order", "Purged", "Settings", "View", "purge", "rebuild"]


def _now() -> datetime:
    return datetime.now(UTC)


class Settings(Struct, frozen=True):
    """How an archive writes: a WARC file is closed at the first commit that finds it at `max_warc` bytes, or `max_age`
    seconds old.

    Nothing new is taken in where fewer than `min_free` bytes of the disk are free, so that what was begun finds room.
    """

    max_warc: int = 1_000_000_000
    max_age: float = 86_400.0
    min_free: int = 0
    info: warc.Info = warc.Info()
    clock: Callable[[], datetime] = _now


class Archive(View):
    """An archive to write to; one process at a time, and one call at a time.

    Opening takes the lock (LockedError names the process that has it), makes the layout (LimitError if the directory
    cannot be written), rebuilds a missing index and repairs what a crash left: `repairs` has a line for each.

    A step that finds no room is taken back, and the archive is as it was before. After any other error of the disk,
    and after a commit that failed, nothing since the last acknowledgement is trusted: every call raises that error
    until `recover` has gone back to it, or the archive was closed and opened again.
    """

    def __init__(self, root: Path, settings: Settings | None = None) -> None:
        self.root = root = root.absolute()
        self._settings = settings or Settings()
        self._writer: warc.Writer | None = None
        self._settled = 0
        self._trouble: ScrapeError | None = None
        with disk.guarded(root):
            disk.make_folders(root)
            self._lock = disk.Lock(root)
            try:
                disk.check_room(root, self._settings.min_free)
                notes = [] if (root / NAME).exists() else build(root)
                self.index, more = _repaired(root)
            except BaseException:
                self._lock.release()
                raise
        self._families = Families(root, self.index)
        self.repairs: tuple[str, ...] = (*notes, *more)

    def check_room(self) -> None:
        """A LimitError where there is less room than `min_free`, or an error has left the archive halfway."""
        self._check()
        disk.check_room(self.root, self._settings.min_free)

    def store(self, capture: Capture) -> WarcRef:
        """Put what was fetched into the WARC; when this returns, the end of this process cannot lose it.

        The reference is to the last hop's response, or the file's resource. A response with the payload of an earlier
        one of its address, and a 304, become a revisit of that. It is acknowledged by the next `commit`. A RefusedError
        if one of its addresses was purged.
        """
        self.check_room()
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

    def related(self, record: Record) -> Record:
        """A record that is to be added, with its story family (see families.py); what is no article has none."""
        if record.family is not None and record.verdict is Verdict.ARTICLE:
            return record
        return msgspec.structs.replace(record, family=self._families.of(record))

    def add(self, ref: WarcRef, record: Record, ledger: Ledger) -> bool:
        """Take in what was made of a stored capture; False, and nothing done, if a record with this id is here.

        `record.warc` becomes `ref`, and an article without a family gets one. Only an article gets a conversion record
        and a line of JSONL. A ScrapeError if a text cannot be written as UTF-8.
        """
        if ledger.record != record.id:
            raise ValueError(f"the ledger is of {ledger.record}, the record is {record.id}")
        if self.index.get(record.id) is not None:
            return False
        record = msgspec.structs.replace(self.related(record), warc=ref)
        line = records.encode(record)
        if hashlib.sha256(record.text.encode()).hexdigest() != record.text_sha256:
            raise ValueError(f"record {record.id}: text_sha256 is not of its text")
        with self._step() as writer:
            bare = msgspec.structs.replace(record, text="", kept=None, removed=None, trimmed=None)
            whole = msgspec.structs.replace(ledger, line=bare)
            if record.verdict is Verdict.ARTICLE:
                place = self._place(record, line)
                seq = self.index.add(record, place, writer.derive(record, whole, line))
                self.index.wait(Pending(seq, place.file, place.offset, line))
                self._families.sign(seq, record.text)
            else:
                seq = self.index.add(record, None, writer.derive(record, whole, None))
            self._measure(seq, record)
        return True

    def _measure(self, seq: int, record: Record) -> None:
        row = self.index.at(seq)
        if row is not None and (measure := measure_of(row, record)) is not None:
            self.index.measure(measure)

    def commit(self) -> None:
        """Acknowledge everything so far.

        Where the lines of JSONL find no room, all is acknowledged all the same, and the next commit writes them.
        """
        self._check()
        writer = self._writer
        with self._halfway():
            if writer is not None:
                writer.sync()
                point = writer.point()
                self.index.set_file(File(writer.name, point.length, point.sha256))
            self.index.settle(self._settled)
            self.index.commit()
        with disk.guarded(self.root):
            if writer is not None:
                self._lock.bear_witness(writer.name, writer.length)
            self._settled = max(self._settled, write_pending(self.root, self.index, []))
            if writer is not None and self._is_full(writer):
                self._finish()

    def is_purged(self, address: str) -> bool:
        """Whether this address was purged, and nobody allowed it again."""
        return self._tombstone(address) is not None

    def check_purged(self, address: str) -> None:
        """A RefusedError if it was."""
        stone = self._tombstone(address)
        if stone is not None:
            message = f"{address}: was purged (see {stone}); `scrape purge {address} --allow-again` lets it come back"
            raise RefusedError(message, reason="purged")

    def _tombstone(self, address: str) -> str | None:
        return self.index.forbidden(warc.mark(address)) if self.index.forbids else None

    def recover(self) -> tuple[str, ...]:
        """Go on after an error of the disk, with the lock held all the time; a line for everything that was repaired.

        What is whole is acknowledged; where it cannot be trusted, the archive goes back to the last acknowledgement as
        a new opening would. Raises what that raises, and may be called again then.
        """
        self._lock.check()
        disk.check_room(self.root, self._settings.min_free)
        disk.probe(self.root)
        if self._trouble is None:
            self.commit()
            return ()
        self._abandon()
        with disk.guarded(self.root):
            self.index, notes = _repaired(self.root)
        self._families = Families(self.root, self.index)
        self._settled, self._trouble = 0, None
        return tuple(notes)

    def close(self) -> None:
        """Commit, close the WARC file, release the lock. After an error that broke the archive, only the last."""
        try:
            if self._trouble is None:
                self.commit()
                self._close_files()
        finally:
            self._trouble = self._trouble or _halfway(self.root)
            self._abandon()
            self._lock.release()

    def _close_files(self) -> None:
        with disk.guarded(self.root):
            self._finish()
            self.index.settle(self._settled)
            self.index.commit()

    def _is_full(self, writer: warc.Writer) -> bool:
        age = (self._settings.clock() - writer.began).total_seconds()
        return writer.length >= self._settings.max_warc or age >= self._settings.max_age

    def _abandon(self) -> None:
        """Let go of the files as they are; recovery finds them."""
        writer, self._writer = self._writer, None
        with suppress(OSError):
            if writer is not None:
                writer.abandon()
        with suppress(ScrapeError):
            self.index.close()

    def _finish(self) -> None:
        writer, self._writer = self._writer, None  # if it fails, the next opening gives the file its name
        if writer is not None:
            disk.sync_folders(writer.close(), self.root)

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
            writer = self._writer = self._writer or self._begun()
        with self._halfway():
            writer.point()
            try:
                with self.index.atomic():
                    yield writer
            except (OSError, ScrapeError, ValueError) as error:
                self._take_back(writer, error)
                raise

    def _begun(self) -> warc.Writer:
        writer = warc.Writer(self.root, self._settings.clock, self._settings.info)
        try:
            disk.sync_folders(writer.path, self.root)
        except OSError:
            writer.abandon()
            writer.path.unlink()
            raise
        return writer

    def _take_back(self, writer: warc.Writer, error: Exception) -> None:
        """Go back to where the step began, unless what stands before it cannot be trusted.

        A disk that failed may have lost that too, and SQLite may have dropped all that was not committed.
        """
        failed = not disk.is_full(error) if isinstance(error, OSError) else getattr(error, "reason", "") == "disk-error"
        if self.index.under_way and not failed:
            writer.rewind()
            self._trouble = None

    @contextmanager
    def _halfway(self) -> Iterator[None]:
        """What ends in an error within stays halfway, unless it was taken back: nothing is to be added to it."""
        self._trouble = _halfway(self.root)
        try:
            with disk.guarded(self.root):
                yield
        except ScrapeError as error:
            self._trouble = self._trouble and error
            raise
        self._trouble = None

    def _check(self) -> None:
        if (error := self._trouble) is not None:
            raise type(error)(str(error), reason=error.reason) from error


def _halfway(root: Path) -> LimitError:
    message = f"{root}: an earlier error left this archive halfway: close it and open it again"
    return LimitError(message, reason="archive-broken")


def _repaired(root: Path) -> tuple[Index, list[str]]:
    """The index of an archive whose lock is held, and what of its files was repaired."""
    index = Index(root / NAME)
    try:
        notes = []
        if index.upgraded_from:
            which = f"upgraded from schema {index.upgraded_from} to {SCHEMA_VERSION}"
            notes = [f"{index.path}: {which}; `scrape index` also takes in what older versions did not know"]
        notes += journal.finish(root, index)
        return index, notes + repair(root, index)
    except BaseException:
        index.close()
        raise


def purge(root: Path, order: Order, told: Callable[[str], object] = lambda repair: None) -> Purged:
    """Purge an address from an archive: see scraper.archive.purge.

    A LockedError while somebody writes to it. What an earlier crash left is repaired first, and `told` line by line.
    """
    with Archive(root) as archive:
        for repair in archive.repairs:
            told(repair)
        return _purge(archive.root, archive.index, order)

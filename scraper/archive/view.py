"""An archive to read from: records, reasons and raw bytes by their references, also beside a writer."""

from __future__ import annotations

import re
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from scraper import records, warc
from scraper.archive import disk
from scraper.errors import UnusableError, VerificationError
from scraper.index import NAME, Index
from scraper.types import Capture, Ledger, Record, WarcRef

_WARC_NAME = re.compile(r"warc/\d{4}/\d{2}/[\w.-]+\.warc\.gz", re.ASCII)


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

    def original(self, ref: WarcRef) -> str:
        """The id of the whole response that a reference leads to: its own, or that of the one it is a revisit of."""
        entry = self._entry(ref)
        return ref.record_id if entry.type != "revisit" else warc.referred(entry)[2]

    def capture(self, ref: WarcRef) -> Capture:
        """What was fetched, for cleaning it again: the last hop, with the context that was stored beside it."""
        return warc.capture(self.read(ref), source=str(self.root), at=ref.file)

    def record(self, record_id: str) -> Record | None:
        """An article's record as its line of JSONL holds it, with the addresses under which it was met since.

        Its story family is the index's where the line is of a version that knew none. None for an unknown id or a page
        that is no article.
        """
        record = line(self.root, self.index, record_id)
        if record is None:
            return None
        row = self.index.get(record_id) if record.family is None else None
        family = record.family if row is None else row.family
        return msgspec.structs.replace(record, other_urls=self.index.others(record), family=family)

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


def line(root: Path, index: Index, record_id: str) -> Record | None:
    """An article's record as its line of JSONL holds it, or the line that waits to be written; None if it has none."""
    row = index.get(record_id)
    if row is None or row.line is None:
        return None
    waiting = index.waiting(row.seq)
    if waiting is not None:
        return records.decode(waiting)
    path = root / row.line.file
    try:
        with disk.readable(path):
            raw = records.read_at(path, row.line.offset, row.line.length)
    except FileNotFoundError as error:  # the disk is well, so whoever waits for one must not wait for this
        message = f"{path}: the file is gone; `scrape index` makes its lines again from the WARC"
        raise VerificationError(message, reason="lost-record") from error
    try:
        record = records.decode(raw)
    except ValueError as error:
        raise VerificationError(f"{path}: at {row.line.offset}: {error}", reason="damaged-line") from error
    if record.id != record_id:
        raise VerificationError(f"{path}: at {row.line.offset}: not record {record_id}", reason="bad-reference")
    return record

"""A purge's journal: from when it is on the disk the purge is done, whatever happens, and before that nothing is.

    the files as they will be, beside the old ones  ->  the journal  ->  index  ->  files renamed  ->  index scrubbed
                                                                                             ->  no journal

The index comes before the files, since its full text must be told the words that go, and only the old line has them.
Each step can be done again, so opening an archive goes through all of them if there is a journal. Without one, files
that stand beside were never meant, and are taken away.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from scraper import layout, records
from scraper.archive import disk
from scraper.archive.families import Families
from scraper.errors import VerificationError
from scraper.index import Erased, File, Index, Place, Row

NAME = "purge.journal"
FRESH = ".purging"


class Copy(Struct, frozen=True):
    """A file as it will be: its length, 0 for one that goes; for a WARC file the sha256 that the index is to have."""

    name: str
    length: int
    sha256: str | None = None


class Journal(Struct, frozen=True, kw_only=True):
    """All that a purge changes: files, and what the index forgets and keeps out (see index.erasing).

    With `refill` the full text is made anew from the lines, as nobody can say which words of them it has.
    """

    url: str
    files: tuple[Copy, ...] = ()
    raw: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    validators: tuple[str, ...] = ()
    forbid: tuple[tuple[str, str], ...] = ()
    allow: tuple[str, ...] = ()
    refill: bool = False


def fresh(path: Path) -> Path:
    """Where the new form of a file is written; no name that is looked for in an archive ends so."""
    return path.with_name(f"{path.name.removesuffix('.gz').removesuffix('.warc').removesuffix('.jsonl')}{FRESH}")


def write(root: Path, journal: Journal) -> None:
    """Put the journal on the disk: the purge is decided."""
    path = root / NAME
    beside = path.with_name(f"{NAME}.new")
    with beside.open("wb") as file:
        file.write(msgspec.json.encode(journal))
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    disk.sync_folders(path, root)


def read(root: Path) -> Journal | None:
    """The journal of a purge that was cut off; a VerificationError if nobody can read it."""
    path = root / NAME
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Journal)
    except ValueError as error:
        message = f"{path}: not a purge's journal ({error}): delete it, run `scrape index`, and purge again"
        raise VerificationError(message, reason="damaged-journal") from error


def finish(root: Path, index: Index) -> list[str]:
    """Finish a purge that a crash cut off, before anybody looks at the files; a line for what was done."""
    journal = read(root)
    if journal is None:
        sweep(root)
        return []
    carry_out(root, index, journal)
    return [f"{root}: the purge of {journal.url} was cut off; it is finished"]


def finish_files(root: Path) -> list[str]:
    """The same where the index can be made from the files; the journal stays until it is."""
    journal = read(root)
    if journal is None:
        sweep(root)
        return []
    _replace(root, journal)
    return [f"{root}: the purge of {journal.url} was cut off; its files are in place"]


def carry_out(root: Path, index: Index, journal: Journal) -> None:
    """All steps behind the journal."""
    _tell(root, index, journal)
    _replace(root, journal)
    index.scrub()
    done(root)


def done(root: Path) -> None:
    """Take the journal away."""
    (root / NAME).unlink(missing_ok=True)
    disk.sync_folders(root / NAME, root)


def sweep(root: Path) -> None:
    """Take away what a purge left that never came to its journal."""
    (root / f"{NAME}.new").unlink(missing_ok=True)
    for pattern in (f"warc/*/*/*{FRESH}", f"articles/*/*/*{FRESH}", f"{disk.QUARANTINE}/*{FRESH}"):
        for path in root.glob(pattern):
            path.unlink()


def _tell(root: Path, index: Index, journal: Journal) -> None:
    """Change the index in one commit."""
    with index.atomic():
        stories = {row.family for name in journal.articles if (row := index.get(name)) is not None and row.family}
        for gone in _rows(root, index, journal):
            index.erase(gone)
        for family in sorted(stories):  # while the lines stand where the index has them
            Families(root, index).promote(family)
        for record_id in journal.raw:
            index.forget_payload(record_id)
        index.forget(journal.keys)
        for key, tombstone in journal.forbid:
            index.forbid(key, tombstone)
        for key in journal.allow:
            index.allow(key)
        for asked in journal.validators:
            index.forget_validators(asked)
        for copy in journal.files:
            if copy.name.startswith("articles/"):
                _move(root, index, copy)
            elif copy.sha256 is not None:
                index.set_file(File(copy.name, copy.length, copy.sha256))
        if journal.refill:
            _refill(root, index)
        index.merge_fulltext()
    index.commit()


def _rows(root: Path, index: Index, journal: Journal) -> Iterator[Erased]:
    """The records that go, and are still there, with the words that the full text has of them."""
    for record_id in journal.articles:
        row = index.get(record_id)
        if row is None:
            continue
        text = None
        if row.line is not None and not journal.refill:
            text = records.decode(line_of(root, row)).text
        yield Erased(row.seq, row.id, row.title, text)


def line_of(root: Path, row: Row) -> bytes:
    """The bytes at which the index has a record's line; none if it has none."""
    place = row.line
    return b"" if place is None else records.read_at(root / place.file, place.offset, place.length)


def _refill(root: Path, index: Index) -> None:
    index.empty_fulltext()
    for path in layout.plain_files(root, layout.LINES):
        name = path.relative_to(root).as_posix()
        now = fresh(path) if fresh(path).exists() else path
        for line in records.scan(now):
            if isinstance(line, records.Damage):
                continue
            row = index.get(line.record.id)
            if row is not None and row.line == Place(name, line.offset, len(line.raw)):
                index.add_fulltext(row.seq, line.record)


def _move(root: Path, index: Index, copy: Copy) -> None:
    """Where the lines of a file stand that has lost some."""
    if copy.length == 0:
        index.forget_file(copy.name)
        return
    path = fresh(root / copy.name)
    for line in records.scan(path if path.exists() else root / copy.name):
        if isinstance(line, records.Line):
            index.move_line(line.record.id, line.offset)
    index.set_file(File(copy.name, copy.length))


def _replace(root: Path, journal: Journal) -> None:
    """Put the new files in the place of the old."""
    for copy in journal.files:
        path = root / copy.name
        if copy.length == 0:
            path.unlink(missing_ok=True)
        elif fresh(path).exists():
            os.replace(fresh(path), path)
        disk.sync_folders(path, root)

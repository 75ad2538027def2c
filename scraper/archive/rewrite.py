"""The files of an archive without what is purged, each written beside the one that it is to replace."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from scraper import warc
from scraper.archive import disk
from scraper.archive.journal import Copy, fresh
from scraper.errors import VerificationError
from scraper.index import File

_CHUNK = 1 << 20


class Draft(Struct, frozen=True):
    """A tombstone as it will stand in a WARC file, and the room that it fills."""

    file: str
    offset: int
    length: int
    said: warc.Tombstone
    grave: warc.Grave


class _Sums:
    """The sha256 of the first bytes of a file, as many as the index has acknowledged."""

    def __init__(self, length: int) -> None:
        self._sha, self._left = hashlib.sha256(), length

    def take(self, data: bytes) -> None:
        """Go on with these bytes."""
        part = memoryview(data)[: self._left]
        self._sha.update(part)
        self._left -= len(part)

    @property
    def hex(self) -> str:
        """The sum, when all has been taken."""
        return self._sha.hexdigest()


def warc_file(root: Path, known: File | None, name: str, drafts: list[Draft]) -> Copy:
    """A WARC file with tombstones in the place of records; nothing else in it changes or moves.

    `known` is what the index has of it. If the file had another sha256 than that it was damaged, and the index keeps
    the old one, so that `scrape verify` goes on to say so.
    """
    path = root / name
    good = path.stat().st_size if known is None else known.good_length
    before, after = _Sums(good), _Sums(good)
    with path.open("rb") as old, fresh(path).open("wb") as new:
        for draft in drafts:
            for data in _pieces(old, draft.offset - old.tell()):
                before.take(data)
                _put(new, data, after)
            for data in _pieces(old, draft.length):
                before.take(data)
            _put(new, warc.bury(draft.said, draft.grave, draft.length), after)
        for data in _pieces(old, None):
            before.take(data)
            _put(new, data, after)
    _settle(path, root)
    for draft in drafts:
        _check(path, draft)
    return Copy(name, good, after.hex if known is not None and known.sha256 == before.hex else None)


def without(root: Path, name: str, places: Iterable[tuple[int, int]]) -> Copy:
    """Any other file without some stretches of it, by offset and length; nothing is written if nothing is left."""
    path = root / name
    length = 0
    with path.open("rb") as old, fresh(path).open("wb") as new:
        for offset, size in [*places, (None, 0)]:
            for data in _pieces(old, None if offset is None else offset - old.tell()):
                new.write(data)
                length += len(data)
            old.seek(size, os.SEEK_CUR)
    if length == 0:
        fresh(path).unlink()
    else:
        _settle(path, root)
    return Copy(name, length)


def _put(new: BinaryIO, data: bytes, sums: _Sums) -> None:
    new.write(data)
    sums.take(data)


def _pieces(file: BinaryIO, size: int | None) -> Iterator[bytes]:
    """The next `size` bytes, or all that are left."""
    while size is None or size > 0:
        data = file.read(_CHUNK if size is None else min(_CHUNK, size))
        if not data:
            return
        size = None if size is None else size - len(data)
        yield data


def _settle(path: Path, root: Path) -> None:
    """The new file is on the disk, with the rights of the old one."""
    beside = fresh(path)
    shutil.copymode(path, beside)
    with beside.open("rb") as file:
        os.fsync(file.fileno())
    disk.sync_folders(beside, root)


def _check(path: Path, draft: Draft) -> None:
    """What was just written reads back, before the old file goes."""
    entry = warc.read_at(fresh(path), draft.offset)
    if entry.length != draft.length or warc.tombstone(entry) != draft.said:
        raise VerificationError(f"{fresh(path)}: at {draft.offset}: not the tombstone that was written", reason="bug")

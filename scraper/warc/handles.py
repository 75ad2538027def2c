"""Handles of a WARC file: of one that is named, or of one that the caller has open."""

from __future__ import annotations

import io
import os
from typing import BinaryIO, cast

from scraper import store
from scraper.warc.pages import Opener


def opener(source: str | os.PathLike[str] | BinaryIO) -> tuple[Opener, str]:
    """What opens a file from where it stands, as often as it is called, and its name.

    A file that is already open is left open. One that cannot be gone back in can be opened once: then a revisit finds
    nothing, and reading ends at damage.
    """
    if isinstance(source, str | os.PathLike):
        name = os.fspath(source)
        return lambda: store.opened(name), name
    name = str(getattr(source, "name", "file"))
    if source.seekable():
        start = source.tell()
        return lambda: cast("BinaryIO", _Handle(source, start)), name
    handles = iter([cast("BinaryIO", _Handle(source, 0))])
    return lambda: next(handles, io.BytesIO()), name


class _Handle(io.RawIOBase):
    """One of several handles of a file, each with a place of its own."""

    def __init__(self, file: BinaryIO, start: int) -> None:
        super().__init__()
        self._file, self._start, self._at = file, start, 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        if self._file.seekable():
            self._file.seek(self._start + self._at)
        data = self._file.read(size) or b""
        self._at += len(data)
        return data

    def seekable(self) -> bool:
        """As the file."""
        return self._file.seekable()

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place, counted from where the file stood."""
        if whence:
            raise io.UnsupportedOperation("a handle counts from its front")
        self._at = offset
        return offset

    def tell(self) -> int:
        """The place."""
        return self._at

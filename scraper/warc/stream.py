"""The bytes of anybody's WARC file, whatever they are packed in, and where in the file their members begin.

Plain, gzip (a member a record, as the standard wants it; one for the whole file; blocks of bgzip) and zstd, with or
without a dictionary in front (https://iipc.github.io/warc-specifications/specifications/warc-zstd/). Every step is
bounded: about 1 MB is held, whatever the file says.
"""

from __future__ import annotations

import re
from collections import deque
from typing import BinaryIO, NamedTuple

from backports import zstd

from scraper.warc.packed import BROKEN, DICTIONARY, GZIP, SKIPPABLE, ZSTD, Decoder, Frame, Inflate, Raw, read_dictionary

_LONGEST = 4096
_AHEAD = 1 << 16  # bytes that one filling gathers at least, so that a head is not searched byte by byte
_CANDIDATES = 100_000  # places at which a lost reader tries to begin again: 1 s

_RECORD = (b"WARC/", b"filedesc:")


class DamagedError(Exception):
    """The file cannot be unpacked from the member at `offset` on."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset


class Boundary(NamedTuple):
    """Where a member begins: the count of unpacked bytes before it, and its place in the file."""

    position: int
    offset: int


class Stream:
    """Unpacked bytes, taken from the front; `position` counts them.

    `is_packed` says that the file is gzip or zstd. After a DamagedError `resume` goes on at the next member that begins
    with a record.
    """

    def __init__(self, file: BinaryIO, offset: int = 0, dictionary: zstd.ZstdDict | None = None) -> None:
        """Read `file` from its offset on; a `dictionary` is that of the file's front, where the offset is not 0."""
        self._raw = Raw(file)
        self.dictionary = dictionary
        self._member: Decoder | None = None
        self._ahead = b""
        self._at = 0
        self._filled = 0  # unpacked bytes in all
        self._boundaries: deque[Boundary] = deque()
        self._error: DamagedError | None = None
        self._is_over = False  # nothing behind the damage
        head = self._raw.peek(4)
        if head == DICTIONARY:
            try:
                self.dictionary = read_dictionary(self._raw)
            except ValueError as error:
                raise DamagedError(0, str(error)) from error
            head = self._raw.peek(4)
        self._packing = GZIP if head[:2] == GZIP else ZSTD if head == ZSTD or head in SKIPPABLE else b""
        if offset:
            self._raw.seek(offset)
        if not self.is_packed:
            self._boundaries.append(Boundary(0, self._raw.offset))

    @property
    def is_packed(self) -> bool:
        """Whether the file is gzip or zstd."""
        return bool(self._packing)

    @property
    def position(self) -> int:
        """How many unpacked bytes were taken."""
        return self._filled - len(self._ahead) + self._at

    @property
    def offset(self) -> int:
        """How much of the file was read."""
        return self._raw.offset

    def begins(self) -> Boundary | None:
        """The member that holds the next byte; None before the first."""
        while len(self._boundaries) > 1 and self._boundaries[1].position <= self.position:
            self._boundaries.popleft()
        return self._boundaries[0] if self._boundaries else None

    def peek(self, count: int) -> bytes:
        """The next bytes, at most `count`, which may not exceed some kilobytes; fewer at the end and before damage.

        A DamagedError where the damage is next.
        """
        while len(self._ahead) - self._at < count and self._error is None and self._fill():
            pass
        if self._error is not None and self._at == len(self._ahead):
            raise self._error
        return self._ahead[self._at : self._at + count]

    def some(self, count: int) -> bytes:
        """Take up to `count` bytes, of one member; b"" at the end of the file."""
        if self._at == len(self._ahead) and not self._fill():
            return b""
        self.begins()
        stop = self._at + count
        if len(self._boundaries) > 1:
            stop = min(stop, self._at + self._boundaries[1].position - self.position)
        piece = self._ahead[self._at : stop]
        self._at += len(piece)
        return piece

    def search(self, pattern: re.Pattern[bytes], limit: int) -> int:
        """How many bytes there are up to the end of a pattern's first match, in at most `limit` of them; -1 for none.

        No match may be longer than 4 kB.
        """
        start = 0
        while True:
            found = pattern.search(self._ahead, self._at + start, self._at + limit)
            if found:
                return found.end() - self._at
            start = max(len(self._ahead) - self._at - _LONGEST, 0)
            if len(self._ahead) - self._at >= limit or self._error is not None or not self._fill():
                return -1

    def exactly(self, count: int) -> bytes:
        """Take as many bytes, of several members if need be; fewer at the end of the file."""
        parts: list[bytes] = []
        while count > 0 and (piece := self.some(count)):
            parts.append(piece)
            count -= len(piece)
        return b"".join(parts)

    def confirm(self, offset: int) -> None:
        """Raise a DamagedError if the member there turned out to be damaged."""
        if self._error is not None and self._error.offset == offset:
            raise self._error

    def resume(self) -> bool:
        """After damage: go to the next member that begins with a record. False at the end of the file."""
        error, self._error = self._error, None
        if error is None:
            return True
        self._member = None
        at = error.offset + 1
        for _ in range(_CANDIDATES):
            if not self._raw.seek(at) or not self._raw.find(self._packing):
                break
            at = self._raw.offset
            if self._is_record():
                return self._raw.seek(at)
            at += 1
        self._is_over = True
        return False

    def _is_record(self) -> bool:
        decoder, data = self._decoder(), self._raw.take()
        try:
            return decoder.step(data).startswith(_RECORD)
        except BROKEN:
            return False

    def _fill(self) -> bool:
        """Have more bytes ahead; False at the end. Raises a DamagedError where there is nothing before the damage."""
        if self._error is not None:
            raise self._error
        parts, size = [self._ahead[self._at :]], 0
        try:
            while size < _AHEAD:
                piece = self._piece()
                if piece is None:
                    break
                parts.append(piece)
                size += len(piece)
                self._filled += len(piece)
        except DamagedError as error:
            self._error = error
            if not size and not parts[0]:
                raise
        self._ahead, self._at = b"".join(parts), 0
        return size > 0

    def _piece(self) -> bytes | None:
        """The next unpacked bytes, which may be none; None at the end of the file."""
        if not self._packing:
            return self._raw.take() or None
        if self._is_over:
            return None
        if self._member is None and not self._begin():
            return None
        assert self._member is not None  # noqa: S101 - as _begin says
        try:
            piece = self._member.step(b"")
            if not piece and not self._member.eof:
                data = self._raw.take()
                if not data:
                    raise DamagedError(self._boundaries[-1].offset, "the file ends within a record")
                piece = self._member.step(data)
        except BROKEN as error:
            raise DamagedError(self._boundaries[-1].offset, f"cannot be unpacked: {error}") from error
        if self._member.eof:
            self._raw.back(len(self._member.unused_data))
            self._member = None
            self._boundaries.append(Boundary(self._filled + len(piece), self._raw.offset))
        return piece

    def _begin(self) -> bool:
        """Begin a member; False at the end of the file."""
        head = self._raw.peek(4)
        start = Boundary(self._filled, self._raw.offset)
        if not head:
            return False
        if not self._boundaries or self._boundaries[-1] != start:
            if self._boundaries and self._boundaries[-1].position == start.position:
                self._boundaries.pop()  # an empty member, or what was damaged
            self._boundaries.append(start)
        known = head[:2] == GZIP[: len(head)] if self._packing == GZIP else head == ZSTD or head in SKIPPABLE
        if not known:
            raise DamagedError(start.offset, f"neither a record nor packed: {head!r}")
        self._member = self._decoder()
        return True

    def _decoder(self) -> Decoder:
        return Inflate() if self._packing == GZIP else Frame(self.dictionary)

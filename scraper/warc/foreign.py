"""Records out of anybody's WARC file, one after another, within bounds; what is damaged costs itself alone.

Where `read` is strict, as a proof has to be, this takes what other programs wrote: odd line ends, several records in a
member, a record in several members, a wrong Content-Length, a file that ends early.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from msgspec import Struct, structs

from scraper.errors import LimitError, ScrapeError
from scraper.warc import form
from scraper.warc.read import Entry
from scraper.warc.stream import Boundary, DamagedError, Stream

MAX_HOLES = 1000
"""Holes in a file after which the rest of it is given up."""

PEEK = 1 << 16
"""Bytes of a block by which it is decided whether the rest is wanted."""

_BLANK = re.compile(rb"\r?\n[ \t]{0,99}\r?\n")
_VERSION = re.compile(rb"WARC/\d{1,2}\.\d{1,2}[ \t]{0,9}\r?\n")
_NEXT = re.compile(rb"\nWARC/\d\.")
_SIZE = re.compile(r"\d{1,18}")


class Everything:
    """Wants every response, resource and revisit."""

    def by_head(self, entry: Entry) -> bool:
        """By its type."""
        return entry.type in ("response", "resource", "revisit")

    def by_block(self, entry: Entry, start: bytes) -> bool:
        """Any."""
        return True


class Wanted(Protocol):
    """Says which records are read: by their headers, and then by the first 64 kB of the block."""

    def by_head(self, entry: Entry) -> bool: ...

    def by_block(self, entry: Entry, start: bytes) -> bool: ...


class Hole(Struct, frozen=True):
    """A place in the file where no record could be read."""

    offset: int
    error: ScrapeError


def records(flow: Stream, wanted: Wanted) -> Iterator[Entry | Hole]:
    """The records of a file that are wanted, and its holes.

    An Entry's offset and length are those of its gzip member or zstd frame. Where records and members do not go
    together, the offset is that of the member in which the record begins, and the length 0.
    """
    reader = _Reader(flow, wanted)
    holes = 0
    while holes < MAX_HOLES:
        try:
            if not reader.to_next():
                return
            found = reader.record()
        except DamagedError as error:
            flow.resume()
            found = _hole(error.offset, str(error))
        holes += isinstance(found, Hole)
        if found is not None:
            yield found


class _Reader:
    """Takes records off a stream."""

    def __init__(self, flow: Stream, wanted: Wanted) -> None:
        self._flow = flow
        self._wanted = wanted
        self._in_members = False  # a record after the first began with a member

    def to_next(self) -> bool:
        """Go behind line ends; False at the end of the file."""
        flow = self._flow
        while head := flow.peek(PEEK):
            count = len(head) - len(head.lstrip(b"\r\n"))
            flow.exactly(count)
            if count < len(head):
                return True
        return False

    def record(self) -> Entry | Hole | None:
        """The record here, or the hole, which is passed; None for one that is not wanted."""
        flow = self._flow
        start, position = flow.begins() or Boundary(0, 0), flow.position
        alone = flow.is_packed and start.position == position
        self._in_members = self._in_members or (alone and position > 0)
        at = start.offset if flow.is_packed else position
        if not _VERSION.match(flow.peek(32)):
            return self._lost(at, f"no WARC record: {flow.peek(20)!r}")
        end = flow.search(_BLANK, form.MAX_HEAD)
        if end < 0:
            return self._lost(at, "a record without the end of its head")
        headers = _fields(flow.exactly(end))
        entry = Entry(_first(headers, "warc-type"), headers, at, 0, b"", plain=False)
        size = _first(headers, "content-length")
        if not _SIZE.fullmatch(size) or not entry.type:
            return self._lost(at, "a record without WARC-Type or Content-Length")
        block = self._block(entry, int(size))
        if not isinstance(block, bytes):
            return block
        self._to_end(start)
        length = self._length(start, position) if alone or not flow.is_packed else 0
        return structs.replace(entry, block=block, length=length)

    def _block(self, entry: Entry, length: int) -> bytes | Hole | None:
        """The block; a hole where it is cut off or too large, None where it is not wanted and was passed over."""
        taken: list[bytes] = []
        size = 0
        wanted, asked = self._wanted.by_head(entry), False
        for piece in self._pieces(length):
            size += len(piece)
            if not wanted or size > form.MAX_BLOCK:
                taken.clear()
                continue
            taken.append(piece)
            if not asked and (size >= PEEK or size == length):
                asked = True
                wanted = self._wanted.by_block(entry, b"".join(taken)[:PEEK])
        if size < length:
            return _hole(entry.offset, "shorter than its Content-Length")
        if wanted and size > form.MAX_BLOCK:
            return Hole(entry.offset, LimitError(f"larger than {form.MAX_BLOCK} bytes", reason="too-large"))
        return b"".join(taken) if wanted else None

    def _pieces(self, length: int) -> Iterator[bytes]:
        flow, left = self._flow, length
        while left and (piece := flow.some(left)):
            left -= len(piece)
            yield piece
            # A member that begins with a record ends the one before it, whatever its Content-Length says; but programs
            # like bgzip end members anywhere.
            at = flow.begins()
            if left and at is not None and at.position == flow.position and _VERSION.match(flow.peek(32)):
                return

    def _to_end(self, start: Boundary) -> None:
        """Go behind the line ends of a record, and have its member's checksum confirmed."""
        flow = self._flow
        try:
            head = flow.peek(4)
            flow.exactly(len(head) - len(head.lstrip(b"\r\n")))
            flow.peek(1)
        except DamagedError as error:
            if error.offset == start.offset:
                raise
        flow.confirm(start.offset)

    def _length(self, start: Boundary, position: int) -> int:
        flow = self._flow
        if not flow.is_packed:
            return flow.position - position
        end = flow.begins()
        return end.offset - start.offset if end is not None and end.position == flow.position else 0

    def _lost(self, at: int, reason: str) -> Hole:
        """A hole; go to where the next record may begin."""
        flow = self._flow
        if self._in_members:
            while flow.some(PEEK):
                member = flow.begins()
                if member is not None and member.position == flow.position and _VERSION.match(flow.peek(32)):
                    break
            return _hole(at, reason)
        while (found := flow.search(_NEXT, PEEK)) < 0 and len(flow.peek(PEEK)) == PEEK:
            flow.exactly(PEEK - 16)
        flow.exactly(PEEK if found < 0 else found - len(b"WARC/1."))
        return _hole(at, reason)


def _hole(offset: int, reason: str) -> Hole:
    return Hole(offset, ScrapeError(reason, reason="damaged-warc"))


def _fields(head: bytes) -> tuple[tuple[str, str], ...]:
    """The headers below the version; a line that begins with a blank goes on with the one before."""
    found: list[tuple[str, list[str]]] = []
    for line in head.decode("utf-8", "replace").split("\n")[1:]:
        if line[:1] in (" ", "\t"):
            if found and line.strip():
                found[-1][1].append(line.strip())
            continue
        name, colon, value = line.partition(":")
        if colon:
            found.append((name.strip(), [value.strip()]))
    return tuple((name, " ".join(values)) for name, values in found)


def _first(headers: tuple[tuple[str, str], ...], name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")

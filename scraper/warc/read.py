"""Reading our own WARC files: strictly, within bounds, and saying exactly where a file is torn or damaged.

warcio and FastWARC read past such places or stop without a word (`warcio check` ends with 0 on a torn file), which is
right for a crawl of others and wrong for a proof.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from scraper.errors import VerificationError
from scraper.warc import form

_CHUNK = 1 << 16
_VERSIONS = (b"WARC/1.1", b"WARC/1.0")
_MAX_MEMBER = form.MAX_BLOCK + form.MAX_HEAD + 4
_MAX_DAMAGE = 1000  # looking for the next member costs a read; a file with more holes is not worth more of them


class Entry(Struct, frozen=True):
    """One record: its headers in order, its block, and where its gzip member lies in the file.

    `plain` is False if the member's ten head bytes are not the ones that we write.
    """

    type: str
    headers: tuple[tuple[str, str], ...]
    offset: int
    length: int
    block: bytes
    plain: bool = True

    def header(self, name: str) -> str | None:
        """The first value of a header, by its name in lower case."""
        size = len(name)  # compared first: verification asks half a million times for 30,000 records
        for key, value in self.headers:
            if len(key) == size and key.lower() == name:
                return value
        return None

    def uri(self, name: str) -> str | None:
        """A header that holds a URI, without the angle brackets that WARC 1.0 puts around it."""
        value = self.header(name)
        return value if value is None else value.removeprefix("<").removesuffix(">")


class Damage(Struct, frozen=True):
    """Bytes that are no record, from `offset`, `length` long; `torn` if no whole member follows up to the end."""

    offset: int
    length: int
    reason: str
    torn: bool = False


def read(path: Path, stop: int | None = None) -> Iterator[Entry | Damage]:
    """Every record of a file up to `stop` (a length that is known to be good), and every stretch that is none.

    After damage, reading goes on at the next member that we can have written.
    """
    with path.open("rb") as file:
        end = file.seek(0, 2)
        end = end if stop is None else min(end, stop)
        members = _Members(file, 0, end)
        bad = 0
        while members.offset < end:
            offset = members.offset
            try:
                data, plain = members.next()
            except _BadMemberError as error:
                bad += 1
                members.skip() if bad < _MAX_DAMAGE else members.seek(end)
                yield Damage(offset, members.offset - offset, str(error), members.offset >= end)
                continue
            yield _entry(data, offset, members.offset - offset, plain)


def read_at(path: Path, offset: int) -> Entry:
    """The record at an offset; a VerificationError that names the file and the offset if there is none."""
    with path.open("rb") as file:
        end = file.seek(0, 2)
        members = _Members(file, offset, end)
        try:
            data, plain = members.next()
        except _BadMemberError as error:
            raise VerificationError(f"{path}: at {offset}: {error}", reason="damaged-warc") from error
        entry = _entry(data, offset, members.offset - offset, plain)
    if isinstance(entry, Damage):
        raise VerificationError(f"{path}: at {offset}: {entry.reason}", reason="damaged-warc")
    return entry


def whole(path: Path) -> int:
    """The length up to which a file is whole: where its torn last member begins, or its end."""
    last = None
    for item in read(path):
        last = item
    if isinstance(last, Damage) and last.torn:
        return last.offset
    return 0 if last is None else last.offset + last.length


class _BadMemberError(Exception):
    """Bytes that are no whole gzip member."""


class _Members:
    """The gzip members of a file, one after another, from `offset` on and not beyond `end`."""

    def __init__(self, file: BinaryIO, offset: int, end: int) -> None:
        self._file = file
        self._end = end
        self._ahead = b""
        self.seek(offset)

    def next(self) -> tuple[bytes, bool]:
        """The next member's data, and whether its head is the one that we write."""
        start = self.offset
        inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
        parts: list[bytes] = []
        size = 0
        self._fill(len(form.GZIP_HEAD))
        plain = self._ahead.startswith(form.GZIP_HEAD)
        while not inflate.eof:
            if not self._ahead and not self._fill(1):
                self.seek(start)
                raise _BadMemberError("the file ends within a record")
            taken = len(self._ahead)
            try:
                part = inflate.decompress(self._ahead, _MAX_MEMBER + 1 - size)
            except zlib.error as error:
                self.seek(start)
                raise _BadMemberError(f"not a gzip member: {error}") from error
            self._ahead = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
            self.offset += taken - len(self._ahead)
            parts.append(part)
            size += len(part)
            if size > _MAX_MEMBER:
                self.seek(start)
                raise _BadMemberError(f"a record larger than {_MAX_MEMBER} bytes")
        return b"".join(parts), plain

    def skip(self) -> None:
        """Go to the next place after this one where one of our members may begin, or to the end."""
        position = self.offset + 1
        self.seek(position)
        while self._fill(len(form.GZIP_HEAD)):
            found = self._ahead.find(form.GZIP_HEAD)
            if found >= 0:
                self.seek(self.offset + found)
                return
            self.seek(self.offset + max(len(self._ahead) - len(form.GZIP_HEAD) + 1, 1))
        self.seek(self._end)

    def seek(self, offset: int) -> None:
        """Go to an offset, whatever begins there."""
        self._file.seek(offset)
        self.offset = offset
        self._ahead = b""

    def _fill(self, wanted: int) -> bool:
        """Have at least `wanted` bytes ahead, if there are as many."""
        while len(self._ahead) < wanted:
            left = self._end - self.offset - len(self._ahead)
            data = self._file.read(min(_CHUNK, left)) if left > 0 else b""
            if not data:
                return False
            self._ahead += data
        return True


def _entry(data: bytes, offset: int, length: int, plain: bool) -> Entry | Damage:
    """A member's data as a record, every byte accounted for: version, headers, blank line, block, two line ends."""
    end = data.find(b"\r\n\r\n", 0, form.MAX_HEAD)
    if end < 0:
        return Damage(offset, length, "a record without the end of its head")
    version, *lines = data[:end].split(b"\r\n")
    if version not in _VERSIONS:
        return Damage(offset, length, f"not a WARC record: {version[:20]!r}")
    try:
        pairs = [line.decode().partition(":") for line in lines]
    except UnicodeDecodeError:
        return Damage(offset, length, "a record head that is not UTF-8")
    headers = tuple((name, value.strip(" \t")) for name, colon, value in pairs if colon)
    found = {name.lower(): value for name, value in headers}
    size = found.get("content-length", "")
    block = data[end + 4 : -4]
    if len(headers) < len(lines) or not size.isdecimal() or int(size) != len(block) or data[-4:] != b"\r\n\r\n":
        return Damage(offset, length, "a record whose Content-Length is not its length")
    if "warc-type" not in found or "warc-record-id" not in found:
        return Damage(offset, length, "a record without WARC-Type or WARC-Record-ID")
    return Entry(found["warc-type"], headers, offset, length, block, plain)

"""The records of an ARC file, WARC's forerunner (Internet Archive, ARC 1.0 and 1.1), as warcio reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]  # warcio ships no types
from warcio.bufferedreaders import DecompressingBufferedReader  # type: ignore[import-untyped]  # the same
from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]  # the same
from warcio.recordloader import ArcWarcRecord  # type: ignore[import-untyped]  # the same

from scraper.errors import LimitError, ScrapeError
from scraper.warc import form
from scraper.warc.foreign import PEEK, Hole, Wanted
from scraper.warc.read import Entry

_NAMES = {"uri": "WARC-Target-URI", "ip-address": "WARC-IP-Address", "archive-date": "WARC-Date"}


def records(file: BinaryIO, wanted: Wanted) -> Iterator[Entry | Hole]:
    """The records that are wanted, and the holes; the rest of a file is given up at damage to a head."""
    found = ArchiveIterator(file, no_record_parse=True)
    found.reader = reader = _BoundedReader(file)
    last: Entry | Hole | None = None
    try:
        for record in found:
            last = _entry(record, found.offset, wanted)
            if last is not None:
                yield last
            reader.budget = form.MAX_HEAD
        # A record that is torn in its block has said so already.
        if reader.torn and file.tell() and not isinstance(last, Hole):
            yield _hole(found.offset, "torn or damaged within a gzip member")
    except (ArchiveLoadFailed, ValueError) as error:
        yield _hole(found.offset, f"from there on: {' '.join(str(error).split())[:200]}")


class _BoundedReader(DecompressingBufferedReader):  # type: ignore[misc]  # warcio ships no types
    """warcio's reader with a budget for lines, as a head without an end would fill the memory, and an eye for tears."""

    budget = form.MAX_HEAD
    torn = False

    def close_decompressor(self) -> None:
        """warcio calls this at the end of the file, and says nothing of a member that has not ended by then."""
        self.torn = self.decompressor is not None and not self.decompressor.eof
        super().close_decompressor()

    def readline(self, length: int | None = None) -> bytes:
        limit = self.budget + 1 if length is None else min(length, self.budget + 1)
        line: bytes = super().readline(limit)
        self.budget -= len(line)
        if self.budget < 0:
            raise ArchiveLoadFailed(f"a record head larger than {form.MAX_HEAD} bytes")
        return line


def _entry(record: ArcWarcRecord, offset: int, wanted: Wanted) -> Entry | Hole | None:
    headers = tuple((_NAMES.get(name, str(name)), str(value)) for name, value in record.rec_headers.headers)
    entry = Entry(record.rec_type, headers, offset, 0, b"", plain=False)
    if not wanted.by_head(entry):
        return None
    block: bytes = record.raw_stream.read(form.MAX_BLOCK + 1)
    if not wanted.by_block(entry, block[:PEEK]):
        return None
    if len(block) > form.MAX_BLOCK:
        return Hole(offset, LimitError(f"larger than {form.MAX_BLOCK} bytes", reason="too-large"))
    # Not record.length: it is 0 where a head is torn within the number.
    length = record.rec_headers.get_header("length") or ""
    if not length.isdecimal() or len(block) < int(length):
        return _hole(offset, "shorter than its length, or without one")
    return Entry(entry.type, headers, offset, 0, block, plain=False)


def _hole(offset: int, reason: str) -> Hole:
    return Hole(offset, ScrapeError(reason, reason="damaged-warc"))

"""Where the responses of a file lie, so that a revisit further on finds the one that it refers to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from backports.zstd import ZstdDict
from msgspec import Struct

from scraper.warc.foreign import Everything, records
from scraper.warc.read import Entry
from scraper.warc.stream import DamagedError, Stream
from scraper.warc.visit import referred

MAX_KEYS = 600_000
"""Keys that are remembered of one file: about 70 MB, of 200,000 responses; one of 1 GB has some 50,000."""


class Originals:
    """Remembers the places of responses, by record id, by address and date, and by payload digest.

    Keys are hashes of 64 bits: whatever is found is looked at again before it counts.
    """

    def __init__(self, opener: Callable[[], BinaryIO]) -> None:
        """`opener` opens the file once more, when the first revisit wants it."""
        self._opener = opener
        self._file: BinaryIO | None = None
        self._places: dict[int, int] = {}

    def close(self) -> None:
        """Close what was opened."""
        if self._file is not None:
            self._file.close()

    def remember(self, entry: Entry) -> None:
        """Remember a response that a later revisit may refer to; one that is no member of its own cannot be found."""
        if entry.type != "response" or not entry.length:
            return
        for key in keys_of(entry):
            if len(self._places) < MAX_KEYS:
                self._places.setdefault(hash(key), entry.offset)

    def find(self, revisit: Entry, flow: Stream) -> Entry | None:
        """The response that a revisit refers to, read again from the file of `flow`."""
        for key in keys_wanted(revisit):
            offset = self._places.get(hash(key))
            if offset is None:
                continue
            self._file = self._file or self._opener()
            found = read_at(self._file, offset, flow.dictionary)
            if found is not None and is_original(found, revisit, key):
                return found
        return None


def read_at(file: BinaryIO, offset: int, dictionary: ZstdDict | None = None) -> Entry | None:
    """The record at an offset; None if there is none. A `dictionary` in the file's front is read if it is not given."""
    file.seek(0)
    try:
        found = next(records(Stream(file, offset, dictionary), Everything()), None)
    except DamagedError:
        return None
    return found if isinstance(found, Entry) else None


def is_original(found: Entry, revisit: Entry, key: Key) -> bool:
    """Whether a record is the response that a revisit refers to by this key."""
    return found.type == "response" and key in keys_of(found) and same_payload(found, revisit)


class Key(Struct, frozen=True):
    """What a response is known by: its id, its address and date, or its payload's digest."""

    by: str
    value: str
    date: str = ""


def keys_of(entry: Entry) -> Iterator[Key]:
    """What a response may be referred to by."""
    if record_id := entry.uri("warc-record-id"):
        yield Key("id", record_id)
    if uri := entry.uri("warc-target-uri"):
        yield Key("visit", uri, _second(entry.header("warc-date")))
    if digest := entry.header("warc-payload-digest"):
        yield Key("payload", digest)


def keys_wanted(revisit: Entry) -> Iterator[Key]:
    """What a revisit refers to, the surest first. Before WARC 1.1 it had the digest alone."""
    uri, date, record_id = referred(revisit)
    if record_id:
        yield Key("id", record_id)
    if uri and date:
        yield Key("visit", uri, _second(date))
    if digest := revisit.header("warc-payload-digest"):
        yield Key("payload", digest)


def _second(date: str | None) -> str:
    """A date without fractions of a second, which some writers leave out of one of the two places."""
    return (date or "").partition(".")[0].removesuffix("Z")


def same_payload(found: Entry, revisit: Entry) -> bool:
    """Whether the digests say so, or do not say: they may be missing, or of two kinds."""
    one, other = found.header("warc-payload-digest"), revisit.header("warc-payload-digest")
    if not one or not other or one.partition(":")[0].lower() != other.partition(":")[0].lower():
        return True
    return one.lower() == other.lower()

"""Tombstones: what stands in a WARC file where records were purged, byte for byte as long as they were.

So every other record keeps its offset. A tombstone is a metadata record of its own; it says when, why and by which
software it was set, and which records stood there. It holds no digest of what is gone: one of a text would tell whoever
has the text that it was here.

A gzip member of an exact length: where there is room, the record is stored (RFC 1951 section 3.2.4) and its block ends
in as many spaces as it takes, which JSON allows. Where there is little (the smallest record we write, an empty file,
takes 348 bytes), it is compressed, and blocks of deflate that hold nothing fill the rest: 5 to 7 bytes each.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

import msgspec
from msgspec import Struct, structs

from scraper.sources import urls
from scraper.warc import form
from scraper.warc.read import Entry

TOMBSTONE = "Scrape-Tombstone"
"""Extension field that makes a metadata record a tombstone: how many records stood there."""

_FRAME = len(form.GZIP_HEAD) + 8  # a member's bytes around its deflate stream
_STORED_MAX = 65_535
_STORED_HEAD = 5
_TRIES = 16

_Make = Callable[[int], bytes]


class Tombstone(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is said of purged records. `records` are their types and ids, `articles` the ids of the records of JSONL.

    `url` is the address that was purged and may not be archived again, unless `again`; nor may those in `also`.
    `reason`, `records` and `articles` are left out where there is no room for them.
    """

    purged_at: str
    by: str
    url: str
    also: tuple[str, ...] = ()
    again: bool = False
    reason: str | None = None
    records: tuple[tuple[str, str], ...] = ()
    articles: tuple[str, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """What its addresses are known by: the keys that sources ask for, and those that the WARC has."""
        return frozenset(key for address in (self.url, *self.also) for key in (urls.key(address), mark(address)))

    @property
    def forbids(self) -> tuple[str, ...]:
        """The addresses that may not be archived again."""
        return () if self.again else (self.url, *self.also)


class Grave(Struct, frozen=True):
    """Whose tombstone it is: the id of its own record, and how many records stood there."""

    record_id: str
    count: int


def mark(address: str) -> str:
    """What addresses are compared by: the key of one as the WARC spells it, with more of it percent-encoded."""
    return urls.key(form.target_uri(address))


def bury(said: Tombstone, grave: Grave, length: int) -> bytes:
    """The tombstone as a gzip member of exactly this length; a ValueError if it has no room."""

    def make(spaces: int) -> bytes:
        return _record(said, grave, spaces)

    data = _stored(make, length - _FRAME) or _compressed(make, length - _FRAME)
    if data is None:
        raise ValueError(f"{length} bytes hold no tombstone for {said.url}")
    return data


def fitting(whole: Tombstone, grave: Grave, length: int) -> Tombstone:
    """The tombstone with as much of its details as it has room for; a ValueError if there is none even for the rest."""
    for said in _shorter(whole):
        try:
            bury(said, grave, length)
        except ValueError:
            continue
        return said
    raise ValueError(f"{length} bytes hold no tombstone for {whole.url}")


def is_tombstone(entry: Entry) -> bool:
    """Whether a record says that it is one."""
    return entry.type == "metadata" and entry.header(TOMBSTONE.lower()) is not None


def tombstone(entry: Entry) -> Tombstone:
    """What a tombstone says; a ValueError if that cannot be read."""
    return msgspec.json.decode(entry.block, type=Tombstone)


def _shorter(whole: Tombstone) -> Iterator[Tombstone]:
    yield whole
    yield structs.replace(whole, records=())
    yield structs.replace(whole, records=(), articles=())
    yield structs.replace(whole, reason=None)
    yield structs.replace(whole, reason=None, records=(), articles=())


def _record(said: Tombstone, grave: Grave, spaces: int) -> bytes:
    headers = [
        ("WARC-Type", "metadata"),
        ("WARC-Record-ID", f"<{grave.record_id}>"),
        ("Content-Type", "application/json"),
        ("WARC-Date", said.purged_at),
        # A target of its own: under the page's address, indexers would take it for a capture of the page.
        ("WARC-Target-URI", f"urn:tombstone:{form.target_uri(said.url)}"),
        (TOMBSTONE, str(grave.count)),
    ]
    return form.plain(headers, msgspec.json.encode(said) + b" " * spaces)


def _stored(make: _Make, room: int) -> bytes | None:
    """The record stored in `room` bytes of deflate; None if it does not fit."""
    least = len(make(0))
    blocks = -(-room // (_STORED_MAX + _STORED_HEAD))
    for count in range(blocks, blocks + _TRIES):  # Content-Length's digits may skip the one number of spaces
        wanted = room - _STORED_HEAD * count
        if wanted < least:
            return None
        data = make(wanted - least)
        if len(data) > wanted:
            data = make(wanted - least - (len(data) - wanted))
        if len(data) == wanted:
            return b"".join((form.GZIP_HEAD, *_stored_blocks(data, count), form.gzip_tail(data)))
    return None


def _stored_blocks(data: bytes, count: int) -> Iterator[bytes]:
    for number in range(count):
        part = data[number * _STORED_MAX : (number + 1) * _STORED_MAX]
        size = len(part)
        yield bytes((number == count - 1,))  # BFINAL, and type 00
        yield size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little")
        yield part


def _compressed(make: _Make, room: int) -> bytes | None:
    """The record compressed, and filled up to `room` bytes; None if it does not fit."""
    for spaces in range(_TRIES):  # 1 to 4, 8 and 9 bytes cannot be filled: another space changes what is left
        data = make(spaces)
        deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = deflate.compress(data) + deflate.flush(zlib.Z_SYNC_FLUSH)
        if len(packed) > room + _TRIES:  # zlib packs what is longer a few bytes shorter at times, and no more
            return None
        filling = _filling(room - len(packed))
        if filling is not None:
            return b"".join((form.GZIP_HEAD, packed, filling, form.gzip_tail(data)))
    return None


def _filling(size: int) -> bytes | None:
    """So many bytes of deflate that hold nothing and end the stream; None for 1 to 4, 8 and 9.

    A unit is an empty stored block, behind none to two empty blocks of fixed codes (ten bits each, RFC 1951 section
    3.2.6): 5, 6 or 7 bytes.
    """
    units, more = divmod(size, 5)
    if size <= 0 or more > 2 * units:
        return None
    parts = []
    for number in range(units):
        fixed = min(more, 2)
        more -= fixed
        bits = sum(0b10 << 10 * place for place in range(fixed)) | (number == units - 1) << 10 * fixed
        parts.append(bits.to_bytes(1 + fixed, "little") + b"\x00\x00\xff\xff")
    return b"".join(parts)

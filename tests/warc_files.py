"""WARC files by hand, as many programs write them: records as bytes, and the ways in which they are packed."""

from __future__ import annotations

import gzip
import struct
import uuid
import zlib
from collections.abc import Callable, Sequence

from backports import zstd

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"


def record(kind: str, block: bytes, url: str = "https://news.example/1", **fields: str) -> bytes:
    """One record; a field's name has underscores for hyphens, and an empty value leaves a field out."""
    named = {
        "WARC-Type": kind,
        "WARC-Target-URI": url,
        "WARC-Date": "2026-11-21T12:00:00Z",
        "WARC-Record-ID": f"<{uuid.uuid5(uuid.NAMESPACE_URL, f'{kind} {url} {fields}').urn}>",
        "Content-Type": "text/html" if kind == "resource" else "application/http;msgtype=response",
        "Content-Length": str(len(block)),
    } | {name.replace("_", "-"): value for name, value in fields.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value)
    return b"WARC/1.1\r\n" + head.encode() + b"\r\n" + block + b"\r\n\r\n"


def response(number: int, body: bytes | None = None, head: bytes = OK, **fields: str) -> bytes:
    """A page of its own."""
    body = page(number) if body is None else body
    return record("response", head + body, url=f"https://news.example/{number}", **fields)


def page(number: int) -> bytes:
    return f"<html><body><p>The harbour of town {number} was rebuilt last year.</p></body></html>".encode()


def plain(records: Sequence[bytes]) -> bytes:
    return b"".join(records)


def gzip_members(records: Sequence[bytes]) -> bytes:
    return b"".join(gzip.compress(one, mtime=0) for one in records)


def gzip_whole(records: Sequence[bytes]) -> bytes:
    return gzip.compress(b"".join(records), mtime=0)


def bgzip(records: Sequence[bytes], size: int = 100) -> bytes:
    """Members that end anywhere, with bgzip's extra field."""
    data = b"".join(records)
    members = []
    for start in range(0, len(data), size):
        piece = data[start : start + size]
        deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        body = deflate.compress(piece) + deflate.flush()
        extra = b"BC" + struct.pack("<HH", 2, len(body) + 25)
        head = b"\x1f\x8b\x08\x04" + bytes(4) + b"\0\xff" + struct.pack("<H", len(extra)) + extra
        members.append(head + body + struct.pack("<II", zlib.crc32(piece), len(piece)))
    return b"".join(members)


def zstd_frames(records: Sequence[bytes]) -> bytes:
    return b"".join(map(zstd.compress, records))


def zstd_whole(records: Sequence[bytes]) -> bytes:
    return zstd.compress(b"".join(records))


def zstd_dictionary(records: Sequence[bytes], packed: bool = True) -> bytes:
    """As the specification has it: the dictionary in a skippable frame in front, which may be compressed."""
    samples = [response(number, page(number) * (number % 7 + 1)) for number in range(300)]
    trained = zstd.train_dict(samples, 2000)
    content = zstd.compress(trained.dict_content) if packed else trained.dict_content
    front = struct.pack("<II", 0x184D2A5D, len(content)) + content
    return front + b"".join(zstd.compress(one, zstd_dict=trained) for one in records)


def zstd_dictionary_plain(records: Sequence[bytes]) -> bytes:
    return zstd_dictionary(records, packed=False)


Packing = Callable[[Sequence[bytes]], bytes]

PACKINGS: tuple[Callable[[Sequence[bytes]], bytes], ...] = (
    plain,
    gzip_members,
    gzip_whole,
    bgzip,
    zstd_frames,
    zstd_whole,
    zstd_dictionary,
    zstd_dictionary_plain,
)
SEEKABLE = (plain, gzip_members, zstd_frames, zstd_dictionary, zstd_dictionary_plain)
"""Where a record can be found again by its offset."""

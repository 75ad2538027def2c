"""Content codings undone in bounded steps: gzip, deflate, brotli and zstd. Pure.

A brotli body of 421 bytes can hold 268 MB; so no decoder here is ever asked for more than one step at a time, and the
sum of the steps is bounded in each layer. Layers are undone piece by piece through each other, so that only the last
one's output is ever held whole. The brotli package bounds its steps from 1.2 on.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

import brotli  # type: ignore[import-untyped]  # the package has neither stubs nor py.typed
from backports import zstd

from scraper.errors import LimitError, ScrapeError

ACCEPTED = "gzip, br, deflate"
"""What the Accept-Encoding header promises: what those who read our WARC files with other tools can undo too."""

ZSTD = f"{ACCEPTED}, zstd"
"""The same where zstd is asked for as well: warcio 1.8, FastWARC 2.0 and pywb 2.9 hand it on as it is."""

CUT = "closed-early"
"""Reason of the error for a body that ends before its coding does: the same as where the connection says so."""

MAX_CODINGS = 3
"""Layers of codings that are undone; a server that is not out to hurt uses one."""

_STEP = 64 * 1024
_FEED = 8 * 1024  # zlib hands back what it did not consume as a copy: small slices keep that from being quadratic
_MAX_MEMBERS = 4096  # a member of 20 bytes costs as much to begin as one of 20 kB
_GZIP_MAGIC = frozenset(b"\x1f")
_ZSTD_MAGIC = frozenset(b"\x28PQRSTUVWXYZ[\\]^_")  # a frame's first byte, or a skippable frame's: RFC 8878 section 3.1
_ZSTD_WINDOW = 23  # 8 MB, which nobody may exceed who uses zstd as a content coding: RFC 9659

_Pieces = Iterator[bytes]
_Decoder = Callable[[_Pieces], _Pieces]


def decode(body: bytes, content_encoding: str | None, limit: int) -> bytes:
    """Undo the codings that a Content-Encoding value names, last first, to at most `limit` bytes.

    Raises LimitError ("decoded-too-large", "too-many-codings"), and ScrapeError: "closed-early" for a body that ends
    before its coding does, which would pass for a whole page, "bad-encoding" for an unknown coding or corrupt data. RFC
    9110 section 8.4.
    """
    codings = _codings(content_encoding)
    if not codings:
        return body
    return b"".join(_undone(body, codings, limit))


def prefix(body: bytes, content_encoding: str | None, limit: int) -> bytes:
    """The first `limit` decoded bytes, for readers that want no more (robots.txt), or what a cut body holds of them.

    Raises as `decode`, but for what comes after the first `limit` bytes.
    """
    codings = _codings(content_encoding)
    taken = bytearray() if codings else bytearray(body[:limit])
    try:
        # A layer below the last may well be longer than what is wanted of the last.
        for piece in _undone(body, codings, limit + 1024 * _STEP) if codings else ():
            taken += piece
            if len(taken) >= limit:
                break
    except ScrapeError as error:
        if error.reason != CUT:
            raise
    return bytes(taken[:limit])


def _codings(content_encoding: str | None) -> list[str]:
    names = (name.strip().lower() for name in (content_encoding or "").split(","))
    return [name for name in names if name not in ("", "identity")]


def _undone(body: bytes, codings: list[str], limit: int) -> _Pieces:
    if len(codings) > MAX_CODINGS:
        raise LimitError(f"{len(codings)} content codings on top of each other", reason="too-many-codings")
    pieces: _Pieces = (body[start : start + _FEED] for start in range(0, len(body), _FEED))
    for coding in reversed(codings):
        if coding not in _DECODERS:
            raise ScrapeError(f"content coding {coding[:40]!r} was not asked for", reason="bad-encoding")
        pieces = _layer(_DECODERS[coding], pieces, limit)
    return pieces


def _layer(decoder: _Decoder, pieces: _Pieces, limit: int) -> _Pieces:
    """One coding undone: within its bounds, and with its errors in the tree."""
    count = 0
    try:
        for piece in decoder(pieces):
            count += len(piece)
            if count > limit:
                raise LimitError(f"the body decodes to more than {limit} bytes", reason="decoded-too-large")
            yield piece
    except (zlib.error, brotli.error, zstd.ZstdError) as error:
        raise ScrapeError(f"the body is not what its Content-Encoding says: {error}", reason="bad-encoding") from error


def _inflate(pieces: _Pieces, wbits: int) -> _Pieces:
    """Every member of a zlib or gzip stream; bytes that cannot begin a further member are padding and are dropped."""
    stream = zlib.decompressobj(wbits)
    members = _Members("gzip")
    begun = False
    for piece in pieces:
        data = piece
        while data:
            begun = True
            if stream.eof:
                if data[0] not in _GZIP_MAGIC:
                    return
                members.next()
                stream = zlib.decompressobj(wbits)
            yield stream.decompress(data, _STEP)
            data = stream.unused_data if stream.eof else stream.unconsumed_tail
    if begun and not stream.eof:
        yield stream.flush()  # all input is consumed, so this is what is left of one match: under 258 bytes
        raise _cut("deflate" if wbits < 0 else "gzip or zlib")


class _Members:
    """How many members, or frames, a body has had; too many of them are an attack."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 1

    def next(self) -> None:
        """Count one more; raises ScrapeError ("bad-encoding") where that is too much."""
        self._count += 1
        if self._count > _MAX_MEMBERS:
            raise ScrapeError(f"more than {_MAX_MEMBERS} {self._name} members in one body", reason="bad-encoding")


def _cut(name: str) -> ScrapeError:
    return ScrapeError(f"the body ends in the middle of its {name} stream; it was cut off", reason=CUT)


def _gzip(pieces: _Pieces) -> _Pieces:
    return _inflate(pieces, 16 + zlib.MAX_WBITS)


def _deflate(pieces: _Pieces) -> _Pieces:
    """zlib's format, as RFC 9110 section 8.4.1.2 says, or a bare deflate stream, as some servers send."""
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= 2:
            break
    zlib_head = len(head) >= 2 and head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
    return _inflate(_chained(head, pieces), zlib.MAX_WBITS if zlib_head else -zlib.MAX_WBITS)


def _chained(head: bytes, pieces: _Pieces) -> _Pieces:
    if head:
        yield head
    yield from pieces


def _brotli(pieces: _Pieces) -> _Pieces:
    stream = brotli.Decompressor()
    begun = produced = False
    for piece in pieces:
        begun = begun or bool(piece)
        out = stream.process(piece, output_buffer_limit=_STEP)
        while out:
            produced = True
            yield out
            out = b"" if stream.is_finished() else stream.process(b"", output_buffer_limit=_STEP)
        if stream.is_finished():
            return
    if begun and not produced:
        raise ScrapeError("the body is cut off, or is not brotli as its Content-Encoding says", reason="bad-encoding")
    if begun:
        raise _cut("brotli")


def _zstd(pieces: _Pieces) -> _Pieces:
    """Every frame; bytes that cannot begin a further one are padding and are dropped."""
    bounds: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW}
    stream = zstd.ZstdDecompressor(options=bounds)
    frames = _Members("zstd")
    begun = False
    for piece in pieces:
        data = piece
        while data or not (stream.eof or stream.needs_input):
            begun = True
            if stream.eof:
                if data[0] not in _ZSTD_MAGIC:
                    return
                frames.next()
                stream = zstd.ZstdDecompressor(options=bounds)
            yield stream.decompress(data, max_length=_STEP)
            data = stream.unused_data if stream.eof else b""
    if begun and not stream.eof:
        raise _cut("zstd")


_DECODERS: dict[str, _Decoder] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}

"""Content codings undone in bounded steps: gzip, deflate and brotli. Pure.

A brotli body of 421 bytes can hold 268 MB; so no decoder here is ever asked for more than one step at a time, and the
sum of the steps is bounded. The brotli package bounds its steps from 1.2 on.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

import brotli  # type: ignore[import-untyped]  # the package has neither stubs nor py.typed

from scraper.errors import LimitError, ScrapeError

ACCEPTED = "gzip, br, deflate"
"""What the Accept-Encoding header may promise."""

CUT = "closed-early"
"""Reason of the error for a body that ends before its coding does: the same as where the connection says so."""

_STEP = 64 * 1024
_FEED = 8 * 1024  # zlib hands back what it did not consume as a copy: small slices keep that from being quadratic
_MAX_CODINGS = 3
_MAX_MEMBERS = 4096  # a member of 20 bytes costs as much to begin as one of 20 kB
_GZIP_MAGIC = b"\x1f"

_Decoder = Callable[[bytes], Iterator[bytes]]


def decode(body: bytes, content_encoding: str | None, limit: int) -> bytes:
    """Undo the codings that a Content-Encoding value names, last first, to at most `limit` bytes.

    Raises LimitError ("decoded-too-large"), and ScrapeError: "closed-early" for a body that ends before its coding
    does, which would pass for a whole page, "bad-encoding" for an unknown coding or corrupt data. RFC 9110 section 8.4.
    """
    codings = _codings(content_encoding)
    if len(codings) > _MAX_CODINGS:
        raise ScrapeError(f"{len(codings)} content codings on top of each other", reason="bad-encoding")
    for coding in reversed(codings):
        if coding not in _DECODERS:
            raise ScrapeError(f"content coding {coding[:40]!r} was not asked for", reason="bad-encoding")
        body = _bounded(_DECODERS[coding], body, limit)
    return body


def prefix(body: bytes, content_encoding: str | None, limit: int) -> bytes:
    """The first `limit` decoded bytes, for readers that want no more (robots.txt), or what a cut body holds of them.

    Raises ScrapeError ("bad-encoding") as `decode`.
    """
    codings = _codings(content_encoding)
    if not codings:
        return body[:limit]
    if len(codings) > 1 or codings[0] not in _DECODERS:
        raise ScrapeError(f"content coding {content_encoding!r:.60} was not asked for", reason="bad-encoding")
    taken = bytearray()
    try:
        for piece in _pieces(_DECODERS[codings[0]], body):
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


def _bounded(decoder: _Decoder, body: bytes, limit: int) -> bytes:
    taken = bytearray()
    for piece in _pieces(decoder, body):
        taken += piece
        if len(taken) > limit:
            raise LimitError(f"the body decodes to more than {limit} bytes", reason="decoded-too-large")
    return bytes(taken)


def _pieces(decoder: _Decoder, body: bytes) -> Iterator[bytes]:
    try:
        yield from decoder(body)
    except (zlib.error, brotli.error) as error:
        raise ScrapeError(f"the body is not what its Content-Encoding says: {error}", reason="bad-encoding") from error


def _inflate(body: bytes, wbits: int) -> Iterator[bytes]:
    """Every member of a zlib or gzip stream; bytes that cannot begin a further member are padding and are dropped."""
    stream = zlib.decompressobj(wbits)
    members = 1
    for start in range(0, len(body), _FEED):
        data = body[start : start + _FEED]
        while data:
            if stream.eof:
                if data[:1] != _GZIP_MAGIC:
                    return
                members += 1
                if members > _MAX_MEMBERS:
                    raise ScrapeError(f"more than {_MAX_MEMBERS} gzip members in one body", reason="bad-encoding")
                stream = zlib.decompressobj(wbits)
            yield stream.decompress(data, _STEP)
            data = stream.unused_data if stream.eof else stream.unconsumed_tail
    if body and not stream.eof:
        yield stream.flush()  # all input is consumed, so this is what is left of one match: under 258 bytes
        raise _cut("deflate" if wbits < 0 else "gzip or zlib")


def _cut(name: str) -> ScrapeError:
    return ScrapeError(f"the body ends in the middle of its {name} stream; it was cut off", reason=CUT)


def _gzip(body: bytes) -> Iterator[bytes]:
    return _inflate(body, 16 + zlib.MAX_WBITS)


def _deflate(body: bytes) -> Iterator[bytes]:
    """zlib's format, as RFC 9110 section 8.4.1.2 says, or a bare deflate stream, as some servers send."""
    zlib_head = len(body) >= 2 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    return _inflate(body, zlib.MAX_WBITS if zlib_head else -zlib.MAX_WBITS)


def _brotli(body: bytes) -> Iterator[bytes]:
    stream = brotli.Decompressor()
    piece = stream.process(body, output_buffer_limit=_STEP)
    if body and not piece and not stream.is_finished():
        raise ScrapeError("the body is cut off, or is not brotli as its Content-Encoding says", reason="bad-encoding")
    while piece:
        yield piece
        piece = b"" if stream.is_finished() else stream.process(b"", output_buffer_limit=_STEP)
    if body and not stream.is_finished():
        raise _cut("brotli")


_DECODERS: dict[str, _Decoder] = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli}

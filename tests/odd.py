"""Servers that answer oddly: what each sends, and what is to become of it."""

from __future__ import annotations

import gzip
import itertools
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import brotli
from backports import zstd
from servers import RESET, Asked, Reply, response

MB = 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
RENAMED = OK + b"x-orig-transfer-encoding: chunked\r\n\r\n"

WHOLE: dict[str, bytes] = {
    "plain": OK + b"Content-Length: 2\r\n\r\nok",
    "lower-case names": OK + b"content-length: 2\r\nx-ODD-case: 1\r\n\r\nok",
    "duplicate headers": OK + b"Vary: a\r\nContent-Length: 2\r\nVary: b\r\nVary: a\r\n\r\nok",
    "folded header": OK + b"X-Long: one\r\n\t two\r\n  three\r\nContent-Length: 2\r\n\r\nok",
    "odd spacing": OK + b"X-A:1\r\nX-B:   2  \r\nX-C:\r\nContent-Length:2\r\n\r\nok",
    "no reason phrase": b"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok",
    "no space after the code": b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
    "odd reason phrase": b"HTTP/1.1 200 Tr\xe8s bien\r\nContent-Length: 2\r\n\r\nok",
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
    "HTTP/1.0, ended by closing": b"HTTP/1.0 200 OK\r\nServer: old\r\n\r\nok",
    "HTTP/1.1, ended by closing": OK + b"\r\nok",
    "Latin-1 in a header": OK + b"X-Name: caf\xe9\r\nContent-Length: 2\r\n\r\nok",
    "UTF-8 in a header": OK + "X-Name: café ☕\r\nContent-Length: 2\r\n\r\nok".encode(),
    "repeated length": OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nok",
    "unknown status": b"HTTP/1.1 299 Odd\r\nContent-Length: 2\r\n\r\nok",
    "a blank line within the body": OK + b"Content-Length: 6\r\n\r\n\r\n\r\nok",
    "900 headers": OK + b"X: y\r\n" * 900 + b"Content-Length: 2\r\n\r\nok",
    "a header of 90 kB": OK + b"X: " + b"y" * 90_000 + b"\r\nContent-Length: 2\r\n\r\nok",
}
"""Responses that are kept as they came, byte for byte; each one's body is "ok", blank lines aside."""


@dataclass(frozen=True)
class Odd:
    """A server: its `reply`, the `reason` of the error, or None; what the exchange has as response and why it is cut.

    `kept` None is any response, b"" none at all; `wire` is the response where it is kept as it came, if it differs.
    """

    reply: Reply
    reason: str | None = None
    kept: bytes | None = None
    truncated: str | None = None
    wire: bytes | None = None


def _endless(first: bytes, piece: bytes, each: Callable[[], None] = lambda: None) -> Callable[[Asked], Iterator[bytes]]:
    """Sends the first bytes, and then the piece until the client hangs up; `each` is called between two."""

    def reply(_: Asked) -> Iterator[bytes]:
        yield first
        while True:
            each()
            yield piece

    return reply


def _pieces(*pieces: bytes) -> Callable[[Asked], Iterator[bytes]]:
    return lambda _: iter(pieces)


def _coded(coding: str, body: bytes, **more: str) -> bytes:
    return response(body, "200 OK", f"Content-Encoding: {coding}")


def odd_servers(second_passes: Callable[[], None]) -> dict[str, Odd]:
    """Every odd server by name; `second_passes` moves the client's clock, between two bytes of one that drips."""
    return {
        **{name: Odd(raw, None, raw) for name, raw in WHOLE.items()},
        **_framed(),
        **_broken(),
        **_reset(),
        **_without_end(second_passes),
        **_coded_oddly(),
    }


def _framed() -> dict[str, Odd]:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
    trailers = b"2;name=value\r\nok\r\n0\r\nX-Sum: 5\r\nX-Sum: 6\r\n\r\n"
    chunks = b"2\r\nok\r\n0\r\n\r\n"
    whole = response(b"ok")
    return {
        "103 before 200": Odd(_pieces(hints, whole), None, whole),
        "100, 102 and 103 before 200": Odd(
            b"HTTP/1.1 100 C\r\n\r\nHTTP/1.1 102 P\r\n\r\n" + hints + whole, None, whole
        ),
        "chunked": Odd(CHUNKED + chunks, None, RENAMED + b"ok", wire=CHUNKED + chunks),
        "chunked with trailers": Odd(CHUNKED + trailers, None, RENAMED + b"ok", wire=CHUNKED + trailers),
        "chunks of one byte": Odd(CHUNKED + b"1\r\no\r\n1\r\nk\r\n0\r\n\r\n", None, RENAMED + b"ok"),
        "more than its length": Odd(whole + b" and more", None, whole),
        "more behind its last chunk": Odd(CHUNKED + trailers + whole, None, RENAMED + b"ok", wire=CHUNKED + trailers),
        "304 with a transfer coding": Odd(
            b"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
            None,
            b"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
        ),
    }


def _broken() -> dict[str, Odd]:
    half = OK + b"Content-Length: 9\r\n\r\nhalf"
    chunk = CHUNKED + b"4\r\nhalf\r\n5\r\nth"

    def other(asked: Asked) -> bytes:
        return response(b"", "307 Temporary", f"Location: /{'b' if asked.path[1] == 'a' else 'a'}")

    return {
        "nothing": Odd(b"", "closed-early", b""),
        "half a head": Odd(OK + b"Content-Le", "closed-early", b""),
        "103 and no more": Odd(b"HTTP/1.1 103 Early Hints\r\n\r\n", "closed-early", b""),
        "less than its length": Odd(half, "closed-early", half, "disconnect"),
        "a chunk cut short": Odd(chunk, "closed-early", RENAMED + b"halfth", "disconnect", chunk),
        "no last chunk": Odd(CHUNKED + b"2\r\nok\r\n", "closed-early", RENAMED + b"ok", "disconnect"),
        "a chunk of no size": Odd(CHUNKED + b"zz\r\nok\r\n", "protocol", RENAMED, "disconnect"),
        "a chunk of all sizes": Odd(CHUNKED + b"f" * 30 + b"\r\nok\r\n", "protocol", RENAMED, "disconnect"),
        "two lengths": Odd(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nok", "protocol", b""),
        "a negative length": Odd(OK + b"Content-Length: -2\r\n\r\nok", "protocol", b""),
        "an unknown transfer coding": Odd(OK + b"Transfer-Encoding: magic\r\n\r\nok", "protocol", b""),
        "another protocol": Odd(b"SSH-2.0-server\r\n\r\n", "protocol", b""),
        "an upgrade": Odd(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nraw", "protocol", b""),
        "zeros": Odd(bytes(100_000), "protocol", b""),
        "too many headers": Odd(OK + b"X: y\r\n" * 1001 + b"\r\nok", "too-many-headers", b""),
        "a header of 100 kB": Odd(OK + b"X: " + b"y" * 100_000 + b"\r\n\r\nok", "head-too-large", b""),
        "a redirect to itself": Odd(response(b"", "302 Found", "Location: #again"), "redirects", None),
        "a redirect back and forth": Odd(
            lambda asked: response(b"", "307 T", f"Location: /{'b' if asked.path[1] == 'a' else 'a'}"),
            "redirects",
            None,
        ),
    }


def _reset() -> dict[str, Odd]:
    half = OK + b"Content-Length: 9\r\n\r\nhalf"
    return {
        "reset before the head": Odd(_pieces(RESET), "closed-early", b""),
        "reset within the head": Odd(_pieces(OK + b"X: y", RESET), "closed-early", b""),
        "reset behind a 103": Odd(_pieces(b"HTTP/1.1 103 Early Hints\r\n\r\n", RESET), "closed-early", b""),
        # What had come may be lost with a RST: the operating system drops what was not read.
        "reset within the body": Odd(_pieces(half, RESET), "closed-early", None),
        "reset within a chunk": Odd(_pieces(CHUNKED + b"9\r\nhalf", RESET), "closed-early", None),
    }


def _without_end(second_passes: Callable[[], None]) -> dict[str, Odd]:
    long = OK + b"Content-Length: 10000000000\r\n\r\n"
    trailers = _endless(CHUNKED + b"2\r\nok\r\n0\r\n", b"X: y\r\n" * 1000)
    return {
        "an endless body": Odd(_endless(OK + b"\r\n", bytes(64 * 1024)), "too-large", None, "length"),
        "a body of 10 GB": Odd(_endless(long, bytes(MB)), "too-large", None, "length"),
        "endless chunks": Odd(_endless(CHUNKED, b"400\r\n" + bytes(1024) + b"\r\n"), "too-large", None, "length"),
        "endless tiny chunks": Odd(_endless(CHUNKED, b"1\r\nx\r\n" * 10_000), "too-many-chunks", None, "length"),
        "endless trailers": Odd(trailers, "protocol", RENAMED + b"ok", "disconnect"),
        "endless headers": Odd(_endless(OK, b"X-Header: value\r\n" * 100), "too-many-headers", b""),
        "an endless header": Odd(_endless(OK + b"X: ", b"y" * 5000), "head-too-large", b""),
        "an endless folded header": Odd(_endless(OK + b"X: y\r\n", b" y\r\n" * 100), "too-many-headers", b""),
        "endless 103": Odd(_endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100), "too-many-headers", b""),
        "a dripping head": Odd(_endless(OK + b"X: ", b"y", second_passes), "deadline", b""),
        "a dripping body": Odd(_endless(long, b"x", second_passes), "deadline", None, "time"),
    }


def _coded_oddly() -> dict[str, Odd]:
    zeros = bytes(100 * MB)
    bombs = {
        "gzip": gzip.compress(zeros),
        "deflate": zlib.compress(zeros),
        "br": brotli.compress(zeros, quality=5),
        "zstd": zstd.compress(zeros),
    }
    windows = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.content_size_flag: 0}
    bodies: dict[str, tuple[str, bytes, str | None]] = {
        **{f"a {name} bomb": (name, bomb, "decoded-too-large") for name, bomb in bombs.items()},
        "a bomb in a coding": ("br, gzip", gzip.compress(bombs["br"]), "decoded-too-large"),
        "a bomb in a bomb": ("gzip, gzip", gzip.compress(bombs["gzip"] + zeros), "decoded-too-large"),
        "nearly a bomb": ("gzip", gzip.compress(bytes(63 * MB)), None),
        "nearly a bomb, in a coding": ("gzip, zstd", zstd.compress(gzip.compress(bytes(63 * MB))), None),
        "a window of 128 MB": ("zstd", zstd.compress(zeros, options=windows), "bad-encoding"),
        "a million members": ("gzip", gzip.compress(b"") * 800_000, "bad-encoding"),
        "four codings": ("gzip, gzip, gzip, gzip", b"x", "too-many-codings"),
        "two thousand codings": (", ".join(itertools.repeat("gzip", 2000)), b"x", "too-many-codings"),
        "an unknown coding": ("compress", b"x", "bad-encoding"),
        "not what its coding says": ("gzip", b"<p>plain</p>", "bad-encoding"),
        "a coding cut short": ("gzip", gzip.compress(bytes(range(256)) * 99)[:-9], "closed-early"),
        "a broken checksum": ("gzip", gzip.compress(b"text")[:-8] + bytes(8), "bad-encoding"),
    }
    return {
        name: Odd(raw, reason, raw) for name, (coding, body, reason) in bodies.items() for raw in [_coded(coding, body)]
    }

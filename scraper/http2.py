"""HTTP/2 told as HTTP/1.1: messages for the archive, whose readers know no frames.

The WARC says what was spoken (WARC-Protocol: h2). What has no counterpart in HTTP/1.1 is left out: pseudo-headers but
for the status and the path, the order of frames, padding. There is no reason phrase in HTTP/2, so there is none here.
"""

from __future__ import annotations

from collections.abc import Iterable

Fields = Iterable[tuple[bytes, bytes]]

_ENDS = (b"\r", b"\n", b"\0")


def is_end(error: Exception) -> bool:
    """Whether an error says that the server ended the stream or the connection, which breaks no protocol."""
    return str(error).startswith(("<StreamReset", "<ConnectionTerminated"))  # httpcore makes it of h2's event


def request_head(path: str, fields: Fields) -> bytes:
    """A GET as HTTP/1.1 would have it."""
    return _head(f"GET {path} HTTP/1.1".encode("ascii"), fields)


def response_head(status: int, fields: Fields) -> bytes | None:
    """A response's head; None where a field holds what would end its line, which RFC 9113 section 8.2.1 forbids."""
    listed = list(fields)
    if any(end in part for field in listed for part in field for end in _ENDS):
        return None
    return _head(b"HTTP/1.1 %d " % status, listed)


def _head(first: bytes, fields: Fields) -> bytes:
    return b"".join((first, b"\r\n", *(b"%s: %s\r\n" % field for field in fields), b"\r\n"))

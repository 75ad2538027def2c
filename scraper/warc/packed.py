"""What a WARC file may be packed in: gzip members and zstd frames, each undone in bounded steps."""

from __future__ import annotations

from typing import BinaryIO, Protocol

from backports import zstd
from zlib_ng import zlib_ng

GZIP, ZSTD, DICTIONARY = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18"
"""The first bytes of a gzip member, of a zstd frame, and of the frame in front that holds a dictionary."""

SKIPPABLE = frozenset(bytes((low,)) + b"\x2a\x4d\x18" for low in range(0x50, 0x60))
"""Those of zstd frames that hold something else."""

BROKEN: tuple[type[Exception], ...] = (zlib_ng.error, zstd.ZstdError)  # type: ignore[assignment]  # its stub takes a class for an instance
"""What undoing raises."""

_READ = 1 << 18
_FEED = 1 << 14  # what a member leaves over comes back as a copy: small slices keep many small members cheap
_STEP = 1 << 18
_MAX_DICTIONARY = 8 << 20  # bytes of a dictionary; trained ones have some hundred kilobytes
_WINDOW = 27  # 128 MB: what `zstd --long` writes, and the most that its decoder takes unasked


class Decoder(Protocol):
    """What zlib's and zstd's decoders have in common, after the wrapping below."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def step(self, data: bytes) -> bytes: ...


class Inflate:
    """A gzip member; input that a step did not take is kept for the next one."""

    def __init__(self) -> None:
        self._stream = zlib_ng.decompressobj(16 + zlib_ng.MAX_WBITS)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def step(self, data: bytes) -> bytes:
        """The next bytes, of what is left over and of `data`; b"" where more input is needed."""
        return self._stream.decompress(self._stream.unconsumed_tail + data, _STEP)


class Frame:
    """A zstd frame."""

    def __init__(self, dictionary: zstd.ZstdDict | None) -> None:
        bounds: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _WINDOW}
        self._stream = zstd.ZstdDecompressor(zstd_dict=dictionary, options=bounds)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def step(self, data: bytes) -> bytes:
        """As above; the decoder keeps the rest of its input itself."""
        return self._stream.decompress(data, _STEP)


class Raw:
    """The file as it is, from the front, with a look ahead."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._data = b""
        self._at = 0
        self._end = 0  # of _data, in the file

    @property
    def offset(self) -> int:
        """Where the next byte lies."""
        return self._end - len(self._data) + self._at

    def take(self) -> bytes:
        """The next bytes, some kilobytes; b"" at the end."""
        if self._at == len(self._data):
            self._read()
        piece = self._data[self._at : self._at + _FEED]
        self._at += len(piece)
        return piece

    def back(self, count: int) -> None:
        """Give the last bytes back, at most what was taken last."""
        self._at -= count

    def exactly(self, count: int) -> bytes:
        """As many bytes, or what there is."""
        parts: list[bytes] = []
        while count > 0 and (piece := self.take()):
            if len(piece) > count:
                self.back(len(piece) - count)
            parts.append(piece[:count])
            count -= len(parts[-1])
        return b"".join(parts)

    def peek(self, count: int) -> bytes:
        """The next few bytes."""
        while len(self._data) - self._at < count and self._read():
            pass
        return self._data[self._at : self._at + count]

    def find(self, pattern: bytes) -> bool:
        """Go to the next place of a pattern."""
        while True:
            found = self._data.find(pattern, self._at)
            if found >= 0:
                self._at = found
                return True
            self._at = max(len(self._data) - len(pattern) + 1, self._at)
            if not self._read():
                return False

    def seek(self, offset: int) -> bool:
        """Go to a place in the file; False where it cannot be gone back in."""
        start = self._end - len(self._data)
        if start <= offset <= self._end:
            self._at = offset - start
            return True
        if not self._file.seekable():
            return False
        self._file.seek(offset)
        self._data, self._at, self._end = b"", 0, offset
        return True

    def _read(self) -> bool:
        data = self._file.read(_READ)
        self._data, self._at = self._data[self._at :] + data, 0
        self._end += len(data)
        return bool(data)


def read_dictionary(raw: Raw) -> zstd.ZstdDict:
    """The dictionary in a file's front, which may itself be compressed; a ValueError says what is wrong with it."""
    size = int.from_bytes(raw.peek(8)[4:], "little")
    raw.seek(8)
    data = raw.exactly(min(size, _MAX_DICTIONARY + 1))
    try:
        if len(data) == size and data.startswith(ZSTD):
            data = zstd.ZstdDecompressor().decompress(data, _MAX_DICTIONARY + 1)
        elif len(data) < size:
            raise ValueError("its dictionary is cut off, or larger than 8 MB")
        if len(data) > _MAX_DICTIONARY:
            raise ValueError("its dictionary is larger than 8 MB")
        return zstd.ZstdDict(data)
    except zstd.ZstdError as error:
        raise ValueError(f"its dictionary cannot be read: {error}") from error

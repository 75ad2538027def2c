"""A shard: the records of one WARC file, as JSONL that is packed or as Parquet."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

import msgspec
from backports import zstd
from zlib_ng import zlib_ng

from scraper.corpus.columns import COLUMNS
from scraper.export.parquet import ROWS, Table

LEVEL = 6
"""Of gzip, by zlib-ng. zstd has its own default of 3."""


class Lines(Protocol):
    """Takes lines of JSONL; `close` has everything written."""

    def put(self, line: bytes) -> None: ...

    def close(self) -> None: ...


class Digest:
    """A file that is written, its length, and its digest."""

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._sha = hashlib.sha256()
        self.length = 0

    @property
    def sha256(self) -> str:
        """Of what was written."""
        return self._sha.hexdigest()

    def write(self, data: bytes) -> int:
        """Write all of it."""
        self._file.write(data)
        self._sha.update(data)
        self.length += len(data)
        return len(data)

    def tell(self) -> int:
        """The length."""
        return self.length

    def flush(self) -> None:
        """Nothing is held back here."""


class _Packed:
    """JSONL behind a compressor; the same lines give the same bytes with the same release of its library."""

    def __init__(self, out: Digest, compressor: Any) -> None:
        self._out, self._compressor = out, compressor

    def put(self, line: bytes) -> None:
        self._out.write(self._compressor.compress(line))

    def close(self) -> None:
        self._out.write(self._compressor.flush())


class _Parquet:
    """A row group for every ROWS lines."""

    def __init__(self, out: Digest) -> None:
        self._table = Table(out, COLUMNS)
        self._rows: list[dict[str, Any]] = []

    def put(self, line: bytes) -> None:
        self._rows.append(msgspec.json.decode(line))
        if len(self._rows) == ROWS:
            self._write()

    def close(self) -> None:
        self._write()
        self._table.close()

    def _write(self) -> None:
        self._table.write(self._rows)
        self._rows = []


def _gzip(out: Digest) -> Lines:
    return _Packed(out, zlib_ng.compressobj(LEVEL, zlib_ng.DEFLATED, 16 + zlib_ng.MAX_WBITS))


def _zstd(out: Digest) -> Lines:
    return _Packed(out, zstd.ZstdCompressor())


FORMATS: dict[str, Callable[[Digest], Lines]] = {"jsonl.gz": _gzip, "jsonl.zst": _zstd, "parquet": _Parquet}
"""By the end of a shard's name."""

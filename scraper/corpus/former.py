"""The shard that an earlier run made of the same WARC file, read beside it: both are in the file's order."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Any, BinaryIO, Self

import msgspec
from backports import zstd
from msgspec import Struct

from scraper.corpus.state import DATA, load
from scraper.errors import UsageError, VerificationError
from scraper.revisions.diff import Version
from scraper.store import Folder, opened
from scraper.types import WarcRef
from scraper.warc.read import Entry


class _Line(Struct, frozen=True):
    """What of a record is compared."""

    warc: WarcRef
    text: str
    title: str | None = None
    language: str | None = None


class Former:
    """The articles of an earlier shard; open until the block ends. Without one, `is_there` is False."""

    def __init__(self, folder: str, stem: str) -> None:
        self._stack = ExitStack()
        state = load(Folder(folder), stem)
        self.is_there = state is not None
        self._lines: Iterator[_Line] = iter(())
        if state is not None:
            self._name = f"{folder}/{DATA}/{state.shard.name}"
            self._lines = self._read()
        self._next: _Line | None = None

    def __enter__(self) -> Self:
        self._next = next(self._lines, None)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def version(self, entry: Entry) -> Version | None:
        """The article that was made of a record; None if there was none. Records are asked for in the file's order."""
        while self._next is not None and self._next.warc.offset < entry.offset:
            self._next = next(self._lines, None)
        found = self._next
        if found is None or (found.warc.offset, found.warc.record_id) != (
            entry.offset,
            entry.uri("warc-record-id") or "",
        ):
            return None
        self._next = next(self._lines, None)
        return Version(found.title, found.text, found.language)

    def _read(self) -> Iterator[_Line]:
        try:
            file = self._stack.enter_context(opened(self._name))
            if self._name.endswith(".parquet"):
                yield from _rows(file)
                return
            opener: Any = gzip.open if self._name.endswith(".gz") else zstd.open
            lines = self._stack.enter_context(opener(file))
            decoder = msgspec.json.Decoder(_Line)
            for line in lines:
                yield decoder.decode(line)
        except (OSError, EOFError, zstd.ZstdError, msgspec.DecodeError) as error:
            message = f"{self._name}: cannot be compared with: {error}; leave out --compare, or make it again"
            raise VerificationError(message, reason="damaged-shard") from error


def _rows(file: BinaryIO) -> Iterator[_Line]:
    try:
        import pyarrow.parquet as pq  # noqa: PLC0415 - of the extra `parquet`
    except ImportError as error:
        message = "Parquet needs pyarrow, which the extra `parquet` brings: pip install pyarrow"
        raise UsageError(message, reason="no-pyarrow") from error
    for batch in pq.ParquetFile(file).iter_batches(200, columns=["warc", "text", "title", "language"]):
        for row in batch.to_pylist():
            yield msgspec.convert(row, _Line)

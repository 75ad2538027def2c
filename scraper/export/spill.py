"""Sorting more lines than fit into memory."""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

from scraper.errors import LimitError

IN_MEMORY = 64 << 20
"""Bytes of lines that are sorted at once: about 200,000 lines of CDXJ, 80 MB of memory."""


class Sorted:
    """Lines, sorted by their bytes, each once. Runs that do not fit into memory lie in files without a name.

    `damaged` is for whoever fills it: how many places could not be read.
    """

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self.damaged = 0
        self._limit = in_memory
        self._size = 0
        self._lines: list[bytes] = []
        self._runs: list[BinaryIO] = []

    def add(self, line: bytes) -> None:
        """Take a line, its end included."""
        self._lines.append(line)
        self._size += len(line)
        if self._size >= self._limit:
            self._spill()

    def __iter__(self) -> Iterator[bytes]:
        for run in self._runs:
            run.seek(0)
        last = None
        for line in heapq.merge(*self._runs, sorted(self._lines)):
            if line != last:
                yield line
            last = line

    def _spill(self) -> None:
        try:
            self._runs.append(run := tempfile.TemporaryFile())  # noqa: SIM115 -- `close` closes it
            run.writelines(sorted(self._lines))
            run.flush()
        except OSError as error:
            message = f"{tempfile.gettempdir()}: {error.strerror}; name a larger directory in TMPDIR"
            raise LimitError(message, reason="disk-full") from error
        self._lines.clear()
        self._size = 0

    def close(self) -> None:
        """Let the files go."""
        for run in self._runs:
            with suppress(OSError):  # a full disk, which was said when it was met
                run.close()

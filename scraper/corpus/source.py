"""A WARC file that is digested while it is read."""

from __future__ import annotations

import hashlib
from types import TracebackType
from typing import BinaryIO, Self, cast

from scraper.errors import ScrapeError
from scraper.store import opened

_READ = 1 << 20


class Source:
    """A file, open until the block ends; a ScrapeError that names it where it cannot be read."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._first: _Digested | None = _Digested(name)
        self._all = self._first

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._all.end()

    def again(self) -> BinaryIO:
        """The file from its front: the handle that is digested, and then others."""
        first, self._first = self._first, None
        return cast("BinaryIO", first or _Named(self._name))

    def sha256(self) -> str:
        """Of all its bytes, those too that nobody wanted."""
        return self._all.sha256()


class _Named:
    """A handle whose errors name the file."""

    def __init__(self, name: str) -> None:
        self._name = name
        try:
            self._file = opened(name)
        except FileNotFoundError as error:
            raise ScrapeError(f"{name}: no such file; check the name", reason="not-found") from error
        except OSError as error:
            raise self._unreadable(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def read(self, size: int) -> bytes:
        """The next bytes."""
        try:
            return self._file.read(size)
        except OSError as error:
            raise self._unreadable(error) from error

    def seek(self, offset: int) -> int:
        """Go to a place."""
        return self._file.seek(offset)

    def seekable(self) -> bool:
        """Whether that can be done."""
        return self._file.seekable()

    def tell(self) -> int:
        """The place."""
        return self._file.tell()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _unreadable(self, error: OSError) -> ScrapeError:
        return ScrapeError(f"{self._name}: cannot be read: {error.strerror or error}", reason="unreadable")


class _Digested(_Named):
    """The handle that reads the file first. It goes back where a damaged member is looked at again."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._sha = hashlib.sha256()
        self._digested = self._at = 0

    def read(self, size: int) -> bytes:
        """The next bytes, digested if they are new."""
        data = super().read(size)
        fresh = self._at + len(data) - self._digested
        if fresh > 0 and self._at <= self._digested:
            self._sha.update(data[len(data) - fresh :])
            self._digested += fresh
        self._at += len(data)
        return data

    def seek(self, offset: int) -> int:
        """Go to a place."""
        self._at = super().seek(offset)
        return self._at

    def sha256(self) -> str:
        """Of the whole file."""
        self.seek(self._digested)
        while self.read(_READ):
            pass
        return self._sha.hexdigest()

    def close(self) -> None:
        """Not yet: the rest is still to be digested."""

    def end(self) -> None:
        """Let go of the file."""
        super().close()

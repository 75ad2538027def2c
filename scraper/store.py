"""Files by name, on a disk or in a store: paths, and the URLs that fsspec knows (`s3://bucket/key` and others).

What is written appears whole under its name or not at all: on a disk by a rename, in a store by one upload at the end,
of a file that was finished on this machine first. An upload that fails half-way leaves nothing: S3 shows an object when
its PUT, or above 100 MB its multipart upload, is complete.
"""

from __future__ import annotations

import glob
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from msgspec import Struct

from scraper.errors import LimitError, ScrapeError, UnusableError, UsageError

PART = ".part"
"""Behind the name of a file that is being written; a dot stands before it."""

ORPHANED = 3600.0
"""Seconds since its last change after which an unfinished file is swept: its writer is gone."""

_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+://")
_MAGIC = re.compile(r"[*?\[]")


class File(Struct, frozen=True):
    """A file and its state: `stamp` changes when the file does (time of change, or ETag)."""

    name: str
    size: int
    stamp: str


def is_url(name: str) -> bool:
    """Whether a name is a store's URL; a `file://` one is a path."""
    return _URL.match(name) is not None and not name.startswith("file://")


def find(argument: str, suffixes: tuple[str, ...]) -> list[File]:
    """The files that an argument means, sorted by name: a file, a glob, or a directory with those in it that end so.

    Hidden files are passed over. An UnusableError if there are none.
    """
    if is_url(argument):
        found = _find_in_store(argument, suffixes)
    else:
        path = argument.removeprefix("file://")
        names = sorted(glob.glob(path, recursive=True)) if _MAGIC.search(path) and not os.path.exists(path) else [path]
        found = [file for name in names for file in _find_on_disk(name, suffixes)]
    if not found:
        raise UnusableError(f"{argument}: no WARC files here; they end in {', '.join(suffixes)}", reason="empty")
    return found


def opened(name: str) -> BinaryIO:
    """A file to read, from its front."""
    if not is_url(name):
        return open(name, "rb")
    fs, path = _store(name)
    with _said(name):
        return cast("BinaryIO", fs.open(path, "rb", block_size=8 << 20, cache_type="readahead"))


class Folder:
    """A place for output. Names in it have forward slashes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._store = _store(name) if is_url(name) else None
        self._path = Path(name.removeprefix("file://"))

    def read(self, name: str) -> bytes | None:
        """A small file; None if it is not there."""
        try:
            if self._store is None:
                return (self._path / name).read_bytes()
            fs, root = self._store
            with _said(f"{self.name}/{name}"):
                return cast("bytes", fs.cat_file(f"{root}/{name}"))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def size(self, name: str) -> int | None:
        """A file's size; None if it is not there."""
        try:
            if self._store is None:
                return (self._path / name).stat().st_size
            fs, root = self._store
            with _said(f"{self.name}/{name}"):
                return cast("int", fs.info(f"{root}/{name}", refresh=True)["size"])
        except (FileNotFoundError, NotADirectoryError):
            return None

    def names(self, folder: str) -> list[str]:
        """The names of the files in a folder, sorted; none if it is not there."""
        try:
            if self._store is None:
                return sorted(one.name for one in (self._path / folder).iterdir() if not one.name.startswith("."))
            fs, root = self._store
            with _said(f"{self.name}/{folder}"):
                fs.invalidate_cache(f"{root}/{folder}")
                return sorted(name.rpartition("/")[2] for name in fs.ls(f"{root}/{folder}", detail=False))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with suppress(FileNotFoundError):
            if self._store is None:
                (self._path / name).unlink()
                return
            fs, root = self._store
            with _said(f"{self.name}/{name}"):
                fs.rm_file(f"{root}/{name}")

    @contextmanager
    def publish(self, name: str) -> Iterator[BinaryIO]:
        """Write a file, which appears when the block ends well; after an error all is as it was.

        A LimitError where the place cannot be written.
        """
        if self._store is None:
            yield from _on_disk(self._path / name)
        else:
            yield from self._in_store(name)

    def write(self, name: str, data: bytes) -> None:
        """Write a small file."""
        with self.publish(name) as file:
            file.write(data)

    def sweep(self, age: float = ORPHANED) -> int:
        """Remove what writers left that are gone; how many files. A store has none: they lie in its temporary files."""
        if self._store is not None or not self._path.is_dir():
            return 0
        swept = 0
        for path in self._path.rglob(f".*{PART}"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > age:
                    path.unlink()
                    swept += 1
        return swept

    def _in_store(self, name: str) -> Iterator[BinaryIO]:
        assert self._store is not None  # noqa: S101 - as publish says
        fs, root = self._store
        with tempfile.NamedTemporaryFile(prefix="scrape-") as file:
            yield cast("BinaryIO", file)
            file.flush()
            url = f"{self.name}/{name}"
            try:
                with _said(url):
                    fs.put_file(file.name, f"{root}/{name}")
            except (FileNotFoundError, ScrapeError) as error:  # what the next shard would meet too
                what = str(error).removeprefix(f"{url}: ")
                raise LimitError(
                    f"{url}: cannot be written: {what}; is there such a bucket?", reason="not-writable"
                ) from error


@contextmanager
def nowhere() -> Iterator[BinaryIO]:
    """A file that nobody keeps, in the place of one that is published."""
    with open(os.devnull, "wb") as file:
        yield file


def _on_disk(path: Path) -> Iterator[BinaryIO]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fd, part = tempfile.mkstemp(PART, f".{path.name}.", path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with os.fdopen(fd, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(part, 0o644)
        os.replace(part, path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        with suppress(FileNotFoundError):
            os.unlink(part)


def _unwritable(path: Path, error: OSError) -> LimitError:
    what = error.strerror or error
    return LimitError(f"{path}: cannot be written: {what}; choose another --output", reason="not-writable")


def _find_on_disk(name: str, suffixes: tuple[str, ...]) -> Iterator[File]:
    try:
        if os.path.isdir(name):
            for folder, folders, files in os.walk(name):
                folders[:] = sorted(one for one in folders if not one.startswith("."))
                for one in sorted(files):
                    if one.endswith(suffixes) and not one.startswith("."):
                        yield _file(os.path.join(folder, one))
            return
        yield _file(name)
    except FileNotFoundError as error:
        raise ScrapeError(f"{error.filename}: no such file or directory; check the name", reason="not-found") from error
    except OSError as error:
        raise ScrapeError(f"{error.filename}: cannot be read: {error.strerror}", reason="unreadable") from error


def _file(name: str) -> File:
    found = os.stat(name)
    return File(os.path.abspath(name), found.st_size, str(found.st_mtime_ns))


def _find_in_store(url: str, suffixes: tuple[str, ...]) -> list[File]:
    fs, path = _store(url)
    scheme = url.partition("://")[0]
    found: dict[str, dict[str, Any]] = {}
    with suppress(FileNotFoundError), _said(url):  # of a glob in no bucket
        if _MAGIC.search(path):
            found = fs.glob(path, detail=True)
        elif fs.isfile(path):
            found = {path: fs.info(path)}
        else:
            every = fs.find(path, detail=True)
            found = {name: info for name, info in every.items() if name.endswith(suffixes) and "/." not in name}
    return [
        File(f"{scheme}://{name}", info["size"], _stamp(info))
        for name, info in sorted(found.items())
        if info["type"] == "file"
    ]


def _stamp(info: dict[str, Any]) -> str:
    known = (info.get(name) for name in ("ETag", "etag", "LastModified", "mtime", "created"))
    return next((str(value) for value in known if value), "")


def _store(url: str) -> tuple[Any, str]:
    """The store of a URL, and the path in it."""
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415 - of the extra `s3`, and 50 ms that a disk does not need

        fs, path = url_to_fs(url)
    except ImportError as error:
        message = f"{url}: needs fsspec and the store's client, which the extra `s3` brings for s3://: pip install s3fs"
        raise UsageError(message, reason="no-fsspec") from error
    except ValueError as error:
        raise UsageError(f"{url}: no store that fsspec knows: {error}", reason="unknown-store") from error
    return fs, path.rstrip("/")


@contextmanager
def _said(url: str) -> Iterator[None]:
    """A store's errors in the tree. A missing file stays one."""
    try:
        yield
    except (FileNotFoundError, ScrapeError):
        raise
    except PermissionError as error:
        raise ScrapeError(f"{url}: the store refuses it: {error}; check the credentials", reason="refused") from error
    except Exception as error:  # each store's client has errors of its own, and none of them is a bug of ours
        what = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
        raise ScrapeError(f"{url}: the store cannot be asked: {what}", reason="no-store") from error

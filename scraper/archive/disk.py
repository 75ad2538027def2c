"""The disk under an archive: its lock, its errors, what must be synced, and where torn tails go."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scraper.errors import LimitError, LockedError, ScrapeError

QUARANTINE = "quarantine"
FOLDERS = ("warc", "articles", QUARANTINE)

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NOT_WRITABLE = frozenset({errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST, errno.EISDIR})


@contextmanager
def guarded(where: Path) -> Iterator[None]:
    """Turn an OSError within into a LimitError (full, not writable) or a ScrapeError; its one line names the file."""
    try:
        yield
    except OSError as error:
        name = error.filename or where
        if error.errno in _FULL:
            message = f"{name}: {error.strerror}: make room, then start again; nothing acknowledged is lost"
            raise LimitError(message, reason="disk-full") from error
        if error.errno in _NOT_WRITABLE:
            message = f"{name}: cannot be written ({error.strerror}): choose another directory or change its rights"
            raise LimitError(message, reason="not-writable") from error
        raise ScrapeError(f"{name}: {error.strerror or error}", reason="disk-error") from error


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn an OSError within into a ScrapeError that says that this file cannot be read; one that is gone passes."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        message = f"{error.filename or path}: cannot be read ({error.strerror}): change its rights, or restore it"
        raise ScrapeError(message, reason="unreadable") from error


class Lock:
    """An exclusive lock on an archive, held until `release` or the end of the process, however it ends.

    It is flock(2) on `.lock`, which holds the process id as a help for people. A child that was forked closes its copy,
    so that a pool's worker that outlives a killed parent does not keep the archive locked.
    """

    def __init__(self, root: Path) -> None:
        self.path = root / ".lock"
        self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(self._fd, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(self._fd)
            message = f"{root}: process {holder} holds this archive: stop it, or use another directory"
            raise LockedError(message, reason="locked") from error
        try:
            os.ftruncate(self._fd, 0)
            os.write(self._fd, f"{os.getpid()}\n".encode())
        except OSError:
            os.close(self._fd)
            raise
        _held.add(self)

    def release(self) -> None:
        """Let others have it."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


_held: weakref.WeakSet[Lock] = weakref.WeakSet()


def _release_in_child() -> None:
    for lock in list(_held):
        lock.release()


os.register_at_fork(after_in_child=_release_in_child)


def make_folders(root: Path) -> None:
    """Create the archive's layout where it is missing."""
    for name in FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)


def sync_folders(path: Path, root: Path) -> None:
    """Make the name of a new or renamed file outlast a power cut: sync its folder and those above, up to the root."""
    for folder in path.parents:
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
        if folder == root:
            return


def set_aside(root: Path, path: Path, length: int) -> str:
    """Move what a file holds beyond `length` into quarantine, and say so in one line. Nothing is deleted.

    The copy is on the disk before the file is cut.
    """
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        target, copy = _quarantined(root, f"{path.name}.{length}")
        with os.fdopen(copy, "wb") as out:
            file.seek(length)
            shutil.copyfileobj(file, out)
            out.flush()
            os.fsync(out.fileno())
        sync_folders(target, root)
        file.truncate(length)
        os.fsync(file.fileno())
    return f"{path}: {size - length} bytes from {length} on were never acknowledged; they are in {target}"


def _quarantined(root: Path, name: str) -> tuple[Path, int]:
    for number in range(10_000):
        target = root / QUARANTINE / (f"{name}-{number}" if number else name)
        try:
            return target, os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        except FileExistsError:
            continue
    raise LimitError(f"{root / QUARANTINE}: too many files named {name}: look at them", reason="too-many-files")

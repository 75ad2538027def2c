"""The disk under an archive: its lock, its errors, what must be synced, and where torn tails go."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import weakref
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scraper.errors import LimitError, LockedError, ScrapeError

QUARANTINE = "quarantine"
FOLDERS = ("warc", "articles", QUARANTINE)
LOCK = ".lock"
NEW = "were never acknowledged"
"""Why bytes are set aside as a rule."""
_NAME, _WITNESS = 16, 200
"""Bytes in the lock file of the holder's process id, and behind it of the witness."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NOT_WRITABLE = frozenset({errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST, errno.EISDIR})
_PROBE = 1 << 20
"""Bytes that must find room before work goes on: a page with its ledger has some hundred thousand."""


@contextmanager
def guarded(where: Path) -> Iterator[None]:
    """Turn an OSError within into a LimitError (disk-full, not-writable, disk-error); its one line names the file."""
    try:
        yield
    except OSError as error:
        name, why = error.filename or where, error.strerror or error
        if error.errno in _FULL:
            message = f"{name}: {why}: make room, then start again; nothing acknowledged is lost"
            raise LimitError(message, reason="disk-full") from error
        if error.errno in _NOT_WRITABLE:
            message = f"{name}: cannot be written ({why}): choose another directory or {_way_out(error, Path(name))}"
            raise LimitError(message, reason="not-writable") from error
        message = f"{name}: {why}: see to the disk, then start again; nothing acknowledged is lost"
        raise LimitError(message, reason="disk-error") from error


def _way_out(error: OSError, path: Path) -> str:
    """What gives this process the right to write: in a container its user is a number that owns nothing at first."""
    if error.errno == errno.EROFS:
        return "mount this one so that it can be written"
    if error.errno not in (errno.EACCES, errno.EPERM):
        return "change its rights"
    there = next((place for place in (path, *path.parents) if place.exists()), path)
    try:
        owner = there.stat().st_uid
    except OSError:
        return "change its rights"
    user = os.geteuid()
    if owner == user:
        return f"change its rights: chmod u+rwx {there}"
    return f"change its rights: this is user {user}, {there} is user {owner}'s; chown {user} {there}, or run as {owner}"


def is_full(error: OSError) -> bool:
    """Whether it failed for want of room: what was written before it is as good as ever."""
    return error.errno in _FULL


def free(root: Path) -> int:
    """Bytes that are free for this user."""
    with guarded(root):
        found = os.statvfs(root)
    return found.f_bavail * found.f_frsize


def check_room(root: Path, mark: int) -> None:
    """A LimitError where fewer bytes than `mark` are free for this user."""
    if mark <= 0:
        return
    left = free(root)
    if left < mark:
        message = (
            f"{root}: {left:,} bytes are free, and archive.min_free asks for {mark:,}: make room, then start again; "
            "nothing acknowledged is lost"
        )
        raise LimitError(message, reason="disk-full")


def probe(root: Path) -> None:
    """Write a file and remove it: free space says nothing of quotas, rights and a disk that fails."""
    path = root / ".probe"
    with guarded(root):
        try:
            with path.open("wb") as file:
                file.write(bytes(_PROBE))
                file.flush()
                os.fsync(file.fileno())
        finally:
            path.unlink(missing_ok=True)


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


def witness(root: Path) -> tuple[str, int] | None:
    """The WARC file that was written to last, and how many of its bytes at least are acknowledged; None if unknown.

    It stands outside the index and is never ahead of it. SQLite takes a log whose end was damaged for a shorter one, so
    acknowledged commits would be gone without a word, and the WARC would be cut to what is left of the index.
    """
    try:
        with (root / LOCK).open("rb") as file:
            file.seek(_NAME)
            name, length, check = file.read(_WITNESS).decode("ascii").split("\n")[0].split(" ")
            said = f"{name} {length}".encode()
            return (name, int(length)) if int(check, 16) == zlib.crc32(said) else None
    except (FileNotFoundError, ValueError):
        return None


class Lock:
    """An exclusive lock on an archive, held until `release` or the end of the process, however it ends.

    It is flock(2) on `.lock`, which holds the process id as a help for people, and the witness. A child that was forked
    closes its copy, so that a pool's worker that outlives a killed parent does not keep the archive locked.
    """

    def __init__(self, root: Path) -> None:
        self.root, self.path = root, root / LOCK
        self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(self._fd, _NAME).decode("ascii", "replace").strip() or "unknown"
            os.close(self._fd)
            message = f"{root}: process {holder} holds this archive: stop it, or use another directory"
            raise LockedError(message, reason="locked") from error
        try:
            # In place: a full disk may have no room to begin the file anew.
            os.pwrite(self._fd, f"{os.getpid():<{_NAME - 1}}\n".encode(), 0)
        except OSError:
            os.close(self._fd)
            raise
        _held.add(self)

    def check(self) -> None:
        """A LimitError if what is locked no longer lies there, as when a volume is gone and its mount point is left."""
        with guarded(self.root):
            here, ours = os.stat(self.path), os.fstat(self._fd)
        if (here.st_dev, here.st_ino) != (ours.st_dev, ours.st_ino):
            message = f"{self.root}: this is no longer the archive that was opened: put it back; is its volume mounted?"
            raise LimitError(message, reason="not-writable")

    def bear_witness(self, name: str, length: int) -> None:
        """Note how much of a WARC file is acknowledged, once it is."""
        said = f"{name} {length}"
        with suppress(OSError):  # an older one is still true
            os.pwrite(self._fd, f"{said} {zlib.crc32(said.encode()):08x}\n".encode(), _NAME)

    def release(self) -> None:
        """Let others have it."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def is_locked(root: Path) -> bool:
    """Whether somebody writes to this archive; without a lock file nobody does."""
    try:
        fd = os.open(root / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


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


def set_aside(root: Path, path: Path, length: int, why: str = NEW) -> str:
    """Move what a file holds beyond `length` into quarantine, and say so and why in one line. Nothing is deleted.

    The copy is on the disk before the file is cut.
    """
    target = copy_aside(root, path, length)
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.truncate(length)
        os.fsync(file.fileno())
    return f"{path}: {size - length} bytes from {length} on {why}; they are in {target}"


def copy_aside(root: Path, path: Path, start: int = 0) -> Path:
    """Copy what a file holds from `start` on into quarantine; when this returns, the copy is on the disk."""
    target, copy = _quarantined(root, f"{path.name}.{start}")
    with os.fdopen(copy, "wb") as out, path.open("rb") as file:
        file.seek(start)
        shutil.copyfileobj(file, out)
        out.flush()
        os.fsync(out.fileno())
    sync_folders(target, root)
    return target


def _quarantined(root: Path, name: str) -> tuple[Path, int]:
    for number in range(10_000):
        target = root / QUARANTINE / (f"{name}-{number}" if number else name)
        try:
            return target, os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        except FileExistsError:
            continue
    raise LimitError(f"{root / QUARANTINE}: too many files named {name}: look at them", reason="too-many-files")

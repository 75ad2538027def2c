"""Where an export goes: a file or a folder that is there whole, or is as it was before."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from scraper.errors import LimitError, UsageError

SUMS = "SHA256SUMS"
"""The digest of each file of a folder, as `sha256sum -c` reads it. Its first line says that the folder is ours."""

_MARK = "# scrape export "
_CHUNK = 1 << 20


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Write a file beside the target and rename it at the end; after an error the target is as it was."""
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise UsageError(f"{path}: no plain file; choose another --output")
    fresh = _beside(target, "new")
    with _writable(path):
        try:
            with fresh.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(fresh, target)
            _sync(target.parent)
        finally:
            fresh.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path, form: str) -> Iterator[Path]:
    """Fill a folder beside the target and rename it at the end; after an error the target is as it was.

    A target that holds anything must be an earlier export that nobody has touched since; else a UsageError.
    """
    target = path.resolve()
    with _writable(path):
        _check_replaceable(path, target)
        fresh, old = _beside(target, "new"), _beside(target, "old")
        try:
            fresh.mkdir()
            yield fresh
            _seal(fresh, form)
            _swap(fresh, target, old)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"{path}: cannot be written: {error.strerror or error}; choose another --output"
        raise LimitError(message, reason="not-writable") from error


def _beside(target: Path, what: str) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}.{what}")


def _check_replaceable(path: Path, target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise UsageError(f"{path}: no folder; choose another --output")
    if not any(target.iterdir()):
        return
    sums = _read_sums(target / SUMS)
    if sums is None:
        raise UsageError(f"{path}: holds files, and is no earlier export; choose another --output")
    for name in _names(target):
        if name not in sums:
            raise UsageError(f"{path}: {name} is not from an export; move it away, or choose another --output")
        if _digest(target / name) != sums[name]:
            raise UsageError(f"{path}: {name} was changed since the export; move it away, or choose another --output")


def _read_sums(path: Path) -> dict[str, str] | None:
    """The digests by name; None if this is no list that we wrote."""
    if path.is_symlink() or not path.is_file():
        return None
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    if not lines or not lines[0].startswith(_MARK):
        return None
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines[1:])}


def _names(folder: Path) -> list[str]:
    """Every file's name below a folder, but that of the list itself; a link counts as a file, and is not followed."""
    found = []
    for place, folders, files in os.walk(folder, onerror=_fail):
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        found += [Path(place, name).relative_to(folder).as_posix() for name in (*files, *links)]
    return sorted(name for name in found if name != SUMS)


def _fail(error: OSError) -> None:
    raise error


def _digest(path: Path) -> str | None:
    """A plain file's sha256; None for anything else."""
    if path.is_symlink() or not path.is_file():
        return None
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(_CHUNK):
            sha.update(data)
    return sha.hexdigest()


def _seal(folder: Path, form: str) -> None:
    """List the digests, and have everything on the disk."""
    lines = [f"{_MARK}{form}\n"]
    for name in _names(folder):
        lines.append(f"{_digest(folder / name)}  {name}\n")
        _sync(folder / name)
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
    _sync(folder / SUMS)
    for place, _, _ in os.walk(folder):
        _sync(Path(place))


def _swap(fresh: Path, target: Path, old: Path) -> None:
    had = target.exists()
    if had:
        os.rename(target, old)
    try:
        os.rename(fresh, target)
    except OSError:
        if had:
            os.rename(old, target)
        raise
    _sync(target.parent)


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)

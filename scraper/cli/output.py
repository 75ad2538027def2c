"""Cleaned text into files: below a directory, or in the place of the input."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path, PurePath

from scraper.cli.inputs import Page
from scraper.errors import LimitError, UnusableError, UsageError
from scraper.expressions import expression

_SUFFIXES = frozenset({".txt", ".text", ".html", ".htm", ".xhtml", ".gz", ".warc", ".arc"})
"""What an input's name may end with that the output's does not."""
_UNSAFE = expression(r'[\x00-\x1f\x7f<>:"|?*\\]')


class Directory:
    """Output files below one directory, under their inputs' names with another suffix; two never share one.

    Raises LimitError if the directory cannot be made.
    """

    def __init__(self, top: str, suffix: str) -> None:
        self.suffix = suffix
        self._taken: set[Path] = set()
        try:
            os.makedirs(top, exist_ok=True)
            self.top = Path(top).resolve(strict=True)
        except OSError as error:
            raise LimitError(f"{top}: cannot be made: {error.strerror}; choose another --output") from error

    def write(self, page: Page, data: bytes) -> Path:
        """Write one page's output, whole or not at all, and say where it is."""
        target = self._target(page)
        if page.path is not None and target.exists() and target.samefile(page.path):
            raise UsageError("would be overwritten by its own output; choose another --output, or --in-place")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LimitError(f"{target.parent}: {error.strerror}; choose another --output") from error
        replace(target, data)
        return target

    def _target(self, page: Page) -> Path:
        # The mirror comes from names that others chose: no part of it may lead out of the directory.
        parts = [_UNSAFE.sub("_", part) for part in PurePath(page.mirror).parts if part not in ("..", ".", "/")]
        stem = PurePath(parts[-1] if parts else "page")
        while stem.suffix.lower() in _SUFFIXES and stem.stem:
            stem = stem.with_suffix("")
        folder = self.top.joinpath(*parts[:-1])
        if not folder.resolve().is_relative_to(self.top):
            raise LimitError(f"{folder} leads out of {self.top} by a link; choose another --output", reason="escapes")
        target = folder / f"{stem}{self.suffix}"
        number = 1
        while target in self._taken:
            number += 1
            target = folder / f"{stem}-{number}{self.suffix}"
        self._taken.add(target)
        return target


def in_place(page: Page, data: bytes) -> None:
    """Replace a text file by its clean text; its mode stays, and a link stays a link.

    Raises UsageError for what is no plain text file: a page would lose its markup, a pipe has no place.
    """
    if page.path is None or not os.path.isfile(page.path):
        raise UsageError("--in-place needs a plain file; use --output DIR")
    if page.kind != "text":
        raise UsageError("--in-place would put text in the place of a page; use --output DIR")
    if not data.strip():
        raise UnusableError("nothing would be left of it; it stays as it is", reason="empty")
    replace(Path(page.path).resolve(), data)


def replace(target: Path, data: bytes) -> None:
    """Write a file beside its target and rename it: a reader, or a crash, sees the old bytes or the new ones.

    Raises LimitError if there is no room or no permission.
    """
    temporary = ""
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=".scrape-", dir=target.parent)
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        else:
            os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
        temporary = ""
    except OSError as error:
        raise LimitError(f"{target}: cannot be written: {error.strerror}; make room or write elsewhere") from error
    finally:
        if temporary:
            with suppress(FileNotFoundError):
                os.unlink(temporary)


def _umask() -> int:
    # It can be read only by setting it; this program has no other thread that makes files at this time.
    mask = os.umask(0)
    os.umask(mask)
    return mask

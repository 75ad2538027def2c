"""What is done at opening, so that the files say what the index acknowledged: no more, no less, nothing twice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from scraper import layout, records, warc
from scraper.archive import disk, journal
from scraper.errors import VerificationError
from scraper.index import File, Index, Pending

TORN = "hold no whole record"
"""Why bytes are set aside where no index says what was acknowledged."""


def repair(root: Path, index: Index) -> list[str]:
    """Finish what a crash left: cut unacknowledged WARC tails into quarantine, write the lines that are missing.

    Returns a line for everything that was done or found amiss. A VerificationError if the index is older than a file,
    or somebody else wrote to a file of lines, so that no offset in it can be trusted.
    """
    notes: list[str] = []
    _check_age(root, index)
    index.harden()  # before anything is cut or written by what it says
    for path in open_files(root):
        known = index.file(final_name(root, path))
        notes += finish(root, path, known.good_length if known else 0)
    index.settle(write_pending(root, index, notes))
    for file in index.files():
        notes += _compare(root, index, file)
    index.commit()
    return notes


def open_files(root: Path) -> list[Path]:
    """The WARC files that nobody closed."""
    return layout.plain_files(root, f"{layout.WARCS}{warc.OPEN}")


def final_name(root: Path, path: Path) -> str:
    """A WARC file's final name, relative to the root."""
    return path.relative_to(root).as_posix().removesuffix(warc.OPEN)


def finish(root: Path, path: Path, good_length: int, why: str = disk.NEW) -> list[str]:
    """Cut a WARC file that nobody closed to what is good, and give it its final name; `why` the rest is not."""
    notes: list[str] = []
    final = root / final_name(root, path)
    if final.exists():
        good_length = 0  # its final name is taken: it cannot be ours
    if path.stat().st_size > good_length:
        notes.append(disk.set_aside(root, path, good_length, why))
    if good_length == 0:
        path.unlink()
    else:
        os.rename(path, final)
    disk.sync_folders(path, root)
    return notes


def write_pending(root: Path, index: Index, notes: list[str]) -> int:
    """Write every waiting line to its file, at the offset that its acknowledgement fixed; the last one's number.

    Lines that stand there already, whole or in part, are written over by themselves.
    """
    last = 0
    waiting = sorted(index.pending(), key=lambda pending: (pending.file, pending.seq))
    for name, group in groupby(waiting, key=lambda pending: pending.file):
        lines = list(group)
        _append(root, root / name, lines, notes)
        last = max(last, lines[-1].seq)
    return last


def clear_lines(root: Path, path: Path) -> list[str]:
    """Take out of a file of lines what is no JSON, as a disk leaves it that failed; the file as it was is kept aside.

    For when the index is made again: every line behind such a place moves.
    """
    good = records.whole(path)
    notes = [disk.set_aside(root, path, good, TORN)] if good < path.stat().st_size else []
    spoilt = [item.offset for item in records.scan(path) if isinstance(item, records.Damage) and item.spoilt]
    if spoilt:
        was = disk.copy_aside(root, path)
        fresh = journal.fresh(path)  # taken away at the next opening, should this be cut off
        fresh.unlink(missing_ok=True)
        records.write_at(fresh, 0, _without(path, frozenset(spoilt)))
        os.replace(fresh, path)
        disk.sync_folders(path, root)
        at = ", ".join(map(str, spoilt[:10]))
        notes.append(f"{path}: {len(spoilt):,} lines that are no JSON were taken out, at {at}; as it was, it is {was}")
    return notes


def _without(path: Path, offsets: frozenset[int]) -> Iterator[bytes]:
    for item in records.scan(path):
        if item.offset not in offsets:
            length = item.length if isinstance(item, records.Damage) else len(item.raw)
            yield records.read_at(path, item.offset, length)


def _check_age(root: Path, index: Index) -> None:
    """Whole records beyond what is acknowledged were not left by a crash: the index came out of a backup.

    Or the end of its log was damaged. So it is where it knows less of a WARC file than the witness saw acknowledged.
    """
    name, length = disk.witness(root) or ("", 0)
    known = index.file(name)
    if (known.good_length if known else 0) < length <= _size(root / name):
        raise _old_index(root / name)
    for path in layout.plain_files(root, layout.LINES):
        known = index.file(path.relative_to(root).as_posix())
        good = known.good_length if known else 0
        if path.stat().st_size <= good:
            continue
        _check_line_end(path, good)
        if isinstance(next(records.scan(path, start=good)), records.Line):
            raise _old_index(path)


def _size(final: Path) -> int:
    """The size of a WARC file, whether it was closed or not; 0 if it is gone."""
    for path in (final.with_name(f"{final.name}{warc.OPEN}"), final):
        with suppress(FileNotFoundError):
            return path.stat().st_size
    return 0


def _old_index(path: Path) -> VerificationError:
    message = f"{path}: the index is older than this file: rebuild it with `scrape index`"
    return VerificationError(message, reason="old-index")


def _check_line_end(path: Path, offset: int) -> None:
    """A line must end where one was acknowledged to end: what was edited by hand must not be cut, nor added to."""
    if offset > 0 and records.read_at(path, offset - 1, 1) != b"\n":
        message = (
            f"{path}: was changed by another program: no line ends at {offset}; see `scrape verify`, and put the file "
            "back, or take it as it is with `scrape index`"
        )
        raise VerificationError(message, reason="changed-lines")


def _append(root: Path, path: Path, lines: list[Pending], notes: list[str]) -> None:
    first = lines[0].offset
    size = path.stat().st_size if path.exists() else 0
    if size < first:
        message = f"{path}: {first - size} acknowledged bytes are gone: put the file back, or rebuild the index"
        raise VerificationError(message, reason="lost-lines")
    _check_line_end(path, first)
    expected = b"".join(pending.line for pending in lines)
    found = records.read_at(path, first, len(expected) + 1) if size > first else b""
    if not expected.startswith(found):
        notes.append(disk.set_aside(root, path, first))
    records.write_at(path, first, [pending.line for pending in lines])
    if first == 0:  # not by its size: after a sync that failed it stands there
        disk.sync_folders(path, root)


def _compare(root: Path, index: Index, file: File) -> list[str]:
    path = root / file.name
    size = path.stat().st_size if path.exists() else 0
    if file.sha256 is None:
        _check_line_end(path, min(size, file.good_length))
    if size > file.good_length and file.sha256 is None:
        return [disk.set_aside(root, path, file.good_length)]
    if size >= file.good_length:
        return []
    lost = f"{path}: {file.good_length - size} acknowledged bytes are gone; `scrape verify` says what refers to them"
    if file.sha256 is not None:
        index.forget_payloads(file.name, size)  # the next response with the same payload must be stored whole
        return [lost]
    index.set_file(File(file.name, size))  # lines that come must know where they will stand
    return [f"{lost}, `scrape index` makes the lines again from the WARC"]


def is_lost(root: Path, file: File) -> bool:
    """Whether a WARC file that was closed is gone, or shorter than it was."""
    if file.sha256 is None:
        return False
    path = root / file.name
    return not path.exists() or path.stat().st_size < file.good_length

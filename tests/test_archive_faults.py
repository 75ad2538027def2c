"""Disks that are full, fail, or lie: what was acknowledged stays, and the archive goes on once it can be written."""

from __future__ import annotations

import errno
import itertools
import os
import random
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest
from archives import lines, put, sound
from captures import capture, ledger, record

from scraper.archive import Archive, Settings
from scraper.errors import LimitError
from scraper.index import Index
from scraper.pipeline import DISK
from scraper.verify import verify

SEEDS = range(int(os.environ.get("SCRAPE_TEST_SEEDS", "8")))
ARTICLES = 4
SMALL = Settings(max_warc=6000)  # closed after the first commit, so that errors meet that too
CALLS = ("write", "pwrite", "fdatasync", "fsync", "ftruncate", "rename", "open", "commit")
"""What may fail, with the index's commit as one of them."""


class Fault:
    """Once it is armed, the `step`th call of any of CALLS fails with an error of the system, and so does the next.

    With `short`, a write that fails has written half of its bytes before.
    """

    def __init__(self, patch: pytest.MonkeyPatch, number: int, *, short: bool = False) -> None:
        self.number, self.short = number, short
        self.met: list[str] = []
        self.arm(0, 0)
        for name in CALLS[:-1]:
            patch.setattr(os, name, self._watched(name, getattr(os, name)))
        patch.setattr(Index, "commit", self._watched("commit", Index.commit))

    def arm(self, step: int, times: int) -> None:
        self._steps = range(step, step + times)
        self._counter = itertools.count(1)
        self.met = []

    def _watched(self, name: str, real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **more: object) -> object:
            if next(self._counter) not in self._steps:
                return real(*args, **more)
            self.met.append(name)
            if name == "commit":
                raise LimitError("the index cannot be written", reason="disk-error")
            if self.short and name in ("write", "pwrite"):
                fd, data, *rest = args
                real(fd, bytes(data)[: len(bytes(data)) // 2], *rest)  # type: ignore[call-overload]  # they are bytes
            raise OSError(self.number, os.strerror(self.number))

        return call


def fill(archive: Archive, known: set[str]) -> None:
    """Archive what is not here yet, two articles a commit; `known` is what was acknowledged."""
    fresh: list[str] = []
    for number in range(ARTICLES):
        if archive.index.get(f"record-{number}") is None:
            put(archive, number)
            fresh.append(f"record-{number}")
        if number % 2:
            archive.commit()
            known.update(fresh)


@pytest.mark.parametrize(("number", "short"), [(errno.EIO, False), (errno.ENOSPC, True)])
def test_an_error_at_any_step_and_the_work_goes_on(
    memory_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, short: bool
) -> None:
    fault = Fault(monkeypatch, number, short=short)
    met: set[str] = set()
    reasons: set[str] = set()
    for step in itertools.count(1):
        times = 1 + (step + short) % 2
        root = memory_path / str(step)
        archive, known = Archive(root, SMALL), set[str]()
        fault.arm(step, times)
        go_on: Callable[[], object] = archive.recover  # as the daemon does
        try:
            fill(archive, known)
            go_on = partial(Archive, root, SMALL)  # as the next command does
            archive.close()
        except LimitError as error:
            reasons.add(error.reason)
        if not fault.met:
            break
        met.update(fault.met)
        if step % 4 == 0:
            assert verify(root).problems == ()  # a reader beside it sees nothing of the trouble
        fault.arm(step // 3 if step % 3 == 0 else 0, times)  # a second error, now while it is put right
        made = put_right(go_on) or archive
        fault.arm(0, 0)
        assert known <= {row.id for row in made.index.rows()}
        assert known <= set(lines(root))
        fill(made, known)
        made.close()
        assert lines(root) == [f"record-{number}" for number in range(ARTICLES)]
        assert sound(root)
    assert met == set(CALLS)
    assert reasons <= DISK


def put_right(go_on: Callable[[], object]) -> Archive | None:
    """Go on, at the second attempt if need be."""
    for _ in range(2):
        with suppress(LimitError):
            made = go_on()
            return made if isinstance(made, Archive) else None
    made = go_on()
    return made if isinstance(made, Archive) else None


def test_a_sync_that_failed_is_not_believed_the_second_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system says once that it lost pages, then holds them for clean; here they are lost for good."""
    archive = Archive(tmp_path)
    put(archive, 0)
    archive.commit()
    (path,) = tmp_path.rglob("*.open")
    good = path.stat().st_size
    put(archive, 1)

    def lost(fd: int) -> None:
        size = path.stat().st_size
        os.truncate(path, good)
        os.truncate(path, size)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", lost)
        with pytest.raises(LimitError, match=r"see to the disk.*nothing acknowledged is lost"):
            archive.commit()
    for call in (archive.commit, lambda: put(archive, 2)):
        with pytest.raises(LimitError, match="see to the disk"):
            call()
    archive.recover()
    assert lines(tmp_path) == ["record-0"]
    put(archive, 1)
    archive.close()
    assert lines(tmp_path) == ["record-0", "record-1"]
    assert sound(tmp_path)


def test_lines_whose_sync_failed_are_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(tmp_path)
    put(archive, 0)
    written: list[int] = []
    write, sync = os.pwrite, os.fsync

    def counted(fd: int, data: bytes, offset: int) -> int:
        if bytes(data).startswith(b"{"):
            written.append(offset)
        return write(fd, data, offset)

    def fails_once(fd: int) -> None:
        monkeypatch.setattr(os, "fsync", sync)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "pwrite", counted)
    monkeypatch.setattr(os, "fsync", fails_once)
    put(archive, 1)
    with pytest.raises(LimitError, match=f"{tmp_path}: Input/output error"):
        archive.commit()
    assert lines(tmp_path) == ["record-0", "record-1"]  # in the system's memory at least
    second = written[1]
    archive.close()
    assert written == [0, second] * 2
    assert sound(tmp_path)


@pytest.mark.parametrize("more", [0, 3])
def test_an_index_that_is_full_takes_all_back_that_was_not_acknowledged(more: int, tmp_path: Path) -> None:
    """SQLite drops the whole transaction, so the WARC must not go on from the middle of it; or the one statement only,
    and what was before it can still be acknowledged."""
    archive = Archive(tmp_path)
    put(archive, 0)
    archive.commit()
    (path,) = tmp_path.rglob("*.open")
    good = path.stat().st_size
    ((pages,),) = archive.index._read("PRAGMA page_count")
    archive.index._read(f"PRAGMA max_page_count = {pages + more}")
    with pytest.raises(LimitError, match=r"index\.sqlite: the disk is full: make room"):
        work(archive, 100, random.Random(0), set())
    assert archive.index.last_seq() < 100
    try:
        archive.commit()
    except LimitError as error:
        assert "make room" in str(error)  # noqa: PT017 - it may be whole
    assert all(note.startswith(f"{path}: ") for note in archive.recover())
    (now,) = {path, path.with_suffix("")} & set(tmp_path.rglob("*.warc.gz*"))
    assert now.stat().st_size >= good
    archive.index._read("PRAGMA max_page_count = 1000000")
    work(archive, 100, random.Random(0), set())
    archive.close()
    assert lines(tmp_path) == [f"record-{number}" for number in range(100)]
    assert sound(tmp_path)


def test_the_index_is_hardened_before_anything_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(tmp_path)
    put(archive, 0)
    archive.commit()
    put(archive, 1)
    (path,) = tmp_path.rglob("*.open")
    uncut, found = path.stat().st_size, []
    harden = Index.harden
    monkeypatch.setattr(Index, "harden", lambda index: (found.append(path.stat().st_size), harden(index)))
    archive._abandon()  # as kill -9 leaves it
    archive._lock.release()
    Archive(tmp_path).close()
    assert found == [uncut]
    assert sound(tmp_path)


@contextmanager
def size_limit(length: int) -> Iterator[None]:
    """A real limit of the system on the size of this process's files; what is beyond fails in the middle of a write."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_limit_on_files_met_anywhere(memory_path: Path, seed: int) -> None:
    """By the WARC, by the lines or by the index, whichever is the largest when it is met."""
    draw = random.Random(seed)
    archive, known = Archive(memory_path), set[str]()
    total = 40
    with size_limit(draw.randrange(1, 200_000)), suppress(LimitError):
        work(archive, total, draw, known)
    archive.recover()
    assert known <= set(lines(memory_path))
    work(archive, total, draw, known)
    archive.close()
    assert lines(memory_path) == [f"record-{number}" for number in range(total)]
    assert sound(memory_path)


def work(archive: Archive, total: int, draw: random.Random, known: set[str]) -> None:
    """Archive what is not here yet, with commits here and there; `known` is what was acknowledged."""
    fresh: list[str] = []
    for number in range(total):
        if archive.index.get(f"record-{number}") is None:
            put(archive, number)
            fresh.append(f"record-{number}")
        if draw.random() < 0.2 or number == total - 1:
            archive.commit()
            known.update(fresh)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_small_disk_that_is_full(small_disk: Path, seed: int) -> None:
    draw = random.Random(seed)
    root = small_disk / "archive"
    archive, known = Archive(root), set[str]()
    filler = small_disk / "filler"
    filler.write_bytes(bytes(draw.randrange(300_000, 800_000)))
    with pytest.raises(LimitError, match=r"make room|see to the disk"):
        work(archive, 400, draw, known)
    assert verify(root).problems == ()
    is_killed = draw.random() < 0.5
    if is_killed:
        archive._abandon()
        archive._lock.release()
        with pytest.raises(LimitError, match="asks for 700,000"):
            Archive(root, Settings(min_free=700_000))
    filler.unlink()
    subprocess.run(["/bin/sh", "-c", 'mount -o remount,size=64m "$0"', str(small_disk)], check=True)
    if is_killed:
        archive = Archive(root)
    else:
        archive.recover()
    assert known <= set(lines(root))
    work(archive, 400, draw, known)
    archive.close()
    assert lines(root) == [f"record-{number}" for number in range(400)]
    assert sound(root)


def test_nothing_new_is_taken_in_where_less_is_free_than_there_should_be(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    ref = archive.store(capture(1))
    archive._settings = Settings(min_free=1 << 60)  # the disk has filled up since
    for call in (
        lambda: archive.store(capture(2)),
        archive.recover,
        lambda: Archive(tmp_path / "b", archive._settings),
    ):
        with pytest.raises(LimitError, match=r"bytes are free, and archive\.min_free asks for .*: make room") as caught:
            call()
        assert (caught.value.reason, caught.value.exit_code) == ("disk-full", 7)
    made = record(1)
    assert archive.add(ref, made, ledger(made))  # what was begun finds its place
    archive.close()
    assert lines(tmp_path) == ["record-1"]
    assert sound(tmp_path)


def test_a_mount_point_whose_volume_is_gone_is_no_archive(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    archive = Archive(root)
    put(archive, 1)
    archive.commit()
    root.rename(tmp_path / "elsewhere")
    root.mkdir()
    for _ in range(2):
        with pytest.raises(LimitError):
            archive.recover()
        (root / ".lock").touch()  # another's
    (root / ".lock").unlink()
    root.rmdir()
    (tmp_path / "elsewhere").rename(root)
    assert archive.recover() == ()
    archive.close()
    assert sound(root)

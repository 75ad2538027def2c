"""What the tests of the archive share: an archive filled by hand, and a process that is killed while it fills one."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path

from captures import capture, ledger, record

from scraper import records
from scraper.archive import Archive, Settings
from scraper.index import Index
from scraper.types import Verdict, WarcRef
from scraper.verify import verify

DAY_FILE = "articles/2026/11/21.jsonl"


def put(archive: Archive, number: int, verdict: Verdict = Verdict.ARTICLE) -> WarcRef:
    ref = archive.store(capture(number))
    made = record(number, verdict)
    assert archive.add(ref, made, ledger(made))
    return ref


def lines(root: Path) -> list[str]:
    path = root / DAY_FILE
    found = list(records.scan(path)) if path.exists() else []
    return [line.record.id for line in found if isinstance(line, records.Line)]


def sound(root: Path) -> bool:
    report = verify(root)
    assert report.problems == ()
    return report.exit_code == 0


def counted(step: int, real: Callable[..., object], half: Callable[..., object] | None = None) -> Callable[..., object]:
    """The call, which kills this process the `step`th time that any of them is made."""

    def call(*args: object, **more: object) -> object:
        if next(COUNTER) == step:
            if half is not None:
                half(*args)
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **more)

    return call


COUNTER = itertools.count(1)
Fill = Callable[[Archive, int], WarcRef]
"""Stores a capture and adds the article `record-NUMBER` that was made of it."""


def child(root: Path, step: int, told: int, fill: Fill) -> None:
    """Archive five articles, two a commit, and say which are acknowledged."""
    write = os.write
    for name in ("fdatasync", "fsync", "rename", "ftruncate"):
        setattr(os, name, counted(step, getattr(os, name)))
    os.write = counted(step, write, lambda fd, data: write(fd, bytes(data)[: len(data) // 2]))  # type: ignore[assignment]  # a stand-in that counts
    Index.commit = counted(step, Index.commit)  # type: ignore[method-assign]  # the same
    archive = Archive(root, Settings(max_warc=6000))  # closed after the second commit, so cuts fall within files too
    ready: list[str] = []
    for number in range(5):
        if archive.index.get(f"record-{number}"):
            continue
        fill(archive, number)
        ready.append(f"record-{number}\n")
        if number % 2:
            archive.commit()
            write(told, "".join(ready).encode())
            ready.clear()
    archive.close()
    write(told, "".join([*ready, "end\n"]).encode())


def run_child(root: Path, step: int, fill: Fill = put) -> tuple[list[str], bool]:
    """What the child was told is acknowledged, and whether it lived to the end."""
    reading, told = os.pipe()
    process = multiprocessing.get_context("fork").Process(target=child, args=(root, step, told, fill))
    process.start()
    os.close(told)
    with os.fdopen(reading) as pipe:
        lines_told = pipe.read().split()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return [one for one in lines_told if one != "end"], "end" in lines_told

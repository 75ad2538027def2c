from __future__ import annotations

import hashlib
import itertools
import multiprocessing
import os
import random
import re
import resource
import shutil
import signal
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from captures import capture, exchange, file_capture, ledger, page, record, text
from msgspec import structs

from scraper import records
from scraper.archive import Archive, Settings, View, rebuild
from scraper.errors import LimitError, LockedError, ScrapeError, UnusableError, VerificationError
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


def test_one_article_from_capture_to_line(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        ref = put(archive, 1)
        archive.commit()
        with View(tmp_path) as view:  # a reader beside the writer, while the file is named .open
            assert view.read(ref).block == capture(1).exchanges[0].response
            assert view.capture(ref).body == page(1)
            assert view.capture(ref).link == capture(1).link
            found = view.record("record-1")
            assert found is not None
            assert (found.text, found.warc, found.removed) == (text(1), ref, None)
            assert view.ledger("record-1") == ledger(record(1))
            assert view.record("x") is None is view.ledger("x")
            assert sound(tmp_path)
    assert re.fullmatch(r"warc/\d{4}/\d\d/scrape-\d{8}T\d{6}Z-00001\.warc\.gz", ref.file)
    assert (tmp_path / ref.file).exists()
    assert lines(tmp_path) == ["record-1"]
    with View(tmp_path) as view:
        assert view.read(ref).uri("warc-record-id") == ref.record_id
    assert sound(tmp_path)


def test_only_articles_have_lines(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        put(archive, 1, Verdict.CONSENT)
        put(archive, 2)
    assert lines(tmp_path) == ["record-2"]
    with View(tmp_path) as view:
        assert view.index.counts() == {("paper", "consent"): 1, ("paper", "article"): 1}
        assert view.record("record-1") is None
        assert view.ledger("record-1") == ledger(record(1, Verdict.CONSENT))
    assert sound(tmp_path)


def test_a_file_and_redirects_are_stored(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        ref = archive.store(file_capture("/in/a.txt", b"plain"))
        assert archive.capture(ref) == file_capture("/in/a.txt", b"plain")
        hops = (exchange(3, b"", b"HTTP/1.1 302 Found\r\nLocation: /1\r\n\r\n", status=302), *capture(1).exchanges)
        ref = archive.store(structs.replace(capture(1), exchanges=hops))
        assert archive.read(ref).header("warc-target-uri") == "https://news.example/1"
    assert sound(tmp_path)


def test_a_record_is_added_once(tmp_path: Path) -> None:
    for _ in range(2):
        with Archive(tmp_path) as archive:
            ref = archive.store(capture(1))
            archive.add(ref, record(1), ledger(record(1)))
            assert archive.add(ref, record(1), ledger(record(1))) is False
    assert lines(tmp_path) == ["record-1"]
    assert sound(tmp_path)


def test_cleaned_again_the_raw_record_stays_and_the_new_text_stands_beside(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        ref = put(archive, 1)
        again = structs.replace(record(1), id="record-1b", cleaner="2")
        assert archive.add(ref, again, ledger(again))
    assert lines(tmp_path) == ["record-1", "record-1b"]
    assert verify(tmp_path).types == {"conversion": 2, "metadata": 2, "request": 1, "response": 1, "warcinfo": 1}
    assert sound(tmp_path)


def test_files_are_closed_when_they_are_full(tmp_path: Path) -> None:
    with Archive(tmp_path, Settings(max_warc=5000)) as archive:
        refs = []
        for number in range(12):
            refs.append(put(archive, number))
            if number % 3 == 2:
                archive.commit()
    assert len({ref.file for ref in refs}) > 2
    assert not list(tmp_path.rglob("*.open"))
    with View(tmp_path) as view:
        assert [view.capture(ref).body for ref in refs] == [page(number) for number in range(12)]
    assert sound(tmp_path)


def test_nothing_is_written_before_there_is_something(tmp_path: Path) -> None:
    Archive(tmp_path).close()
    assert list((tmp_path / "warc").iterdir()) == []
    assert verify(tmp_path).exit_code == 4


def test_a_refused_record_leaves_no_trace(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        ref = archive.store(capture(1))
        for made in (record(1, title="\ud800"), record(1, origin={"title": "\ud800"})):
            with pytest.raises(ScrapeError, match="surrogate"):
                archive.add(ref, made, ledger(made))
        with pytest.raises(ValueError, match="text_sha256"):
            archive.add(ref, structs.replace(record(1), text="other"), ledger(record(1)))
        with pytest.raises(ValueError, match="the ledger is of record-2"):
            archive.add(ref, record(1), ledger(record(2)))
        put(archive, 2)
    assert lines(tmp_path) == ["record-2"]
    assert sound(tmp_path)


def test_a_second_writer_is_told_who_holds_it(tmp_path: Path) -> None:
    with Archive(tmp_path), pytest.raises(LockedError, match=rf"process {os.getpid()} holds") as error:
        Archive(tmp_path)
    assert error.value.exit_code == 7
    with Archive(tmp_path), pytest.raises(LockedError):
        rebuild(tmp_path)
    Archive(tmp_path).close()


def _wait(ready: object, done: object) -> None:
    ready.set()  # type: ignore[attr-defined]  # multiprocessing's Event has no public type
    done.wait(60)  # type: ignore[attr-defined]  # the same


def test_a_forked_child_does_not_hold_the_lock(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    ready, done = fork.Event(), fork.Event()
    archive = Archive(tmp_path)
    child = fork.Process(target=_wait, args=(ready, done))
    child.start()
    assert ready.wait(60)
    with pytest.raises(LockedError):
        Archive(tmp_path)
    archive.close()
    Archive(tmp_path).close()
    done.set()
    child.join()


@pytest.mark.parametrize("name", ["a-file", "a-file/below"])
def test_a_place_that_cannot_be_written_is_one_clear_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "a-file").write_text("x")
    with pytest.raises(LimitError, match=r"a-file.*cannot be written .*another directory") as error:
        Archive(tmp_path / name)
    assert "\n" not in str(error.value)


def test_a_view_needs_an_index(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="no archive here"):
        View(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"file": "../outside.warc.gz"},
        {"file": "warc/2026/11/gone.warc.gz"},
        {"offset": 0},
        {"offset": 7},
        {"offset": 10**9},
    ],
)
def test_a_reference_that_leads_nowhere(tmp_path: Path, change: dict[str, object]) -> None:
    (tmp_path / "outside.warc.gz").write_bytes(b"")
    with Archive(tmp_path / "a") as archive:
        ref = put(archive, 1)
        with pytest.raises(VerificationError):
            archive.read(structs.replace(ref, **change))


# ---- crashes: a child process kills itself at a chosen system call, before it, or halfway through a write


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


def child(root: Path, step: int, told: int) -> None:
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
        put(archive, number)
        ready.append(f"record-{number}\n")
        if number % 2:
            archive.commit()
            write(told, "".join(ready).encode())
            ready.clear()
    archive.close()
    write(told, "".join([*ready, "end\n"]).encode())


def run_child(root: Path, step: int) -> tuple[list[str], bool]:
    """What the child was told is acknowledged, and whether it lived to the end."""
    reading, told = os.pipe()
    process = multiprocessing.get_context("fork").Process(target=child, args=(root, step, told))
    process.start()
    os.close(told)
    with os.fdopen(reading) as pipe:
        lines_told = pipe.read().split()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return [one for one in lines_told if one != "end"], "end" in lines_told


def test_kill_at_every_step_loses_nothing_acknowledged_and_doubles_nothing(tmp_path: Path) -> None:
    everything = [f"record-{number}" for number in range(5)]
    steps = 0
    alive = False
    while not alive:
        steps += 1
        root = tmp_path / str(steps)
        acknowledged, alive = run_child(root, steps)
        if root.exists():
            assert verify(root).problems == ()  # before anybody repairs it
        if steps % 4 == 0:  # a second crash, now during the repair
            more, _ = run_child(root, steps // 4)
            acknowledged += more
        with Archive(root) as archive:
            known = [row.id for row in archive.index.rows()]
        assert set(acknowledged) <= set(known)
        assert lines(root) == known
        assert not list(root.rglob("*.open"))
        assert verify(root).problems == ()
        with Archive(root) as archive:
            for number in range(5):
                if f"record-{number}" not in known:
                    put(archive, number)
        assert lines(root) == everything
        assert sound(root)
    assert steps > 40


def test_a_full_disk_breaks_nothing_acknowledged(tmp_path: Path) -> None:
    """A real limit of the system on the size of a file; what is beyond it fails in the middle of a write."""
    with Archive(tmp_path) as archive:
        put(archive, 1)
    limit = 3 * 4096
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    archive = Archive(tmp_path)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    stored = 0
    try:
        with pytest.raises(LimitError, match="make room"):  # noqa: PT012 which of the writes fails is the disk's choice
            while stored < 100:
                archive.store(capture(stored, random.Random(stored).randbytes(1000)))
                stored += 1
        assert stored > 3
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    put(archive, 2)  # there is room again: what failed was taken back, and writing goes on
    archive.close()
    assert lines(tmp_path) == ["record-1", "record-2"]
    assert verify(tmp_path).types["response"] == stored + 2
    assert sound(tmp_path)


def test_lines_that_find_no_room_are_written_by_the_next_commit(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    (tmp_path / DAY_FILE).parent.mkdir(parents=True)
    (tmp_path / DAY_FILE).mkdir()  # in the way
    put(archive, 1)
    with pytest.raises(LimitError):
        archive.commit()
    (tmp_path / DAY_FILE).rmdir()
    put(archive, 2)
    archive.close()
    assert lines(tmp_path) == ["record-1", "record-2"]
    assert sound(tmp_path)


def test_a_strange_tail_goes_to_quarantine(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        ref = put(archive, 1)
    with (tmp_path / DAY_FILE).open("ab") as file:
        file.write(b'{"schema":1,"id":"half')
    left = tmp_path / f"{ref.file.removesuffix('1.warc.gz')}9.warc.gz.open"
    left.write_bytes(b"never acknowledged")
    with Archive(tmp_path) as archive:
        assert len(archive.repairs) == 2
    assert sorted(path.read_bytes() for path in (tmp_path / "quarantine").iterdir()) == [
        b"never acknowledged",
        b'{"schema":1,"id":"half',
    ]
    assert sound(tmp_path)


def test_an_index_out_of_a_backup_is_not_believed(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        put(archive, 1)
    old = (tmp_path / "index.sqlite").read_bytes()
    with Archive(tmp_path) as archive:
        put(archive, 2)
    (tmp_path / "index.sqlite").write_bytes(old)
    with pytest.raises(VerificationError, match="older than this file: rebuild"):
        Archive(tmp_path)
    rebuild(tmp_path)
    assert lines(tmp_path) == ["record-1", "record-2"]
    with Archive(tmp_path) as archive:
        put(archive, 3)
    assert sound(tmp_path)


def test_lost_lines_are_named_and_the_archive_goes_on(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        put(archive, 1)
    (tmp_path / DAY_FILE).unlink()
    with Archive(tmp_path) as archive:
        assert "acknowledged bytes are gone" in archive.repairs[0]
        put(archive, 2)
    assert lines(tmp_path) == ["record-2"]
    assert any(problem.record == "record-1" for problem in verify(tmp_path).problems)


# ---- the index again from the files


def test_rebuild_gives_the_same_index(tmp_path: Path) -> None:
    with Archive(tmp_path, Settings(max_warc=3000)) as archive:
        for number in range(6):
            put(archive, number, Verdict.CONSENT if number == 2 else Verdict.ARTICLE)
            archive.commit()
    with View(tmp_path) as view:
        before = {row.id: structs.replace(row, seq=0) for row in view.index.rows()}
        files = view.index.files()
        seen = view.index.seen("paper", "https://news.example/4")
    assert rebuild(tmp_path) == ()
    with View(tmp_path) as view:
        after = {row.id: structs.replace(row, seq=0) for row in view.index.rows()}
        assert view.index.files() == files
        assert view.index.seen("paper", "https://news.example/4") == seen == "record-4"
        assert [row.id for row in view.index.search("harbour 4")] == ["record-4"]
    page_row = before.pop("record-2")
    assert after.pop("record-2") == structs.replace(
        page_row, title=None, word_count=0, text_sha256=hashlib.sha256(b"").hexdigest()
    )
    assert after == before
    assert sound(tmp_path)


def test_a_missing_index_is_rebuilt_at_opening(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        put(archive, 1)
    (tmp_path / "index.sqlite").unlink()
    with Archive(tmp_path) as archive:
        ref = archive.store(capture(1))
        assert archive.add(ref, record(1), ledger(record(1))) is False
        put(archive, 2)
    assert lines(tmp_path) == ["record-1", "record-2"]
    assert sound(tmp_path)


@pytest.mark.parametrize("with_index", [True, False])
def test_rebuild_after_a_crash(tmp_path: Path, with_index: bool) -> None:
    root = tmp_path / "crashed"
    with Archive(tmp_path / "live") as archive:
        put(archive, 1)
        archive.commit()
        archive.store(capture(2))
        shutil.copytree(tmp_path / "live", root)  # what a power cut would leave
    if not with_index:
        for path in root.glob("index.sqlite*"):
            path.unlink()
    (left,) = root.rglob("*.open")
    with left.open("ab") as file:
        file.write(left.read_bytes()[:50])
    assert verify(root).problems == ()
    assert len(rebuild(root)) == 1
    assert lines(root) == ["record-1"]
    assert verify(root).types["response"] == (1 if with_index else 2)
    assert sound(root)


def test_a_rebuilt_index_is_one_file_and_no_old_log_meets_it(tmp_path: Path) -> None:
    root = tmp_path / "crashed"
    with Archive(tmp_path / "live") as archive:
        put(archive, 1)
        archive.commit()
        put(archive, 2)
        archive.commit()
        shutil.copytree(tmp_path / "live", root)
    assert (root / "index.sqlite-wal").stat().st_size > 0
    (root / "index.sqlite").write_bytes(b"damaged")
    rebuild(root)
    assert sorted(path.name for path in root.glob("index.sqlite*")) == ["index.sqlite"]
    alone = tmp_path / "alone.sqlite"
    shutil.copy(root / "index.sqlite", alone)
    with closing(Index(alone)) as index:
        assert [row.id for row in index.rows()] == ["record-1", "record-2"]
        assert len(index.files()) == 2
    assert sound(root)


def test_rebuild_needs_a_directory(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="no such directory"):
        rebuild(tmp_path / "x")


def test_the_clock_is_given(tmp_path: Path) -> None:
    at = datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC)
    with Archive(tmp_path, Settings(clock=lambda: at)) as archive:
        ref = put(archive, 1)
    assert ref.file == "warc/2031/02/scrape-20310203T040506Z-00001.warc.gz"

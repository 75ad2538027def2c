from __future__ import annotations

import random
import re
import resource
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from archives import DAY_FILE, lines, put, run_child, sound
from captures import capture, exchange, file_capture, ledger, page, record, text
from msgspec import structs

from scraper.archive import Archive, Settings, View, rebuild
from scraper.errors import LimitError, ScrapeError, UnusableError, VerificationError
from scraper.types import Verdict
from scraper.verify import verify


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
            reasons = view.ledger("record-1")
            assert reasons is not None
            assert reasons == structs.replace(ledger(record(1)), line=structs.replace(found, text=""))
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
        reasons = view.ledger("record-1")
        assert reasons is not None
        assert reasons.line is not None
        assert (reasons.verdict, reasons.line.verdict, reasons.line.text) == (Verdict.CONSENT, Verdict.CONSENT, "")
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


def test_a_file_is_closed_by_the_first_commit_that_finds_it_old(tmp_path: Path) -> None:
    now = datetime(2031, 2, 3, 4, 0, 0, tzinfo=UTC)
    with Archive(tmp_path, Settings(max_age=3600.0, clock=lambda: now)) as archive:
        first = put(archive, 1)
        now += timedelta(minutes=59)
        archive.commit()
        second = put(archive, 2)
        now += timedelta(minutes=1)
        assert first.file == second.file
        assert (tmp_path / f"{first.file}.open").exists()
        archive.commit()
        assert (tmp_path / first.file).exists()
        third = put(archive, 3)
        now += timedelta(minutes=60)
        fourth = put(archive, 4)  # nobody committed meanwhile: what is stored first closes it
        now -= timedelta(days=9)  # a clock that is set back
        archive.commit()
        assert put(archive, 5).file == fourth.file
    names = [ref.file.rpartition("/")[2] for ref in (first, third, fourth)]
    assert names == [f"scrape-20310203T0{hour}0000Z-00001.warc.gz" for hour in (4, 5, 6)]
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


def _edited(path: Path) -> bytes:
    changed = path.read_bytes().replace(b"Title 1", b"Headline 1", 1)
    path.write_bytes(changed)
    return changed


def test_lines_that_were_edited_by_hand_are_neither_cut_nor_added_to(tmp_path: Path) -> None:
    """The edit moved every line behind it, so what is acknowledged ends within one."""
    with Archive(tmp_path) as archive:
        put(archive, 1)
        put(archive, 2)
    changed = _edited(tmp_path / DAY_FILE)
    with pytest.raises(VerificationError, match=rf"{DAY_FILE}: was changed by another program.*`scrape verify`"):
        Archive(tmp_path)
    assert (tmp_path / DAY_FILE).read_bytes() == changed
    assert list((tmp_path / "quarantine").iterdir()) == []
    rebuild(tmp_path)  # the way out
    with Archive(tmp_path) as archive:
        put(archive, 3)
    assert lines(tmp_path) == ["record-1", "record-2", "record-3"]
    assert {problem.record for problem in verify(tmp_path).problems} == {"record-1"}


def test_lines_that_are_edited_under_a_writer(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    put(archive, 1)
    archive.commit()
    changed = _edited(tmp_path / DAY_FILE)
    put(archive, 2)
    with pytest.raises(VerificationError, match="was changed"):
        archive.commit()
    assert (tmp_path / DAY_FILE).read_bytes() == changed
    (tmp_path / DAY_FILE).write_bytes(changed.replace(b"Headline 1", b"Title 1", 1))
    archive.close()
    assert lines(tmp_path) == ["record-1", "record-2"]
    assert sound(tmp_path)


def test_a_file_of_lines_that_was_cut_is_not_added_to(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        put(archive, 1)
        put(archive, 2)
    path = tmp_path / DAY_FILE
    before = path.read_bytes()
    path.write_bytes(before[:-10])
    with pytest.raises(VerificationError, match="was changed"):
        Archive(tmp_path)
    rebuild(tmp_path)
    assert path.read_bytes() == before
    assert sound(tmp_path)


def test_the_clock_is_given(tmp_path: Path) -> None:
    at = datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC)
    with Archive(tmp_path, Settings(clock=lambda: at)) as archive:
        ref = put(archive, 1)
    assert ref.file == "warc/2031/02/scrape-20310203T040506Z-00001.warc.gz"

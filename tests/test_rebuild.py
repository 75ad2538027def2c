"""The index made again from the files, and from the WARC the lines that are lost."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest
from archives import DAY_FILE, lines, put, run_child, sound
from captures import capture, ledger, record
from msgspec import structs

from scraper.archive import Archive, Settings, View, rebuild
from scraper.errors import UnusableError
from scraper.index import Index
from scraper.types import Verdict
from scraper.verify import verify


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


def forget_index(root: Path) -> None:
    for path in root.glob("index.sqlite*"):
        path.unlink()


def test_killed_at_every_step_and_the_index_lost_with_it(tmp_path: Path) -> None:
    """What is whole in the WARC gets its line again, what is not is done again: each article is there once."""
    everything = [f"record-{number}" for number in range(5)]
    steps = 0
    alive = False
    while not alive:
        steps += 1
        root = tmp_path / str(steps)
        acknowledged, alive = run_child(root, steps)
        forget_index(root)
        with Archive(root) as archive:
            known = [row.id for row in archive.index.rows()]
            assert set(acknowledged) <= set(known)
            assert all(archive.index.seen("paper", f"news.example/{one[-1]}") == one for one in known)
            assert sorted(lines(root)) == known
            for number in range(5):
                if f"record-{number}" not in known:
                    assert archive.index.seen("paper", f"news.example/{number}") is None
                    put(archive, number)
        assert sorted(lines(root)) == everything
        assert sound(root)
    assert steps > 40


def test_lost_lines_are_made_again_byte_for_byte(tmp_path: Path) -> None:
    with Archive(tmp_path, Settings(max_warc=3000)) as archive:
        for number in range(6):
            put(archive, number, Verdict.CONSENT if number == 2 else Verdict.ARTICLE)
            archive.commit()
    path = tmp_path / DAY_FILE
    before = path.read_bytes()
    shutil.rmtree(tmp_path / "articles")
    forget_index(tmp_path)
    assert rebuild(tmp_path) == (f"{path}: 5 lost lines were made again from the WARC",)
    assert path.read_bytes() == before
    first, second, *rest = before.splitlines(keepends=True)
    path.write_bytes(b"".join([first, *rest, second[:40]]))
    said, quarantined, made = rebuild(tmp_path)
    assert "the old index could not help" in said
    assert "40 bytes" in quarantined
    assert "1 lost lines" in made
    assert path.read_bytes() == b"".join([first, *rest, second])
    assert rebuild(tmp_path) == ()
    assert sound(tmp_path)


def test_a_line_that_cannot_be_made_again_leaves_its_article_unseen(tmp_path: Path) -> None:
    """The ledger does not vouch for it: the text of its conversion was changed, or it is of an older version."""
    with Archive(tmp_path) as archive:
        ref = archive.store(capture(1))
        archive._writer.derive(structs.replace(record(1), warc=ref), ledger(record(1)), b"a line that is lost\n")
    forget_index(tmp_path)
    (note,) = rebuild(tmp_path)
    assert "the lost line of article record-1 cannot be made again: clean it again" in note
    with View(tmp_path) as view:
        assert view.index.seen("paper", "news.example/1") is None
    assert lines(tmp_path) == []


@pytest.mark.parametrize("cut", [None, 100])
def test_a_warc_file_that_is_lost_stays_known_until_it_is_forgotten(tmp_path: Path, cut: int | None) -> None:
    with Archive(tmp_path, Settings(max_warc=3000)) as archive:
        for number in range(6):
            put(archive, number, Verdict.CONSENT)  # no line of JSONL would miss it
            archive.commit()
    victim = sorted(tmp_path.glob("warc/*/*/*.warc.gz"))[1]
    whole = victim.read_bytes()
    victim.write_bytes(whole[:cut]) if cut else victim.unlink()
    for _ in range(2):
        assert any(str(victim) in note and "--forget-lost" in note for note in rebuild(tmp_path))
        assert {problem.slug for problem in verify(tmp_path).problems} >= {"lost-bytes" if cut else "lost-file"}
    victim.write_bytes(whole)
    assert rebuild(tmp_path) == ()
    assert sound(tmp_path)
    victim.unlink()
    assert rebuild(tmp_path, forget_lost=True) != ()
    assert sound(tmp_path)
    assert rebuild(tmp_path) == ()

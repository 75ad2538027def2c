"""`scrape verify`: 0, 4 or 5, and where something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from archive_support import capture, filled
from cli_support import Ran, run

from scraper.archive import Archive
from scraper.index import NAME


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An archive of two articles and a page that is none."""
    filled(tmp_path / "archive")
    return tmp_path / "archive"


def verify(root: Path) -> Ran:
    return run("verify", "--archive", str(root))


def warc(root: Path) -> Path:
    (path,) = root.glob("warc/*/*/*.warc.gz")
    return path


def test_a_sound_archive_is_counted(root: Path) -> None:
    ran = verify(root)
    assert (ran.code, ran.err) == (0, "")
    size = sum(path.stat().st_size for path in (warc(root), *root.glob("articles/*/*/*")))
    assert ran.out.splitlines() == [
        "WARC files   1 (2 conversion, 3 metadata, 3 request, 3 response, 1 warcinfo)",
        "JSONL files  1 (2 records)",
        "pages        2 article, 1 soft_404",
        "index        3 records",
        f"read         {size:,} bytes",
        "problems     none",
    ]


def test_the_archive_may_be_named_without_its_option(root: Path) -> None:
    assert run("verify", str(root)) == verify(root)
    ran = run("verify", str(root), "--archive", str(root))
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    ran = run("status", str(root))
    assert (ran.code, ran.err) == (
        2,
        f"scrape: unexpected argument {root}; an archive is named by --archive {root} (see `scrape status --help`)\n",
    )


def test_nothing_to_verify(tmp_path: Path) -> None:
    Archive(tmp_path / "empty").close()
    for name in ("empty", "."):
        ran = verify(tmp_path / name)
        assert (ran.code, ran.out, ran.err.count("\n")) == (4, "", 1)
        assert "nothing to verify; `scrape run`" in ran.err
    ran = verify(tmp_path / "gone")
    assert (ran.code, ran.err) == (1, f"scrape: {tmp_path}/gone: no such directory\n")


def test_a_flipped_byte_names_file_offset_and_record(root: Path) -> None:
    """In the middle of the file, so in one of the records behind the first."""
    path = warc(root)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)
    ran = verify(root)
    assert ran.code == 5
    name = path.relative_to(root)
    at = [int(line.split(": at ")[1].split(":")[0]) for line in ran.err.splitlines() if f"{name}: at " in line]
    assert any(0 < offset <= len(data) // 2 for offset in at)
    problems = int(ran.out.splitlines()[-1].split()[1])
    assert problems == ran.err.count("\n") > 0


def test_a_changed_line_names_its_record(root: Path) -> None:
    (path,) = root.glob("articles/*/*/*.jsonl")
    path.write_bytes(path.read_bytes().replace(b"Harbour reopens", b"Harbour refuses"))
    ran = verify(root)
    assert ran.code == 5
    offset = path.read_bytes().index(b"\n") + 1
    with Archive(root) as archive:
        second = [row.id for row in archive.index.rows()][1]
    assert f"scrape: {path.relative_to(root)}: at {offset}: {second}: " in ran.err


def test_a_file_cut_short(root: Path) -> None:
    path = warc(root)
    path.write_bytes(path.read_bytes()[:-100])
    ran = verify(root)
    assert ran.code == 5
    assert f"scrape: {path.relative_to(root)}: " in ran.err
    assert "acknowledged bytes are gone" in ran.err


def test_a_file_that_is_gone(root: Path) -> None:
    warc(root).unlink()
    ran = verify(root)
    assert ran.code == 5
    assert "the file is gone" in ran.err


def test_a_missing_index_is_a_warning(root: Path) -> None:
    (root / NAME).unlink()
    ran = verify(root)
    assert (ran.code, ran.err) == (0, f"scrape: warning: {NAME}: there is no index; it can be rebuilt\n")
    assert "index        0 records" in ran.out


def test_a_damaged_index_is_named_and_the_files_are_judged_all_the_same(root: Path) -> None:
    (root / NAME).write_bytes(b"no database at all" * 100)
    ran = verify(root)
    assert ran.code == 5
    assert f"{NAME}: " in ran.err
    assert "2 conversion" in ran.out


def test_while_somebody_writes(root: Path) -> None:
    with Archive(root) as archive:
        archive.store(capture(url="https://news.example/new"))
        assert verify(root).code == 0


def test_the_archive_of_the_configuration(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.yaml").write_text("archive: {directory: archive}\n")
    assert run("verify", "--config", "c.yaml").code == 0
    assert run("verify", "--config", "gone.yaml").code == 2

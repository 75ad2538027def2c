"""`scrape verify`: 0, 4 or 5, and where something is wrong."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest
from archive_support import URL, capture, filled
from cli_support import Ran, TextTerminal, run

from scraper.archive import Archive
from scraper.cli.streams import Streams
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


def test_json_for_machines(root: Path) -> None:
    ran = run("verify", str(root), "--json")
    assert (ran.code, ran.err, ran.out.count("\n")) == (0, "", 1)
    said = json.loads(ran.out)
    assert (said["sound"], said["problems"], said["warnings"], said["unlisted"]) == (True, [], [], 0)
    assert (said["warcs"], said["files"], said["lines"], said["indexed"]) == (1, 1, 2, 3)
    assert (said["types"]["response"], said["verdicts"]) == (3, {"article": 2, "soft_404": 1})
    path = warc(root)
    path.write_bytes(path.read_bytes()[:-100])
    ran = run("verify", str(root), "--json")
    assert (ran.code, ran.err) == (5, "")
    said = json.loads(ran.out)
    assert said["sound"] is False
    lost = next(problem for problem in said["problems"] if problem["slug"] == "lost-bytes")
    assert (lost["file"], lost["offset"], lost["record"]) == (
        path.relative_to(root).as_posix(),
        path.stat().st_size,
        None,
    )
    assert "acknowledged bytes are gone" in lost["what"]
    assert {"torn", "changed-file"} <= {problem["slug"] for problem in said["problems"]}


def test_quiet_says_problems_alone(root: Path) -> None:
    (root / "notes.txt").write_text("x")
    assert run("verify", str(root), "-q") == Ran(0, "", "")
    warc(root).unlink()
    ran = run("verify", str(root), "-q")
    assert (ran.code, ran.out) == (5, "")
    assert "warning" not in ran.err


def test_files_that_do_not_belong_are_a_warning(root: Path) -> None:
    for name in ("notes.txt", "warc/a.warc", "articles/2026/x.csv", "quarantine/anything", ".hidden"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")
    ran = verify(root)
    assert ran.code == 0
    assert sorted(line.split(": ")[2] for line in ran.err.splitlines()) == [
        "articles/2026/x.csv",
        "notes.txt",
        "warc/a.warc",
    ]


def test_what_was_purged_is_counted(root: Path) -> None:
    assert run("purge", URL, "--archive", str(root), "--reason", "case").code == 0
    ran = verify(root)
    assert (ran.code, ran.err) == (0, "")
    assert "purged       4 records, 1 tombstones\n" in ran.out


def test_a_bar_on_a_terminal_and_nothing_elsewhere(root: Path) -> None:
    streams = Streams(io.BytesIO(), io.BytesIO(), TextTerminal())
    ran = run("verify", str(root), streams=streams)
    assert "[" in ran.err
    assert ran.err.endswith("\r\x1b[K")
    assert run("verify", str(root), "-q", streams=Streams(io.BytesIO(), io.BytesIO(), TextTerminal())).err == ""
    assert verify(root).err == ""


@pytest.mark.parametrize("name", ["warc/2026/11/a.warc.gz", "warc/2026/11/a.warc.gz.open", "articles/2026/11/01.jsonl"])
def test_a_pipe_among_the_files_is_waited_for_by_nobody(root: Path, name: str) -> None:
    os.mkfifo(root / name)
    (root / "warc/2026/11/b.warc.gz").mkdir()
    assert run("index", "--archive", str(root)).code == 0
    assert run("purge", URL, "--archive", str(root), "--reason", "case").code == 0
    ran = verify(root)
    assert (ran.code, ran.err.splitlines()) == (
        0,
        [
            "scrape: warning: warc/2026/11/b.warc.gz: no plain file: nobody reads it",
            f"scrape: warning: {name}: no plain file: nobody reads it",
        ][:: -1 if name.startswith("warc/2026/11/a") else 1],
    )


def test_a_pipe_in_the_place_of_a_file(root: Path) -> None:
    path = warc(root)
    path.unlink()
    os.mkfifo(path)
    ran = verify(root)
    assert ran.code == 5
    assert f"{path.relative_to(root)}: the file is gone: what has its name is no plain file\n" in ran.err


def test_a_name_that_is_no_text(root: Path) -> None:
    for name in (b"warc/2026/11/\xff.warc.gz", b"\xfe\n"):
        (root / os.fsdecode(name)).write_bytes(b"x")
    assert run("index", "--archive", str(root)).code == 0
    ran = run("verify", str(root), "--json")
    assert (ran.code, ran.err) == (0, "")
    assert [warning["file"] for warning in json.loads(ran.out)["warnings"]] == [
        "\\xfe\n",
        "warc/2026/11/\\xff.warc.gz",
    ]


def test_an_empty_warc_file_is_none(root: Path) -> None:
    name = "warc/2026/11/a.warc.gz"
    (root / name).write_bytes(b"")
    assert run("index", "--archive", str(root)).code == 0
    ran = verify(root)
    assert ran.code == 5
    assert f"{name}: an empty file" in ran.err

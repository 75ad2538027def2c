"""`scrape index`: the index made again."""

from __future__ import annotations

import tarfile
from pathlib import Path

from archive_support import filled
from cli_support import run

from scraper.archive import Archive
from scraper.index import NAME


def test_a_lost_index_is_made_again(tmp_path: Path) -> None:
    records = filled(tmp_path)
    before = run("export", "--archive", str(tmp_path)).out
    (tmp_path / NAME).unlink()
    ran = run("index", "--archive", str(tmp_path))
    assert (ran.code, ran.err) == (0, "")
    assert "made again, 3 records" in ran.out
    assert run("export", "--archive", str(tmp_path)).out == before
    for record in records:
        assert run("explain", record.id, "--archive", str(tmp_path)).code == 0
    assert run("verify", "--archive", str(tmp_path)).code == 0


def test_what_was_repaired_is_said(tmp_path: Path) -> None:
    filled(tmp_path)
    [lines] = tmp_path.glob("articles/*/*/*.jsonl")
    with lines.open("ab") as file:
        file.write(b'{"schema": 1, "id"')
    out = run("index", "--archive", str(tmp_path)).out
    assert f"{lines}: 18 bytes from " in out
    assert "quarantine" in out


def test_a_writer_is_not_disturbed(tmp_path: Path) -> None:
    filled(tmp_path)
    with Archive(tmp_path):
        ran = run("index", "--archive", str(tmp_path))
    assert (ran.code, ran.out) == (7, "")
    assert "holds this archive" in ran.err


def test_rebuild_by_its_other_name(tmp_path: Path) -> None:
    filled(tmp_path)
    assert "made again, 3 records" in run("index", "--rebuild", "--archive", str(tmp_path)).out


def test_an_archive_of_an_older_version_is_upgraded(tmp_path: Path) -> None:
    with tarfile.open(Path(__file__).parents[1] / "data" / "archive-schema-1.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    for command in (("verify",), ("search", "harbour"), ("status",)):
        ran = run(*command, "--archive", str(tmp_path))
        assert (ran.code, ran.out) == (1, "")
        assert f"{tmp_path / NAME}: schema 1, this version knows" in ran.err
        assert "`scrape index` upgrades it" in ran.err
    assert "made again, 3 records" in run("index", "--archive", str(tmp_path)).out
    assert run("verify", "--archive", str(tmp_path)).code == 0

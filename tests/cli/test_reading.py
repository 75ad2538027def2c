"""What holds for every command that reads an archive: where there is none, beside a writer, on a terminal."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from archive_support import capture, filled, page, put
from cli_support import Terminal, run

from scraper.archive import Archive
from scraper.cli.streams import Streams
from scraper.index import NAME

READING = [["show", "abcdef"], ["explain", "abcdef"], ["search", "bridge"], ["status"], ["export"], ["reclean"]]


@pytest.mark.parametrize("argv", READING, ids=lambda argv: argv[0])
def test_without_an_index_the_way_out_is_named_and_nothing_is_made(tmp_path: Path, argv: list[str]) -> None:
    filled(tmp_path)
    (tmp_path / NAME).unlink()
    ran = run(*argv, "--archive", str(tmp_path))
    assert (ran.code, ran.out) == (4, "")
    assert "`scrape index`" in ran.err
    assert ran.err.count("\n") == 1
    assert not (tmp_path / NAME).exists()


@pytest.mark.parametrize("argv", [*READING, ["index"]], ids=lambda argv: argv[0])
def test_what_is_no_archive_is_left_alone(tmp_path: Path, argv: list[str]) -> None:
    for root in (tmp_path, tmp_path / "nowhere"):
        ran = run(*argv, "--archive", str(root))
        assert (ran.code, ran.out) == (4, "")
        assert "`scrape fetch URL`" in ran.err
    assert os.listdir(tmp_path) == []


def test_a_writer_does_not_keep_readers_out(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        record = put(archive, capture())
        archive.commit()
        argv = [["show", record.id], ["explain", record.id], ["search", "bridge"], ["status"], ["export"]]
        for command in argv:
            ran = run(*command, "--archive", str(tmp_path))
            assert (ran.code, ran.err) == (0, ""), command
            assert "bridge" in ran.out or command == ["status"]


def test_a_terminal_gets_no_control_characters_out_of_an_archive(tmp_path: Path) -> None:
    hostile = "a\x1b]0;owned\x07\x9b2J"
    html = page(f"Bridge {hostile} approved", f"The council {hostile} approved the bridge on Tuesday after a debate.")
    with Archive(tmp_path) as archive:
        record = put(archive, capture(html), title=f"Bridge {hostile}\nid fake", source=f"paper{hostile}")
    argv = [["show", record.id], ["explain", record.id], ["search", "bridge"], ["status"], ["export"]]
    argv += [[*command, "--json"] for command in argv[:3]] + [["export", "--format", "text"]]
    for command in argv:
        streams = Streams(io.BytesIO(), Terminal(), io.StringIO())
        out = run(*command, "--archive", str(tmp_path), streams=streams).out
        assert out, command
        left = out.replace("\x1b[31m", "").replace("\x1b[0m", "")  # explain's own colours
        assert not any(char in left for char in "\x1b\x07\x9b"), command
        assert not any(line.startswith("id fake") for line in out.splitlines()), command


# A record is named by the beginning of its id.


def test_the_beginning_of_an_id_is_enough_if_it_is_one_records(tmp_path: Path) -> None:
    records = filled(tmp_path)
    for record in records[:2]:
        for given in (record.id, record.id[:6], record.id[:9].upper()):
            assert record.id in run("show", given, "--archive", str(tmp_path)).out


def test_an_id_that_is_none_or_several_names_candidates(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        first = put(archive, capture(), id="abcdef" + "0" * 26)
        second = put(archive, capture(page("Another")), id="abcdef" + "1" * 26)
    for command in ("show", "explain"):
        ran = run(command, "abcdef", "--archive", str(tmp_path))
        assert (ran.code, ran.out) == (4, "")
        assert first.id in ran.err
        assert second.id in ran.err
        near = run(command, "abcdef02", "--archive", str(tmp_path))
        assert near.code == 4
        assert first.id in near.err
        assert run(command, "0123456789", "--archive", str(tmp_path)).code == 4
        assert run(command, "abcdef00", "--archive", str(tmp_path)).code == 0


@pytest.mark.parametrize("given", ["abcde", "bridge-over", "a" * 33, ""])
def test_what_cannot_be_an_id_is_a_misunderstanding(tmp_path: Path, given: str) -> None:
    filled(tmp_path)
    ran = run("show", given, "--archive", str(tmp_path))
    assert ran.code == 2
    assert "hexadecimal" in ran.err

"""A folder is replaced only where it is an earlier export that nobody touched."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from scraper.errors import LimitError, UsageError
from scraper.export import whole_file, whole_folder
from scraper.export.place import SUMS


def fill(target: Path, **texts: str) -> None:
    with whole_folder(target, "test") as folder:
        for name, text in texts.items():
            (folder / "deep").mkdir(exist_ok=True)
            (folder / "deep" / name).write_text(text)


def test_a_folder_is_there_whole_and_its_digests_are_right(tmp_path: Path) -> None:
    target = tmp_path / "out"
    fill(target, a="1", b="2")
    subprocess.run(["/usr/bin/env", "sha256sum", "--check", "--strict", "--quiet", SUMS], cwd=target, check=True)
    fill(target, a="3")
    assert [path.name for path in (target / "deep").iterdir()] == ["a"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    fill(tmp_path / "out", a="1")
    assert (tmp_path / "out" / "deep" / "a").read_text() == "1"


@pytest.mark.parametrize(
    ("touch", "said"),
    [
        (lambda out: (out / "notes.md").write_text("mine"), "notes.md is not from an export"),
        (lambda out: (out / "deep" / "a").write_text("mine"), "deep/a was changed since the export"),
        (lambda out: (out / "deep" / "a").unlink() or (out / "deep" / "a").symlink_to("/etc/passwd"), "was changed"),
        (lambda out: (out / "link").symlink_to(out / "deep"), "link is not from an export"),
        (lambda out: (out / SUMS).write_text("0  deep/a\n"), "holds files, and is no earlier export"),
        (lambda out: (out / SUMS).unlink(), "holds files, and is no earlier export"),
    ],
)
def test_what_is_not_an_export_as_it_was_made_is_refused(tmp_path: Path, touch: object, said: str) -> None:
    out = tmp_path / "out"
    fill(out, a="1")
    touch(out)  # type: ignore[operator]  # a function of the table
    before = sorted(out.rglob("*"))
    with pytest.raises(UsageError, match=said):
        fill(out, a="2")
    assert sorted(out.rglob("*")) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_file_where_a_folder_should_be_and_the_other_way_round(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="no folder"):
        fill(tmp_path / "file")
    with pytest.raises(UsageError, match="no plain file"), whole_file(tmp_path):
        pass
    with pytest.raises(LimitError, match="choose another --output"):
        fill(tmp_path / "none" / "out")


def test_a_folder_that_cannot_be_put_in_its_place_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    fill(out, a="1")
    rename = os.rename

    def broken(source: Path, target: Path) -> None:
        if str(source).endswith(".new"):
            raise OSError(5, "Input/output error")
        rename(source, target)

    monkeypatch.setattr("os.rename", broken)
    with pytest.raises(LimitError, match="Input/output error"):
        fill(out, a="2")
    assert (out / "deep" / "a").read_text() == "1"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_error_within_leaves_the_old_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    fill(out, a="1")

    def interrupted() -> None:
        with whole_folder(out, "test") as folder:
            (folder / "half").write_text("x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert (out / "deep" / "a").read_text() == "1"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]

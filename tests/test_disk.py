"""What is said where the archive's directory cannot be written: one line, with the way out."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from scraper.archive import disk
from scraper.errors import LimitError


def said(path: Path, number: int) -> str:
    with pytest.raises(LimitError, match="cannot be written") as caught, disk.guarded(path):
        raise OSError(number, os.strerror(number), str(path))
    assert (caught.value.reason, caught.value.exit_code) == ("not-writable", 7)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM])
def test_another_s_directory_names_both_and_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    owner = tmp_path.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 10_001)
    line = said(tmp_path / "archive" / "warc", number)  # which are not there: what is, is the directory above
    who = f"this is user {owner + 10_001}, {tmp_path} is user {owner}'s"
    assert line.endswith(f"{who}; chown {owner + 10_001} {tmp_path}, or run as {owner}")


def test_one_s_own_directory_without_rights(tmp_path: Path) -> None:
    assert said(tmp_path, errno.EACCES).endswith(f"chmod u+rwx {tmp_path}")


def test_a_volume_that_is_mounted_read_only(tmp_path: Path) -> None:
    assert said(tmp_path, errno.EROFS).endswith("mount this one so that it can be written")

"""Files by name: found as an argument means them, and published whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scraper.errors import LimitError, ScrapeError, UnusableError, UsageError
from scraper.store import Folder, find, is_url, opened

ENDS = (".warc", ".warc.gz")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("b.warc.gz", "a.warc", "c.txt", "deep/er/d.warc.gz", ".hidden.warc", ".git/e.warc", "[x].warc"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path


def names(top: Path, argument: str) -> list[str]:
    return [os.path.relpath(file.name, top) for file in find(argument, ENDS)]


def test_a_directory_a_file_and_a_glob(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sorted(names(files, str(files))) == ["[x].warc", "a.warc", "b.warc.gz", "deep/er/d.warc.gz"]
    assert names(files, f"{files}/c.txt") == ["c.txt"]
    assert names(files, f"{files}/[ab].warc*") == ["a.warc", "b.warc.gz"]
    assert names(files, f"{files}/**/*.gz") == ["b.warc.gz", "deep/er/d.warc.gz"]
    assert names(files, f"{files}/[x].warc") == ["[x].warc"]  # there is such a file
    assert names(files, f"file://{files}/a.warc") == ["a.warc"]
    monkeypatch.chdir(files / "deep")
    assert names(files, ".") == ["deep/er/d.warc.gz"]


def test_a_file_is_known_by_its_full_name_its_size_and_its_stamp(files: Path) -> None:
    (before,) = find(f"{files}/a.warc", ENDS)
    assert (before.name, before.size) == (f"{files}/a.warc", 6)
    os.utime(files / "a.warc", (1, 1))
    (after,) = find(f"{files}/a.warc", ENDS)
    assert after.stamp != before.stamp


def test_what_is_not_there(files: Path) -> None:
    with pytest.raises(ScrapeError, match="none: no such file or directory; check the name"):
        find(f"{files}/none", ENDS)
    with pytest.raises(UnusableError, match="no WARC files here"):
        find(f"{files}/*.arc", ENDS)
    with pytest.raises(UnusableError, match="no WARC files here"):
        find(f"{files}/.git/..", (".nothing",))


def test_a_file_appears_whole_when_the_block_ends(tmp_path: Path) -> None:
    folder = Folder(str(tmp_path / "out"))
    with folder.publish("a/b.json") as file:
        file.write(b"one")
        assert folder.names("a") == []
    assert (folder.names("a"), folder.read("a/b.json"), folder.size("a/b.json")) == (["b.json"], b"one", 3)
    assert (tmp_path / "out/a/b.json").stat().st_mode & 0o777 == 0o644
    folder.remove("a/b.json")
    folder.remove("a/b.json")
    assert (folder.read("a/b.json"), folder.size("a/b.json"), folder.names("c")) == (None, None, [])


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_after_an_error_all_is_as_it_was(tmp_path: Path, error: type[BaseException]) -> None:
    folder = Folder(str(tmp_path))
    folder.write("a", b"before")

    def write() -> None:
        with folder.publish("a") as file:
            file.write(b"half")
            raise error

    with pytest.raises(error):
        write()
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert folder.read("a") == b"before"


def test_a_disk_that_is_full_is_said(small_disk: Path) -> None:
    folder = Folder(str(small_disk))
    with pytest.raises(LimitError, match="cannot be written: No space left on device"), folder.publish("a") as file:
        file.write(bytes(3 << 20))
    assert list(small_disk.iterdir()) == []


def test_urls_are_told_from_paths() -> None:
    assert [is_url(name) for name in ("s3://b/a", "memory://x", "file:///a", "/a", "c:/a", "a://")] == [
        *(True, True, False, False, False, False)
    ]


def test_a_url_that_nobody_knows_says_what_is_missing() -> None:
    with pytest.raises(UsageError, match=r"nowhere://a: "):
        find("nowhere://a", ENDS)
    with pytest.raises(UsageError, match=r"nowhere://a: "):
        opened("nowhere://a")

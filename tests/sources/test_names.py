"""File names -> Links, for the folder and the WARC source."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.sources import folder, urls, warc
from scraper.sources.names import file_uri, path_of
from scraper.types import FoundBy, Link

paths = (
    st.binary(min_size=1, max_size=20)
    .filter(lambda name: not {b"/", b"\0"} & {bytes([byte]) for byte in name})
    .map(os.fsdecode)
)


def test_folder_takes_its_patterns_sorted() -> None:
    names = ["b.TXT", "a.html", "c.warc.gz", "sub/d.htm", "e.pdf", "readme", "a.html"]
    assert folder.read(names, "/inbox", "mail") == [
        Link(f"file:///inbox/{name}", "mail", FoundBy("folder", "file:///inbox"))
        for name in ("a.html", "b.TXT", "c.warc.gz", "sub/d.htm")
    ]
    assert [link.url for link in warc.read(names, "/w", "s")] == ["file:///w/c.warc.gz"]


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.txt",
        ".git/a.txt",
        "sub/.x/a.txt",
        "a.txt.part",
        "a.txt~",
        "a.txt.tmp",
        "a.warc.gz.open",
        "a.html.crdownload",
    ],
)
def test_hidden_and_unfinished_names_are_left(name: str) -> None:
    assert folder.read([name], "/inbox", "s", ("*",)) == []


def test_a_hidden_folder_above_does_not_count() -> None:
    assert len(folder.read(["a.txt"], "/home/me/.local/inbox", "s")) == 1


def test_patterns_with_a_directory() -> None:
    names = ["2023/a.txt", "2024/a.txt", "a.txt"]
    assert [link.url for link in folder.read(names, "/i", "s", ("2023/*",))] == ["file:///i/2023/a.txt"]


def test_uri() -> None:
    assert file_uri("/in box/50%#ä.txt") == "file:///in%20box/50%25%23%C3%A4.txt"
    assert file_uri("/a/../b//c") == "file:///b/c"
    assert path_of(file_uri("C:\\in\\a.txt")) == "C:/in/a.txt"
    for wrong in ("a.txt", "./a.txt", ""):
        with pytest.raises(ValueError, match="no absolute path"):
            file_uri(wrong)
    for wrong in ("https://a.example/", "file://host/share", "/a"):
        with pytest.raises(ValueError, match="no local file URI"):
            path_of(wrong)


@given(paths.filter(lambda name: name not in (".", "..")))
def test_any_name_comes_back_and_is_a_key(name: str) -> None:
    uri = file_uri(f"/inbox/{name}")
    assert uri.isascii()
    assert path_of(uri) == f"/inbox/{name}"
    assert urls.key(uri) == uri

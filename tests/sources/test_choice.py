"""Patterns: which addresses a source takes and leaves out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.sources.choice import ALL, Choice, fits, pattern_problem
from scraper.types import Link

ADDRESS = "https://www.news.example/Politics/2026/story?id=1"


@pytest.mark.parametrize(
    "pattern",
    [
        "/politics/*",
        "/Politics/2026/story?id=1",
        "*/politics/*",
        "*story*",
        "www.news.example/*",
        "*.example/*2026*id=1",
        "/*",
        "*",
        "/**/story*",
    ],
)
def test_fits(pattern: str) -> None:
    assert fits(ADDRESS, pattern)
    assert pattern_problem(pattern) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "/politics",
        "/politics/",
        "politics/*",
        "/story*",
        "news.example/*",
        "*/politics",
        "/2026/*",
        "*id=1*1",
        "/p?litics/*",
    ],
)
def test_does_not_fit(pattern: str) -> None:
    assert not fits(ADDRESS, pattern)


def test_a_host_alone_has_the_path_of_its_front() -> None:
    assert fits("https://news.example/", "/")
    assert fits("https://news.example", "/")
    assert not fits("https://news.example/a", "/")


@given(st.text("ab*", max_size=8), st.text("ab", max_size=10))
def test_the_same_as_trying_every_way(pattern: str, text: str) -> None:
    def tried(pattern: str, text: str) -> bool:
        if not pattern:
            return not text
        if pattern[0] == "*":
            return any(tried(pattern[1:], text[at:]) for at in range(len(text) + 1))
        return text[:1] == pattern[0] and tried(pattern[1:], text[1:])

    assert fits(text, pattern) is tried(pattern, text)


def test_leaving_out_wins_and_no_pattern_takes_all() -> None:
    links = [Link(f"https://news.example{path}", "s") for path in ("/a/1", "/a/video/2", "/b/3")]
    assert ALL.of(links) == links
    assert Choice(include=("/a/*", "/b/*"), exclude=("*/video/*",)).of(links) == [links[0], links[2]]
    assert Choice(include=("/none",)).of(links) == []


def test_another_choice_has_another_name() -> None:
    assert ALL.digest == ""
    names = {Choice(("a/*",)).digest, Choice((), ("a/*",)).digest, Choice(selector="a/*").digest}
    assert len(names) == 3


@pytest.mark.parametrize("pattern", ["https://news.example/*", "", " ", "/a b", "x" * 501, "politics"])
def test_no_pattern(pattern: str) -> None:
    assert pattern_problem(pattern) is not None


def test_nothing_is_tried_twice() -> None:
    """Trying every way, as a regular expression does, would not end."""
    assert not fits("https://news.example/" + "a" * 8000, "/" + "*a" * 200 + "*b")

"""`scrape families`: what a person and a program are told of stories, and `scrape show` of an article's."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from archive_support import NO_ARTICLE, URL, capture, page, put
from cli_support import Ran, run
from prose import edited, prose

from scraper.archive import Archive, Order, purge
from scraper.types import Record


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def article(archive: Archive, text: str, at: int, source: str = "paper", **fields: object) -> Record:
    of = capture(page(f"Story {at}"), f"{URL}-{at}", f"2026-11-20T12:00:{at:02d}.000001Z", source)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return put(archive, of, article={"text": text}, text_sha256=digest, version=1, **fields)


@pytest.fixture
def found(root: Path) -> list[Record]:
    with Archive(root) as archive:
        return [
            article(archive, prose(1), 1, published="2026-11-20T09:00:00Z"),
            article(archive, edited(prose(1), 0.1), 2, "radio", agency="AFP", published="2026-11-20T07:00:00Z"),
            article(archive, prose(2), 3),
            article(archive, prose(1), 4, "radio", published="2026-11-20T08:00:00Z"),
        ]


def told(root: Path, *argv: str) -> Ran:
    return run(*argv, "--archive", str(root))


def test_a_story_is_a_line(root: Path, found: list[Record]) -> None:
    first = found[0]
    ran = told(root, "families")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"{first.id}\t2026-11-20\t3\tAFP\tStory 1\tpaper, radio\n"
    (line,) = told(root, "families", "--json", "--agency", "afp", "--source", "radio").out.splitlines()
    assert json.loads(line)["sources"] == ["paper", "radio"]


def test_an_article_names_its_story(root: Path, found: list[Record]) -> None:
    first, copy, _, last = found
    ran = told(root, "families", copy.id[:8])
    assert (ran.code, ran.err) == (0, "")
    head, lines = ran.out.split("\n\n")
    assert head.splitlines() == [
        f"family       {first.id}",
        "articles     3",
        "agency       AFP (named by 1)",
        "first seen   paper, 2026-11-20T12:00:01.000001Z",
        "first printed radio, 2026-11-20T07:00:00Z",
    ]
    rows = [line.split("\t") for line in lines.splitlines()]
    assert [row[0] for row in rows] == [first.id, copy.id, last.id]
    assert rows[0][2] == "first"
    assert 50 < int(rows[1][2].removesuffix("%")) < 70
    assert rows[2][2:] == ["100%", "-", "radio", "Story 4", f"{URL}-4"]
    whole = json.loads(told(root, "families", first.id, "--json").out)
    assert (whole["first"], whole["printed_first"], whole["agency"]) == (first.id, copy.id, "AFP")


def test_an_article_that_is_alone_is_a_story_too(root: Path, found: list[Record]) -> None:
    assert told(root, "families", found[2].id).out.splitlines()[1] == "articles     1"


@pytest.mark.parametrize(
    "argv", [["--source", "x"], ["--agency", "dpa"], ["--least", "4"], ["--since", "2026-11-21"], ["0123456789"]]
)
def test_nothing_found_is_said(root: Path, found: list[Record], argv: list[str]) -> None:
    ran = told(root, "families", *argv)
    assert (ran.code, ran.out) == (4, "")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("argv", [["--limit", "0"], ["--least", "x"], ["--since", "soon"], ["xyz"]])
def test_what_cannot_be_understood_is_a_usage_error(root: Path, found: list[Record], argv: list[str]) -> None:
    assert told(root, "families", *argv).code == 2


def test_a_page_that_is_no_article_has_no_story(root: Path) -> None:
    with Archive(root) as archive:
        gone = put(archive, capture(NO_ARTICLE))
    ran = told(root, "families", gone.id)
    assert ran.code == 4
    assert "no article (soft_404)" in ran.err


def test_a_story_whose_first_article_was_purged_keeps_its_name(root: Path, found: list[Record]) -> None:
    purge(root, Order(f"{URL}-1", "case 4711", "2026-11-22T08:00:00Z", "scrape/test"))
    ran = told(root, "families", found[0].id)
    assert ran.out.splitlines()[:2] == [f"family       {found[0].id}", "articles     2"]


def test_show_says_that_others_tell_it(root: Path, found: list[Record]) -> None:
    story = f"story        {found[0].id}, told by 3 articles: `scrape families {found[1].id}`"
    assert story in told(root, "show", found[1].id).out.splitlines()
    assert "story " not in told(root, "show", found[2].id).out.split("\n\n")[0]
    assert json.loads(told(root, "show", found[1].id, "--json").out)["family"] == found[0].id


def test_what_a_page_says_is_no_command_to_the_terminal(root: Path) -> None:
    with Archive(root) as archive:
        for at in (1, 2):
            article(archive, prose(1), at, title="\x1b[2J\tx")
    assert "\x1b" not in told(root, "families").out
    assert told(root, "families").out.count("\t") == 5

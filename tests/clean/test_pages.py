"""Whole pages in the markup of real themes: exact text, verdict, metadata, and the kind of what was taken out.

Each folder of tests/pages holds `input.html` or `input.txt`, `expected.toml` and, for an article, `expected.txt`.
In the TOML, `absent` names metadata fields that must be empty, and each [[removed]] a snippet with its kind (a list of
kinds where the closed set has more than one that is right), for plain text also its line. `beyond` names what the
cleaner does not reach yet: a better one makes these tests fail, and the names go.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scraper.clean import Source, clean_bytes
from scraper.types import Article, Dateline

PAGES = Path(__file__).parents[1] / "pages"
SLUGS = sorted(file.parent.name for file in PAGES.glob("*/expected.toml"))


@cache
def expected(slug: str) -> dict[str, Any]:
    return tomllib.loads((PAGES / slug / "expected.toml").read_text(encoding="utf-8"))


@cache
def cleaned(slug: str) -> Article:
    (page,) = (PAGES / slug).glob("input.*")
    wanted = expected(slug)
    return clean_bytes(Source(page.read_bytes(), url=wanted.get("url"), fetched_at=wanted.get("fetched_at")))


def case(slug: str, what: str, *values: Any) -> Any:
    """A test case; where the page's `beyond` names it, the cleaner is known not to reach it yet, and must fail."""
    beyond = what in expected(slug).get("beyond", ())
    marks = [pytest.mark.xfail(strict=True, reason="beyond the first judge")] if beyond else []
    return pytest.param(slug, *values, id=f"{slug}-{what}", marks=marks)


ARTICLES = [case(slug, "text") for slug in SLUGS if (PAGES / slug / "expected.txt").exists()]
FIELDS = [case(slug, name, name) for slug in SLUGS for name in expected(slug).get("metadata", {})]
ABSENT = [(slug, name) for slug in SLUGS for name in expected(slug).get("absent", ())]
REMOVED = [
    case(slug, str(entry.get("line", number)), entry)
    for slug in SLUGS
    for number, entry in enumerate(expected(slug).get("removed", ()), 1)
]


@pytest.mark.parametrize("slug", ARTICLES)
def test_the_text_is_exactly_the_article(slug: str) -> None:
    wanted = (PAGES / slug / "expected.txt").read_text(encoding="utf-8").removesuffix("\n")
    assert cleaned(slug).text.split("\n") == wanted.split("\n")


@pytest.mark.parametrize("slug", SLUGS)
def test_the_verdict(slug: str) -> None:
    assert cleaned(slug).verdict == expected(slug)["verdict"]


@pytest.mark.parametrize(("slug", "name"), FIELDS)
def test_a_field_of_the_metadata(slug: str, name: str) -> None:
    wanted, metadata = expected(slug)["metadata"][name], cleaned(slug).metadata
    if name == "segment_languages":
        assert [segment.language for segment in metadata.segments] == wanted
    elif name == "dateline":
        assert metadata.dateline == Dateline(**{part: wanted.get(part) for part in ("place", "date", "agency")})
    else:
        assert getattr(metadata, name) == (tuple(wanted) if isinstance(wanted, list) else wanted)


@pytest.mark.parametrize(("slug", "name"), ABSENT)
def test_a_field_that_the_page_does_not_state(slug: str, name: str) -> None:
    assert getattr(cleaned(slug).metadata, name) in (None, ())


@pytest.mark.parametrize(("slug", "entry"), REMOVED)
def test_the_kind_of_what_was_removed(slug: str, entry: dict[str, Any]) -> None:
    kinds = entry["kind"] if isinstance(entry["kind"], list) else [entry["kind"]]
    holding = [
        removal
        for removal in cleaned(slug).removed
        if entry["text"] in removal.text and entry.get("line", removal.at) == removal.at
    ]
    assert any(removal.kind in kinds for removal in holding), [
        f"{removal.kind} by {removal.rule}" for removal in holding
    ]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_field_of_the_metadata_says_where_it_comes_from(slug: str) -> None:
    metadata = cleaned(slug).metadata
    filled = {
        name for name in metadata.__struct_fields__ if name != "origin" and getattr(metadata, name) not in (None, ())
    }
    assert set(metadata.origin) == filled

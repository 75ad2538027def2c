"""Pages made up for the verdict (tests/pages/verdicts): refusals, walls, errors, lists; and articles like them.

verdicts.toml says what each page is. An article must stay one where its address is not known, too.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from scraper.clean import clean_html
from scraper.types import Verdict

FOLDER = Path(__file__).parents[1] / "pages" / "verdicts"
TABLE: dict[str, dict[str, Any]] = tomllib.loads((FOLDER / "verdicts.toml").read_text(encoding="utf-8"))
ARTICLES = [name for name, entry in TABLE.items() if entry["verdict"] == "article"]
BY_THEMSELVES = [
    name for name, entry in TABLE.items() if entry["verdict"] not in ("article", "index_page", "other_page")
]


def verdict(name: str, url: str | None) -> Verdict:
    return clean_html((FOLDER / f"{name}.html").read_bytes(), url=url).verdict


def test_the_table_names_every_page() -> None:
    assert {file.stem for file in FOLDER.glob("*.html")} == TABLE.keys()


@pytest.mark.parametrize("name", TABLE)
def test_the_verdict(name: str) -> None:
    assert verdict(name, TABLE[name].get("url")) == TABLE[name]["verdict"]


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_without_an_address_is_an_article(name: str) -> None:
    assert verdict(name, None) is Verdict.ARTICLE


@pytest.mark.parametrize("name", BY_THEMSELVES)
def test_a_refusal_is_known_by_what_it_says_not_by_its_address(name: str) -> None:
    assert (
        verdict(name, "https://www.heronpost.example/city/2026/05/the-lock-keeper-retires-88123.html")
        == (TABLE[name]["verdict"])
    )

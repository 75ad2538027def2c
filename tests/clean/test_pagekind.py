"""The columns of a page's kind: its address, its claims, its lists; and the rules by which a page is a list."""

from __future__ import annotations

import pytest

from scraper.clean import Options
from scraper.clean.blocks import read_html
from scraper.clean.chain import before_judge
from scraper.clean.pagekind import Columns, columns, index_rule
from scraper.clean.rules import shipped
from scraper.types import Metadata

PROSE = "The lock at the mill closed on Friday, forty years after its keeper first turned the wheel beside the house."


def found(body: str, url: str | None = None, head: str = "") -> Columns:
    document = read_html(f"<html><head>{head}</head><body>{body}</body></html>", url=url)
    return columns(before_judge(document, shipped(), Options()), Metadata(), shipped().pages.kind)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/", {"front": True, "short": True, "slug": 0}),
        ("https://a.example/?page=2", {"front": False}),
        ("https://a.example/city/", {"front": False, "short": True, "slug": 1}),
        ("https://a.example/city/2026/the-lock-keeper-retires.html", {"short": False, "slug": 4, "in_index": 0}),
        ("https://a.example/article/379018", {"short": False, "slug": 0}),
        ("https://a.example/tag/river", {"in_index": 1}),
        ("https://a.example/?s=eel", {"searches": True, "front": False}),
        ("https://shop.a.example/products/tea-towel", {"in_shop": 2}),
        ("https://forum.a.example/threads/best-varnish.12/", {"in_forum": 2}),
        # The last part names a kind only where it is no slug.
        ("https://a.example/city/tag-the-river", {"in_index": 0}),
        ("https://[broken", {"front": False, "slug": 4}),
        (None, {"front": False, "short": False, "slug": 4}),
    ],
)
def test_the_address(url: str | None, expected: Columns) -> None:
    row = found(f"<p>{PROSE}</p>", url)
    assert {name: row[name] for name in expected} == expected


def test_what_a_page_says_of_itself() -> None:
    news = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "One"}</script>'
    shared = '<meta property="og:type" content="article"><meta name="news_keywords" content="eel">'
    assert found(f"<p>{PROSE}</p>")["says_article"] == 0
    assert found(f"<p>{PROSE}</p>", head=shared)["says_article"] == 2
    assert found(f"<p>{PROSE}</p>", head=news + shared)["says_article"] == 5
    microdata = f'<div itemscope itemtype="https://schema.org/Product"><p>{PROSE}</p></div>'
    assert found(microdata)["says_shop"] == 1
    assert found(f"<nav><div itemtype='https://schema.org/Product'>Towel</div></nav><p>{PROSE}</p>")["says_shop"] == 0


def test_prices_and_lines() -> None:
    row = found(f"<p>{PROSE}</p><p>$14.00</p><p>19 €</p><button>Add to cart</button><button>Quantity</button>")
    assert (row["prices"], row["lines_shop"], row["lines_forum"]) == (2 / 5, 2, 0)


def test_cards_with_headings_are_a_list_and_an_article_with_such_headings_is_none() -> None:
    def cards(number: int) -> str:
        return f'<div><h2><a href="/{number}">Storm number {number} closes the harbour</a></h2><p>{PROSE}</p></div>'

    front = "".join(map(cards, range(12)))
    assert index_rule(found(front, "https://a.example/")) == "front"
    assert index_rule(found(front, "https://a.example/harbour/")) == "section.headings"
    assert index_rule(found(front, "https://a.example/a/twelve-storms")) in ("cards", "teasers")
    assert index_rule(found(front, "https://a.example/a/twelve-storms-in-a-row")) is None
    declared = '<meta property="og:type" content="article"><meta name="article:tag" content="storm">'
    assert index_rule(found(front, "https://a.example/harbour/", declared)) is None
    sections = "".join(f"<h2>Storm number {number}</h2><p>{PROSE}</p>" for number in range(12))
    assert index_rule(found(f"<article>{sections}</article>", "https://a.example/harbour/")) is None

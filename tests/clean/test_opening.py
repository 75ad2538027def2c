"""Roundups, lists of twelve and anchored interviews are built like section fronts: their opening tells them apart."""

from __future__ import annotations

import pytest

from scraper.clean import Options, clean_html
from scraper.clean.blocks import read_html
from scraper.clean.chain import before_judge
from scraper.clean.opening import is_slug, own_links
from scraper.clean.rules import shipped
from scraper.types import Verdict

SECTION = "https://a.example/herons/"
INTRODUCTION = (
    "<p>We walked along the river from the mill to the sea, and wrote down every heron that we met on the way, with its"
    " hour and its leg and what it thought of us.</p>"
)
DATE = '<p><time datetime="2026-05-01">1 May 2026</time></p>'


def verdict(url: str | None = None, above: str = "", link: str = "/b{}", card_above: str = "") -> Verdict:
    """The verdict on twelve linked headings with 25 words below each."""
    cards = "".join(
        f'<section>{card_above.format(n + 1)}<h3><a href="{link.format(n)}">Heron number {n} stands on one leg</a></h3>'
        f"<p>The {n} heron of the mill pond stood on one leg all of the morning, said the keeper, and it then flew off"
        " to the lower basin.</p></section>"
        for n in range(12)
    )
    heading = "<nav><a href='/city'>City</a></nav><main><h1>Twelve herons that we saw this year</h1>"
    return clean_html(
        f"<title>Twelve herons that we saw this year</title>{heading}{above}{cards}</main>", url=url
    ).verdict


@pytest.mark.parametrize("url", [None, SECTION])
def test_an_introduction_or_a_date_below_the_headline_makes_an_article_of_cards(url: str | None) -> None:
    assert verdict(url) is Verdict.INDEX_PAGE
    assert verdict(url, above=INTRODUCTION) is Verdict.ARTICLE
    assert verdict(url, above=DATE) is Verdict.ARTICLE
    assert verdict(url, above="<p>Herons of the river.</p>") is Verdict.INDEX_PAGE


def test_an_address_with_a_slug_makes_an_article_of_cards() -> None:
    assert verdict("https://a.example/city/2026/05/twelve-herons-that-we-saw.html") is Verdict.ARTICLE
    assert verdict("https://a.example/city/herons") is Verdict.INDEX_PAGE


@pytest.mark.parametrize("link", ["#b{}", SECTION + "#b{}", SECTION, "?page={}"])
def test_links_to_the_page_itself_are_no_headlines(link: str) -> None:
    assert verdict(SECTION, link=link) is (Verdict.INDEX_PAGE if "page" in link else Verdict.ARTICLE)


def test_a_front_page_and_dated_cards_stay_lists() -> None:
    assert verdict("https://a.example/", above=INTRODUCTION) is Verdict.INDEX_PAGE
    dates = '<p><time datetime="2026-05-{0:02}">{0} May 2026</time></p>'
    assert verdict(SECTION, card_above=dates) is Verdict.INDEX_PAGE


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("twelve-herons-that-we-saw.html", True),
        ("a_b_3_d", True),
        ("två-ålar-i-ån", True),
        ("three-herons-here", False),
        ("herons", False),
        ("a--b", False),
        ("", False),
    ],
)
def test_a_slug_has_four_words(last: str, expected: bool) -> None:
    assert is_slug(last) is expected


def test_links_that_nest_cost_no_more_than_the_page() -> None:
    # Without a bound 3,000 links would each hold the text of all below them: 9,000,000 words.
    nested = "<a href='#x'><object>heron " * 3_000
    view = before_judge(read_html(f"<title>Herons</title><p>Few.</p>{nested}", url=SECTION), shipped(), Options()).view
    assert not own_links(view)[0]

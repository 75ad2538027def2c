"""The scorecards: steps, cutoffs, and that the shipped ones fit the columns and the kinds of page."""

from __future__ import annotations

import pytest

from scraper.clean import Options, scorecard
from scraper.clean.blocks import read_html
from scraper.clean.chain import before_judge
from scraper.clean.pagekind import columns
from scraper.clean.rules import shipped
from scraper.clean.scorecard import Card, Scorer, nearest
from scraper.errors import ConfigError
from scraper.types import Metadata

CARD = Card("index", 1.0, -0.5, {"links": ((0.2, -0.5), (0.6, -2.0)), "slug": ((0.0, 0.25),)})


@pytest.mark.parametrize(
    ("links", "slug", "expected"),
    [(0.1, 0, 1.0), (0.2, 0, 1.0), (0.3, 0, 0.5), (0.9, 0, -1.5), (0.9, 1, -1.25), (0.1, True, 1.25)],
)
def test_a_step_counts_above_its_threshold(links: float, slug: float, expected: float) -> None:
    assert Scorer(CARD).log_odds({"links": links, "slug": slug}) == pytest.approx(expected)


def test_the_kind_farthest_below_its_cutoff_wins_and_none_above() -> None:
    other = Card("forum", 0.0, 0.5, {})
    scorers = (Scorer(CARD), Scorer(other))
    assert nearest({"links": 0.1, "slug": 0}, (scorers[0],)) is None
    assert nearest({"links": 0.1, "slug": 0}, scorers) == "forum"
    assert nearest({"links": 0.9, "slug": 0}, scorers) == "index"
    assert nearest({}, ()) is None


def test_what_is_written_is_read() -> None:
    (again,) = scorecard.load("cards", scorecard.write("a test", [CARD]).encode())
    assert again == CARD


@pytest.mark.parametrize("data", [b"\xff", b"about = 1", b'about = "x"\n[[card]]\nkind = "index"'])
def test_a_broken_file_is_named(data: bytes) -> None:
    with pytest.raises(ConfigError, match=r"cards\.toml"):
        scorecard.load("cards.toml", data)


def test_the_shipped_cards_ask_for_columns_and_kinds_that_there_are() -> None:
    rules = shipped()
    judged = before_judge(read_html("<h1>One</h1><p>Two.</p>"), rules, Options())
    found = columns(judged, Metadata(), rules.pages.kind)
    cards = scorecard.shipped()
    assert {card.kind for card in cards} == rules.pages.verdicts.keys()
    for card in cards:
        card.log_odds(found)

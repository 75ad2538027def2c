"""What elements are called, and the odds that names have."""

from __future__ import annotations

import numpy as np
import pytest

from scraper.clean.names import MOST_CHARS, Names, name_odds, names_of
from scraper.types import Place

ELEMENT = Place("div", ("related-box", "#side", "role=note", "aria-label=related", "x" * 300), -1)
TABLE = {"<div": 1.0, "related-box": -3.0, "~related": -2.0, "side": 0.5, "!": 4.0, "x" * MOST_CHARS: 0.25}


def test_an_element_is_known_by_its_tag_its_tokens_and_their_words() -> None:
    names = names_of(ELEMENT)
    assert names[:4] == ("<div", "related-box", "~related", "~box")
    assert "side" in names
    assert not any("label" in name for name in names)
    assert max(map(len, names[:-1])) <= MOST_CHARS


@pytest.mark.parametrize("times", [1, 2])
def test_odds_are_of_the_names_that_the_table_has(times: int) -> None:
    names = Names([ELEMENT])
    for _ in range(times):
        odds = name_odds(names, np.array([[0], [1], [1], [1]]), TABLE)
        assert odds["names_own_least"] == -3
        assert odds["names_own_most"] == 1
        assert odds["names0"] == pytest.approx((1 - 3 - 2 + 0.5 + 0.25) / 5)
        assert odds["names1"] == 0


def test_nothing_is_said_against_an_element_that_is_spared() -> None:
    names = Names([ELEMENT])
    spared = len(names) - 1
    assert names[spared] == ("!", *names[0])
    odds = name_odds(names, np.array([[spared]] * 4), TABLE)
    assert odds["names_own_least"] == 0.25
    assert odds["names_own_most"] == 4
    assert [len(each) > 0 for each in names] == [True, False, True]

"""What stands at an article's ends: short sentences are its own, however little there is of them."""

from __future__ import annotations

import pytest

from scraper import clean_text

LONG = (
    "The council approved a new bridge over the river on Tuesday after three years of debate about its cost.",
    "Construction will begin in the spring, the mayor said, and the bridge should be open two years later.",
    "Residents had asked for it since the old one was closed to the public in the winter of 2019.",
)
SHORT = ("The bridge is shut.", "Nobody came.", "It rained.", "“No,” she said.")
WRAPPED = (
    "The council has voted to close the swimming pool in\nthe old town, which has lost money in each of the\n"
    "last ten years."
)
RECIPE = "Tomato soup\n\nServes 4\n1 kg tomatoes\n2 onions\nGarlic\nSalt\nPepper\nOil\nCream\n\nFry the onions slowly."


@pytest.mark.parametrize("lines", [(*SHORT, *LONG), (*LONG, *SHORT), (*SHORT, *LONG, *SHORT)])
def test_short_sentences_before_and_behind_the_prose_stay(lines: tuple[str, ...]) -> None:
    text = "\n\n".join(["Council votes to build a bridge", *lines])
    assert clean_text(text).text == "\n\n".join(lines)


def test_a_sentence_behind_an_advertisement_or_a_share_bar_stays() -> None:
    text = "\n\n".join([*LONG, "Advertisement", "No one cried.", "Source link"])
    assert clean_text(text).text == "\n\n".join([*LONG, "No one cried."])


def test_the_lines_of_a_wrapped_paragraph_stay() -> None:
    assert clean_text(f"Council votes to close pool\n\n{WRAPPED}\n\n" + "\n\n".join(LONG)).text.startswith(WRAPPED)


def test_a_text_without_any_chrome_loses_nothing() -> None:
    assert [removal for removal in clean_text(RECIPE).removed if removal.kind != "title"] == []

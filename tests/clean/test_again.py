"""What is said more than once."""

from __future__ import annotations

from scraper.clean import again
from scraper.clean.chars import count


def test_runs_of_four_words_are_found_before_and_behind() -> None:
    texts = ["one two three four", "nothing of this is said again", "one two three four five", "a b"]
    found = again.columns(texts, count(texts))
    assert found["said_before"].tolist() == [0, 0, 0.5, 0]
    assert found["said_later"].tolist() == [1, 0, 0, 0]
    assert found["again"].tolist() == [0, 0, 0, 0]


def test_a_text_that_stands_twice_is_counted() -> None:
    texts = ["menu", "text", "menu"]
    found = again.columns(texts, count(texts))
    assert found["often"].tolist() == [2, 1, 2]
    assert found["again"].tolist() == [0, 0, 1]

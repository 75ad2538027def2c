"""Laying blocks along the gold text: what is the article's, what repeats it, what only looks like it."""

from __future__ import annotations

from scraper.train.align import align, tokens

FIRST = "The council approved a new bridge over the river after three years of debate."
SECOND = "Construction will begin in the spring, the mayor said, and end two years later."


def shares(*blocks: str, gold: str) -> list[bool]:
    return [share >= 0.5 for share in align(blocks, gold).share]


def test_the_article_s_blocks_are_found_among_others() -> None:
    other = "Sign up for our newsletter and get the best of the week in your inbox."
    assert shares("Home", FIRST, other, SECOND, gold=f"{FIRST}\n{SECOND}") == [False, True, False, True]


def test_a_short_block_counts_between_its_neighbours_only() -> None:
    gold = f"{FIRST} The cost {SECOND}"
    assert shares("The cost", FIRST, "The cost", SECOND, "The cost", gold=gold) == [False, True, True, True, False]


def test_a_block_that_is_printed_twice_counts_once() -> None:
    aligned = align([FIRST, SECOND, FIRST], f"{FIRST} {SECOND}")
    assert [share >= 0.5 for share in aligned.share] == [True, True, False]
    assert aligned.again == [False, False, True]


def test_blocks_in_another_order_than_the_gold_count() -> None:
    assert shares(SECOND, FIRST, gold=f"{FIRST} {SECOND}") == [True, True]


def test_no_gold_is_nobody_s() -> None:
    assert shares(FIRST, "", "Home", gold="") == [False, False, False]


def test_scripts_without_spaces_are_letters() -> None:
    assert tokens("橋は open") == ["橋", "は", "open"]

"""What pulled a score: the parts make the whole, and each column is booked where a reader looks for it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.clean import clean_html, clean_text, pulls, weights
from scraper.clean.blocks import read_html
from scraper.clean.lines import read_text
from scraper.clean.model import Forest
from scraper.clean.options import Options

PROSE = "The council met on Monday and decided after a long debate to close the old bridge for two years. "
PAGE = (
    f"<nav><a href=/>Home</a></nav><article><h1>The bridge</h1><p>{PROSE * 2}</p><p>{PROSE * 3}</p></article>"
    "<ul><li><a href=/1>Another story</a></li></ul>"
)


def _forest() -> Forest:
    """One tree: words at most 3, then -2; else link at most 0.5, then 3, else -1."""
    masks = np.full((1, 7), 255, np.uint8)
    masks[0, :2] = 0b11111110, 0b11111101
    leaves = np.zeros((1, 8), np.float32)
    leaves[0, :3] = -2, 3, -1
    nodes = np.zeros((1, 7), np.int64)
    nodes[0, 1] = 1
    return Forest(("words", "link@-1"), np.array([0, 1]), np.array([3, 0.5], np.float32), nodes, masks, leaves)


def test_a_comparison_is_worth_the_change_of_the_mean() -> None:
    found = pulls.paths(_forest())
    assert [found.first[0, :2].tolist(), found.middle[0, :2].tolist(), found.end[0, :2].tolist()] == [
        [0, 1],
        [1, 2],
        [3, 3],
    ]
    np.testing.assert_allclose(found.left[0, :2], [-2, 2])
    np.testing.assert_allclose(found.right[0, :2], [1, -2])
    assert found.end[0, 2:].tolist() == [0] * 5


def test_each_comparison_is_booked_to_its_column() -> None:
    columns = {"words": np.array([2.0, 9.0, 9.0]), "link@-1": np.array([0.9, 0.1, 0.9])}
    groups, base = pulls._by_group(_forest(), columns)
    assert base == 0.0
    np.testing.assert_allclose(groups, [[-2, 1, 1], [0, 2, -2], [0, 0, 0], [0, 0, 0]])


@given(st.integers(0, 2**32 - 1))
def test_pulls_and_base_make_the_trees_own_log_odds(seed: int) -> None:
    chance = np.random.default_rng(seed)
    for is_page in (True, False):
        forest = weights.shipped(is_page=is_page).forest
        columns = {name: chance.normal(0, 3, 3) for name in forest.names}
        groups, base = pulls._by_group(forest, columns)
        np.testing.assert_allclose(groups.sum(axis=0) + base, forest.log_odds(columns), atol=0.02)


@pytest.mark.parametrize(
    ("column", "group"),
    [
        ("words", "text"),
        ("word_odds_least", "text"),
        ("words@+1", "near"),
        ("names1@-2", "near"),
        ("removed_15_behind", "near"),
        ("big_prose_back", "near"),
        ("said_before", "near"),
        ("gap_behind", "near"),
        ("prose_before", "place"),
        ("position", "place"),
        ("names_own_least", "place"),
        ("share2", "place"),
        ("hit_odds", "rules"),
    ],
)
def test_the_group_of_a_column(column: str, group: str) -> None:
    assert pulls.group_of(column) == group


def test_every_group_has_columns_and_every_text_column_is_one() -> None:
    for is_page in (True, False):
        names = weights.shipped(is_page=is_page).forest.names
        assert {pulls.group_of(name) for name in names} == set(pulls.GROUPS)
    assert {name for name in pulls._TEXT if name not in weights.shipped(is_page=True).forest.names} <= {"asks"}


def test_the_pulls_of_a_page_make_the_scores_of_its_article() -> None:
    article = clean_html(PAGE)
    found = pulls.pulls_on(read_html(PAGE), Options())
    scored = [(entry.at, entry.score) for entry in (*article.blocks, *article.removed)]
    assert len(scored) == len(found) > 3
    for at, score in scored:
        assert found[at].score == pytest.approx(score, abs=0.01)


def test_the_pulls_of_a_text_go_by_its_lines() -> None:
    text = f"Menu\n\n{PROSE}\n{PROSE}\n"
    found = pulls.pulls_on(read_text(text), Options())
    assert set(found) == {1, 3, 4}
    assert found[3].text > found[1].text
    assert {entry.at for entry in clean_text(text).blocks} <= set(found)


def test_nothing_pulls_on_nothing() -> None:
    assert pulls.pulls_on(read_text(""), Options()) == {}

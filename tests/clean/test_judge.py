"""The judge: what it keeps and removes has a score, a kind and a rule; certain rules stand; names are only evidence."""

from __future__ import annotations

import numpy as np
import pytest

from scraper.clean import Options, clean_html, clean_text, weights
from scraper.clean.blocks import read_html
from scraper.clean.chain import before_judge
from scraper.clean.features import Features
from scraper.clean.judge import best_expected_f1, decide, heaviest_run
from scraper.clean.model import Forest, Models
from scraper.clean.rules import shipped
from scraper.types import Article, Form, Kind

PROSE = [
    f"{opening} the council approved a new bridge over the river after three years of debate about its likely cost."
    for opening in ("On Monday", "On Tuesday", "On Wednesday", "On Thursday", "On Friday", "On Saturday")
]
TEASERS = "".join(f"<li><a href='/{n}'>Storm number {n} closes the harbour for a day</a></li>" for n in range(12))


def page(before: str = "", behind: str = "") -> Article:
    body = "".join(f"<p>{text}</p>" for text in PROSE)
    return clean_html(
        f"<html><head><title>Bridge opens</title></head><body>{before}<article><h1>Bridge opens after a long wait</h1>"
        f"{body}</article>{behind}</body></html>"
    )


def test_teasers_around_an_article_go_with_a_kind_a_rule_and_a_score() -> None:
    article = page(f"<ul>{TEASERS}</ul>", f"<div><ul>{TEASERS}</ul></div>")
    assert article.text == "\n\n".join(PROSE)
    teasers = [removal for removal in article.removed if removal.text.startswith("Storm")]
    assert len(teasers) == 24
    assert {removal.kind for removal in teasers} <= {Kind.RELATED, Kind.NAVIGATION, Kind.DUPLICATE}
    assert all(removal.rule and removal.score is not None and removal.score < 0.5 for removal in teasers)


def test_every_block_the_judge_kept_has_a_score() -> None:
    assert all(kept.score is not None for kept in page().blocks)


def test_an_element_s_name_gives_the_kind() -> None:
    article = page(behind="<div class='x-trending'><p>Storm closes the harbour</p></div>")
    assert [removal.kind for removal in article.removed if removal.text.startswith("Storm")] == [Kind.RELATED]


@pytest.mark.parametrize("text", ["Hello", "Hello world", "One.\n\nTwo.", "1\n2\n3", "- a\n- b"])
def test_a_text_of_little_is_not_emptied(text: str) -> None:
    assert clean_text(text).text


def test_an_article_of_a_thousand_paragraphs_is_kept() -> None:
    body = "".join(f"<p>{number}. {text}</p>" for number in range(170) for text in PROSE)
    article = clean_html(f"<body><article><h1>Bridge opens after a long wait</h1>{body}</article></body>")
    assert len(article.kept) == 170 * len(PROSE)


class Nobody:
    """A model that would keep nothing."""

    def judge(self, found: Features) -> np.ndarray:
        return np.zeros(found.refs.kinds.size, np.float32)


@pytest.mark.parametrize("wanted", [Options(), Options(with_title=True), Options(captions=True)])
def test_where_the_model_would_keep_nothing_the_densest_run_stays(wanted: Options) -> None:
    """Whatever the caller wants beside the text: a headline or a caption is no text."""
    body = "".join(f"<p>{text}</p>" for text in PROSE)
    head = "<h1>Bridge opens after a long wait</h1><figure><figcaption>The old bridge in winter</figcaption></figure>"
    document = read_html(f"<title>Bridge opens</title><nav><a href='/'>Home</a></nav><article>{head}{body}</article>")
    judged = before_judge(document, shipped(), wanted)
    judged.view.run([decide(judged, Nobody())])  # type: ignore[arg-type] # only judges
    kept = [judged.view.blocks[index].text for index in judged.view.open()]
    assert [text for text in kept if text in PROSE] == PROSE
    assert "Home" not in kept


def test_a_story_told_in_captions_is_not_emptied() -> None:
    figures = "".join(
        f"<figure><img src='{n}.jpg'><figcaption>{text}</figcaption></figure>" for n, text in enumerate(PROSE)
    )
    menu = "<nav><a href='/'>Home</a><a href='/photos'>Photos of the week</a></nav>"
    article = clean_html(f"<title>Bridge opens</title>{menu}<article><h1>Bridge opens</h1>{figures}</article>")
    assert [text for text in article.text.split("\n\n") if text in PROSE] == PROSE
    assert "Home" not in article.text


def test_a_caption_beside_an_article_goes() -> None:
    caption = "The old bridge in winter, seen from the harbour, where the ice had stopped every boat for a week."
    assert caption not in page(f"<figure><img src='1.jpg'><figcaption>{caption}</figcaption></figure>").text


def test_a_date_on_top_does_not_make_a_clean_text_dirty() -> None:
    lines = ["Fry the onions slowly.", "Add the tomatoes.", "Salt", "Pepper", "Serve with cream and bread."]
    text = "\n".join(["Monday, 4 October 2023", *lines])
    assert [removal.text for removal in clean_text(text).removed if removal.rule.startswith("judge.")] == []


def test_the_tables_number_kinds_and_forms_as_they_stand() -> None:
    """The weights hold both by number: new ones go to the end, or the judge is trained anew."""
    assert (len(Kind), [*Kind].index(Kind.BYLINE), [*Kind][-1]) == (36, 17, "other")
    assert [*Form] == ["paragraph", "heading", "list_item", "quote", "code", "table", "caption"]


def test_the_heaviest_run() -> None:
    assert heaviest_run(np.array([-1.0, 2.0, -0.5, 3.0, -9.0, 4.0])) == (1, 4)
    assert heaviest_run(np.array([-1.0, -2.0])) == (0, 0)


@pytest.mark.parametrize(
    ("chances", "words", "best"),
    [
        ([1.0, 1.0, 0.0], [10, 20, 500], 1.0),
        ([0.5], [10], 2 * 5 / (10 + 5)),
        # Keeping both: 2 * 10 / (20 + 10); the likely one alone: 2 * 8 / (10 + 10).
        ([0.2, 0.8], [10, 10], 0.8),
        ([0.0, 0.0], [3, 3], 0.0),
    ],
)
def test_the_best_word_f1_that_can_be_expected(chances: list[float], words: list[int], best: float) -> None:
    assert best_expected_f1(np.array(chances), np.array(words)) == pytest.approx(best)


def test_a_forest_adds_the_leaf_of_each_tree() -> None:
    """One tree: x <= 1 ? (y <= 0 ? 10 : 20) : 30; leaves are numbered from left to right."""
    masks = np.full((1, 7), 255, np.uint8)
    masks[0, :2] = [0b11111100, 0b11111110]
    leaves = np.zeros((1, 8), np.float32)
    leaves[0, :3] = [10, 20, 30]
    forest = Forest(
        names=("x", "y"),
        column=np.array([0, 1]),
        threshold=np.array([1, 0], np.float32),
        nodes=np.array([[0, 1, 0, 0, 0, 0, 0]]),
        masks=masks,
        leaves=leaves,
    )
    columns = {"x": np.array([0.0, 1.0, 2.0]), "y": np.array([0.0, 5.0, 0.0]), "unused": np.zeros(3)}
    assert forest.log_odds(columns).tolist() == [10, 20, 30]


def test_the_weights_are_small_and_survive_writing() -> None:
    models = Models(weights.shipped(is_page=True), weights.shipped(is_page=False), "about")
    data = weights.write(models)
    assert len(data) < 1_000_000
    again = weights.read(data)
    assert again.about == models.about
    assert np.array_equal(again.page.forest.leaves, models.page.forest.leaves)
    assert np.array_equal(again.text.tables.words.hashes, models.text.tables.words.hashes)
    assert again.page.tables.names == models.page.tables.names
    assert again.text.forest.names == models.text.forest.names

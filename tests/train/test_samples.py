"""Samples: a copy in another script is the same document to everything that knows no language."""

from __future__ import annotations

import re

import numpy as np
import pytest

from scraper.train import samples
from scraper.train.corpus import Page, Text
from scraper.train.scripts import SCRIPTS

PROSE = [f"On day {day} the council of Riverton approved a new bridge over the river, said Jane Doe." for day in (1, 2)]
HTML = (
    "<title>Bridge opens | Riverton Post</title><nav><a href='/'>Home page of the Post</a></nav>"
    f"<article><h1>Bridge opens</h1><p>{PROSE[0]}</p><p>{PROSE[1]} <a href='/map'>See the map</a></p></article>"
)
PAGE = Page("p1", "fundus", HTML.encode(), "https://post.example/1", "\n".join(PROSE), "post.example")
TEXT = Text("t1", ["Home", "", *PROSE], ["drop", "blank", "keep", "keep"], "post.example", {})


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_copy_keeps_blocks_labels_and_links(script: str) -> None:
    for plain, copy in (
        (samples.of_page(PAGE), samples.of_page(PAGE, script)),
        (samples.of_text(TEXT), samples.of_text(TEXT, script)),
    ):
        assert plain is not None
        assert copy is not None
        assert (plain.script, copy.script) == ("", script)
        assert np.array_equal(plain.kept, copy.kept)
        assert plain.kept.sum() == 2
        assert not re.search("[A-Za-z]", "".join(copy.texts))
        assert np.allclose(plain.columns["link"], copy.columns["link"], atol=0.1)


def test_one_document_in_four_is_copied_and_always_the_same() -> None:
    texts = [TEXT._replace(id=f"t{number}") for number in range(80)]
    made = [(sample.id, sample.script) for sample in samples.copies(texts, samples.of_text)]
    assert 10 <= len(made) <= 30
    assert len({script for _, script in made}) == len(SCRIPTS)
    assert made == [(sample.id, sample.script) for sample in samples.copies(texts, samples.of_text)]

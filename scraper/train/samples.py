"""Samples: a document's columns as the cleaner makes them, what each block is, and how much it weighs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scraper.clean import chain
from scraper.clean.blocks import read_html
from scraper.clean.chars import Floats
from scraper.clean.decode import decode_html
from scraper.clean.features import Columns, Refs, features
from scraper.clean.lines import read_text
from scraper.clean.options import Options
from scraper.clean.rules import shipped
from scraper.train.align import align
from scraper.train.corpus import Page, Text
from scraper.types import Document

KEEP = 0.5
WORDS_CAP, WEIGHT_CAP = 200, 40.0
"""A block weighs its words over the article's, since word F1 counts words and pages count alike; one block at most
two fifths of an article."""
PAGE_WEIGHT = 100.0
AGAIN = 0.3
"""Weight of a block that repeats what another block of the page says."""


class Sample(NamedTuple):
    """One document: columns as float32, references for the learned ones, whether a block is kept, its weight."""

    id: str
    site: str
    columns: Columns
    refs: Refs
    kept: NDArray[np.bool_]
    weight: Floats
    texts: tuple[str, ...]
    source: Any


def of_page(page: Page) -> Sample | None:
    """A page's sample; None where it has no block."""
    document = read_html(decode_html(page.html, None).text, url=page.url)
    if not document.blocks:
        return None
    aligned = align([block.text for block in document.blocks], page.text)
    kept = np.array(aligned.share) >= KEEP
    return _sample(document, page, kept, np.where(aligned.again, AGAIN, 1.0))


def of_text(text: Text) -> Sample | None:
    """A text's sample; lines whose label says nothing weigh nothing."""
    document = read_text("\n".join(text.lines))
    if not document.blocks:
        return None
    labels = [text.labels[block.at - 1] for block in document.blocks]
    factor = {"keep": 1.0, "drop": 1.0, "dup": AGAIN}
    return _sample(
        document,
        text,
        np.array([label == "keep" for label in labels]),
        np.array([factor.get(label, 0.0) for label in labels]),
    )


def _sample(document: Document, item: Page | Text, kept: NDArray[np.bool_], factor: NDArray[np.float64]) -> Sample:
    judged = chain.before_judge(document, shipped(), Options())
    found = features(judged.view, judged.title, judged.data)
    words = np.minimum(found.refs.counts.words, WORDS_CAP) + 0.5
    article = max(1.0, float((words * kept).sum()))
    weight = np.minimum(words / article * PAGE_WEIGHT, WEIGHT_CAP) * factor
    return Sample(
        item.id,
        item.site,
        {name: np.asarray(column, np.float32) for name, column in found.columns.items()},
        found.refs,
        kept,
        weight.astype(np.float32),
        tuple(block.text for block in document.blocks),
        item,
    )


def batches(samples: list[Sample], folds: int) -> Iterator[tuple[list[Sample], list[Sample]]]:
    """(others, fold) for each fold of the sites."""
    sites = sorted({sample.site for sample in samples})
    order = np.random.default_rng(1).permutation(len(sites))
    fold = {sites[place]: number % folds for number, place in enumerate(order)}
    for number in range(folds):
        yield (
            [sample for sample in samples if fold[sample.site] != number],
            [sample for sample in samples if fold[sample.site] == number],
        )

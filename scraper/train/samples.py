"""Samples: a document's columns as the cleaner makes them, what each block is, and how much it weighs."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

import numpy as np
from msgspec import structs
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
from scraper.train.scripts import SCRIPTS, written_in
from scraper.types import Block, Document

Item = TypeVar("Item", Page, Text)

KEEP = 0.5
WORDS_CAP, WEIGHT_CAP = 200, 40.0
"""A block weighs its words over the article's, since word F1 counts words and pages count alike; one block at most
two fifths of an article."""
PAGE_WEIGHT = 100.0
SET_WEIGHT = {"fundus": 3.0}
"""There are six times as many pages of the web at large (WCXB) as of newspapers (Fundus), which conventions part: with
3, F1 on newspapers gains 0.4 points, cross-validated by site on half of the sites; nothing is lost elsewhere."""
AGAIN = 0.3
"""Weight of a block that repeats what another block of the page says."""


COPIES = 4
"""One document in so many is learned from in another script too (see scripts.py)."""


class Sample(NamedTuple):
    """One document: columns as float32, references for the learned ones, whether a block is kept, its weight.

    `script` is the one that a copy is written in; a document as it is has none.
    """

    id: str
    site: str
    columns: Columns
    refs: Refs
    kept: NDArray[np.bool_]
    weight: Floats
    texts: tuple[str, ...]
    source: Any
    script: str = ""


def of_page(page: Page, script: str = "") -> Sample | None:
    """A page's sample, written in another script where one is named; None where it has no block."""
    document = read_html(decode_html(page.html, None).text, url=page.url)
    if not document.blocks:
        return None
    aligned = align([block.text for block in document.blocks], page.text)
    kept = np.array(aligned.share) >= KEEP
    sample = _sample(
        _written(document, script), page, kept, np.where(aligned.again, AGAIN, 1.0) * SET_WEIGHT.get(page.set, 1.0)
    )
    return sample._replace(script=script)


def of_text(text: Text, script: str = "") -> Sample | None:
    """A text's sample, likewise; lines whose label says nothing weigh nothing."""
    document = read_text("\n".join(text.lines))
    if not document.blocks:
        return None
    labels = [text.labels[block.at - 1] for block in document.blocks]
    factor = {"keep": 1.0, "drop": 1.0, "dup": AGAIN}
    kept = np.array([label == "keep" for label in labels])
    sample = _sample(_written(document, script), text, kept, np.array([factor.get(label, 0.0) for label in labels]))
    return sample._replace(script=script)


def copies(items: Iterable[Item], make: Callable[[Item, str], Sample | None]) -> Iterator[Sample]:
    """Samples of one document in COPIES, each in a script that its name's digest chooses."""
    for item in items:
        choice = zlib.crc32(item.id.encode())
        if choice % COPIES == 0:
            sample = make(item, list(SCRIPTS)[choice // COPIES % len(SCRIPTS)])
            if sample is not None:
                yield sample


def _written(document: Document, script: str) -> Document:
    """The document with its blocks, and what its head says in words, in a script's letters."""
    if not script:
        return document

    def write(text: str) -> str:
        return written_in(script, text)

    blocks = tuple(_in_letters(block, write(block.text)) for block in document.blocks)
    head = document.head
    if head is not None:
        meta = tuple((name, value if "://" in value else write(value)) for name, value in head.meta)
        head = structs.replace(head, title=write(head.title) if head.title else None, meta=meta, json_ld=())
    return structs.replace(document, blocks=blocks, head=head)


def _in_letters(block: Block, text: str) -> Block:
    """A block with another text, as much of which is linked."""
    return structs.replace(block, text=text, link_chars=round(block.link_chars / len(block.text) * len(text)))


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

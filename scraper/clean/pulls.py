"""What pulled the judge's score of a block, for people who ask: `scrape clean --explain`.

A tree's path is taken apart as Saabas does it (blog.datadive.net/interpreting-random-forests, 2014): a node is worth
the mean of the leaves below it, a comparison the change of that worth, and it is booked to the comparison's column.
Over all trees, with the worth of their roots, that adds up to the score's log-odds.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scraper.clean import weights
from scraper.clean.chain import Judged, before_judge
from scraper.clean.chars import Floats
from scraper.clean.features import Columns, features, learned
from scraper.clean.judge import judge_document
from scraper.clean.model import LEAVES, ROWS_AT_ONCE, Forest, Model
from scraper.clean.options import Options
from scraper.clean.rescue import rescued
from scraper.clean.rules import shipped
from scraper.types import Document

GROUPS = ("text", "near", "place", "rules")
_TEXT = frozenset(
    "chars words link free_words ends sentences letters upper digits stops commas closers separators symbols unspaced "
    "capital_words small_words digit_words short_words word_length first last asks opens_list trails_off form level "
    "prose title_words described in_body".split()
)
_NEAR = re.compile(r"@|^(?:said_|gap|often$|again$)|_(?:back|ahead)$|_\d+_(?:before|behind)$")
_RULES = frozenset(("label", "hit", "kind_odds", "hit_odds"))


class Pulls(NamedTuple):
    """Log-odds that moved the judge's score of a block away from the judge's `base`, by what they come from.

    `text` is what the block says and its form, `near` what stands around it and says the same, `place` where it stands
    and in which elements, `rules` what rules and phrases say of it.
    """

    text: float
    near: float
    place: float
    rules: float
    base: float

    @property
    def score(self) -> float:
        """The P(article) that base and pulls make."""
        return float(1.0 / (1.0 + np.exp(-sum(self))))


def pulls_on(document: Document, options: Options) -> dict[int, Pulls]:
    """The pulls on each block, by its position, as the judge meets it: a text in the first round, a page with its data.

    About as much work as cleaning, which has to be done again for it.
    """
    if not document.blocks:
        return {}
    rules = shipped()
    if document.head is not None:
        document = rescued(*judge_document(document, rules, options)) or document
    judged = before_judge(document, rules, options)
    model = weights.shipped(is_page=judged.view.is_page)
    groups, base = _by_group(model.forest, _columns(model, judged))
    return {
        block.at: Pulls._make([*(round(pull, 2) for pull in row), base])
        for block, row in zip(document.blocks, groups.T.tolist(), strict=True)
    }


def _columns(model: Model, judged: Judged) -> Columns:
    found = features(judged.view, judged.title, judged.data)
    return found.columns | learned(found.refs, model.tables)


def group_of(column: str) -> str:
    """Which of GROUPS a column belongs to."""
    if column in _RULES:
        return "rules"
    if _NEAR.search(column):
        return "near"
    return "text" if column in _TEXT or column.startswith("word_odds") else "place"


class Paths(NamedTuple):
    """The comparisons of all trees [trees, places]: the leaves [first, middle) are left of one, [middle, end) right.

    `left` and `right` are what taking that side is worth; a place without a comparison holds no leaf.
    """

    first: NDArray[np.int64]
    middle: NDArray[np.int64]
    end: NDArray[np.int64]
    left: Floats
    right: Floats


def paths(forest: Forest) -> Paths:
    """The shape of the trees, out of the leaves that each comparison rules out."""
    found = np.zeros((3, *forest.masks.shape), np.int64)
    worth = np.zeros((2, *forest.masks.shape), np.float32)
    for tree, (masks, leaves) in enumerate(zip(forest.masks.tolist(), forest.leaves, strict=True)):
        ruled_out = {place: ~mask & 255 for place, mask in enumerate(masks) if mask != 255}
        for place, (first, middle, end) in _spans(ruled_out, len(leaves)).items():
            found[:, tree, place] = first, middle, end
            whole = leaves[first:end].mean()
            worth[:, tree, place] = leaves[first:middle].mean() - whole, leaves[middle:end].mean() - whole
    return Paths(*found, *worth)


def _spans(left: dict[int, int], leaves: int) -> dict[int, tuple[int, int, int]]:
    """For each comparison the leaves below it, by the leaves on its left as bits.

    What lies left of a comparison is a run of leaves; of those that begin at one leaf, the longest is the highest.
    """
    runs = {place: ((bits & -bits).bit_length() - 1, bits.bit_length()) for place, bits in left.items()}
    # A tree with fewer comparisons has fewer leaves; those behind its last are never reached.
    leaves = min(leaves, len(left) + 1)
    spans: dict[int, tuple[int, int, int]] = {}
    open_ = [(0, leaves)]
    while open_:
        first, end = open_.pop()
        below = [(middle, place) for place, (start, middle) in runs.items() if start == first and middle < end]
        if below:
            middle, place = max(below)
            spans[place] = (first, middle, end)
            open_ += [(first, middle), (middle, end)]
    return spans


def _by_group(forest: Forest, columns: Columns) -> tuple[Floats, float]:
    """Sums of worth for each group and block, and the sum of the roots' worth."""
    shape = paths(forest)
    group = np.array([GROUPS.index(group_of(name)) for name in forest.names])[forest.column[forest.nodes]]
    reached = np.maximum(1, shape.end.max(axis=1)).tolist()
    base = float(sum(leaves[:end].mean() for leaves, end in zip(forest.leaves, reached, strict=True)))
    matrix = np.array([columns[name] for name in forest.names], np.float32)
    parts = [
        _worth(forest, shape, group, matrix[:, at : at + ROWS_AT_ONCE])
        for at in range(0, matrix.shape[1], ROWS_AT_ONCE)
    ]
    return np.concatenate(parts, axis=1), round(base, 2)


def _worth(forest: Forest, shape: Paths, group: NDArray[np.int64], matrix: Floats) -> Floats:
    fails = matrix[forest.column] > forest.threshold[:, None]
    ruled_out = np.zeros((len(forest.nodes), matrix.shape[1]), np.uint8)
    for place in range(forest.nodes.shape[1]):
        ruled_out |= np.where(fails[forest.nodes[:, place]], ~forest.masks[:, place, None], 0).astype(np.uint8)
    leaf = np.argmin(np.unpackbits(ruled_out[..., None], axis=-1, bitorder="little"), axis=-1)
    total = np.zeros((len(GROUPS), matrix.shape[1]), np.float32)
    for place in range(forest.nodes.shape[1]):
        first, middle, end, left, right = (part[:, place, None] for part in shape)
        worth = np.where((first <= leaf) & (leaf < end), np.where(leaf < middle, left, right), np.float32(0))
        for number in range(len(GROUPS)):
            total[number] += worth[group[:, place] == number].sum(axis=0)
    return total


assert LEAVES == 8, "a set of leaves is a byte"  # noqa: S101 - paths() counts in bits

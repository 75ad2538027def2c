"""The trained judge: columns in, P(article) out. Boosted trees of eight leaves, run with numpy.

A block's leaf in a tree is found as QuickScorer does (Lucchese et al., SIGIR 2015): each comparison that fails rules
out the leaves on its left, one bit a leaf; the lowest bit left is the leaf. Equal comparisons of all trees are made
once. `python -m scraper.train` makes the weights.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from scraper.clean.chars import Floats
from scraper.clean.features import Columns, Features, Tables, learned

LEAVES = 8
ROWS_AT_ONCE = 2_000
"""Blocks that go through the trees together: 800 trees need 800 bytes a block and more. The columns are not bounded by
it: about 8 kB a block."""


class Forest(Struct, frozen=True, eq=False, dict=True):
    """Trees over named columns.

    `tests` are (column, threshold): a comparison holds where the column is at most the threshold. `nodes` [trees, 7]
    are indices into the tests, `masks` the leaves that are left where a comparison fails, `leaves` [trees, 8] log-odds.
    """

    names: tuple[str, ...]
    column: NDArray[np.int64]
    threshold: Floats
    nodes: NDArray[np.int64]
    masks: NDArray[np.uint8]
    leaves: Floats

    def log_odds(self, columns: Columns) -> Floats:
        """The log-odds of every row."""
        rows = len(next(iter(columns.values())))
        numbers = np.empty(len(self.names) * rows, np.float32)
        # One call for all: half of the time of a row after the other.
        np.concatenate([columns[name] for name in self.names], out=numbers, casting="unsafe")
        matrix = numbers.reshape(len(self.names), rows)
        parts = [self._of(matrix[:, at : at + ROWS_AT_ONCE]) for at in range(0, rows, ROWS_AT_ONCE)]
        return np.concatenate(parts) if len(parts) > 1 else parts[0]

    @cached_property
    def _steps(self) -> list[tuple[NDArray[np.int64], NDArray[np.uint8]]]:
        """For each of a tree's places its comparison, and the leaves that this one's failing rules out."""
        return [(np.ascontiguousarray(at), ~mask[:, None]) for at, mask in zip(self.nodes.T, self.masks.T, strict=True)]

    def _of(self, matrix: Floats) -> Floats:
        # In place and into one buffer: new arrays at each step cost half as much again.
        fails = np.greater(matrix.take(self.column, axis=0), self.threshold[:, None]).view(np.uint8)
        np.negative(fails, out=fails)
        ruled_out = np.zeros((len(self.nodes), matrix.shape[1]), np.uint8)
        failing = np.empty_like(ruled_out)
        for at, rules_out in self._steps:
            # "clip" takes straight into the buffer; no index is out of bounds.
            fails.take(at, axis=0, out=failing, mode="clip")
            failing &= rules_out
            ruled_out |= failing
        # In two steps: one table for all sets of leaves has 800 kB, which leave the cache between two pages.
        leaf = _FIRST_LEFT.take(ruled_out) + np.arange(0, LEAVES * len(self.leaves), LEAVES)[:, None]
        total: Floats = self.leaves.take(leaf).sum(axis=0, dtype=np.float32)
        return total


_FIRST_LEFT = np.array([(~value & -~value).bit_length() - 1 for value in range(255)] + [0], np.uint8)
"""The first leaf that is left, by the set of those ruled out."""


class Model(NamedTuple):
    """The judge of one sort of document: the learned tables, and the trees."""

    tables: Tables
    forest: Forest

    def judge(self, found: Features) -> Floats:
        """P(article) of every block."""
        return sigmoid(self.forest.log_odds(found.columns | learned(found.refs, self.tables)))


def sigmoid(log_odds: Floats) -> Floats:
    """Log-odds as probabilities, to four digits: a last bit that differs between machines decides nothing."""
    return np.round(1.0 / (1.0 + np.exp(-log_odds.astype(np.float64))), 4).astype(np.float32)


class Models(NamedTuple):
    """The judges of pages and of plain texts; `about` says from what the weights were made."""

    page: Model
    text: Model
    about: str

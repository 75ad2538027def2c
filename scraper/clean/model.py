"""The trained judge: columns in, P(article) out. Boosted trees of eight leaves, run with numpy.

A block's leaf in a tree is found as QuickScorer does (Lucchese et al., SIGIR 2015): each comparison that fails rules
out the leaves on its left, one bit a leaf; the lowest bit left is the leaf. Equal comparisons of all trees are made
once. `python -m scraper.train` makes the weights.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scraper.clean.chars import Floats
from scraper.clean.features import Columns, Features, Tables, learned

LEAVES = 8
ROWS_AT_ONCE = 2_000
"""Blocks that go through the trees together: 800 trees need 800 bytes a block and more. The columns are not bounded by
it: about 8 kB a block."""


class Forest(NamedTuple):
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
        matrix = np.empty((len(self.names), rows), np.float32)
        for number, name in enumerate(self.names):
            matrix[number] = columns[name]
        parts = [self._of(matrix[:, at : at + ROWS_AT_ONCE]) for at in range(0, rows, ROWS_AT_ONCE)]
        return np.concatenate(parts) if len(parts) > 1 else parts[0]

    def _of(self, matrix: Floats) -> Floats:
        fails = (matrix[self.column] > self.threshold[:, None]).view(np.uint8)
        fails *= np.uint8(255)
        left = np.full((len(self.nodes), matrix.shape[1]), 255, np.uint8)
        for place in range(self.nodes.shape[1]):
            # Where the comparison holds (0) nothing is ruled out.
            left &= ~(fails[self.nodes[:, place]] & ~self.masks[:, place, None])
        leaf = _LOWEST[left]
        at = leaf + (np.arange(len(self.leaves), dtype=np.int32) * LEAVES)[:, None]
        total: Floats = self.leaves.ravel()[at].sum(axis=0, dtype=np.float32)
        return total


_LOWEST = np.array([0] + [(value & -value).bit_length() - 1 for value in range(1, 256)], np.int32)


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

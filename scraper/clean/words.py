"""What training learned of words: the log-odds of each, and the columns that a block's words give."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scraper.clean.chars import Counts, Floats, Hashes

TOP_BITS = 16
"""Bits of a hash that say where it may stand among the others: of 30,000 words at most 5 have these in common."""
MOST_SUM = 30


class WordOdds:
    """Log-odds by hash. Looking in the few places that its first bits leave takes a third of a binary search's time."""

    def __init__(self, hashes: Hashes, odds: Floats) -> None:
        """`hashes` are in ascending order."""
        self.hashes, self.odds = hashes, odds
        sizes = np.bincount(hashes >> np.uint32(32 - TOP_BITS), minlength=1 << TOP_BITS)
        self._most = int(sizes.max())
        self._begins = np.cumsum(sizes) - sizes

    def of(self, hashes: Hashes) -> Floats:
        """The odds of words, 0 for one that is not known."""
        found = np.zeros(hashes.size, np.float32)
        at = self._begins.take(hashes >> np.uint32(32 - TOP_BITS))
        for _ in range(self._most):
            # "clip" looks at the last word again, which is the same to one that it is not.
            known = self.hashes.take(at, mode="clip") == hashes
            np.copyto(found, self.odds.take(at, mode="clip"), where=known)
            at += 1
        return found


def word_odds(counts: Counts, words: WordOdds) -> dict[str, NDArray[Any]]:
    """The words' own log-odds: mean, least, most, sum, and the first word's."""
    rows = counts.chars.size
    hashes, row = counts.hashes, counts.rows
    least, most, first = (np.zeros(rows, np.float32) for _ in range(3))
    mean: NDArray[Any] = np.zeros(rows)
    total: NDArray[Any] = np.zeros(rows)
    if hashes.size and words.hashes.size:
        odds = words.of(hashes)
        total = np.bincount(row, weights=odds, minlength=rows)
        mean = total / np.maximum(1, np.bincount(row, minlength=rows))
        begins = np.flatnonzero(np.concatenate(([True], row[1:] != row[:-1])))
        least[row[begins]] = np.minimum(0, np.minimum.reduceat(odds, begins))
        most[row[begins]] = np.maximum(0, np.maximum.reduceat(odds, begins))
        first[row[begins]] = odds[begins]
    return {
        "word_odds": mean,
        "word_odds_least": least,
        "word_odds_most": most,
        "word_odds_first": first,
        "word_odds_sum": np.maximum(-MOST_SUM, np.minimum(MOST_SUM, total)),
    }

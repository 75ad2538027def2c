"""The shape of a block: words, punctuation, links. Knows no language; scripts without spaces count characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from scraper.clean.chars import Counts


class Shape(NamedTuple):
    """Words (see chars.Counts), the share of characters in links, a full stop at the end, sentences."""

    words: int
    link_share: float
    ends: bool
    sentences: int

    @property
    def free_words(self) -> float:
        """Words that stand outside links."""
        return self.words * (1 - self.link_share)


def shapes(counts: Counts, link_shares: Sequence[float]) -> list[Shape]:
    """The shapes of counted blocks."""
    rows = zip(counts.words.tolist(), link_shares, counts.ends.tolist(), counts.sentences.tolist(), strict=True)
    return list(map(Shape._make, rows))


def prose(counts: Counts, link_shares: Sequence[float]) -> list[bool]:
    """Which blocks read as running text: a sentence of ten free words, or thirty words without a full stop."""
    links = np.array(link_shares, np.float64)
    least = np.where(counts.ends | (counts.sentences > 0), 10, 30)
    flags: list[bool] = ((links <= 0.5) & (counts.words * (1 - links) >= least)).tolist()
    return flags

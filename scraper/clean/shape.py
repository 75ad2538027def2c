"""The shape of a block: words, punctuation, links. Knows no language; scripts without spaces count characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

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
    return [Shape(*row) for row in rows]


def is_prose(form: Shape) -> bool:
    """Whether a block reads as running text: a sentence of ten free words, or thirty words without a full stop."""
    if form.link_share > 0.5:
        return False
    return form.free_words >= (10 if form.ends or form.sentences else 30)

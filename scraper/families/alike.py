"""How much two texts have in common, and whether they are one story.

One story is what says the same in nearly the same words: half of all that either says stands in both (J >= 0.5), or the
shorter one is nearly all in the longer (0.8) and is no small part of it. A shared quotation or paragraph of boilerplate
joins nothing: with 40 % of two texts in common J is 0.25. Short texts are mostly formula, so more of them must agree;
and what differs in its figures is another day's edition of the same form: lottery numbers, a match, an earthquake.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from scraper.families.shingles import Shingled

HALF = 0.5
CONTAINED, PART = 0.8, 0.3
FEWEST = 20
"""Shingles of a text that can be told from others at all."""
SHORT, MOST_OF_IT = 60, 0.8
"""Shingles of a short text, and the Jaccard index that it needs."""
FIGURES, SAME_FIGURES = 5, 0.5
"""Where the text with fewer figures has so many, this share of them must stand in the other too."""


class Alike(Struct, frozen=True):
    """How alike two texts are: the Jaccard index of their shingles, and the share of the shorter that the other has."""

    jaccard: float
    contained: float


def alike(one: Shingled, other: Shingled) -> Alike:
    """Compare two texts, exactly; two without shingles have nothing in common."""
    common = len(np.intersect1d(one.shingles, other.shingles, assume_unique=True))
    shorter, whole = min(len(one), len(other)), len(one) + len(other) - common
    return Alike(common / whole, common / shorter) if common else Alike(0.0, 0.0)


def is_one_story(one: Shingled, other: Shingled) -> bool:
    """Whether two texts are near enough."""
    shorter = min(len(one), len(other))
    if shorter < FEWEST or not _has_figures_of(one, other):
        return False
    found = alike(one, other)
    if shorter < SHORT:
        return found.jaccard >= MOST_OF_IT
    return found.jaccard >= HALF or (found.contained >= CONTAINED and found.jaccard >= PART)


def _has_figures_of(one: Shingled, other: Shingled) -> bool:
    fewer = min(one.figures, other.figures, key=len)
    return len(fewer) < FIGURES or len(one.figures & other.figures) >= SAME_FIGURES * len(fewer)

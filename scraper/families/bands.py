"""What a text is found by: MinHash (Broder 1997) in bands (locality-sensitive hashing), as whole numbers for a table.

Of each of 72 fixed permutations of all shingles a text keeps the first shingle that it has; three of them are a band.
Two texts whose shingles overlap with Jaccard index J share one of the 24 bands with probability 1 - (1 - J³)^24: 0.96
for J = 0.5, 0.999 for 0.6, 0.5 for 0.3, 0.003 for 0.05, of unrelated texts (J < 0.005) one in 300,000.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from scraper.families.shingles import Numbers, Shingled, mixed

BANDS, ROWS = 24, 3
BITS = 48
"""Of a band's number; SQLite stores it in six bytes. Two that differ meet in one of 10^14 pairs, and then the texts are
compared."""

_STEP = 0x9E3779B97F4A7C15
_BLOCK = 4096
"""Shingles at a time, so that a long text takes 2.4 MB for a moment and not its length times 576 bytes."""


def bands(text: Shingled) -> tuple[int, ...]:
    """The bands of a text; none of one without shingles."""
    if not len(text):
        return ()
    firsts = np.full(BANDS * ROWS, np.iinfo(np.uint64).max, np.uint64)
    for start in range(0, len(text), _BLOCK):
        block = text.shingles[start : start + _BLOCK]
        firsts = np.minimum(firsts, (_permutations()[:, None] * block).min(1))
    found = np.arange(BANDS, dtype=np.uint64)  # so that equal firsts in two bands are two numbers
    for row in firsts.reshape(BANDS, ROWS).T:
        found = mixed(found * np.uint64(_STEP) + row)
    return tuple((found >> np.uint64(64 - BITS)).tolist())


@cache
def _permutations() -> Numbers:
    """Odd factors: times one of them, modulo 2^64, is a permutation of all numbers."""
    return mixed(np.arange(1, BANDS * ROWS + 1, dtype=np.uint64) * np.uint64(_STEP)) | np.uint64(1)

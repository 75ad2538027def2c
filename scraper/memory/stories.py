"""Which texts tell one story: near-duplicates by their runs of letters, after Broder's sketches (SEQUENCES 1997).

A sketch is the SIZE smallest of the hashes of all runs, so that two texts are compared in the same short time however
long they are. Letters rather than words, since many scripts put no space between words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RUN = 16
"""Letters of a run: about three words, of scripts without spaces ten."""
SIZE = 128
"""Hashes of a sketch: a resemblance of one half is told to within a tenth, nineteen times of twenty."""
NEAR = 0.5
"""Resemblance from which two texts are one story. Two articles of a site that share their chrome stay below, unless
most of each is chrome."""
MOST_LETTERS = 20_000
"""Of a longer text its beginning tells the story: half an hour of reading."""

_BASE, _MIX = 1_000_003, 0x9E3779B97F4A7C15


def stories_of(texts: Sequence[str]) -> list[int]:
    """A number for each text, the same for texts of one story: those that a chain of near-duplicates joins.

    Whatever the order of the texts, the same ones have equal numbers.
    """
    sketches = [_sketch(text) for text in texts]
    of = list(range(len(texts)))
    for one in range(len(texts)):
        for other in range(one):
            if of[one] != of[other] and _is_near(sketches[one], sketches[other]):
                into, gone = sorted((of[one], of[other]))
                of = [into if story == gone else story for story in of]
    return of


def _sketch(text: str) -> frozenset[int]:
    letters = "".join(filter(str.isalnum, text[:MOST_LETTERS].casefold()))
    points = np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    runs = np.zeros(max(points.size - RUN + 1, min(points.size, 1)), np.uint64)
    for place in range(RUN if points.size >= RUN else points.size):
        runs = runs * np.uint64(_BASE) + points[place : place + runs.size]
    return frozenset(_mixed(np.unique(runs))[:SIZE].tolist())


def _mixed(runs: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The hashes in order, after their high bits were mixed into the low ones: equal runs stay equal."""
    mixed = (runs ^ (runs >> np.uint64(29))) * np.uint64(_MIX)
    return np.sort(mixed ^ (mixed >> np.uint64(32)))


def _is_near(one: frozenset[int], other: frozenset[int]) -> bool:
    """Whether the two sketches' smallest hashes together are, to NEAR, hashes of both."""
    both = sorted(one | other)[:SIZE]
    shared = one & other
    return bool(both) and sum(run in shared for run in both) >= NEAR * len(both)

"""Columns of what is said more than once: a block's whole text, and runs of four words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scraper.clean import chars
from scraper.clean.chars import Counts

Columns = dict[str, NDArray[Any]]

GRAM = 4
OFTEN = 10


def columns(low: Sequence[str], counts: Counts) -> Columns:
    """How often a block's text stands in the document, and how much of it stands elsewhere in runs of four words."""
    often: dict[str, int] = {}
    again = []
    for text in low:
        again.append(text in often)
        often[text] = often.get(text, 0) + 1
    found: Columns = {"often": chars.small([min(often[text], OFTEN) for text in low]), "again": chars.small(again)}
    return found | _shared(counts, len(low))


def _shared(counts: Counts, rows: int) -> Columns:
    found: Columns = {"said_before": np.zeros(rows), "said_later": np.zeros(rows)}
    if counts.hashes.size < GRAM:
        return found
    grams, row = _grams(counts)
    if not grams.size:
        return found
    total = np.maximum(1, np.bincount(row, minlength=rows))
    order = np.argsort(grams)
    grams = grams[order]
    same = grams[1:] == grams[:-1]
    # Most runs stand once: what follows is of the others alone.
    twice = np.flatnonzero(np.concatenate((same, [False])) | np.concatenate(([False], same)))
    if not twice.size:
        return found
    grams, row = grams[twice], row[order[twice]]
    begins = np.flatnonzero(np.concatenate(([True], grams[1:] != grams[:-1])))
    sizes = np.diff(begins, append=grams.size)
    first, last = np.minimum.reduceat(row, begins).repeat(sizes), np.maximum.reduceat(row, begins).repeat(sizes)
    found["said_before"] = np.bincount(row[first < row], minlength=rows) / total
    found["said_later"] = np.bincount(row[last > row], minlength=rows) / total
    return found


def _grams(counts: Counts) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """A hash of every run of words that stands in one block, and its block."""
    hashes, row = counts.hashes.astype(np.uint64), counts.rows
    grams = hashes[: 1 - GRAM].copy()
    for place in range(1, GRAM):
        grams = grams * np.uint64(1_000_003) + hashes[place : hashes.size - GRAM + 1 + place]
    within = row[: 1 - GRAM] == row[GRAM - 1 :]
    return grams[within], row[: 1 - GRAM][within]

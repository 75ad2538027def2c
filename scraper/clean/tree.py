"""The places of a page as numbers: where each one's subtree ends, how deep it stands, which of them have equal names.

Places are in document order, so what stands below one is a run of them, and a sum over it the difference of two entries
of a running sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scraper.types import Document, Place


class Tree(NamedTuple):
    """One entry a place; `depths` and `ends` have one more, the document's, which -1 points at as parents do.

    What stands below a place are the places from the one behind it up to its `ends`. `names` numbers the distinct
    elements by tag and tokens, `elements` holds the first of each; `at` is each block's entry. `behind` are the `ends`
    of the places alone, to index with.
    """

    parents: list[int]
    depths: list[int]
    ends: list[int]
    names: list[int]
    elements: list[Place]
    at: NDArray[np.int64]
    behind: NDArray[np.int64]


def tree_of(document: Document) -> Tree:
    """The tree of a document's places."""
    places = document.places
    count = len(places)
    parents = [place.parent for place in places]
    depths = [0] * (count + 1)
    for index, parent in enumerate(parents):
        depths[index] = depths[parent] + 1
    numbers: dict[tuple[str, tuple[str, ...]], int] = {}
    names = [numbers.setdefault((place.tag, place.tokens), len(numbers)) for place in places]
    elements: list[Place] = []
    for place, name in zip(places, names, strict=True):
        if name == len(elements):
            elements.append(place)
    ends = [*range(1, count + 1), count]
    for index in range(count - 1, -1, -1):
        parent = parents[index]
        ends[parent] = max(ends[parent], ends[index])
    at = np.array([block.place if block.place >= 0 else count for block in document.blocks], np.int64)
    return Tree(parents, depths, ends, names, elements, at, np.array(ends[:-1], np.int64))


def below(tree: Tree, amounts: NDArray[Any]) -> NDArray[np.float64]:
    """The blocks' amounts, summed over what stands in and below each place; the last entry is the document's."""
    own, sums = _sums(tree, amounts)
    found = np.empty_like(own)
    np.subtract(sums[tree.behind], sums[:-1], out=found[:-1])
    found[-1] = own.sum()
    return found


def running(tree: Tree, amounts: Sequence[int]) -> list[float]:
    """The blocks' amounts, summed over the places so far: entry i is of the places before place i."""
    found: list[float] = _sums(tree, np.array(amounts))[1].tolist()
    return found


def _sums(tree: Tree, amounts: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    own = np.bincount(tree.at, amounts, len(tree.parents) + 1).astype(np.float64, copy=False)
    sums = np.zeros(own.size)
    np.cumsum(own[:-1], out=sums[1:])
    return own, sums

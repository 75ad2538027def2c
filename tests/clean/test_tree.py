"""Places as numbers: runs of what stands below them, and sums over these."""

from __future__ import annotations

import numpy as np

from scraper.clean.blocks import read_html
from scraper.clean.tree import below, running, tree_of

PAGE = "<div class=a><p>One</p><ul><li>Two</li><li>Three</li></ul></div><div class=a><p>Four</p></div>"


def test_what_stands_below_a_place_is_a_run() -> None:
    document = read_html(PAGE)
    tree = tree_of(document)
    for index, end in enumerate(tree.ends[:-1]):
        inside = [at for at in range(len(document.places)) if index in _path(tree.parents, at)]
        assert inside == list(range(index, end))
        assert tree.depths[index] == len(_path(tree.parents, index))


def test_equal_elements_have_one_number() -> None:
    document = read_html(PAGE)
    tree = tree_of(document)
    assert len(tree.elements) == len({(place.tag, place.tokens) for place in document.places})
    for place, name in zip(document.places, tree.names, strict=True):
        assert (tree.elements[name].tag, tree.elements[name].tokens) == (place.tag, place.tokens)


def test_sums_are_of_the_blocks_in_a_place_and_below_it() -> None:
    document = read_html(PAGE)
    tree = tree_of(document)
    sums = below(tree, np.array([1, 10, 100, 1000]))
    assert dict(zip([place.tag for place in document.places], sums.tolist(), strict=False))["ul"] == 110
    assert sums[-1] == 1111
    so_far = running(tree, [1, 10, 100, 1000])
    assert all(so_far[end] - so_far[at] == sums[at] for at, end in enumerate(tree.ends[:-1]))


def _path(parents: list[int], place: int) -> list[int]:
    path = []
    while place >= 0:
        path.append(place)
        place = parents[place]
    return path

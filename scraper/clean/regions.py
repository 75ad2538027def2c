"""Columns that only a page has: the elements that hold a block, what else they hold, and what they are called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scraper.clean import span
from scraper.clean.chars import small
from scraper.clean.ld import LinkedData
from scraper.clean.names import Names
from scraper.clean.tree import Tree, below
from scraper.clean.view import View
from scraper.types import Kind

Columns = dict[str, NDArray[Any]]

LEVELS = 12
NAMED_LEVELS = 8
FLAGS = {"article": 1, "main": 2, "header": 4, "footer": 8, "nav": 16, "aside": 32, "form": 64, "ul": 128, "ol": 128}
FLAGS |= {"dl": 128, "table": 256, "figure": 512, "blockquote": 1024}
FLAG_NAMES = "article main header footer nav aside form list table figure blockquote".split()
SHARES = (0.3, 0.5, 0.7, 0.9)
# The rules' kinds, in groups, of an element by its name alone, without the guard that spares large containers.
GROUPS = {
    "comments": "comments", "comment_form": "comments", "related": "related", "newsletter": "newsletter",
    "author_box": "author", "byline": "author", "navigation": "navigation", "breadcrumb": "navigation",
    "footer": "footer", "copyright": "footer", "share": "share", "ad": "ad", "caption": "caption",
    "photo_credit": "caption", "tags": "tags",
}  # fmt: skip
GROUP_NAMES = sorted({*GROUPS.values(), "other"})
BIT_NAMES = (*(f"in_{name}" for name in FLAG_NAMES), *(f"called_{name}" for name in GROUP_NAMES))
_ALL_FLAGS = (1 << len(FLAG_NAMES)) - 1
GROUP_BITS = {id(kind): 1 << len(FLAG_NAMES) + GROUP_NAMES.index(GROUPS.get(kind.value, "other")) for kind in Kind}
"""The bit of a kind's group, behind those of FLAGS; by identity, since an Enum's hash is a call of 0.2 µs."""
DESCRIPTION_CHARS = 60
BODY_CHARS = 200
LARGE = 0.5
"""Share of the page's prose from which a place is spared what its names say against it."""
MOSTLY_PROSE, MOST_BLOCKS = 0.7, 200
MOST_SEARCHED = 10**8
"""Characters of articleBody times blocks: beyond, the look-up would take over a second."""


class Mass(NamedTuple):
    """What is summed over elements: words, link share, prose words, full stops; and the texts in lower case."""

    words: NDArray[np.int64]
    link: NDArray[Any]
    prose: NDArray[np.float64]
    ends: NDArray[Any]
    low: Sequence[str]


class Regions(NamedTuple):
    """Columns, the distinct elements' names, and for each block the elements above it (see features.Refs)."""

    columns: Columns
    names: Names
    above: NDArray[np.int64]


class _Regions(NamedTuple):
    """The places as arrays with one more entry, the document itself, which -1 points at.

    `bits` are FLAGS of the element and of those around it, and behind them the groups of their names, `own` each
    element's own; `key` numbers the elements by name.
    """

    tree: Tree
    parent: NDArray[np.int64]
    depth: NDArray[np.int64]
    bits: NDArray[np.int64]
    own: list[int]
    key: NDArray[np.int64]


def columns(view: View, data: LinkedData, mass: Mass) -> Regions:
    """All columns of a page's elements."""
    regions = _regions(view)
    at = view.tree.at
    above = np.empty((LEVELS, at.size), np.int64)
    above[0] = at
    for level in range(1, LEVELS):
        above[level] = regions.parent[above[level - 1]]
    whole = mass.prose if mass.prose.any() else mass.words
    regions = _spare_large(regions, below(view.tree, whole) > LARGE * float(whole.sum()))
    found: Columns = {
        "hidden": small([block.hidden for block in view.blocks]),
        "depth": regions.depth[at],
    }
    found |= zip(BIT_NAMES, (regions.bits[at] >> np.arange(len(BIT_NAMES))[:, None]) & 1, strict=True)
    found |= _shares(view.tree, above, mass)
    found |= _alike(regions.key[above[:3]], mass)
    found |= _span(view)
    found |= _beside(regions, at)
    found |= _witnesses(view, data, mass.low)
    return Regions(found, Names(view.tree.elements), regions.key[above[:NAMED_LEVELS]])


def _regions(view: View) -> _Regions:
    tree = view.tree
    of_name = [
        FLAGS.get(element.tag, 0) | (0 if rule is None else GROUP_BITS[id(rule.kind)])
        for element, rule in zip(tree.elements, view.named, strict=True)
    ]
    own = [of_name[name] for name in tree.names]
    return _Regions(
        tree,
        parent=np.array([*tree.parents, -1]),
        depth=np.array(tree.depths),
        bits=_inherited(tree, own),
        own=own,
        key=np.array([*tree.names, len(tree.elements)]),
    )


def _inherited(tree: Tree, own: Sequence[int]) -> NDArray[np.int64]:
    """The bits of each place and of those around it."""
    bits = [0] * (len(own) + 1)
    for index, (parent, mine) in enumerate(zip(tree.parents, own, strict=True)):
        bits[index] = bits[parent] | mine
    return np.array(bits)


def _spare_large(regions: _Regions, large: NDArray[np.bool_]) -> _Regions:
    """The places with nothing said against one that holds most of the prose: a big container is never chrome.

    Such a place has a key and names of its own (see Names), of which only those count that speak for it, and no group.
    """
    large[-1] = False
    many = len(regions.tree.elements)
    key = np.where(large, regions.key + many + 1, regions.key)
    key[-1] = 2 * many + 1
    spared = np.flatnonzero(large).tolist()
    if any(regions.own[place] > _ALL_FLAGS for place in spared):
        own = regions.own.copy()
        for place in spared:
            own[place] &= _ALL_FLAGS
        regions = regions._replace(bits=_inherited(regions.tree, own))
    return regions._replace(key=key)


def _shares(tree: Tree, above: NDArray[np.int64], mass: Mass) -> Columns:
    """How much of the page's prose stands in the elements above a block, and what else does."""
    prose, words = below(tree, mass.prose), below(tree, mass.words)
    linked, blocks = below(tree, mass.words * mass.link), below(tree, np.ones(above.shape[1]))
    share = prose[above] / max(1.0, float(mass.prose.sum()))
    near = above[:4]
    held = blocks[near]
    some = np.maximum(1, words[near])
    dense = prose[near] / some
    # No article of the training has as many paragraphs as a long one may: hundreds of blocks count against menus.
    many = np.log1p(np.where(dense >= MOSTLY_PROSE, np.minimum(held, MOST_BLOCKS), held))
    linked = linked[near] / some
    found: Columns = {f"share{level}": share[level] for level in (0, 1, 2, 3, 5)}
    found |= {f"up_to_{int(least * 100)}": (share < least).sum(axis=0) for least in SHARES}
    for level in range(4):
        found |= {f"linked{level}": linked[level], f"prose{level}": dense[level], f"blocks{level}": many[level]}
    return found


def _alike(keys: NDArray[np.int64], mass: Mass) -> Columns:
    """Blocks in elements of the same names three levels up: how many, and what they are like."""
    size = int(keys.max()) + 1
    _, group = np.unique((keys[0] * size + keys[1]) * size + keys[2], return_inverse=True)
    count = np.bincount(group)

    def mean(amounts: NDArray[Any]) -> NDArray[np.float64]:
        return (np.bincount(group, weights=amounts) / count)[group]

    return {
        "alike": np.log1p(count[group]),
        "alike_words": np.log1p(mean(mass.words)),
        "alike_link": mean(mass.link),
        "alike_ends": mean(mass.ends),
        "alike_prose": np.bincount(group, weights=mass.prose)[group] / max(1.0, float(mass.prose.sum())),
    }


def _within(amounts: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """np.clip between -most and most, which takes five times as long over a page's few blocks."""
    return np.maximum(-most, np.minimum(most, amounts))


def _span(view: View) -> Columns:
    """Where the container and the run of the density judge lie (see span.py)."""
    main = span.main_span(view, span.dead_blocks(view))
    at = np.arange(len(view.blocks))
    return {
        "in_container": small([block.place < 0 or block.place in main.inside for block in view.blocks]),
        "in_span": (at >= main.start) & (at < main.end),
        "from_span": _within(at - main.start, 30),
        "to_span_end": _within(at - main.end, 30),
    }


def _beside(regions: _Regions, at: NDArray[np.int64]) -> Columns:
    """Whether the blocks before and behind stand in the same element, the same parent, as deep."""
    up, depth = regions.parent[at], regions.depth[at]
    same, same_up = np.zeros((2, at.size + 1), np.bool_)
    np.equal(at[1:], at[:-1], out=same[1:-1])
    np.equal(up[1:], up[:-1], out=same_up[1:-1])
    deeper = np.zeros(at.size + 1, np.int64)
    np.subtract(depth[1:], depth[:-1], out=deeper[1:-1])
    return {
        "same_element": same[:-1],
        "same_parent_before": same_up[:-1],
        "same_parent_behind": same_up[1:],
        "deeper_than_before": _within(deeper[:-1], 5),
        "deeper_than_behind": _within(-deeper[1:], 5),
    }


def _witnesses(view: View, data: LinkedData, low: Sequence[str]) -> Columns:
    """Whether the page's own description or its JSON-LD articleBody holds a block's beginning."""
    head = view.document.head
    meta = dict(reversed(head.meta)) if head is not None else {}
    described = " ".join((meta.get("og:description") or meta.get("description") or "").lower().split())
    described = described[:DESCRIPTION_CHARS].rstrip(".… ")
    body = " ".join((data.body or "").lower().split())
    told = len(body) > BODY_CHARS and len(body) * len(low) <= MOST_SEARCHED
    return {
        "described": small([len(described) > 25 and described in text for text in low]),
        "in_body": np.array([text[:DESCRIPTION_CHARS] in body for text in low]) if told else np.full(len(low), -1),
    }

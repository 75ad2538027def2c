"""Columns that only a page has: the elements that hold a block, what else they hold, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scraper.clean import span
from scraper.clean.ld import LinkedData
from scraper.clean.view import View
from scraper.expressions import expression
from scraper.types import Place

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
PART = expression(r"[a-z]{3,}")
MOST_TOKENS, MOST_PARTS, MOST_CHARS = 12, 6, 40
DESCRIPTION_CHARS = 60
BODY_CHARS = 200
LARGE = 0.5
"""Share of the page's prose from which a place is spared what its names say against it."""
SPARED = "!"
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
    names: Sequence[tuple[str, ...]]
    above: NDArray[np.int64]


class _Tree(NamedTuple):
    """The places as arrays with one more entry, the document itself; `key` numbers distinct elements."""

    parent: NDArray[np.int64]
    depth: NDArray[np.int64]
    flags: NDArray[np.int64]
    groups: NDArray[np.int64]
    own_groups: NDArray[np.int64]
    end: NDArray[np.int64]
    key: NDArray[np.int64]
    names: Sequence[tuple[str, ...]]


def columns(view: View, data: LinkedData, mass: Mass) -> Regions:
    """All columns of a page's elements."""
    tree = _tree(view)
    places = len(tree.parent) - 1
    at = np.array([block.place if block.place >= 0 else places for block in view.blocks])
    above = np.empty((LEVELS, at.size), np.int64)
    above[0] = at
    for level in range(1, LEVELS):
        above[level] = tree.parent[above[level - 1]]
    below = _Below(tree, at)
    whole = mass.prose if mass.prose.any() else mass.words
    tree = _spare_large(tree, below.sum(whole) > LARGE * float(whole.sum()))
    found: Columns = {
        "hidden": np.array([block.hidden for block in view.blocks]),
        "depth": tree.depth[at],
    }
    found |= {f"in_{name}": (tree.flags[at] >> bit) & 1 for bit, name in enumerate(FLAG_NAMES)}
    found |= {f"called_{name}": (tree.groups[at] >> bit) & 1 for bit, name in enumerate(GROUP_NAMES)}
    found |= _shares(below, above, mass)
    found |= _alike(tree.key[above[:3]], mass)
    found |= _span(view)
    found |= _beside(tree, at)
    found |= _witnesses(view, data, mass.low)
    return Regions(found, tree.names, tree.key[above[:NAMED_LEVELS]])


def _tree(view: View) -> _Tree:
    places = view.document.places
    count = len(places)
    parent = [count if place.parent < 0 else place.parent for place in places] + [count]
    numbers: dict[tuple[str, tuple[str, ...]], int] = {}
    of_key: list[tuple[int, int]] = []
    own_groups = [0] * count
    key, flags, groups, depth = [0] * count, [0] * (count + 1), [0] * (count + 1), [0] * (count + 1)
    names = []
    for index, place in enumerate(places):
        known = numbers.get((place.tag, place.tokens))
        if known is None:
            known = numbers[place.tag, place.tokens] = len(of_key)
            rule = view.named(place)
            bit = 0 if rule is None else 1 << GROUP_NAMES.index(GROUPS.get(rule.kind.value, "other"))
            of_key.append((FLAGS.get(place.tag, 0), bit))
            names.append(names_of(place))
        key[index] = known
        up = parent[index]
        own = of_key[known]
        flags[index], groups[index] = flags[up] | own[0], groups[up] | own[1]
        own_groups[index], depth[index] = own[1], depth[up] + 1
    end = list(range(1, count + 2))
    for index in range(count - 1, -1, -1):
        up = parent[index]
        if up < count and end[index] > end[up]:
            end[up] = end[index]
    end[count] = count
    return _Tree(
        parent=np.array(parent),
        depth=np.array(depth),
        flags=np.array(flags),
        groups=np.array(groups),
        own_groups=np.array(own_groups, np.int64),
        end=np.array(end),
        key=np.array([*key, len(of_key)]),
        names=names,
    )


def names_of(place: Place) -> tuple[str, ...]:
    """What the learned table knows an element by: tag, classes, id, role, and the words in these."""
    found = ["<" + place.tag]
    for token in place.tokens[:MOST_TOKENS]:
        if token.startswith(("itemtype=", "aria-label=")):
            continue
        bare = token.lstrip("#")
        found.append(bare[:MOST_CHARS])
        found += ["~" + part for part in PART.findall(bare)[:MOST_PARTS] if part != bare]
    return tuple(found)


def name_odds(
    names: Sequence[tuple[str, ...]], above: NDArray[np.int64], table: Mapping[str, float]
) -> dict[str, NDArray[Any]]:
    """Log-odds of the elements above each block: the nearest four, and the least, most and sum of the nearest eight."""
    odds = np.zeros((len(names) + 1, 3), np.float32)
    # np.unique loads numpy.ma, 20 ms of each start.
    for number in np.flatnonzero(np.bincount(above.ravel())).tolist():
        tokens = names[number] if number < len(names) else ()
        known = [table[token] for token in tokens if token in table]
        if tokens and tokens[0] == SPARED:
            known = [value for value in known if value > 0]
        if known:
            odds[number] = min(known), max(known), sum(known) / len(known)
    least, most, mean = odds[:, 0][above], odds[:, 1][above], odds[:, 2][above]
    found: Columns = {f"names{level}": mean[level] for level in range(4)}
    return found | {
        "names_own_least": least[0],
        "names_own_most": most[0],
        "names_least": least.min(axis=0),
        "names_most": most.max(axis=0),
        "names_sum": mean.sum(axis=0),
        "names_near_least": least[:4].min(axis=0),
        "names_near_most": most[:4].max(axis=0),
    }


class _Below:
    """Sums over what stands below each place; a place's own subtree is a run of places, since they are in order."""

    def __init__(self, tree: _Tree, at: NDArray[np.int64]) -> None:
        self._at, self._end = at, tree.end

    def sum(self, amounts: NDArray[Any]) -> NDArray[np.float64]:
        """The sum for each place; the last entry is the document's."""
        places = len(self._end) - 1
        own = np.bincount(self._at, weights=amounts, minlength=places + 1)
        sums = np.concatenate(([0.0], np.cumsum(own[:places])))
        return np.concatenate((sums[self._end[:places]] - sums[:places], [own.sum()]))


def _spare_large(tree: _Tree, large: NDArray[np.bool_]) -> _Tree:
    """The tree with nothing said against a place that holds most of the prose: a big container is never chrome.

    Such a place has a key and names of its own, of which only those count that speak for it (see name_odds), and no
    group.
    """
    large[-1] = False
    many = len(tree.names)
    key = np.where(large, tree.key + many + 1, tree.key)
    key[-1] = 2 * many + 1
    names = (*tree.names, (), *((SPARED, *tokens) for tokens in tree.names))
    bits = tree.own_groups
    if (large[:-1] & (bits != 0)).any():
        groups = [0] * len(tree.parent)
        bits = np.where(large[:-1], 0, bits)
        for place, (up, own) in enumerate(zip(tree.parent[:-1].tolist(), bits.tolist(), strict=True)):
            groups[place] = groups[up] | own
        tree = tree._replace(groups=np.array(groups))
    return tree._replace(key=key, names=names)


def _shares(below: _Below, above: NDArray[np.int64], mass: Mass) -> Columns:
    """How much of the page's prose stands in the elements above a block, and what else does."""
    prose, words = below.sum(mass.prose), below.sum(mass.words)
    linked, blocks = below.sum(mass.words * mass.link), below.sum(np.ones(above.shape[1]))
    share = prose[above] / max(1.0, float(mass.prose.sum()))
    some = np.maximum(1, words)
    found: Columns = {f"share{level}": share[level] for level in (0, 1, 2, 3, 5)}
    found |= {f"up_to_{int(least * 100)}": (share < least).sum(axis=0) for least in SHARES}
    for level in range(4):
        here = above[level]
        found[f"linked{level}"] = (linked / some)[here]
        found[f"prose{level}"] = dense = (prose / some)[here]
        # No article of the training has as many paragraphs as a long one may: hundreds of blocks count against menus.
        many = np.where(dense >= MOSTLY_PROSE, np.minimum(blocks[here], MOST_BLOCKS), blocks[here])
        found[f"blocks{level}"] = np.log1p(many)
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


def _span(view: View) -> Columns:
    """Where the container and the run of the density judge lie (see span.py)."""
    main = span.main_span(view, span.dead_blocks(view))
    at = np.arange(len(view.blocks))
    return {
        "in_container": np.array([block.place < 0 or main.inside[block.place] for block in view.blocks]),
        "in_span": (at >= main.start) & (at < main.end),
        "from_span": np.clip(at - main.start, -30, 30),
        "to_span_end": np.clip(at - main.end, -30, 30),
    }


def _beside(tree: _Tree, at: NDArray[np.int64]) -> Columns:
    """Whether the blocks before and behind stand in the same element, the same parent, as deep."""
    up, depth = tree.parent[at], tree.depth[at]
    none = np.array([-1])
    return {
        "same_element": np.concatenate((none, at[:-1])) == at,
        "same_parent_before": np.concatenate((none, up[:-1])) == up,
        "same_parent_behind": np.concatenate((up[1:], none)) == up,
        "deeper_than_before": np.clip(np.diff(depth, prepend=depth[0]), -5, 5),
        "deeper_than_behind": np.clip(-np.diff(depth, append=depth[-1]), -5, 5),
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
        "described": np.array([len(described) > 25 and described in text for text in low]),
        "in_body": np.array([text[:DESCRIPTION_CHARS] in body for text in low]) if told else np.full(len(low), -1),
    }

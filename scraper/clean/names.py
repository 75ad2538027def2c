"""What a page's elements are called, and what training learned of those names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from scraper.expressions import expression
from scraper.types import Place

PART = expression(r"[a-z]{3,}")
MOST_TOKENS, MOST_PARTS, MOST_CHARS = 12, 6, 40
MOST_KNOWN, LONGEST_KNOWN = 20_000, 100
"""Tokens that are remembered across pages, and the characters of one."""
SPARED = "!"
_NO_ODDS = (0.0,)


def names_of(place: Place) -> tuple[str, ...]:
    """What the learned table knows an element by: tag, classes, id, role, and the words in these."""
    found = ["<" + place.tag]
    for token in place.tokens[:MOST_TOKENS]:
        found += _names_in(token)
    return tuple(found)


def _names_in(token: str) -> tuple[str, ...]:
    if token.startswith(("itemtype=", "aria-label=")):
        return ()
    bare = token.lstrip("#")
    return (bare[:MOST_CHARS], *("~" + part for part in PART.findall(bare)[:MOST_PARTS] if part != bare))


class Names(Sequence[tuple[str, ...]]):
    """The names of a page's distinct elements, then of none, then of the same elements where they are spared."""

    def __init__(self, elements: Sequence[Place]) -> None:
        self._elements = elements

    def __len__(self) -> int:
        return 2 * len(self._elements) + 1

    @overload
    def __getitem__(self, number: int) -> tuple[str, ...]: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[tuple[str, ...]]: ...
    def __getitem__(self, number: int | slice) -> Any:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        if number == len(self._elements):
            return ()
        spared, place = divmod(number, len(self._elements) + 1)
        names = names_of(self._elements[place])
        return (SPARED, *names) if spared else names

    def odds(self, number: int, table: NameOdds) -> list[float]:
        """What the table says of an element; what it says against one that is spared does not count."""
        spared, place = divmod(number, len(self._elements) + 1)
        if place == len(self._elements):
            return []
        known = table.of(self._elements[place])
        return [value for value in (table.get(SPARED, 0.0), *known) if value > 0] if spared else known


class NameOdds(dict[str, float]):
    """The learned odds by name; the odds of a token are remembered, since the pages of a site repeat theirs."""

    def __init__(self, odds: Iterable[tuple[str, float]]) -> None:
        super().__init__(odds)
        self._known: dict[str, tuple[float, ...]] = {}

    def of(self, element: Place) -> list[float]:
        """The odds of those of an element's names that the table has."""
        own = self.get("<" + element.tag)
        found = [] if own is None else [own]
        known = self._known
        for token in element.tokens[:MOST_TOKENS]:
            odds = known.get(token)
            found += self._of_token(token) if odds is None else odds
        return found

    def _of_token(self, token: str) -> tuple[float, ...]:
        odds = tuple(self[name] for name in _names_in(token) if name in self)
        if len(token) <= LONGEST_KNOWN:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[token] = odds
        return odds


def name_odds(names: Names, above: NDArray[np.int64], table: Mapping[str, float]) -> dict[str, NDArray[Any]]:
    """Log-odds of the elements above each block: the nearest four, and the least, most and sum of the nearest eight."""
    table = table if isinstance(table, NameOdds) else NameOdds(table.items())
    odds = np.zeros((3, len(names) + 1), np.float32)
    used = np.flatnonzero(np.bincount(above.ravel())).tolist()
    least, most, mean = [], [], []
    for number in used:
        known = names.odds(number, table) or _NO_ODDS
        least.append(min(known))
        most.append(max(known))
        mean.append(sum(known) / len(known))
    odds[:, used] = least, most, mean
    least, most, mean = odds[:, above]
    found: dict[str, NDArray[Any]] = {f"names{level}": mean[level] for level in range(4)}
    return found | {
        "names_own_least": least[0],
        "names_own_most": most[0],
        "names_least": least.min(axis=0),
        "names_most": most.max(axis=0),
        "names_sum": mean.sum(axis=0),
        "names_near_least": least[:4].min(axis=0),
        "names_near_most": most[:4].max(axis=0),
    }

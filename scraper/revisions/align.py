"""Two sequences side by side: which items of one are which of the other, in time that grows with their length.

difflib's matcher takes minutes for two texts of a few thousand lines of two kinds, and texts here are hostile. Items
that stand once on each side are matched first (patience diff), what lies between them again, and small rests exactly.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

CELLS = 40_000
"""Pairs of a rest that is compared exactly; with these, a side of 200 costs 200 comparisons an item of the other."""
ROUNDS = 16
"""How often what lies between matches is looked through for more; what is left then counts as replaced."""


class Stretch(Struct, frozen=True, array_like=True):
    """A stretch that differs: items `start` to `end` of the old sequence stand for the new one's."""

    old: tuple[int, int]
    new: tuple[int, int]


def stretches(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Stretch]:
    """Where two sequences differ, in order; between two stretches stand equal items."""
    found: list[Stretch] = []
    at = (0, 0)
    for pair in [*matches(old, new), (len(old), len(new))]:
        if pair != at:
            found.append(Stretch((at[0], pair[0]), (at[1], pair[1])))
        at = (pair[0] + 1, pair[1] + 1)
    return found


def matches(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Pairs of positions of equal items, rising on both sides."""
    found: list[tuple[int, int]] = []
    waiting = [(0, len(old), 0, len(new), 0)]
    while waiting:
        low, high, below, above, depth = waiting.pop()
        while low < high and below < above and old[low] == new[below]:
            found.append((low, below))
            low, below = low + 1, below + 1
        while low < high and below < above and old[high - 1] == new[above - 1]:
            high, above = high - 1, above - 1
            found.append((high, above))
        if low == high or below == above:
            continue
        part = (old[low:high], new[below:above])
        if (high - low) * (above - below) <= CELLS:
            found += [(low + one, below + other) for one, other in _exact(*part)]
            continue
        anchors = [(low + one, below + other) for one, other in _unique(*part)] if depth < ROUNDS else []
        edges = [(low - 1, below - 1), *anchors, (high, above)]
        found += anchors
        if anchors:
            for before, after in pairwise(edges):
                waiting.append((before[0] + 1, after[0], before[1] + 1, after[1], depth + 1))
    return sorted(found)


def pairs(count: tuple[int, int], likeness: Callable[[int, int], float], least: float) -> Iterator[tuple[int, int]]:
    """Of so many old and new items, in order, those that go together best: the sum of their likenesses is greatest.

    Only pairs of at least `least` count. More than 2,500 comparisons are not made: then the n-th goes with the n-th.
    """
    olds, news = count
    if olds * news > 2500:
        yield from ((at, at) for at in range(min(olds, news)) if likeness(at, at) >= least)
        return
    alike = [[value if (value := likeness(i, j)) >= least else -1.0 for j in range(news)] for i in range(olds)]
    best = [[0.0] * (news + 1) for _ in range(olds + 1)]
    for i in reversed(range(olds)):
        for j in reversed(range(news)):
            together = best[i + 1][j + 1] + alike[i][j] if alike[i][j] >= 0 else -1.0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    i = j = 0
    while i < olds and j < news:
        if alike[i][j] >= 0 and best[i][j] == best[i + 1][j + 1] + alike[i][j]:
            yield i, j
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1


def _exact(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[tuple[int, int]]:
    """A longest common subsequence; of several the one whose items come first."""
    rows = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        row, next_row, item = rows[i], rows[i + 1], old[i]
        for j in reversed(range(len(new))):
            row[j] = next_row[j + 1] + 1 if item == new[j] else max(next_row[j], row[j + 1])
    i = j = 0
    while i < len(old) and j < len(new):
        if old[i] == new[j]:
            yield i, j
            i, j = i + 1, j + 1
        elif rows[i + 1][j] >= rows[i][j + 1]:
            i += 1
        else:
            j += 1


def _unique(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Items that stand once on each side, as many as rise on both: a longest rising run of their new positions."""
    counts, others = Counter(old), Counter(new)
    place = {item: at for at, item in enumerate(new) if others[item] == 1}
    both = [(at, place[item]) for at, item in enumerate(old) if counts[item] == 1 and item in place]
    ends: list[int] = []  # the least last new position of a run of each length
    last: list[int] = []  # and which of `both` that is
    before: list[int] = []
    for index, (_, position) in enumerate(both):
        length = bisect_left(ends, position)
        before.append(last[length - 1] if length else -1)
        ends[length:], last[length:] = [position, *ends[length + 1 :]], [index, *last[length + 1 :]]
    run: list[tuple[int, int]] = []
    at = last[-1] if last else -1
    while at >= 0:
        run.append(both[at])
        at = before[at]
    return run[::-1]

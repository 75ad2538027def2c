"""Two versions of a text, sentence by sentence, in time that grows with their length whatever they say.

Sentences that stand once in both are anchors (patience diff); between two anchors the same is tried again, to a depth
that no honest text needs. difflib's matcher is cubic on repeated lines.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from scraper.errors import LimitError
from scraper.expressions import expression

MOST_CHARS = 1_000_000
"""Characters of both texts together that are compared."""
DEEPEST = 24
NEAR = 0.5
"""Share of words in common from which a sentence counts as the other one, changed."""
NEAREST = 6
"""How many of the next new sentences one that is gone is looked for among."""
CONTEXT = 1
"""Unchanged sentences that are shown on both sides of a change."""

_END = expression(r"(?<=[.!?…؟۔।])[\"'”’»)\]]*[ \t]+|(?<=[。！？])|\n+")
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # a character is a word
_WORD = expression(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+|[^\w\s]|\s+")


class Mark(StrEnum):
    """What became of a sentence."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"
    CHANGED = "changed"
    SKIPPED = "skipped"


class Piece(Struct, frozen=True):
    """A run of words: SAME in both, GONE, or NEW."""

    mark: Mark
    text: str


class Step(Struct, frozen=True):
    """A sentence; where it is CHANGED, its words in pieces. SKIPPED stands for `count` sentences that are the same."""

    mark: Mark
    pieces: tuple[Piece, ...]
    count: int = 1


def compare(old: str, new: str) -> list[Step]:
    """What changed; a LimitError where the texts are too long."""
    if len(old) + len(new) > MOST_CHARS:
        message = f"These texts have more than {MOST_CHARS:,} characters together, too many to compare on a page."
        raise LimitError(message, reason="too-large")
    return list(_folded(list(_steps(sentences(old), sentences(new)))))


def sentences(text: str) -> list[str]:
    """The sentences of a text, by its full stops and line ends: what a diff needs, not what a grammarian does."""
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        found.append(text[start : end.end()].strip())
        start = end.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if sentence]


def _steps(old: Sequence[str], new: Sequence[str]) -> Iterator[Step]:
    i = j = 0
    for a, b in [*aligned(old, new), (len(old), len(new))]:
        yield from _replaced(old[i:a], new[j:b])
        if a < len(old):
            yield Step(Mark.SAME, (Piece(Mark.SAME, old[a]),))
        i, j = a + 1, b + 1


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Step]:
    """Sentences for sentences: the next one that is near enough is the same one, changed."""
    bags = [_bag(sentence) for sentence in new]
    j = 0
    for sentence in old:
        bag = _bag(sentence)
        found = next((k for k in range(j, min(j + NEAREST, len(new))) if _likeness(bag, bags[k]) >= NEAR), None)
        if found is None:
            yield Step(Mark.GONE, (Piece(Mark.GONE, sentence),))
            continue
        yield from (Step(Mark.NEW, (Piece(Mark.NEW, one),)) for one in new[j:found])
        yield Step(Mark.CHANGED, tuple(words(sentence, new[found])))
        j = found + 1
    yield from (Step(Mark.NEW, (Piece(Mark.NEW, one),)) for one in new[j:])


def _bag(sentence: str) -> Counter[str]:
    return Counter(word for word in _WORD.findall(sentence) if not word.isspace())


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    return 2 * (one & other).total() / max(one.total() + other.total(), 1)


def words(old: str, new: str) -> Iterator[Piece]:
    """Two sentences as runs of words."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    i = j = 0
    same: list[str] = []
    for a, b in [*aligned(before, after), (len(before), len(after))]:
        if (a > i or b > j) and same:
            yield Piece(Mark.SAME, "".join(same))
            same = []
        if a > i:
            yield Piece(Mark.GONE, "".join(before[i:a]))
        if b > j:
            yield Piece(Mark.NEW, "".join(after[j:b]))
        same += before[a : a + 1]
        i, j = a + 1, b + 1
    if same:
        yield Piece(Mark.SAME, "".join(same))


def aligned(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of places that hold the same, in order on both sides."""
    pairs: list[tuple[int, int]] = []
    ranges = [(0, len(old), 0, len(new), 0)]
    while ranges:
        i, m, j, n, depth = ranges.pop()
        while i < m and j < n and old[i] == new[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        while i < m and j < n and old[m - 1] == new[n - 1]:
            m, n = m - 1, n - 1
            pairs.append((m, n))
        if i == m or j == n or depth == DEEPEST:
            continue
        anchors = _rising(_unique(old[i:m], new[j:n]))
        ends = [*((i + a, j + b) for a, b in anchors), (m, n)]
        if len(ends) > 1:
            ranges += [
                (a + 1, c, b + 1, d, depth + 1) for (a, b), (c, d) in zip([(i - 1, j - 1), *ends], ends, strict=False)
            ]
            pairs += ends[:-1]
    return sorted(pairs)


def _unique(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    counts, others = Counter(old), Counter(new)
    places = {value: place for place, value in enumerate(new)}
    once = ((at, value) for at, value in enumerate(old) if counts[value] == 1 == others[value])
    return [(at, places[value]) for at, value in once]


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs that rises on both sides (patience sorting)."""
    tops: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for index, (_, b) in enumerate(pairs):
        pile = bisect_left(tops, b)
        before.append(piles[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [b]
        piles[pile : pile + 1] = [index]
    found: list[tuple[int, int]] = []
    at = piles[-1] if piles else -1
    while at >= 0:
        found.append(pairs[at])
        at = before[at]
    return found[::-1]


def _folded(steps: Sequence[Step]) -> Iterator[Step]:
    """Long runs of what is the same, but for their ends, as a number."""
    start = 0
    while start < len(steps):
        if steps[start].mark is not Mark.SAME:
            yield steps[start]
            start += 1
            continue
        end = start
        while end < len(steps) and steps[end].mark is Mark.SAME:
            end += 1
        head, tail = CONTEXT if start else 0, CONTEXT if end < len(steps) else 0
        run = steps[start:end]
        if len(run) > head + tail + 1:
            yield from run[:head]
            yield Step(Mark.SKIPPED, (), len(run) - head - tail)
            yield from run[len(run) - tail :]
        else:
            yield from run
        start = end

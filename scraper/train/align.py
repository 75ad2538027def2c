"""Which blocks are the article: a page's blocks laid along the words of its gold text.

Runs of three words tie long blocks to places in the gold; the heaviest chain in which both orders agree is taken
(the blocks of an article stand in its order), then short blocks between two tied ones are looked up in what is left.
"""

from __future__ import annotations

import re
from bisect import bisect, insort
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from scraper.clean.character_data import UNSPACED

WORD = re.compile(r"\w+")
GRAM = 3
LONG = 6
"""Words from which a block is tied by its runs of three words; shorter ones need their whole text."""
TIED = 0.5
REPEATED = 0.7
MOST_PLACES = 4
SLACK_BEFORE, SLACK_BEHIND = 40, 60
LOOK_BACK = 400


class Aligned(NamedTuple):
    """For each block: how much of it is in the gold text (0 to 1), and whether it only says again what another said."""

    share: list[float]
    again: list[bool]


class _Tie(NamedTuple):
    block: int
    size: int
    place: int


def tokens(text: str) -> list[str]:
    """Words in lower case; each letter of a script without spaces is one."""
    found: list[str] = []
    for word in WORD.findall(text.lower()):
        found.extend(word) if UNSPACED.search(word) else found.append(word)
    return found


def align(texts: Sequence[str], gold: str) -> Aligned:
    """Lay blocks along the gold text."""
    return _Alignment([tokens(text) for text in texts], tokens(gold)).run()


class _Alignment:
    def __init__(self, blocks: list[list[str]], gold: list[str]) -> None:
        self.blocks, self.gold = blocks, gold
        self.share = [0.0] * len(blocks)
        self.again = [False] * len(blocks)
        self.start = [-1] * len(blocks)
        self.end = [-1] * len(blocks)
        self.covered = bytearray(len(gold) + 1)

    def run(self) -> Aligned:
        candidates = self._candidates()
        for tie in _chain([tie for ties in candidates.values() for tie in ties]):
            self._place(tie.block, tie.place)
        for block, ties in candidates.items():
            if self.start[block] < 0:
                self._out_of_order(block, ties)
        self._short()
        return Aligned(self.share, self.again)

    def _candidates(self) -> dict[int, list[_Tie]]:
        grams: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for at in range(len(self.gold) - GRAM + 1):
            grams[tuple(self.gold[at : at + GRAM])].append(at)
        found: dict[int, list[_Tie]] = {}
        for number, words in enumerate(self.blocks):
            if len(words) < LONG:
                continue
            hit = bytearray(len(words))
            places: Counter[int] = Counter()
            for at in range(len(words) - GRAM + 1):
                if spots := grams.get(tuple(words[at : at + GRAM])):
                    hit[at : at + GRAM] = b"\1" * GRAM
                    places.update(spot - at for spot in spots[:20])
            self.share[number] = share = sum(hit) / len(words)
            if share >= TIED:
                found[number] = [_Tie(number, len(words), place) for place, _ in places.most_common(MOST_PLACES)]
            else:
                self.share[number] = 0.0
        return found

    def _place(self, block: int, place: int) -> None:
        size = len(self.blocks[block])
        self.start[block], self.end[block] = max(0, place), min(len(self.gold), place + size)
        self.covered[self.start[block] : self.end[block]] = b"\1" * max(0, self.end[block] - self.start[block])

    def _out_of_order(self, block: int, ties: list[_Tie]) -> None:
        """A block outside the chain counts where most of its gold is not said by another."""

        def said(tie: _Tie) -> int:
            return sum(self.covered[max(0, tie.place) : max(0, tie.place + tie.size)])

        best = min(ties, key=said)
        if best.size - said(best) > 0.6 * best.size and self.share[block] >= REPEATED:
            self._place(block, best.place)
        else:
            self.share[block], self.again[block] = 0.0, True

    def _short(self) -> None:
        places: defaultdict[str, list[int]] = defaultdict(list)
        for at, word in enumerate(self.gold):
            places[word].append(at)
        tied = [block for block in range(len(self.blocks)) if self.start[block] >= 0]
        for block, words in enumerate(self.blocks):
            if not 0 < len(words) < LONG:
                continue
            at = bisect(tied, block)
            high = self.start[tied[at]] if at < len(tied) else len(self.gold)
            low = self.end[tied[at - 1]] if at > 0 else max(0, high - SLACK_BEFORE)
            if at == len(tied):
                high = min(len(self.gold), low + SLACK_BEHIND)
            for place in places.get(words[0], ()):
                inside = low - 2 <= place and place + len(words) <= high + 2
                free = inside and not any(self.covered[place : place + len(words)])
                if free and self.gold[place : place + len(words)] == words:
                    self.share[block] = 1.0
                    self._place(block, place)
                    insort(tied, block)
                    break


def _chain(ties: list[_Tie]) -> list[_Tie]:
    """The heaviest chain of ties in which blocks and places both go forward."""
    best, before = [0] * len(ties), [-1] * len(ties)
    for number, tie in enumerate(ties):
        heaviest = 0
        for earlier in range(max(0, number - LOOK_BACK), number):
            other = ties[earlier]
            forward = other.block < tie.block and other.place < tie.place
            if forward and other.place + other.size * 0.5 <= tie.place + tie.size * 0.25 and best[earlier] > heaviest:
                heaviest, before[number] = best[earlier], earlier
        best[number] = heaviest + tie.size
    chain: list[_Tie] = []
    at = max(range(len(ties)), key=best.__getitem__, default=-1)
    while at >= 0:
        chain.append(ties[at])
        at = before[at]
    return chain[::-1]

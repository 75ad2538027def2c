"""Shapes: regular expressions over printed lines, of which only those are tried that a line's beginning allows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache, partial

from msgspec import Struct

from scraper.expressions import expression

LONGEST_LINE = 200
"""Characters; bounds what backtracking in a shape can cost."""

LONGEST_HEAD = 4
"""Characters of a head; more would tell apart hardly more shapes."""

MOST_WINDOWS = 4096
"""Beginnings whose shapes are remembered: half of all lines begin with one of a thousand words."""

LONGEST_LEAD = 8
"""Characters before the first word; behind more of them all shapes are tried."""

OTHER = "\uffff"
"""Stands behind a head's first ASCII character for any beginning that goes on in another script."""

ODD = "ıİſ"
"""What matches an ASCII letter when case is ignored, but is not that letter in lower case."""

FEW_NEEDS = 12
"""So many literals are looked for before a shape is tried, more of them after it; all before it is compiled."""

SHORTEST_PIECE, LONGEST_PIECE = 3, 6
RARITY = " etaoinsrhldcumfpgwybvkxjqz"
"""Letters by their frequency in the languages written in Latin letters; signs are rarer than any."""

_LEAD = expression(r"\W*+")
_ODD = expression(f"[{ODD}]")


Numbers = tuple[int, ...]
Heads = dict[str, Numbers]
Marked = tuple[str, Numbers]
"""A literal, and the shapes that may be in a line with it."""


class ShapeTable(Struct, frozen=True, array_like=True):
    """Shapes by number, and what a line must have for one to match; see pattern_heads.

    `heads` are beginnings of lines, `literals` and `foreign` are parts of a line in lower case; those of `foreign` are
    not ASCII and stand under one of their characters. `unmarked` are the shapes with a literal in ASCII that the rule
    does not give: an ODD character may stand in for one of its letters.
    """

    shapes: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]
    heads: Heads
    literals: tuple[Marked, ...]
    foreign: dict[str, tuple[Marked, ...]]
    unmarked: Numbers


class Shapes:
    """Finds the first shape that a line has. Each expression is compiled when a line first asks for it: all 73 take
    0.2 s, and few pages ask for more than a dozen."""

    def __init__(self, table: ShapeTable) -> None:
        self._table = table
        self._all = tuple(range(len(table.shapes)))
        beginnings = {head[:size]: () for head in table.heads for size in range(1, len(head))}
        self._heads: Heads = {**beginnings, **table.heads}
        self._at = lru_cache(maxsize=MOST_WINDOWS)(partial(_at, self._heads))
        self._marks = {head[0] for head in table.heads if not head[0].isalnum()}
        self._pieces = re.compile("|".join(sorted({_piece(literal) for literal, _ in table.literals})) or r"(?!)")
        self._anchored = {number for numbers in table.heads.values() for number in numbers}
        self._compiled: dict[int, Callable[[str], re.Match[str] | None]] = {}
        self._foreign = re.compile(f"[{re.escape(''.join(sorted(table.foreign)))}]" if table.foreign else r"(?!)")

    def find(self, line: str, near: Numbers | None = None) -> int | None:
        """The number of the first shape that matches and has one of the literals it needs; `near` if it is known."""
        if not line or len(line) > LONGEST_LINE or not (near := self.near(line) if near is None else near):
            return None
        lowered = line.lower()
        for number in sorted(set(near)):
            needs = self._table.needs[number]
            is_cheap = len(needs) <= FEW_NEEDS or number not in self._compiled
            if is_cheap and not any(map(lowered.__contains__, needs)):
                continue
            if self._matcher(number)(line) and any(map(lowered.__contains__, needs)):
                return number
        return None

    def may_be_part(self, line: str, near: Numbers) -> bool:
        """Whether a line has a literal that one of the shapes near it needs: without it no part of it matches either.

        A capital sigma is in lower case what stands around it, and asks always.
        """
        lowered = line.lower()
        needed = {self._table.needs[number] for number in near}
        return "Σ" in line or any(any(map(lowered.__contains__, needs)) for needs in needed)

    def near(self, line: str) -> Numbers:
        """The shapes that may match a line that is not empty, or a part of it that begins with its first word."""
        at = 0
        near: Numbers = ()
        if not line[0].isalpha():
            lead = _LEAD.match(line)
            at = lead.end() if lead else 0
            if at > LONGEST_LEAD or line[at : at + 1] == "_":
                return self._all
            for start in range(at):
                if line[start] in self._marks:
                    near += self._at(line[start : start + LONGEST_HEAD])
        near += self._at(line[at : at + LONGEST_HEAD])
        lowered = line.lower()
        if self._pieces.search(lowered):
            near += _holding(lowered, self._table.literals)
        if line.isascii():
            return near
        for char in set(self._foreign.findall(lowered)):
            near += _holding(lowered, self._table.foreign[char])
        return near + self._table.unmarked if _ODD.search(line) else near

    def _matcher(self, number: int) -> Callable[[str], re.Match[str] | None]:
        """What tries a shape; one that begins with `^` and has heads is not tried at every character."""
        if number not in self._compiled:
            pattern = re.compile(self._table.shapes[number], re.IGNORECASE)
            self._compiled[number] = pattern.match if number in self._anchored else pattern.search
        return self._compiled[number]


def _at(heads: Heads, window: str) -> Numbers:
    """The shapes whose head stands at a position, given the characters there."""
    first = window[:1]
    if first.isdecimal():
        return heads.get("0", ())
    if not window.isascii():
        return heads.get(first.lower() + OTHER if first.isascii() else first, ())
    window = window.lower()
    near: Numbers = ()
    for size in range(1, len(window) + 1):
        numbers = heads.get(window[:size])
        if numbers is None:
            break
        near += numbers
    return near


def _piece(literal: str) -> str:
    """An expression for a part of an ASCII literal that begins with its rarest letter, which few lines stop at."""
    at = max(
        range(max(1, len(literal) - SHORTEST_PIECE + 1)), key=lambda at: (RARITY.find(literal[at]) % len(RARITY), -at)
    )
    return re.escape(literal[at : at + LONGEST_PIECE])


def _holding(lowered: str, literals: Iterable[Marked]) -> Numbers:
    return tuple(number for literal, numbers in literals if literal in lowered for number in numbers)

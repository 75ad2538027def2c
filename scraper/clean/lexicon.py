"""The phrases by their first word: packed as one text a word, which is taken apart when a line first begins so.

Taking all 12,000 apart takes 20 ms of each start; a page asks for a hundred.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from scraper.clean.fold import strip

ALONE = ""
"""Stands among the followers of a word that is a phrase, or its end, by itself."""

ANY = "*"
"""Stands there if the word by itself is a phrase that a line may start with and go on in any way."""

LABEL = ":"
"""Stands there if a label begins with the word."""

BEHIND = "<"
"""Stands there if a phrase that is a whole line begins with the word: any other phrase may stand before it."""

_PART, _ENTRY = "\f", "\n"


class Word(NamedTuple):
    """What begins with one word: its `followers`, the second word or the second and third of each phrase, and marks.

    `lines` and `starts` are phrases with their rules' numbers, the starts' longest first; `spans` says by the first
    word as it is written how many words the longest phrase of `lines` has.
    """

    followers: frozenset[str]
    lines: dict[str, int]
    starts: tuple[tuple[str, int], ...]
    spans: dict[str, int]


NOTHING = Word(frozenset(), {}, (), {})


def packed(followers: Iterable[str], lines: Iterable[tuple[str, int]], starts: Iterable[tuple[str, int]]) -> str:
    """A Word as one text; of two `lines` with one phrase the later one counts."""
    parts = (sorted(followers), *([f"{number} {phrase}" for phrase, number in part] for part in (lines, starts)))
    return _PART.join(map(_ENTRY.join, parts))


def _unpacked(text: str) -> Word:
    followers, lines, starts = text.split(_PART)
    numbers = dict(_numbered(lines))
    spans: dict[str, int] = {}
    for phrase in numbers:
        words = phrase.split(" ")
        first = strip(words[0])
        spans[first] = max(len(words), spans.get(first, 0))
    return Word(frozenset(followers.split(_ENTRY)), numbers, tuple(_numbered(starts)), spans)


def _numbered(text: str) -> Iterable[tuple[str, int]]:
    for entry in text.split(_ENTRY) if text else ():
        number, _, phrase = entry.partition(" ")
        yield phrase, int(number)


class Lexicon:
    """The words in use. What it says does not change, and threads may share it."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words: dict[str, str | Word] = dict(words)

    def of(self, first: str) -> Word | None:
        """What begins with a word, with 0 for any word with a digit; None if nothing does."""
        found = self._words.get(first)
        if isinstance(found, str):
            found = self._words[first] = _unpacked(found)
        return found

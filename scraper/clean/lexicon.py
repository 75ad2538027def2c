"""The phrases by their first word: packed as one text a word, which is taken apart when a line first begins so.

Taking all 12,000 apart takes 20 ms of each start; a page asks for a hundred.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import NamedTuple

from msgspec import Struct

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


class Words(Struct, frozen=True, array_like=True):
    """Words one a line, and what begins with each, one behind the other in UTF-8 up to its end: a dict of texts would
    take 3 ms more to decode."""

    words: str
    ends: list[int]
    texts: memoryview


def packed(followers: Iterable[str], lines: Iterable[tuple[str, int]], starts: Iterable[tuple[str, int]]) -> str:
    """A Word as one text; of two `lines` with one phrase the later one counts."""
    parts = (sorted(followers), *([f"{number} {phrase}" for phrase, number in part] for part in (lines, starts)))
    return _PART.join(map(_ENTRY.join, parts))


def joined(texts: Mapping[str, str]) -> Words:
    """The words as they are stored, each with its text from `packed`."""
    encoded = [text.encode() for text in texts.values()]
    return Words(_ENTRY.join(texts), list(accumulate(map(len, encoded))), memoryview(b"".join(encoded)))


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

    def __init__(self, words: Words) -> None:
        self._ends, self._texts = words.ends, words.texts
        firsts = words.words.split(_ENTRY)  # one empty line where there are none
        self._words: dict[str, int | Word] = dict(zip(firsts, range(len(words.ends)), strict=False))

    def of(self, first: str) -> Word | None:
        """What begins with a word, with 0 for any word with a digit; None if nothing does."""
        found = self._words.get(first)
        if isinstance(found, int):
            begin = self._ends[found - 1] if found else 0
            found = self._words[first] = _unpacked(str(self._texts[begin : self._ends[found]], "utf-8"))
        return found

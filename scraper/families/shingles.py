"""A text as the set of its shingles: runs of three words, or of five characters where words have no space between them.

Letter case, punctuation and the width of characters do not count. The numbers are the same on every machine and in
every version of Python: they end up in databases.
"""

from __future__ import annotations

import unicodedata
import zlib

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from scraper.expressions import expression

Numbers = npt.NDArray[np.uint64]

WORDS, CHARACTERS = 3, 5
"""Tokens of a shingle. With runs of 5 words a text of which every tenth word was changed keeps J = 0.46 with what it
was, with runs of 3 0.62; two articles on different things stay below 0.08 either way (development pages)."""

MOST = 200_000
"""Characters of a text that are looked at: some 30,000 words."""

# Scripts that put no space between words: Thai, Lao, Burmese, Khmer, kana and Han.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
)
# What stands within a word and is no letter for `\w`: accents, points of Hebrew and Arabic, vowel signs of India.
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff\u200c\u200d"
_UNSPACED_ANYWHERE = expression(f"[{_UNSPACED}]")
_SPACED = expression(rf"[\w{_MARKS}]+")
_MIXED = expression(rf"[{_UNSPACED}]|(?:[^\W{_UNSPACED}]|[{_MARKS}])+")

_FACTORS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5, 0xD6E8FEB86659FD93)


class Shingled(Struct, frozen=True, eq=False):
    """A text's shingles, each once and sorted, and the figures in it, of which one digit alone says nothing."""

    shingles: Numbers
    figures: frozenset[str]

    def __len__(self) -> int:
        return len(self.shingles)


def shingled(text: str) -> Shingled:
    """The shingles of a text; none of one that is shorter than a shingle."""
    plain = unicodedata.normalize("NFKC", text[:MOST]).casefold()
    is_mixed = _UNSPACED_ANYWHERE.search(plain) is not None
    tokens = (_MIXED if is_mixed else _SPACED).findall(plain)
    span = CHARACTERS if is_mixed and _is_unspaced(tokens) else WORDS
    codes = {token: zlib.crc32(token.encode("utf-8", "surrogatepass")) for token in set(tokens)}
    figures = frozenset(token for token in codes if len(token) > 1 and token.isdigit())
    words = np.fromiter(map(codes.__getitem__, tokens), np.uint64, len(tokens))
    return Shingled(np.unique(_runs(words, span)), figures)


def _is_unspaced(tokens: list[str]) -> bool:
    """Whether most of a text is in a script without spaces; one with a foreign name or two is not."""
    return sum(1 for token in tokens if _UNSPACED_ANYWHERE.match(token)) > len(tokens) / 2


def _runs(words: Numbers, span: int) -> Numbers:
    """A number for each run of words, which are numbers too."""
    count = len(words) - span + 1
    if count < 1:
        return np.empty(0, np.uint64)
    runs = np.zeros(count, np.uint64)
    for at, factor in enumerate(_FACTORS[:span]):
        runs += words[at : at + count] * np.uint64(factor)
    return mixed(runs)


def mixed(numbers: Numbers) -> Numbers:
    """Numbers whose every bit depends on every bit of what they were: the finaliser of SplitMix64."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))

"""Makes characters.msgpack: the class and the lower case of every character of the basic plane (see chars.py).

`python -m scraper.clean.character_data` writes it. It is shipped, so that every version of Python, each with its own
Unicode tables, counts alike.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from scraper.clean import chars

# Scripts that write no spaces: kana, Han, Thai, Lao, Burmese, Khmer. Two characters stand for a word (Chinese text has
# 1.5 to 2 characters a word, Thai 4 to 5; the smaller number spares short sentences).
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
ENDS = frozenset(".!?…。！？؟।॥։。።")
CLOSERS = "\"'”’»«“)]）」』】›"
COMMAS = ",;:、，；：،؛՝"
OPENERS = "([{（［｛„“‘‹"
SEPARATORS = "|·•●▪∙‧→»›>/\\←▶►"


def build() -> tuple[chars.Bytes, chars.Hashes]:
    """Classes and lower cases."""
    classes = np.fromiter((class_of(chr(point)) for point in range(chars.PLANE)), np.uint8, chars.PLANE)
    lower = np.arange(chars.PLANE, dtype=np.uint32)
    for point in np.flatnonzero(classes == chars.UPPER).tolist():
        small = chr(point).lower()
        if len(small) == 1 and ord(small) < chars.PLANE:
            lower[point] = ord(small)
    return classes, lower


def class_of(char: str) -> int:  # noqa: PLR0911 - a table in order
    """A character's class."""
    if char in ENDS:
        return chars.STOP
    if char in COMMAS:
        return chars.COMMA
    if char in SEPARATORS:
        return chars.SEPARATOR
    if char in CLOSERS or char in OPENERS:
        return chars.CLOSER
    if char.isspace():
        return chars.SPACE
    if UNSPACED.match(char):
        return chars.UNSPACED_LETTER
    category = unicodedata.category(char)
    if category in ("Lu", "Lt"):
        return chars.UPPER
    if category[0] in "LM":
        return chars.LOWER
    if category[0] == "N":
        return chars.DIGIT
    return chars.DASH if category == "Pd" else chars.SYMBOL


def runs(values: NDArray[Any]) -> tuple[list[int], list[int]]:
    """The values without their repetitions, and how often each stands in a row."""
    begins = np.flatnonzero(np.diff(values, prepend=values[0] - 1))
    return values[begins].tolist(), np.diff(begins, append=len(values)).tolist()


if __name__ == "__main__":
    built, small = build()
    table = chars.Characters(runs(built), runs(np.arange(chars.PLANE) - small))
    (Path(__file__).parent / "rules" / "characters.msgpack").write_bytes(msgspec.msgpack.encode(table))

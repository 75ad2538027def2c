"""Blocks counted character by character, all at once: classes, words, stops, in arrays with one row a block.

One table look-up a character and one bincount a question; a page of 20,000 characters takes under a millisecond.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from scraper.clean import packed

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Hashes = NDArray[np.uint32]

LOWER, UPPER, UNSPACED_LETTER, DIGIT, SPACE, STOP, COMMA, CLOSER, DASH, SEPARATOR, SYMBOL = range(11)
CLASSES = 11
PLANE = 0x10000
"""Characters above the basic plane are symbols (emoji), but for the ideographs from U+20000."""
SHORT_WORD = 3
MOST_COUNTED = 100_000
"""Characters of a block that are counted: its beginning tells what it is."""
AT_ONCE = 1_000_000
"""Characters counted together: each needs about 60 bytes."""
MOST_HASHED = 64
"""Characters of a word that its hash sees."""


class Characters(Struct, frozen=True):
    """rules/characters.msgpack: runs of one class, and of one distance to the lower case, as values and lengths."""

    classes: tuple[list[int], list[int]]
    steps: tuple[list[int], list[int]]


class Counts(NamedTuple):
    """One row a block: characters, characters by class, words, words by the class of their first character.

    `words` counts half of the letters of scripts without spaces as words (Chinese has 1.5 to 2 a word); `ends` says
    whether a block ends as a sentence, `sentences` how many stops are followed by a space or an end; `hashes` are the
    words in lower case (letters and digits; each letter of a script without spaces is one), `rows` the blocks that
    hold them.
    """

    chars: Ints
    by_class: Ints
    words: Ints
    starts: Ints
    short_words: Ints
    ends: NDArray[np.bool_]
    sentences: Ints
    first: Bytes
    last: Bytes
    hashes: Hashes
    rows: Ints


@lru_cache(maxsize=1)
def tables() -> tuple[Bytes, Hashes]:
    """The class of every character of the basic plane, and its lower case; character_data.py makes them."""
    stored = packed.read_file(os.path.join(packed.HERE, "rules", "characters.msgpack"))
    runs = msgspec.msgpack.decode(stored, type=Characters)
    classes = np.repeat(np.array(runs.classes[0], np.uint8), runs.classes[1])
    return classes, (np.arange(PLANE) - np.repeat(runs.steps[0], runs.steps[1])).astype(np.uint32)


def small(values: Sequence[int]) -> Bytes:
    """Numbers below 256, or flags, as an array; np.array takes three times as long over a list of them."""
    return np.frombuffer(bytes(values), np.uint8)


def points(text: str) -> Hashes:
    """The code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def count(texts: Sequence[str]) -> Counts:
    """Count all texts, each up to MOST_COUNTED characters; none is empty."""
    parts: list[Counts] = []
    run: list[str] = []
    size = done = 0
    for text in texts:
        run.append(text[:MOST_COUNTED])
        size += len(run[-1])
        if size >= AT_ONCE:
            parts.append(_count(run, done))
            done += len(run)
            run, size = [], 0
    if run or not parts:
        parts.append(_count(run, done) if run else _nothing())
    return parts[0] if len(parts) == 1 else Counts(*map(np.concatenate, zip(*parts, strict=True)))


def _count(texts: Sequence[str], done: int) -> Counts:
    """Count a run of texts that `done` others stand before."""
    rows = len(texts)
    classes, lower = tables()
    joined = "\n".join(texts) + "\n"
    codes = points(joined)
    # "clip" reads the table's end for what is beyond it, and is twice as fast as an index.
    kinds = classes.take(codes, mode="clip")
    if codes.max() >= PLANE:
        high = codes >= PLANE
        kinds[high] = np.where(codes[high] >= 0x20000, UNSPACED_LETTER, SYMBOL)
    chars = np.fromiter(map(len, texts), np.int64, rows)
    begins = np.cumsum(chars + 1) - chars - 1
    row = np.repeat(np.arange(rows), chars + 1)
    cell = np.repeat(np.arange(0, rows * CLASSES, CLASSES), chars + 1)
    cell += kinds
    by_class = np.bincount(cell, minlength=rows * CLASSES).reshape(rows, CLASSES)
    by_class[:, SPACE] -= 1
    # Before the first text stands a space, as behind each: words begin and end where that changes.
    is_space = np.ones(kinds.size + 1, np.bool_)
    np.equal(kinds, SPACE, out=is_space[1:])
    changes = np.flatnonzero(is_space[1:] != is_space[:-1])
    starts_at, ends_at = changes[::2], changes[1::2]
    start_row = row[starts_at]
    starts = np.bincount(cell[starts_at], minlength=rows * CLASSES).reshape(rows, CLASSES)
    last = _last(kinds, begins, chars)
    hashes, hash_rows = _hash_words(lower.take(codes, mode="clip"), kinds, row)
    return Counts(
        chars=chars,
        by_class=by_class,
        words=starts.sum(axis=1) + by_class[:, UNSPACED_LETTER] // 2,
        starts=starts,
        short_words=np.bincount(start_row[(ends_at - starts_at) <= SHORT_WORD], minlength=rows),
        ends=last == STOP,
        sentences=_sentences(codes, kinds, row, rows),
        first=kinds[begins],
        last=last,
        hashes=hashes,
        rows=hash_rows + done,
    )


def of_rows(counts: Counts, rows: Sequence[int]) -> Counts:
    """The counts of some of the counted texts, in any order: a tenth of the time of counting them again."""
    at = np.array(rows, np.int64)
    found = counts._asdict()
    hashes, begins = found.pop("hashes"), np.searchsorted(found.pop("rows"), np.arange(counts.chars.size + 1))
    lengths = (begins[1:] - begins[:-1])[at]
    ends = np.cumsum(lengths)
    words = np.arange(lengths.sum()) + np.repeat(begins[at] - ends + lengths, lengths)
    chosen = {name: column[at] for name, column in found.items()}
    return Counts(**chosen, hashes=hashes[words], rows=np.repeat(np.arange(at.size), lengths))


def _nothing() -> Counts:
    """The counts of no text."""
    none, classes = np.zeros(0, np.int64), np.zeros((0, CLASSES), np.int64)
    flags, kinds = np.zeros(0, np.bool_), np.zeros(0, np.uint8)
    return Counts(none, classes, none, classes, none, flags, none, kinds, kinds, np.zeros(0, np.uint32), none)


def _last(kinds: Bytes, begins: Ints, chars: Ints) -> Bytes:
    """The class of each text's last character that closes nothing."""
    at = begins + chars - 1
    for _ in range(4):
        back = ((kinds[at] == CLOSER) | (kinds[at] == SPACE)) & (at > begins)
        at = at - back
    found: Bytes = kinds[at]
    return found


def _sentences(points: Hashes, kinds: Bytes, row: Ints, rows: int) -> Ints:
    """Stops that a space, a closing mark or the end follows, and stops of scripts without spaces."""
    stops = np.flatnonzero(kinds[:-1] == STOP)
    following = kinds[stops + 1]
    real = (following == SPACE) | (following == CLOSER) | (points[stops] >= 0x3000)
    return np.bincount(row[stops[real]], minlength=rows)


# FNV's prime as the base of a polynomial hash, then murmur3's finaliser; collisions only blur a statistic.
_POWERS = np.array([pow(0x01000193, place, 2**32) for place in range(MOST_HASHED)], np.uint32)


def _hash_words(lower: Hashes, kinds: Bytes, row: Ints) -> tuple[Hashes, Ints]:
    """A hash of every word, and its row."""
    letters = np.flatnonzero(kinds <= DIGIT)
    if not letters.size:
        return np.zeros(0, np.uint32), np.zeros(0, np.int64)
    begins = np.ones(letters.size, np.bool_)
    np.greater(letters[1:] - letters[:-1], 1, out=begins[1:])
    alone = kinds.take(letters) == UNSPACED_LETTER
    if alone.any():
        begins |= alone
        begins[1:] |= alone[:-1]
    first = np.flatnonzero(begins)
    sizes = np.empty_like(first)
    np.subtract(first[1:], first[:-1], out=sizes[:-1])
    sizes[-1] = letters.size - first[-1]
    offset = np.arange(letters.size)
    offset -= np.repeat(first, sizes)
    # "clip" here, too: what is beyond MOST_HASHED has the last power.
    terms = lower.take(letters)
    terms *= _POWERS.take(offset, mode="clip")
    hashed = np.add.reduceat(terms, first, dtype=np.uint32)
    hashed ^= hashed >> np.uint32(15)
    hashed *= np.uint32(0x85EBCA6B)
    hashed ^= hashed >> np.uint32(13)
    return hashed, row[letters[first]]

"""The shape of a block: words, punctuation, links. Knows no language; scripts without spaces count characters."""

from __future__ import annotations

import re
from typing import NamedTuple

from scraper.types import Block

# Scripts that write no spaces: kana, Han, Thai, Lao, Burmese, Khmer. Two characters stand for a word (Chinese text has
# 1.5 to 2 characters a word, Thai 4 to 5; the smaller number spares short sentences).
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
ENDS = frozenset(".!?…。！？؟।॥։።")
CLOSERS = "\"'”’»«“)]）」』】›"
SENTENCE = re.compile(r"[.!?…。！？؟।](?:[\"'”’»)]*\s|[^\w\s]*$)|[。！？]")


SENTENCES_WITHIN = 1_000
"""Characters in which sentences are counted: one or two decide, and a run of a million dots is no sentence."""


class Shape(NamedTuple):
    """Words (see count_words), the share of characters in links, a full stop at the end, sentences."""

    words: int
    link_share: float
    ends: bool
    sentences: int

    @property
    def free_words(self) -> float:
        """Words that stand outside links."""
        return self.words * (1 - self.link_share)


def shape(block: Block) -> Shape:
    """A block's shape."""
    text = block.text
    return Shape(
        words=count_words(text),
        link_share=block.link_chars / len(text) if text else 0.0,
        ends=ends_sentence(text),
        sentences=len(SENTENCE.findall(text[:SENTENCES_WITHIN])) if len(text) > 20 else 0,
    )


def count_words(text: str) -> int:
    """Words between spaces; in scripts without spaces, half the characters."""
    words = len(text.split())
    if text.isascii():
        return words
    return words + len(UNSPACED.findall(text)) // 2


def ends_sentence(text: str) -> bool:
    """Whether the text ends as a sentence does, closing quotes and brackets aside."""
    bare = text.rstrip(CLOSERS + " \u00a0")
    return bool(bare) and bare[-1] in ENDS


def is_prose(form: Shape) -> bool:
    """Whether a block reads as running text: a sentence of ten free words, or thirty words without a full stop."""
    if form.link_share > 0.5:
        return False
    return form.free_words >= (10 if form.ends or form.sentences else 30)

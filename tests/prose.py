"""Texts of made-up words, which have nothing in common unless they are meant to."""

from __future__ import annotations

import random

SYLLABLES = "ba de fi go hu ka le mi no pu ra se ti vo wu xa ye zi".split()


def prose(seed: int, words: int = 200) -> str:
    """A text in paragraphs of 25 words."""
    generator = random.Random(seed)
    said = ["".join(generator.choices(SYLLABLES, k=generator.randint(2, 4))) for _ in range(words)]
    return "\n\n".join(" ".join(said[at : at + 25]) + "." for at in range(0, words, 25))


def edited(text: str, share: float, seed: int = 1) -> str:
    """A text in which this share of the words is another one."""
    generator = random.Random(seed)
    words = text.split(" ")
    for at in generator.sample(range(len(words)), round(share * len(words))):
        words[at] = "".join(generator.choices(SYLLABLES, k=5))
    return " ".join(words)


def part(text: str, share: float) -> str:
    """The first part of a text, by words."""
    words = text.split(" ")
    return " ".join(words[: round(share * len(words))])

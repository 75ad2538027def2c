"""The form in which words are compared: one spelling for case, diacritics, quotes, dashes, digits and white space."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from scraper.expressions import expression

# Diacritics (capitals lose them in French and Greek), Hebrew and Arabic points, hamza above and below, tatweel and
# invisible characters go. Vowel signs of Indic scripts and the kana's voicing marks carry meaning and stay.
_GONE = (range(0x300, 0x370), range(0x591, 0x5BE), range(0x64B, 0x656), range(0x200B, 0x2010), range(0x202A, 0x202F))
_INVISIBLE = (range(0x2060, 0x2065), range(0xFE00, 0xFE10), (0xAD, 0x640, 0xFEFF))
_FOLDED: dict[str, str] = {
    **{chr(point): "" for points in (*_GONE, *_INVISIBLE) for point in points},
    **dict.fromkeys("‘’‚‛`´ʼʹ′", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys('()[]{}<>*"“”„‟«»‹›#', " "),
    # Dotless i is i, for Turkish capitals fold to the dotted one; Persian yeh and kaf are the Arabic ones.
    **{"ı": "i", "ی": "ي", "ى": "ي", "ک": "ك"},
}
_SPECIAL = expression(f"[{re.escape(''.join(_FOLDED))}]")
_NUMBER = expression(r"\d+(?:[.,]\d+)*")
_ASCII = bytes(
    ord("0") if chr(point).isdigit() else ord(_FOLDED.get(chr(point).lower(), chr(point).lower()))
    for point in range(128)
) + bytes(128)
"""ASCII in lower case, with its quotes and brackets folded and every digit 0."""
_ASCII_REST = "".join(chr(point) for point in range(128) if not chr(point).isalnum())


MOST_KNOWN, LONGEST_KNOWN = 8192, 80
"""Texts that are remembered across pages, and the characters of one."""


def fold(text: str) -> str:
    """Return the form of a line in which phrases are compared.

    Compatibility forms, case, diacritics, quotes, dashes and white space are unified; brackets and quotation marks
    become spaces; any number becomes 0; punctuation, bullets, arrows and emoji at both ends go. Folding is idempotent.
    """
    return _folded_short(text) if len(text) <= LONGEST_KNOWN else _folded(text)


def _folded(text: str) -> str:
    if text.isascii():
        text = text.encode().translate(_ASCII).decode()
        if "0" in text:
            text = _NUMBER.sub("0", text)
        return " ".join(text.split()).strip(_ASCII_REST)
    # The quotes first: NFKD takes some of them apart into a space and a mark.
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", _replaced(text)).casefold())
    text = unicodedata.normalize("NFC", _replaced(text))
    return strip(" ".join(_NUMBER.sub("0", text).split()))


@lru_cache(maxsize=MOST_KNOWN)
def _folded_short(text: str) -> str:
    """Half of all lines begin with one of a thousand words, and a short block is folded up to three times."""
    return _folded(text)


def folds_to(text: str, forms: Sequence[str]) -> bool:
    """Whether the form of a line is one of some. Most lines begin with a plain letter that none of them begins with."""
    first = text[:1]
    if first.isascii() and first.isalnum():
        first = "0" if first.isdigit() else first.lower()
        if not any(form[:1] == first for form in forms):
            return False
    return fold(text) in forms


def strip(text: str) -> str:
    """The text without anything but letters, digits and their marks at its ends."""
    if text.isalnum():
        return text
    start, end = 0, len(text)
    while start < end and not is_word(text[start]):
        start += 1
    while start < end and not is_word(text[end - 1]):
        end -= 1
    return text[start:end]


def is_word(char: str) -> bool:
    """Whether a character belongs to a word: a letter, a digit, or a mark on one."""
    return char.isalnum() or (not char.isascii() and unicodedata.category(char)[0] == "M")


def _replaced(text: str) -> str:
    """Ten times as fast as str.translate, which raises and catches an error for every other character."""
    return _SPECIAL.sub(_replacement, text)


def _replacement(found: re.Match[str]) -> str:
    return _FOLDED[found[0]]

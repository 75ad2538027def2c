"""A text in the letters of another script: what a judge can know of a language that it has no table for.

Most labelled pages are English. Written anew in letters without case, or without spaces between words, they teach the
judge not to lean on capitals, on the length of words or on English menus. The words mean nothing; their lengths,
the punctuation, the digits and what repeats what stay.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

WORD = re.compile(r"[^\W\d_]+")
HANGUL, KANA, HAN = 0xAC00, 0x3042, 0x4E00
SYLLABLES, SIGNS = 11_172, 20_000
ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
DEVANAGARI = "अआइईउऊएऐओऔकखगघचछजझटठडढतथदधनपफबभमयरलवशषसह"


def _of_letters(letters: str) -> Callable[[str], str]:
    """A word letter by letter, so that like words stay alike."""

    def spell(word: str) -> str:
        return "".join(letters[ord(char.lower()[0]) % len(letters)] for char in word)

    return spell


def _cyrillic(word: str) -> str:
    spelled = _of_letters(CYRILLIC)(word)
    return spelled.upper() if len(word) > 1 and word.isupper() else spelled.title() if word[0].isupper() else spelled


def _hangul(word: str) -> str:
    """A syllable for every two letters and a half."""
    seed = zlib.crc32(word.lower().encode())
    return "".join(chr(HANGUL + (seed * (place + 7)) % SYLLABLES) for place in range(max(1, round(len(word) / 2.5))))


def _han(word: str) -> str:
    """One or two signs for a long word, a kana for a short one."""
    seed = zlib.crc32(word.lower().encode())
    if len(word) <= 3:
        return chr(KANA + seed % 80)
    return "".join(chr(HAN + (seed * (place + 7)) % SIGNS) for place in range(1 if len(word) < 6 else 2))


SCRIPTS: dict[str, Callable[[str], str]] = {
    "hangul": _hangul,
    "han": _han,
    "arabic": _of_letters(ARABIC),
    "cyrillic": _cyrillic,
    "devanagari": _of_letters(DEVANAGARI),
}
STOPS = {"han": {". ": "。", ".": "。", ", ": "、", "? ": "？", "! ": "！"}, "arabic": {"?": "؟", ",": "،", ";": "؛"}}
STOPS["devanagari"] = {".": "।"}
SPACED = re.compile(r"(?<=[\u3040-\u9fff]) (?=[\u3040-\u9fff])")


def written_in(script: str, text: str) -> str:
    """The text with every word in the letters of a script; digits and most punctuation stay."""
    written = WORD.sub(lambda word: SCRIPTS[script](word[0]), text)
    if script == "han":
        written = SPACED.sub("", written)
    for mark, own in STOPS.get(script, {}).items():
        written = re.sub(rf"(?<!\d){re.escape(mark)}(?!\d)", own, written)
    return written

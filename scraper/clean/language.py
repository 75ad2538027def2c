"""The language of a text, and of its parts, by script and by very frequent words (rules/languages.toml)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import filterfalse, repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scraper.clean import packed
from scraper.expressions import expression

SHORTEST = 60
"""Characters; in less text no language is named where a script has several."""

LONGEST = 4_000
"""Characters of a text that are looked at: the frequent words of an article repeat after 500 words."""

LEAST_EVIDENCE = 2.5
"""Weighted hits; two frequent words shared by several languages are no evidence."""

LEAST_DENSITY = 0.05
"""Weighted hits a word; running text has 0.05 (Xhosa) to 0.4 (English), lists of names under 0.03."""

LEAST_LEAD = 1.08
"""How far the best language must be ahead of the second; twice as far, half the density is enough."""

CLEAR_LEAD = 2.0

MOST_LANGUAGES = 6
"""Languages that one document is searched for."""

USUAL_WEIGHT = 0.2
"""A word in a script that one language has nearly to itself."""

SWITCH_COST = 8.0
"""Weighted hits that a change of language must gain, so that a quotation or a name opens no segment."""

LEAST_SEGMENT = 250
"""Characters of a segment in alphabetic scripts; a shorter run belongs to its neighbours."""

GRAIN = 2.0**-32
"""Weights are multiples of it, so that sums of them are exact and no order of words or letters changes a bit."""

CHUNK = 64
"""Words whose letters are looked at together."""

MARGIN = 0.001
"""Far more than a rounding error, far less than a weight."""


class Tables(NamedTuple):
    """Word -> (language, weight) pairs by script; letter -> the same; script -> its one, or its usual, language."""

    words: dict[str, dict[str, tuple[tuple[str, float], ...]]]
    letters: dict[str, tuple[tuple[str, float], ...]]
    single: dict[str, str]
    usual: dict[str, str]


_RANGES = {
    "Latin": "A-Za-zªºÀ-ÖØ-öø-\u024f\u1e00-\u1eff",
    "Cyrillic": "\u0400-\u052f",
    "Greek": "\u0370-\u03ff\u1f00-\u1fff",
    "Arabic": "\u0620-\u065f\u066e-\u06d3\u06d5-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc\u200c",
    "Hebrew": "\u05d0-\u05ea\u05f0-\u05f2\u05b0-\u05bd",
    "Devanagari": "\u0900-\u0963\u0970-\u097f",
    "Bengali": "\u0980-\u09e3\u09f0\u09f1",
    "Gurmukhi": "\u0a00-\u0a7f",
    "Gujarati": "\u0a80-\u0aff",
    "Odia": "\u0b00-\u0b7f",
    "Tamil": "\u0b80-\u0bff",
    "Telugu": "\u0c00-\u0c7f",
    "Kannada": "\u0c80-\u0cff",
    "Malayalam": "\u0d00-\u0d7f",
    "Sinhala": "\u0d80-\u0dff",
    "Thai": "\u0e00-\u0e7f",
    "Lao": "\u0e80-\u0eff",
    "Tibetan": "\u0f00-\u0fff",
    "Myanmar": "\u1000-\u109f",
    "Georgian": "\u10a0-\u10ff\u1c90-\u1cbf",
    "Hangul": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "Ethiopic": "\u1200-\u1360\u1380-\u139f",
    "Khmer": "\u1780-\u17ff",
    "Armenian": "\u0531-\u0587",
    "Thaana": "\u0780-\u07bf",
    "Kana": "\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9d",
    "Han": "\u3400-\u4dbf\u4e00-\u9fff",
}
_WORD = {script: expression(f"[{letters}]+") for script, letters in _RANGES.items()}
_BEYOND_LATIN = (
    ("\u0370", "\u1dff"),
    ("\u1f00", "\u1fff"),
    ("\u3041", "\ud7af"),
    ("\uf900", "\ufdff"),
    ("\ufe70", "\uff9d"),
)
_BEYOND_LATIN_1 = (("\u0100", "\u024f"), ("\u1e00", "\u1eff"), ("\u212a", "\u212b"), *_BEYOND_LATIN)
"""As expressions they would take 10 ms to compile, for want of Latin-1 in a text of three."""
_MARKS = "’“”–—‘„…•"
"""What else an English, French or German text has beyond Latin-1, commonest first."""

_EAST_ASIAN = ("ja", "ko", "zh")
_LETTERS_PER_WORD = {"Han": 2, "Kana": 3, "Hangul": 3}


@cache
def _scripts() -> dict[int, list[str]]:
    """The scripts that have letters among the 256 characters with this upper byte."""
    found: dict[int, list[str]] = {}
    for script, letters in _RANGES.items():
        for first, last in re.findall("(.)(?:-(.))?", letters):
            for upper in range(ord(first) >> 8, (ord(last or first) >> 8) + 1):
                if script not in found.setdefault(upper, []):
                    found[upper].append(script)
    return found


@cache
def _latin_1() -> bytes:
    """Latin-1 in lower case, a space for all that is no letter."""
    chars = (chr(code).lower() for code in range(256))
    return "".join(char if _WORD["Latin"].match(char) else " " for char in chars).encode("latin-1")


@cache
def _tables() -> Tables:
    return packed.table("languages", Tables)


def grained(weight: float) -> float:
    """A weight as a multiple of GRAIN."""
    return round(weight / GRAIN) * GRAIN


class Evidence(NamedTuple):
    """Weighted hits by language, and the number of words that were looked at."""

    hits: dict[str, float]
    words: float


@lru_cache(maxsize=1)  # metadata asks for a text's segments, then for its language
def language(text: str) -> str | None:
    """The BCP 47 primary tag of the language that most of a text is in; None if it is too short or unclear."""
    return _best(_evidence(text), len(text))


def _best(evidence: Evidence, length: int) -> str | None:
    ranked = sorted(evidence.hits.items(), key=lambda item: (-item[1], item[0]))
    if not ranked:
        return None
    (first, score), second = ranked[0], ranked[1][1] if len(ranked) > 1 else 0.0
    alone = first in _tables().single.values() or first in ("ja", "zh")
    if length < SHORTEST and not (alone and length >= SHORTEST / 6):
        return None
    density = LEAST_DENSITY / (2 if score >= CLEAR_LEAD * second else 1)
    enough = score >= LEAST_EVIDENCE and score >= density * evidence.words and score >= LEAST_LEAD * second
    return first if enough else None


def _evidence(text: str) -> Evidence:
    """Count the frequent words and telling letters of a text in the script that most of it is written in."""
    text = text[:LONGEST]
    latin = _latin_words(text)
    if latin is not None:
        return Evidence(_hits("Latin", latin), len(latin))
    text = text.lower()
    uppers = set(text.encode("utf-16-le", "surrogatepass")[1::2])
    scripts = {script for upper in uppers for script in _scripts().get(upper, ())}
    found = {script: _WORD[script].findall(text) for script in scripts}
    seen = sorted((text.find(words[0]), script) for script, words in found.items() if words)
    runs = {script: found[script] for _, script in seen}
    if not runs:
        return Evidence({}, 0)
    sizes = {script: _size(script, words) for script, words in runs.items()}
    total = sum(sizes.values())
    if east := sizes.get("Han", 0) + sizes.get("Kana", 0):
        kana = sizes.pop("Kana", 0) / east
        sizes["Han"] = east
        if max(sizes, key=lambda script: sizes[script]) == "Han":
            return _east_asian("".join(runs.get("Han", ())), kana, total)
    script = max(sizes, key=lambda script: sizes[script])
    if script in _tables().single:
        return Evidence({_tables().single[script]: sizes[script] * 0.5}, total)
    return Evidence(_hits(script, runs[script]), total)


def _latin_words(text: str) -> list[str] | None:
    """The words of a text in Latin letters, in lower case; None if it has letters of another script.

    Most texts fit Latin-1 once their quotes and dashes are gone: a table then does a tenth of the regex's work.
    """
    plain = text
    if not text.isascii():
        for mark in _MARKS:
            plain = plain.replace(mark, " ")
    try:
        packed = plain.encode("latin-1")
    except UnicodeEncodeError:
        if _has_any(plain, _BEYOND_LATIN_1):
            text = text.lower()
            return None if _has_any(text, _BEYOND_LATIN) else _WORD["Latin"].findall(text)
        packed = plain.encode("latin-1", "replace")
    return packed.translate(_latin_1()).decode("latin-1").split()


def _has_any(text: str, ranges: Sequence[tuple[str, str]]) -> bool:
    """Whether any character of a text lies in one of the ranges, their ends included."""
    return any(first <= char <= last for char in set(text) if char > "\xff" for first, last in ranges)


def _east_asian(han: str, kana: float, words: float) -> Evidence:
    """Japanese has kana, running Chinese its particles; Han without either ("震度5弱") says little."""
    if kana > 0.05:
        return Evidence({"ja": words * 0.5}, words)
    particles = _tables().words["Han"]
    if sum(map(particles.__contains__, han)) > 0.02 * len(han):
        return Evidence({"zh": words * 0.5}, words)
    return Evidence({"zh": 4.0, "ja": 3.6}, 0)


def _size(script: str, words: list[str]) -> float:
    """The number of words; scripts without spaces count letters."""
    per_word = _LETTERS_PER_WORD.get(script, 5)
    return max(len(words), sum(map(len, words)) / per_word) if script != "Latin" else len(words)


def _hits(script: str, words: list[str]) -> dict[str, float]:
    table = _tables().words[script]
    hits: dict[str, float] = {}
    if usual := _tables().usual.get(script):
        hits[usual] = grained(USUAL_WEIGHT) * len(words)
    for word, count in Counter(filter(table.__contains__, words)).items():
        for tag, weight in table[word]:
            hits[tag] = hits.get(tag, 0.0) + weight * count
    letters = _tables().letters
    accented = " ".join(filterfalse(str.isascii, words))
    for letter in set(_telling().findall(accented)):
        count = len(_words_with(letter).findall(accented))
        for tag, weight in letters[letter]:
            hits[tag] = hits.get(tag, 0.0) + weight * count
    if script == "Latin":
        return hits
    written = _written(script)
    return {tag: score for tag, score in hits.items() if tag in written}


@cache
def _telling() -> re.Pattern[str]:
    return re.compile(f"[{re.escape(''.join(_tables().letters))}]")


@cache
def _words_with(letter: str) -> re.Pattern[str]:
    """From the letter to the end of its word, so that a word counts once."""
    return re.compile(f"{letter}[^ ]*")


@cache
def _written(script: str) -> frozenset[str]:
    """The languages that a script's words tell apart."""
    return frozenset(tag for pairs in _tables().words[script].values() for tag, _ in pairs)


def segments(texts: Sequence[str]) -> list[tuple[int, int, str]]:
    """The runs of one language over a sequence of blocks, as (first index, last index, tag), covering all of it.

    A run must pay for its opening: a quotation, a name or a heading in another language stays in its neighbours' run.
    Empty where no language can be told.
    """
    whole = language("\n".join(texts))
    if whole is not None and _is_alone(whole, texts):
        return [(0, len(texts) - 1, whole)]
    evidence = [_evidence(text) for text in texts]
    if whole is not None and _stays(np.array([_ahead(each.hits, whole) for each in evidence])):
        return [(0, len(texts) - 1, whole)]
    certain = Counter(tag for each, text in zip(evidence, texts, strict=True) if (tag := _best(each, len(text))))
    tags = sorted({tag for tag, _ in certain.most_common(MOST_LANGUAGES)} | ({whole} if whole else set()))
    if len(tags) < 2:
        return [(0, len(texts) - 1, tag) for tag in tags]
    runs = _runs(_path(evidence, tags))
    while len(runs) > 1 and (weak := _weakest(runs, texts)) is not None:
        tag = runs[weak - 1 if weak else 1][2]
        runs = _joined([(first, last, tag if at == weak else own) for at, (first, last, own) in enumerate(runs)])
    return runs


def _is_alone(own: str, texts: Sequence[str]) -> bool:
    """Whether surely no run of words gains enough, in the best language for each word, to pay for a change of language.

    True of nearly every text in Latin letters, and cheaper to see than each block's language.
    """
    if own not in _written("Latin"):
        return False
    leads = _leads(own)
    words = _latin_words("\n".join(text[:LONGEST] for text in texts))
    if words is None:
        return _stays(np.fromiter(_block_gains(own, texts), np.float64))
    if not words:
        return False
    gains = np.fromiter(map(leads.words.get, words, repeat(0.0)), np.float64, len(words))
    if "".join(words).isascii():
        return _stays(gains)
    spread = [leads.of_letters("".join(words[at : at + CHUNK])) for at in range(0, len(words), CHUNK)]
    gains[::CHUNK] += spread
    return _stays(gains, max(spread))


def _block_gains(own: str, texts: Sequence[str]) -> Iterator[float]:
    """At most what the words of each block gain, one after another, where one has letters of another script.

    Three of a hundred English texts hold a Greek letter or a name in Chinese: only its block is weighed in full.
    """
    leads = _leads(own)
    for text in texts:
        words = _latin_words(text[:LONGEST])
        if words is None:
            yield _ahead(_evidence(text).hits, own)
        else:
            yield leads.of_letters("".join(words))
            yield from filter(None, map(leads.words.get, words))


def _stays(gains: NDArray[np.float64], loose: float = 0.0) -> bool:
    """Whether no run of gains pays for a change, and all of them together are a loss; `loose` may be added anywhere."""
    sums = gains.cumsum()
    rise = (sums - np.minimum(np.minimum.accumulate(sums), 0)).max()
    return bool(rise + loose < SWITCH_COST - MARGIN and sums[-1] < -MARGIN)


class Leads(NamedTuple):
    """What a Latin word or letter says at most for another language, less what it says for the own."""

    words: dict[str, float]
    letters: dict[str, float]
    telling: re.Pattern[str]

    def of_letters(self, text: str) -> float:
        """At most this much for another language, even if each letter stood in a word of its own."""
        return 0.0 if text.isascii() else sum(map(self.letters.__getitem__, self.telling.findall(text)))


@cache
def _leads(own: str) -> Leads:
    words = {word: _lead(pairs, own) for word, pairs in _tables().words["Latin"].items()}
    letters = {letter: lead for letter, pairs in _tables().letters.items() if (lead := _lead(pairs, own)) > 0}
    return Leads(words, letters, re.compile(f"[{re.escape(''.join(letters))}]"))


def _lead(pairs: tuple[tuple[str, float], ...], own: str) -> float:
    """As Leads has it; the languages of one word weigh the same."""
    weight = pairs[0][1]
    return weight if (own, weight) not in pairs else 0.0 if len(pairs) > 1 else -weight


def _ahead(hits: dict[str, float], own: str) -> float:
    return max((score for tag, score in hits.items() if tag != own), default=0.0) - hits.get(own, 0.0)


def _weakest(runs: list[tuple[int, int, str]], texts: Sequence[str]) -> int | None:
    """The shortest run that is too short for a segment, or whose text is not clearly in its language."""
    bodies = ["\n".join(texts[first : last + 1]) for first, last, _ in runs]
    for at in sorted(range(len(runs)), key=lambda at: (len(bodies[at]), at)):
        tag = runs[at][2]
        if len(bodies[at]) < LEAST_SEGMENT / (3 if tag in _EAST_ASIAN else 1) or language(bodies[at]) != tag:
            return at
    return None


def _path(evidence: list[Evidence], tags: list[str]) -> list[str]:
    """The languages, one a block, that gain the most hits less SWITCH_COST for each change (Viterbi)."""
    gains = dict.fromkeys(tags, 0.0)
    back: list[dict[str, str]] = []
    for each in evidence:
        best = max(tags, key=lambda tag: gains[tag])
        came = {tag: tag if gains[tag] >= gains[best] - SWITCH_COST else best for tag in tags}
        gains = {tag: max(gains[tag], gains[best] - SWITCH_COST) + each.hits.get(tag, 0.0) for tag in tags}
        back.append(came)
    path = [max(tags, key=lambda tag: gains[tag])]
    for came in reversed(back[1:]):
        path.append(came[path[-1]])
    return path[::-1]


def _runs(path: list[str]) -> list[tuple[int, int, str]]:
    return _joined([(at, at, tag) for at, tag in enumerate(path)])


def _joined(runs: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Neighbouring runs of one language as one."""
    joined = runs[:1]
    for first, last, tag in runs[1:]:
        if tag == joined[-1][2]:
            joined[-1] = (joined[-1][0], last, tag)
        else:
            joined.append((first, last, tag))
    return joined

"""The measures: how near what a system gave is to what people, or a publisher's own parser, said is the article.

Sources. Word F1: the measure of WCXB (M. Foley, "WCXB: A Multi-Type Web Content Extraction Benchmark", 2026,
arXiv:2605.21097), its mean over pages. Shingles: the measure of Zyte's article-extraction-benchmark
(https://github.com/scrapinghub/article-extraction-benchmark, README and technical report of v1.0.0). The measures of
titles, authors, dates and dirty texts are this project's own.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from statistics import fmean
from typing import NamedTuple

from benchmarks.data import Text

WORD = re.compile(r"\w+")
UNSPACED = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Kana, Han, Thai, Lao, Burmese, Khmer: scripts that put no space between words, so that a character is a token."""
TOKEN = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")


class Score(NamedTuple):
    """Each from 0 to 1."""

    f1: float
    precision: float
    recall: float


def harmonic(precision: float, recall: float) -> float:
    """F1 of the two, 0 where both are."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def tokens(text: str) -> list[str]:
    """Words in lower case after NFKC; in scripts without spaces every character is one."""
    return TOKEN.findall(unicodedata.normalize("NFKC", text).lower())


def word_f1(given: str, gold: str) -> Score:
    r"""Tokens `\w+` in lower case, compared as multisets (WCXB). Two empty texts agree."""
    said, wanted = WORD.findall(given.lower()), WORD.findall(gold.lower())
    if not said or not wanted:
        same = float(said == wanted)
        return Score(same, same, same)
    shared = (Counter(said) & Counter(wanted)).total()
    precision, recall = shared / len(said), shared / len(wanted)
    return Score(harmonic(precision, recall), precision, recall)


# ---- metadata


def title_close(given: str | None, gold: str) -> bool:
    """Whether the two titles share four fifths of their tokens (Jaccard): site names and quotation marks vary."""
    said, wanted = set(tokens(given or "")), set(tokens(gold))
    return bool(said and wanted) and len(said & wanted) / len(said | wanted) >= 0.8


def authors_exact(given: Iterable[str], gold: Iterable[str]) -> bool:
    """Whether these are the same names in any order, capitals aside."""
    return {name.lower() for name in given} == {name.lower() for name in gold}


def date_exact(given: str | None, gold: str) -> bool:
    """Whether the day is the same; hours are not compared."""
    return (given or "")[:10] == gold[:10]


# ---- 4-gram shingles (Zyte)


class Shingles(NamedTuple):
    """A page's shares of shingles that are in both texts, only in the given one, only in the gold; together 1 or 0.

    `exact`: the two texts have the same words in the same order.
    """

    both: float
    extra: float
    missing: float
    exact: bool


def shingles(given: str, gold: str, size: int = 4) -> Shingles:
    r"""Compare runs of four words (`\w+`, as written), counted as often as they occur; a shorter text is one run.

    Each page's counts are divided by their sum, so that a long page weighs no more than a short one.
    """
    said, wanted = WORD.findall(given), WORD.findall(gold)
    has, needs = _runs(said, size), _runs(wanted, size)
    counts = ((has & needs).total(), (has - needs).total(), (needs - has).total())
    whole = sum(counts) or 1
    return Shingles(counts[0] / whole, counts[1] / whole, counts[2] / whole, said == wanted)


def _runs(words: Sequence[str], size: int) -> Counter[tuple[str, ...]]:
    if not words:
        return Counter()
    return Counter(tuple(words[i : i + size]) for i in range(max(1, len(words) - size + 1)))


def shingle_score(pages: Collection[Shingles]) -> Score:
    """Precision is a mean over the pages that gave a text, recall over those that have one; F1 is of the two means."""
    said = [page for page in pages if page.both + page.extra]
    wanted = [page for page in pages if page.both + page.missing]
    precision = fmean([page.both / (page.both + page.extra) for page in said] or [0.0])
    recall = fmean([page.both / (page.both + page.missing) for page in wanted] or [0.0])
    return Score(harmonic(precision, recall), precision, recall)


# ---- dirty texts


class TextScore(NamedTuple):
    """`f1` of the kept lines; the share of article words that were kept; of chrome lines, precision and recall.

    None where a text has nothing to measure it on.
    """

    f1: float
    article: float | None
    chrome_precision: float | None
    chrome_recall: float | None


def text_score(text: Text, kept: Collection[int]) -> TextScore:
    """Score a choice of lines, by their numbers from 1.

    F1 compares the tokens of the kept lines with the tokens of the article that the text holds. Title lines are left
    out of everything; a second copy of a line (`dup`) neither helps nor hurts, unless it is the only one that was
    kept; `unsure` lines count in F1 only. Chrome is measured on the lines labelled `drop` and `keep`.
    """
    lines = [_Line(label, tokens(line), at in kept) for at, (line, label) in enumerate(_lines(text), 1)]
    counted = [line for line in lines if line.words and line.label not in ("blank", "title")]
    keep = [line for line in counted if line.label == "keep"]
    drop = [line for line in counted if line.label == "drop"]
    removed, lost = sum(not line.kept for line in drop), sum(not line.kept for line in keep)
    words = sum(len(line.words) for line in keep)
    return TextScore(
        f1=_line_f1(counted, Counter(text.reach.split())),
        article=_share(sum(len(line.words) for line in keep if line.kept), words),
        chrome_precision=_share(removed, removed + lost),
        chrome_recall=_share(removed, len(drop)),
    )


class _Line(NamedTuple):
    label: str
    words: list[str]
    kept: bool


def _lines(text: Text) -> Iterable[tuple[str, str]]:
    return zip(text.lines, text.labels, strict=True)


def _line_f1(lines: Sequence[_Line], gold: Counter[str]) -> float:
    first = Counter(word for line in lines if line.kept and line.label != "dup" for word in line.words)
    again = Counter(word for line in lines if line.kept and line.label == "dup" for word in line.words)
    filled = ((gold - first) & again).total()
    hits, said = (gold & first).total() + filled, first.total() + filled
    return harmonic(hits / said if said else 0.0, hits / gold.total() if gold else 0.0)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None

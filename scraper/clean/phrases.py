"""The phrase table: recognises a whole line of site chrome by its words, in many languages.

How a rule of rules/phrases/ matches (phrase_rules reads them):

    line   the folded line is the phrase
    label  the phrase, then a colon, a bar or a spaced dash, then at most `words` words of one sentence, or nothing
    start  the line starts with the phrase, and at most `words` words of the same sentence follow it
    end    the line ends with the phrase, and at most `words` words of the same sentence stand before it
    shape  a regular expression finds something in the line, and one of the literals `needs` is in it

A line made of several phrases ("Home | News | Contact", "Share Tweet Print") is found too. A sure rule means chrome
wherever the line stands; the others are hints for a judge that sees the neighbours.

Most lines are none of this and are let go by their first three words, before anything is folded: five times as fast.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from scraper.clean.fold import fold, is_word, strip
from scraper.clean.lexicon import ALONE, ANY, BEHIND, LABEL, NOTHING, Lexicon, Word, Words
from scraper.clean.patterns import LONGEST_LINE as LONGEST_SHAPE_LINE
from scraper.clean.patterns import Shapes, ShapeTable
from scraper.expressions import expression
from scraper.types import Kind

LONGEST_LINE = 600
"""Characters; a longer line is never asked about: chrome sentences (consent, disclaimers) end below it."""

MOST_PARTS = 40
"""Words or segments of a composite line; a longer one is a menu, which position and neighbours recognise."""

CERTAIN_PARTS = 4
"""This many different labels in a row, each only a hint by itself, are no sentence."""

__all__ = ["LONGEST_LINE", "LONGEST_SHAPE_LINE", "MOST_PARTS", "Head", "Hit", "Phrases", "Table", "opening"]


class Head(Struct, frozen=True, array_like=True):
    """What finding needs of a rule."""

    id: str
    kind: Kind
    sure: bool
    words: int
    sentences: bool


Affixes = dict[str, tuple[tuple[str, int], ...]]
"""Phrases with their rules' numbers, the longest first, by what a line is looked up with."""


class Table(Struct, frozen=True, array_like=True):
    """All phrases, folded and arranged for look-up; those of `label` stand one a text line.

    `words` are the phrases by their first word (see lexicon.py), `unspaced` starts by the first two characters (one
    whose last character is of a script without spaces may end within a word), `end` goes by the last two.
    """

    rules: tuple[Head, ...]
    words: Words
    label: tuple[tuple[int, str], ...]
    unspaced: Affixes
    end: Affixes
    shapes: ShapeTable
    shape_rules: tuple[int, ...]


class Hit(Struct, frozen=True):
    """What a line was recognised as; `rule` joins the rules of a composite line's parts with +."""

    rule: str
    kind: Kind
    sure: bool


_LABEL = expression(r"([^\s:：∶՝|»→▶►][^:：∶՝|»→▶►]{0,59}?)\s{0,3}(?:[:：∶՝|»→▶►]|\s[-–—>]\s)(.*)", re.DOTALL)
_SENTENCE_END = expression(r"\w{3}[.!?]['\"”’»)]?\s+\S|[。！？।]\s*\S")
_SEPARATOR = expression(r"[|•·●▪∙‧／→»›\t]+|\s[-–—/>]+\s|\s{2,}")
# Whether there may be a separator, in an expression that knows what it begins with: 2 us instead of 12 a long line.
_SEPARATES = expression(r"[|•·●▪∙‧／→»›\t\s](?:(?<=[|•·●▪∙‧／→»›\t])|[-–—/>\s])")
_BAR = expression(r"[|•·●▪∙‧／→»›\t]")
_COLON = expression(r"[:：∶՝▶►]")
_GAP = expression(r"\s[-–—/>\s]")
# Scripts written without spaces: a phrase in one needs no word boundary.
FIRST_UNSPACED = "\u0e00"
"""Before it no script goes without spaces: an expression of these takes 5 ms to compile."""
UNSPACED = expression(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")

_RUN = expression(r"[^\W_]+")
# What folds to no letter and no mark, whatever stands beside it. Any other character has the line's words folded.
_REST = r"\x00-/:-@\[-`{-\x7f\xa0«»‘’“”–—…•·"
_ASCII_WORD = r"(?:[A-Za-z0-9]|(?<=[0-9])[.,](?=[0-9]))++"
_OPENING = expression(
    rf"[{_REST}]*+({_ASCII_WORD})(?:([{_REST}]++)({_ASCII_WORD})?+(?:[{_REST}]++({_ASCII_WORD})?+)?+)?+([^{_REST}]?)"
)
MOST_KNOWN, LONGEST_KNOWN = 8192, 80
"""Lines that are remembered across pages, and the characters of one: the pages of a site repeat their menus."""
MOST_OPENING_WORDS = 6


class Phrases:
    """The table in use. What it finds does not change, and threads may share it."""

    def __init__(self, table: Table) -> None:
        self._rules = table.rules
        self._hits = [Hit(rule.id, rule.kind, rule.sure) for rule in table.rules]
        self._lexicon = Lexicon(table.words)
        self._label: dict[str, int] = {}
        for number, phrases in table.label:
            self._label.update(dict.fromkeys(phrases.split("\n"), number))
        self._unspaced, self._end = table.unspaced, table.end
        self._unspaced_chars = {head[0] for head in table.unspaced}
        self._shapes = Shapes(table.shapes)
        self._shape_rules = table.shape_rules
        self._known = lru_cache(maxsize=MOST_KNOWN)(self._find)

    def find(self, line: str) -> Hit | None:
        """Return what a line, or the text of one block, is recognised as, or None."""
        return self._known(line) if len(line) <= LONGEST_KNOWN else self._find(line)

    def _find(self, line: str) -> Hit | None:
        if not line or len(line) > LONGEST_LINE:
            return None
        return self._read(line) if self._end or self._may_open(line) else self._unopened(line)

    def _read(self, line: str) -> Hit | None:
        folded = fold(line)
        return (self._whole(line, folded) or self._composite(line, folded)) if folded else None

    def _unopened(self, line: str) -> Hit | None:
        """A line whose first words open no phrase: it has a shape, or parts, the first of which has one."""
        if len(line) > LONGEST_SHAPE_LINE and not _has_separator(line):
            return None
        near = self._shapes.near(line)
        if not near:
            return None
        if _has_separator(line):
            return self._read(line) if self._shapes.may_be_part(line, near) else None
        number = self._shapes.find(line, near)
        return None if number is None or not fold(line) else self._hits[self._shape_rules[number]]

    def _may_open(self, line: str) -> bool:
        """Whether a phrase may begin with the first words of the line."""
        if found := _OPENING.match(line):
            first, gap, second, third, rest = found.groups("")
            if not rest:
                return self._opens(
                    _run(first.lower()), gap, second and _run(second.lower()), third and _run(third.lower())
                )
        return self._may_open_folded(line)

    def _may_open_folded(self, line: str) -> bool:
        """The same for first words that are not plain ASCII."""
        words = line.split(None, MOST_OPENING_WORDS)
        is_cut = len(words) > MOST_OPENING_WORDS
        folded = [(word, at) for at, raw in enumerate(words[:MOST_OPENING_WORDS]) if (word := fold(raw))][:3]
        if not folded:
            return is_cut
        first, at = folded[0]
        head = " ".join(word for word, _ in folded)
        if head[:2] in self._unspaced or (len(first) < 2 and first in self._unspaced_chars):
            return True
        runs = [_run(run) for run in _RUN.findall(head)[:3]]
        if not runs or (len(runs) < 3 and (is_cut or len(folded) > 2)):
            return True
        is_plain = (
            len(folded) > 1
            and first_run(first) == first
            and folded[1][1] == at + 1
            and line.lstrip().startswith(" ".join(words[: at + 2]))
        )
        gap = " ".join(words[at : at + 2]) if is_plain else "|"
        return self._opens(runs[0], gap, *[*runs[1:], "", ""][:2])

    def _opens(self, first: str, gap: str, second: str, third: str) -> bool:
        """Whether a phrase begins with three words, or is the first or the first two and something may follow it.

        `gap` is what stands behind the first: unless it breaks the line, no label and no segment ends there.
        """
        word = self._lexicon.of(first)
        if word is None:
            return False
        known = word.followers
        if not second:
            return ALONE in known
        if second in known or (third and f"{second} {third}" in known):
            return True
        if ALONE not in known:
            return False
        is_broken = gap != " " and (_BAR.search(gap) or _GAP.search(gap) or _COLON.search(gap))
        return bool(is_broken) or ANY in known or BEHIND in (self._lexicon.of(second) or NOTHING).followers

    def _whole(self, line: str, folded: str) -> Hit | None:
        """The line as one phrase; a sure hit of any sort before one that is not."""
        word = self._beginning(folded)
        number = word.lines.get(folded)
        hit = None if number is None else self._hits[number]
        if hit is not None and hit.sure:
            return hit
        number = self._other(line, folded, word)
        other = None if number is None else self._hits[number]
        return other if other is not None and (hit is None or other.sure) else hit

    def _beginning(self, folded: str) -> Word:
        """What begins with the first word of a folded text."""
        return self._lexicon.of(_run(first_run(folded))) or NOTHING

    def _other(self, line: str, folded: str, word: Word) -> int | None:
        """The line as a label, a shape, or a phrase with something beside it."""
        if LABEL in word.followers and (split := _LABEL.match(line.lstrip())):
            number = self._label.get(fold(split[1]))
            if number is not None and self._takes(number, split[2]):
                return number
        if (shape := self._shapes.find(line)) is not None:
            return self._shape_rules[shape]
        return self._by_affix(folded, line, word.starts)

    def _by_affix(self, folded: str, line: str, starts: tuple[tuple[str, int], ...]) -> int | None:
        if unspaced := self._unspaced.get(folded[:2], ()):
            starts = tuple(sorted((*starts, *unspaced), key=by_length))
        for phrase, number in starts:
            if folded.startswith(phrase) and _is_boundary(folded, len(phrase)) and self._takes(number, line):
                return number
        for phrase, number in self._end.get(folded[-2:], ()):
            size = len(folded) - len(phrase)
            if folded.endswith(phrase) and _is_boundary(folded, size) and self._takes(number, line):
                return number
        return None

    def _takes(self, number: int, rest: str) -> bool:
        """Whether the rest of the line, as printed, is short enough to belong to a rule's phrase."""
        rule = self._rules[number]
        if len(rest) > 12 * rule.words or len(rest.split()) > rule.words:
            return False
        return rule.sentences or not _SENTENCE_END.search(rest)

    def _composite(self, line: str, folded: str) -> Hit | None:
        """A line that phrases cover from end to end, with separators or without."""
        parts = _SEPARATOR.split(line) if _has_separator(line) else []
        hits: list[Hit] = []
        for part in parts if len(parts) > 1 else ():
            if not (words := fold(part)):
                continue
            hit = self._whole(part, words)
            found = [hit] if hit else self._cover(words)
            if not found or len(hits) > MOST_PARTS:
                return None
            hits += found
        if not hits:
            hits = self._cover(folded)
        return _joined(hits, len(set(folded.split()))) if hits else None

    def _cover(self, folded: str) -> list[Hit]:
        """Cover a folded text with line phrases, the longest first, or return an empty list."""
        first = folded.partition(" ")[0]
        if strip(first) not in self._beginning(first).spans:
            return []
        words = [word for raw in folded.split(" ", MOST_PARTS) if (word := strip(raw))]
        hits: list[Hit] = []
        at = 0
        while at < len(words):
            begun = self._beginning(words[at])
            for end in range(min(len(words), at + begun.spans.get(words[at], 0)), at, -1):
                if (number := begun.lines.get(" ".join(words[at:end]))) is not None:
                    hits.append(self._hits[number])
                    at = end
                    break
            else:
                return []
        return hits


def opening(phrase: str) -> list[str]:
    """The first three words of a folded phrase, in the form of the lexicon's followers."""
    return [_run(run) for run in _RUN.findall(phrase)[:3]]


def first_run(folded: str) -> str:
    """The letters and digits up to the first other character, as they are."""
    found = _RUN.search(folded)
    return found[0] if found else ""


def by_length(affix: tuple[str, int]) -> tuple[int, str]:
    """Sorts the longest phrase to the front."""
    return -len(affix[0]), affix[0]


def _run(run: str) -> str:
    """Any word with a digit is 0: which characters a number takes in cannot be told before it is folded."""
    return run if run.isalpha() else "0"


def _has_separator(line: str) -> bool:
    return _SEPARATES.search(line) is not None


def _is_boundary(folded: str, at: int) -> bool:
    """Whether no word of a spaced script runs across a position."""
    if not 0 < at < len(folded):
        return True
    before, behind = folded[at - 1], folded[at]
    if not (is_word(before) and is_word(behind)):
        return True
    return min(before, behind) >= FIRST_UNSPACED and bool(UNSPACED.match(before) and UNSPACED.match(behind))


def _joined(hits: Sequence[Hit], distinct: int) -> Hit:
    """One hit for the parts of a composite line with `distinct` words; its kind is the most frequent one."""
    kind = Counter(hit.kind for hit in hits).most_common(1)[0][0]
    sure = all(hit.sure for hit in hits) or min(len(hits), distinct) >= CERTAIN_PARTS
    return Hit("+".join(dict.fromkeys(hit.rule for hit in hits)), kind, sure)

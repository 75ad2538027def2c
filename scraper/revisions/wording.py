"""What kind of change made one sentence out of another: figures, names, punctuation, spelling, or other words."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

from msgspec import Struct

from scraper.clean.calendar import calendar, fold
from scraper.expressions import expression
from scraper.revisions.align import Stretch, stretches
from scraper.revisions.sentences import TOKEN

MOST_TOKENS = 1000
"""Tokens of a sentence that are compared; what stands behind them is compared as a whole."""

_OPENING, _CLOSING = "“„«‹「『‟《〈", "”“»›」』”》〉"
_GROUPED = expression(r"\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+")
_KATAKANA = expression(r"[\u30a0-\u30ff\uff66-\uff9f]")
_QUOTED_WORDS = 6
_NEAR = 24  # tokens around a change that say whether it is a name
_LONGEST_SPELLED = 40
_NOUNS = ("de", "lb")  # languages that write every noun with a capital
_CAPITALS = ("en", *_NOUNS)  # and those that write months so
# Words for amounts, beside digits and CLDR's months and weekdays: of the languages with most articles, without those
# that are other words elsewhere (Turkish on, Italian due, German bin).
_AMOUNTS = frozenset(
    (
        *"one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty".split(),
        *"hundred thousand million billion trillion bn percent per cent dozen half third".split(),
        *"eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig vierzig fünfzig".split(),
        *"hundert tausend million millionen milliarde milliarden mio mrd prozent dutzend hälfte drittel".split(),
        *"deux trois quatre cinq six sept huit neuf dix onze douze vingt trente quarante cinquante cent mille".split(),
        *"millions milliard milliards dos tres cuatro cinco seis siete ocho nueve diez cien mil".split(),
        *"millón millones".split(),
        *"tre quattro cinque sette dieci cento mila milione milioni miliardo miliardi".split(),
        *"dois três quatro sete oito dez cem milhão milhões bilhão bilhões".split(),
        *"два две три четыре пять шесть семь восемь девять десять сто тысяч тысячи миллион миллиона миллионов".split(),
        *"миллиард миллиарда миллиардов процент процента процентов".split(),
        *"iki üç dört beş altı yedi sekiz dokuz milyon milyar yüzde".split(),
        *"واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة مئة ألف مليون مليار".split(),
        *"〇零一二三四五六七八九十百千万億兆亿萬両两",
    )
)


class Kind(StrEnum):
    """What kind of change it is. A closed set, in the order in which a reader cares."""

    HEADLINE = "headline"
    FIGURES = "figures"
    NAMES = "names"
    REWRITTEN = "rewritten"
    ADDED = "added"
    REMOVED = "removed"
    REORDERED = "reordered"
    SPELLING = "spelling"
    PUNCTUATION = "punctuation"


class Token(Struct, frozen=True):
    """A word, figure or mark, and where it stands."""

    text: str
    form: str
    start: int
    end: int


class Piece(Struct, frozen=True, array_like=True):
    """A piece of a sentence: `mark` is " " for what stayed, "-" for what went, "+" for what came."""

    mark: str
    text: str


class Wording(Struct, frozen=True):
    """How one sentence became another: the kinds of its changes, and both as one row of pieces."""

    kinds: tuple[Kind, ...]
    pieces: tuple[Piece, ...]


class _Run(Struct, frozen=True):
    """Tokens that differ, and the sentence that they stand in."""

    tokens: tuple[Token, ...]
    sentence: tuple[Token, ...]
    at: int

    @property
    def words(self) -> list[Token]:
        return [token for token in self.tokens if token.form != "mark"]


def tokens(text: str) -> list[Token]:
    """The words, figures and marks of a text."""
    found = (match for match, _ in zip(TOKEN.finditer(text), range(MOST_TOKENS), strict=False))
    return [Token(match[0], match.lastgroup or "", match.start(), match.end()) for match in found]


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """How much of two lines is the same, from 0 to 1, by their bags."""
    both = (one & other).total()
    return 2 * both / (one.total() + other.total()) if both else 0.0


def bag(text: str) -> Counter[str]:
    """What a line is compared by: how often it has each word; in scripts without blanks, each pair of letters."""
    said = [token.text.casefold() for token in tokens(text) if token.form != "mark"]
    lone = [len(word) == 1 and not word.isascii() for word in said]
    if sum(lone) * 2 > len(said):  # no word says much there
        said = [one + other for one, other in pairwise(said)] or said
    return Counter(said)


def compare(before: str, after: str, language: str | None = None) -> Wording:
    """Tell what kinds of change made one sentence the other."""
    old, new = tokens(before), tokens(after)
    apart = stretches([token.text for token in old], [token.text for token in new])
    kinds: dict[Kind, None] = {}
    for stretch in apart:
        here = _Run(tuple(old[slice(*stretch.old)]), tuple(old), stretch.old[0])
        there = _Run(tuple(new[slice(*stretch.new)]), tuple(new), stretch.new[0])
        kinds[_kind(here, there, (language or "").partition("-")[0])] = None
    if before[old[-1].end if old else 0 :] != after[new[-1].end if new else 0 :]:
        kinds[Kind.REWRITTEN] = None  # behind MOST_TOKENS
    if not kinds:
        kinds[Kind.PUNCTUATION] = None  # blanks alone
    return Wording(tuple(sorted(kinds, key=list(Kind).index)), tuple(_pieces((before, after), (old, new), apart)))


def _pieces(texts: tuple[str, str], both: tuple[list[Token], list[Token]], apart: Sequence[Stretch]) -> list[Piece]:
    """Both sentences as one row; what stayed is spelled as the new one has it."""
    (before, after), (old, new) = texts, both
    row: list[Piece] = []
    done = gone = 0
    for stretch in apart:
        (low, high), (below, above) = stretch.old, stretch.new
        start = new[below].start if below < above else (new[below - 1].end if below else 0)
        row.append(Piece(" ", after[done:start]))
        if low < high:
            row.append(Piece("-", before[old[low].start : old[high - 1].end]))
        if below < above:
            row.append(Piece("+", after[start : new[above - 1].end]))
        done = new[above - 1].end if above else start
        done = max(done, start)
        gone = old[high - 1].end if high else gone
    row.append(Piece(" ", after[done:]))
    return [piece for piece in row if piece.text]


def _kind(here: _Run, there: _Run, language: str) -> Kind:
    one, other = here.words, there.words
    if not one and not other:
        marks = {token.text for token in (*here.tokens, *there.tokens)}
        return (
            Kind.FIGURES
            if any(unicodedata.category(mark) == "Sc" or mark in "%‰٪" for mark in marks)
            else Kind.PUNCTUATION
        )
    if _flat(one) == _flat(other):
        return Kind.PUNCTUATION
    if _are_figures(one, other, language):
        return Kind.FIGURES
    if _are_names(here, there, language):
        return Kind.NAMES
    return Kind.SPELLING if _is_spelling(one, other) else Kind.REWRITTEN


def _flat(words: Sequence[Token]) -> str:
    """Words without case, marks within them and blanks between; grouped figures without their groups' marks."""
    joined = "".join(_GROUPED.sub(lambda found: "".join(filter(str.isdigit, found[0])), word.text) for word in words)
    return "".join(c for c in unicodedata.normalize("NFKC", joined).casefold() if c not in "'’-\u2010\u2011\u00ad")


def _is_figure(token: Token, language: str) -> bool:
    if token.form == "figure" or any(char.isdigit() for char in token.text):
        return True
    word = token.text.casefold()
    if word in _AMOUNTS:
        return True
    return _names_time(token.text, language)


def _names_time(word: str, language: str) -> bool:
    """Whether a word is a month or a weekday: in its own language, or, as one with a capital, in any.

    English and German write them with one, and so "may" is none.
    """
    if word.islower() and language in ("", *_CAPITALS):
        return False
    table, key = calendar(), fold(word)
    roles = table.roles(key) if key in table.words else ()
    return any(role.code in "mpow" and (not word.islower() or language in role.languages) for role in roles)


def _are_figures(one: Sequence[Token], other: Sequence[Token], language: str) -> bool:
    """Whether only figures differ; with a unit beside them, as "3 km" and "5 miles"."""
    marked = [_is_figure(token, language) for token in (*one, *other)]
    if all(marked):
        return True
    both = any(marked[: len(one)]) and any(marked[len(one) :])
    return both and sum(marked) * 2 >= len(marked)


def _are_names(here: _Run, there: _Run, language: str) -> bool:
    sides = [side for side in (here, there) if side.words]
    if all(_is_quoted(side) for side in sides):
        return True
    return all(_is_name(side, language) for side in sides)


def _is_name(run: _Run, language: str) -> bool:
    """Whether all words are written as names. A sentence begins with a capital in any case, and German nouns do."""
    words = run.words
    if all(_KATAKANA.match(word.text) for word in words):
        return len(words) > 1
    if not all(word.text[:1].isupper() for word in words):
        return False
    before = [token for token in run.sentence[max(run.at - _NEAR, 0) : run.at] if token.form != "mark"]
    end = run.at + len(run.tokens)
    behind = [token for token in run.sentence[end : end + _NEAR] if token.form != "mark"]
    with_another = len(words) > 1 or any(token.text[:1].isupper() for token in (*before[-1:], *behind[:1]))
    if not before:
        return with_another
    return with_another if language in _NOUNS else True


def _is_quoted(run: _Run) -> bool:
    """Whether a run stands between quotation marks that hold a few words: a title, a nickname, a name in CJK."""
    end = run.at + len(run.tokens)
    left, right = run.sentence[max(run.at - _NEAR, 0) : run.at], run.sentence[end : end + _NEAR]
    before = [at for at, token in enumerate(left) if token.text in _OPENING]
    after = [at for at, token in enumerate(right) if token.text in _CLOSING]
    if not before or not after:
        return False
    inner = (*left[before[-1] + 1 :], *run.tokens, *right[: after[0]])
    letters = sum(len(token.text) == 1 for token in inner)
    return 0 < len(inner) <= (3 * _QUOTED_WORDS if letters * 2 > len(inner) else _QUOTED_WORDS)


def _is_spelling(one: Sequence[Token], other: Sequence[Token]) -> bool:
    """Whether each word is the other's with a letter or two changed."""
    if len(one) != len(other) or not one:
        return False
    return all(_is_near(here.text.casefold(), there.text.casefold()) for here, there in zip(one, other, strict=True))


def _is_near(one: str, other: str) -> bool:
    if one == other:
        return True
    short, long = sorted((len(one), len(other)))
    if short < 4 or long > _LONGEST_SPELLED or long - short > 2:
        return False
    row = list(range(len(other) + 1))
    before: list[int] = []
    for i, char in enumerate(one, 1):
        last, before_last, row = row, before, [i]
        for j, there in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (char != there))
            if i > 1 and j > 1 and char == other[j - 2] and one[i - 2] == there:  # two letters in the wrong order
                cost = min(cost, before_last[j - 2] + 1)
            row.append(cost)
        before = last
    return row[-1] <= (1 if long < 7 else 2)

"""Words and tokens of dates and times, in every language of CLDR: what clock.py reads lines with.

The table is rules/calendar.json, made by `python -m scraper.calendar_data` from CLDR (Unicode License v3) and
rules/calendar.toml. A word is stored folded (see fold); a name of several words ("thứ tư", "10 月") by its words with
one space between, whatever stood there; each beginning of such a name is in the table too, and each of its words, so
a reader can go word by word and stop at the first one that leads nowhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, cached_property
from typing import NamedTuple

from msgspec import Struct

from scraper.clean import packed
from scraper.expressions import expression


class Role(NamedTuple):
    """One meaning of a word: `code` is one letter, `languages` the BCP 47 primary tags that it has this meaning in.

    m month 1 to 12; p month of the Solar Hijri calendar; o month of a calendar that is not converted; w weekday, 0 is
    Monday; a, b before and after noon; x another time of day; h hour word; z time zone; d a day named by its distance
    from now; e era whose year needs `value` added; y year mark; n no meaning of its own.
    """

    code: str
    value: int
    languages: frozenset[str]


class Token(NamedTuple):
    """A piece of a text: `text[start:end]`, the separators `gap` before it, and what it may mean.

    A number has `number` >= 0 and its count of digits; a clock time has `time` ("" when its hours cannot be told, as
    "HH:MM" else); an unknown word has neither roles nor number.
    """

    start: int
    end: int
    gap: str
    number: int = -1
    digits: int = 0
    time: str | None = None
    roles: tuple[Role, ...] = ()
    word: str = ""

    @property
    def known(self) -> bool:
        return self.number >= 0 or self.time is not None or bool(self.roles)


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """rules/calendar.json as it is: roles as "code+value:index into languages", joined by "|"."""

    about: str
    source: str
    languages: list[str]
    major: list[str]
    orders: dict[str, list[str]]
    plain: list[str]
    dated_only: list[str]
    words: dict[str, str]


class Packed(Struct, frozen=True, array_like=True):
    """The table as it is read in 2 ms instead of 10: `words` and `openers` stand one a line, and each word has the
    number of its roles in `roles_of`."""

    languages: list[str]
    major: list[str]
    orders: dict[str, list[str]]
    plain: list[str]
    dated_only: list[str]
    words: str
    roles: list[str]
    roles_of: list[int]
    openers: str


_MONTH = expression(r"(?:^|\|)[mpo]")
_OPENER = expression(r"(?:\d+ )?([^ ]+)")


def packed_table(table: Table) -> Packed:
    """The table with what is looked up in it worked out."""
    roles = {packed: number for number, packed in enumerate(dict.fromkeys(table.words.values()))}
    openers = {_OPENER.match(key)[1] for key, packed in table.words.items() if _MONTH.search(packed)}  # type: ignore[index]  # every key has a word
    return Packed(
        languages=table.languages,
        major=table.major,
        orders=table.orders,
        plain=table.plain,
        dated_only=table.dated_only,
        words="\n".join(table.words),
        roles=list(roles),
        roles_of=[roles[packed] for packed in table.words.values()],
        openers="\n".join(sorted(openers)),
    )


class Calendar:
    """The table, read once; a word's roles are taken apart when it is first met."""

    def __init__(self, table: Packed) -> None:
        self.major = frozenset(table.major)
        self.orders = table.orders
        self.plain = frozenset(table.plain)
        self.dated_only = frozenset(table.dated_only)
        self.words = dict(zip(table.words.split("\n"), map(table.roles.__getitem__, table.roles_of), strict=True))
        self._openers = table.openers
        self._languages = table.languages
        self._roles: dict[str, tuple[Role, ...]] = {"": ()}

    @cached_property
    def openers(self) -> frozenset[str]:
        """The words that months' names begin with; the one behind the number of a name like "10 月"."""
        return frozenset(self._openers.split("\n"))

    def roles(self, key: str) -> tuple[Role, ...]:
        """The meanings of a folded name; none for a name that only begins a longer one."""
        packed = self.words[key]
        if packed not in self._roles:
            self._roles[packed] = tuple(self._unpack(role) for role in packed.split("|"))
        return self._roles[packed]

    def _unpack(self, role: str) -> Role:
        meaning, _, languages = role.partition(":")
        return Role(meaning[0], int(meaning[1:] or 0), frozenset(self._languages[int(languages)].split()))


@cache
def calendar() -> Calendar:
    """The packaged table, read on first use."""
    return Calendar(packed.table("calendar", Packed))


_GAP = (
    r"\s.,:'’‘ʼ׳״\"“”„‐‑–—\-/|·•()\[\]（）【】「」«»<>、，،。՝־⁄"
    r"\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
)
_HAN = "\u3007\u4e00-\u9fff"
_ZONE = r"(?:\s?(?:UTC|GMT|Z)?\s?[+\-−](?:1[0-4]|0?\d)(?::?[0-5]\d)?(?![\d./\-])|Z\b)?"
_TIME = (
    rf"\d{{1,2}}\s?[:：]\s?\d{{2}}(?:\s?[:：]\s?\d{{2}}(?:[.,]\d{{1,9}})?)?(?!\d){_ZONE}"
    r"|\d{1,2}\s?[hHuч]\s?\d{2}(?!\d)(?:\s?min\b)?"
    r"|\d{1,2}\.\d{2}(?=\s?(?:[Uu]hr|[Kk]lo|hrs?|WITA?|WIB|น\.|h)\b)"
    r"|\d{1,2}\s?[時时點点시]\s?(?:\d{1,2}\s?[分분])?(?:\s?\d{1,2}\s?[秒초])?"
)
_TOKEN = expression(rf"([{_GAP}]*)(?:({_TIME})|(\d+)|([{_HAN}]|[^{_GAP}{_HAN}\d]+)|$)")
_PIECE = expression(rf"[^{_GAP}{_HAN}\d]+")
_JOIN = expression(r"[\s.,'’‘ʼ׳\-‐‑\u200b-\u200f]{0,3}")
_DIGITS = expression(r"\d+")

_MARKS = expression(r"[\u0300-\u036f\u0640\u0653-\u0655\u064b-\u0652]")
_SAME = str.maketrans({"ı": "i", "ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ß": "ss", "ς": "σ"})


def fold(word: str) -> str:
    """A word without case, accents and the spellings that keyboards mix up (dotless i, Arabic and Persian yeh)."""
    if word.isascii():
        return word.lower()
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", word.casefold()))
    return unicodedata.normalize("NFKC", bare).translate(_SAME)


def parts(text: str) -> list[str]:
    """The folded words and numbers of a name, as the table's keys are made of them."""
    pieces = []
    at = 0
    while (match := _TOKEN.match(text, at)) and match.end() > match.end(1):
        pieces.append(_key(match))
        at = match.end()
    return pieces


def pieces(text: str) -> list[str]:
    """The words of a text without Han characters, fast and unfolded; the letters of a time as well."""
    return _PIECE.findall(text)


def read_tokens(text: str, *, strict: bool) -> Iterator[Token]:
    """The tokens of a text in order; a word that the table does not know is a Token that is not `known`.

    With `strict` the reading ends there. Names of several words are one token.
    """
    table = calendar()
    at = 0
    while (match := _TOKEN.match(text, at)) and match.end() > match.end(1):
        token = _time(match) or _name(text, match, table)
        yield token
        if strict and not token.known:
            return
        at = token.end


def _key(match: re.Match[str]) -> str:
    if (digits := match[3]) is not None:
        return str(int(digits[:9]))
    return fold(match[4] or match[2])


def _time(match: re.Match[str]) -> Token | None:
    """A clock time, "" if it is no time of day: "45:12" is a score or a length."""
    if match[2] is None:
        return None
    numbers = [int(digits) for digits in _DIGITS.findall(match[2])[:2]]
    hour, minute = numbers[0], numbers[1] if len(numbers) > 1 else 0
    if hour > 24 or minute > 59:
        return Token(match.start(2), match.end(), match[1])
    return Token(match.start(2), match.end(), match[1], time=f"{hour % 24:02}:{minute:02}")


def _name(text: str, match: re.Match[str], table: Calendar) -> Token:
    """The longest name of the table that starts here; else the number; else the unknown word."""
    start, end = match.end(1), match.end()
    key = _key(match)
    best: tuple[Role, ...] = ()
    best_end, best_key = end, key
    following: re.Match[str] | None = match
    while following and key in table.words:
        if roles := table.roles(key):
            best, best_end, best_key = roles, following.end(), key
        following = _TOKEN.match(text, following.end())
        if not following or following[2] is not None or following.end() == following.end(1):
            break
        if not _JOIN.fullmatch(following[1]):
            break
        key = f"{key} {_key(following)}"
    if match[3] is not None and not best:
        return Token(start, end, match[1], number=int(match[3][:9]), digits=len(match[3]))
    return Token(start, best_end, match[1], roles=best, word=best_key)

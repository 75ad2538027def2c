"""Words that name a removed line: rules/naming.toml, checked and arranged for look-up.

The phrase tables are the judge's: it learned what each of their hits is worth. These words are asked only for the kind
of a line that goes anyway, so they may be plain ones ("Buy on ...").
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import msgspec
from msgspec import Struct

from scraper.clean import packed
from scraper.errors import ConfigError
from scraper.types import Kind

LONGEST_LINE = 600
HEAD = 2
"""Characters by which a start is looked up."""
_MARKS = " \t*•·▪◦+-–—o>»›→|#0123456789.)"
"""What numbers or marks an entry; a word that begins with an o loses it on both sides."""


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """One rule as written; `phrases` by BCP 47 language, in lower case."""

    id: str
    kind: Kind
    match: Literal["start", "holds"]
    words: int
    why: str
    hits: tuple[str, ...]
    spares: tuple[str, ...]
    phrases: dict[str, tuple[str, ...]]


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    rule: tuple[Rule, ...]


Named = tuple[str, str, Kind, int]
"""A phrase, its rule, its kind, the most words of the line."""


class Table(Struct, frozen=True, array_like=True):
    """Starts by their first characters, the longest first; what lines hold."""

    starts: dict[str, tuple[Named, ...]]
    holds: tuple[Named, ...]


class Naming:
    """The table in use. What it finds does not change, and threads may share it."""

    def __init__(self, table: Table) -> None:
        self._starts = table.starts
        self._holds = table.holds
        self._plain = tuple(named for named in table.holds if named[0].isascii())

    def find(self, text: str, words: int) -> tuple[Kind, str] | None:
        """The kind of a line with so many words, and the rule that gives it."""
        if len(text) > LONGEST_LINE:
            return None
        lowered = text.casefold()
        line = _marked(lowered)
        for phrase, rule, kind, most in self._starts.get(line[:HEAD], ()):
            if words <= most and line.startswith(phrase) and not _goes_on(line, phrase):
                return kind, rule
        for phrase, rule, kind, most in self._plain if lowered.isascii() else self._holds:
            if phrase in lowered:
                return (kind, rule) if words <= most else None
        return None


def load(name: str, data: bytes) -> Table:
    """Read and check the rules: each hits and spares what it says; a ConfigError names the file and the rule."""
    try:
        rules = msgspec.toml.decode(data, type=_File).rule
    except msgspec.DecodeError as error:
        raise ConfigError(f"{name}: {error}") from error
    table = arranged(rules)
    naming = Naming(table)
    for rule in rules:
        wrong = [line for line in rule.hits if naming.find(line, len(line.split())) != (rule.kind, rule.id)]
        wrong += [line for line in rule.spares if naming.find(line, len(line.split())) is not None]
        if wrong or not rule.hits or not rule.spares:
            raise ConfigError(f"{name}: rule {rule.id}: give lines that it hits and spares; wrong: {wrong}")
    return table


def arranged(rules: tuple[Rule, ...]) -> Table:
    """The rules for look-up."""
    starts: dict[str, list[Named]] = {}
    holds: list[Named] = []
    for rule in rules:
        for phrase in dict.fromkeys(text.casefold() for texts in rule.phrases.values() for text in texts):
            named = (phrase, rule.id, rule.kind, rule.words)
            if rule.match == "holds":
                holds.append(named)
            else:
                starts.setdefault(_marked(phrase)[:HEAD], []).append((_marked(phrase), *named[1:]))
    return Table(
        starts={head: tuple(sorted(named, key=_longest)) for head, named in sorted(starts.items())},
        holds=tuple(sorted(holds, key=_longest)),
    )


@lru_cache(maxsize=1)
def shipped() -> Naming:
    """The table in the package. Pure for the caller, as rules.shipped is."""
    return Naming(packed.table("naming", Table))


def _marked(lowered: str) -> str:
    """A line without what marks it as an entry."""
    return lowered.lstrip(_MARKS)


def _goes_on(line: str, phrase: str) -> bool:
    """Whether the phrase's last word is only begun: "shop atlas"."""
    rest = line[len(phrase) : len(phrase) + 1]
    return phrase[-1].isascii() and phrase[-1].isalpha() and rest.isascii() and rest.isalpha()


def _longest(named: Named) -> tuple[int, str]:
    return -len(named[0]), named[0]

"""Reads and checks the phrase rules in TOML, one file a kind of chrome, and arranges them for look-up."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from scraper.clean import lexicon, pattern_heads
from scraper.clean.fold import fold
from scraper.clean.phrases import UNSPACED, Affixes, Head, Phrases, Table, by_length, opening
from scraper.errors import ConfigError
from scraper.types import Kind


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """One rule as written in TOML; `phrases` by BCP 47 language, in which {n} stands for any number."""

    id: str
    kind: Kind
    match: Literal["line", "label", "start", "end", "shape"]
    sure: bool
    why: str
    hits: tuple[str, ...]
    spares: tuple[str, ...]
    phrases: dict[str, tuple[str, ...]] = {}
    shapes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    words: int = 20
    sentences: bool = False

    def folded(self) -> list[str]:
        """The phrases of all languages in the form in which they are compared, each once."""
        texts = (text for phrases in self.phrases.values() for text in phrases)
        return list(dict.fromkeys(fold(text.replace("{n}", "0")) for text in texts))


# A group that repeats and holds a repeat takes exponential time on a hostile line.
_NESTED_REPEAT = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)*(?<!\\)[*+}][^()]*\)[*+{]|(\S{1,4}[*+])\1")


def read(files: Mapping[str, bytes]) -> tuple[Rule, ...]:
    """Read and check rule files, given as name to bytes; a ConfigError names the file and the rule."""
    seen: dict[tuple[str, str], Rule] = {}
    rules: dict[str, Rule] = {}
    for name in sorted(files):
        for rule in _read(name, files[name]):
            where = f"{name}: rule {rule.id}"
            if rule.id in rules:
                raise ConfigError(f"{where}: the id is used twice; give each rule its own")
            folded = rule.folded()
            _check(rule, folded, where)
            for phrase in folded:
                other = seen.setdefault((rule.match, phrase), rule)
                if (other.kind, other.sure) != (rule.kind, rule.sure):
                    raise ConfigError(f"{where}: {phrase!r} stands in {other.id} too, with another kind or sureness")
            rules[rule.id] = rule
    return tuple(rules.values())


def table(rules: Sequence[Rule]) -> Table:
    """The rules arranged for look-up. Of two rules with one `line` or `label` phrase the later one has it."""
    folded: dict[str, list[tuple[int, list[str]]]] = {}
    for number, rule in enumerate(rules):
        folded.setdefault(rule.match, []).append((number, rule.folded()))
    lines, labels = folded.get("line", []), folded.get("label", [])
    starts = [(phrase, number) for number, phrases in folded.get("start", []) for phrase in phrases]
    ends = [(phrase, number) for number, phrases in folded.get("end", []) for phrase in phrases]
    spaced = [affix for affix in starts if not UNSPACED.match(affix[0][-1])]
    shapes = [(shape, number) for number, rule in enumerate(rules) for shape in rule.shapes]
    return Table(
        rules=tuple(Head(rule.id, rule.kind, rule.sure, rule.words, rule.sentences) for rule in rules),
        words=_words(
            [(phrase, number) for number, phrases in lines for phrase in phrases],
            [phrase for _, phrases in labels for phrase in phrases],
            sorted(spaced, key=by_length),
        ),
        label=tuple((number, "\n".join(phrases)) for number, phrases in labels),
        unspaced=_grouped((affix[0][:2], affix) for affix in starts if UNSPACED.match(affix[0][-1])),
        end=_grouped((affix[0][-2:], affix) for affix in ends),
        shapes=pattern_heads.table([(shape, rules[number].needs) for shape, number in shapes]),
        shape_rules=tuple(number for _, number in shapes),
    )


def load(files: Mapping[str, bytes]) -> Phrases:
    """A table in use, made from checked rule files."""
    return Phrases(table(read(files)))


Numbered = Sequence[tuple[str, int]]


def _words(lines: Numbered, labels: Sequence[str], starts: Numbered) -> lexicon.Words:
    """The phrases by their first word, as lexicon.py packs them."""
    followers: dict[str, set[str]] = {}
    line_phrases: dict[str, list[tuple[str, int]]] = {}
    start_phrases: dict[str, list[tuple[str, int]]] = {}
    for phrase in labels:
        _follow(phrase, lexicon.LABEL, followers)
    for phrase, number in lines:
        first = _follow(phrase, lexicon.BEHIND, followers)
        line_phrases.setdefault(first, []).append((phrase, number))
    for phrase, number in starts:
        is_one = len(opening(phrase)) == 1
        first = _follow(phrase, lexicon.ANY if is_one else None, followers)
        start_phrases.setdefault(first, []).append((phrase, number))
    return lexicon.joined(
        {
            first: lexicon.packed(known, line_phrases.get(first, ()), start_phrases.get(first, ()))
            for first, known in sorted(followers.items())
        }
    )


def _follow(phrase: str, mark: str | None, followers: dict[str, set[str]]) -> str:
    """Note what follows a phrase's first word, with a mark; gives that word."""
    first, *rest = opening(phrase)
    followers.setdefault(first, set()).update((" ".join(rest), mark) if mark else (" ".join(rest),))
    return first


def _grouped(keyed: Iterable[tuple[str, tuple[str, int]]]) -> Affixes:
    groups: dict[str, list[tuple[str, int]]] = {}
    for key, affix in keyed:
        groups.setdefault(key, []).append(affix)
    return {key: tuple(sorted(affixes, key=by_length)) for key, affixes in sorted(groups.items())}


def _read(name: str, data: bytes) -> list[Rule]:
    try:
        raw_table: dict[str, Any] = tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{name}: not TOML in UTF-8: {error}") from error
    raw = raw_table.pop("rule", None)
    if raw_table or not isinstance(raw, list):
        raise ConfigError(f"{name}: only [[rule]] tables may stand here, found {sorted(raw_table) or 'none'}")
    rules = []
    for count, entry in enumerate(raw, 1):
        try:
            rules.append(msgspec.convert(entry, Rule))
        except msgspec.ValidationError as error:
            label = entry.get("id", f"number {count}") if isinstance(entry, dict) else f"number {count}"
            raise ConfigError(f"{name}: rule {label}: {error}") from error
    return rules


def _check(rule: Rule, folded: Sequence[str], where: str) -> None:
    """Refuse a rule that does not prove itself, or that could not match."""
    if not rule.hits or not rule.spares or not rule.why:
        raise ConfigError(f"{where}: give at least one line that it hits, one that it spares, and why")
    if rule.match == "shape":
        if not rule.shapes or not rule.needs or rule.phrases:
            raise ConfigError(f"{where}: a shape rule has shapes and needs, and no phrases")
        for shape in rule.shapes:
            _check_shape(shape, where)
    elif rule.shapes or rule.needs or not rule.phrases:
        raise ConfigError(f"{where}: a {rule.match} rule has phrases, and neither shapes nor needs")
    if not all(map(opening, folded)):
        raise ConfigError(f"{where}: a phrase has no letter or digit")


def _check_shape(shape: str, where: str) -> None:
    try:
        re.compile(shape)
    except re.error as error:
        raise ConfigError(f"{where}: {shape!r} is no regular expression: {error}") from error
    if _NESTED_REPEAT.search(shape):
        raise ConfigError(f"{where}: {shape!r} repeats a group that holds a repeat; write it without")

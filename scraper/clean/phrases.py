"""The phrase table: rules that recognise a whole line of site chrome by its words, in many languages.

A rule stands in one of the TOML files under rules/phrases/, one file a kind. How a rule matches:

    line   the folded line is the phrase
    label  the phrase, then a colon, a bar or a spaced dash, then at most `words` words of one sentence, or nothing
    start  the line starts with the phrase, and at most `words` words of the same sentence follow it
    end    the line ends with the phrase, and at most `words` words of the same sentence stand before it
    shape  a regular expression finds something in the line, and one of the literals `needs` is in it

A line made of several phrases ("Home | News | Contact", "Share Tweet Print") is found too. A sure rule means chrome
wherever the line stands; the others are hints for a judge that sees the neighbours.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from scraper.clean.fold import fold, is_word, strip
from scraper.errors import ConfigError
from scraper.types import Kind

LONGEST_LINE = 600
"""Characters; a longer line is never asked about: chrome sentences (consent, disclaimers) end below it."""

LONGEST_SHAPE_LINE = 200
"""Characters; bounds what backtracking in a shape can cost."""

MOST_PARTS = 40
"""Words or segments of a composite line; a longer one is a menu, which position and neighbours recognise."""

GRAM = 3
"""Characters of a shape's literal by which it is looked up."""

CERTAIN_PARTS = 4
"""This many different labels in a row, each only a hint by itself, are no sentence."""


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


class Hit(Struct, frozen=True):
    """What a line was recognised as; `rule` joins the rules of a composite line's parts with +."""

    rule: str
    kind: Kind
    sure: bool


_LABEL = re.compile(r"([^\s:：∶՝|»→▶►][^:：∶՝|»→▶►]{0,59}?)\s{0,3}(?:[:：∶՝|»→▶►]|\s[-–—>]\s)(.*)", re.DOTALL)
_SENTENCE_END = re.compile(r"\w{3}[.!?]['\"”’»)]?\s+\S|[。！？।]\s*\S")
_SEPARATOR = re.compile(r"[|•·●▪∙‧／→»›\t]+|\s[-–—/>]+\s|\s{2,}")
# Scripts written without spaces: a phrase in one needs no word boundary.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


class _Affix(Struct, frozen=True):
    """A phrase with what may stand beside it."""

    phrase: str
    rule: Rule
    hit: Hit

    def takes(self, rest: str) -> bool:
        """Whether the rest of the line, as printed, is short enough to belong to the phrase."""
        if len(rest.split()) > self.rule.words or len(rest) > 12 * self.rule.words:
            return False
        return self.rule.sentences or not _SENTENCE_END.search(rest)


class Phrases:
    """The compiled table. It does not change after `load` and may be shared by threads."""

    def __init__(self, rules: Sequence[Rule], folded: Mapping[str, list[str]] | None = None) -> None:
        """`folded` holds each rule's folded phrases by its id, where they are known already."""
        self.rules = tuple(rules)
        self._folded = folded if folded is not None else {rule.id: _folded_phrases(rule) for rule in rules}
        self._line: dict[str, Hit] = {}
        self._label: dict[str, _Affix] = {}
        self._start: dict[str, list[_Affix]] = {}
        self._end: dict[str, list[_Affix]] = {}
        self._shapes: list[tuple[re.Pattern[str], Hit]] = []
        self._needs: dict[str, list[tuple[str, int]]] = {}
        for rule in rules:
            self._add(rule)
        for affixes in (*self._start.values(), *self._end.values()):
            affixes.sort(key=lambda affix: (-len(affix.phrase), affix.phrase))
        self._longest = max((phrase.count(" ") + 1 for phrase in self._line), default=0)

    def find(self, line: str) -> Hit | None:
        """Return what a line, or the text of one block, is recognised as, or None."""
        if len(line) > LONGEST_LINE:
            return None
        folded = fold(line)
        if not folded:
            return None
        return self._whole(line, folded) or self._composite(line, folded)

    def _add(self, rule: Rule) -> None:
        hit = Hit(rule.id, rule.kind, rule.sure)
        needs = tuple(literal.lower() for literal in rule.needs)
        for shape in rule.shapes:
            for literal in needs:
                self._needs.setdefault(literal[:GRAM], []).append((literal, len(self._shapes)))
            self._shapes.append((re.compile(shape, re.IGNORECASE), hit))
        for phrase in self._folded[rule.id]:
            match rule.match:
                case "line":
                    self._line[phrase] = hit
                case "label":
                    self._label[phrase] = _Affix(phrase, rule, hit)
                case "start":
                    self._start.setdefault(phrase[:2], []).append(_Affix(phrase, rule, hit))
                case _:
                    self._end.setdefault(phrase[-2:], []).append(_Affix(phrase, rule, hit))

    def _whole(self, line: str, folded: str) -> Hit | None:
        """The line as one phrase; a sure hit of any sort before one that is not."""
        hit = self._line.get(folded)
        if hit is not None and hit.sure:
            return hit
        other = self._other(line, folded)
        return other if other is not None and (hit is None or other.sure) else hit

    def _other(self, line: str, folded: str) -> Hit | None:
        """The line as a label, a shape, or a phrase with something beside it."""
        if split := _LABEL.match(line.lstrip()):
            affix = self._label.get(fold(split[1]))
            if affix and affix.takes(split[2]):
                return affix.hit
        if len(line) <= LONGEST_SHAPE_LINE and (hit := self._shape(line)):
            return hit
        return self._by_affix(folded, line)

    def _shape(self, line: str) -> Hit | None:
        """The first shape that the line has, of those whose literals occur in it.

        3,000 literals are not asked for one by one: the line's short pieces look up those that begin like them.
        """
        lowered = line.lower()
        pieces = {lowered[at : at + size] for size in range(1, GRAM + 1) for at in range(len(lowered) - size + 1)}
        near = sorted({entry for piece in pieces & self._needs.keys() for entry in self._needs[piece]}, key=_by_shape)
        for literal, number in near:
            pattern, hit = self._shapes[number]
            if literal in lowered and pattern.search(line):
                return hit
        return None

    def _by_affix(self, folded: str, line: str) -> Hit | None:
        for affix in self._start.get(folded[:2], ()):
            size = len(affix.phrase)
            if folded.startswith(affix.phrase) and _is_boundary(folded, size) and affix.takes(line):
                return affix.hit
        for affix in self._end.get(folded[-2:], ()):
            size = len(folded) - len(affix.phrase)
            if folded.endswith(affix.phrase) and _is_boundary(folded, size) and affix.takes(line):
                return affix.hit
        return None

    def _composite(self, line: str, folded: str) -> Hit | None:
        """A line that phrases cover from end to end, with separators or without."""
        parts = _SEPARATOR.split(line)
        hits: list[Hit] = []
        for part in parts if len(parts) > 1 else ():
            if not (words := fold(part)):
                continue
            hit = self._whole(part, words)
            found = [hit] if hit else self._cover(words)
            if not found or len(hits) > MOST_PARTS:
                return None
            hits += found
        return _joined(hits or self._cover(folded), len(set(folded.split())))

    def _cover(self, folded: str) -> list[Hit]:
        """Cover a folded text with line phrases, the longest first, or return an empty list."""
        words = [word for raw in folded.split(" ", MOST_PARTS) if (word := strip(raw))]
        hits: list[Hit] = []
        at = 0
        while at < len(words):
            for end in range(min(len(words), at + self._longest), at, -1):
                if hit := self._line.get(" ".join(words[at:end])):
                    hits.append(hit)
                    at = end
                    break
            else:
                return []
        return hits


def _is_boundary(folded: str, at: int) -> bool:
    """Whether no word of a spaced script runs across a position."""
    if not 0 < at < len(folded):
        return True
    before, behind = folded[at - 1], folded[at]
    return not (is_word(before) and is_word(behind)) or bool(_UNSPACED.match(before) and _UNSPACED.match(behind))


def _by_shape(entry: tuple[str, int]) -> tuple[int, str]:
    return entry[1], entry[0]


def _joined(hits: Sequence[Hit], distinct: int) -> Hit | None:
    """One hit for the parts of a composite line with `distinct` words; its kind is the most frequent one."""
    if not hits:
        return None
    kind = Counter(hit.kind for hit in hits).most_common(1)[0][0]
    sure = all(hit.sure for hit in hits) or min(len(hits), distinct) >= CERTAIN_PARTS
    return Hit("+".join(dict.fromkeys(hit.rule for hit in hits)), kind, sure)


# A group that repeats and holds a repeat takes exponential time on a hostile line.
_NESTED_REPEAT = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)*(?<!\\)[*+}][^()]*\)[*+{]|(\S{1,4}[*+])\1")


def load(files: Mapping[str, bytes]) -> Phrases:
    """Read and check rule files, given as name to bytes; a ConfigError names the file and the rule."""
    seen: dict[tuple[str, str], Rule] = {}
    folded: dict[str, list[str]] = {}
    rules: list[Rule] = []
    for name in sorted(files):
        for rule in _read(name, files[name]):
            where = f"{name}: rule {rule.id}"
            if rule.id in folded:
                raise ConfigError(f"{where}: the id is used twice; give each rule its own")
            folded[rule.id] = _folded_phrases(rule)
            _check(rule, folded[rule.id], where)
            for phrase in folded[rule.id]:
                other = seen.setdefault((rule.match, phrase), rule)
                if (other.kind, other.sure) != (rule.kind, rule.sure):
                    raise ConfigError(f"{where}: {phrase!r} stands in {other.id} too, with another kind or sureness")
            rules.append(rule)
    return Phrases(rules, folded)


def _read(name: str, data: bytes) -> list[Rule]:
    try:
        table: dict[str, Any] = tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{name}: not TOML in UTF-8: {error}") from error
    raw = table.pop("rule", None)
    if table or not isinstance(raw, list):
        raise ConfigError(f"{name}: only [[rule]] tables may stand here, found {sorted(table) or 'none'}")
    rules = []
    for count, entry in enumerate(raw, 1):
        try:
            rules.append(msgspec.convert(entry, Rule))
        except msgspec.ValidationError as error:
            label = entry.get("id", f"number {count}") if isinstance(entry, dict) else f"number {count}"
            raise ConfigError(f"{name}: rule {label}: {error}") from error
    return rules


def _check(rule: Rule, folded: list[str], where: str) -> None:
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
    if "" in folded:
        raise ConfigError(f"{where}: a phrase has no letter or digit")


def _check_shape(shape: str, where: str) -> None:
    try:
        re.compile(shape)
    except re.error as error:
        raise ConfigError(f"{where}: {shape!r} is no regular expression: {error}") from error
    if _NESTED_REPEAT.search(shape):
        raise ConfigError(f"{where}: {shape!r} repeats a group that holds a repeat; write it without")


def _folded_phrases(rule: Rule) -> list[str]:
    return list(dict.fromkeys(fold(text.replace("{n}", "0")) for texts in rule.phrases.values() for text in texts))

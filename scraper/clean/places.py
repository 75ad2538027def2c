"""Which elements are chrome by their names, and the guard that lets none of them wipe an article."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

import msgspec
from msgspec import Struct

from scraper.clean.tree import Tree, running
from scraper.errors import ConfigError
from scraper.types import Document, Kind, Place

GUARD_SHARE = 0.4
GUARD_BLOCKS = 3
GUARD_CHARS = 150
MOST_KNOWN, LONGEST_KNOWN = 20_000, 100
"""Tokens that are remembered across pages, and the characters of one: 4 MB at the most."""
# With the guard, selectors lose 0.09 % of the article text of 791 pages, without it 2.0 %.


class PlaceRule(Struct, frozen=True, forbid_unknown_fields=True):
    """One rule of places.toml."""

    id: str
    kind: Kind
    why: str
    tokens: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    guard: str = "prose"


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    place: tuple[PlaceRule, ...]


class PlaceTable(NamedTuple):
    """The rules, turned round for look-up by token, by part of a token, and by tag.

    `known` are the tokens that were looked up: the pages of a site, and the themes of all sites, repeat theirs.
    """

    by_token: dict[str, PlaceRule]
    by_tag: dict[str, PlaceRule]
    by_part: dict[str, PlaceRule]
    part: re.Pattern[str]
    known: dict[str, PlaceRule | None]


def read(name: str, data: bytes) -> tuple[PlaceRule, ...]:
    """The rules of places.toml; raises ConfigError that names the file."""
    try:
        return msgspec.toml.decode(data, type=_File).place
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise ConfigError(f"{name}: {error}", reason="rules") from error


def load(name: str, data: bytes) -> PlaceTable:
    """places.toml as a table in use."""
    return arranged(read(name, data))


def arranged(rules: Sequence[PlaceRule]) -> PlaceTable:
    """The rules as a table in use."""
    by_part = {part: rule for rule in rules for part in rule.contains}
    return PlaceTable(
        by_token={token: rule for rule in rules for token in rule.tokens},
        by_tag={tag: rule for rule in rules for tag in rule.tags},
        by_part=by_part,
        part=re.compile(_any_of(by_part) if by_part else r"(?!)"),
        known={},
    )


def _any_of(parts: Iterable[str]) -> str:
    """A pattern of the longest of the parts that stands at a place, as a tree: half the time of a list of them."""
    by_first: dict[str, list[str]] = {}
    for part in sorted(parts):
        by_first.setdefault(part[:1], []).append(part[1:])
    ends = by_first.pop("", None) is not None
    branches = "|".join(re.escape(first) + _any_of(rest) for first, rest in by_first.items())
    return f"(?:{branches}){'?' * ends}" if branches else ""


def judge_places(document: Document, tree: Tree, named: Sequence[PlaceRule | None]) -> list[PlaceRule | None]:
    """For each place the rule that condemns it or one of its ancestors, after the guard; `named` are element_rules."""
    if not named:
        return []
    holds_too_much = _guard(document, tree)
    verdicts: list[PlaceRule | None] = [None] * (len(tree.parents) + 1)
    for index, (parent, name) in enumerate(zip(tree.parents, tree.names, strict=True)):
        above, rule = verdicts[parent], named[name]
        if above is not None:
            verdicts[index] = _sharper(above, rule)
        elif rule is not None and not holds_too_much(index, rule):
            verdicts[index] = rule
    verdicts.pop()
    return verdicts


def _guard(document: Document, tree: Tree) -> Callable[[int, PlaceRule], bool]:
    """Whether a rule must spare a place: for its share of the text, its long blocks, or an h1 or main in it."""
    blocks, ends = document.blocks, tree.ends
    sizes = [len(block.text) for block in blocks]
    most = GUARD_SHARE * max(1, sum(sizes))
    chars = running(tree, sizes)
    long = running(tree, [_is_long(size, block.link_chars) for size, block in zip(sizes, blocks, strict=True)])
    headlines = running(tree, [block.level == 1 for block in blocks])
    articles = [*accumulate((place.tag in ("main", "article") for place in document.places), initial=0)]

    def holds_too_much(index: int, rule: PlaceRule) -> bool:
        end = ends[index]
        return (
            chars[end] - chars[index] > most
            or headlines[end] > headlines[index]
            or articles[end] > articles[index + 1]
            or (rule.guard == "prose" and long[end] - long[index] >= GUARD_BLOCKS)
        )

    return holds_too_much


def _is_long(chars: int, link_chars: int) -> bool:
    return chars >= GUARD_CHARS and link_chars * 2 < chars


def element_rules(table: PlaceTable, tree: Tree) -> list[PlaceRule | None]:
    """For each distinct element the rule that its name alone would fall under, without the guard."""
    return [_rule_of(element, table) for element in tree.elements]


_VAGUE = {"navigation.region", "navigation.sidebar", "footer.region"}


def _sharper(outer: PlaceRule, inner: PlaceRule | None) -> PlaceRule:
    """A comment form in a footer is a comment form: the inner name wins over a region's."""
    return inner if inner is not None and outer.id in _VAGUE and inner.id not in _VAGUE else outer


def _rule_of(element: Place, table: PlaceTable) -> PlaceRule | None:
    known = table.known
    for token in element.tokens:
        rule = known[token] if token in known else _rule_of_token(token, table)
        if rule is not None:
            return rule
    return table.by_tag.get(element.tag)


def _rule_of_token(token: str, table: PlaceTable) -> PlaceRule | None:
    rule = table.by_token.get(token)
    if rule is None and "=" not in token and (found := table.part.search(token)):
        rule = table.by_part[found[0]]
    if len(token) <= LONGEST_KNOWN:
        if len(table.known) >= MOST_KNOWN:
            table.known.clear()
        table.known[token] = rule
    return rule

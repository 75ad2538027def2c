"""The news agencies by name: rules/agencies.toml, and who is meant by a name."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from msgspec import Struct

from scraper.clean import packed
from scraper.expressions import expression


class Agency(Struct, frozen=True, forbid_unknown_fields=True):
    """One agency; the file's head says where names, marks and labels count."""

    code: str
    names: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


class Rules(Struct, frozen=True, forbid_unknown_fields=True):
    """rules/agencies.toml as it is."""

    staff: frozenset[str]
    desks: tuple[str, ...]
    bureaux: frozenset[str]
    not_places: frozenset[str]
    plain: frozenset[str]
    small: frozenset[str]
    openers: frozenset[str]
    towns: str
    by: tuple[str, ...]
    sources: tuple[str, ...]
    credits: dict[str, tuple[str, ...]]
    agency: tuple[Agency, ...]


LONGEST_NAME = 60
"""Characters; the longest agency name in the table has 49."""

_SPACES = expression(r"\s+")


@cache
def rules() -> Rules:
    """The packaged rules, read on first use."""
    return packed.table("agencies", Rules)


@cache
def _names() -> dict[str, str]:
    return {fold(name): agency.code for agency in rules().agency for name in agency.names}


@cache
def _marks() -> dict[str, str]:
    return {mark: agency.code for agency in rules().agency for mark in agency.marks}


@cache
def _labels() -> dict[str, str]:
    return {label: agency.code for agency in rules().agency for label in agency.labels}


@cache
def towns() -> frozenset[str]:
    """The towns of datelines, in capitals."""
    return frozenset(town.strip() for town in rules().towns.split("|"))


def fold(name: str) -> str:
    """A name without case and surplus spaces; the Turkish dotted and dotless i are one letter."""
    plain = unicodedata.normalize("NFC", name.lower().replace("i\u0307", "i").replace("ı", "i"))
    return _SPACES.sub(" ", plain).strip()


def marked(name: str) -> str | None:
    """The code of the agency that a word of a dateline, a bracket or a sign-off names."""
    name = name.strip()
    if len(name) > LONGEST_NAME:
        return None
    return _marks().get(name) or _names().get(fold(name))


def labelled(name: str) -> str | None:
    """As marked, and for the words that count behind a label only."""
    return marked(name) or _labels().get(name.strip())


def named(name: str) -> str | None:
    """As labelled, in any case: for "SOURCE: REUTERS" and "source: dpa", yet not for a plain word ("Source: Map")."""
    name = name.strip()
    if found := labelled(name):
        return found
    if name.istitle() or len(name) < 3:
        return None
    return _marks().get(name.upper()) or _marks().get(name.lower())


def first_of(text: str) -> str | None:
    """The first agency in a list like "dpa/lby", "AFP, Reuters" or "red, APA"; None if there is a longer word."""
    if whole := marked(text):
        return whole
    if len(text) > LONGEST_NAME:
        return None
    found = None
    for part in re.split(r"\s*[/,;+&|=–-]\s*|\s+(?:and|und|et|y|e)\s+", text):
        if code := marked(part):
            found = found or code
        elif not re.fullmatch(r"[a-zäöü]{1,4}|", part):
            return None
    return found

"""Reads rules/languages.toml and weighs its words and letters."""

from __future__ import annotations

import tomllib

from msgspec import Struct, convert

from scraper.clean.language import Tables, grained

LETTER_WEIGHT = 0.25
"""A word with a letter of few languages, against 1 for a frequent word of one language."""

ONE_LETTER = 0.3
"""Weight of a word of one letter: tables and lists of references are full of them."""


class Rules(Struct, frozen=True, forbid_unknown_fields=True):
    """rules/languages.toml as it is."""

    scripts: dict[str, str]
    defaults: dict[str, str]
    words: dict[str, dict[str, str]]
    letters: dict[str, str]


def tables(data: bytes) -> Tables:
    """The file arranged for look-up."""
    rules = convert(tomllib.loads(data.decode()), Rules)
    words = {
        script: _weighed({language: set(listed.split()) for language, listed in languages.items()})
        for script, languages in rules.words.items()
    }
    letters = _weighed({language: set(listed) for language, listed in rules.letters.items()})
    scaled = {
        letter: tuple((language, grained(weight * LETTER_WEIGHT / ONE_LETTER)) for language, weight in pairs)
        for letter, pairs in letters.items()
    }
    return Tables(words, scaled, rules.scripts, rules.defaults)


def _weighed(languages: dict[str, set[str]]) -> dict[str, tuple[tuple[str, float], ...]]:
    """Each item with its languages; one that n languages share weighs 1/n in each, a single letter less."""
    owners: dict[str, list[str]] = {}
    for language in sorted(languages):
        for item in sorted(languages[language]):
            owners.setdefault(item, []).append(language)
    return {
        item: tuple((tag, grained((ONE_LETTER if len(item) == 1 else 1) / len(shared))) for tag in shared)
        for item, shared in owners.items()
    }

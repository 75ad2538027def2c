"""Makes scraper/clean/rules/calendar.json: the words of dates and times of all languages, from CLDR by way of Babel.

    python -m scraper.calendar_data [FILE]

The same Babel gives the same bytes, in a process of its own. CLDR is © Unicode, Inc., under the Unicode License v3
(https://www.unicode.org/license.txt); the table's `source` says so. Only this module needs Babel.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import babel
from babel import Locale, localedata
from babel.core import get_global
from babel.dates import format_date, tokenize_pattern

from scraper.clean.calendar import parts

RULES = Path(__file__).parent / "clean" / "rules"

SOURCE = (
    "Month, weekday and day period names: Unicode CLDR {cldr}, (c) 1991-2025 Unicode, Inc., Unicode License v3 "
    "(https://www.unicode.org/license.txt), by way of Babel {babel}. The rest: rules/calendar.toml."
)

Words = dict[str, dict[str, set[str]]]
"""Name -> role -> languages."""

_BEFORE_NOON = ("am", "morning1", "morning2")
_AFTER_NOON = ("pm", "afternoon1", "afternoon2", "evening1", "evening2")


def add(words: Words, text: str, role: str, language: str) -> None:
    """Enter a printed name; one without a letter says nothing and is left out."""
    key = parts(text)
    if any(char.isalpha() for part in key for char in part) or text in ("@", "º", "ª", "°"):
        words[" ".join(key)][role].add(language)


def locales() -> Iterator[tuple[str, str, Locale]]:
    """Each CLDR locale as identifier, primary language and data."""
    for identifier in sorted(localedata.locale_identifiers()):
        if identifier != "root" and not identifier.startswith("en_US_POSIX"):
            yield identifier, identifier.split("_")[0], Locale.parse(identifier)


def add_locale(words: Words, language: str, locale: Locale, *, periods: bool) -> None:
    """All names of one locale: bare, and with the letters that its date patterns glue to them ("באוקטובר").

    Without `periods` the words for parts of the day stay out: those of small languages are often one letter or two.
    """
    glue = set(_glue(locale))
    for field, role, text in _names(locale):
        if field == "a" and not periods:
            continue
        add(words, text, role, language)
        for prefix, suffix in (pair for kind, *pair in glue if kind == field):
            add(words, prefix + text + suffix, role, language)
    for text in _particles(locale):
        add(words, text, "n", language)


def _names(locale: Locale) -> Iterator[tuple[str, str, str]]:
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, text in locale.months[context][width].items():
                yield "M", f"m{number}", text
            for number, text in locale.days[context][width].items():
                yield "E", f"w{number}", text
        for width in ("wide", "abbreviated", "narrow"):
            for period, text in locale.day_periods.get(context, {}).get(width, {}).items():
                code = "a" if period in _BEFORE_NOON else "b" if period in _AFTER_NOON else "x"
                letters = "".join(parts(text))
                if len(letters) > 1 or (width != "narrow" and not letters.isascii()):
                    yield "a", code, text
    for eras in locale.eras.values():
        if 1 in eras:
            yield "G", "n", eras[1]


def _patterns(locale: Locale) -> Iterator[list[tuple[str, Any]]]:
    """The date patterns, tokenised: the four that format a date, and the skeletons with month and day."""
    for pattern in locale.date_formats.values():
        yield tokenize_pattern(pattern.pattern)
    for skeleton, pattern in locale.datetime_skeletons.items():
        if "M" in skeleton and "d" in skeleton:
            yield tokenize_pattern(pattern.pattern)


def _field(token: tuple[str, Any]) -> str:
    """M for a month's name, E for a weekday's, "" for anything else."""
    kind, value = token
    if kind != "field":
        return ""
    letter, width = value
    return {"M": "M" if width >= 3 else "", "L": "M" if width >= 3 else "", "E": "E", "c": "E"}.get(letter, "")


def _glue(locale: Locale) -> Iterator[tuple[str, str, str]]:
    """Letters that a pattern puts right before and behind a name, as field, prefix, suffix."""
    for tokens in _patterns(locale):
        for at, token in enumerate(tokens):
            if not (field := _field(token)):
                continue
            before = tokens[at - 1][1] if at and tokens[at - 1][0] == "chars" else ""
            behind = tokens[at + 1][1] if at + 1 < len(tokens) and tokens[at + 1][0] == "chars" else ""
            prefix, suffix = _letters(before[::-1])[::-1], _letters(behind)
            if prefix or suffix:
                yield field, prefix, suffix


def _letters(text: str) -> str:
    """The beginning of a literal up to its first separator."""
    for at, char in enumerate(text):
        if char.isspace() or not parts(char):
            return text[:at]
    return text


def _particles(locale: Locale) -> set[str]:
    """The words of the date patterns' literals, whole and one by one."""
    found: set[str] = set()
    joiners = [str(pattern).replace("{0}", " ").replace("{1}", " ") for pattern in locale.datetime_formats.values()]
    literals = [value for tokens in _patterns(locale) for kind, value in tokens if kind == "chars"]
    for literal in [*literals, *(joiner.replace("'", "") for joiner in joiners)]:
        found.update([literal, *parts(literal)])
    return found


def add_own(words: Words, own: dict[str, Any]) -> None:
    """The words of calendar.toml."""
    for section, code in (("months", "m"), ("weekdays", "w"), ("eras", "e")):
        for language, numbered in own[section].items():
            for number, texts in numbered.items():
                for text in texts:
                    add(words, text, f"{code}{number}", language)
    for number, texts in own["persian"].items():
        for text in texts:
            add(words, text, f"p{number}", "fa")
    plain = {"other_months": "o", "year_marks": "y", "relative": "d", "hours": "h", "zones": "z", "particles": "n"}
    for section, code in plain.items():
        for language, texts in own[section].items():
            for text in texts:
                add(words, text, code, language)


def settle(words: Words, major: frozenset[str]) -> None:
    """Drop a name's readings in small languages where a large language reads it otherwise; fillers ("n") stay."""
    for key, roles in words.items():
        large = {role: languages & major for role, languages in roles.items() if languages & major and role != "n"}
        if large and "n" in roles:
            large["n"] = roles["n"]
        words[key] = large or roles


def orders() -> dict[str, list[str]]:
    """Language -> the orders of day, month and year in the short dates of its locales ("en": dmy, mdy, ymd)."""
    found: dict[str, set[str]] = defaultdict(set)
    for identifier, language, _ in locales():
        text = format_date(date(2033, 11, 22), "short", identifier)
        digits = "".join(char if char.isdigit() else " " for char in text).split()
        order = "".join({"22": "d", "11": "m", "33": "y"}[str(int(number))[-2:]] for number in digits)
        if len(order) == 3:
            found[language].add(order)
    return {language: sorted(kinds) for language, kinds in sorted(found.items())}


def build() -> bytes:
    """The table as JSON, one word a line, sorted."""
    own = tomllib.loads((RULES / "calendar.toml").read_text("utf-8"))
    major = frozenset(own["major"].split())
    words: Words = defaultdict(lambda: defaultdict(set))
    for _, language, locale in locales():
        add_locale(words, language, locale, periods=language in major)
    add_own(words, own)
    settle(words, major)
    sets = sorted({" ".join(sorted(languages)) for roles in words.values() for languages in roles.values()})
    index = {languages: number for number, languages in enumerate(sets)}
    packed = {
        key: "|".join(f"{role}:{index[' '.join(sorted(languages))]}" for role, languages in sorted(roles.items()))
        for key, roles in words.items()
    }
    for key in list(packed):
        pieces = key.split(" ")
        for count, piece in enumerate(pieces):
            packed.setdefault(" ".join(pieces[:count]) or piece, "")
            packed.setdefault(piece, "")
    table = {
        "about": "Made by python -m scraper.calendar_data; do not edit.",
        "source": SOURCE.format(cldr=get_global("cldr")["version"], babel=babel.__version__),
        "languages": sets,
        "major": sorted(major),
        "orders": orders(),
        "plain": sorted(own["plain"]["words"]),
        "dated_only": sorted(own["plain"]["always"]),
        "words": dict(sorted(packed.items())),
    }
    return (json.dumps(table, ensure_ascii=False, indent=0) + "\n").encode()


def main(arguments: list[str]) -> None:
    """Write the table to FILE, or into the package."""
    target = Path(arguments[0]) if arguments else RULES / "calendar.json"
    target.write_bytes(build())


if __name__ == "__main__":
    main(sys.argv[1:])

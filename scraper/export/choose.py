"""Which articles are exported: of each address the newest version, within what was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct

from scraper.index import Row
from scraper.index.order import archived_at, cleaned_at
from scraper.sources import urls
from scraper.types import Verdict

UNKNOWN = "und"
"""The language of an article whose language nobody knows, as BCP 47 has it."""


class Choice(Struct, frozen=True):
    """What is asked for; nothing set is everything.

    `since` and `until` bound fetched_at, both ends within, and are RFC 3339 times in UTC, or as much of the start as
    matters ("2026-11"). `languages` are BCP 47 tags in lower case: "de" takes "de-AT" too. `every` takes every
    version and every cleaning.
    """

    source: str | None = None
    since: str | None = None
    until: str | None = None
    languages: tuple[str, ...] = ()
    every: bool = False


def chosen(rows: Iterable[Row], choice: Choice) -> list[str]:
    """The ids of the articles, in the order in which they were archived, which a rebuilt index does not change.

    The bounds of time hold before the newest version is looked for: `until` gives what was known then. The language is
    looked at afterwards, so that an old version does not come back when an article was translated.
    """
    within = _within(rows, choice)
    if choice.every:
        found = [(archived_at(row), row.language) for row in within if row.verdict is Verdict.ARTICLE]
    else:
        found = _newest(within)
    return [place[-1] for place, language in sorted(found) if _spoken(language, choice.languages)]


def newest(rows: Iterable[Row]) -> list[str]:
    """The ids of all articles, of each address the newest version."""
    return chosen(rows, Choice())


class _Version(NamedTuple):
    """What decides between two versions of an article."""

    fetched_at: str
    cleaned_at: tuple[str, int]
    id: str
    url: str
    is_article: bool
    place: tuple[str, int, str, int, str]
    language: str


def _within(rows: Iterable[Row], choice: Choice) -> Iterator[Row]:
    for row in rows:
        at = row.fetched_at or ""
        if choice.since and at < choice.since:
            continue
        if choice.until and at[: len(choice.until)] > choice.until:
            continue
        yield row


def _newest(rows: Iterable[Row]) -> list[tuple[tuple[str, int, str, int, str], str | None]]:
    """Of a capture the latest cleaning counts, also where it says that the page is no article; of an address, the
    article that was fetched last. Takes about 1 kB of memory a record."""
    cleanings: dict[str, _Version] = {}
    for row in rows:
        version = _version(row)
        capture = row.warc.record_id if row.warc is not None else row.id
        known = cleanings.get(capture)
        if known is None or known.cleaned_at < version.cleaned_at:
            cleanings[capture] = version
    articles: dict[str, _Version] = {}
    for capture, version in cleanings.items():
        if version.is_article:
            address = version.url or capture  # a file has no address, and is its own
            articles[address] = max(articles.get(address, version), version)
    return [(version.place, version.language) for version in articles.values()]


def _version(row: Row) -> _Version:
    # Without the zone, which is UTC in all of them, a time sorts before the same one with a fraction behind it.
    at = (row.fetched_at or "").removesuffix("Z").removesuffix("+00:00")
    address = urls.key(row.url) if row.url else ""
    is_article = row.verdict is Verdict.ARTICLE
    return _Version(at, cleaned_at(row), row.id, address, is_article, archived_at(row), row.language or "")


def _spoken(language: str | None, wanted: tuple[str, ...]) -> bool:
    tag = (language or UNKNOWN).lower()
    return not wanted or any(tag == one or tag.startswith(f"{one}-") for one in wanted)

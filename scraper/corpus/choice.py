"""Which pages of a WARC file are cleaned, and which of the cleaned ones are kept."""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec import Struct

from scraper.types import Verdict
from scraper.warc.pages import HTML_TYPES, Wanted

UNKNOWN = "und"
"""The language of an article whose language nobody knows, as BCP 47 has it."""


class Choice(Struct, frozen=True):
    """What is asked for.

    `hosts` are names whose subdomains are meant too, none is every host; `since` and `until` bound the record's date,
    both ends within, and are RFC 3339 times in UTC or as much of the start as matters; `languages` are BCP 47 tags in
    lower case, "de" takes "de-AT" too. No `types` are those of HTML, no `statuses` is 200, no `verdicts` all.
    """

    statuses: tuple[int, ...] = (200,)
    types: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    languages: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = (Verdict.ARTICLE,)

    def wanted(self) -> Wanted:
        """The part of it that can be said before a page is cleaned."""
        types = frozenset(self.types) if self.types else HTML_TYPES
        return Wanted(frozenset(self.statuses), types, visit=self._visit)

    def takes(self, verdict: Verdict, language: str | None) -> bool:
        """The rest of it."""
        tag = (language or UNKNOWN).lower()
        spoken = not self.languages or any(tag == one or tag.startswith(f"{one}-") for one in self.languages)
        return spoken and (not self.verdicts or verdict in self.verdicts)

    def _visit(self, url: str, date: str) -> bool:
        if self.since and date < self.since:
            return False
        if self.until and date[: len(self.until)] > self.until:
            return False
        return not self.hosts or _is_of(url, self.hosts)


def _is_of(url: str, hosts: tuple[str, ...]) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return any(host == one or host.endswith(f".{one}") for one in hosts)

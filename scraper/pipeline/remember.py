"""Chrome memory in the pipeline: which profile a page is cleaned with, and when the next one is frozen.

A profile is frozen before the page that is cleaned with it, out of what the archive holds then, and stands in the WARC
as a note: from there on a text depends on the page's bytes and the profile's id, not on what came later.
"""

from __future__ import annotations

import logging

from msgspec import Struct

from scraper.archive import Archive
from scraper.errors import ScrapeError
from scraper.memory import Lesson, Page, learn
from scraper.sources import urls
from scraper.types import Memory, Note

log = logging.getLogger(__name__)

STEP, MOST_STEP = 2, 250
"""The next profile of a host is due at STEP times its articles, or MOST_STEP more: themes change."""

MOST_HOSTS = 1_000
"""Hosts whose profiles are held; one takes up to 200 kB."""

MOST_BYTES = 500_000
"""Of a ledger as it lies in the WARC, compressed; a usual one has 5,000. A larger one teaches nothing."""


class Settings(Struct, frozen=True):
    """From how many articles of a host on it is remembered what they share, and of how many it is learned at most."""

    first: int = 6
    most: int = 100


class _Host(Struct):
    """A host's last profile, and how many pages may be cleaned until it is to be seen whether another one is due."""

    memory: Memory | None
    wait: int


class Memories:
    """The profiles of an archive, for the process that writes to it; as a `trial` it keeps none of those it makes."""

    def __init__(self, settings: Settings, archive: Archive, *, trial: bool = False) -> None:
        self._settings, self._archive, self._trial = settings, archive, trial
        self._hosts: dict[str, _Host] = {}

    def trial(self) -> Memories:
        """The same, by which nothing is added to the archive."""
        return Memories(self._settings, self._archive, trial=True)

    def of(self, url: str, at: str) -> Memory | None:
        """The profile for a page at an address, frozen at this time if one is due; None if there is none of its host.

        Raises the archive's own errors.
        """
        host = urls.host(url)
        if not host:
            return None
        known = self._hosts.get(host)
        if known is None or known.wait <= 0 or self._is_lost(known.memory):
            if len(self._hosts) >= MOST_HOSTS:
                self._hosts.clear()
            known = self._hosts[host] = self._look(host, at)
        known.wait -= 1
        return known.memory

    def _is_lost(self, memory: Memory | None) -> bool:
        """Whether the archive went back to before this profile, after an error of the disk."""
        return memory is not None and not self._trial and not self._archive.index.has_memory(memory)

    def _look(self, host: str, at: str) -> _Host:
        index = self._archive.index
        last, count = index.memory(host), index.articles_of(host)
        due = self._settings.first if last is None else after(last.met)
        if count < due:
            return _Host(last, due - count)
        lesson = self._learn(host)
        if lesson.articles < self._settings.first:  # one story again and again
            return _Host(last, max(count, 1))
        memory = lesson.frozen(host, last.number + 1 if last is not None else 1, count)
        if self._trial:
            return _Host(memory, after(count) - count)
        self._archive.note(Note(source="", key=host, memory=memory, at=at), f"memory:{host}/{memory.number}")
        log.info("%s: remembers %d lines of %d articles (%s)", host, len(memory.lines), memory.articles, memory.id)
        return _Host(memory, after(count) - count)

    def _learn(self, host: str) -> Lesson:
        """What the host's newest articles share; one that is damaged is passed over, and `verify` says so."""
        pages: list[Page] = []
        index = self._archive.index
        for record_id in index.newest_of(host, self._settings.most):
            row = index.get(record_id)
            if row is None or row.ledger is None or row.ledger.length > MOST_BYTES:
                continue
            try:
                record, ledger = self._archive.record(record_id), self._archive.ledger(record_id)
            except ScrapeError:
                continue
            if record is not None and ledger is not None:
                pages.append(Page(record.text, ledger.removed))
        return learn(pages)


def after(count: int) -> int:
    """At how many articles the next profile is due, after one at so many."""
    return min(count * STEP, count + MOST_STEP)

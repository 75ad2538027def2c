"""What a source on the web names now: feeds, sitemaps and listings are asked and archived before they are read."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from msgspec import Struct

from scraper.errors import ScrapeError
from scraper.fetch import Validators
from scraper.index import Validators as Stored
from scraper.pipeline import check_status, counted, fetch, files
from scraper.pipeline.budget import REASONS
from scraper.pipeline.same import met_elsewhere
from scraper.pipeline.tools import Source, SourceKind, Tools
from scraper.sources import feed, listing, sitemap, urls
from scraper.types import Capture, Failure, Link, Note, WarcRef

log = logging.getLogger(__name__)

MAX_SITEMAPS = 50
"""Sitemaps asked for in one run of a source, those of its index first that changed last."""

MAX_DEPTH = 3
"""Steps from an index down: sitemaps.org allows one, some sites take two."""

NOT_MODIFIED = 304


class Answer(Struct, frozen=True):
    """A feed, sitemap or listing, and where its bytes lie in the archive."""

    capture: Capture
    ref: WarcRef


class Found:
    """What a source names now: `new` is what it has not met, by key, `known` counts the rest.

    `answers` named them; `whole` says that nothing new was left for the next run. `named` are all keys, and `is_all`
    says that they are all that the source names now.
    """

    def __init__(self, source: Source, tools: Tools) -> None:
        self._source, self._tools = source, tools
        self.new: dict[str, Link] = {}
        self.known = 0
        self.answers: list[Answer] = []
        self.problems: list[Failure] = []
        self.whole = True
        self.named: set[str] = set()
        self.is_all = False

    @property
    def is_full(self) -> bool:
        """Whether this run takes no more."""
        return len(self.new) >= self._source.limit

    def take(self, links: Iterable[Link], answer: Answer | None = None) -> None:
        """Sort the links that an answer, or a list, named; those that are not wanted are passed over."""
        if answer is not None:
            self.answers.append(answer)
        for link in self._source.choice.of(links):
            key = urls.key(link.url)
            self.named.add(key)
            if met_elsewhere(link, self._tools):
                self.known += 1
            elif key not in self.new and self.is_full:
                self.whole = False
            else:
                self.new.setdefault(key, link)


async def find(source: Source, tools: Tools) -> Found:
    """Ask a source for what it names."""
    found = Found(source, tools)
    if source.kind is SourceKind.PAGES:
        listed = files.pages(source)
        found.take(listed.links)
        for problem in listed.problems:
            tools.archive.index.fail(source.name, problem.reason)
        found.problems += listed.problems
        found.is_all = not listed.problems
        return found
    if source.kind is SourceKind.SITEMAP:
        await _descend(found, source, tools)
        return found
    answer = await _ask(Link(source.at, source.name), source, tools)
    if answer is None:
        return found
    found.is_all = True
    body, url = answer.capture.body, answer.capture.final_url
    if source.kind is SourceKind.FEED:
        found.take(feed.read(body, url, source.name), answer)
    else:
        found.take(listing.read(body, url, source.name, source.choice), answer)
    return found


def settle(found: Found, source: Source, tools: Tools) -> None:
    """All that the answers named is archived: from now on they are asked for only if they changed."""
    for answer in found.answers:
        capture, link = answer.capture, answer.capture.link
        fresh = Stored(capture.header("etag"), capture.header("last-modified"))
        known = tools.archive.index.validators(link.source, _asked_for(link, source)) or Stored(None, None)
        # A redirect's address would be asked with another page's date.
        if urls.normalise(capture.final_url) == urls.normalise(link.url) and known != fresh:
            key = _asked_for(link, source)
            note = Note(source=link.source, key=key, etag=fresh.etag, last_modified=fresh.last_modified)
            tools.archive.note(note, link.url, answer.ref)


async def _descend(found: Found, source: Source, tools: Tools) -> None:
    """Read a sitemap and those below it, each once, until there is enough for one run.

    One that fails costs no other, but the first. What an index names comes before the index's neighbours.
    """
    waiting = [(Link(source.at, source.name), 0)]
    asked: set[str] = set()
    found.is_all = True
    while waiting and not found.is_full:
        link, depth = waiting.pop(0)
        if urls.key(link.url) in asked:
            continue
        if len(asked) > MAX_SITEMAPS:
            log.warning("%s: %d sitemaps or more are left unread", source.name, len(waiting) + 1)
            found.is_all = False
            return
        asked.add(urls.key(link.url))
        try:
            below = await _read(link, found, source, tools)
        except ScrapeError as error:
            found.is_all = False
            if not depth:
                raise
            if error.reason in REASONS:
                found.whole = False
                return
            found.problems.append(counted(link, error, tools))
            below = []
        found.is_all = found.is_all and (depth < MAX_DEPTH or not below)
        waiting[:0] = [(child, depth + 1) for child in below if depth < MAX_DEPTH]
    found.whole = found.whole and not waiting
    found.is_all = found.is_all and not waiting


async def _read(link: Link, found: Found, source: Source, tools: Tools) -> list[Link]:
    """Take what a sitemap names; the sitemaps below it that are wanted."""
    answer = await _ask(link, source, tools)
    if answer is None:
        found.is_all = False
        return []
    read = sitemap.read(answer.capture.body, answer.capture.final_url, source.name)
    # An index may stay the same while its sitemaps change: it is read each time.
    found.take(read.pages, None if read.children else answer)
    return [child for child in read.children if not source.choice.leaves_out(child.url)]


async def _ask(link: Link, source: Source, tools: Tools) -> Answer | None:
    """A feed, sitemap or listing as it is now, archived before it is read; None where it did not change (304)."""
    known = tools.archive.index.validators(link.source, _asked_for(link, source))
    capture = await fetch(link, tools, Validators(known.etag, known.last_modified) if known is not None else None)
    ref = tools.archive.store(capture)
    tools.archive.commit()
    if capture.status == NOT_MODIFIED:
        return None
    check_status(capture)
    return Answer(capture, ref)


def _asked_for(link: Link, source: Source) -> str:
    """The key of an address's validators: what was read with one choice of links is to be read anew with another."""
    return f"{link.url} {source.choice.digest}".rstrip()

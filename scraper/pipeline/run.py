"""One pass over a source: find what is new there, and take each of it the whole way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing

from msgspec import Struct

from scraper.errors import ScrapeError
from scraper.fetch import Validators
from scraper.index import Validators as Stored
from scraper.pipeline import Known, check_status, clean_and_add, fetch, fetch_all, files, is_fatal, looks
from scraper.pipeline.commit import acknowledged
from scraper.pipeline.looks import Looked
from scraper.pipeline.tools import Source, SourceKind, Tally, Tools, failure
from scraper.sources import feed, listing, sitemap, urls
from scraper.sources.names import path_of
from scraper.types import Capture, Failure, Link, Note, Record, WarcRef

log = logging.getLogger(__name__)

MAX_SITEMAPS = 50
NOT_MODIFIED = 304

Told = Callable[[Record | Failure], None]
"""Is called with each result once it is acknowledged."""


async def run_source(source: Source, tools: Tools, told: Told = lambda result: None) -> Tally:
    """Archive everything new at a source, and look again at its articles that are due; its beginning, end and outcome
    go to the index.

    What fails for one input is counted in the tally. Raises what concerns all of them: the archive's own errors.
    """
    index, tally = tools.archive.index, Tally()
    index.start_run(source.name, tools.now())
    local = source.kind in (SourceKind.FOLDER, SourceKind.WARC)
    try:
        async with aclosing(_local(source, tools, tally) if local else _network(source, tools, tally)) as results:
            async for result in results:
                _tell(result, tally, told)
    except ScrapeError as error:
        problem = _counted(source.at, error, source, tools)
        tally.reached = False
        _tell(problem, tally, told)
    index.end_run(source.name, tools.now(), ok=not tally.failures)
    tools.archive.commit()
    log.info("%s: %s", source.name, tally, extra={"fields": {"source": source.name, **tally.counts()}})
    return tally


async def run_looks(source: Source, tools: Tools, told: Told = lambda result: None) -> Tally:
    """Look again at the articles of a source that are due, and ask for nothing else: for a time between two runs."""
    tally = Tally()
    due = looks.due(source, tools)[: looks.room(source, 0)]
    async with aclosing(looks.look_again(due, source, tools)) as results:
        async for result in results:
            _tell(result, tally, told)
    tools.archive.commit()
    log.info("%s: %s", source.name, tally)
    return tally


def _counted(where: str, error: ScrapeError, source: Source, tools: Tools) -> Failure:
    """An expected error as a value that the index counts; the archive's own errors go on."""
    if is_fatal(error):
        raise error
    tools.archive.index.fail(source.name, error.reason)
    return failure(where, error)


def _tell(result: Record | Failure | Looked, tally: Tally, told: Told) -> None:
    if isinstance(result, Failure):
        tally.failures.append(result)
        log.error("%s", result.message)  # an exit code comes of it, so -q does not hide it
    elif isinstance(result, Looked):
        tally.looks[result.look.outcome.value] += 1
        if result.record is not None:
            told(result.record)
        return
    else:
        tally.verdicts[result.verdict.value] += 1
    told(result)


# ---- directories


def _local(source: Source, tools: Tools, tally: Tally) -> AsyncGenerator[Record | Failure, None]:
    """The results for a directory's new files, given once they are acknowledged."""
    return acknowledged(_files(source, tools, tally), tools.archive)


async def _files(source: Source, tools: Tools, tally: Tally) -> AsyncGenerator[Record | Failure, None]:
    """The results for a directory's new files."""
    listed = files.listing(source)
    for problem in listed.failures:
        tools.archive.index.fail(source.name, problem.reason)
        yield problem
    taken = 0
    for link in listed.links:
        if taken >= source.limit:
            return
        async with aclosing(_file(link, source, tools, tally)) as results:
            async for result in results:
                taken += isinstance(result, Record)  # what fails every time must not keep the rest waiting
                yield result


async def _file(link: Link, source: Source, tools: Tools, tally: Tally) -> AsyncGenerator[Record | Failure, None]:
    """The results for one file, nothing if its content was met before; the whole file is marked at its end."""
    index, name = tools.archive.index, path_of(link.url)
    try:
        key = await asyncio.to_thread(files.digest, link, source)
        if index.seen(source.name, key) is not None or tools.archive.is_purged(link.url):
            tally.known += 1
            return
        last = ""
        for page_key, page in files.captures(link, source, tools):
            if isinstance(page, Failure):
                index.fail(source.name, page.reason)
                yield page
            elif index.seen(source.name, page_key) is not None or tools.archive.is_purged(page.link.url):
                tally.known += 1
            else:
                result = await clean_and_add(page, tools, page_key)
                last = "" if isinstance(result, Failure) else result.id
                if isinstance(result, Known):
                    tally.known += 1
                else:
                    yield result
        index.see(source.name, key, last)
    except OSError as error:
        problem = ScrapeError(f"{name}: cannot be read: {error.strerror or error}", reason="unreadable")
        yield _counted(name, problem, source, tools)
    except ScrapeError as error:
        yield _counted(name, error, source, tools)


# ---- the network


class Answer(Struct, frozen=True):
    """What a source's own address answered, and where in the WARC it lies."""

    capture: Capture
    ref: WarcRef


class _Found:
    """What a source names now: `new` is what it has not met, by key, `known` counts the rest.

    `answers` named them; `whole` says that nothing new was left for the next run. `named` are all keys, and `is_all`
    says that they are all that the source names now.
    """

    def __init__(self, source: Source, tools: Tools) -> None:
        self._source, self._index = source, tools.archive.index
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

    def take(self, links: Iterable[Link], answer: Answer) -> None:
        """Sort the links that an answer named."""
        self.answers.append(answer)
        for link in links:
            key = urls.key(link.url)
            self.named.add(key)
            if self._index.seen(self._source.name, key) is not None:
                self.known += 1
            elif key not in self.new and self.is_full:
                self.whole = False
            else:
                self.new.setdefault(key, link)


async def _network(source: Source, tools: Tools, tally: Tally) -> AsyncGenerator[Record | Failure | Looked, None]:
    """The results for what a feed, sitemap or listing names and this source has not met, and of looks that are due.

    Validators are kept only once all of it is archived: a 304 would hide what a crash or a full run left for later.
    """
    try:
        found = await _find(source, tools)
    except ScrapeError as error:  # its articles may be there all the same
        yield _counted(source.at, error, source, tools)
        found = _Found(source, tools)
    tally.known += found.known
    for problem in found.problems:
        yield problem
    complete = found.whole
    async with aclosing(fetch_all(found.new.values(), tools)) as results:
        async for _, result in results:
            complete = complete and not isinstance(result, Failure)
            if isinstance(result, Known):
                tally.known += 1
            else:
                yield result
    for answer in found.answers if complete else ():
        _settle(answer, tools)
    back = looks.named_again(source, found.named, tools) if found.is_all else []
    due = [*back, *looks.due(source, tools)][: looks.room(source, len(found.new))]
    async with aclosing(looks.look_again(due, source, tools)) as looked:
        async for one in looked:
            yield one


def _settle(answer: Answer, tools: Tools) -> None:
    """All that an answer named is archived: from now on it is asked for only if it changed."""
    capture, link = answer.capture, answer.capture.link
    etag, date = capture.header("etag"), capture.header("last-modified")
    known = tools.archive.index.validators(link.source, link.url)
    # A redirect's address would be asked with another page's date.
    if urls.normalise(capture.final_url) == urls.normalise(link.url) and (known or Stored(None, None)) != Stored(
        etag, date
    ):
        note = Note(source=link.source, key=link.url, etag=etag, last_modified=date)
        tools.archive.note(note, link.url, answer.ref)


async def _find(source: Source, tools: Tools) -> _Found:
    found = _Found(source, tools)
    answer = await _ask(Link(source.at, source.name), tools)
    if answer is None:
        return found
    body, url = answer.capture.body, answer.capture.final_url
    found.is_all = True
    if source.kind is SourceKind.FEED:
        found.take(feed.read(body, url, source.name), answer)
    elif source.kind is SourceKind.LISTING:
        found.take(listing.read(body, url, source.name, source.selector), answer)
    else:
        top = sitemap.read(body, url, source.name)
        found.take(top.pages, answer)
        if top.children:
            found.answers.clear()  # an index may stay the same while its sitemaps change: it is read each time
            await _descend(top.children, found, source, tools)
    return found


async def _descend(children: tuple[Link, ...], found: _Found, source: Source, tools: Tools) -> None:
    """Read the sitemaps of an index, until there is enough for one run; one that fails costs no other."""
    found.is_all = len(children) <= MAX_SITEMAPS
    for child in children[:MAX_SITEMAPS]:
        if found.is_full:
            found.whole = found.is_all = False
            return
        try:
            below = await _ask(child, tools)
            found.is_all = found.is_all and below is not None
            if below is not None:
                body, url = below.capture.body, below.capture.final_url
                found.take(sitemap.read(body, url, source.name).pages, below)
        except ScrapeError as error:
            found.is_all = False
            found.problems.append(_counted(child.url, error, source, tools))


async def _ask(link: Link, tools: Tools) -> Answer | None:
    """A feed, sitemap or listing as it is now, archived before it is read; None where it did not change (304)."""
    known = tools.archive.index.validators(link.source, link.url)
    capture = await fetch(link, tools, Validators(known.etag, known.last_modified) if known is not None else None)
    ref = tools.archive.store(capture)
    tools.archive.commit()
    if capture.status == NOT_MODIFIED:
        return None
    check_status(capture)
    return Answer(capture, ref)

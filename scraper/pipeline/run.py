"""One pass over a source: find what is new there, and take each of it the whole way."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path

from scraper.errors import ScrapeError
from scraper.fetch import Validators
from scraper.index import Validators as Stored
from scraper.pipeline import check_status, clean_and_add, fetch, fetch_all, files, is_fatal
from scraper.pipeline.tools import Source, SourceKind, Tally, Tools, failure
from scraper.sources import feed, listing, sitemap, urls
from scraper.sources.names import path_of
from scraper.types import Capture, Failure, Link, Record

log = logging.getLogger(__name__)

COMMIT_EVERY = 32
"""Files a commit: one fdatasync for 32 records is 35 times as fast as one for each."""
MAX_SITEMAPS = 50
NOT_MODIFIED = 304

Told = Callable[[Record | Failure], None]
"""Is called with each result once it is acknowledged."""


async def run_source(source: Source, tools: Tools, told: Told = lambda result: None) -> Tally:
    """Archive everything new at a source; its beginning, end and outcome go to the index.

    What fails for one input is counted in the tally. Raises what concerns all of them: the archive's own errors.
    """
    index, tally = tools.archive.index, Tally()
    index.start_run(source.name, tools.now())
    local = source.kind in (SourceKind.FOLDER, SourceKind.WARC)
    try:
        async with aclosing(_files(source, tools, tally) if local else _network(source, tools, tally)) as results:
            async for result in results:
                _count(result, tally)
                told(result)
    except ScrapeError as error:
        if is_fatal(error):
            raise
        index.fail(source.name, error.reason)
        problem = failure(source.at, error)
        tally.failures.append(problem)
        told(problem)
    index.end_run(source.name, tools.now(), ok=not tally.failures)
    tools.archive.commit()
    log.info("%s: %s", source.name, tally)
    return tally


def _count(result: Record | Failure, tally: Tally) -> None:
    if isinstance(result, Failure):
        tally.failures.append(result)
        log.warning("%s", result.message)
    else:
        tally.verdicts[result.verdict.value] += 1


# ---- directories ----------------------------------------------------------------------------------------------------


async def _files(source: Source, tools: Tools, tally: Tally) -> AsyncGenerator[Record | Failure, None]:
    """The results for a directory's new files, given once they are acknowledged."""
    waiting: list[Record | Failure] = []
    taken = 0
    for link in files.links(source):
        if taken >= source.limit:
            break
        async for result in _file(link, source, tools, tally):
            taken += 1
            waiting.append(result)
            if len(waiting) >= COMMIT_EVERY:
                tools.archive.commit()
                for done in waiting:
                    yield done
                waiting = []
    tools.archive.commit()
    for done in waiting:
        yield done


async def _file(link: Link, source: Source, tools: Tools, tally: Tally) -> AsyncGenerator[Record | Failure, None]:
    """The results for one file, nothing if its content was met before; the whole file is marked at its end."""
    path = Path(path_of(link.url))
    index = tools.archive.index
    try:
        key = files.digest(path)
        if index.seen(source.name, key) is not None:
            tally.known += 1
            return
        last = ""
        for page_key, page in files.captures(link, source, tools):
            if isinstance(page, Failure):
                index.fail(source.name, page.reason)
                yield page
            elif index.seen(source.name, page_key) is not None:
                tally.known += 1
            else:
                result = await clean_and_add(page, tools, page_key)
                last = result.id if isinstance(result, Record) else ""
                yield result
        if index.seen(source.name, key) is None:
            index.see(source.name, key, last)
    except OSError as error:
        yield Failure(str(path), "unreadable", f"{path}: cannot be read: {error.strerror or error}", 1)
    except ScrapeError as error:
        if is_fatal(error):
            raise
        yield failure(str(path), error)


# ---- the network ----------------------------------------------------------------------------------------------------


async def _network(source: Source, tools: Tools, tally: Tally) -> AsyncGenerator[Record | Failure, None]:
    """The results for what a feed, sitemap or listing names and this source has not met.

    Validators are kept only once all of it is archived: a 304 would hide what a crash or a full run left for later.
    """
    answers: list[Capture] = []
    new: list[Link] = []
    complete = True
    for link in await _named(source, tools, answers):
        if tools.archive.index.seen(source.name, urls.key(link.url)) is not None:
            tally.known += 1
        elif len(new) < source.limit:
            new.append(link)
        else:
            complete = False
    async with aclosing(fetch_all(new, tools)) as results:
        async for _, result in results:
            complete = complete and isinstance(result, Record)
            yield result
    if complete:
        for answer in answers:
            validators = Stored(answer.header("etag"), answer.header("last-modified"))
            tools.archive.index.set_validators(answer.link.url, validators)


async def _named(source: Source, tools: Tools, answers: list[Capture]) -> list[Link]:
    """The links that a source names now; none where it says that nothing changed (304). Its answers go to `answers`."""
    capture = await _ask(Link(source.at, source.name), tools, answers)
    if capture is None:
        return []
    if source.kind is SourceKind.FEED:
        return feed.read(capture.body, capture.final_url, source.name)
    if source.kind is SourceKind.LISTING:
        return listing.read(capture.body, capture.final_url, source.name, source.selector)
    found = sitemap.read(capture.body, capture.final_url, source.name)
    links = list(found.pages)
    for child in found.children[:MAX_SITEMAPS]:
        if len(links) >= source.limit:
            break
        below = await _ask(child, tools, answers)
        if below is not None:
            links += sitemap.read(below.body, below.final_url, source.name).pages
    return links


async def _ask(link: Link, tools: Tools, answers: list[Capture]) -> Capture | None:
    """A feed, sitemap or listing as it is now, archived before it is read; None where it did not change."""
    known = tools.archive.index.validators(link.url)
    asked = Validators(known.etag, known.last_modified) if known is not None else None
    capture = await fetch(link, tools, asked)
    tools.archive.store(capture)
    tools.archive.commit()
    if capture.status == NOT_MODIFIED:
        return None
    check_status(capture)
    answers.append(capture)
    return capture

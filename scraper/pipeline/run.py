"""One pass over a source: find what is new there, and take each of it the whole way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import datetime

from msgspec import structs

from scraper import drift
from scraper.errors import RefusedError, ScrapeError
from scraper.index import Run
from scraper.pipeline import Known, Left, clean_and_add, fetch_all, files, is_fatal, looks
from scraper.pipeline.budget import REASONS
from scraper.pipeline.commit import acknowledged
from scraper.pipeline.find import Found, find, settle
from scraper.pipeline.looks import Looked
from scraper.pipeline.tools import Source, SourceKind, Tally, Tools, failure
from scraper.sources.names import path_of
from scraper.types import Failure, Link, Record

log = logging.getLogger(__name__)

Told = Callable[[Record | Failure], None]
"""Is called with each result once it is acknowledged."""


async def run_source(source: Source, tools: Tools, told: Told = lambda result: None) -> Tally:
    """Archive everything new at a source, and look again at its articles that are due; its beginning, end and outcome
    go to the index.

    What fails for one input is counted in the tally. Raises what concerns all of them: the archive's own errors.
    """
    tools = structs.replace(tools, budget=tools.budget.for_run())
    index, tally = tools.archive.index, Tally()
    last = index.runs().get(source.name)
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
    _tell_drift(source, last, tools)
    return tally


def _tell_drift(source: Source, last: Run | None, tools: Tools) -> None:
    """Say what of a source is not as it was at the end of its last run, once; status says it as long as it is so."""
    if last is None:
        return
    before = datetime.fromisoformat(last.ended_at or last.started_at)
    begun, over = drift.news(tools.archive.index, source.name, before, tools.clock())
    for alarm in begun:
        log.warning("%s: %s", source.name, alarm.says, extra={"fields": {"drift": structs.asdict(alarm)}})
    for alarm in over:
        log.info("%s: %s is as it was, or has been so for long", source.name, alarm.what)


async def run_looks(source: Source, tools: Tools, told: Told = lambda result: None) -> Tally:
    """Look again at the articles of a source that are due, and ask for nothing else: for a time between two runs."""
    tools, tally = structs.replace(tools, budget=tools.budget.for_run()), Tally()
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


Result = Record | Failure | Looked | Left


def _tell(result: Result, tally: Tally, told: Told) -> None:
    if isinstance(result, Left):  # a budget is spent: that is said, and no failure
        tally.left[result.why.reason] += 1
        log.info("%s", result.why.message)
        return
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


def _may_come(result: Record | Known | Failure | Left) -> bool:
    """Whether a link that gave nothing may give something at the next run, so that its source must name it again.

    What robots.txt or the server refuses is asked for again when the source changes, and hides no 304 until then.
    """
    if isinstance(result, Failure):
        return result.exit_code != RefusedError.exit_code or result.reason in looks.PASSING
    return isinstance(result, Left)


async def _network(source: Source, tools: Tools, tally: Tally) -> AsyncGenerator[Result, None]:
    """The results for what a feed, sitemap, listing or list names and this source has not met, and of looks that are
    due.

    Validators are kept only once all of it is archived: a 304 would hide what a crash or a full run left for later.
    """
    try:
        found = await find(source, tools)
    except ScrapeError as error:  # its articles may be there all the same
        tally.reached = False
        is_spent = error.reason in REASONS
        yield Left(failure(source.at, error)) if is_spent else _counted(source.at, error, source, tools)
        found = Found(source, tools)
    tally.known += found.known
    for problem in found.problems:
        yield problem
    complete = found.whole
    async with aclosing(fetch_all(found.new.values(), tools)) as results:
        async for _, result in results:
            complete = complete and not _may_come(result)
            if isinstance(result, Known):
                tally.known += 1
            else:
                yield result
    if complete:
        settle(found, source, tools)
    back = looks.named_again(source, found.named, tools) if found.is_all else []
    due = [*back, *looks.due(source, tools)][: looks.room(source, len(found.new))]
    async with aclosing(looks.look_again(due, source, tools)) as looked:
        async for one in looked:
            yield one

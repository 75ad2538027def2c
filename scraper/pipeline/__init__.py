"""The one way of an article: capture, WARC, clean, record, index. Every shell (command line, daemon) goes through here.

`process` takes one capture the whole way, `fetch_all` links off the network, `run_source` all that is new at a source.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing, suppress
from itertools import zip_longest
from typing import TypeVar

from msgspec import Struct, structs

from scraper.errors import RefusedError, ScrapeError
from scraper.fetch import Validators, exchanges_of
from scraper.pipeline import versions
from scraper.pipeline.budget import REASONS
from scraper.pipeline.commit import acknowledged
from scraper.pipeline.same import find_same, learn, passed
from scraper.pipeline.tools import Source, SourceKind, Tally, Tools, failure
from scraper.record import ledger_of, provenance_of, record_of
from scraper.sources import urls
from scraper.types import Capture, Failure, Link, Note, Record

__all__ = [
    "Known",
    "Left",
    "Source",
    "SourceKind",
    "Tally",
    "Tools",
    "clean_and_add",
    "counted",
    "fetch",
    "fetch_all",
    "is_fatal",
    "may_pass",
    "process",
]

GONE = frozenset((404, 410))
# The archive's own errors, of any class: what comes after them would meet them too. Those of the disk may pass.
DISK = frozenset(("disk-full", "disk-error", "not-writable", "archive-broken"))
FATAL = DISK | frozenset(("locked", "closed", "damaged-index", "old-index", "lost-lines", "changed-lines"))

Item = TypeVar("Item")
Done = TypeVar("Done")


class Known(Struct, frozen=True):
    """A page whose record, of this `id`, was here already; nothing was added."""

    id: str


class Left(Struct, frozen=True):
    """A link that waits for another run, since its host's budget is spent; `why` says which."""

    why: Failure


Result = Record | Failure | Known | Left
"""What came of a capture."""


def is_fatal(error: ScrapeError) -> bool:
    """Whether an error ends a run, because it is the archive's and not one input's."""
    return error.reason in FATAL


def may_pass(error: ScrapeError) -> bool:
    """Whether an error is the disk's: once that can be written again, `Archive.recover` lets the work go on."""
    return error.reason in DISK


async def process(capture: Capture, tools: Tools, key: str) -> Record | Known:
    """Archive a capture, clean it, archive what that gave; the caller commits. `key` is how its source knows it again.

    Known where another source brought the same page of the same time, so that this very record is here; and where it
    is an archived article under another address (see same.py).

    The bytes are in the WARC before anything reads them. Raises RefusedError or ScrapeError for an answer that is no
    page (its capture is kept), LimitError where cleaning was cut off or the archive cannot be written.
    """
    ref = tools.archive.store(capture)
    if capture.status in GONE:
        versions.mark_gone(capture, key, tools, ref)
    check_status(capture)
    cleaned = await tools.clean(capture)
    if (known := find_same(cleaned.article, capture, tools)) is not None:
        learn(capture.link, key, known.id, tools)
        return Known(known.id)
    placed = await versions.place(cleaned.article, capture, key, tools)
    provenance = structs.replace(provenance_of(capture, ref), version=placed.version, other_urls=passed(capture))
    record = tools.archive.related(record_of(cleaned.article, provenance, reasons=False))
    ledger = structs.replace(ledger_of(cleaned.article, record.id, cleaned.rights), key=key)
    is_new = tools.archive.add(ref, record, ledger)
    if not is_new:
        tools.archive.note(Note(source=capture.link.source, key=key, seen=record.id), capture.link.url, ref)
        return Known(record.id)
    tools.archive.index.see(capture.link.source, key, record.id)
    versions.keep_placed(placed, record, tools, ref)
    return record


def check_status(capture: Capture) -> None:
    """Raise what a status says: RefusedError for "you may not" and "not here", ScrapeError for the server's trouble."""
    status, url = capture.status, capture.link.url
    if 200 <= status < 300:
        return
    if 400 <= status < 500:
        raise RefusedError(f"{url}: the server answered {status}; nothing to clean", reason=f"http-{status}")
    raise ScrapeError(f"{url}: the server answered {status}; try again later", reason=f"http-{status}")


async def fetch(link: Link, tools: Tools, validators: Validators | None = None) -> Capture:
    """Fetch a link. Where that fails halfway, the hops that took place are archived before the error goes on.

    Nothing is asked for an address that was purged, a RefusedError; nor where there is no room for it, or its host's
    budget is spent, a LimitError.
    """
    tools.archive.check_purged(link.url)
    if tools.fetcher is None:
        raise ScrapeError(f"{link.url}: this run has no network", reason="no-network")
    tools.archive.check_room()  # nobody is asked for what cannot be kept
    async with tools.budget.turn(link.url):
        index, day = tools.archive.index, tools.now()[:10]
        tools.budget.reserve(link.url, index, day)
        try:
            capture = await tools.fetcher.fetch(link, validators)
        except ScrapeError as error:
            if hops := exchanges_of(error):
                tools.budget.spend(link.url, hops, index, day)
                last = hops[-1]
                with suppress(RefusedError):  # one of them was purged
                    tools.archive.store(Capture(link, last.url, last.started_at, hops, last.status, (), b""))
            raise
        tools.budget.spend(link.url, capture.exchanges, index, day)
        return capture


async def fetch_all(links: Iterable[Link], tools: Tools) -> AsyncGenerator[tuple[Link, Result], None]:
    """Fetch and archive links, `at_once` at a time: each link with its record, or why there is none, as they are done.

    Hosts take turns, so that one that is slow to answer does not keep the others waiting.

    Every record is acknowledged before it is given (see commit.py). Errors of the archive itself end the run.
    """

    async def one(link: Link) -> tuple[Link, Result]:
        try:
            capture = await fetch(link, tools)
        except ScrapeError as error:
            if error.reason in REASONS:
                return link, Left(failure(link.url, error))
            return link, counted(link, error, tools)
        return link, await clean_and_add(capture, tools, urls.key(link.url))

    done = together(one, by_turns(links), tools.at_once)
    async with aclosing(acknowledged(done, tools.archive)) as results:
        async for result in results:
            yield result


async def clean_and_add(capture: Capture, tools: Tools, key: str) -> Record | Failure | Known:
    """`process`, with an expected error as a value.

    Its source does not try it again, for its bytes are archived and a better cleaner finds them there; unless it is an
    answer that may be another one next time, as a 500 is.
    """
    try:
        return await process(capture, tools, key)
    except ScrapeError as error:
        result = counted(capture.link, error, tools)
        if 200 <= capture.status < 300 or capture.status in GONE:
            tools.archive.note(Note(source=capture.link.source, key=key, seen=""), capture.link.url)
        return result


def counted(link: Link, error: ScrapeError, tools: Tools) -> Failure:
    """An expected error as a value that the index counts; the archive's own errors go on."""
    if is_fatal(error):
        raise error
    tools.archive.index.fail(link.source, error.reason)
    return failure(link.url, error)


def by_turns(links: Iterable[Link]) -> list[Link]:
    """The links in an order in which hosts take turns; those of one host keep theirs."""
    hosts: dict[str, list[Link]] = {}
    for link in links:
        hosts.setdefault(urls.site(link.url), []).append(link)
    return [link for turn in zip_longest(*hosts.values()) for link in turn if link is not None]


async def together(
    work: Callable[[Item], Awaitable[Done]], items: Iterable[Item], at_once: int
) -> AsyncGenerator[Done, None]:
    """The results of `at_once` calls at a time, as they are done; when the caller leaves, the others are cancelled."""
    waiting: set[asyncio.Future[Done]] = set()
    source = iter(items)
    try:
        while True:
            while len(waiting) < at_once and (item := next(source, None)) is not None:
                waiting.add(asyncio.ensure_future(work(item)))
            if not waiting:
                return
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

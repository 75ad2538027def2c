"""Looking again at young articles: those of a source that are due are asked for, if they changed since.

A look that is cut off is made again: until its note is in the archive the article stays due, and a payload that came
back is only taken for unchanged if it is the very one that was compared last.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing
from datetime import UTC, datetime

from msgspec import Struct, structs

from scraper import warc
from scraper.errors import RefusedError, ScrapeError
from scraper.fetch import Validators
from scraper.index import Followed
from scraper.pipeline import GONE, Left, check_status, counted, fetch, together
from scraper.pipeline.budget import REASONS
from scraper.pipeline.commit import acknowledged
from scraper.pipeline.tools import Source, Tools, failure
from scraper.pipeline.versions import Judged, Page, gone, judge, keep, look_of, newest
from scraper.record import ledger_of, provenance_of, record_of
from scraper.revisions.due import TRIES, Watched, due_at, is_due, oldest
from scraper.types import Article, Capture, Failure, Link, Look, Outcome, Record, WarcRef

log = logging.getLogger(__name__)

SHARE = 10
"""A tenth of a source's limit is kept for looks, however many new articles there are."""

PASSING = frozenset({"backing-off", "robots-unreachable", "http-408", "http-425", "http-429"})
"""Reasons of refusals that are tried again before the next look."""

_NOT_MODIFIED = 304
_FINE = frozenset({200, _NOT_MODIFIED})
_REFUSALS = frozenset(range(400, 500)) - GONE - {408, 425, 429}  # who asks later gets another answer to the last three


class Looked(Struct, frozen=True):
    """A look that was made: what it gave, and the record of a new version."""

    look: Look
    record: Record | None = None


def due(source: Source, tools: Tools) -> list[Followed]:
    """The articles of a source that are to be looked at now, the longest overdue first."""
    now = tools.clock()
    since = _stamp(oldest(source.revisions, now))
    found = [
        (at, article)
        for article in (tools.archive.index.young(source.name, since) if source.revisions else ())
        if is_due(watched := _watched(article), source.revisions, now)
        and (at := due_at(watched, source.revisions)) is not None
    ]
    return [article for _, article in sorted(found, key=lambda one: (one[0], one[1].key))]


def next_look(source: Source, tools: Tools) -> datetime | None:
    """When the next look at an article of a source is due; a moment that has passed if it is now, None if none is."""
    if not source.revisions:
        return None
    since = oldest(source.revisions, tools.clock())
    young = map(_watched, tools.archive.index.young(source.name, _stamp(since)))
    moments = (due_at(article, source.revisions) for article in young if article.first_at >= since)
    return min((at for at in moments if at is not None), default=None)


def named_again(source: Source, named: Collection[str], tools: Tools) -> list[Followed]:
    """The articles that had vanished, whose source had left them out and now names them again; `named` are all keys
    that it names. One that it kept on naming is a broken link of its own, and is left alone."""
    index, back = tools.archive.index, []
    since = _stamp(oldest(source.revisions, tools.clock()))
    for article in index.young(source.name, since, gone=True) if source.revisions else ():
        if article.key in named and article.absent:
            back.append(article)
        elif article.key not in named and not article.absent:
            index.miss(article.key)
    return back


def room(source: Source, new: int) -> int:
    """How many looks a run may make that takes so many new articles."""
    return max(source.limit - new, source.limit // SHARE, 1)


async def look_again(
    articles: Sequence[Followed], source: Source, tools: Tools
) -> AsyncGenerator[Looked | Failure | Left, None]:
    """Look at articles again; each result is given once it is acknowledged. Errors of the archive itself end it."""

    async def one(article: Followed) -> Looked | Failure | Left:
        link = Link(article.url, source.name)
        try:
            return await _look(article, link, tools)
        except ScrapeError as error:
            if error.reason in REASONS:  # it stays due
                return Left(failure(link.url, error))
            met = counted(link, error, tools)
            is_no = isinstance(error, RefusedError) and error.reason not in PASSING
            tools.archive.index.tried(article.key, tools.now(), TRIES if is_no else 1)
            return met

    async with aclosing(acknowledged(together(one, articles, tools.at_once), tools.archive)) as results:
        async for result in results:
            yield result


async def _look(article: Followed, link: Link, tools: Tools) -> Looked:
    """One look: ask whether the page changed, archive the answer, and judge it."""
    archive = tools.archive
    link = structs.replace(link, found_by=newest(article, tools).found_by)  # witnesses as at the first time
    capture = await fetch(link, tools, _validators(article, tools))
    ref = archive.store(capture)
    first = archive.original(ref)
    if capture.status in GONE:
        return _done(gone(capture, article), article, tools, ref)
    if capture.status in _REFUSALS:
        look = Look(at=capture.fetched_at, outcome=Outcome.REFUSED, status=capture.status, version=article.version)
        return _done(look, article, tools, ref)
    refers_to_nothing = capture.status == _NOT_MODIFIED and first == ref.record_id
    if refers_to_nothing or (capture.status in _FINE and first == article.judged):
        return _done(look_of(Judged(Outcome.SAME, article.version), capture, article), article, tools, ref)
    if capture.status == _NOT_MODIFIED:  # of a response that nobody compared yet: it is what the page holds now
        capture = structs.replace(archive.capture(ref), exchanges=capture.exchanges)
    check_status(capture)
    return await _compare(capture, article, tools, ref)


async def _compare(capture: Capture, article: Followed, tools: Tools, ref: WarcRef) -> Looked:
    """Judge a page that was stored; a new version gets its record."""
    cleaned = await tools.clean(capture)

    async def load() -> Article:
        second = await fetch(capture.link, tools)
        tools.archive.store(second)
        check_status(second)
        same = (second.body, second.final_url) == (capture.body, capture.final_url)
        return cleaned.article if same else (await tools.clean(second)).article

    judged = await judge(Page(cleaned.article, capture, load), article, tools)
    look = structs.replace(look_of(judged, capture, article), judged=tools.archive.original(ref))
    if judged.outcome is Outcome.NO_ARTICLE:
        look = structs.replace(look, verdict=cleaned.article.verdict)
    if judged.outcome is not Outcome.CHANGED:
        return _done(look, article, tools, ref)
    provenance = structs.replace(provenance_of(capture, ref), version=judged.version)
    record = tools.archive.related(record_of(cleaned.article, provenance, reasons=False))
    ledger = structs.replace(ledger_of(cleaned.article, record.id, cleaned.rights), key=article.key)
    if tools.archive.add(ref, record, ledger):
        tools.archive.index.see(article.source, article.key, record.id)
    return _done(structs.replace(look, record=record.id), article, tools, ref, record)


def _done(look: Look, article: Followed, tools: Tools, ref: WarcRef, record: Record | None = None) -> Looked:
    keep(look, article, tools, ref)
    log.info("%s: looked again: %s", article.url, look.outcome)
    return Looked(look, record)


def _validators(article: Followed, tools: Tools) -> Validators | None:
    """Those of the payload that was compared last: a 304 by any others would say nothing of what is known."""
    known = tools.archive.index.payloads(warc.target_uri(article.final_url), tools.now())
    last = next((payload for payload in known if payload.ref.record_id == article.judged), None)
    if last is None or (last.etag is None and last.last_modified is None):
        return None
    return Validators(last.etag, last.last_modified, article.final_url)


def _watched(article: Followed) -> Watched:
    tried = datetime.fromisoformat(article.tried_at) if article.tried_at is not None else None
    first, last = (datetime.fromisoformat(at) for at in (article.first_at, article.looked_at))
    return Watched(first, last, article.tries, tried)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

"""Which version of its article a page is: compared with the newest one in the archive, both cleaned by one cleaner."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from msgspec import Struct, structs

from scraper.errors import VerificationError
from scraper.index import Followed
from scraper.pipeline.tools import Tools
from scraper.revisions.compare import LONGEST_NOISE, compare, confirmed, plain
from scraper.sources import urls
from scraper.tdmrep import is_errand
from scraper.types import Article, Capture, Look, Note, Outcome, Record, Verdict, WarcRef

KIN = 0.3
"""Share of the shorter text that must stand in both, letter by letter and line by line, for two versions of one article
that answers at another address than before; two articles of a site share a line or two."""

MOST_NOISE = 50
"""Lines of noise that are remembered of a look."""

_FOR_GOOD, _REDIRECTS = frozenset({301, 308}), frozenset({301, 302, 303, 307, 308})


class Judged(Struct, frozen=True):
    """What a later page of a followed article is, and which version of it."""

    outcome: Outcome
    version: int
    noise: tuple[str, ...] = ()


def is_page(capture: Capture, key: str) -> bool:
    """Whether a capture was asked for on the web just now: that has versions; files and others' WARCs have none."""
    return bool(capture.exchanges) and key == urls.key(capture.link.url)


class Placed(Struct, frozen=True):
    """Where a page stands in the history of its address: its version, None if it has none, and the look that it was."""

    version: int | None = None
    look: Look | None = None
    known: Followed | None = None


async def place(article: Article, capture: Capture, key: str, tools: Tools) -> Placed:
    """The version of a page that was asked for without regard to what is known of it, as the first one or by hand."""
    if not is_page(capture, key):
        return Placed()
    is_article = article.verdict is Verdict.ARTICLE
    known = tools.archive.index.followed(key)
    if known is None or capture.fetched_at <= known.fetched_at:
        return Placed(1 if known is None and is_article else None)
    judged = await judge(Page(article, capture), known, tools)
    own = judged.outcome in (Outcome.NO_ARTICLE, Outcome.ELSEWHERE)
    look = look_of(judged, capture, known)
    return Placed(
        None if own else judged.version, structs.replace(look, verdict=article.verdict if own else None), known
    )


def keep_placed(placed: Placed, record: Record, tools: Tools, ref: WarcRef) -> None:
    """Keep the look that a page was, once its record is in the archive."""
    if placed.look is not None and placed.known is not None:
        judged = tools.archive.original(ref)
        is_same = (
            placed.look.outcome is Outcome.SAME_TEXT and judged == placed.known.judged
        )  # a revisit: no other bytes
        outcome = Outcome.SAME if is_same else placed.look.outcome
        look = structs.replace(placed.look, outcome=outcome, record=record.id, judged=judged)
        keep(look, placed.known, tools, ref)


def mark_gone(capture: Capture, key: str, tools: Tools, ref: WarcRef) -> None:
    """Keep that a followed article is not there any more, once."""
    known = tools.archive.index.followed(key) if is_page(capture, key) else None
    if known is not None and not known.gone:
        keep(gone(capture, known), known, tools, ref)


def gone(capture: Capture, known: Followed) -> Look:
    """The look that found nothing; that an article vanished is told once."""
    outcome = Outcome.REFUSED if known.gone else Outcome.VANISHED
    return Look(at=capture.fetched_at, outcome=outcome, status=capture.status, version=known.version)


class Page(Struct, frozen=True):
    """A page as it was cleaned and as it was fetched; `load` cleans it as it is at another load."""

    article: Article
    capture: Capture
    load: Callable[[], Awaitable[Article]] | None = None


async def judge(page: Page, known: Followed, tools: Tools) -> Judged:
    """Compare a page with the newest version; one with another text is loaded once more.

    A VerificationError where the archive has lost that version.
    """
    article, capture = page.article, page.capture
    if article.verdict is not Verdict.ARTICLE:
        return Judged(Outcome.NO_ARTICLE, known.version)
    last = newest(known, tools)
    if _is_same(article, last):
        return Judged(Outcome.SAME_TEXT, known.version)
    if last.warc is None:
        raise VerificationError(f"{known.url}: nothing in the WARC to compare with", reason="no-capture")
    before = (await tools.clean(tools.archive.capture(last.warc))).article
    found = compare(before, article)
    titles = {_title(before.metadata.title), _title(article.metadata.title)}
    if page.load is not None and (found.changed or len(titles) > 1):
        again = await page.load()
        found = confirmed(found, compare(article, again))
        if _title(again.metadata.title) != _title(article.metadata.title):
            titles = set()  # one of several that are tried out on readers
    noise = tuple(line[:LONGEST_NOISE] for line in found.noise[:MOST_NOISE])
    if not found.changed and len(titles) < 2:
        return Judged(Outcome.NOISE if noise else Outcome.SAME_TEXT, known.version, noise)
    if found.kin < KIN and urls.key(capture.final_url) != urls.key(known.final_url):
        return Judged(Outcome.ELSEWHERE, known.version)
    return Judged(Outcome.CHANGED, known.version + 1, noise)


def newest(known: Followed, tools: Tools) -> Record:
    """The newest version's record."""
    record = tools.archive.record(known.record)
    if record is None:
        message = f"{known.url}: its record {known.record} is not there; `scrape verify` says more"
        raise VerificationError(message, reason="lost-record")
    return record


def look_of(judged: Judged, capture: Capture, known: Followed) -> Look:
    """What is kept of a look at a page that was judged."""
    is_its = judged.outcome not in (Outcome.NO_ARTICLE, Outcome.ELSEWHERE)
    return Look(
        at=capture.fetched_at,
        outcome=judged.outcome,
        status=capture.status,
        version=judged.version,
        to=moved_to(capture, known) if is_its else None,
        back=known.gone and is_its,
        noise=judged.noise,
    )


def moved_to(capture: Capture, known: Followed) -> str | None:
    """The address to which redirects for good led, if the article answered at another one before."""
    hops = {hop.status for hop in capture.exchanges if not is_errand(hop.url)} & _REDIRECTS
    moved = urls.key(capture.final_url) != urls.key(known.final_url)
    return capture.final_url if moved and hops <= _FOR_GOOD else None


def keep(look: Look, known: Followed, tools: Tools, ref: WarcRef) -> None:
    """Put a look into the index and the WARC; an address to which the article moved counts as met."""
    archive, source = tools.archive, known.source
    archive.note(Note(source=source, key=known.key, look=look), known.url, ref)
    if look.to is not None and archive.index.seen(source, urls.key(look.to)) is None:
        archive.note(Note(source=source, key=urls.key(look.to), seen=""), known.url, ref)


def _is_same(article: Article, last: Record) -> bool:
    return plain(article.text) == plain(last.text) and _title(article.metadata.title) == _title(last.title)


def _title(title: str | None) -> str:
    return " ".join((title or "").split())

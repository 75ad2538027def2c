"""One article under several addresses: found before it is fetched by its key, afterwards by what the page declares.

A page whose address is new may be an article that is here: its redirects ended at a known address, or it declares one
as canonical. Sites declare wrong ones too (one for all pages, a section's, a neighbour's), so it counts as the same
only if nearly all of its text stands in the archived one. Otherwise it is an article of its own: two of one are better
than one of two. The capture stays in the WARC in any case.
"""

from __future__ import annotations

from scraper.errors import ScrapeError
from scraper.index import Index, claim, spelled
from scraper.pipeline.tools import Tools
from scraper.record import words
from scraper.sources import urls
from scraper.sources.listing import is_article
from scraper.types import Article, Capture, Link, Note, Record, Verdict

SHARED = 0.8
"""Share of a page's runs of words that must stand in the other; between two articles of a site it is below 0.1, between
an article and its AMP version 0.9 and more, whose captions and notes differ."""

RUN = 5
"""Words of a run."""

FEWEST = 30
"""Runs of a text that is compared by them; a shorter one must be the same letter by letter."""

MOST_WORDS = 50_000


def met_elsewhere(link: Link, tools: Tools) -> bool:
    """Whether a source met this link's article before; its address is kept if it was not known.

    An address that was met and gave nothing is met too.
    """
    index, key = tools.archive.index, urls.key(link.url)
    record_id = index.seen(link.source, key)
    if record_id is None:
        return False
    if record_id and index.seen(link.source, spelled(link.url)) is None:
        learn(link, key, record_id, tools)
    return True


def learn(link: Link, key: str, record_id: str, tools: Tools) -> None:
    """Keep the address of a link as one more of an archived article."""
    row = tools.archive.index.get(record_id)
    if row is None or row.url is None or row.verdict is not Verdict.ARTICLE:
        return
    new = None if link.url in (row.url, row.final_url) or tools.archive.index.is_full(row.url) else link.url
    if new is not None or tools.archive.index.seen(link.source, key) != record_id:
        tools.archive.note(Note(source=link.source, key=key, seen=record_id, url=new), link.url)


def find_same(article: Article, capture: Capture, tools: Tools) -> Record | None:
    """The archived article that a page at a new address is; None where there is none, or it has not the same text."""
    link, index = capture.link, tools.archive.index
    if article.verdict is not Verdict.ARTICLE or index.seen(link.source, urls.key(link.url)) is not None:
        return None
    for record_id in _candidates(article, capture, index):
        try:
            known = tools.archive.record(record_id)
        except ScrapeError:  # damaged: `verify` says so, and this page is not lost for it
            continue
        if known is not None and stands_in(article.text, known.text):
            return known
    return None


def _candidates(article: Article, capture: Capture, index: Index) -> list[str]:
    """The ids of the records at the address that answered and the one that it declares, and of those that declare
    them."""
    final, declared = capture.final_url, article.metadata.canonical_url
    places = [final]
    if declared is not None and urls.may_be_canonical(declared, final):
        places.append(declared)
    keys = [form for place in places for form in (urls.key(place), claim(place))]
    met = (index.seen(capture.link.source, key) for key in keys)
    return list(dict.fromkeys(record_id for record_id in met if record_id))


def passed(capture: Capture) -> tuple[str, ...]:
    """The addresses of the article that led on to the one that answered; not those of a log-in or a cookie wall."""
    ends = (capture.link.url, capture.final_url)
    moved = [hop.url for hop in capture.exchanges if 300 <= hop.status < 400 and hop.url not in ends]
    return tuple(dict.fromkeys(url for url in moved if is_article(url, capture.final_url)))


def stands_in(text: str, other: str) -> bool:
    """Whether what a text says stands in the other: nearly all of its runs of words do."""
    if text == other:
        return True
    here = _runs(text)
    return len(here) >= FEWEST and len(here & _runs(other)) >= SHARED * len(here)


def _runs(text: str) -> set[tuple[str, ...]]:
    """The runs of RUN words, without letter case."""
    said = words(text.casefold())[:MOST_WORDS]
    return set(zip(*(said[at:] for at in range(RUN)), strict=False))

"""A second source for a page that shows no article, or half of one: its JSON-LD articleBody, or its script data.

What is found is appended as blocks of its own, which the chain labels like any others; the page's own blocks stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec import structs

from scraper.clean.blocks import MAX_BLOCKS
from scraper.clean.fold import fold
from scraper.clean.ld import LinkedData
from scraper.clean.state import LEAST_WORDS, MOST_PARAGRAPHS, MOST_SCRIPT, WORD_CHARS, article_in, paragraphs, words
from scraper.clean.title import Title, overlap
from scraper.clean.view import View, Vote, keep, remove
from scraper.types import Block, Document, Form, Head, Kind

TAG = "script"
"""A rescued block's tag; the walk makes no block of a script's text."""
TIMES = 2
"""articleBody is often cut short; it pays where the page itself shows under half as many words."""
REPEATED_CHARS = 20
SHARED = 0.5
TITLE_NAMES = frozenset(("og:title", "twitter:title", "title", "parsely-title", "dc.title"))
MARKS = (" | ", " - ", " – ", " — ")


def rescued(view: View, title: Title | None, data: LinkedData) -> Document | None:
    """A judged page with the article that its data hold; None where it shows that article itself."""
    document = view.document
    if document.head is None:
        return None
    shown = sum(view.shapes[index].words for index in view.open())
    least = max(LEAST_WORDS, TIMES * shown)
    titles = [*_titles(document.head), *([title.text] if title is not None and title.block >= 0 else [])]
    told = len(data.body or "") // WORD_CHARS >= least and _is_of(data.headline or "", titles)
    lines = _body(data) if told else ()
    if words(lines) < least and shown < LEAST_WORDS:
        lines = article_in(document.source, {fold(text) for text in titles})
    if words(lines) < least or len(document.blocks) + len(lines) > MAX_BLOCKS:
        return None
    blocks = (Block(at, line, Form.PARAGRAPH, TAG) for at, line in enumerate(lines, len(document.blocks) + 1))
    return structs.replace(document, blocks=(*document.blocks, *blocks))


def _is_of(headline: str, titles: Sequence[str]) -> bool:
    """Whether the page's object tells of the page: one of its titles shares half of the headline's words."""
    return not any(titles) or any(overlap(headline, text) >= SHARED for text in titles)


def _body(data: LinkedData) -> tuple[str, ...]:
    """The paragraphs of articleBody, where the object is an article."""
    body = data.body or ""
    return tuple(islice(paragraphs(body), MOST_PARAGRAPHS)) if data.is_article and len(body) <= MOST_SCRIPT else ()


def by_data(view: View) -> Iterator[Vote]:
    """Keep what data told that no rule took, and let go what the page shows of it a second time."""
    told = {index for index, block in enumerate(view.blocks) if block.tag == TAG} if view.is_page else set()
    if not told:
        return
    said = "\n".join(fold(view.blocks[index].text) for index in sorted(told))
    for index in list(view.open()):
        if index in told:
            yield index, keep("rescue.data")
        elif len(view.blocks[index].text) >= REPEATED_CHARS and fold(view.blocks[index].text) in said:
            yield index, remove(Kind.DUPLICATE, "rescue.repeated")


def _titles(head: Head) -> Iterator[str]:
    yield from (text for name, text in head.meta if name in TITLE_NAMES)
    yield from ((head.title or "").split(mark)[0] for mark in MARKS)

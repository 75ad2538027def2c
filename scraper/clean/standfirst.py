"""The standfirst: the sentence between headline and article, which themes put in the page's header, apart from both."""

from __future__ import annotations

from scraper.clean.title import overlap
from scraper.clean.view import View

MOST_BLOCKS = 8
"""Blocks between the headline and its standfirst: byline, date and share bar stand there too."""
LEAST_WORDS = 8
LINKED = 0.3
SAID = 0.9
DESCRIPTIONS = frozenset(("description", "og:description", "twitter:description"))
# What content systems and newsrooms call it, in the languages of their makers.
NAMES = tuple(
    "subtitle standfirst subheadline subhead deck -dek lede excerpt entradilla sumario chapo vorspann".split()
)


def standfirsts(view: View, headline: int, first: int, doubtful: frozenset[str]) -> list[int]:
    """Blocks between the headline's and the first one of the article that are its standfirst.

    They are sentences, or named so, or the page's description; `doubtful` rules do not count against them.
    """
    if not view.is_page or headline < 0:
        return []
    between = range(headline + 1, min(first, headline + 1 + MOST_BLOCKS))
    return [index for index in between if _is_open(view, index, doubtful) and _is_one(view, index)]


def _is_open(view: View, index: int, doubtful: frozenset[str]) -> bool:
    label = view.labels[index]
    return not view.blocks[index].hidden and (label is None or label.keep or label.rule in doubtful)


def _is_one(view: View, index: int) -> bool:
    form = view.shapes[index]
    if form.words < LEAST_WORDS or form.link_share >= LINKED:
        return False
    return form.ends or is_named(view, index) or is_described(view, index)


def is_named(view: View, index: int) -> bool:
    """Whether a block's own element says that it is the standfirst."""
    place = view.blocks[index].place
    tokens = view.document.places[place].tokens if place >= 0 else ()
    return any(name in token for token in tokens for name in NAMES)


def is_described(view: View, index: int) -> bool:
    """Whether the page gives a block as its own description, to search engines or to networks."""
    head = view.document.head
    told = [text for name, text in head.meta if name in DESCRIPTIONS] if head is not None else []
    return any(overlap(view.blocks[index].text, text) >= SAID for text in told[:3])

"""How a page opens: what stands between its headline and its first card, and which links lead back to the page itself.

A roundup, a list of twelve things or a live blog is built like a section front; its opening tells it apart.
"""

from __future__ import annotations

from urllib.parse import urldefrag, urljoin

import numpy as np
from numpy.typing import NDArray

from scraper.clean.blocks import parsed
from scraper.clean.chain import Judged
from scraper.clean.view import View
from scraper.expressions import expression
from scraper.types import Kind

SLUG_WORDS = 4
"""Words, of letters or digits, of an address' last part from which it is an article's: sections have one to three."""
INTRODUCTION = 25
"""Words of kept prose between the headline and the first card that introduce an article."""
NEAR = 8
"""Blocks below the headline among which its date stands."""
FEW_DATES = 2
"""Dates of the whole page up to which one right above a card is the headline's, not the card's."""
SLUG = expression(r"[^\W_]+(?:[-_]+[^\W_]+)*")
JOINT = expression(r"[-_]+")
MOST_LINKS = 5_000
SHORTEST, LONGEST = 4, 25


def is_slug(last: str) -> bool:
    """Whether the last part of an address' path has four words or more, joined by - or _."""
    stem = last.removesuffix(".html").removesuffix(".htm")
    return SLUG.fullmatch(stem) is not None and len(JOINT.split(stem)) >= SLUG_WORDS


def is_opened(judged: Judged, words: NDArray[np.float64], link: NDArray[np.float64]) -> bool:
    """Whether an introduction or a date stands between the headline and the first card."""
    view, title, _ = judged
    index = title.block if title is not None else -1
    if index < 0 or link[index] > 0.8:
        return False
    cards = (link > 0.8) & (words >= SHORTEST) & (words <= LONGEST)
    below = np.flatnonzero(cards[index + 1 :])
    card = index + 1 + int(below[0]) if below.size else len(words)
    between = range(index + 1, card)
    introduced = sum(float(words[at]) for at in between if view.prose[at] and not view.removed(at))
    return introduced >= INTRODUCTION or _is_dated(view, between)


def _is_dated(view: View, between: range) -> bool:
    """Whether a date stands there that is not the first of many cards'."""
    dated = [at for at in between[:NEAR] if view.kind(at) is Kind.DATELINE_META]
    if not dated:
        return False
    dates = sum(label is not None and label.kind is Kind.DATELINE_META for label in view.labels)
    return dates <= FEW_DATES or dated[0] < between[-1]


def own_links(view: View) -> NDArray[np.bool_]:
    """The blocks whose text is that of a link to the page itself: `#entry-12`, or the page's own address."""
    own: set[str] = set()
    page, left = view.document.url or "", len(view.document.source)
    for node in parsed(view.document.source).css("a[href]")[:MOST_LINKS]:
        if _is_own((node.attributes.get("href") or "").strip(), page):
            text = node.text()
            own.add(" ".join(text.split()))
            # Links nest inside of <object>: then each holds the text of all below it.
            left -= len(text)
            if left < 0:
                break
    return np.array([" ".join(block.text.split()) in own for block in view.blocks], np.bool_)


def _is_own(href: str, page: str) -> bool:
    if href.startswith("#"):
        return True
    try:
        return bool(page) and urldefrag(urljoin(page, href)).url == urldefrag(page).url
    except ValueError:
        return False

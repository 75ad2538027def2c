"""What sort of page a page looks like, as numbers: its address, what it says of itself, its text, its other blocks.

The scorecards (scorecard.py) weigh these columns. Each is a count, a share or a yes, and none but those made of whole
lines ("add to cart", "reply") knows a language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from scraper.clean.chain import Judged
from scraper.clean.opening import is_opened, is_slug, own_links
from scraper.clean.pages import PageKind
from scraper.clean.scorecard import Scorer, nearest
from scraper.clean.view import View
from scraper.expressions import expression
from scraper.types import Form, Kind, Metadata, Place

DIGIT = expression(r"\d")
WORDS = expression(r"[-_+.]|%20")
SEARCHES = expression(r"(?:^|&)(?:s|q|query|search|keyword|searchterm)=")
PRICE = expression(r"[$€£¥₹] ?\d|\d ?(?:[€£₽₺₩]|zł|Kč)")
CURRENCIES = ("$", "€", "£", "¥", "₹", "₽", "₺", "₩", "zł", "Kč")
UNKNOWN_SLUG = 4
"""Words of the address' last part where no address is known: as many as an article's."""
DECLARED = 2
"""Signs of an article, a date and a byline among them, from which no list is made of a page by a rule."""
BELIEVED = 4
"""Such signs, a byline among them, from which a dated page is an article whatever it looks like."""
MOST = 1_000
"""Blocks whose surroundings are looked at; the counts of pages with more say the same."""
LINE_CHARS = 40
ARTICLE_TYPES = frozenset(("article", "newsarticle", "blogposting", "reportagenewsarticle", "liveblogposting"))
ARTICLE_NAMES = frozenset(
    "single single-post post-template-default page-node-type-article node-type-article template-article".split()
)
PUBLISHED = frozenset(("article:published_time", "datepublished", "parsely-pub-date", "pubdate", "sailthru.date"))
FILED = frozenset(("article:section", "article:tag", "news_keywords", "parsely-section"))

INDEX = "index"

Columns = dict[str, float]


class _Page(NamedTuple):
    """The blocks as arrays: words, link shares, kept, prose, P(article), headings; and each block's form."""

    words: NDArray[np.float64]
    link: NDArray[np.float64]
    kept: NDArray[np.bool_]
    prose: NDArray[np.bool_]
    score: NDArray[np.float64]
    heading: NDArray[np.bool_]
    forms: list[Form]


def sort_of(judged: Judged, metadata: Metadata, scorers: Sequence[Scorer]) -> str | None:
    """The kind of page that a page with a block is; None for what may be an article."""
    kinds = judged.view.rules.pages.kind
    claims = _claims(judged, metadata, kinds)
    if claims["dated"] and claims["says_article"] + claims["signed"] >= BELIEVED:
        return None
    sort = _sort(claims | _measures(judged, metadata, kinds), scorers)
    own = own_links(judged.view) if sort == INDEX else None
    if own is None or not own.any():
        return sort
    return _sort(claims | _measures(judged, metadata, kinds, own), scorers)


def _sort(found: Columns, scorers: Sequence[Scorer]) -> str | None:
    if index_rule(found) is not None:
        return INDEX
    sort = nearest(found, scorers)
    return None if sort == INDEX and is_opened_as_article(found) else sort


def is_opened_as_article(found: Columns) -> bool:
    """Whether the address or the lines below the headline are an article's: a roundup is built like a section front."""
    return bool((found["long_slug"] or found["opened"]) and not found["front"] and not found["searches"])


def columns(judged: Judged, metadata: Metadata, kinds: Sequence[PageKind]) -> Columns:
    """All columns of a judged page with at least one block."""
    return _claims(judged, metadata, kinds) | _measures(judged, metadata, kinds)


def index_rule(found: Columns) -> str | None:
    """The rule by which a page is a list of articles, whatever a card says: signs that only count together.

    On the development pages of half A none of them takes one of 480 articles.
    """
    if found["says_article"] + found["dated"] + found["signed"] >= DECLARED:
        return None
    if is_opened_as_article(found):
        return None
    cards = found["paragraphs"] >= 8 and found["spread"] > 0.5
    rules = {
        "search": found["searches"] and found["headlines"] >= 5,
        "front": found["front"] and found["headlines"] >= 10,
        "section.headlines": found["short"] and found["headline_share"] > 0.5,
        "section.headings": found["short"] and found["linked_headings"] >= 8 and found["led"] > 0.8,
        "teasers": cards and found["kept_teasers"] >= 0.8,
        "cards": cards and found["spread"] >= 0.8 and found["led"] >= 0.8,
    }
    return next((name for name, applies in rules.items() if applies), None)


def _page(view: View, own: NDArray[np.bool_] | None) -> _Page:
    """The blocks as arrays; those that link to the page itself count as no links."""
    labels = view.labels
    link = np.array([form[1] for form in view.shapes])
    forms = [block.form for block in view.blocks]
    return _Page(
        view.counts.words.astype(np.float64),
        link if own is None else np.where(own, 0.0, link),
        np.array([label is None or label.keep for label in labels]),
        np.array(view.prose),
        np.array([label.score or 0.0 if label is not None else 0.0 for label in labels]),
        np.array([form is Form.HEADING for form in forms]),
        forms,
    )


def _measures(
    judged: Judged, metadata: Metadata, kinds: Sequence[PageKind], own: NDArray[np.bool_] | None = None
) -> Columns:
    view, title, _ = judged
    page = _page(view, own)
    kept_prose = page.kept & page.prose
    return {
        **_address(view.document.url or metadata.canonical_url or "", kinds),
        **_text(view, page, kept_prose),
        **_others(view, page, kept_prose),
        **_lines(view, kinds),
        "opened": is_opened(judged, page.words, page.link),
        "title_words": len(title.text.split()) if title is not None else 0,
    }


def _above(view: View) -> set[int]:
    """The elements around the kept prose, or around all prose where none was kept; the body where there is none."""
    places = view.document.places
    prose = [index for index in view.open() if view.prose[index]]
    found: set[int] = set()
    for index in (prose or [index for index, is_prose in enumerate(view.prose) if is_prose])[:MOST]:
        at = view.blocks[index].place
        while at >= 0 and at not in found:
            found.add(at)
            at = places[at].parent
    return found or {at for at, place in enumerate(places[:3]) if place.tag == "body"}


def _address(address: str, kinds: Sequence[PageKind]) -> Columns:
    """What the address says; nothing where there is none."""
    try:
        parts = urlsplit(address.lower())
        host = set((parts.hostname or "").split("."))
    except ValueError:
        parts, host = urlsplit(""), set()
    path = [part for part in parts.path.split("/") if part]
    last = path[-1] if path else ""
    slug = sum(word.isalpha() for word in WORDS.split(last.removesuffix(".html").removesuffix(".htm")))
    said = {*path[:-1], last} if slug < 2 else set(path[:-1])
    found: Columns = {
        "front": bool(parts.hostname) and not path and not parts.query,
        "slug": min(slug, 8) if parts.hostname else UNKNOWN_SLUG,
        "short": bool(parts.hostname) and slug < 2 and DIGIT.search(last) is None,
        "long_slug": bool(parts.hostname) and is_slug(last),
        "searches": SEARCHES.search(parts.query) is not None,
    }
    return found | {f"in_{kind.id}": len(said & kind.address) + len(host & kind.hosts) for kind in kinds}


def _claims(judged: Judged, metadata: Metadata, kinds: Sequence[PageKind]) -> Columns:
    """What the page says of itself: types of schema.org, classes of the elements around the text, meta elements."""
    view, _, data = judged
    head = view.document.head
    meta = dict(reversed(head.meta)) if head is not None else {}
    shared = meta.get("og:type", "").lower()
    names: set[str] = set()
    for at in _above(view):
        names.update(view.document.places[at].tokens)
    types = data.types | {name.rstrip("/").rsplit("/", 1)[-1] for name in names if name.startswith("itemtype=")}
    filed = (not PUBLISHED.isdisjoint(meta)) + (not FILED.isdisjoint(meta))
    found: Columns = {
        "says_article": filed
        + ("article" in shared)
        + data.is_article
        + data.is_news
        + (not types.isdisjoint(ARTICLE_TYPES))
        + (not names.isdisjoint(ARTICLE_NAMES)),
        "says_site": shared == "website",
        "dated": metadata.published is not None,
        "signed": bool(metadata.authors),
    }
    for kind in kinds:
        said = len(types & kind.types) + (not names.isdisjoint(kind.names)) + (shared in kind.types)
        found[f"says_{kind.id}"] = min(3, said)
    return found


def _text(view: View, page: _Page, kept_prose: NDArray[np.bool_]) -> Columns:
    """What was kept: how much, how surely, and whether it stands together."""
    words, kept = page.words, page.kept
    all_kept, prose = float(words @ kept), words[kept_prose]
    places = view.document.places
    sizes: Counter[int] = Counter()
    for index in np.flatnonzero(kept_prose)[:MOST].tolist():
        at = view.blocks[index].place
        sizes[places[at].parent if at >= 0 else -1] += int(words[index])
    total = max(1, sizes.total())
    sizes_in_order = sorted(prose.tolist())
    runs = int(np.count_nonzero(kept[1:] & ~kept[:-1])) + int(kept[0])
    return {
        "judge": float(words @ (kept * page.score)) / (all_kept + 1),
        "prose": float(np.log1p(prose.sum())),
        "middle": sizes_in_order[len(sizes_in_order) // 2] if sizes_in_order else 0.0,
        "longest": sizes_in_order[-1] if sizes_in_order else 0.0,
        "together": max(sizes.values(), default=0) / total,
        "spread": (len(sizes) - 1) / prose.size if prose.size > 3 else 0.0,
        "runs": runs / (np.count_nonzero(kept) + 1),
        "kept_links": float(words @ (kept * page.link)) / (all_kept + 1),
        "kept_headings": np.count_nonzero(kept & page.heading) / (prose.size + 1),
        "paragraphs": prose.size,
    }


def _others(view: View, page: _Page, kept_prose: NDArray[np.bool_]) -> Columns:
    """The page around the text: headlines, teasers, headings, articles, comments, days."""
    words, link, prose = page.words, page.link, page.prose
    linked = link > 0.8
    headlines = linked & (words >= 4) & (words <= 25)
    before = linked & (words >= 3)
    led = np.zeros(len(words), np.bool_)
    led[1:] |= before[:-1]
    led[2:] |= before[:-2]
    teasers = prose & led & (words < 80)
    all_prose, in_headlines, own = float(words @ prose), float(words @ headlines), float(words @ kept_prose)
    headings = np.count_nonzero(page.heading)
    linked_headings = int(np.count_nonzero(linked & page.heading))
    total = float(words.sum()) + 1
    kinds = [label.kind if label is not None else None for label in view.labels]
    head = view.document.head
    return {
        "headlines": int(np.count_nonzero(headlines)),
        "headline_share": in_headlines / (in_headlines + own + 1),
        "linked_headings": linked_headings,
        "led": linked_headings / (np.count_nonzero(kept_prose) + 1),
        "headings": headings / (np.count_nonzero(prose) + 1),
        "teasers": int(np.count_nonzero(teasers)),
        "teaser_share": float(words @ teasers) / (all_prose + 1),
        "kept_teasers": float(words @ (teasers & page.kept)) / (own + 1),
        "articles": _articles(view, prose),
        "links": float(words @ link) / total,
        "bylines": kinds.count(Kind.BYLINE) + kinds.count(Kind.DATELINE_META),
        "days": len({moment[:10] for moment, _, _ in head.times[:100]}) if head is not None else 0,
        "code": _code(page) / total,
    }


def _code(page: _Page) -> float:
    """Words in blocks of code."""
    if Form.CODE not in page.forms:
        return 0.0
    return float(page.words @ np.array([form is Form.CODE for form in page.forms]))


def _articles(view: View, prose: NDArray[np.bool_]) -> int:
    """The <article> elements that hold prose, the innermost around each block."""
    places: Sequence[Place] = view.document.places
    found: dict[int, int] = {}
    for index in np.flatnonzero(prose)[:MOST].tolist():
        at, way = view.blocks[index].place, []
        while at >= 0 and at not in found and places[at].tag != "article":
            way.append(at)
            at = places[at].parent
        inner = found.get(at, at)
        found |= dict.fromkeys((*way, at), inner)
    return len(set(found.values()) - {-1})


def _lines(view: View, kinds: Sequence[PageKind]) -> Columns:
    """Whole lines that tell a kind, and prices in short lines."""
    joined = "\n".join([block.text for block in view.blocks if len(block.text) <= LINE_CHARS])
    low = set(joined.lower().split("\n"))
    # Most pages name no currency, and are not searched.
    prices = len(PRICE.findall(joined)) if any(sign in joined for sign in CURRENCIES) else 0
    return {"prices": prices / len(view.blocks)} | {f"lines_{kind.id}": len(low & kind.lines) for kind in kinds}

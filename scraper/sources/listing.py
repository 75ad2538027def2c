"""A page that lists articles -> Links to them; any page -> the feeds that it declares."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from scraper.errors import LimitError, UnusableError
from scraper.sources import shape
from scraper.sources.choice import ALL, Choice
from scraper.sources.decode import decode, plain
from scraper.sources.nesting import MAX_DEPTH, is_too_deep
from scraper.sources.urls import key, normalise, site
from scraper.types import FoundBy, Link

MAX_BYTES = 4 * 2**20
MAX_LINKS = 2000
MAX_ANCHORS = 5000
"""Links looked at on one page, articles or not: 250,000 of them cost 22 s."""

FEED_TYPES = {
    "application/rss+xml": "rss",
    "application/atom+xml": "atom",
    "application/rdf+xml": "rss",
    "application/feed+json": "json",
    "application/json": "json",
}
"""Media types of `link rel=alternate` that are feeds (RSS Board "Autodiscovery", RFC 4287, jsonfeed.org)."""


def read(data: bytes | str, url: str, source: str, choice: Choice = ALL) -> list[Link]:
    """The article links of a listing page in the page's order, each once, with the longest text that links to it.

    With a selector (CSS) these are the links that match, or that stand inside what matches, on any site. Without one,
    they are those of the same site that fit a pattern or, if there is none, that look like an article's address (see
    shape.py). What the choice leaves out is left out in any case.
    Raises ValueError for a broken selector, LimitError if the page is larger than MAX_BYTES.
    """
    tree = _parse(data, url)
    base = _base(tree, url)
    own = key(url)
    found: dict[str, Link] = {}
    for anchor in islice(_anchors(tree, choice.selector), MAX_ANCHORS):
        address = normalise(anchor.attributes.get("href") or "", base)
        if address is None or key(address) == own or not _is_wanted(address, url, choice):
            continue
        title = plain(anchor.text(separator=" "))
        known = found.get(key(address))
        if known is not None and len((known.found_by and known.found_by.title) or "") >= len(title or ""):
            continue
        if known is not None or len(found) < MAX_LINKS:
            first = known.url if known is not None else address
            found[key(address)] = Link(first, source, FoundBy("listing", url, title))
    return list(found.values())


def _is_wanted(address: str, url: str, choice: Choice) -> bool:
    if not choice.takes(address):
        return False
    if choice.selector is not None:
        return True
    return is_of_site(address, url) if choice.include else is_article(address, url)


def feeds(data: bytes | str, url: str, source: str) -> list[Link]:
    """The feeds that a page declares with `link rel=alternate` or `rel=feed`, comments' feeds last."""
    tree = _parse(data, url)
    base = _base(tree, url)
    found: dict[str, Link] = {}
    for node in tree.css("link[href]")[:MAX_LINKS]:
        relations = (node.attributes.get("rel") or "").lower().split()
        media = (node.attributes.get("type") or "").partition(";")[0].strip().lower()
        if not ("feed" in relations or ("alternate" in relations and media in FEED_TYPES)):
            continue
        address = normalise(node.attributes.get("href") or "", base)
        if address is None or "/wp-json/" in address or "oembed" in address:
            continue  # WordPress declares these as alternates of type application/json
        title = plain(node.attributes.get("title") or "")
        found.setdefault(key(address), Link(address, source, FoundBy("autodiscovery", url, title)))
    return sorted(found.values(), key=lambda link: "comments" in link.url)


def links(data: bytes | str, url: str) -> list[str]:
    """The addresses of the page's site that it links to, in its order, each once."""
    tree = _parse(data, url)
    base = _base(tree, url)
    found = (normalise(anchor.attributes.get("href") or "", base) for anchor in tree.css("a[href]")[:MAX_ANCHORS])
    return list(dict.fromkeys(address for address in found if address is not None and is_of_site(address, url)))


def check_selector(selector: str) -> None:
    """Raises ValueError if it is no CSS selector."""
    try:
        LexborHTMLParser("").css(selector)
    except (SelectolaxError, ValueError) as error:
        raise ValueError(f"{selector!r} is no CSS selector") from error


def is_article(address: str, listing: str) -> bool:
    """Whether an address is of the listing's site and looks like an article's (see shape.py)."""
    parts = urlsplit(address)
    return is_of_site(address, listing) and shape.is_article(parts.path, parts.query)


def is_of_site(address: str, listing: str) -> bool:
    """Whether an address is of the listing's host, or of one below it."""
    here, there = site(listing), site(address)
    return there == here or there.endswith("." + here)


def _parse(data: bytes | str, url: str) -> LexborHTMLParser:
    if len(data) > MAX_BYTES:
        raise LimitError(f"{url}: the page is larger than {MAX_BYTES} bytes", reason="too-large")
    if not data.strip():
        raise UnusableError(f"{url}: the page is empty", reason="empty")
    markup = decode(data) if isinstance(data, bytes) else data
    if is_too_deep(markup):
        raise LimitError(f"{url}: more than {MAX_DEPTH} elements stand in each other", reason="too-deep")
    return LexborHTMLParser(markup)


def _base(tree: LexborHTMLParser, url: str) -> str:
    node = tree.css_first("base[href]")
    return (normalise(node.attributes.get("href") or "", url) if node is not None else None) or url


def _anchors(tree: LexborHTMLParser, selector: str | None) -> Iterator[LexborNode]:
    if selector is None:
        yield from tree.css("a[href]")
        return
    check_selector(selector)
    for node in tree.css(selector)[:MAX_LINKS]:
        if node.tag == "a":
            yield node
        else:
            yield from node.css("a[href]")

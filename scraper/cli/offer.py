"""What a source of a site is best made of: its feeds, then a news sitemap, then the page itself as a listing.

Each is asked for and read before it is offered: sites declare feeds that are gone, empty or no feeds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from urllib.parse import urlsplit

from msgspec import Struct

from scraper.config.add import NewSource
from scraper.errors import ScrapeError
from scraper.sources import listing, sitemap, urls
from scraper.types import Capture, Link

MOST_FEEDS, MOST_SITEMAPS = 5, 4
"""Declared ones that are asked for; two seconds and more lie between two requests to a site."""

SOURCE = "offer"
FEW = 5
"""Links of a page that are no listing yet."""

USUAL_FEEDS = ("/feed", "/rss", "/feed.xml", "/rss.xml", "/atom.xml")
USUAL_SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap.xml")
"""Where they mostly lie, for a site that declares none."""

_NAMED_FEED = re.compile(
    r"/(?:feeds?|rss|atom)(?:/|$|\.xml$)|\.(?:rss|atom|rdf)$|/(?:index|feed|rss|atom)\.(?:xml|rdf)$", re.I
)
_NO_NAME = re.compile(r"[^a-z0-9]+")
_EVERY = {"feed": "30m", "news_sitemap": "30m", "listing": "1h", "sitemap": "6h"}

Get = Callable[[str], Capture]
"""Asks for a page politely; a ScrapeError where that fails."""


class Offer(Struct, frozen=True):
    """A source that works: how many links it names now, and the date and title of the newest."""

    kind: str
    url: str
    links: int
    newest: str | None = None
    title: str | None = None

    def source(self, name: str | None = None) -> NewSource:
        """As it is written into the configuration; without a name it gets its site's."""
        kind = "sitemap" if self.kind == "news_sitemap" else self.kind
        newest = f", the newest of {self.newest[:10]}" if self.newest else ""
        title = f': "{self.title[:80]}"' if self.title else ""
        said = f"{self.links} link{'' if self.links == 1 else 's'}{newest}{title}"
        return NewSource(name or name_of(self.url), kind, self.url, _EVERY[self.kind], said)


class Site(Struct, frozen=True):
    """A page of a site, and what was declared on it: the feeds, and the sitemaps of the site's robots.txt."""

    page: Capture
    feeds: tuple[str, ...]
    sitemaps: tuple[str, ...]


def name_of(url: str) -> str:
    """A source's name from its host: `news-example`."""
    return _NO_NAME.sub("-", urls.site(url).lower()).strip("-")[:60] or "site"


def of_a_list(capture: Capture) -> tuple[Offer | None, list[str]]:
    """The offer of a feed or sitemap, None if it names nothing, and the sitemaps below it. Raises what reading does."""
    listed = sitemap.read(capture.body, capture.final_url, SOURCE)  # takes feeds too
    kinds = {link.found_by.kind for link in listed.pages if link.found_by is not None}
    kind = "feed" if "feed" in kinds else "news_sitemap" if "news_sitemap" in kinds else "sitemap"
    links = listed.pages or listed.children
    return (_offer(kind, capture.final_url, links) if links else None), [child.url for child in listed.children]


def best(site: Site, get: Get, say: Callable[[str], None]) -> Offer | None:
    """The first of a site's feeds, its news sitemaps and its page that works, else any sitemap of it; None if nothing
    does. `say` is told in a line what is declared and does not work."""
    if (feed := _feed(site, get, say)) is not None:
        return feed
    news = _sitemap(site, get, say)
    if news is not None and news.kind == "news_sitemap":
        return news
    page = listing.read(site.page.body, site.page.final_url, SOURCE)
    return _offer("listing", site.page.final_url, page) if len(page) >= FEW else news


def _feed(site: Site, get: Get, say: Callable[[str], None]) -> Offer | None:
    """The first feed that works: of those declared, else of those that the page links to or that lie where most do."""
    candidates: Iterable[str] = site.feeds[:MOST_FEEDS]
    if not site.feeds:
        linked = listing.links(site.page.body, site.page.final_url)
        named = (url for url in linked if _NAMED_FEED.search(urlsplit(url).path))
        candidates = dict.fromkeys([*islice(named, 3), *_beside(site, USUAL_FEEDS)])
    for url in candidates:
        offer, _ = _look(url, get, say if site.feeds else None)
        if offer is not None and offer.kind == "feed":
            return offer
    return None


def _sitemap(site: Site, get: Get, say: Callable[[str], None]) -> Offer | None:
    """The first news sitemap, else the first other one."""
    waiting = sorted(site.sitemaps or _beside(site, USUAL_SITEMAPS), key=_is_plain)
    other: Offer | None = None
    for _ in range(MOST_SITEMAPS):
        if not waiting:
            break
        offer, children = _look(waiting.pop(0), get, say if site.sitemaps else None)
        if offer is not None and offer.kind == "news_sitemap":
            return offer
        other = other or offer
        waiting[:0] = [child for child in children if not _is_plain(child)][:1]
    return other


def _look(url: str, get: Get, say: Callable[[str], None] | None) -> tuple[Offer | None, list[str]]:
    try:
        offer, children = of_a_list(get(url))
    except ScrapeError as error:
        if say is not None:
            say(str(error))
        return None, []
    if offer is None and say is not None:
        say(f"{url}: it names no link now")
    return offer, children


def _is_plain(url: str) -> bool:
    return "news" not in urlsplit(url).path.lower()


def _beside(site: Site, paths: Iterable[str]) -> Iterator[str]:
    found = (urls.normalise(path, site.page.final_url) for path in paths)
    return (url for url in found if url is not None)


def _offer(kind: str, url: str, links: Iterable[Link]) -> Offer:
    entries = list(links)
    found = [link.found_by for link in entries if link.found_by is not None]
    newest = max((one for one in found if one.date), key=lambda one: one.date or "", default=None)
    first = newest or (found[0] if found else None)
    return Offer(kind, url, len(entries), newest.date if newest else None, first.title if first else None)

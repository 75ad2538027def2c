"""A page that lists articles -> Links to them; any page -> the feeds that it declares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import parse_qsl, unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from scraper.errors import LimitError, UnusableError
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

_SECTION = re.compile(
    r"tags?|topics?|them(?:a|en)|temas?|categor(?:y|ies|ias?|ie)|kategorien?|sections?|authors?|autor(?:en|es|e)?|auteurs?|"
    r"yazar(?:lar)?|profiles?|users?|members?|log-?in|log-?out|sign-?(?:in|up)|register|registration|(?:my-)?account|"
    r"anmelden|registrieren|connexion|inscription|abo|abonnement|subscri(?:be|ptions?)|newsletters?|search|suche|buscar|"
    r"recherche|arama|archives?|pages?|seite|feeds?|rss|cart|basket|checkout|shop|contacto?|kontakt|about|impressum|"
    r"imprint|privacy|datenschutz|terms|agb|cookies|advertise|help|faq|sitemap|jobs|careers|events|gallery|static|"
    r"assets|share|print|wp-(?:admin|login|content|json)|cdn-cgi|cgi-bin"
)
"""Path segments under which sites keep their lists, accounts and service pages."""

_SERVICE_SLUG = re.compile(
    r"(?:about|contact|privacy|terms|cookies?|imprint|subscribe|newsletters?|sign|log|how-to-use)[-_]"
)
_NO_PAGE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|ico|css|js|json|xml|rss|pdf|zip|gz|mp[34]|m4a|webm|avi|docx?|xlsx?|apk|exe)$"
)
_EXTENSION = re.compile(r"\.(?:s?html?|php\d?|aspx?|jsp|cms|amp|ece|story)$")
_DATE = re.compile(
    r"/(?:19|20)\d{2}[/-](?:0?[1-9]|1[0-2]|[a-z]{3})(?:[/-]\d{1,2})?(?:[/-]|$)|/(?:19|20)\d{6}(?:[/_-]|$)"
)
_ID = re.compile(r"(?:^|[^0-9a-z])[a-z]{0,3}\d{5,}(?:$|[^0-9a-z])|[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
_WORD = re.compile(r"[^\W\d_]{2,}")
_ID_PARAMETERS = frozenset(
    ("id", "p", "aid", "nid", "article", "articleid", "article_id", "newsid", "news_id", "story")
)


def read(data: bytes | str, url: str, source: str, selector: str | None = None) -> list[Link]:
    """The article links of a listing page in the page's order, each once, with the longest text that links to it.

    With `selector` (CSS) these are the links that match, or that stand inside what matches, on any site. Without one,
    they are those of the same site that look like an article's address (see `is_article`).
    Raises ValueError for a broken selector, LimitError if the page is larger than MAX_BYTES.
    """
    tree = _parse(data, url)
    base = _base(tree, url)
    own = key(url)
    found: dict[str, Link] = {}
    for anchor in islice(_anchors(tree, selector), MAX_ANCHORS):
        address = normalise(anchor.attributes.get("href") or "", base)
        if address is None or key(address) == own or (selector is None and not is_article(address, url)):
            continue
        title = plain(anchor.text(separator=" "))
        known = found.get(key(address))
        if known is not None and len((known.found_by and known.found_by.title) or "") >= len(title or ""):
            continue
        if known is not None or len(found) < MAX_LINKS:
            first = known.url if known is not None else address
            found[key(address)] = Link(first, source, FoundBy("listing", url, title))
    return list(found.values())


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


def check_selector(selector: str) -> None:
    """Raises ValueError if it is no CSS selector."""
    try:
        LexborHTMLParser("").css(selector)
    except (SelectolaxError, ValueError) as error:
        raise ValueError(f"{selector!r} is no CSS selector") from error


def is_article(address: str, listing: str) -> bool:
    """Whether an address looks like an article of the listing's site.

    It does with a date in its path; and with a slug of three words or more, a long number, a UUID, or a query like
    `?id=123`, unless a part of its path names a list, an account or a service page. (A date outweighs such a part:
    /politics/archive/2023/10/slug/.)
    """
    here, there = site(listing), site(address)
    if there != here and not there.endswith("." + here):
        return False
    parts = urlsplit(address)
    path = unquote(parts.path).lower()
    if _NO_PAGE.search(path):
        return False
    dated = _DATE.search(path)
    if dated and dated.end() < len(path.rstrip("/")):  # /2023/10/04/ alone is the list of a day
        return True
    segments = [_EXTENSION.sub("", part) for part in path.split("/") if part]
    if any(_SECTION.fullmatch(part) for part in segments):
        return False
    return _is_slug(segments[-1] if segments else "") or any(
        name.lower() in _ID_PARAMETERS and value.isdecimal() for name, value in parse_qsl(parts.query)[:20]
    )


def _is_slug(name: str) -> bool:
    if _SERVICE_SLUG.match(name):
        return False
    return len(_WORD.findall(name.replace("_", "-"))) >= 3 or _ID.search(name) is not None


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

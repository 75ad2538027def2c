"""Sitemaps (sitemaps.org): urlset, index, news, text -> pages and further sitemaps, kept apart."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator

from lxml import etree  # type: ignore[import-untyped]  # ships no types
from msgspec import UNSET, Struct

from scraper.errors import LimitError, UnusableError
from scraper.sources import feed
from scraper.sources.dates import iso
from scraper.sources.decode import decode, mended, plain
from scraper.sources.urls import key, normalise
from scraper.types import FoundBy, Link

MAX_BYTES = 50 * 2**20
MAX_URLS = 50_000
"""The protocol's limits for one file, uncompressed (sitemaps.org/protocol.html)."""

MAX_ELEMENTS = 1_000_000
"""Twenty a URL. Reading ends there: five million empty elements in 20 MB cost lxml 4.7 s."""

_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});)")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_IN_ADDRESS = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:[-_/.]?(0[1-9]|1[0-2])(?:[-_/.]?([0-2]\d|3[01]))?)?(?!\d)")
_FEEDS = ("rss", "feed", "RDF")


class Sitemap(Struct, frozen=True):
    """What one sitemap names. `children` are the sitemaps of an index, the latest first: by the date of the last
    change, else by the one in their address (`/sitemap-2026-11.xml`).

    An index may name no further index (sitemaps.org), but some do, and some name themselves: whoever follows them keeps
    count.
    """

    pages: tuple[Link, ...] = ()
    children: tuple[Link, ...] = ()


def read(data: bytes, url: str, source: str) -> Sitemap:
    """Read a sitemap, plain or gzipped; each address once, in the file's order.

    A page's `date` is its news:publication_date (kind `news_sitemap`), else its lastmod (kind `sitemap`). A feed is
    taken too, since sites name them in robots.txt. Raises UnusableError if it is no sitemap, LimitError if it is
    larger than MAX_BYTES; what is behind MAX_URLS or MAX_ELEMENTS is not read.
    """
    data = _unzipped(data, url)
    text = decode(data).lstrip("\ufeff \t\r\n")
    if not text.startswith("<"):
        return _collect(_lines(text), url, source)
    root = _root(text)
    if root in _FEEDS:
        return Sitemap(pages=tuple(feed.read(data, url, source)))
    if root not in ("urlset", "sitemapindex"):
        raise UnusableError(f"{url}: this is no sitemap (its root element is <{root}>)", reason="not-a-sitemap")
    return _collect(_entries(text), url, source)


def _unzipped(data: bytes, url: str) -> bytes:
    if data.startswith(b"\x1f\x8b"):
        stream = zlib.decompressobj(wbits=31)
        try:
            data = stream.decompress(data, MAX_BYTES + 1)
        except zlib.error as error:
            raise UnusableError(f"{url}: the gzip stream is broken: {error}", reason="broken-gzip") from error
    if len(data) > MAX_BYTES:
        raise LimitError(f"{url}: the sitemap is larger than {MAX_BYTES} bytes", reason="too-large")
    return data


class _Entry(Struct):
    loc: str = ""
    lastmod: str = ""
    title: str = ""
    published: str = ""
    language: str = ""
    is_child: bool = False


def _collect(entries: Iterator[_Entry], url: str, source: str) -> Sitemap:
    pages: dict[str, Link] = {}
    children: dict[str, Link] = {}
    for entry in entries:
        address = normalise(entry.loc, url)
        if address is None or len(pages) + len(children) >= MAX_URLS:
            continue
        published = iso(entry.published)
        kind = "sitemap_index" if entry.is_child else "news_sitemap" if published else "sitemap"
        tongue = entry.language.lower() if _LANGUAGE.fullmatch(entry.language) else UNSET
        link = Link(address, source, FoundBy(kind, url, plain(entry.title), published or iso(entry.lastmod), tongue))
        (children if entry.is_child else pages).setdefault(key(address), link)
    if not pages and not children:
        raise UnusableError(f"{url}: the sitemap names no address", reason="no-links")
    return Sitemap(tuple(pages.values()), tuple(sorted(children.values(), key=_when, reverse=True)))


def _when(child: Link) -> str:
    """The printed date: offsets may put two changes of one day in the wrong order, which does no harm here."""
    if child.found_by is not None and child.found_by.date is not None:
        return child.found_by.date
    named = _IN_ADDRESS.search(child.url.rpartition("://")[2].partition("/")[2])
    return "-".join(part for part in named.groups() if part) if named else ""


def _lines(text: str) -> Iterator[_Entry]:
    """A text sitemap: one address a line."""
    for line in text.split("\n")[:MAX_URLS]:
        if line.startswith(("http://", "https://")):
            yield _Entry(loc=line)


# ---- XML


def _root(text: str) -> str:
    match = re.match(r"<(?:[\w.-]{1,40}:)?([\w.-]{1,40})", feed.from_root(text)[:100])
    return match[1] if match else ""


_FIELDS = {
    ("url", "loc"): "loc",
    ("sitemap", "loc"): "loc",
    ("url", "lastmod"): "lastmod",
    ("sitemap", "lastmod"): "lastmod",
    ("news", "title"): "title",
    ("news", "publication_date"): "published",
    ("publication", "language"): "language",
}
"""(parent, element) by local name, since many sites get the namespaces wrong. image:loc and video:title stand in
another parent, so they are no address and no title of the page."""


def _entries(text: str) -> Iterator[_Entry]:
    """Stream the file; nothing is kept of an element that has ended, and no entity is expanded.

    libxml2 gives up by itself at 256 levels and at 10 MB in one text node (no `huge_tree`).
    """
    stream = io.BytesIO(mended(text, _BARE_AMPERSAND).encode("utf-8", "replace"))
    safe = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    entry = _Entry()
    events = etree.iterparse(stream, events=("end",), encoding="utf-8", recover=True, remove_comments=True, **safe)
    for count, (_, element) in enumerate(events):
        if count >= MAX_ELEMENTS:
            return
        parent = element.getparent()
        name = _local(element)
        if name in ("url", "sitemap"):
            entry.is_child = name == "sitemap"
            yield entry
            entry = _Entry()
        elif parent is not None and (field := _FIELDS.get((_local(parent), name))):
            setattr(entry, field, (element.text or "").strip())
        element.clear()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""

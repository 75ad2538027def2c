"""RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed -> Links."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import islice
from typing import Any
from xml.sax import SAXException

import feedparser  # type: ignore[import-untyped]  # ships no types
import msgspec

from scraper.errors import LimitError, UnusableError
from scraper.sources import salvage
from scraper.sources.dates import iso
from scraper.sources.decode import decode, mended, plain
from scraper.sources.urls import key, normalise
from scraper.types import FoundBy, Link

MAX_BYTES = 8 * 2**20
"""Of a feed, XML or JSON. What stands behind it in an XML feed is not read; feeds put their newest entries first."""

MAX_ENTRIES = 1000
"""Entries are cut before parsing, because 100,000 of them cost feedparser 21 s."""

MAX_TAGS = 100_000
"""The tag is what feedparser takes its time for: two million empty ones in 8 MB cost it 36 s."""

_ENTRY_END = re.compile(r"</(?:\w{1,20}:)?(?:item|entry)\s{0,20}>", re.I)
_BARE_AMPERSAND = re.compile(r"&(?!(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});)")
"""feedparser makes `R&D;` of the title `R&D`."""

_TAIL = 64 * 2**10
"""Characters kept behind the last entry: the closing tags of a whole feed."""


def read(data: bytes, url: str, source: str, charset: str | None = None) -> list[Link]:
    """The entries' links in the feed's order, each address once; `date` is the publication date.

    `url` is the feed's address, against which relative links are resolved; `charset` is the HTTP header's.
    Raises UnusableError if it is no feed, LimitError if a JSON Feed is larger than MAX_BYTES.
    """
    text = decode(data[: MAX_BYTES + 1], charset).lstrip("\ufeff \t\r\n")
    if text.startswith("{"):
        if len(data) > MAX_BYTES:
            raise LimitError(f"{url}: the JSON Feed is larger than {MAX_BYTES} bytes", reason="too-large")
        return _links(_json_entries(text, url), url, source)
    return _links(_xml_entries(_cut(from_root(text), len(data) > MAX_BYTES), url), url, source)


_Entry = tuple[str, str | None, str | None]
"""Address as printed, title, date."""


def _links(entries: Iterable[_Entry], url: str, source: str) -> list[Link]:
    found: dict[str, Link] = {}
    for printed, title, date in entries:
        address = normalise(printed, url)
        if address is not None:
            found.setdefault(key(address), Link(address, source, FoundBy("feed", url, title, date)))
    return list(found.values())


# ---- XML


def _xml_entries(text: str, url: str) -> Iterator[_Entry]:
    """Parse with feedparser, kept from its traps.

    It takes bytes for a file's name and a str for an address to fetch, hence BytesIO. It guesses encodings with
    chardet over the whole feed, hence UTF-8, said in the header. Its patterns for what stands before the root take
    quadratic time, and its loose parser expands declared entities without bound, hence `from_root`.
    """
    version, entries, is_torn = _parsed(mended(text, _BARE_AMPERSAND))
    lost = list(salvage.entries(text, MAX_ENTRIES)) if is_torn else []
    if not version and not entries and not lost:
        raise UnusableError(
            f"{url}: this is no RSS, Atom or JSON feed; `scrape discover` finds feeds", reason="not-a-feed"
        )
    for entry in entries:
        if address := _address(entry):
            yield address, plain(entry.get("title") or ""), iso(_published(entry, version))
    for one in lost:
        yield unescape(one.address), plain(one.title), iso(one.date)


def _parsed(text: str) -> tuple[str, list[Any], bool]:
    """The feed's version ("" for what is none), its entries, and whether it is torn, so that some may be lost."""
    try:
        feed = feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,  # entries' contents are not used
            resolve_relative_uris=False,  # in contents; links are resolved by `normalise`
        )
    except Exception:  # noqa: BLE001 - it raises what its parsers meet: `&#xD83D;` is a UnicodeEncodeError
        return "", [], True
    # The version is absent if there was nothing to parse.
    is_torn = isinstance(feed.get("bozo_exception"), SAXException)
    return feed.get("version", ""), feed.entries[:MAX_ENTRIES], is_torn


def from_root(text: str) -> str:
    """The feed from its root element on, without XML declaration, comments and document type."""
    at = 0
    while (at := text.find("<", at)) >= 0 and text[at + 1 : at + 2] in ("?", "!"):
        comment = text.startswith("<!--", at)
        end = "-->" if comment else "?>" if text[at + 1] == "?" else ">"
        if end == ">" and "[" in text[at : text.find(">", at) + 1]:
            end = "]>"  # a document type with declarations of its own
        close = text.find(end, at + 2)
        at = close + len(end) if close >= 0 else len(text)
    return text[at:] if at >= 0 else ""


def _cut(text: str, is_torn: bool) -> str:
    """At most MAX_ENTRIES whole entries within MAX_TAGS, and the tags that close the feed."""
    is_whole = not is_torn and text.count("<") <= MAX_TAGS
    if not is_whole:
        beyond = next(islice(re.finditer("<", text), MAX_TAGS, None), None)
        text = text[: beyond.start()] if beyond else text
    ends = [match.end() for match in _ENTRY_END.finditer(text)]
    if is_whole and len(ends) <= MAX_ENTRIES:
        return text
    if not ends:
        return salvage.ENTRY_START.split(text[:_TAIL], maxsplit=1)[0]
    return text[: ends[:MAX_ENTRIES][-1]] + (text[ends[-1] :][:_TAIL] if is_whole else "")


def _address(entry: Any) -> str | None:
    """The publisher's own address where the feed passes through FeedBurner, else the link, else a permanent guid."""
    address: str | None = entry.get("feedburner_origlink") or entry.get("link")
    if address and address == entry.get("id") and entry.get("guidislink") and "://" not in address:
        return None  # RSS 2.0 takes a guid for an address unless told otherwise; many are bare numbers
    return address


def _published(entry: Any, version: str) -> str | None:
    """The printed date. Atom's `updated` is the date of a change, while RSS's dc:date, which feedparser calls
    `updated` too, is the date of publication."""
    printed: str | None = entry.get("published")
    return printed or (entry.get("updated") if not version.startswith("atom") else None)


# ---- JSON


class _Item(msgspec.Struct, frozen=True):
    """What is used of a JSON Feed item (jsonfeed.org, version 1.1); every value may be of a wrong type."""

    url: Any = None
    external_url: Any = None
    id: Any = None
    title: Any = None
    date_published: Any = None


class _JsonFeed(msgspec.Struct, frozen=True):
    version: str
    items: list[msgspec.Raw] = []


def _json_entries(text: str, url: str) -> Iterator[_Entry]:
    try:
        feed = msgspec.json.decode(text, type=_JsonFeed)
    except (msgspec.DecodeError, RecursionError) as error:
        raise UnusableError(f"{url}: this is no JSON Feed: {error}", reason="not-a-feed") from error
    if "jsonfeed.org/version/" not in feed.version:
        raise UnusableError(f"{url}: this JSON is no JSON Feed (jsonfeed.org)", reason="not-a-feed")
    for raw in feed.items[:MAX_ENTRIES]:
        try:
            item = msgspec.json.decode(raw, type=_Item)
        except (msgspec.DecodeError, RecursionError):
            continue  # one broken item does not take the others with it
        address = next((value for value in (item.url, item.external_url, item.id) if _is_address(value)), None)
        if address is not None:
            title, date = (value if isinstance(value, str) else None for value in (item.title, item.date_published))
            yield address, plain(title or ""), iso(date)


def _is_address(value: object) -> bool:
    """Whether it can be one: an absolute http(s) URL, or a path (a bare id is none)."""
    return isinstance(value, str) and value.startswith(("http://", "https://", "/"))

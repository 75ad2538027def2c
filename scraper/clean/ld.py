"""JSON-LD (schema.org): the article's object among what the page embeds, read leniently and bounded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct, structs

from scraper.expressions import expression
from scraper.types import Head

ARTICLES = frozenset(
    "article newsarticle blogposting reportagenewsarticle analysisnewsarticle opinionnewsarticle backgroundnewsarticle "
    "liveblogposting techarticle scholarlyarticle report reviewnewsarticle askpublicnewsarticle socialmediaposting "
    "satiricalarticle medicalwebpage review".split()
)
REVIEWS = frozenset(("review",))
PAGES = frozenset(("webpage", "itempage"))
MAX_OBJECTS = 2_000
MAX_NAMES = 200
MAX_DEPTH = 3
CONTROL = expression(r"[\x00-\x1f]")


class LinkedData(Struct, frozen=True):
    """What schema.org objects say of the article; dates as printed, `body` is articleBody.

    `is_news` says that it is a NewsArticle of any sort; `organisations` and `persons` are the authors typed as such;
    `types` are those of all objects that were read, in lower case; `words` is wordCount.
    """

    headline: str | None = None
    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    published: str | None = None
    modified: str | None = None
    section: str | None = None
    keywords: tuple[str, ...] = ()
    language: str | None = None
    image: str | None = None
    licence: str | None = None
    site: str | None = None
    url: str | None = None
    body: str | None = None
    is_free: bool | None = None
    is_article: bool = False
    is_news: bool = False
    organisations: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    types: frozenset[str] = frozenset()
    words: int | None = None


def read_linked_data(head: Head | None) -> LinkedData:
    """The page's article object, or its web page's where there is none; empty where nothing can be read."""
    if head is None or not head.json_ld:
        return LinkedData()
    objects = [item for text in head.json_ld for item in _objects(_parse(text))][:MAX_OBJECTS]
    by_id = {item["@id"]: item for item in objects if isinstance(item.get("@id"), str) and len(item) > 2}
    by_id |= {item["@id"]: item for item in objects if isinstance(item.get("@id"), str) and item.get("name")}
    articles = [item for item in objects if _types(item) & ARTICLES]
    pages = [item for item in objects if _types(item) & PAGES]
    own = _own_addresses(head)
    ranked = [max(items, key=lambda item: _rank(item, own), default=None) for items in (articles, pages)]
    chosen = ranked[0] or ranked[1]
    types = frozenset().union(*map(_types, objects))
    if chosen is None:
        return LinkedData(types=types)
    found = _read(chosen, by_id, is_article=bool(articles))
    is_news = any(kind.endswith("newsarticle") for kind in _types(chosen))
    return structs.replace(found, is_news=is_news, types=types)


def _read(item: dict[str, Any], by_id: dict[str, Any], *, is_article: bool) -> LinkedData:
    name = item.get("headline") or (item.get("name") if is_article else None)
    return LinkedData(
        headline=_text(name),
        authors=tuple(_names(item.get("author"), by_id)) or tuple(_names(item.get("creator"), by_id)),
        editors=tuple(_names(item.get("editor"), by_id)),
        published=_text(item.get("datePublished")),
        modified=_text(item.get("dateModified")),
        section=_text(item.get("articleSection")),
        keywords=tuple(_keywords(item.get("keywords"))),
        language=_text(item.get("inLanguage")),
        image=_address(item.get("image"), by_id),
        licence=_address(item.get("license"), by_id),
        site=next(iter(_names(item.get("publisher"), by_id)), None),
        url=_address(item.get("mainEntityOfPage"), by_id) or _text(item.get("url")),
        body=_text(item.get("articleBody")),
        words=_count(item.get("wordCount")),
        is_free=_truth(item.get("isAccessibleForFree")),
        is_article=is_article,
        organisations=tuple(_names(_typed(item.get("author"), by_id, "organization"), by_id)),
        persons=tuple(_names(_typed(item.get("author"), by_id, "person"), by_id)),
    )


def _parse(text: str) -> Any:
    """JSON as sites write it: comment wrappers, raw line ends in strings, trailing semicolons."""
    text = (
        text.strip().removeprefix("<!--").removesuffix("-->").strip().removeprefix("//<![CDATA[").removesuffix("//]]>")
    )
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, ValueError, RecursionError):
        pass
    try:
        # Lone surrogates, which msgspec refuses, and raw line ends.
        return json.loads(CONTROL.sub(" ", text).strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def _objects(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Every typed object at the top, in @graph, and below mainEntity."""
    if depth > 6:
        return
    if isinstance(value, list):
        for item in value[:MAX_OBJECTS]:
            yield from _objects(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            if isinstance(value.get(key), (list, dict)):
                yield from _objects(value[key], depth + 1)


def _types(item: dict[str, Any]) -> set[str]:
    kinds = item.get("@type")
    return {str(kind).rsplit("/", 1)[-1].lower() for kind in (kinds if isinstance(kinds, list) else [kinds])}


def _rank(item: dict[str, Any], own: set[str]) -> tuple[bool, bool, int]:
    """How sure an object is the page's: it has the page's address, is no review of a product, says much."""
    named = (_address(item.get(key), {}) for key in ("url", "mainEntityOfPage", "@id"))
    is_own = any(_bare_address(address) in own for address in named if address)
    rich = sum(bool(item.get(key)) for key in ("headline", "datePublished", "author", "articleBody", "dateModified"))
    return is_own and rich > 1, not _types(item) <= REVIEWS, rich


def _own_addresses(head: Head) -> set[str]:
    named = [target for relation, target in head.links if "canonical" in relation.split()]
    named += [content for name, content in head.meta if name == "og:url"]
    return {_bare_address(address) for address in named}


def _bare_address(address: str) -> str:
    """An address without its scheme, its fragment and a slash at its end."""
    return address.partition("#")[0].partition("://")[2].rstrip("/")


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        value = next((item for item in value if item), None)
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
        value = value[0] if isinstance(value, list) and value else value
    if not isinstance(value, str | int):
        return None
    # Content systems escape twice: "Tom &amp; Jerry" stands in JSON.
    text = str(value)
    return (unescaped(text) if "&" in text else text).strip() or None


def unescaped(text: str) -> str:
    """A text whose entities are characters."""
    import html  # noqa: PLC0415 - with its 2,231 names 2 ms of each start, which most pages do without

    return html.unescape(text)


def _names(value: Any, by_id: dict[str, Any], depth: int = 0) -> Iterator[str]:
    """The names of people or houses: strings, objects, references, and lists of them, also in lists or in a name."""
    if isinstance(value, list):
        for item in value[:MAX_NAMES] if depth < MAX_DEPTH else ():
            yield from _names(item, by_id, depth + 1)
        return
    if isinstance(value, dict):
        if not value.get("name"):
            value = by_id.get(str(value.get("@id")), value)
        if isinstance(value.get("name"), list) and depth < MAX_DEPTH:
            yield from _names(value["name"], by_id, depth + 1)
            return
        if not value.get("name"):
            value = " ".join(filter(None, (_text(value.get("givenName")), _text(value.get("familyName")))))
    name = _text(value)
    if name and not name.startswith(("http:", "https:")):
        yield name


def _typed(value: Any, by_id: dict[str, Any], kind: str) -> list[Any]:
    """The items of an author field whose type ends so ("NewsMediaOrganization")."""
    items = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
    typed = ((item, item if "@type" in item else by_id.get(str(item.get("@id")), item)) for item in items)
    return [item for item, found in typed if any(each.endswith(kind) for each in _types(found))]


def _keywords(value: Any) -> Iterator[str]:
    items = value if isinstance(value, list) else str(value).split(",") if isinstance(value, str) else []
    for item in items[:100]:
        if (text := _text(item)) and not text.startswith(("http:", "https:")):
            yield text


def _address(value: Any, by_id: dict[str, Any]) -> str | None:
    if isinstance(value, list):
        value = next((item for item in value if item), None)
    if isinstance(value, dict):
        value = (
            value.get("url")
            or value.get("contentUrl")
            or value.get("@id")
            or by_id.get(str(value.get("@id")), {}).get("url")
        )
    text = _text(value)
    return text if text and text.startswith(("http:", "https:", "/")) else None


def _count(value: Any) -> int | None:
    text = str(value).strip()
    return int(text) if len(text) < 10 and text.isdecimal() else None


def _truth(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(str(value).strip().lower())

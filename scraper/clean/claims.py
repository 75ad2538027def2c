"""What a page claims of itself in JSON-LD, meta elements, links and bylines: the first origin that speaks wins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urljoin

from msgspec import Struct

from scraper.clean import agencies
from scraper.clean.ld import LinkedData
from scraper.clean.people import House, people
from scraper.clean.view import View
from scraper.clean.when import to_iso
from scraper.expressions import expression
from scraper.types import Head

PUBLISHED = tuple(
    "article:published_time og:published_time og:article:published_time datepublished parsely-pub-date sailthru.date "
    "cxenseparse:recs:publishtime dc.date.issued dcterms.issued dcterms.created dc.date.published dc.date dcterms.date "
    "dc.date.created citation_publication_date publish-date publish_date publishdate published-date published_date "
    "publication_date publication-date pubdate bt:pubdate date_published published_at date.published "
    "rnews:datepublished shareaholic:article_published_time originalpublicationdate "
    "article.published article.created date article:post_date published-time".split()
)
MODIFIED = tuple(
    "article:modified_time og:updated_time datemodified dcterms.modified dc.date.modified last-modified "
    "article.updated cxenseparse:recs:modifiedtime".split()
)
AUTHORS = tuple(
    "author article:author parsely-author sailthru.author citation_author citation_authors dc.creator dcterms.creator "
    "byl article:author_name article:author:name cxenseparse:author authors author_name creator mrf:authors bt:author "
    "shareaholic:article_author_name".split()
)
WRITTEN_BY = expression(
    r"(?:written|posted|verfasst|geschrieben|écrit|escrit[oa]|scritto|geschreven|skriv[ei]t|skrevet|napisan[eay]?|napsal|"
    r"автор|yazar|ditulis|作者|投稿者|執筆者|글쓴이|author|autor|auteur|autore)"
    r"(?:\s+(?:by|von|par|por|da|door|av|af|przez|oleh))?\W*",
    re.IGNORECASE,
)
SECTIONS = ("article:section", "og:article:section", "parsely-section", "section")
TAGS = ("article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags")
IMAGES = ("og:image", "og:image:url", "twitter:image", "twitter:image:src")
SITES = ("og:site_name", "application-name")
IN_ADDRESS = expression(
    r"/((?:19|20)\d\d)/(\d\d?)/(\d\d?)/|[/_]((?:19|20)\d\d)-(\d\d)-(\d\d)(?!\d)|/(20\d\d)(\d\d)(\d\d)(?=[/_-])"
)
"""A day in an address: /2024/03/01/, /2024-03-01-bridge, /20240301/bridge."""
LICENCES = ("dc.rights", "dcterms.license", "dcterms.rights", "copyright-license")


class Claims(Struct, frozen=True):
    """Field name -> (value, origin); `names_authors` says that the page names somebody, whoever it is.

    `short_names` are authors of one word ("Ada", "AdaQ"), whom a printed byline may know better.
    """

    fields: dict[str, tuple[Any, str]] = {}
    short_names: tuple[tuple[str, ...], str] = ((), "")
    names_authors: bool = False
    house: House = House()


def read_claims(view: View, data: LinkedData) -> Claims:
    """What the page says, each field with its origin."""
    head = view.document.head or Head()
    meta: dict[str, list[str]] = {}
    for name, content in head.meta:
        meta.setdefault(name, []).append(content)
    fields: dict[str, tuple[Any, str]] = {}

    def fill(name: str, candidates: Iterable[tuple[Any, str]]) -> None:
        for value, where in candidates:
            if value not in (None, (), ""):
                fields[name] = (value, where)
                return

    fetched, url = view.document.fetched_at, view.document.url
    fill(
        "site",
        [
            (_first(meta, "og:site_name"), "meta:og:site_name"),
            (data.site, "json-ld"),
            (_first(meta, "application-name"), "meta:application-name"),
        ],
    )
    names = [data.site, *(name for key in SITES for name in meta.get(key, ()))]
    house = House(view, names, data.persons, is_blog=not data.is_news)
    fill("published", ((to_iso(text, fetched), where) for text, where in _dates(head, meta, PUBLISHED, data.published)))
    fill("modified", ((to_iso(text, fetched), where) for text, where in _dates(head, meta, MODIFIED, data.modified)))
    short: list[tuple[tuple[str, ...], str]] = []
    fill("authors", _whole_names(_authors(meta, data), house, short))
    fill("editors", [(people(data.editors, house), "json-ld")])
    fill("agency", [(next(filter(None, map(agencies.canonical, data.authors)), None), "json-ld")])
    fill("section", [(data.section, "json-ld"), *_firsts(meta, SECTIONS)])
    fill("tags", [(_tags(data.keywords), "json-ld"), *((_tags(meta.get(name, ())), f"meta:{name}") for name in TAGS)])
    fill("image", [(_join(url, text), where) for text, where in [*_firsts(meta, IMAGES), (data.image, "json-ld")]])
    licences = [(target, "link:license") for relation, target in head.links if "licen" in relation]
    fill("licence", [*licences, (data.licence, "json-ld"), *_firsts(meta, LICENCES)])
    fill(
        "paywalled", [(_paywalled(data, meta), "json-ld" if data.is_free is not None else "meta:article:content_tier")]
    )
    canonical = [(target, "link:canonical") for relation, target in head.links if "canonical" in relation.split()]
    fill(
        "canonical_url",
        [(_join(url, text), where) for text, where in [*canonical, *_firsts(meta, ("og:url",)), (data.url, "json-ld")]],
    )
    names_authors = bool(data.authors) or any(name in meta for name in AUTHORS)
    return Claims(fields, short[0] if short else ((), ""), names_authors, house)


def last_witnesses(
    view: View, claims: Claims, canonical: str | None, changed: frozenset[str]
) -> dict[str, tuple[Any, str]]:
    """What links, <time> elements and the address say where neither the page's data nor its byline speak.

    `changed` are days that the page calls the last change's.
    """
    head, fetched = view.document.head or Head(), view.document.fetched_at
    found: dict[str, tuple[Any, str]] = {}
    linked = people(head.authors, claims.house)
    if len(linked) == 1:
        # Several are the authors of teasers as well.
        found["authors"] = (linked, "rel:author")
    modified = claims.fields.get("modified", ("", ""))[0][:10]
    stated = (to_iso(value, fetched) for value, says, is_said in head.times if is_said and "datemodified" not in says)
    days = {moment[:10] for value, _, _ in head.times if (moment := to_iso(value, fetched))}
    if first := next(filter(None, stated), None):
        found["published"] = (first, "time")
    elif len(days) == 1 and (alone := to_iso(head.times[0][0], fetched)) and alone[:10] not in (modified, *changed):
        found["published"] = (alone, "time")
    elif match := IN_ADDRESS.search(view.document.url or canonical or ""):
        found["published"] = (to_iso("-".join(filter(None, match.groups())), fetched), "url")
    return {name: pair for name, pair in found.items() if pair[0]}


def _authors(meta: dict[str, list[str]], data: LinkedData) -> Iterator[tuple[Iterable[str], str]]:
    yield [name for name in data.authors if name not in data.organisations], "json-ld"
    for name in AUTHORS:
        yield meta.get(name, ()), f"meta:{name}"
    yield from _carded(meta)


def _carded(meta: dict[str, list[str]]) -> Iterator[tuple[Iterable[str], str]]:
    """The writer on a page's card: twitter:label1 is "Written by" in the site's language, twitter:data1 the name."""
    for number in "12":
        label, name = _first(meta, f"twitter:label{number}"), _first(meta, f"twitter:data{number}")
        if label and name and WRITTEN_BY.fullmatch(label):
            yield (name,), f"meta:twitter:data{number}"


def _whole_names(
    claimed: Iterable[tuple[Iterable[str], str]], house: House, short: list[tuple[tuple[str, ...], str]]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """The people of each origin that gives one of them a first and a last name; the others' go to `short`.

    Scripts without capitals write both names as one word.
    """
    for raw, where in claimed:
        names = people(raw, house) if raw else ()
        if any(" " in name or name.lower() == name.upper() for name in names):
            yield names, where
        elif names:
            short.append((names, where))


def _dates(
    head: Head, meta: dict[str, list[str]], names: tuple[str, ...], linked: str | None
) -> Iterable[tuple[str | None, str]]:
    yield linked, "json-ld"
    yield from _firsts(meta, names)
    if names is MODIFIED:
        yield from ((value, "time") for value, says, _ in head.times if "modif" in says or "updat" in says)


def _first(meta: dict[str, list[str]], name: str) -> str | None:
    return next(iter(meta.get(name, ())), None)


def _firsts(meta: dict[str, list[str]], names: Iterable[str]) -> Iterable[tuple[str, str]]:
    return ((meta[name][0], f"meta:{name}") for name in names if name in meta)


def _tags(values: Iterable[str]) -> tuple[str, ...]:
    parts = [part.strip() for value in values for part in re.split(r"[,;،、]", value)]
    return tuple(dict.fromkeys(part for part in parts if 0 < len(part) <= 100))[:100]


def _join(base: str | None, target: str | None) -> str | None:
    if not target:
        return None
    try:
        joined = urljoin(base or "", target)
    except ValueError:
        return None
    return joined if joined.startswith(("http://", "https://")) else None


def _paywalled(data: LinkedData, meta: dict[str, list[str]]) -> bool | None:
    if data.is_free is not None:
        return not data.is_free
    tier = _first(meta, "article:content_tier") or _first(meta, "og:article:content_tier")
    return {"free": False, "metered": True, "locked": True}.get(tier.lower()) if tier else None

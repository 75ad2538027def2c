"""What a page claims of itself in JSON-LD, meta elements, links and bylines: the first origin that speaks wins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin

from msgspec import Struct

from scraper.clean import agencies
from scraper.clean.fold import fold
from scraper.clean.ld import LinkedData
from scraper.clean.view import View
from scraper.clean.when import to_iso
from scraper.types import Head, Kind

PUBLISHED = tuple(
    "article:published_time og:published_time og:article:published_time datepublished parsely-pub-date sailthru.date "
    "cxenseparse:recs:publishtime dc.date.issued dcterms.created dc.date dcterms.date dc.date.created "
    "citation_publication_date publish-date publish_date publication_date pubdate published_at date.published "
    "article.published article.created date article:post_date".split()
)
MODIFIED = tuple(
    "article:modified_time og:updated_time datemodified dcterms.modified dc.date.modified last-modified "
    "article.updated cxenseparse:recs:modifiedtime".split()
)
AUTHORS = tuple(
    "author article:author parsely-author sailthru.author dc.creator dcterms.creator byl citation_author "
    "article:author_name cxenseparse:author".split()
)
SECTIONS = ("article:section", "og:article:section", "parsely-section", "section")
TAGS = ("article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags")
IMAGES = ("og:image", "og:image:url", "twitter:image", "twitter:image:src")
LICENCES = ("dc.rights", "dcterms.license", "dcterms.rights", "copyright-license")

# "By Jane Doe and John Roe", "Von Jana Beispiel", "Par ..."; the word is followed by names in capitals.
BYLINE = re.compile(
    r"^(?:by|von|par|por|di|da|af|av|door|przez|autor|autore|auteur|text|texte|texto|författare|skrevet av|автор|yazan)"
    r"\b[:\s]+(.{3,120})$",
    re.IGNORECASE,
)
JOINED = re.compile(
    r"\s*(?:,|;|/|\||&|\band\b|\bund\b|\bet\b|\by\b|\be\b|\bog\b|\boch\b|\ben\b|\bi\b|\bve\b|\bи\b|、)\s*",
    re.IGNORECASE,
)
NO_PERSON = frozenset(
    "admin administrator editor editors editorial staff redaktion redaktionen redacción redaccion rédaction redazione "
    "redactie redakcja redaksjonen redação newsroom news desk webmaster guest author authors unknown none null team "
    "contributor correspondent reporter writer online web editor-in-chief".split()
)
ROLE = re.compile(r"\s*(?:[,(|–—]|\s-\s).*$")


class Claims(Struct, frozen=True):
    """Field name -> (value, origin); `names_authors` says that the page names somebody, whoever it is."""

    fields: dict[str, tuple[Any, str]] = {}
    names_authors: bool = False


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
    site = fields.get("site", ("", ""))[0]
    fill("published", [(to_iso(text, fetched), where) for text, where in _dates(head, meta, PUBLISHED, data.published)])
    fill("modified", [(to_iso(text, fetched), where) for text, where in _dates(head, meta, MODIFIED, data.modified)])
    fill("authors", [(people(names, site), where) for names, where in _authors(view, head, meta, data)])
    fill("editors", [(people(data.editors, site), "json-ld")])
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
    named = bool(data.authors) or any(name in meta for name in AUTHORS)
    return Claims(fields, named)


def people(names: Iterable[str], site: str | None = None) -> tuple[str, ...]:
    """The persons among author names: no agency, no site, no address, no desk, each once."""
    found: dict[str, str] = {}
    for raw in names:
        for part in _split(raw):
            name = " ".join(ROLE.sub("", part).split()).strip(" .,:;-–|")
            if _is_person(name, site):
                found.setdefault(fold(name), name)
    # "Jane Doe, MS, RD": degrees are no people beside somebody with a whole name.
    whole = [name for name in found.values() if " " in name]
    return tuple(whole or found.values())[:50]


def _split(raw: str) -> list[str]:
    """One field may hold several people; "Doe, Jane" (one comma, one word on its left) is one."""
    raw = re.sub(r"^(?:by|von|par|por|di|door|autor)[:\s]+", "", raw.strip(), flags=re.IGNORECASE)
    if re.fullmatch(r"\w+, \w+", raw):
        return [" ".join(reversed(raw.split(", ")))]
    return JOINED.split(raw) if len(raw) < 400 else []


def _is_person(name: str, site: str | None) -> bool:
    words = name.split()
    if not 2 <= len(name) <= 60 or len(words) > 6 or any(char in name for char in "@/<>{}[]_="):
        return False
    if (
        any(char.isdigit() for char in name)
        or name.startswith(("http", "www."))
        or "." in name.strip(".").split(" ")[-1][1:-1]
    ):
        return False
    folded = fold(name)
    if len(words) == 1 and name.isascii() and name.islower():
        return False
    if agencies.is_agency(name) or (site and _is_house(folded, fold(site))):
        return False
    return NO_PERSON.isdisjoint(folded.split())


def _is_house(name: str, site: str) -> bool:
    """Whether a name is the site's own, spaces and dots aside ("NDR de", "ndr.de")."""
    one, other = re.sub(r"\W", "", name), re.sub(r"\W", "", site)
    return bool(one and other) and (one in other or other in one)


def _authors(
    view: View, head: Head, meta: dict[str, list[str]], data: LinkedData
) -> Iterable[tuple[Iterable[str], str]]:
    yield data.authors, "json-ld"
    for name in AUTHORS:
        yield meta.get(name, ()), f"meta:{name}"
    yield head.authors[:5], "rel:author"
    yield [match[1] for match in _byline_blocks(view)], "byline"


def _byline_blocks(view: View) -> Iterable[re.Match[str]]:
    """Blocks in a byline's place, or made like one, before the article's first prose."""
    for index, block in enumerate(view.blocks):
        if len(block.text) < 150 and (match := BYLINE.match(block.text)) and view.kind(index) in (Kind.BYLINE, None):
            yield match
            return
        if view.prose[index] and not view.removed(index):
            return


def _dates(
    head: Head, meta: dict[str, list[str]], names: tuple[str, ...], linked: str | None
) -> Iterable[tuple[str | None, str]]:
    yield linked, "json-ld"
    yield from _firsts(meta, names)
    if names is PUBLISHED:
        yield from ((value, "time") for value, _, is_published in head.times if is_published)
    else:
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

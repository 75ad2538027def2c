"""Metadata with its origin: what the page claims, what the text itself shows, and trafilatura's reading behind both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scraper.clean import beside, peer, printed, siterules
from scraper.clean.claims import Claims, last_witnesses, read_claims
from scraper.clean.language import language, segments
from scraper.clean.ld import LinkedData
from scraper.clean.title import Title
from scraper.clean.view import View
from scraper.types import Block, Metadata, Segment

BARE_PROSE = 5
"""Paragraphs of an article on a page that says nothing of itself."""


def describe(view: View, title: Title | None, data: LinkedData, kept: Sequence[Block]) -> Metadata:
    """The article's metadata. A field that no origin fills stays None or empty; `origin` names where each came from."""
    claims = read_claims(view, data) if view.is_page else Claims()
    shown = printed.read(view, kept)
    found: dict[str, Any] = {}
    origin: dict[str, str] = {}

    def fill(name: str, value: Any, where: str) -> None:
        if name not in found and value not in (None, ()):
            found[name], origin[name] = value, where

    for name, value in siterules.read_facts(view, claims.house).items():
        fill(name, value, siterules.ORIGIN)
    if title is not None:
        fill("title", title.text, title.origin)
    for name, (value, where) in claims.fields.items():
        fill(name, value, where)
    if view.is_page and not {"authors", "published"} <= found.keys():
        near = beside.read(view, title.block if title is not None else -1, claims.house, found)
        fill("authors", *near.authors)
        fill("authors", *claims.short_names)
        fill("published", *near.published)
        for name, (value, where) in last_witnesses(view, claims, found.get("canonical_url"), near.changed).items():
            fill(name, value, where)
    for name, (value, where) in shown.items():
        fill(name, value, where)
    if title is not None and title.trim is not None:
        fill("agency", printed.agency_of(title.trim.text), title.origin)
    if _is_silent(view, data, claims, found):
        for name, (value, where) in peer.second_opinion(view.document, claims).items():
            fill(name, value, where)
    _languages(view, kept, fill)
    return Metadata(**found, origin=origin)


def _is_silent(view: View, data: LinkedData, claims: Claims, found: dict[str, Any]) -> bool:
    """Whether an article's page names nobody and no day: then another reader is worth its 25 ms.

    An article is what calls itself one, or has prose and nothing in its head that could.
    """
    head = view.document.head
    if head is None or claims.names_authors or not found.keys().isdisjoint(("authors", "published", "modified")):
        return False
    if data.is_article or ("og:type", "article") in head.meta:
        return True
    is_bare = not head.json_ld and not any(name.startswith("og:") for name, _ in head.meta)
    return is_bare and sum(view.prose[index] for index in view.open()) >= BARE_PROSE


def _languages(view: View, kept: Sequence[Block], fill: Any) -> None:
    """The language of the text; the page's own claim where the text is too short to tell."""
    texts = [block.text for block in kept]
    runs = [Segment(tag, kept[first].at, kept[last].at) for first, last, tag in segments(texts)]
    if len(runs) > 1:
        fill("segments", tuple(runs), "text")
        fill("language", runs[0].language, "text")
    fill("language", language("\n".join(texts)), "text")
    head = view.document.head
    if head is not None and head.language:
        fill("language", head.language.strip().replace("_", "-").split("-")[0].lower()[:8] or None, "html lang")

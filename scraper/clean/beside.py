"""Who and when, as a page prints it beside its headline: the byline and the line of the date."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from scraper.clean import signed
from scraper.clean.bylines import OPENER, WITHIN
from scraper.clean.people import House
from scraper.clean.signed import DATED, GLUED, LONGEST, TOKENS_UP, date_in
from scraper.clean.view import View
from scraper.clean.when import to_iso
from scraper.expressions import expression
from scraper.types import Kind

ABOVE = 3
"""Blocks above the headline that may hold its byline or date."""
BELOW = 15
"""Blocks between the headline and the text that are read; a menu that stands there has more."""
FAR_BELOW = 80
"""Blocks behind such a menu: there an element's name must say that it holds the date or the byline."""
CONTAINERS_UP = 2
"""Levels above the headline's element that hold its own byline as well."""
OF_DATES = expression(
    r"(?:^|-|_)(?:(?:post|entry|article|story|news|blog|pub|published|publish|publication|release)[-_]*(?:date|time|on)|"
    r"(?:date|time)[-_]*(?:published|posted|header)|published|pubdate|dateline)(?:$|-|_)|=datepublished|articledate"
)
"""Names of elements that hold the publication's date."""
OF_CHANGES = expression(r"updated|modif|changed|aktualis|revised")

# A line that says so first gives the date of the last change, not of publication.
UPDATED = expression(
    r"\W*(?:last\s+)?(?:updated|modified|aktualisiert|stand|geändert|modifié|mis à jour|actualizad|aggiornat|"
    r"atualizad|bijgewerkt|uppdaterad|oppdatert|opdateret|päivitetty|zaktualizowan|güncelle|обновлено|оновлено|تحديث|"
    r"更新)",
    re.IGNORECASE,
)
PUBLISHED = expression(
    r"publi|posted|erstellt|veröffentlicht|pubblicat|opublikowan|julkaistu|udgivet|yayın|опубл|نشر|发布|發布|公開|掲載|게시|입력",
    re.IGNORECASE,
)
ELSEWHERE = frozenset(
    (
        Kind.AD,
        Kind.CAPTION,
        Kind.COMMENTS,
        Kind.COMMENT_FORM,
        Kind.COOKIE,
        Kind.COPYRIGHT,
        Kind.DATE_WIDGET,
        Kind.PHOTO_CREDIT,
        Kind.WEATHER,
    )
)
"""Kinds of blocks whose names and dates are not the article's."""


class Shown(NamedTuple):
    """What is printed beside the headline, each with its place ("block 7"), or empty.

    `changed` are days that are said to be the last change's.
    """

    authors: tuple[tuple[str, ...], str] = ((), "")
    published: tuple[str | None, str] = (None, "")
    changed: frozenset[str] = frozenset()


def read(view: View, headline: int, house: House, known: Mapping[str, Any]) -> Shown:
    """The byline and the date beside the headline's block, which is -1 where the page prints none.

    `known` are fields that the page's data say; what they have is not looked for. A line with the day of its last
    change must say that it is the publication's.
    """
    if headline < 0:
        return Shown()
    zone = list(_zone(view, headline))
    signers = signed.authors(view, headline, zone, house) if "authors" not in known else ((), "")
    if "published" in known:
        return Shown(signers)
    modified = (known.get("modified") or "")[:10]
    return Shown(signers, _published(view, zone, modified), _changed(view, zone))


def _zone(view: View, headline: int) -> Iterator[int]:
    """The blocks around a headline that can be its own: below it down to the text, then a few above."""
    prose = 0
    for index in range(headline + 1, min(headline + 1 + FAR_BELOW, len(view.blocks))):
        if view.prose[index] and not view.removed(index):
            prose += 1
            if prose > 1 or view.blocks[index].place == view.blocks[headline].place:
                break
        if len(view.blocks[index].text) > LONGEST or _is_elsewhere(view, index):
            continue
        if index <= headline + BELOW or _says_date(view, index) or signed.is_authors(view, index):
            yield index
    around = _places_up(view, headline, CONTAINERS_UP)
    for index in range(headline - 1, max(headline - 1 - ABOVE, -1), -1):
        if len(view.blocks[index].text) > LONGEST:
            continue
        if view.kind(index) in DATED and _says_date(view, index):
            yield index
        elif around.isdisjoint(_places_up(view, index, TOKENS_UP)):
            continue  # a clock in the page's own head
        elif view.kind(index) in DATED or signed.is_authors(view, index):
            yield index


def _is_elsewhere(view: View, index: int) -> bool:
    """Whether a block's names and dates are not the article's; a byline may stand in its first picture's figure."""
    kind, text = view.kind(index), view.blocks[index].text
    if kind is not Kind.CAPTION:
        return kind in ELSEWHERE
    if OPENER.match(text):
        return not signed.is_authors(view, index)
    found = date_in(text) if index and signed.is_authors(view, index - 1) else None
    return found is None or (found.end - found.start) * 2 < len(text)


def _tokens(view: View, index: int, levels: int) -> Iterator[str]:
    """The names that a block's element and those around it give themselves."""
    places, place = view.document.places, view.blocks[index].place
    for _ in range(levels):
        if place < 0:
            return
        yield from places[place].tokens
        place = places[place].parent


def _says_date(view: View, index: int) -> bool:
    """Whether a block's element is called the publication's date."""
    return any(_is_date_s(token) for token in _tokens(view, index, 2))


@lru_cache(maxsize=4096)
def _is_date_s(token: str) -> bool:
    return OF_DATES.search(token) is not None


def _places_up(view: View, index: int, levels: int) -> set[int]:
    """The elements that hold a block's element, so many levels up; the page's body is none."""
    places, place = view.document.places, view.blocks[index].place
    found: set[int] = set()
    for _ in range(levels):
        place = places[place].parent if place >= 0 else -1
        if place < 0 or places[place].tag in ("body", "html"):
            break
        found.add(place)
    return found


# ---- when


def _published(view: View, zone: list[int], modified: str) -> tuple[str | None, str]:
    for index in zone:
        day = _day(view, index, modified)
        if day is not None:
            return _timed(view, day), f"block {view.blocks[index].at}"
    return None, ""


def _changed(view: View, zone: list[int]) -> frozenset[str]:
    """The days that the lines beside the headline call the last change's."""
    texts = [(view.blocks[index - 1].text[:30] if index else "", view.blocks[index].text) for index in zone]
    said = [text[match.start() :] for before, text in texts if (match := UPDATED.search(text))]
    said += [text for before, text in texts if UPDATED.match(before) and date_in(before) is None]
    return frozenset(found.date for text in said if (found := date_in(text)) is not None and found.date)


def _day(view: View, index: int, modified: str) -> str | None:
    """The whole date that a line gives as the publication's."""
    block, kind = view.blocks[index], view.kind(index)
    before = view.blocks[index - 1].text if index else ""
    if kind not in DATED and view.prose[index]:
        return None
    if len(before) <= 30 and UPDATED.match(before) and date_in(before) is None:
        return None
    text = GLUED.sub(" ", block.text)
    updated, says = UPDATED.search(text), PUBLISHED.search(text)
    if updated is not None:
        text = text[: updated.start()] if says is None or says.start() < updated.start() else text[says.start() :]
    found = date_in(text)
    if found is None or not found.date or found.date.startswith("--"):
        return None
    is_byline = OPENER.match(text) is not None or WITHIN.search(text) is not None
    is_date = (found.end - found.start) * 5 >= 2 * len(text) or _says_date(view, index)
    if not (kind in DATED or says is not None or is_byline or is_date):
        return None
    if found.date == modified and says is None and any(OF_CHANGES.search(name) for name in _tokens(view, index, 2)):
        return None
    return to_iso(found.date, view.document.fetched_at)


def _timed(view: View, day: str) -> str:
    """The same day with the time and the offset of a <time> element, where one has that day."""
    head = view.document.head
    moments = (to_iso(value, view.document.fetched_at) for value, _, _ in (head.times if head is not None else ()))
    return next((moment for moment in moments if moment and len(moment) > 10 and moment.startswith(day)), day)

"""Who and when, as a page prints it beside its headline: the byline and the line of the date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from scraper.clean.bylines import OPENER, ROLES, unopened
from scraper.clean.clock import find_date
from scraper.clean.people import House, people
from scraper.clean.view import View
from scraper.clean.when import to_iso
from scraper.clean.wires import towns
from scraper.types import Kind

ABOVE = 3
"""Blocks above the headline that may hold its byline or date."""
BELOW = 15
"""Blocks between the headline and the text that are read; a menu that stands there has more."""
LONGEST = 160
"""Characters of a byline with its roles, its date and its reading time."""
TOKENS_UP = 3
CONTAINERS_UP = 2
"""Levels above the headline's element that hold its own byline as well."""

# A line that says so first gives the date of the last change, not of publication.
UPDATED = re.compile(
    r"\W*(?:last\s+)?(?:updated|modified|aktualisiert|stand|geändert|modifié|mis à jour|actualizad|aggiornat|"
    r"atualizad|bijgewerkt|uppdaterad|oppdatert|opdateret|päivitetty|zaktualizowan|güncelle|обновлено|оновлено|تحديث|"
    r"更新)",
    re.IGNORECASE,
)
PUBLISHED = re.compile(
    r"publi|posted|erstellt|veröffentlicht|pubblicat|opublikowan|julkaistu|udgivet|yayın|опубл|نشر|发布|發布|公開|掲載|게시|입력",
    re.IGNORECASE,
)
DATED = frozenset((Kind.DATELINE_META, Kind.BYLINE, Kind.READING_TIME))
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
OF_AUTHORS = re.compile(r"author|byline|by-line|writer|written|autor|auteur|verfasser|redakteur|journalist")
# "Posted on 1 March 2024 by Ada Quill", "Published 1 March | Von Jana Beispiel"
WITHIN = re.compile(rf"(?:\s(?=(?:written |posted )?by\s)|[|•·–—,]\s+(?={OPENER.pattern[3:]}))", re.IGNORECASE)
NOT_WRITERS = re.compile(
    r"(?:review|edit|check|photo|image|picture|video|graphic|cover|design|illustrat|translat|produc|narrat|sponsor|power|fotograf|übersetz|tradu)\w*\W*$",
    re.IGNORECASE,
)
"""What stands before the "by" of people who did not write."""
_ROLES = "|".join(sorted(ROLES, key=len, reverse=True))
GLUED = re.compile(
    rf"(?<=[a-zß-ÿ])(?=(?:{'|'.join(sorted((role.title() for role in ROLES), key=len, reverse=True))})\b)|"
    r"(?<=\d)(?=[A-ZÀ-Þ][a-zß-ÿ])|(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ][a-zß-ÿ]+[.]? \d)|(?<=[a-zß-ÿ])(?=\d)"
)
"""Where two elements touch: "Dec 17, 2025Ada Quill", "Ada QuillDecember 17"."""
STOP = re.compile(
    rf"\s*(?:[|•·●▪⋅—–(\[@\d…]|\s-\s|\s[-·]|\b(?:former|deputy|{_ROLES})\b|(?:\b|(?-i:(?<=[a-z])(?=[A-Z])))(?:last|updated?|published|posted|reviewed|edited|"
    r"medically|fact[- ]checked|photo|photos|foto|fotos|for|in|is|on|aktualisiert|veröffentlicht|publié|publicado|"
    r"pubblicato|actualizado)\b).*$",
    re.IGNORECASE | re.DOTALL,
)


class Shown(NamedTuple):
    """What is printed beside the headline, each with its place ("block 7"), or empty."""

    authors: tuple[tuple[str, ...], str] = ((), "")
    published: tuple[str | None, str] = (None, "")


def read(view: View, headline: int, house: House, modified: str | None = None) -> Shown:
    """The byline and the date beside the headline's block, which is -1 where the page prints none.

    `modified` is the day of the last change as the page's data say it: such a line must say that it is the publication.
    """
    if headline < 0:
        return Shown()
    zone = list(_zone(view, headline))
    return Shown(_authors(view, zone, house), _published(view, zone, headline, (modified or "")[:10]))


def _zone(view: View, headline: int) -> Iterator[int]:
    """The blocks around a headline that can be its own: below it down to the text, then a few above."""
    prose = 0
    for index in range(headline + 1, min(headline + 1 + BELOW, len(view.blocks))):
        if view.prose[index] and not view.removed(index):
            prose += 1
            if prose > 1 or view.blocks[index].place == view.blocks[headline].place:
                break
        if len(view.blocks[index].text) <= LONGEST and view.kind(index) not in ELSEWHERE:
            yield index
    around = _places_up(view, headline, CONTAINERS_UP)
    for index in range(headline - 1, max(headline - 1 - ABOVE, -1), -1):
        if len(view.blocks[index].text) > LONGEST or around.isdisjoint(_places_up(view, index, TOKENS_UP)):
            continue  # a clock in the page's own head
        if view.kind(index) in DATED or _is_authors(view, index):
            yield index


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


def _foot(view: View) -> Iterator[int]:
    """The bylines directly below the text."""
    last = max((index for index in view.open() if view.prose[index]), default=len(view.blocks))
    for index in range(last + 1, min(last + 1 + ABOVE, len(view.blocks))):
        if view.kind(index) is Kind.BYLINE and len(view.blocks[index].text) <= LONGEST:
            yield index


def _is_authors(view: View, index: int) -> bool:
    """Whether the elements around a block call themselves the author's."""
    place = view.blocks[index].place
    for _ in range(TOKENS_UP):
        if place < 0 or view.document.places[place].tag in ("article", "main", "body"):
            return False
        here = view.document.places[place]
        if any(OF_AUTHORS.search(token) and "comment" not in token for token in here.tokens):
            return True
        place = here.parent
    return False


# ---- who


def _authors(view: View, zone: list[int], house: House) -> tuple[tuple[str, ...], str]:
    """The people of the first block that says so ("By ..."), else of the first that stands in a byline's place."""
    foot = list(_foot(view))
    for reader, places in ((_said, zone), (_placed, zone), (_dated, zone), (_said, foot)):
        names: list[str] = []
        first = -1
        for index in places:
            if first < 0 or _is_twin(view, first, index):
                found = reader(view, index, house)
                names += [name for name in found if name not in names]
                first = index if first < 0 and found else first
        if names:
            return tuple(names), "byline"
    return (), ""


def _is_twin(view: View, one: int, other: int) -> bool:
    """Whether two blocks stand in elements of the same name: the bylines of two authors do."""
    places = view.document.places
    a, b = places[view.blocks[one].place], places[view.blocks[other].place]
    return one < other and a.tokens == b.tokens and a.tag == b.tag and bool(a.tokens)


def _said(view: View, index: int, house: House) -> tuple[str, ...]:
    """The people of a block that opens with "By" or its like, holds it behind its date, or follows it."""
    text = view.blocks[index].text
    if within := WITHIN.search(text):
        said = NOT_WRITERS.search(text[: within.start()]) is None
        return _people(text[within.end() :], house) if said else ()
    before = view.blocks[index - 1].text if index else ""
    is_labelled = len(before) <= 20 and (opener := OPENER.match(before)) is not None and opener.end() == len(before)
    return _people(text, house) if is_labelled or OPENER.match(text) else ()


def _placed(view: View, index: int, house: House) -> tuple[str, ...]:
    """The people of a block that is nothing but names, where bylines stand."""
    text = view.blocks[index].text
    if NOT_WRITERS.search(text.partition(" by ")[0]):
        return ()
    if view.kind(index) is Kind.BYLINE or _is_authors(view, index):
        return _people(text, house)
    return _people(text, house, strict=True) if _opens_text(view, index) else ()


def _dated(view: View, index: int, house: House) -> tuple[str, ...]:
    """The person whose bare name stands next to the line of the date; one whom the text mentions is its subject."""
    text = view.blocks[index].text
    is_dated = _is_date(view, index - 1) or _is_date(view, index + 1)
    if not is_dated or not house.is_name(text) or text.upper() in towns():
        return ()
    told = any(text.split()[-1] in view.blocks[at].text for at in view.open() if view.prose[at])
    return () if told else people([text], house)


def _is_date(view: View, index: int) -> bool:
    if not 0 <= index < len(view.blocks) or view.kind(index) not in DATED:
        return False
    return find_date(view.blocks[index].text) is not None


def _people(text: str, house: House, *, strict: bool = False) -> tuple[str, ...]:
    bare = unopened(GLUED.sub(" ", text))
    if date := find_date(bare):
        bare = bare[: date.start].strip(" |•·–—-,") or bare[date.end :].strip(" |•·–—-,")
    return tuple(name for name in people([STOP.sub("", bare)], house) if house.is_name(name, strict=strict))


def _opens_text(view: View, index: int) -> bool:
    """Whether a block is the first paragraph of the element that holds the text, directly above its first prose."""
    after = next((at for at in range(index + 1, min(index + 3, len(view.blocks))) if view.prose[at]), None)
    if after is None or view.removed(after) or view.blocks[index].level:
        return False
    places, here, there = view.document.places, view.blocks[index].place, view.blocks[after].place
    return places[here].tag == places[there].tag == "p" and places[here].parent == places[there].parent


# ---- when


def _published(view: View, zone: list[int], headline: int, modified: str) -> tuple[str | None, str]:
    for index in zone:
        day = _day(view, index, modified)
        if day is not None:
            return _timed(view, day), f"block {view.blocks[index].at}"
    return None, ""


def _day(view: View, index: int, modified: str) -> str | None:
    """The whole date that a line gives as the publication's."""
    block, kind = view.blocks[index], view.kind(index)
    before = view.blocks[index - 1].text if index else ""
    if kind not in DATED and view.prose[index]:
        return None
    if len(before) <= 30 and UPDATED.match(before) and find_date(before) is None:
        return None
    text = GLUED.sub(" ", block.text)
    updated, says = UPDATED.search(text), PUBLISHED.search(text)
    if updated is not None:
        text = text[: updated.start()] if says is None or says.start() < updated.start() else text[says.start() :]
    found = find_date(text)
    if found is None or not found.date or found.date.startswith("--"):
        return None
    is_byline = OPENER.match(text) is not None or WITHIN.search(text) is not None
    is_line = kind in DATED or says is not None or is_byline or (found.end - found.start) * 5 >= 2 * len(text)
    if not is_line or (found.date == modified and says is None):
        return None
    return to_iso(found.date, view.document.fetched_at)


def _timed(view: View, day: str) -> str:
    """The same day with the time and the offset of a <time> element, where one has that day."""
    head = view.document.head
    moments = (to_iso(value, view.document.fetched_at) for value, _, _ in (head.times if head is not None else ()))
    return next((moment for moment in moments if moment and len(moment) > 10 and moment.startswith(day)), day)

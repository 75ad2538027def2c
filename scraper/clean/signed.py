"""Who signs an article, as the page prints it: the byline beside the headline, below the text, or in its own box."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import islice

from scraper.clean.bylines import OPENER, ROLES, WITHIN, unopened
from scraper.clean.clock import Found, find_date
from scraper.clean.people import House, people
from scraper.clean.view import View
from scraper.clean.wires import towns
from scraper.expressions import expression
from scraper.types import Kind

LONGEST = 160
"""Characters of a byline with its roles, its date and its reading time."""
LONGEST_BOX = 300
"""Characters of an author's box that opens with "By" or the like."""
TOKENS_UP = 3
BELOW_TEXT = 3
NEAR = 3
"""Blocks between a bare name and the date that it stands beside: a town, a role, a reading time, a dot."""
SHORT = 40
MOST_BOXES = 50
MOST_WORDS = 12
"""Words of bare names and a date."""
OF_AUTHORS = expression(r"author|byline|by-line|writer|written|autor|auteur|verfasser|redakteur|journalist")
NAMES = expression(r"(?:author|writer|autor|auteur|byline)[-_a-z]*(?:name|link)$")
NOT_NAMES = expression(r"comment|descr|bio(?:$|[-_])|about|job|position|teaser|related|avatar|follow|social")
"""Names of elements that say what somebody is, or that belong to others' articles."""
TOPICS = expression(r"categor|taxonomy|topic|\btags?\b|kicker|section|rubri[ck]|share|social|button")
"""Names of elements beside a date that hold no byline."""
DATED = frozenset((Kind.DATELINE_META, Kind.BYLINE, Kind.READING_TIME))
OTHERS = frozenset((Kind.COMMENTS, Kind.COMMENT_FORM, Kind.RELATED))
NOT_WRITERS = expression(
    r"(?:review|edit|check|photo|image|picture|video|graphic|cover|design|illustrat|translat|produc|narrat|sponsor|power|"
    r"fotograf|übersetz|tradu)\w*\W*$",
    re.IGNORECASE,
)
"""What stands before the "by" of people who did not write."""
GLUED = expression(
    rf"(?<=[a-zß-ÿ])(?=(?:{'|'.join(sorted((re.escape(role.title()) for role in ROLES), key=len, reverse=True))})\b)|"
    r"(?<=\d)(?=[A-ZÀ-Þ][a-zß-ÿ])|(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ][a-zß-ÿ]+[.]? \d)|(?<=[a-zß-ÿ])(?=\d)"
)
"""Where two elements touch: "Dec 17, 2025Ada Quill", "Ada QuillDecember 17"."""
STOP = expression(
    r"\s*(?:[|•·●▪⋅—–(\[@\d…]|\s-\s|\s[-·]|\b(?:former|deputy)\b|"
    r"(?:\b|(?-i:(?<=[a-z])(?=[A-Z])))(?:last|updated?|published|posted|reviewed|edited|"
    r"medically|fact[- ]checked|photo|photos|foto|fotos|for|in|is|on|aktualisiert|veröffentlicht|publié|publicado|"
    r"pubblicato|actualizado)\b).*$",
    re.IGNORECASE | re.DOTALL,
)


@lru_cache(maxsize=1024)
def date_in(text: str) -> Found | None:
    """find_date, which several readers ask about the same lines."""
    return find_date(text)


Reader = Callable[[View, int, House], tuple[str, ...]]


def authors(view: View, headline: int, zone: list[int], house: House) -> tuple[tuple[str, ...], str]:
    """The people of the first block that says so ("By ..."), else of the first that stands in a byline's place."""
    readers: tuple[tuple[Reader, Sequence[int]], ...] = (
        (_said, zone),
        (_placed, zone),
        (_dated, zone),
        (_said, _foot(view)),
    )
    for reader, places in readers:
        names: list[str] = []
        first = -1
        for index in places:
            if first < 0 or _is_twin(view, first, index):
                found = reader(view, index, house)
                names += [name for name in found if name not in names]
                first = index if first < 0 and found else first
        if names:
            return tuple(names), "byline"
    boxed = _boxed(view, headline, house)
    return boxed, "byline" if boxed else ""


def is_authors(view: View, index: int) -> bool:
    """Whether the elements around a block call themselves the author's, or are an <address>."""
    place = view.blocks[index].place
    found = False
    for _ in range(TOKENS_UP):
        if place < 0 or view.document.places[place].tag in ("article", "main", "body"):
            break
        here = view.document.places[place]
        said = {_says(token) for token in here.tokens}
        if 1 in said:
            return True
        if -1 in said:
            return False
        found = found or here.tag == "address" or 0 in said
        place = here.parent
    return found


@lru_cache(maxsize=4096)
def _says(token: str) -> int | None:
    """Whether an element's name is that of a name (1), of the author (0), or of what is said of somebody (-1)."""
    if NAMES.search(token):
        return 1
    return -1 if NOT_NAMES.search(token) else 0 if OF_AUTHORS.search(token) else None


def _foot(view: View) -> list[int]:
    """The bylines directly below the text."""
    last = max((index for index in view.open() if view.prose[index]), default=len(view.blocks))
    below = range(last + 1, min(last + 1 + BELOW_TEXT, len(view.blocks)))
    return [index for index in below if view.kind(index) is Kind.BYLINE and len(view.blocks[index].text) <= LONGEST]


def _boxed(view: View, headline: int, house: House) -> tuple[str, ...]:
    """The people of an author's box anywhere that opens with "By" or the like, where all such boxes name the same."""
    found: tuple[str, ...] = ()
    opened = (at for at, block in enumerate(view.blocks) if len(block.text) <= LONGEST_BOX and OPENER.match(block.text))
    boxes = [at for at in islice(opened, MOST_BOXES) if view.kind(at) not in OTHERS and is_authors(view, at)]
    around = _around_text(view, headline) if boxes else set()
    for index in boxes:
        names = () if _is_teaser(view, index, around) else _said(view, index, house)
        if names and found and names != found:
            return ()
        found = names or found
    return found


def _around_text(view: View, headline: int) -> set[int]:
    """The elements that hold the headline or kept prose."""
    around: set[int] = set()
    for at in (headline, *(at for at in view.open() if view.prose[at])):
        place = view.blocks[at].place
        while place >= 0 and place not in around:
            around.add(place)
            place = view.document.places[place].parent
    return around


def _is_teaser(view: View, index: int, around: set[int]) -> bool:
    """Whether a block stands in an item that holds neither the headline nor kept prose."""
    place = view.blocks[index].place
    while place >= 0 and place not in around:
        if view.document.places[place].tag in ("article", "li", "a"):
            return True
        place = view.document.places[place].parent
    return False


def _is_twin(view: View, one: int, other: int) -> bool:
    """Whether two blocks stand in elements of the same name: the bylines of two authors do."""
    places = view.document.places
    a, b = places[view.blocks[one].place], places[view.blocks[other].place]
    return one < other and a.tokens == b.tokens and a.tag == b.tag and bool(a.tokens)


def _said(view: View, index: int, house: House) -> tuple[str, ...]:
    """The people of a block that opens with "By" or its like, holds it behind its date, or follows it."""
    block = view.blocks[index]
    text = block.text
    if OPENER.match(text) and (names := _people(text, house)):
        return names
    if not block.level and (within := WITHIN.search(text)):
        said = NOT_WRITERS.search(text[: within.start()]) is None
        return _people(text[within.end() :], house) if said else ()
    before = view.blocks[index - 1].text if index else ""
    is_labelled = len(before) <= 20 and (opener := OPENER.match(before)) is not None and opener.end() == len(before)
    return _people(text, house) if is_labelled else ()


def _placed(view: View, index: int, house: House) -> tuple[str, ...]:
    """The people of a block that is nothing but names, where bylines stand."""
    text, hit = view.blocks[index].text, view.hits[index]
    before, by, _ = text.partition(" by ")
    if (by and NOT_WRITERS.search(before)) or (hit is not None and hit.kind is Kind.NAVIGATION):
        return ()
    if view.kind(index) is Kind.BYLINE or is_authors(view, index):
        return _people(text, house)
    return _people(text, house, strict=True) if _opens_text(view, index) else ()


def _dated(view: View, index: int, house: House) -> tuple[str, ...]:
    """The people whose bare names stand beside the date; one whom the text mentions is its subject."""
    text = view.blocks[index].text
    if not 1 < text.count(" ") + 1 <= MOST_WORDS or text.islower():
        return ()
    places, place, hit = view.document.places, view.blocks[index].place, view.hits[index]
    if view.blocks[index].level or view.kind(index) is Kind.SHARE or (hit is not None and hit.kind is not Kind.BYLINE):
        return ()
    if any(TOPICS.search(token) for token in (*places[place].tokens, places[place].tag)):
        return ()
    if not (_has_date(view, index) or _is_by_date(view, index)):
        return ()
    names = _people(text, house, strict=True)
    rest = len(_without_date(text).split()) - sum(len(name.split()) for name in names)
    if not names or rest > 2 or any(name.upper() in towns() for name in names):
        return ()
    prose = [view.blocks[at].text for at in view.open() if view.prose[at]]
    told = any(name.split()[-1] in paragraph for paragraph in prose for name in names)
    return () if told else names


def _is_by_date(view: View, index: int) -> bool:
    """Whether a date stands next to a block, or behind a few short blocks."""
    for step in (1, -1):
        for at in range(index + step, index + step * (NEAR + 1), step):
            if not 0 <= at < len(view.blocks) or view.blocks[at].level:
                break
            if _has_date(view, at):
                return True
            if len(view.blocks[at].text) > SHORT:
                break
    return False


def _has_date(view: View, index: int) -> bool:
    text = view.blocks[index].text
    if view.kind(index) not in DATED and (view.prose[index] or len(text) > LONGEST):
        return False
    return date_in(text) is not None


def _without_date(text: str) -> str:
    """A byline without its date and what stands on the other side of it."""
    bare = unopened(GLUED.sub(" ", text))
    date = date_in(bare)
    return bare if date is None else bare[: date.start].strip(" |•·–—-,") or bare[date.end :].strip(" |•·–—-,")


def _people(text: str, house: House, *, strict: bool = False) -> tuple[str, ...]:
    bare = STOP.sub("", _without_date(text))
    return tuple(name for name in people([bare], house) if house.is_name(name, strict=strict))


def _opens_text(view: View, index: int) -> bool:
    """Whether a block is the first paragraph of the element that holds the text, directly above its first prose."""
    after = next((at for at in range(index + 1, min(index + 3, len(view.blocks))) if view.prose[at]), None)
    if after is None or view.removed(after) or view.blocks[index].level:
        return False
    places, here, there = view.document.places, view.blocks[index].place, view.blocks[after].place
    return places[here].tag == places[there].tag == "p" and places[here].parent == places[there].parent

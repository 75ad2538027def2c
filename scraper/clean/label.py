"""Passes that judge a block by itself: its place, its words, its clock."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scraper.clean import agencies
from scraper.clean.clock import LONGEST_LINE, Clock
from scraper.clean.view import View, Vote, keep, remove
from scraper.expressions import expression
from scraper.types import Form, Kind, Label

# A line that opens with the copyright sign is a notice or a picture's credit, never a sentence of an article.
COPYRIGHT_SIGN = expression(r"^(?:©|\(c\)|ⓒ|Copyright\b)", re.IGNORECASE)
YEAR_OR_RIGHTS = expression(
    r"^(?:©|\(c\)|ⓒ|Copyright)\W*(?:copyright\W*)?(?:19|20)\d\d"
    r"|rights reserved|reservad|vorbehalten|réservés|saklıdır|защищены|無断転載|版权所有|無斷轉載",
    re.IGNORECASE,
)
# "© Reuters. President X speaks ...": a credit of at most six words, a stop, then a sentence.
CREDITED_CAPTION = expression(r"^(?:©|ⓒ)\s*[^.:/]{2,60}[.:/]\s+(\S.{20,})$", re.DOTALL)


SIGNS = frozenset("©ⓒⒸ(Cc")
"""What a line that COPYRIGHT_SIGN matches begins with: one in 24 does."""

FEWEST_CAPTIONS = 3
"""Captions that tell a story; one beside a short text is a caption."""

VAGUE = frozenset((Kind.NAVIGATION, Kind.FOOTER))
"""Kinds that a region gives to all it holds; what a line says of itself is more exact."""


def by_place(view: View) -> Iterator[Vote]:
    """Blocks that stand in an element whose name condemns it; captions stay when they are asked for.

    A page that tells its story in captions has no certain ones: law 4, a big container is never chrome.
    """
    if not view.is_page:
        return
    captions: dict[int, str] = {}
    for index, block in enumerate(view.blocks):
        rule = view.places[block.place] if block.place >= 0 else None
        if rule is not None and rule.kind is not Kind.CAPTION:
            yield index, remove(rule.kind, f"place.{rule.id}")
        elif rule is not None or block.form is Form.CAPTION:
            captions[index] = "tag.caption" if rule is None else f"place.{rule.id}"
    if not _is_most(view, captions):
        yield from ((index, _caption(view, rule)) for index, rule in captions.items())


def _is_most(view: View, captions: Mapping[int, str]) -> bool:
    """Whether captions, three or more, hold over half of the prose that no place condemns."""
    if len(captions) < FEWEST_CAPTIONS:
        return False
    prose = told = 0
    for index, block in enumerate(view.blocks):
        if view.prose[index] and (index in captions or block.place < 0 or view.places[block.place] is None):
            prose += view.shapes[index].words
            told += view.shapes[index].words if index in captions else 0
    return 2 * told > prose


def _caption(view: View, rule: str) -> Label:
    return keep(rule) if view.options.captions else remove(Kind.CAPTION, rule)


def by_phrase(view: View) -> Iterator[Vote]:
    """Blocks whose whole text is a sure phrase of the table, wherever they stand."""
    for index, hit in enumerate(view.hits):
        if hit is not None and hit.sure:
            yield index, remove(hit.kind, f"phrase.{hit.rule}")


def by_sign(view: View) -> Iterator[Vote]:
    """Lines that open with a copyright sign: a notice, a caption where a sentence follows the credit, or a credit.

    Behind the article's last sentence the sign credits an agency's text, beside a picture its photographer.
    """
    signed = [index for index, block in enumerate(view.blocks) if _is_signed(block.text)]
    prose = _standing_prose(view) if signed else []
    last = prose[-1] if prose else -1
    for index in signed:
        text = view.blocks[index].text
        if view.removed(index) and view.kind(index) not in VAGUE:
            continue
        if YEAR_OR_RIGHTS.search(text):
            if len(text) <= 300:
                yield index, remove(Kind.COPYRIGHT, "sign.copyright")
        elif CREDITED_CAPTION.match(text):
            yield (
                index,
                remove(Kind.CAPTION, "sign.credited_caption")
                if not view.options.captions
                else keep("sign.credited_caption"),
            )
        elif index > last and agencies.source_agency(text) is not None:
            yield index, remove(Kind.SOURCE_CREDIT, "sign.agency")
        elif len(text) <= 120 and not view.shapes[index].ends:
            yield index, remove(Kind.PHOTO_CREDIT, "sign.photo_credit")


def _is_signed(text: str) -> bool:
    return text[0] in SIGNS and len(text) <= 600 and COPYRIGHT_SIGN.match(text) is not None


def _standing_prose(view: View) -> list[int]:
    """The indices of the prose that nobody removed so far."""
    return [index for index, prose in enumerate(view.prose) if prose and not view.removed(index)]


def by_clock(view: View) -> Iterator[Vote]:
    """Whole-line temperatures anywhere; whole-line dates only before the first or after the last prose.

    A changelog or a diary has dates on lines of their own, and then those at its ends are its own as well.
    """
    clocks = list(_clocks(view))
    if not clocks:
        return
    prose = _standing_prose(view)
    first, last = (prose[0], prose[-1]) if prose else (len(view.blocks), -1)
    weather: set[int] = set()
    dates: list[tuple[int, bool]] = []
    inside = False
    for index, clock in clocks:
        if clock.kind == "temperature":
            weather.add(index)
            yield index, remove(Kind.WEATHER, "clock.temperature")
        elif clock.kind == "date" and (index < first or index > last):
            dates.append((index, clock.has_weekday))
        else:
            inside = inside or clock.kind == "date"
    if inside:
        dates = [(index, has_weekday) for index, has_weekday in dates if _beside(weather, index)]
    headed = next(
        (i for i, form in enumerate(view.shapes) if form.words >= 4 and not view.removed(i)), len(view.blocks)
    )
    for index, has_weekday in dates:
        if _beside(weather, index):
            yield index, remove(Kind.DATE_WIDGET, "clock.beside_weather")
        elif index < first and has_weekday and index <= headed:
            yield index, remove(Kind.DATE_WIDGET, "clock.masthead")
        else:
            yield index, remove(Kind.DATELINE_META, "clock.date")


def _clocks(view: View) -> Iterator[tuple[int, Clock]]:
    for index, digits in enumerate(view.digits):
        if digits and len(view.blocks[index].text) <= LONGEST_LINE and not view.removed(index):
            clock = view.clock(index)
            if clock is not None:
                yield index, clock


def _beside(weather: set[int], index: int) -> bool:
    return any(near in weather for near in range(index - 3, index + 4))

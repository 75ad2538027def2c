"""What the text itself shows: dateline, agency, credits, desk, editors, the dates printed beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scraper.clean import agencies
from scraper.clean.beside import UPDATED
from scraper.clean.bylines import OPENER
from scraper.clean.clock import read_clock
from scraper.clean.people import people
from scraper.clean.signed import DATED
from scraper.clean.view import View
from scraper.clean.when import whole_date
from scraper.types import Block, Dateline, Kind, Trim

Shown = dict[str, tuple[Any, str]]
ENDS = 8
"""Blocks at both ends of a page's article in which datelines and sign-offs are looked for; a text is read whole."""
TELLING = frozenset((Kind.DATE_WIDGET, Kind.SOURCE_CREDIT, Kind.CAPTION, Kind.PHOTO_CREDIT))


def read(view: View, kept: Sequence[Block]) -> Shown:
    """Field -> (value, origin) for everything that is printed in or beside the article."""
    shown: Shown = {}
    for block in kept if not view.is_page or len(kept) <= 2 * ENDS else (*kept[:ENDS], *kept[-ENDS:]):
        for name, value in _in_block(block).items():
            shown.setdefault(name, (value, _where(view, block)))
    zone = range(0) if view.is_page else _dated_zone(view)
    for index, label in enumerate(view.labels):
        if label is None or label.keep or (view.is_page and label.kind not in TELLING):
            continue
        for name, value in _beside(view, index, zone).items():
            if value:
                shown.setdefault(name, (value, _where(view, view.blocks[index])))
    return shown


def agency_of(text: str) -> str | None:
    """The agency that a short text names, or None."""
    found = agencies.byline_suffix("x " + text.strip())
    return found.agency if found is not None else agencies.canonical(text.strip())


def inline_trims(block: Block) -> list[Trim]:
    """The dateline that opens a block and the credits that close it, as parts that can be taken out."""
    trims: list[Trim] = []
    if (line := agencies.dateline(block.text)) is not None:
        trims.append(_trim(block, line.start, line.end, Kind.DATELINE_META))
    if (sign := agencies.signoff(block.text)) is not None and (not trims or sign.start >= trims[0].end):
        trims.append(_trim(block, sign.start, sign.end, Kind.CREDITS))
    return trims


def _trim(block: Block, start: int, end: int, kind: Kind) -> Trim:
    return Trim(at=block.at, start=start, end=end, kind=kind, rule=f"inline.{kind}", text=block.text[start:end])


def _in_block(block: Block) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if (line := agencies.dateline(block.text)) is not None:
        found["dateline"] = Dateline(line.place, line.date, line.agency)
        found["agency"] = line.agency
    if (sign := agencies.signoff(block.text)) is not None:
        found |= {
            "credits": sign.credits,
            "desk": sign.desk,
            "authors": tuple(sign.reporters),
            "editors": tuple(sign.editors),
        }
        found.setdefault("agency", sign.agency)
    return {name: value for name, value in found.items() if value} if found else found


def _beside(view: View, index: int, zone: range) -> dict[str, Any]:
    """What a removed block says: a clock's date, a source line's agency, a date line under the headline."""
    kind, block = view.kind(index), view.blocks[index]
    if kind is Kind.DATE_WIDGET:
        clock = read_clock(block.text)
        return {"visit_date": clock.date} if clock and clock.date and not clock.date.startswith("--") else {}
    if kind in (Kind.SOURCE_CREDIT, Kind.CAPTION, Kind.PHOTO_CREDIT):
        following = view.blocks[index + 1].text if index + 1 < len(view.blocks) else None
        agency = agencies.source_agency(block.text, following)
        return {"agency": agency} if agency and (kind is Kind.SOURCE_CREDIT or not view.is_page) else {}
    found: dict[str, Any] = {}
    if kind is Kind.BYLINE and OPENER.match(block.text):
        found["authors"] = people([block.text])
    if kind in DATED and not UPDATED.match(block.text) and index in zone:
        found["published"] = whole_date(block.text)
    return found


def _dated_zone(view: View) -> range:
    """The blocks between the headline and the text: a date there is the publication's, elsewhere anything's."""
    title = next((index for index in range(len(view.blocks)) if view.kind(index) is Kind.TITLE), None)
    if title is None:
        return range(0)
    text = (index for index in range(title, len(view.blocks)) if view.prose[index] and _is_text(view, index))
    return range(title, next(text, len(view.blocks)))


def _is_text(view: View, index: int) -> bool:
    """Whether a block is kept as the article's text; a page's standfirst stands above its dateline."""
    label = view.labels[index]
    return label is None or (label.keep and label.rule != "span.standfirst")


def _where(view: View, block: Block) -> str:
    return f"block {block.at}" if view.is_page else f"text line {block.at}"

"""The list of articles: one leaf of it, the filters' choices, and where the words that were looked for stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from scraper.archive import View
from scraper.errors import ScrapeError
from scraper.index import Row
from scraper.index.browse import choose, names
from scraper.index.query import Term
from scraper.types import Record
from scraper.web.asked import ANY, PER_LEAF, VERDICTS, Listing

LEAD = 260
"""Characters of an article that its entry shows."""
BEFORE = 60
"""Of these, how many stand before the word that was found."""


class Entry(Struct, frozen=True):
    """A record in the list; `lead` are stretches of its text, each with whether it is a word that was looked for."""

    row: Row
    lead: tuple[tuple[str, bool], ...]
    site: str | None
    removed: int


def listed(view: View, wanted: Listing) -> dict[str, Any]:
    """What the list's template shows."""
    rows = [] if wanted.problem else choose(view.index, wanted.choice, wanted.leaf)
    is_back = wanted.leaf.after is not None
    has_more = len(rows) > PER_LEAF
    shown = (rows[-PER_LEAF:] if is_back else rows[:PER_LEAF]) if has_more else rows
    is_first = wanted.leaf.before is None and (not is_back or not has_more)
    is_last = not has_more and not is_back
    return {
        "wanted": wanted,
        "entries": [_entry(view, row, wanted.terms) for row in shown],
        "newer": shown[0].seq if shown and not is_first else None,
        "older": shown[-1].seq if shown and not is_last else None,
        "sources": names(view.index, "source"),
        "languages": names(view.index, "language"),
        "verdicts": [*VERDICTS, ANY],
    }


def _entry(view: View, row: Row, terms: Sequence[Term]) -> Entry:
    try:
        record = view.record(row.id)
    except ScrapeError:  # one damaged line hides no list; the article's own page says what is wrong with it
        record = None
    if record is None:
        return Entry(row, (), None, 0)
    return Entry(row, tuple(lead(record, terms)), record.site, sum(record.removed_counts.values()))


def lead(record: Record, terms: Sequence[Term]) -> list[tuple[str, bool]]:
    """The text around the first word that was looked for, or its beginning."""
    text = " ".join(record.text[: 200 * LEAD].split())
    pattern = _pattern(terms)
    first = pattern.search(text) if pattern is not None else None
    start = max(first.start() - BEFORE, 0) if first is not None else 0
    if start:
        start = text.find(" ", start, start + BEFORE) + 1 or start
    piece = text[start : start + LEAD]
    found: list[tuple[str, bool]] = [("… ", False)] if start else []
    done = 0
    for hit in pattern.finditer(piece) if pattern is not None else ():
        found += [(piece[done : hit.start()], False), (hit[0], True)]
        done = hit.end()
    found.append((piece[done:] + ("…" if start + LEAD < len(text) else ""), False))
    return [part for part in found if part[0]]


def _pattern(terms: Sequence[Term]) -> re.Pattern[str] | None:
    """The terms as they may stand in a text; the index finds them without their accents too, which is not marked."""
    found: list[str] = []
    for term in terms:
        words = [re.escape(word) for word in re.findall(r"\w+", term.text)]
        if words:
            found.append(r"\W{1,9}".join(words) + ("" if term.is_prefix else r"\b"))
    return re.compile(rf"\b(?:{'|'.join(found)})", re.IGNORECASE) if found else None

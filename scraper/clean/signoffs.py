"""Sign-offs: what closes a report in brackets, after a dash or between slashes: credits, a desk, an agency."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from scraper.clean.clock import read_clock
from scraper.clean.fold import fold
from scraper.clean.found import Found, moved
from scraper.clean.wires import first_of, labelled, rules
from scraper.expressions import expression

LONGEST_CREDITS = 500
"""Characters of credits, brackets included."""

LONGEST_SIGN = 40
"""Characters of a desk or an agency list."""

LONGEST_HEAD = 4
"""Characters by which a text is told not to begin with credits."""

MOST_PEOPLE = 30

_BRACKET = expression(r"[(\[（]([^()\[\]（）]{2,500})[)\]）]\s*\.?$")
_INITIALLED = expression(r"[(（]([^()（）]{2,30})[)）](?:\s+[^\W\d_A-Z]{2,5}/){1,4}$")
_SLASHED = expression(r"(?<!\S)//?\s?([^/\s](?:[^/]{0,28}[^/\s])?)\s?//?\s*\.?$")
_DASHED = expression(r"(?:(?<=[.!?…\"”»)])|(?<=[.!?…\"”»)]\s))(?:--?|[–—])\s?([^\s\-–—()][^\-–—()]{0,30}?)\.?$")
_PERSON = expression(r"[^\W\d_a-z][\w.'’\-]*(?:\s(?:[a-zäöü]{1,3}\s){0,2}[^\W\d_][\w.'’\-]*){1,4}")
_WHERE = expression(r"\s(?:in|à|en|em|aus|from)\s(?=[^\W\d_]).*")
_LISTED = expression(r"\s*[,/]\s*(?:(?:and|und|et|y|e)\s+)?|\s+(?:and|und|et|y|e|&|with)\s+")


def signoff(paragraph: str) -> Found | None:
    """Read what signs a paragraph at its end; `start` is at the bracket or dash, `end` at the end of the text.

    Credits may also be a whole paragraph without brackets ("Reporting by ...; Editing by ...").
    """
    text = paragraph.rstrip()
    offset = max(0, len(text) - LONGEST_CREDITS)
    tail = text[offset:]
    reads: tuple[Callable[[str], Found | None], ...] = ()
    if text.rstrip(". ").endswith((")", "]", "）", "/")):
        reads = (_bracketed, _initialled, _slashed)
    end = tail[-LONGEST_SIGN:]
    if "-" in end or "–" in end or "—" in end:
        reads = (*reads, _dashed)
    for read in reads:
        if found := read(tail):
            return moved(found, offset + found.start, len(text))
    if offset == 0 and (found := _credits(text.strip())):
        return moved(found, len(text) - len(text.lstrip()), len(text))
    return None


def _bracketed(tail: str) -> Found | None:
    if not (match := _BRACKET.search(tail)):
        return None
    inside, start = match[1].strip(), match.start()
    if found := _credits(inside):
        return moved(found, start, start)
    if len(inside) > LONGEST_SIGN:
        return None
    if agency := _dated_agency(inside):
        return Found(start, 0, agency=agency)
    words = inside.split()
    if inside == inside.upper() and any(f" {' '.join(words)}".endswith(f" {desk}") for desk in rules().desks):
        return Found(start, 0, desk=inside)
    return None


def _dated_agency(inside: str) -> str | None:
    """The agency of "(Beta, 26.09.2023)" and "(red, APA, 26.9.2023)"."""
    if agency := first_of(inside):
        return agency
    names, _, last = inside.rpartition(",")
    return (first_of(names) or labelled(names)) if names and read_clock(last.strip()) else None


def _initialled(tail: str) -> Found | None:
    """ "(PAP) abc/ def/": the agency, then who wrote and who edited."""
    match = _INITIALLED.search(tail)
    agency = first_of(match[1]) if match else None
    return Found(match.start(), 0, agency=agency) if match and agency else None


def _slashed(tail: str) -> Found | None:
    match = _SLASHED.search(tail)
    agency = first_of(match[1]) if match else None
    return Found(match.start(), 0, agency=agency) if match and agency else None


def _dashed(tail: str) -> Found | None:
    """ "... he said. -- BERNAMA": an agency's name between the last sentence's stop and the end."""
    match = _DASHED.search(tail, max(0, len(tail) - LONGEST_SIGN))
    agency = first_of(match[1]) if match else None
    return Found(match.start(), 0, agency=agency) if match and agency else None


@cache
def _roles() -> re.Pattern[str]:
    """The phrases that open a credit, longest first, each in the group of its role."""
    groups = (
        f"(?P<{role}>{'|'.join(sorted((re.escape(phrase) for phrase in phrases), key=len, reverse=True))})"
        for role, phrases in sorted(rules().credits.items())
    )
    return re.compile(rf"(?:{'|'.join(groups)})\s*:?\s+(?=\w)", re.IGNORECASE)


def _may_credit(head: str) -> bool:
    """Whether a text may begin as a credit does: 0.3 us where the expression of all phrases takes 3."""
    return not head.isascii() or head.lower().startswith(_heads())


@cache
def _heads() -> tuple[str, ...]:
    """How the phrases that open a credit begin, in lower case and without accents."""
    phrases = (phrase for phrases in rules().credits.values() for phrase in phrases)
    return tuple(sorted({fold(phrase)[:LONGEST_HEAD] for phrase in phrases}))


def _credits(text: str) -> Found | None:
    """Credits with the people in their roles; the text must begin with a credit and name somebody."""
    if len(text) > LONGEST_CREDITS or not _may_credit(text[:LONGEST_HEAD]) or not _roles().match(text):
        return None
    people: dict[str, list[str]] = {"reporting": [], "editing": [], "other": []}
    marks = list(_roles().finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=True):
        people[mark.lastgroup or "other"].extend(_people(text[mark.end() : end]))
    if not any(people.values()):
        return None
    reporters, editors = (tuple(dict.fromkeys(people[role]))[:MOST_PEOPLE] for role in ("reporting", "editing"))
    return Found(0, 0, credits=text, reporters=reporters, editors=editors)


def _people(text: str) -> Iterator[str]:
    """The names of a list like "Lidia Kelly in Melbourne, A. B. Smith and Jane Doe in London and New York"."""
    for clause in re.split(r"\s*;\s*|\.\s+(?=[A-ZÀ-Þ]\w{3,}\s\w+\s)", text):
        for piece in _LISTED.split(clause.strip(" ,.;")):
            name = _WHERE.sub("", piece).strip(" ,.;")
            if _PERSON.fullmatch(name) and name not in rules().bureaux and not first_of(name):
                yield name

"""Datelines: the place, the day and the agency that open a report ("MOSCOW, Sept 26 (Reuters) - ")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from scraper.clean.calendar import calendar
from scraper.clean.clock import read_clock
from scraper.clean.found import Found
from scraper.clean.wires import first_of, marked, rules, towns
from scraper.expressions import expression

LONGEST_HEAD = 110
"""Characters that a dateline may have; the longest known form, with weekday, state and two agencies, has about 90."""

LONGEST_PLACE = 45
LONGEST_STATE = 16
MOST_OPENING_WORDS = 6
SHORTEST_REST = 20
"""Characters that must follow a dateline that names no agency: a heading has fewer."""

MOST_WORDS = 8
"""Words before the first dash, bracket, colon or full stop; "Budapest, 2023. szeptember 26., kedd (MTI)" has five."""

_BULLETS = frozenset("*•-–·")
_OPENER = expression(r"[-–—/(\[（【:電电.]")
_BRACKET = expression(
    r"\(([^()]{2,42})\)|\[([^\[\]]{2,42})\]|（([^（）]{2,42})）|/([^/()\s](?:[^/()]{0,40}[^/()\s])?)/"
)
_SPACED_DASH = expression(r"\s+(?:[–—]|--?)\s+|(?<=\w)\s?—\s?")
_DASH = expression(r"\s*[.,]?\s*(?:[-–—−]{1,3}|:)\s*")
_STOP = expression(r"\s*\.?\s+|\s*\.\s*")
_FULL_STOP = expression(r"\.\s+")
_THEN_PLACE = expression(r"([^-–—]{3,40}?)\s+[-–—]\s+")
# What parts two atoms. The first character stands in front, and what it may be only behind: a choice that begins with a
# class is searched for at a third of the cost.
_BETWEEN = expression(
    r"[,.:–—/\-\s](?:(?<=,)\s*|(?<=[.:])\s+|(?<=[–—])[–—]*\s*|(?<=\s)\s*(?:[–—]+|-+)\s*"
    r"|(?<=[^\x00-\u058f]-)\s*|(?<=/)|(?<=-)-*\s+|(?<=\d\s)\s*(?=[^\W\d]))"
)
_NOT_IN_PLACE = expression(r"[!?;:\"“”«»=]|\.\s+\w{4,}")
_WORD = expression(r"[^\W\d_][\w.'’‘`\-]*")
_JAPANESE = expression(r"【([^】=＝]{1,20})(?:[=＝]([^】]{1,12}))?】\s*")
_CHINESE = expression(
    r"[（(]?(新华社|新華社|中新社|中新网|中新網|中央社)\s*(?:记者|記者)?\s*([^\d\s月日电電，,。]{0,12}?)\s*"
    r"((?:\d{1,2}月)?\d{1,2}日)\s*[电電訊讯][)）]?\s*(?:[（(](?:记者|記者)[^）)]{1,40}[）)])?\s*[:：]?\s*"
)
_KOREAN = expression(r"[(\[]([^()\[\]=]{1,20})=([^()\[\]=]{1,15})[)\]]\s*(?:([^=]{2,40}?)\s*(?:특파원|기자)\s*=\s*)?")


def dateline(paragraph: str) -> Found | None:
    """Read the dateline that opens a paragraph; `end` is behind its dash and spaces. None if there is none.

    Without an agency only a town in capitals, maybe with a state or a date, before a spaced dash counts.
    """
    start = len(paragraph) - len(paragraph.lstrip())
    head = paragraph[start : start + LONGEST_HEAD]
    opener = _OPENER.search(head)
    if not opener or head[0].islower() or head.count(" ", 0, opener.start()) > MOST_WORDS:
        return None
    words = head.split(None, MOST_OPENING_WORDS)[:MOST_OPENING_WORDS]
    if words[0].lower() in rules().openers or _is_sentence(words):
        return None
    for read in (_east_asian, _bracketed, _spelled, _placed):
        if found := read(head, len(paragraph) - start):
            agency, place, date, end = found
            return Found(start, start + end, agency=agency, place=place, date=date)
    return None


def _is_sentence(words: list[str]) -> bool:
    """Whether a small word that is no part of a place's, a month's or an agency's name tells words from a dateline.

    Up to it nothing but whole words may stand: behind a comma or a bracket a dateline may be at its end. A third of the
    paragraphs that come here go, in a fifth of the time that the readers take.
    """
    if words[0] in _BULLETS:
        words = words[1:]
    elif not words[0][0].isupper():
        return False
    known, names = _small_words(), calendar().words
    for word in words:
        if not word.isalpha():
            return False
        if word.isascii() and word.islower() and word not in known and word not in names:
            return True
    return False


@cache
def _small_words() -> frozenset[str]:
    """Words that datelines write in small letters too."""
    names = (name for agency in rules().agency for name in (*agency.names, *agency.marks))
    return rules().small.union(*(name.lower().split() for name in names))


_Parts = tuple[str | None, str | None, str | None, int]
"""Agency, place, date, end."""


def _east_asian(head: str, _: int) -> _Parts | None:
    if match := _JAPANESE.match(head):
        return _japanese(match)
    if match := _CHINESE.match(head):
        clock = read_clock(match[3])
        place = match[2] if not match[0].startswith(("（", "(")) else None
        return marked(match[1]), place or None, clock.date if clock else None, match.end()
    if (match := _KOREAN.match(head)) and (code := first_of(match[2].strip())):
        return code, match[1].strip(), None, match.end()
    return None


def _japanese(match: re.Match[str]) -> _Parts | None:
    """【ワシントン共同】: the agency's name closes the place's."""
    inside = match[1]
    for length in range(min(len(inside), 6), 1, -1):
        if code := marked(inside[-length:]):
            return code, inside[:-length].strip("・ ") or None, None, match.end()
    return None


def _bracketed(head: str, _: int) -> _Parts | None:
    """ "BAKU (Reuters) – ", "MOSCOW, September 26. /TASS/. ", "(ANSA) - ROMA, 26 SET - "."""
    at = 0
    while match := _BRACKET.search(head, at):
        at = match.start() + 1
        code = first_of(re.sub(r"^\s*(?:Корр\.|by)\s+", "", match[match.lastindex or 1]).strip())
        if not code:
            continue
        before = _place_and_date(head[: match.start()])
        if before is None:
            return None
        place, date = before
        if dash := _DASH.match(head, match.end()):
            if place or date:
                return code, place, date, dash.end()
            return _behind(head, dash.end(), code)
        loose = head[match.start()] == "/" or date is not None or (place or "").isupper()
        if (place and (loose or head.startswith(".", match.end()))) and (stop := _STOP.match(head, match.end())):
            return code, place, date, stop.end()
        return None
    return None


def _behind(head: str, at: int, code: str) -> _Parts:
    """The place and date that may follow an agency's name: "(ANSA) - ROMA, 26 SET - "."""
    match = _THEN_PLACE.match(head, at)
    if match and (after := _place_and_date(match[1])) and after[0] and (after[1] or after[0].isupper()):
        return code, after[0], after[1], match.end()
    return code, None, None, at


def _spelled(head: str, _: int) -> _Parts | None:
    """The agency without brackets: "МОСКВА, 26 сен - РИА Новости.", "Tehran, IRNA - ", "AGI - "."""
    for count, (start, end) in enumerate(islice(_atoms(head), 5)):
        if count == 0 and not _is_place(head[start:end]) and not head[start].isdigit() and not head[end - 1].isdigit():
            return None
        closing = _DASH.match(head, end) or (_FULL_STOP.match(head, end) if count else None)
        if not closing or not (code := marked(head[start:end])):
            continue
        if count == 0:
            spaced = closing[0].strip() in ("-", "–", "—") and closing[0][:1].isspace() and closing[0][-1:].isspace()
            return _behind(head, closing.end(), code) if spaced else None
        before = _place_and_date(head[:start].rstrip(" ,.-–—/"))
        if before and (before[1] or (before[0] and closing[0].strip(" .,") in ("-", "–", "—"))):
            return code, before[0], before[1], closing.end()
        return None
    return None


def _atoms(head: str) -> Iterator[tuple[int, int]]:
    """The pieces between commas, stops, dashes and slashes; "Interfax-Ukraine" is one piece, "دمشق-سانا" two."""
    at = 0
    for match in _BETWEEN.finditer(head):
        if match.start() > at:
            yield at, match.start()
        at = match.end()


def _placed(head: str, length: int) -> _Parts | None:
    """A town in capitals before a dash, alone or with its state or the date: "WASHINGTON — "."""
    match = _SPACED_DASH.search(head) if head.split(None, 1)[0].isupper() else None
    if not match or length - match.end() < SHORTEST_REST:
        return None
    place, date = _place_and_date(head[: match.start()]) or (None, None)
    if place is None:
        return None
    town, _, state = place.partition(",")
    town = town.split("(")[0].split("[")[0].strip()
    listed = town.isupper() if date else town in towns()
    if not listed:
        unlisted = (
            "—" in match[0] and town.isupper() and len(town) >= 4 and head[match.end() : match.end() + 1].isupper()
        )
        if not unlisted or len(town.split()) > 2 or town in rules().not_places:
            return None
    return (None, place, date, match.end()) if len(state) <= LONGEST_STATE else None


def _place_and_date(text: str) -> tuple[str | None, str | None] | None:
    """Split "MOSCOW, Sept 26" into a place and an ISO date; (None, None) for nothing, None if it is neither."""
    text = _bare(text)
    if not text:
        return None, None
    if _is_place(text):
        return text, None
    cuts = [match.start() for match in re.finditer(r"(?<![^\s,./])\S", text)][:9]
    for cut in cuts:
        clock = read_clock(text[cut:])
        if clock and clock.kind == "date":
            place = _bare(text[:cut])
            return (place or None, clock.date) if not place or _is_place(place) else None
    for cut in reversed(cuts[1:]):
        clock = read_clock(text[:cut].rstrip(" ,"))
        if clock and clock.kind == "date" and _is_place(text[cut:]):
            return text[cut:], clock.date
    return None


def _bare(text: str) -> str:
    """The text without separators around it; the stop of an abbreviated state stays ("HARRISBURG, Pa.")."""
    bare = text.strip(" \t\u00a0,.;-–—/")
    stop = re.match(r"\.", text[text.find(bare) + len(bare) :])
    return bare + "." if stop and re.search(r",\s(?:\w\.)?\w{1,5}$", bare) else bare


def _is_place(text: str) -> bool:
    """Whether a text could be a town, maybe with its country: capitalised words and small ones between them."""
    if len(text) > LONGEST_PLACE or _NOT_IN_PLACE.search(text):
        return False
    words = _WORD.findall(text)
    if not 1 <= len(words) <= 6 or any(map(str.isdigit, text)):
        return False
    if words[0].lower() in rules().openers or words[0][0].islower() or (text.isupper() and text in rules().not_places):
        return False
    return all(not word[0].islower() or word.lower() in rules().small for word in words)

"""The headline: found among the page's own claims and its blocks, without site name and byline."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from scraper.clean import agencies
from scraper.clean.fold import fold
from scraper.clean.ld import LinkedData
from scraper.clean.view import View
from scraper.types import Form, Head, Kind, Trim

SEPARATOR = re.compile(
    r"\s+[|–—·•»:]\s+|\s+-\s+|\s*[|｜»]\s*|\s*_\s*(?=[^\s_]+$)|(?<=\S) ?[-–—] ?(?=[A-Z][\w.]+\.(?:com|org|net)$)"
)
LONGEST = 300
"""Characters of a headline; what is longer is a paragraph."""
HEAD_WORDS = range(2, 31)
"""Words of a headline in plain text: of 5,258 texts' title lines 99 % have 2 to 30."""


MOST_PARTS = 20
HEAD_LINES = 40
SHORT_HEAD = 6
"""Lines between the top and the text in a text that has a headline, a standfirst and little else."""
REPEATED_WORDS = 4


class Title(NamedTuple):
    """A headline, where it was found (a block's index, or -1), and the byline or site name that was cut off."""

    text: str
    origin: str
    block: int
    trim: Trim | None = None


def find_title(view: View, data: LinkedData) -> Title | None:
    """The document's headline, or None where nothing says it: unknown is better than guessed."""
    head = view.document.head
    return _of_page(view, head, data) if head is not None else _of_text(view)


# ---- pages


def _of_page(view: View, head: Head, data: LinkedData) -> Title | None:
    claims = _claims(head, data)
    heading = _heading(view, [text for _, text in claims])
    if heading is not None:
        return _without_byline(Title(view.blocks[heading].text[:LONGEST], "h1", heading), view.blocks[heading].at)
    printed = {fold(block.text): index for index, block in reversed(list(enumerate(view.blocks)))}
    if head.title and [origin for origin, _ in claims] == ["title"]:
        claims = _printed_part(head.title, printed) + claims
    for origin, text in claims:
        index = printed.get(fold(text), -1)
        # Offsets are the block's only where it spells the headline as the claim does.
        is_same = index >= 0 and view.blocks[index].text == text
        return _without_byline(Title(text[:LONGEST], origin, index), view.blocks[index].at if is_same else 0)
    return None


def _printed_part(title: str, printed: dict[str, int]) -> list[tuple[str, str]]:
    """The longest part of a <title> that the page prints as a block: the site's name may stand before or behind it."""
    parts = [part.strip() for part in SEPARATOR.split(" ".join(title.split())) if part]
    found = [part for part in parts if len(part.split()) >= REPEATED_WORDS and fold(part) in printed]
    return [("title", max(found, key=len))] if found else []


def _claims(head: Head, data: LinkedData) -> list[tuple[str, str]]:
    """What the page says its headline is, best first, without the site's name."""
    meta = dict(reversed(head.meta))
    sites = [name for name in (meta.get("og:site_name"), meta.get("application-name"), data.site) if name]
    claims = [
        ("json-ld", data.headline),
        ("meta:og:title", meta.get("og:title")),
        ("meta:twitter:title", meta.get("twitter:title")),
        ("title", head.title),
    ]
    return [(origin, bare) for origin, text in claims if text and (bare := without_site(text, sites))]


def _heading(view: View, claims: list[str]) -> int | None:
    """The h1 (or another heading) that the page's claims agree with; a lone h1 where there is no claim."""
    headings = [i for i, block in enumerate(view.blocks) if block.level and len(block.text) <= LONGEST]
    ranked = sorted(headings, key=lambda i: (view.blocks[i].level, i))[:60]
    # A news page's <title> is often a shorter, search-friendly headline: half of the words in common is agreement.
    scored = [(max((overlap(view.blocks[i].text, claim) for claim in claims), default=0.0), i) for i in ranked]
    first_level = [(score, i) for score, i in scored if view.blocks[i].level == 1]
    for group, least in ((first_level, 0.5), (scored, 0.8)):
        best = max(group, key=lambda item: (item[0], -item[1]), default=(0.0, -1))
        if best[0] >= least:
            return best[1]
    if len(first_level) == 1 and view.shapes[first_level[0][1]].words >= 3 and not view.removed(first_level[0][1]):
        return first_level[0][1]
    return None


def without_site(title: str, sites: list[str]) -> str:
    """A page title, cut at LONGEST characters, without the site's name at either end.

    A named site is cut wherever it stands at an end; without a name the last parts go while they are at most four words
    and the rest at least four.
    """
    title = " ".join(title[: 4 * LONGEST].split())[:LONGEST]
    folded = {fold(site) for site in sites}
    before, _, behind = title.partition(": ")
    if behind and fold(before) in folded:
        return behind
    cuts = [(found.start(), found.end()) for found in SEPARATOR.finditer(title)][:MOST_PARTS]
    for start, end in cuts:
        if fold(title[end:]) in folded:
            return title[:start].strip()
    for start, end in reversed(cuts):
        if fold(title[:start]) in folded:
            return title[end:].strip()
    while cuts:
        start, end = cuts.pop()
        tail, rest = title[end:].split(), title[:start].split()
        if title[start:end].strip() == ":" or len(tail) > 4 or len(rest) < 4:
            break
        title = title[:start].strip()
    return title


def overlap(one: str, other: str) -> float:
    """Words in common over words of the shorter text; characters where words are not spaced."""
    short, long = sorted((fold(one), fold(other)), key=len)
    if short and f" {short} " in f" {long} ":
        return 1.0
    a, b = _bag(one), _bag(other)
    if min(sum(a.values()), sum(b.values())) < 1:
        return 0.0
    return sum((a & b).values()) / min(sum(a.values()), sum(b.values()))


def _bag(text: str) -> Counter[str]:
    folded = fold(text)
    words = folded.split()
    return Counter(words if len(words) > 2 else folded)


# ---- plain text


def _of_text(view: View) -> Title | None:
    """The headline among the lines before the text: one that another line repeats, else the first made like one.

    In whole-page dumps menus stand before it, and the line that the page repeats (in its breadcrumb, its <title>) tells
    it from them. A line like a headline that is followed by another such line stays in the text (`headline` in
    context.py sees to it): a second cleaning could not tell which of the two the first one took.
    """
    left = list(view.open())
    prose = next((place for place, index in enumerate(left) if view.prose[index]), None)
    if not prose:
        return None
    head = left[max(0, prose - HEAD_LINES) : prose]
    index = _repeated(view, head)
    if index is None and len(head) <= SHORT_HEAD:
        index = head[0]
    if index is None or not is_headline(view, index):
        return None
    block = view.blocks[index]
    return _without_byline(Title(block.text, f"text line {block.at}", index), block.at)


def _repeated(view: View, head: list[int]) -> int | None:
    """The longest headline-like line of the head that another line repeats, by itself or at its end."""
    lines = [fold(block.text) for block in view.blocks[: head[-1] + 1]]
    found = [
        index
        for index in head
        if view.shapes[index].words >= REPEATED_WORDS
        and is_headline(view, index)
        and sum(line.endswith(lines[index]) for line in lines) > 1
    ]
    return max(found, key=lambda index: (len(lines[index]), -index), default=None)


def is_headline(view: View, index: int) -> bool:
    """Whether a line of plain text is made like a headline: few words, no list item, no full stop at the end."""
    block, form = view.blocks[index], view.shapes[index]
    following = view.blocks[index + 1] if index + 1 < len(view.blocks) else None
    if following is not None and not following.gap and following.text[0].islower():
        return False  # a sentence that goes on in the next line
    if form.words not in HEAD_WORDS or len(block.text) > LONGEST or block.form is not Form.PARAGRAPH:
        return False
    if block.text.endswith((":", ",", ";")) or (
        form.ends and not block.text.endswith(("?", "!", "…", "?”", "!”", "’", "'", '"'))
    ):
        return False
    return not (form.sentences > 1 and form.words > 20)


# ---- both


def _without_byline(title: Title, at: int) -> Title:
    """Cut " By Reuters" and its translations from the end, and say so."""
    found = agencies.byline_suffix(title.text)
    if found is None:
        return title
    cut, bare = title.text[found.start :], title.text[: found.start].rstrip()
    trim = Trim(at=at, start=found.start, end=len(title.text), kind=Kind.BYLINE, rule="agency.byline_suffix", text=cut)
    return title._replace(text=bare, trim=trim)

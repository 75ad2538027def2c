"""The headline: found among the page's own claims and its blocks, without site name and byline."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scraper.clean import agencies
from scraper.clean.fold import fold
from scraper.clean.ld import LinkedData
from scraper.clean.sitename import LONGEST, SEPARATOR, is_named, site_names, squeezed, without_site
from scraper.clean.view import View
from scraper.types import Form, Head, Kind, Trim

HEAD_WORDS = range(2, 31)
"""Words of a headline in plain text: of 5,258 texts' title lines 99 % have 2 to 30."""


MOST_HEADINGS = 60
HEAD_LINES = 40
SHORT_HEAD = 6
"""Lines between the top and the text in a text that has a headline, a standfirst and little else."""
REPEATED_WORDS = 4
BELOW = 0.3
LONE = 0.33
SHORT_NAME = 12
"""Characters of one word that is a rubric's name rather than a headline."""
ALIKE = 0.4
"""Share of words in common from which a shared headline is the printed one in other words, and no teaser."""


class Title(NamedTuple):
    """A headline, where it was found (a block's index, or -1), and the byline or site name that was cut off.

    `block` prints the headline, maybe in other words than a claim's `text`.
    """

    text: str
    origin: str
    block: int
    trim: Trim | None = None


class _Words(NamedTuple):
    """A text as it is compared: folded, and its words counted; its characters where words are not spaced."""

    folded: str
    bag: Counter[str]

    @classmethod
    def of(cls, text: str) -> _Words:
        folded = fold(text)
        words = folded.split()
        return cls(folded, Counter(words if len(words) > 2 else folded))

    def overlap(self, other: _Words) -> float:
        """Words in common over words of the shorter text."""
        short, long = sorted((self.folded, other.folded), key=len)
        if short and f" {short} " in f" {long} ":
            return 1.0
        least = min(self.bag.total(), other.bag.total())
        return (self.bag & other.bag).total() / least if least else 0.0


class _Claim(NamedTuple):
    """A headline in the page's data, without the site's name."""

    origin: str
    text: str
    words: _Words


def find_title(view: View, data: LinkedData) -> Title | None:
    """The document's headline, or None where nothing says it: unknown is better than guessed."""
    head = view.document.head
    return _of_page(view, head, data) if head is not None else _of_text(view)


# ---- pages


def _of_page(view: View, head: Head, data: LinkedData) -> Title | None:
    sites = site_names(head, view.document.url, data.site)
    claims = list(_claims(head, data, sites))
    heading = _heading(view, [claim.words for claim in claims], squeezed(sites))
    if heading is not None:
        block = view.blocks[heading]
        told = _told(_Words.of(block.text), {claim.origin: claim for claim in claims}, data)
        if told is not None:
            return _without_byline(Title(told.text, told.origin, heading), 0)
        return _without_byline(Title(block.text[:LONGEST], "h1", heading), block.at)
    printed = {fold(block.text): index for index, block in reversed(list(enumerate(view.blocks)))}
    if head.title and [claim.origin for claim in claims] == ["title"]:
        claims = _printed_part(head.title, printed) + claims
    for origin, text, words in claims:
        index = printed.get(words.folded, -1)
        # Offsets are the block's only where it spells the headline as the claim does.
        is_same = index >= 0 and view.blocks[index].text == text
        return _without_byline(Title(text[:LONGEST], origin, index), view.blocks[index].at if is_same else 0)
    return None


def _told(printed: _Words, claims: dict[str, _Claim], data: LinkedData) -> _Claim | None:
    """The claim that is the headline where the page prints another: a newsroom's own, or the one beside a kicker.

    Only a NewsArticle's headline is a newsroom's; those of Article and BlogPosting repeat a plugin's search title
    (on 138 development pages 14 of these differ from the h1, and 12 are not the headline).
    """
    own, shared, page = (claims.get(origin) for origin in ("json-ld", "meta:og:title", "title"))
    for claim in (own, shared):
        if claim is not None and _is_long(claim) and _is_beside_kicker(claim.words.folded, printed.folded):
            return claim
    if own is None or not data.is_news:
        return None
    if own.words.folded != printed.folded and not printed.folded.startswith(own.words.folded):
        # A headline for search engines stands in <title> too, while the printed one is shared.
        is_search = page is not None and page.words.folded == own.words.folded
        return None if is_search and shared is not None and shared.words.folded == printed.folded else own
    if page is None or page.words.folded != printed.folded:
        return None  # the printed headline is not the one for search engines, so it is the newsroom's
    if shared is None or shared.text.endswith(("…", "...")) or shared.words.overlap(printed) < ALIKE:
        return None
    return None if shared.words.folded.endswith(printed.folded) else shared  # the same, or behind a kicker of its own


def _is_beside_kicker(claim: str, printed: str) -> bool:
    """Whether a headline is printed with a kicker before it, or with a rubric behind a bar."""
    return printed.endswith(f" {claim}") or (printed.startswith(f"{claim} ") and printed[len(claim) + 1] in "|/•·")


def _is_long(claim: _Claim) -> bool:
    return claim.words.bag.total() >= REPEATED_WORDS


def _printed_part(title: str, printed: dict[str, int]) -> list[_Claim]:
    """The longest part of a <title> that the page prints as a block: the site's name may stand before or behind it."""
    parts = [part.strip() for part in SEPARATOR.split(" ".join(title.split())) if part]
    found = [part for part in parts if len(part.split()) >= REPEATED_WORDS and fold(part) in printed]
    return [_Claim("title", longest, _Words.of(longest))] if (longest := max(found, key=len, default="")) else []


def _claims(head: Head, data: LinkedData, sites: list[str]) -> Iterator[_Claim]:
    """What the page says its headline is, best first, without the site's name."""
    meta = dict(reversed(head.meta))
    for origin, text in (
        ("json-ld", data.headline),
        ("meta:og:title", meta.get("og:title")),
        ("meta:twitter:title", meta.get("twitter:title")),
        ("title", head.title),
    ):
        if text and (bare := without_site(text, sites, is_page_title=origin == "title")):
            yield _Claim(origin, bare, _Words.of(bare))


def _heading(view: View, claims: Sequence[_Words], sites: set[str]) -> int | None:
    """The h1 (or another heading) that the page's claims agree with; a lone h1 where there is no claim."""
    headings = [index for index, block in enumerate(view.blocks) if block.level and len(block.text) <= LONGEST]
    first_level = [index for index in headings if view.blocks[index].level == 1][:MOST_HEADINGS]
    first_level = _above_text(view, _not_named(view, first_level, sites))
    # A news page's <title> is often a shorter, search-friendly headline: half of the words in common is agreement.
    if (best := _agreed(view, first_level, claims, 0.5)) is not None:
        return best
    # What stands lower than a lone h1 are its sub-headings: a third of the words in common is agreement.
    is_lone = len(first_level) == 1 and view.shapes[first_level[0]].words >= REPEATED_WORDS
    if is_lone and (best := _agreed(view, first_level, claims, LONE)) is not None:
        return best
    lower = sorted((view.blocks[index].level, index) for index in headings if view.blocks[index].level > 1)
    ranked = _not_named(view, [index for _, index in lower[: MOST_HEADINGS - len(first_level)]], sites)
    if (best := _agreed(view, ranked, claims, 0.8)) is not None:
        return best
    if len(first_level) == 1 and view.shapes[first_level[0]].words >= 3 and not view.removed(first_level[0]):
        return first_level[0]
    return None


def _not_named(view: View, headings: list[int], sites: set[str]) -> list[int]:
    """The headings that are not the site's name."""
    return [index for index in headings if not is_named(view.blocks[index].text, sites)]


def _above_text(view: View, headings: list[int]) -> list[int]:
    """The headings that have a share of the page's prose below them, if any has: the others are teasers'."""
    if len(headings) < 2:
        return headings
    words = [form.words for form, prose in zip(view.shapes, view.prose, strict=True) if prose]
    places = [index for index, prose in enumerate(view.prose) if prose]
    least = BELOW * sum(words)
    below = [index for index in headings if sum(words[bisect_right(places, index) :]) >= least]
    return below or headings


def _agreed(view: View, headings: Sequence[int], claims: Sequence[_Words], least: float) -> int | None:
    """The first heading that the claims agree with best, if they do by `least`."""
    best, found = least, None
    for index in headings if claims else ():
        words = _Words.of(view.blocks[index].text)
        if " " not in words.folded and len(words.folded) < SHORT_NAME and not _is_at_end(words, claims):
            continue
        score = max(words.overlap(claim) for claim in claims)
        if score == 1.0:
            return index
        if score > best or (score == best and found is None):
            best, found = score, index
    return found


def _is_at_end(words: _Words, claims: Sequence[_Words]) -> bool:
    """Whether a claim begins or ends with the words."""
    return any(claim.folded.startswith(words.folded) or claim.folded.endswith(words.folded) for claim in claims)


def overlap(one: str, other: str) -> float:
    """Words in common over words of the shorter text; characters where words are not spaced."""
    return _Words.of(one).overlap(_Words.of(other))


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

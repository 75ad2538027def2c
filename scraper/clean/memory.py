"""Chrome memory: a kept block that stands on several articles of its host is chrome, where that is near certain.

The evidence is a frozen profile (types.Memory), a parameter like the rules: what learns it is scraper/memory. A line is
known by its shape, its words with all numbers made alike; one with numbers also by its very digits. Nothing that stands
on this page alone is taken by it: its digest is in no profile.

Much that repeats is article: "Ingredients", "Pros", "Attendance: 23,112", the standing introduction of a column. Of the
blocks that the judge kept on the development pages and that stood on a second page of the site, nearly all were. So a
block goes only if the host's articles have it in general, or the judge removed it on most of them; and then by where it
stands: between the article's own blocks only what is set apart from them by its element.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec
from msgspec import structs

from scraper.clean.fold import fold, is_word
from scraper.clean.standfirst import is_described, is_named
from scraper.clean.view import View, Vote, remove
from scraper.types import Form, Kind, Label, Line, Memory

RULE = "memory.repeats"
LONGEST = 600
"""Characters of the longest text that is remembered; what is longer is prose."""
LEAST_LETTERS = 2
LEAST, SOME = 2, 3
"""Distinct articles on which a line must stand; one is this one, perhaps. SOME make a judgement of it."""
HALF, OFTEN = 0.5, 0.8
"""Shares of a host's articles: from HALF a line is the host's. What could be meant for some of them must stand OFTEN: a
paragraph, or a line whose numbers change."""
LARGE, LONG = 0.5, 80
"""The guard: memory takes no block of more words than LONG, and nothing at all where that would be more than this share
of what was kept: it is a page of another kind then, or the same story again."""
LABEL_WORDS, SHORT = 5, 3
ROWS = frozenset(("li", "dt", "dd", "tr", "td", "th"))
"""Elements that set nothing apart by themselves: "1 pinch of salt" stands in many lists."""
_NO_KINDS = frozenset((Kind.TITLE, Kind.DUPLICATE_TITLE, Kind.DUPLICATE))
"""Kinds that are about one page: a line that was a headline elsewhere is none here."""


class Known(NamedTuple):
    """A block that the memory knows: `exact` by its digits too."""

    line: Line
    exact: bool


def keys(text: str) -> tuple[str, ...]:
    """The digests under which a text is remembered: of its shape, and of its shape with its digits if it has any."""
    shape = fold(text) if len(text) <= LONGEST else ""
    if sum(is_word(char) and not char.isdigit() for char in shape) < LEAST_LETTERS:
        return ()
    digits = "".join(filter(str.isdigit, text))
    return (_digest(shape), *((_digest(f"{shape}\0{digits}"),) if digits else ()))


def _digest(text: str) -> str:
    import hashlib  # noqa: PLC0415 - 4 ms of each start, and single pages have no memory

    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def look_up(memory: Memory, text: str) -> Known | None:
    """What is remembered of a text, by its exact form if that is known."""
    for number, key in reversed(list(enumerate(found := keys(text)))):
        if (line := memory.lines.get(key)) is not None and line.articles >= LEAST:
            return Known(line, exact=number + 1 == len(found))
    return None


def signed(memory: Memory) -> Memory:
    """A profile with its digest: the same content has the same one on every machine."""
    import hashlib  # noqa: PLC0415 - as above

    content = msgspec.json.encode(structs.replace(memory, digest=""), order="deterministic")
    return structs.replace(memory, digest=hashlib.sha256(content).hexdigest()[:16])


def kind_of(kinds: Iterable[Kind]) -> Kind | None:
    """The kind under which a line was removed most often; of equals the first by name."""
    counted = [kind for kind in kinds if kind not in _NO_KINDS]
    return min(counted, key=lambda kind: (-counted.count(kind), kind.value), default=None)


def repeats(view: View) -> Iterator[Vote]:
    """The kept blocks that the host's articles have in common."""
    memory = view.options.memory
    if memory is None or not memory.lines:
        return
    standing = list(view.open())
    known = {at: found for at in standing if (found := look_up(memory, view.blocks[at].text)) is not None}
    own = [at for at in standing if at not in known and keys(view.blocks[at].text)]
    if not known or not any(view.prose[at] for at in own):
        return
    place = _Place(view, own)
    gone = {at for at, found in known.items() if _is_judged(view.labels[at]) and place.takes(at, found, memory)}
    said = {place.box(at) for at in gone if known[at].exact and not _is_label(view, at)}
    gone = {at for at in gone if known[at].exact or place.box(at) in said}
    gone -= set(_labels(view, standing, gone))
    words = sum(view.shapes[at].words for at in standing)
    if sum(view.shapes[at].words for at in gone) > LARGE * words:
        return
    for at in sorted(gone):
        label = view.labels[at]
        taken = remove(known[at].line.kind or Kind.OTHER, RULE)
        yield at, structs.replace(taken, score=label.score if label is not None else None)


def _is_judged(label: Label | None) -> bool:
    """Whether the judge kept it: what a rule keeps has a reason of its own."""
    return label is not None and label.rule.startswith("judge.")


def _labels(view: View, standing: list[int], gone: set[int]) -> Iterator[int]:
    """Of the blocks that would go, those that are about the one behind them, which stays: "Ingredients", a dateline."""
    stays = False
    for at in reversed(standing):
        stays = at not in gone or (stays and _is_label(view, at))
        if stays and at in gone:
            yield at


def _is_label(view: View, at: int) -> bool:
    block, form = view.blocks[at], view.shapes[at]
    if block.form is Form.HEADING:
        return True
    bare = not any(char.isdigit() for char in block.text)
    return form.words <= SHORT or (form.words <= LABEL_WORDS and bare and not form.ends)


class _Place:
    """Where a page's own text stands, the blocks that no other article has."""

    def __init__(self, view: View, own: list[int]) -> None:
        self._view = view
        self._first, self._last = own[0], own[-1]
        self._prose = next(at for at in own if view.prose[at])
        prose = [at for at in own if view.prose[at]]
        self._holds, self._dress = self._around(own), {self._dress_of(place) for place in self._around(prose)}
        # The outermost element around each place that has nothing of the page's own in it and is unlike what has.
        self._boxes: list[int | None] = []
        for place, parent in enumerate(view.tree.parents):
            outer = self._boxes[parent] if parent >= 0 else None
            dress = self._dress_of(place)
            is_box = place not in self._holds and dress not in self._dress and dress[0] not in ROWS
            self._boxes.append(outer if outer is not None else place if is_box else None)

    def _around(self, blocks: Iterable[int]) -> set[int]:
        """All elements in which some blocks stand."""
        around: set[int] = set()
        for at in blocks:
            place = self._view.blocks[at].place
            while place >= 0 and place not in around:
                around.add(place)
                place = self._view.tree.parents[place]
        return around

    def takes(self, at: int, found: Known, memory: Memory) -> bool:
        """Whether a known block goes, by where it stands."""
        view, line = self._view, found.line
        share = line.articles / max(memory.articles, 1)
        # What reads as prose may be a disclosure of some articles, and a line whose numbers change a match's figures.
        is_general = share >= (HALF if found.exact and not view.prose[at] else OFTEN)
        is_taken = found.exact and line.articles >= SOME and 3 * line.kept <= line.articles
        if view.shapes[at].words > LONG or not (is_general or is_taken):
            return False
        if view.is_page and (is_named(view, at) or is_described(view, at)):
            return False  # its standfirst, which other pages have as a teaser
        is_apart = self.box(at) is not None
        if view.prose[at] and at < self._prose:
            # A standing introduction, or a teaser; what the judge takes from others is no notice of the house's.
            return is_apart and is_general and 2 * line.kept >= line.articles
        return is_apart or (found.exact and self._is_outside(at, line, share))

    def _is_outside(self, at: int, line: Line, share: float) -> bool:
        """Whether a block that is not set apart stands around the article, and says nothing that could be its own."""
        view = self._view
        if at < self._first:
            return not view.is_page
        if at < self._last or share < HALF:
            return False
        is_said = view.prose[at] or view.shapes[at].ends  # a column's last sentence, unless it leads elsewhere
        return not is_said or (line.articles >= SOME and view.blocks[at].link_chars > 0)

    def box(self, at: int) -> int | None:
        """The element that sets a block apart, if one does."""
        place = self._view.blocks[at].place
        return self._boxes[place] if place >= 0 else None

    def _dress_of(self, place: int) -> tuple[str, tuple[str, ...]]:
        """An element's tag and names; some sites number their paragraphs in these."""
        element = self._view.document.places[place]
        return element.tag, tuple(sorted({token.rstrip("0123456789") for token in element.tokens}))

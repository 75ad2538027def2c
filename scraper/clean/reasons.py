"""The kind of a block that the judge removed: by its words, its element's name, the heading above it, its shape."""

from __future__ import annotations

from scraper.clean.clock import find_date
from scraper.clean.view import View, remove
from scraper.types import Kind, Label

DATED_WORDS = 8
LISTED_WORDS = 4
TEASER_WORDS = 5
LINKED = 0.5
FOOTER_SHARE = 0.85
NEAREST = 4
"""Elements above a block whose names explain it."""

# Chrome that stands inside a list of related articles or comments without ending it.
_BETWEEN = frozenset((Kind.AD, Kind.DATELINE_META, Kind.BYLINE, Kind.CAPTION, Kind.PHOTO_CREDIT, Kind.READING_TIME))
_HEADS_A_LIST = frozenset((Kind.RELATED, Kind.COMMENTS, Kind.NEWSLETTER, Kind.COOKIE, Kind.DISCLAIMER))
HEADING_WORDS = 6


class Reasons:
    """Goes through a document's removed blocks in order; [start, end) is the article's main run."""

    def __init__(self, view: View, start: int, end: int) -> None:
        self._view, self._start, self._end = view, start, end
        self._list: Kind | None = None

    def see(self, index: int, label: Label) -> None:
        """Take note of a block that a rule removed: "Related news" and "Comments" introduce a list of their kind."""
        if label.keep:
            self._list = None
        elif label.kind in _HEADS_A_LIST:
            self._list = label.kind if self._view.shapes[index].words <= HEADING_WORDS else self._list
        elif label.kind not in _BETWEEN:
            self._list = None

    def of(self, index: int) -> Label:
        """The label of a block that the judge removed."""
        label = self._of(index)
        if label.rule != "judge.shape":
            self.see(index, label)
        return label

    def _of(self, index: int) -> Label:
        view = self._view
        block, form, hit = view.blocks[index], view.shapes[index], view.hits[index]
        if hit is not None:
            return remove(hit.kind, f"hint.{hit.rule}")
        if form.words <= DATED_WORDS and view.digits[index] and find_date(block.text) is not None:
            return remove(Kind.DATELINE_META, "judge.dated")
        if (named := self._named(index)) is not None:
            return named
        if self._list is not None and form.words >= LISTED_WORDS:
            return remove(self._list, "judge.list")
        return remove(self._shape(index), "judge.shape")

    def _named(self, index: int) -> Label | None:
        """What the names of the nearest elements say, though a guard kept them from deciding alone."""
        view = self._view
        places, place = view.document.places, view.blocks[index].place
        for _ in range(NEAREST):
            if place < 0:
                return None
            rule = view.named[view.tree.names[place]]
            if rule is not None:
                return remove(rule.kind, f"judge.{rule.id}")
            place = places[place].parent
        return None

    def _shape(self, index: int) -> Kind:
        view = self._view
        form = view.shapes[index]
        linked = form.link_share > LINKED
        if index < self._start:
            return Kind.RELATED if form.words >= TEASER_WORDS and (linked or view.prose[index]) else Kind.NAVIGATION
        if index >= self._end:
            if form.words >= TEASER_WORDS or view.prose[index] or view.blocks[index].level:
                return Kind.RELATED
            return Kind.FOOTER if index >= FOOTER_SHARE * len(view.blocks) else Kind.NAVIGATION
        if linked:
            return Kind.RELATED if form.words >= TEASER_WORDS else Kind.NAVIGATION
        return Kind.OTHER

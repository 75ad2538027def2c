"""The kind of a removed block: by its words, its elements' names, the heading above it, its shape, its neighbours.

The judge says that a block goes, not what it is; a region says that all it holds goes (`navigation`, `footer`), which
is right for its links and wrong for the form, the comments or the list of articles in it. Whatever removed the block,
its rule stays: this only names the kind.
"""

from __future__ import annotations

from functools import cached_property

import msgspec

from scraper.clean import entries, groups, telling
from scraper.clean.phrases import Hit
from scraper.clean.shape import Shape
from scraper.clean.view import View, remove
from scraper.types import Kind, Label

LISTED_WORDS = 4
TEASER_WORDS, SHORT_TEASER_WORDS, MOST_TEASER_WORDS = 6, 5, 30
LINKED = 0.5
NEAREST = 4
"""Elements above a block whose names explain it."""
AROUND = 3
NETWORK_WORDS, NAME_WORDS = 3, 2
BOX_LINES, MOST_TAGS = 4, 20
"""Lines of a box under its heading: an author's, a form's; lists of articles and comments have no bound."""

# Chrome that stands inside a list of related articles or comments without ending it.
_BETWEEN = frozenset((Kind.AD, Kind.DATELINE_META, Kind.BYLINE, Kind.CAPTION, Kind.PHOTO_CREDIT, Kind.READING_TIME))
_HEADS_A_LIST = frozenset((Kind.RELATED, Kind.COMMENTS, Kind.AUTHOR_BOX))
_HEADS_WHERE_SURE = frozenset((Kind.NEWSLETTER, Kind.COOKIE, Kind.DISCLAIMER, Kind.BREADCRUMB, Kind.PAYWALL, Kind.TAGS))
"""Their hints ("Settings", "Preferences") are menu entries too."""
_PASSED_ON = frozenset(
    (Kind.RELATED, Kind.COMMENTS, Kind.NAVIGATION, Kind.FOOTER, Kind.SHARE, Kind.AUTHOR_BOX, Kind.AD)
)
"""What a number or a sign may be a part of."""
HEADING_WORDS = 6

REGIONS = frozenset(("place.navigation.region", "place.navigation.sidebar", "place.footer.region"))
"""Place rules that give one kind to all that a region holds."""
_SAID = frozenset((Kind.LOGIN, Kind.SEARCH, Kind.SHARE, Kind.APP_PROMO))
"""What a hint says of a line in a region: other hints ("Name", "Settings") are menu entries there."""
_CHOICES = frozenset(("option", "optgroup", "select"))


class Reasons:
    """Goes through a document's removed blocks in order; [start, end) is the article's main run."""

    def __init__(self, view: View, start: int, end: int) -> None:
        self.view, self._start, self._end = view, start, end
        self._list: Kind | None = None
        self._since = 0
        self._before: Kind | None = None
        self._comments = groups.between_replies(view, end)
        self._forms: dict[int, Kind] | None = None
        self._told: dict[int, tuple[Kind, str] | None] = {}
        self._names: dict[int, telling.Said] = {}

    @cached_property
    def _run(self) -> dict[str, int]:
        """The lines of the article's run, and where each stands last."""
        run = range(self._start, self._end)
        return {groups.entry(self.view.blocks[index].text): index for index in run}

    def _is_again(self, entry: str) -> bool:
        """Whether a table of contents may name a line of the article; on a page that is a heading."""
        index = self._run.get(entry)
        return index is not None and (not self.view.is_page or self.view.blocks[index].level > 0)

    def kept(self) -> None:
        """Take note of a block that stays: no list of other articles or comments reaches across it."""
        self._list = self._before = None

    def see(self, index: int, label: Label) -> Label:
        """The label of a block that a rule removed, with a more exact kind where the rule is a region's."""
        kind = self._inside(index, label) if label.rule in REGIONS else self._misnamed(index, label)
        if kind is not None:
            label = msgspec.structs.replace(label, kind=kind)
        self._note(index, label)
        return label

    def _misnamed(self, index: int, label: Label) -> Kind | None:
        """A more exact kind where a place's name is used for more: `nav-links`, `text-caption`, `copyright-bar`."""
        named, linked = self._named(index), self.view.shapes[index].link_share > LINKED
        tells = named[0] if named is not None and named[0] in (Kind.NAVIGATION, Kind.FOOTER) else None
        if label.rule == "place.related.list":
            return None if self._is_teaser(index) else tells
        if label.rule in ("place.caption.figure", "place.byline.meta") and index < self._start:
            return tells or (Kind.NAVIGATION if linked and label.kind is Kind.CAPTION else None)
        if label.rule in ("place.caption.figure", "place.byline.meta") and linked and index >= self._end:
            return Kind.RELATED if label.kind is Kind.CAPTION or self._is_teaser(index) else None
        is_archive = label.rule == "clock.date" and groups.COUNTED.search(self.view.blocks[index].text) is not None
        if is_archive or (label.rule == "phrase.footer.about" and index < self._start):
            return Kind.NAVIGATION
        if label.rule == "place.copyright.line" and self.view.hits[index] is None:
            return None if self.view.digits[index] else Kind.FOOTER
        return None

    def of(self, index: int) -> Label:
        """The label of a block that the judge removed."""
        label = self._of(index)
        if label.rule == "judge.shape":
            self._before = label.kind
        else:
            self._note(index, label)
        return label

    def _note(self, index: int, label: Label) -> None:
        """ "Related news" and "Comments" introduce a list of their kind; what is neither in it nor between ends it."""
        self._before = label.kind
        sure = not label.rule.startswith("hint.")
        early = label.kind is Kind.TAGS and index < self._start
        if label.kind in _HEADS_A_LIST or (sure and label.kind in _HEADS_WHERE_SURE and not early):
            if label.kind is not self._list and self.view.shapes[index].words <= HEADING_WORDS:
                self._list, self._since = label.kind, index
        elif label.kind not in _BETWEEN and (sure or self._list is not Kind.COMMENTS):
            self._list = None

    def _of(self, index: int) -> Label:
        named = self._named(index)
        return (
            self._by_comments(index, named)
            or self._by_words(index)
            or self._by_signs(index)
            or self._by_names(index, named)
            or self._by_form(index)
            or self._by_list(index)
            or remove(self._shape(index), "judge.shape")
        )

    def _named(self, index: int) -> tuple[Kind, str] | None:
        place = self.view.blocks[index].place
        if place not in self._told:
            self._told[place] = telling.explained(self.view.tree, place, self._names)
        return self._told[place]

    def _by_comments(self, index: int, named: tuple[Kind, str] | None) -> Label | None:
        """A comment's date, its writer and the button under it are the comment's."""
        if index in self._comments:
            return remove(Kind.COMMENTS, "judge.comments")
        if named is not None and named[0] is Kind.COMMENTS:
            return remove(Kind.COMMENTS, f"judge.name.{named[1]}")
        return None

    def _by_words(self, index: int) -> Label | None:
        """What a table of contents says again, a hint, a name between networks."""
        text, form, hit = self.view.blocks[index].text, self.view.shapes[index], self.view.hits[index]
        if index < self._start and form.words > NAME_WORDS and self._is_again(groups.entry(text)):
            return remove(Kind.NAVIGATION, "judge.contents")
        if hit is not None:
            return remove(self._hinted(index, hit), f"hint.{hit.rule}")
        if form.words <= NETWORK_WORDS and self._networks(index) == {-1, 1}:
            return remove(Kind.SHARE, "judge.shape")
        return None

    def _by_signs(self, index: int) -> Label | None:
        """A date, a price; a number or a sign is of the block before it."""
        text, form = self.view.blocks[index].text, self.view.shapes[index]
        if groups.is_dated(self.view, index):
            return remove(Kind.DATELINE_META, "judge.dated")
        if groups.is_offer(text, form):
            return remove(Kind.AD, "judge.price")
        if self._before in _PASSED_ON and not groups.has_letter(text):
            if index >= self._end and self._list is not Kind.COMMENTS and entries.is_contact(self.view, index):
                return remove(Kind.FOOTER, "judge.contact")
            return remove(self._before, "judge.shape")
        return None

    def _hinted(self, index: int, hit: Hit) -> Kind:
        """A hint's kind, unless its place says more: "Featured" in a menu heads no list, "Email" in a form asks."""
        if index < self._start and (
            hit.kind is Kind.FOOTER or (hit.kind is Kind.RELATED and not self._among_teasers(index))
        ):
            return Kind.NAVIGATION
        if "related.heading" in hit.rule:
            return Kind.RELATED
        fields = (near.kind is Kind.COMMENT_FORM for near in self._beside(index).values())
        if hit.kind is Kind.SHARE and not self._networks(index) and any(fields) and self._is_asked(index):
            return Kind.COMMENT_FORM
        return hit.kind

    def _by_form(self, index: int) -> Label | None:
        return entries.named(self.view, index, range(self._start, self._end), self._list)

    def _is_asked(self, index: int) -> bool:
        """Whether a field beside it has another beside itself: "Share" stands with a lone "Reply" under a comment."""
        near = (at for at in (index - 1, index + 1) if 0 <= at < len(self.view.blocks))
        return any(groups.is_field(self.view, at) for at in near)

    def _by_list(self, index: int) -> Label | None:
        if self._list is not None and self._continues(index, self.view.shapes[index]):
            return remove(self._list, "judge.list")
        return None

    def _continues(self, index: int, form: Shape) -> bool:
        """Whether a block belongs to the list that a heading opened."""
        if self._list is Kind.COMMENTS:
            return True
        if self._list is Kind.TAGS:
            return form.words < TEASER_WORDS and not form.ends and index - self._since <= MOST_TAGS
        if self._list is not Kind.RELATED and index - self._since > BOX_LINES:
            return False
        if self._list is Kind.AUTHOR_BOX:
            return True
        if index < self._start and not self.view.prose[index] and form.words < TEASER_WORDS:
            return False
        return form.words >= LISTED_WORDS or self._among_teasers(index)

    def _by_names(self, index: int, named: tuple[Kind, str] | None) -> Label | None:
        """What the names of the nearest elements say, though a guard kept them from deciding alone."""
        view = self.view
        places, place = view.document.places, view.blocks[index].place
        vague = None
        for _ in range(NEAREST):
            if place < 0:
                break
            rule = view.named[view.tree.names[place]]
            if rule is not None and f"place.{rule.id}" not in REGIONS:
                return remove(rule.kind, f"judge.{rule.id}")
            vague = vague or rule
            place = places[place].parent
        if named is not None:
            return remove(self._by_name(index, named[0]), f"judge.name.{named[1]}")
        if vague is None:
            return None
        label = remove(vague.kind, f"judge.{vague.id}")
        kind = self._in_region(index, f"place.{vague.id}")
        return label if kind is None else msgspec.structs.replace(label, kind=kind)

    def _by_name(self, index: int, kind: Kind) -> Kind:
        """The kind that a name gives to a block of this shape: the short lines of an author's box are his name."""
        if kind is Kind.SEARCH and self._is_teaser(index):
            return Kind.RELATED
        if kind is Kind.AUTHOR_BOX and self.view.shapes[index].words < TEASER_WORDS and index < self._end:
            return Kind.BYLINE
        return kind

    def _inside(self, index: int, label: Label) -> Kind | None:
        """A more exact kind for a block in a region: what a hint says, its form, its names, its place."""
        hit, named = self.view.hits[index], self._named(index)
        if hit is not None and hit.kind in _SAID and (hit.kind is not Kind.SHARE or self._networks(index)):
            return hit.kind
        if self._list is Kind.BREADCRUMB and index - self._since <= BOX_LINES:
            return self._list
        return self._in_form(index, label, named) or self._in_names(index, label, named)

    def _in_form(self, index: int, label: Label, named: tuple[Kind, str] | None) -> Kind | None:
        """What a form is for, by the hints in it; a choice outside of forms is a menu."""
        if self._forms is None:
            self._forms = groups.forms(self.view)
        form = self._forms.get(index)
        if self.view.blocks[index].tag in _CHOICES:
            return form or (Kind.NAVIGATION if label.kind is Kind.RELATED else label.kind)
        return form if named is None or named[0] is not Kind.COMMENTS else None

    def _in_names(self, index: int, label: Label, named: tuple[Kind, str] | None) -> Kind | None:
        if label.kind is not Kind.FOOTER and groups.is_dated(self.view, index):
            return Kind.DATELINE_META if named is None or named[0] is not Kind.COMMENTS else Kind.COMMENTS
        if named is not None and (named[0] not in (Kind.AD, Kind.TAGS) or label.kind is Kind.RELATED):
            return self._by_name(index, named[0]) if telling.is_nearer(label.kind, named[0]) else None
        if self._before in _PASSED_ON and not groups.has_letter(self.view.blocks[index].text):
            return self._before
        return self._in_region(index, label.rule)

    def _beside(self, index: int) -> dict[int, Hit]:
        """What phrases say of the block before (-1) and behind (1)."""
        hits = self.view.hits
        return {side: hit for side in (-1, 1) if 0 <= index + side < len(hits) and (hit := hits[index + side])}

    def _networks(self, index: int) -> set[int]:
        """On which sides a network's name stands: "Mail" and "Medium" alone may be menu entries."""
        return {side for side, hit in self._beside(index).items() if hit.kind is Kind.SHARE}

    def _in_region(self, index: int, rule: str) -> Kind | None:
        """Beside an article stand lists of others, and menus; in a header may stand a list too."""
        heads = self.view.blocks[index].level > 0 and index + 1 < len(self.view.blocks) and self._is_teaser(index + 1)
        teaser = heads or self._is_teaser(index)
        if rule == "place.navigation.sidebar":
            return Kind.RELATED if teaser or self._list is Kind.RELATED else Kind.NAVIGATION
        if rule == "place.navigation.region" and teaser and self._list is Kind.RELATED and index >= self._start:
            return Kind.RELATED
        if rule == "place.footer.region" and teaser and self.view.shapes[index].link_share > LINKED:
            return Kind.RELATED if self._among_teasers(index) else None
        return None

    def _shape(self, index: int) -> Kind:
        view = self.view
        form = view.shapes[index]
        linked = form.link_share > LINKED
        if index < self._start:
            tells = linked or view.prose[index] or self._among_teasers(index)
            tells = tells and (view.is_page or self._stands_dated(index))
            return Kind.RELATED if tells and self._is_teaser(index) else Kind.NAVIGATION
        if linked and self._heads_a_teaser(index):
            return Kind.RELATED
        if index >= self._end:
            return self._behind(index)
        if form.words >= (SHORT_TEASER_WORDS if linked else TEASER_WORDS) and (linked or not form.ends):
            return Kind.RELATED
        return Kind.NAVIGATION if linked else Kind.OTHER

    def _behind(self, index: int) -> Kind:
        """What stands behind the article: other articles, and at the end the page's own menu."""
        view = self.view
        if groups.is_contact(view.blocks[index].text, view.shapes[index]) and view.shapes[index].link_share <= LINKED:
            return Kind.FOOTER
        if self._is_teaser(index) or view.prose[index] or self._among_teasers(index):
            return Kind.RELATED
        return Kind.FOOTER if index >= entries.FOOTER_SHARE * len(view.blocks) else Kind.NAVIGATION

    def _stands_dated(self, index: int) -> bool:
        """Whether a date stands near: before a text its menu, with its entries' descriptions, looks like teasers."""
        near = range(max(0, index - AROUND), min(len(self.view.blocks), index + AROUND + 1))
        return any(self.view.digits[at] and groups.is_dated(self.view, at) for at in near)

    def _heads_a_teaser(self, index: int) -> bool:
        """Whether the next block is a linked headline: above it stands its topic."""
        after = self.view.shapes[index + 1 : index + 2]
        return any(form.words >= TEASER_WORDS and form.link_share > LINKED for form in after)

    def _is_teaser(self, index: int) -> bool:
        words = self.view.shapes[index].words
        return words >= TEASER_WORDS or (words >= SHORT_TEASER_WORDS and self._among_teasers(index))

    def _among_teasers(self, index: int) -> bool:
        """Whether headlines stand around: three of six, or two of which one is the next. Menus have shorter entries."""
        shapes = self.view.shapes
        around = [near for near in range(index - AROUND, index + AROUND + 1) if 0 <= near < len(shapes)]
        long = {
            near - index
            for near in around
            if near != index and TEASER_WORDS <= shapes[near].words <= MOST_TEASER_WORDS and not shapes[near].ends
        }
        return len(long) > 2 or (len(long) == 2 and not long.isdisjoint((-1, 1)))

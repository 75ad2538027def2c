"""Passes that need a block's neighbours: headline and its repeats, widgets of several lines, boxes, hints."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from scraper.clean import agencies
from scraper.clean.claims import AUTHORS
from scraper.clean.fold import fold, folds_to
from scraper.clean.label import VAGUE
from scraper.clean.ld import LinkedData
from scraper.clean.title import Title, is_headline
from scraper.clean.view import Pass, View, Vote, keep, remove
from scraper.expressions import expression
from scraper.types import Form, Kind, Label

# tagDiv's author box prints the name, then the name and the address without a space between them, then the biography.
NAME_AND_ADDRESS = expression(r"^(?P<name>.{1,80}?)\s*(?P<address>https?://[^\s/]+\S*)$")
DUPLICATE_CHARS = 60
"""Shorter lines repeat in honest texts: refrains, speakers' names, table rows."""
HINTED_WORDS = 40
HINTED_SCORE = 0.4
"""P(article) from which the judge is right more often than a hint: in 16 of 27 cases on the half that was looked at, in
35 of 45 on the other."""
NAME_WORDS = 5


def weather_place(view: View) -> Iterator[Vote]:
    """The town of a weather widget: one to three words without digits, between or beside temperature and clock."""
    if not any(label is not None and label.kind is Kind.WEATHER for label in view.labels):
        return
    widget = (Kind.WEATHER, Kind.DATE_WIDGET)
    for index in list(view.open()):
        if view.kind(index - 1) is not Kind.WEATHER and view.kind(index + 1) is not Kind.WEATHER:
            continue
        text, words = view.blocks[index].text, view.shapes[index].words
        beside = view.kind(index - 1) in widget and view.kind(index + 1) in widget
        alone = index == 0 or (index + 1 == len(view.blocks))
        if (
            words <= 3
            and not any(char.isdigit() for char in text)
            and not view.shapes[index].ends
            and (beside or alone)
        ):
            yield index, remove(Kind.WEATHER, "weather.place")


def author_box(view: View) -> Iterator[Vote]:
    """A name, the same name with an address stuck to it, and the biography that follows."""
    for index, block in enumerate(view.blocks):
        found = NAME_AND_ADDRESS.match(block.text) if "://" in block.text and len(block.text) < 300 else None
        if found is None or index == 0 or fold(view.blocks[index - 1].text) != fold(found["name"]):
            continue
        yield index - 1, remove(Kind.AUTHOR_BOX, "author_box.name")
        yield index, remove(Kind.AUTHOR_BOX, "author_box.address")
        if index + 1 < len(view.blocks) and _is_biography(view, index + 1, found["address"]):
            yield index + 1, remove(Kind.AUTHOR_BOX, "author_box.biography")


def _is_biography(view: View, index: int, address: str) -> bool:
    """Whether the block under an author's address is about its owner: it names the house, or hangs on without a gap."""
    block = view.blocks[index]
    host = re.sub(r"\W", "", address.split("/")[2].lower().removeprefix("www.").rsplit(".", 1)[0])
    squeezed = re.sub(r"\W", "", block.text.lower())
    if len(host) >= 4 and host in squeezed[:200]:
        return True
    alone = index + 1 == len(view.blocks) or view.blocks[index + 1].gap
    return not view.is_page and not block.gap and alone


def source_pair(view: View) -> Iterator[Vote]:
    """ "SOURCE:" on one line and the agency or house on the next."""
    for index in range(1, len(view.blocks)):
        label = view.labels[index - 1]
        if (
            label is None
            or label.kind is not Kind.SOURCE_CREDIT
            or not view.blocks[index - 1].text.rstrip().endswith(":")
        ):
            continue
        text = view.blocks[index].text
        named = agencies.source_agency(view.blocks[index - 1].text, text) is not None
        if named or (view.shapes[index].words <= 4 and text.isupper()):
            yield index, remove(Kind.SOURCE_CREDIT, "source_credit.pair")


def headline(title: Title | None) -> Pass:
    """The headline's own block, and every other block that repeats it."""

    def judge(view: View) -> Iterator[Vote]:
        if title is None:
            return
        wanted = {_exact(title.text), _exact(view.blocks[title.block].text if title.block >= 0 else title.text)}
        forms = tuple(words for words, _ in wanted)
        for index, block in enumerate(view.blocks):
            if index == title.block:
                stays = view.options.with_title or not (view.is_page or _stands_apart(view, index))
                yield index, keep("title.headline") if stays else remove(Kind.TITLE, "title.headline")
            elif (
                not view.removed(index)
                and len(block.text) < 400
                and folds_to(block.text, forms)
                and _exact(block.text) in wanted
            ):
                yield index, remove(Kind.DUPLICATE_TITLE, "title.repeated")

    return judge


def _exact(text: str) -> tuple[str, str]:
    """A text's words, and its digits, which folding makes alike: "Week 1" is no copy of "Week 2"."""
    return fold(text), "".join(filter(str.isdigit, text))


def _stands_apart(view: View, index: int) -> bool:
    """Whether what follows a headline is no second one: else a second cleaning would take that one too."""
    wanted = fold(view.blocks[index].text)
    for following in view.open():
        if following > index and fold(view.blocks[following].text) != wanted:
            return not is_headline(view, following)
    return False


def named_authors(data: LinkedData) -> Pass:
    """Blocks that are nothing but an author's name, as the page's own data spell it, with or without "By"."""

    def judge(view: View) -> Iterator[Vote]:
        head = view.document.head
        said = [text for name, text in head.meta if name in AUTHORS] if head is not None else []
        names = {fold(name) for name in (*data.authors, *said) if 1 < len(name.split()) <= NAME_WORDS}
        if not names:
            return
        for index, block in enumerate(view.blocks):
            if len(block.text) > 80 or (view.removed(index) and view.kind(index) not in VAGUE):
                continue
            folded = fold(block.text)
            if folded in names or (folded.partition(" ")[2] in names and view.shapes[index].words <= 5):
                yield index, remove(Kind.BYLINE, "byline.named")

    return judge


def repeats(view: View) -> Iterator[Vote]:
    """The second and later copies of a paragraph: pull quotes, and the mobile twin of a block.

    A list item, a table's row, a line of code or of a speaker's name is said again by honest texts: it goes only where
    the block before or behind it is the first copy's neighbour too.
    """
    standing = list(view.open())
    texts = [view.blocks[index].text for index in standing]
    first: dict[str, int] = {}
    for number, text in enumerate(texts):
        if len(text) < DUPLICATE_CHARS:
            continue
        copied = first.setdefault(text, number)
        if copied != number and (_reads_on(view, standing[number]) or _in_a_run(texts, copied, number)):
            yield standing[number], _scored(view, standing[number], remove(Kind.DUPLICATE, "duplicate.paragraph"))


def _reads_on(view: View, index: int) -> bool:
    return view.blocks[index].form in (Form.PARAGRAPH, Form.QUOTE) and view.shapes[index].ends


def _in_a_run(texts: list[str], first: int, second: int) -> bool:
    """Whether a neighbour is a copy as well."""
    before = first > 0 and texts[first - 1] == texts[second - 1]
    return before or (second + 1 < len(texts) and second != first + 1 and texts[first + 1] == texts[second + 1])


def _scored(view: View, index: int, label: Label) -> Label:
    """The label with the score that the judge gave the block before."""
    before = view.labels[index]
    return label if before is None else msgspec.structs.replace(label, score=before.score)


def hints(view: View) -> Iterator[Vote]:
    """Phrases that are chrome only in company: at the article's ends, or beside what was removed.

    The label of an advertisement is chrome in the middle too; bylines and dates stand under the standfirst as well.
    """
    hinted = [index for index in view.open() if (hit := view.hits[index]) is not None and not hit.sure]
    if not hinted:
        return
    left = [index for index in view.open() if view.prose[index]]
    first, last = (left[0], left[-1]) if left else (len(view.blocks), -1)
    second = left[min(2, len(left) - 1)] if left else first
    for index in hinted:
        hit, block = view.hits[index], view.blocks[index]
        if hit is None or view.shapes[index].words > HINTED_WORDS or block.form is Form.HEADING:
            continue
        if (label := view.labels[index]) is not None and (label.score or 0) >= HINTED_SCORE:
            continue
        beside = (index > 0 and view.removed(index - 1)) or (index + 1 < len(view.blocks) and view.removed(index + 1))
        anywhere = hit.kind is Kind.AD and block.form is Form.PARAGRAPH
        if hit.kind is Kind.BYLINE and view.shapes[index].ends and view.shapes[index].words > NAME_WORDS:
            continue  # "By Monday, the council must answer."
        opening = hit.kind in (Kind.BYLINE, Kind.DATELINE_META) and index < second
        if anywhere or opening or beside or not first < index < last:
            yield index, _scored(view, index, remove(hit.kind, f"hint.{hit.rule}"))

"""What short removed lines are by their form: menus in one line, lists of keywords, contacts, a name above a portrait.

None of it knows a language; each looks at one line and its nearest neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence

from scraper.clean import groups, naming
from scraper.clean.shape import Shape
from scraper.clean.view import View, remove
from scraper.expressions import expression
from scraper.types import Kind, Label

FOOTER_SHARE = 0.85
FEWEST_JOINS, SHORT, JOINED_WORDS = 3, 5, 60
"""Entries that were run together ("About usCareersPress"; one less in a short line: a headline may name YouTube and
LinkedIn), and the longest line that is looked at."""
FEWEST_TITLES, MOST_LOWER = 14, 8
"""Words of a menu in one line, of which one in so many may be in lower case; headlines in title case are shorter."""
FEWEST_KEYWORDS, KEYWORD_WORDS = 4, 4
CLOUD, FEWEST_LOWER, LONGEST_KEYWORD = 3, 5, 60
"""Of the lines so near on both sides so many begin with a small letter in a cloud of keywords."""
NAME_WORDS = range(2, 5)
LONGEST = 600
ADDRESS_WORDS = 10
NEAR = 2

_JOIN = expression(r"[a-zß-öø-ÿа-яё)][A-ZÀ-ÖØ-ÞА-ЯЁ][a-zß-öø-ÿа-яё]")
# Six digits with signs between them, a post code behind a state or before a place, an address for mail.
_CONTACT = expression(
    r"\d[\d\s().+/-]{5,20}\d|\b[A-Z]{2},? \d{5}\b|\b\d{4,5} [A-ZÀ-Ý][a-zß-öø-ÿ]+\b|[\w\]]@\w+\.|\[email.protected\]"
)
_DATE = expression(r"\b\d{1,2}([./-])\d{1,2}\1\d{2,4}|\b(?:19|20)\d\d([./-])\d{1,2}\2\d{1,2}")
_NO_KEYWORD = frozenset("():=[]{}<>;")
_LIST = expression(r"\s*[,;、،]\s*")
_FIELDS = frozenset((Kind.NEWSLETTER, Kind.LOGIN, Kind.COMMENT_FORM))


def named(view: View, index: int, run: range, opened: Kind | None) -> Label | None:
    """The label that its form gives to a removed line, or plain words in it.

    `run` is the article, `opened` the list that a heading before the line opened.
    """
    text, form = view.blocks[index].text, view.shapes[index]
    if opened is Kind.COMMENTS:
        return None
    if index >= run.start:
        if (called := naming.shipped().find(text, form.words)) is not None:
            return remove(called[0], f"judge.called.{called[1]}")
        if portrait(view, index):
            return remove(Kind.AUTHOR_BOX, "judge.portrait")
        if in_cloud(view, index):
            return remove(Kind.TAGS, "judge.cloud")
    if is_menu(text, form):
        ends = index >= max(run.stop, FOOTER_SHARE * len(view.blocks))
        return remove(Kind.FOOTER if ends else Kind.NAVIGATION, "judge.menu")
    return _behind(view, index) if index >= run.stop and opened is not Kind.AUTHOR_BOX else None


def _behind(view: View, index: int) -> Label | None:
    """What stands behind an article only: keywords, contacts, a form's fields."""
    if is_keywords(view.blocks[index].text, view.shapes[index]):
        return remove(Kind.TAGS, "judge.keywords")
    if is_contact(view, index):
        return remove(Kind.FOOTER, "judge.contact")
    kind = None if view.prose[index] else field_kind(view, index)
    return None if kind is None else remove(kind, "judge.fields")


def is_menu(text: str, form: Shape) -> bool:
    """Whether a line is a menu whose entries stand behind each other, with blanks between them or without."""
    if form.words > JOINED_WORDS or len(text) > LONGEST or form.sentences:
        return False
    if len(_JOIN.findall(text)) >= FEWEST_JOINS - (form.words <= SHORT):
        return not form.ends
    if form.words < FEWEST_TITLES or form.ends or ":" in text or "?" in text:
        return False
    words = [word for word in text.split() if word[0].isalpha()]
    lower = sum(word[0].islower() for word in words)
    return len(words) >= FEWEST_TITLES and any(map(str.isupper, text)) and lower * MOST_LOWER <= len(words)


def is_keywords(text: str, form: Shape) -> bool:
    """Whether a line lists keywords between commas."""
    if form.ends or form.sentences or len(text) > LONGEST or text.count(",") + text.count("、") < FEWEST_KEYWORDS - 1:
        return False
    parts = _LIST.split(text.strip(" ,;"))
    short = all(0 < len(part.split()) <= KEYWORD_WORDS for part in parts)
    # Digits stand in addresses and measures, the other signs in code and under headings.
    return short and len(parts) >= FEWEST_KEYWORDS and not any(map(str.isdigit, text)) and _NO_KEYWORD.isdisjoint(text)


def in_cloud(view: View, index: int) -> bool:
    """Whether a short line stands among keywords: menus have capitals, at least in some scripts."""
    if index + 1 < len(view.blocks) and not _is_lower(view, index) and not _is_lower(view, index + 1):
        return False
    around = range(max(0, index - CLOUD), min(len(view.blocks), index + CLOUD + 1))
    return sum(_is_lower(view, at) for at in around) >= FEWEST_LOWER


def _is_lower(view: View, index: int) -> bool:
    """Whether a block is a few words of which the first begins with a small letter, and no code."""
    text, form = view.blocks[index].text, view.shapes[index]
    if form.words > KEYWORD_WORDS + 1 or form.ends or len(text) > LONGEST_KEYWORD:
        return False
    word = text.lstrip("*•+-#· ")
    return len(word) > 1 and word[0].islower() and text[:2] != "o " and _NO_KEYWORD.isdisjoint(text)


def is_contact(view: View, index: int) -> bool:
    """Whether a line is a telephone number or an address, or a part of one between two others."""
    text, form = view.blocks[index].text, view.shapes[index]
    if form.link_share > groups.LINKED or form.words > ADDRESS_WORDS or form.sentences:
        return False
    if _reaches(view, index):
        return True
    part = "," in text or bool(view.digits[index])
    return part and any(_reaches(view, at) for at in (index - 1, index + 1) if 0 <= at < len(view.blocks))


def _reaches(view: View, index: int) -> bool:
    """Whether a line holds a telephone number, a post code or an address for mail: years and counts are none."""
    text = view.blocks[index].text
    if not groups.is_contact(text, view.shapes[index]) or _DATE.search(text) is not None:
        return False
    return groups.PRICE.search(text) is None and _CONTACT.search(text) is not None


def portrait(view: View, index: int) -> bool:
    """Whether a line tells of somebody whose name stands above it, or is that name."""
    text, form = view.blocks[index].text, view.shapes[index]
    if form.words in NAME_WORDS and not form.ends:
        return any(_tells_of(view, at, text) for at in range(index + 1, min(len(view.blocks), index + 1 + NEAR)))
    return any(_tells_of(view, index, view.blocks[at].text) for at in range(max(0, index - NEAR), index))


def _tells_of(view: View, index: int, name: str) -> bool:
    """Whether a sentence begins with a name and goes on with a word in lower case."""
    text = view.blocks[index].text
    if not view.prose[index] or not text.startswith(name) or len(name.split()) not in NAME_WORDS:
        return False
    words = text[len(name) :].split(None, 1)
    return bool(words) and words[0][0].islower() and all(word[0].isupper() for word in name.split())


def field_kind(view: View, index: int) -> Kind | None:
    """The kind of a form, for a line between its fields."""
    before = _fields(view, range(max(0, index - NEAR), index))
    behind = _fields(view, range(index + 1, min(len(view.blocks), index + 1 + NEAR))) if before else []
    if not before or not behind:
        return None
    both = before + behind
    return next((kind for kind in (Kind.NEWSLETTER, Kind.LOGIN) if kind in both), Kind.COMMENT_FORM)


def _fields(view: View, indices: Sequence[int]) -> list[Kind]:
    kinds = [hit.kind for at in indices if (hit := view.hits[at]) is not None and hit.kind in _FIELDS]
    # "Log in" and "Leave a comment" are buttons of their own.
    fields = any((hit := view.hits[at]) is not None and hit.rule == groups.ANSWER for at in indices)
    return kinds if fields or Kind.NEWSLETTER in kinds else []

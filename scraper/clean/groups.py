"""What tells a removed block's kind beside its names: its date, its form, the buttons that part comments."""

from __future__ import annotations

from scraper.clean.clock import find_date
from scraper.clean.shape import Shape
from scraper.clean.view import View
from scraper.expressions import expression
from scraper.types import Kind

DATED_WORDS, TIMED_WORDS, NUMBER_WORDS = 8, 14, 4
LINKED = 0.5
"""Share of links from which a date is an archive's entry."""
LONGEST_NUMBER = 40
MOST_OF_LINE = 0.6
"""Of a line that tells a date without a year: "NEBULA MARS 3" is a product."""
CONTACT_DIGITS, CONTACT_WORDS = 5, 10
PRICE = expression(r"[$€£¥₹₽]\s?\d|\d\s?[€₽]")
ANSWER = "comment_form.field"
ADDRESSED = range(2, 6)
"""Words of a button that says whom it answers."""
COUNTED = expression(r"\(\d{1,4}\)$")
"""An archive's entry: "March 2024 (12)"."""
REPLIES = 3
"""So many equal buttons behind the article ("Reply") part comments."""
FORMS = (Kind.NEWSLETTER, Kind.LOGIN, Kind.SEARCH, Kind.COMMENT_FORM, Kind.POLL)


def entry(text: str) -> str:
    """A line without what numbers it: a table of contents says the headings again."""
    return text.lstrip("*•-+o0123456789.) ").casefold()


def has_letter(text: str) -> bool:
    """Whether a short text is more than a number or a sign."""
    return any(map(str.isalpha, text[:LONGEST_NUMBER]))


def is_dated(view: View, index: int) -> bool:
    """Whether a short line tells a date; a number with dots among words may be a version's."""
    text, form = view.blocks[index].text, view.shapes[index]
    if form.words > TIMED_WORDS or not view.digits[index] or form.link_share > LINKED or COUNTED.search(text):
        return False
    if (clock := view.clock(index)) is not None:
        return bool(clock.kind == "date")
    found = find_date(text)
    if found is None or (form.words > DATED_WORDS and found.time is None):
        return False
    written: str = text[found.start : found.end]
    if found.date.startswith("--") and len(written) < MOST_OF_LINE * len(text):
        return False
    return any(char.isalpha() for char in written) or form.words <= NUMBER_WORDS or len(written) >= len("1.1.2025")


def between_replies(view: View, end: int) -> range:
    """The blocks from the first comment behind the article to the last button under one: none, or a run."""
    buttons: dict[str, list[int]] = {}
    for index in range(end, len(view.blocks)):
        hit = view.hits[index]
        if hit is not None and hit.rule == ANSWER and not is_field(view, index):
            buttons.setdefault(view.blocks[index].text.casefold(), []).append(index)
        elif hit is None and view.shapes[index].words in ADDRESSED:
            # "Reply to Alma", "Reply to Piet"
            buttons.setdefault(view.blocks[index].text.partition(" ")[0] + " ", []).append(index)
    for first in [text for text, indices in buttons.items() if text.endswith(" ")]:
        hit = view.rules.phrases.find(first.strip()) if len(buttons[first]) >= REPLIES else None
        if hit is None or hit.rule != ANSWER:
            del buttons[first]
    places = max(buttons.values(), key=len, default=[])
    if len(places) < REPLIES:
        return range(0)
    between = (places[-1] - places[0]) // (len(places) - 1)
    run = range(max(end, places[0] - between), places[-1] + 1)
    # Comments are sentences; "Country" stands again and again in other forms.
    return run if sum(view.prose[index] for index in run) * 2 >= len(places) else range(0)


def is_field(view: View, index: int) -> bool:
    """Whether fields stand beside it: "Reply" stands alone under a comment."""
    near = (view.hits[at] for at in (index - 1, index + 1) if 0 <= at < len(view.hits))
    return any(hit is not None and hit.kind is Kind.COMMENT_FORM for hit in near)


def forms(view: View) -> dict[int, Kind]:
    """For each block in a form that a place rule took: what the form is for."""
    places = view.document.places
    of: list[int] = []
    for number, place in enumerate(places):
        is_form = place.tag == "form" and view.places[number] is not None
        of.append(number if is_form else of[place.parent] if place.parent >= 0 else -1)
    inside: dict[int, list[int]] = {}
    for index, block in enumerate(view.blocks):
        if block.place >= 0 and of[block.place] >= 0:
            inside.setdefault(of[block.place], []).append(index)
    kinds: dict[int, Kind] = {}
    for indices in inside.values():
        hits = [hit.kind for index in indices if (hit := view.hits[index]) is not None and hit.kind in FORMS]
        if hits:
            most = max(FORMS, key=hits.count)
            # Fields alone ("Name", "Email") ask for a letter: a comment's form has a name.
            kinds |= dict.fromkeys(indices, Kind.NEWSLETTER if most is Kind.COMMENT_FORM else most)
    return kinds


def is_offer(text: str, form: Shape) -> bool:
    """Whether a short line tells a price."""
    return form.words <= CONTACT_WORDS and PRICE.search(text) is not None


def is_contact(text: str, form: Shape) -> bool:
    """Whether a short line holds a telephone number, a post code or an address for mail."""
    return form.words <= CONTACT_WORDS and ("@" in text or sum(map(str.isdigit, text)) >= CONTACT_DIGITS)

"""What a person types into a search field -> an expression of SQLite's FTS5, in which nothing of it is a command.

    bridge river          both words, in title or text
    "new bridge"          these words in this order
    harb*                 words that begin so
    -ferry                none of these
    title:bridge          in the title

Words stand in quotation marks on the way to FTS5, so that AND, NEAR, brackets and colons are words like others.
"""

from __future__ import annotations

from msgspec import Struct

from scraper.errors import UsageError
from scraper.expressions import expression

MAX_LENGTH = 500
"""Characters of a query; a person types fewer."""
MAX_TERMS = 32
SHORTEST_PREFIX = 3

_TERM = expression(r'(-?)(title:)?(?:"([^"]*)"(\*?)|([^\s"]+))')
_SPACE = expression(r"\s*")


class Term(Struct, frozen=True):
    """A word, the beginning of one, or a phrase that was asked for."""

    text: str
    is_prefix: bool


class Query(Struct, frozen=True):
    """A query that was understood: for FTS5, and what a reader may want to see marked."""

    match: str
    terms: tuple[Term, ...]


def parse(text: str) -> Query | None:
    """None where nothing is asked for. A UsageError says in plain words what cannot be understood."""
    if len(text) > MAX_LENGTH:
        raise UsageError(
            f"The search is {len(text):,} characters long; at most {MAX_LENGTH} are taken.", reason="query"
        )
    wanted: list[str] = []
    unwanted: list[str] = []
    terms: list[Term] = []
    for is_without, column, phrase, is_prefix in _terms(text.replace("\0", " ")):
        term = f'"{phrase}"' + ("*" if is_prefix else "")
        (unwanted if is_without else wanted).append(f"title : {term}" if column else term)
        if not is_without:
            terms.append(Term(phrase, is_prefix))
    if len(wanted) + len(unwanted) > MAX_TERMS:
        raise UsageError(f"The search has more than {MAX_TERMS} terms; leave some out.", reason="query")
    if unwanted and not wanted:
        raise UsageError("A search needs at least one word without a minus before it.", reason="query")
    if not wanted:
        return None
    match = " AND ".join(wanted)
    return Query("".join([f"({match})", *(f" NOT {term}" for term in unwanted)]), tuple(terms))


def _terms(text: str) -> list[tuple[bool, bool, str, bool]]:
    """Each term: whether it is unwanted, whether for the title, its words, whether it is only their beginning."""
    found: list[tuple[bool, bool, str, bool]] = []
    at = _skip(text, 0)
    while at < len(text):
        term = _TERM.match(text, at)
        if term is None:
            raise UsageError("A quotation mark is not closed: add the second one, or take it away.", reason="query")
        minus, column, phrase, star, word = term.groups()
        is_prefix = bool(star) or (word is not None and word.endswith("*"))
        phrase = phrase if word is None else word.rstrip("*")
        if any(char.isalnum() for char in phrase):
            found.append((bool(minus), bool(column), phrase, is_prefix))
        elif is_prefix:
            phrase = ""
        # All words of an alphabet that begin with one letter are the whole index; a Chinese character is a word.
        if is_prefix and phrase.isascii() and len(phrase) < SHORTEST_PREFIX:
            message = f"A star needs at least {SHORTEST_PREFIX} letters of a word before it, as in harb*."
            raise UsageError(message, reason="query")
        at = _skip(text, term.end())
    return found


def _skip(text: str, at: int) -> int:
    blank = _SPACE.match(text, at)
    return blank.end() if blank is not None else at

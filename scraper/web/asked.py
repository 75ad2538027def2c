"""What a request asks for, checked: every value of an address is written by somebody else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from scraper.errors import UsageError
from scraper.index import query
from scraper.index.browse import Choice, Leaf
from scraper.record import ID_LENGTH
from scraper.types import Verdict

VERDICTS = tuple(verdict.value for verdict in Verdict)
ANY = "any"
"""The verdict to list pages of any by; without one, articles are listed."""
PER_LEAF = 25
"""Articles on one page of the list."""
_ID = re.compile(rf"[0-9a-f]{{{ID_LENGTH}}}")
_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LONGEST = 2000


class Listing(Struct, frozen=True):
    """What a list was asked for. `problem` says in plain words what of it was not understood; then it lists nothing."""

    fields: dict[str, str]
    choice: Choice
    leaf: Leaf
    terms: tuple[query.Term, ...] = ()
    problem: str | None = None


FIELDS = ("q", "source", "language", "day", "verdict")


def is_id(text: str) -> bool:
    """Whether this can be a record's id."""
    return _ID.fullmatch(text) is not None


def number(params: Mapping[str, str], name: str) -> int | None:
    """A whole number from 1, None where there is none or it is none."""
    value = params.get(name, "")
    return int(value) if _NUMBER.fullmatch(value) else None


def listing(params: Mapping[str, str]) -> Listing:
    """The list that is asked for."""
    fields = {name: params.get(name, "").strip()[:_LONGEST] for name in FIELDS}
    leaf = Leaf(PER_LEAF + 1, before=number(params, "before"), after=number(params, "after"))
    try:
        found = query.parse(fields["q"])
        choice = Choice(
            match=found.match if found is not None else None,
            source=fields["source"] or None,
            language=fields["language"] or None,
            day=_day(fields["day"]),
            verdict=_verdict(fields["verdict"] or Verdict.ARTICLE.value),
        )
    except UsageError as error:
        return Listing(fields, Choice(), leaf, problem=str(error))
    return Listing(fields, choice, leaf, found.terms if found is not None else ())


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise UsageError("The day is none: write it as 2026-11-21.", reason="query")


def _verdict(text: str) -> str | None:
    if text == ANY:
        return None
    if text not in VERDICTS:
        raise UsageError("There is no such verdict.", reason="query")
    return text

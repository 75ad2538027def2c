"""The shipped rules, read once: phrase tables, places, page verdicts, and the digest over the bytes of all files."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from scraper.clean import packed, pages, phrases, places


class Rules(NamedTuple):
    """Everything that judges by a table; `digest` names the tables' exact bytes in each record."""

    phrases: phrases.Phrases
    places: places.PlaceTable
    pages: pages.PageTable
    digest: str


@lru_cache(maxsize=1)
def shipped() -> Rules:
    """The rules in the package. Pure for the caller: packaged data, the same in every call of one installation."""
    return Rules(
        phrases=phrases.Phrases(packed.table("phrases", phrases.Table)),
        places=places.arranged(packed.table("places", tuple[places.PlaceRule, ...])),
        pages=packed.table("pages", pages.PageTable),
        digest=packed.shipped().digest,
    )

"""trafilatura's metadata (with htmldate) as a second opinion, asked only where the page says neither who nor when."""

from __future__ import annotations

from datetime import date
from typing import Any

from scraper.clean.claims import Claims
from scraper.clean.people import people
from scraper.clean.signed import STOP
from scraper.clean.when import to_iso
from scraper.errors import ScrapeError
from scraper.expressions import expression
from scraper.types import Document

MAX_CHARS = 3_000_000
"""htmldate searches the whole text with regular expressions: above this size its time is not worth a date."""
IN_ADDRESS = expression(r"/((?:19|20)\d\d)[/-]?(\d\d)[/-]?(\d\d)(?!\d)")
DAY = expression(r"\d{4}-\d\d-\d\d")
NO_LIMIT = "2100-01-01"


def _stated(document: Document, claims: Claims) -> set[str]:
    """The days that a page says where a machine reads them: in an address, a <time>, a meta element.

    htmldate also takes dates out of the text, where a clock widget's, an event's and a copyright notice's stand.
    """
    if document.head is None:
        return set()
    said = {value[:10] for value, _, _ in document.head.times} | {value[:10] for _, value in document.head.meta}
    if (in_address := IN_ADDRESS.search(document.url or "")) is not None:
        said.add("-".join(in_address.groups()))
    modified = claims.fields.get("modified", ("", ""))[0]
    return {day for day in said if DAY.fullmatch(day) and not modified.startswith(day)}


def second_opinion(document: Document, claims: Claims) -> dict[str, tuple[Any, str]]:
    """Field -> (value, origin) as trafilatura reads the page; empty where it fails.

    The latest date allowed is the fetch's, never the clock's, so that the answer depends on the input alone.
    """
    html = document.source
    if len(html) > MAX_CHARS or "<" not in html:
        return {}
    # Imported here: it takes 0.4 s, and most pages and every plain text do without.
    from trafilatura.metadata import extract_metadata  # noqa: PLC0415

    latest = document.fetched_at[:10] if document.fetched_at else NO_LIMIT
    days = _stated(document, claims)
    # Where no day would be believed, none is searched for: that took up to 3 s, and on all of 20 pages for nothing.
    config = {
        "original_date": True,
        "extensive_search": bool(days),
        "max_date": date.fromisoformat(latest).isoformat(),
    }
    try:
        found = extract_metadata(html, default_url=document.url, date_config=config)
    except ScrapeError:
        raise  # the deadline's
    except Exception:  # noqa: BLE001 - a library's failure on hostile HTML costs its opinion, never the page
        return {}
    named = people((found.author or "").split(";"), claims.house)
    opinion = {
        "title": found.title,
        # Its reading of class names also brings months, sections and links: only what is made like a name counts.
        "authors": tuple(name for name in named if claims.house.is_name(name) and not STOP.search(name)),
        "published": to_iso(found.date, document.fetched_at) if found.date in days else None,
        "site": found.sitename,
    }
    return {name: (value, "trafilatura") for name, value in opinion.items() if value}

"""trafilatura's metadata (with htmldate) as a second opinion, asked only for what the page did not say itself."""

from __future__ import annotations

from datetime import date
from typing import Any

from scraper.clean.claims import Claims, people
from scraper.clean.when import to_iso
from scraper.types import Document

MAX_CHARS = 3_000_000
"""htmldate searches the whole text with regular expressions: above this size its time is not worth a date."""
NO_LIMIT = "2100-01-01"
NEW_YEAR = "-01-01"
"""What htmldate makes of a copyright notice's year: no date."""


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
    config = {"original_date": True, "extensive_search": True, "max_date": date.fromisoformat(latest).isoformat()}
    try:
        found = extract_metadata(html, default_url=document.url, date_config=config)
    except Exception:  # noqa: BLE001 - a library's failure on hostile HTML costs its opinion, never the page
        return {}
    site = claims.fields.get("site", (None, ""))[0] or found.sitename
    opinion = {
        "title": found.title,
        "authors": people((found.author or "").split(";"), site),
        "published": None if (found.date or "").endswith(NEW_YEAR) else to_iso(found.date, document.fetched_at),
        "site": found.sitename,
    }
    return {name: (value, "trafilatura") for name, value in opinion.items() if value}

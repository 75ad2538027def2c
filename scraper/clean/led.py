"""What led to a page as a witness: the title and the date of its entry in a feed or a news sitemap.

A publisher wrote them for this page, so they are believed where the page itself says nothing; where it does, the page
comes first, for entries are edited, shortened and dated anew. Other finders say less: a link's text may be a teaser,
and a plain sitemap's date is that of the last change.
"""

from __future__ import annotations

from typing import Any

from msgspec import structs

from scraper.clean.when import to_iso
from scraper.types import Article, FoundBy, Verdict

_WITNESSES = ("feed", "news_sitemap")


def witnessed(article: Article, found_by: FoundBy | None, fetched_at: str | None) -> Article:
    """The article with the title and the day of publication that its page does not give; `origin` says from where."""
    if found_by is None or found_by.kind not in _WITNESSES or article.verdict is not Verdict.ARTICLE:
        return article
    known = article.metadata
    told: dict[str, Any] = {"title": found_by.title, "published": to_iso(found_by.date, fetched_at)}
    new = {name: value for name, value in told.items() if value and getattr(known, name) is None}
    if not new:
        return article
    origin = known.origin | dict.fromkeys(new, found_by.kind)
    return structs.replace(article, metadata=structs.replace(known, origin=origin, **new))

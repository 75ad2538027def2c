"""When an article is to be looked at again. The moment is given: nothing here knows what time it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

LATE = 2.0
"""A look is dropped when the article is this many times as old as it should have been at the last look: after half a
year in which nobody ran the program, articles that were young before are not young."""

FIRST_PAUSE = 15 * 60.0
"""Seconds before a look that failed is tried again; twice as long after each further failure."""

TRIES = 4
"""Failures after which a look is given up; the next one is made all the same."""


class Watched(Struct, frozen=True):
    """An article that is looked at again: when it was archived first, when it was looked at last.

    `tries` counts the looks that failed since then, the last of them at `tried_at`; each TRIES of them are a look.
    """

    first_at: datetime
    looked_at: datetime
    tries: int = 0
    tried_at: datetime | None = None


def due_at(article: Watched, after: Sequence[float]) -> datetime | None:
    """When to look next, by the ages in seconds at which articles are looked at; None for never again.

    Looks that were missed are made up for by one.
    """
    seen = article.looked_at
    tries = article.tries % TRIES
    if article.tries and not tries and article.tried_at is not None:
        seen = max(seen, article.tried_at)
    moments = (article.first_at + timedelta(seconds=age) for age in sorted(after))
    planned = next((moment for moment in moments if moment > seen), None)
    if planned is None:
        return None
    if tries and article.tried_at is not None:
        return max(planned, article.tried_at + timedelta(seconds=FIRST_PAUSE * 2 ** (tries - 1)))
    return planned


def is_due(article: Watched, after: Sequence[float], now: datetime) -> bool:
    """Whether to look now."""
    at = due_at(article, after)
    return at is not None and at <= now and article.first_at >= oldest(after, now)


def oldest(after: Sequence[float], now: datetime) -> datetime:
    """Articles that were archived before this are looked at no more."""
    try:
        return now - timedelta(seconds=max(after, default=0.0) * LATE)
    except OverflowError:
        return datetime.min.replace(tzinfo=now.tzinfo)

"""The alarms of a source: what of its articles has changed, since when, and how much.

A source is judged by its last 60 days, or its last 150 pages where these are fewer; one with over 1,000 pages in that
time by fourteen of each day. So it costs 3 to 9 ms, however large the archive is; with 1,000 articles a day 16, most of
it for counting them. An alarm ends when the source is as it was, or has been different for longer than it was not.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
from msgspec import Struct

from scraper.drift.shift import Shift, fallen, moved
from scraper.drift.volume import DAYS, volume
from scraper.index import Index
from scraper.index.database import damaged
from scraper.index.measures import Page

SPAN, LONGEST = timedelta(days=60), timedelta(days=365)
FEW, MOST = 150, 1000
"""Pages: those of a source with few, and the most that are read."""
AT_ONCE, EVERY = 7, timedelta(hours=12)
"""Of a source with more: so many pages one after the other, from so many hours to so many, so that no hour of the day
and no run of briefs is more than its share."""

LONGER, FREER = 1.8, 0.2
"""How many times as long, or by which share of blocks freer of what is removed, articles must be to be called so."""


class Alarm(Struct, frozen=True):
    """Something of a source is not as it was.

    `what` is `date`, `author`, `length`, `removed`, `article` (the share of pages that are one) or `volume`. `since` is
    when the first page came that is different (RFC 3339 in UTC), `of` how many have come since that were looked at.
    `before` and `now` are shares, a median of words (length), or how many articles are usual in such a time and how
    many came (volume; `of` is that time in days). `says` has it in words: "since Tuesday 2026-11-17 0 of 40 have a date
    (before 97 %)".
    """

    source: str
    what: str
    since: str
    of: int
    before: float
    now: float
    says: str


def all_alarms(index: Index, now: datetime) -> list[Alarm]:
    """The alarms of all sources, by name."""
    return [alarm for source in index.measured_sources() for alarm in alarms(index, source, now)]


def news(index: Index, source: str, before: datetime, now: datetime) -> tuple[list[Alarm], list[Alarm]]:
    """The alarms of a source that there were not yet at an earlier time, and those that have ended since then.

    What was fetched in between is what tells the times apart; so whoever looks at each of them tells an alarm once.
    """
    old = {alarm.what: alarm for alarm in alarms(index, source, before)}
    new = {alarm.what: alarm for alarm in alarms(index, source, now)}
    return [new[what] for what in new.keys() - old.keys()], [old[what] for what in old.keys() - new.keys()]


def alarms(index: Index, source: str, now: datetime) -> list[Alarm]:
    """What of a source is not as it was, as it stands at a time (with its zone)."""
    pages = _pages(index, source, now)
    if not pages or pages[-1].at < stamp(now - SPAN):
        return []
    found = _Found(source, pages, index)
    found.add("article", fallen(np.array([page.article == 1 for page in pages]), found.days))
    articles = [page for page in pages if page.signed is not None]
    found = _Found(source, articles, index, found.alarms)
    found.add("date", fallen(np.array([bool(page.dated) for page in articles]), found.days))
    found.add("author", fallen(np.array([bool(page.signed) for page in articles]), found.days))
    found.add("length", moved(np.array([float(page.words or 0) for page in articles]), found.days, _is_longer))
    found.add("removed", moved(np.array([_removed(page) for page in articles]), found.days, _is_freer))
    is_explained = any(alarm.what == "article" for alarm in found.alarms)  # that no articles come
    return found.alarms + ([] if is_explained else _volume(index, source, now))


class _Found:
    """The alarms of a source, by where in its pages something shifted."""

    def __init__(self, source: str, pages: list[Page], index: Index, alarms: list[Alarm] | None = None) -> None:
        self._source, self._pages = source, pages
        self.alarms = alarms or []
        try:
            self.days = np.array([datetime.fromisoformat(page.at).timestamp() / 86_400 for page in pages])
        except ValueError as error:
            raise damaged(index.path, error) from error

    def add(self, what: str, shift: Shift | None) -> None:
        """Take in a shift, if there is one."""
        if shift is None:
            return
        since, of = self._pages[shift.start].at, len(self._pages) - shift.start
        before, now = round(shift.before, 3), round(shift.now, 3)
        said = _SAYS[what].format(now=shift.now, count=shift.now * of, of=of, before=shift.before)
        self.alarms.append(Alarm(self._source, what, since, of, before, now, f"since {_day(since)} {said}"))


_SAYS = {
    "article": "{count:.0f} of {of} pages are articles (before {before:.0%})",
    "date": "{count:.0f} of {of} have a date (before {before:.0%})",
    "author": "{count:.0f} of {of} have an author (before {before:.0%})",
    "length": "articles have {now:.0f} words (median of {of}; before {before:.0f})",
    "removed": "{now:.0%} of an article's blocks are removed (median of {of}; before {before:.0%})",
}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _day(at: str) -> str:
    moment = datetime.fromisoformat(at).astimezone(UTC)
    return f"{_WEEKDAYS[moment.weekday()]} {moment:%Y-%m-%d}"


def _pages(index: Index, source: str, now: datetime) -> list[Page]:
    """The pages that a source is judged by, the oldest first."""
    start, end = stamp(now - SPAN), stamp(now)
    if index.pages_beyond(source, start, end, MOST):
        return _sampled(index, source, now)
    pages = index.newest_pages(source, start, end, MOST)
    return (pages if len(pages) >= FEW else index.newest_pages(source, stamp(now - LONGEST), end, FEW))[::-1]


def _sampled(index: Index, source: str, now: datetime) -> list[Page]:
    """Some pages of each half of a day."""
    count = SPAN // EVERY
    starts = [stamp(now - SPAN + EVERY * number) for number in range(count + 1)]
    return [page for start, end in pairwise(starts) for page in index.pages_from(source, start, end, AT_ONCE)]


def _volume(index: Index, source: str, now: datetime) -> list[Alarm]:
    first = index.first_measured(source)
    known = (now - datetime.fromisoformat(first)).days if first is not None else 0
    ends = [stamp(now - timedelta(days=day)) for day in range(min(known, DAYS) + 1)]
    counts = [index.arrivals(source, start, end) for end, start in pairwise(ends)]
    found = volume(counts, known)
    if found is None:
        return []
    last = index.last_arrival(source, ends[0]) if found.articles == 0 else None
    since = last or ends[found.days]
    span = "24 hours" if found.days == 1 else f"{found.days} days"
    says = f"{found.articles} new articles in the last {span} (usual {found.usual:.0f}); the last came {_day(since)}"
    if found.articles:
        says = f"{found.articles} new articles in the last {span} (usual {found.usual:.0f})"
    return [Alarm(source, "volume", since, found.days, float(found.usual), float(found.articles), says)]


def _is_longer(old: float, new: float) -> bool:
    return new >= LONGER * old or old >= LONGER * new


def _is_freer(old: float, new: float) -> bool:
    return abs(old - new) >= FREER


def _removed(page: Page) -> float:
    """The share of an article's blocks that were removed."""
    removed, kept = page.removed or 0, page.kept or 0
    return removed / (removed + kept) if removed else 0.0


def stamp(moment: datetime) -> str:
    """A time as records have it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

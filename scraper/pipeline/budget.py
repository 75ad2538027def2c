"""How much is asked of a host: pages in a run, pages and bytes in a day. What is beyond it waits for another time.

Every request counts but those for robots.txt and tdmrep.json: pages, feeds, sitemaps, and the hops of a redirect. The
day is UTC's, and its counts stand in the index, so that a restart does not begin it anew.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from msgspec import Struct

from scraper.errors import LimitError
from scraper.index import Index
from scraper.sources import urls
from scraper.tdmrep import is_errand
from scraper.types import Exchange

RUN, DAY, BYTES = "budget-run", "budget-day", "budget-bytes"
REASONS = frozenset((RUN, DAY, BYTES))
"""Why a link waits; that is no failure."""


class Limits(Struct, frozen=True):
    """Pages asked of one host in a run of a source and in a day, and bytes taken from it in a day; None: no limit."""

    pages_per_run: int | None = None
    pages_per_day: int | None = None
    bytes_per_day: int | None = None

    @property
    def by_day(self) -> bool:
        """Whether days are counted."""
        return self.pages_per_day is not None or self.bytes_per_day is not None


class Budget:
    """What one run may ask, and what it has asked so far."""

    def __init__(self, limits: Limits, turns: dict[str, asyncio.Lock] | None = None) -> None:
        self._limits = limits
        self._pages: Counter[str] = Counter()
        self._turns = turns if turns is not None else {}

    def for_run(self) -> Budget:
        """The budget of a new run."""
        return Budget(self._limits, self._turns)

    @asynccontextmanager
    async def turn(self, url: str) -> AsyncIterator[None]:
        """Held while a page is asked for, where bytes are counted: nobody knows them before.

        It costs no time, as a host is asked one request at a time in any case.
        """
        if self._limits.bytes_per_day is None:
            yield
            return
        async with self._turns.setdefault(urls.site(url), asyncio.Lock()):
            yield

    def reserve(self, url: str, index: Index, day: str) -> None:
        """Count a page that is about to be asked for; a LimitError where its host's budget is spent.

        It counts before it is asked for, so that those who wait for the host's turn together do not all pass.
        """
        host, limits = urls.site(url), self._limits
        if limits.pages_per_run is not None and self._pages[host] >= limits.pages_per_run:
            raise _spent(url, RUN, f"{limits.pages_per_run:,} pages of {host} in this run (network.max_pages_per_run)")
        if limits.by_day:
            pages, size = index.spent(day, host)
            if limits.pages_per_day is not None and pages >= limits.pages_per_day:
                raise _spent(url, DAY, f"{pages:,} pages of {host} today (network.max_pages_per_day)")
            if limits.bytes_per_day is not None and size >= limits.bytes_per_day:
                raise _spent(url, BYTES, f"{size:,} bytes of {host} today (network.max_bytes_per_day)")
            index.spend(day, host, 1, 0)
        self._pages[host] += 1

    def spend(self, url: str, hops: Iterable[Exchange], index: Index, day: str) -> None:
        """Count what was asked for a page, beyond the one that was reserved for it."""
        asked = [hop for hop in hops if not is_errand(hop.url)]
        pages = Counter(urls.site(hop.url) for hop in asked)
        pages[urls.site(url)] -= 1
        size: Counter[str] = Counter()
        for hop in asked:
            size[urls.site(hop.url)] += len(hop.response)
        for host in pages.keys() | size.keys():
            more = max(pages[host], 0)
            self._pages[host] += more
            if self._limits.by_day and (more or size[host]):
                index.spend(day, host, more, size[host])


def _spent(url: str, reason: str, what: str) -> LimitError:
    return LimitError(f"{url}: waits for another time: {what}", reason=reason)

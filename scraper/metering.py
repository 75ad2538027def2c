"""Tools that count what goes through them: the pipeline knows nothing of it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs

from scraper.errors import ScrapeError
from scraper.fetch import Validators, exchanges_of
from scraper.meter import Meter
from scraper.pipeline.tools import Cleaning, Fetching, Tools
from scraper.types import Capture, Exchange, Link, Memory
from scraper.workers import Cleaned


def metered(tools: Tools, meter: Meter, timer: Callable[[], float]) -> Tools:
    """The same tools, counted; `timer` gives seconds that only grow."""
    fetcher = None if tools.fetcher is None else _Fetcher(tools.fetcher, meter)
    return structs.replace(tools, fetcher=fetcher, workers=_Workers(tools.workers, meter, timer))


class _Fetcher:
    def __init__(self, fetcher: Fetching, meter: Meter) -> None:
        self._fetcher, self._meter = fetcher, meter

    async def fetch(self, link: Link, validators: Validators | None = None) -> Capture:
        try:
            capture = await self._fetcher.fetch(link, validators)
        except ScrapeError as error:
            self._count(exchanges_of(error))
            raise
        self._count(capture.exchanges)
        return capture

    def _count(self, exchanges: tuple[Exchange, ...]) -> None:
        for exchange in exchanges:
            self._meter.answered(exchange.status, len(exchange.response))


class _Workers:
    def __init__(self, workers: Cleaning, meter: Meter, timer: Callable[[], float]) -> None:
        self._workers, self._meter, self._timer = workers, meter, timer

    async def clean(self, capture: Capture, memory: Memory | None = None) -> Cleaned:
        begun = self._timer()
        self._meter.in_cleaning += 1
        try:
            return await self._workers.clean(capture, memory)
        finally:
            self._meter.in_cleaning -= 1
            self._meter.cleaning.observe(self._timer() - begun)

"""What the tests of fetching share: a fetcher with manners on a clock that stands still, and a stand-in for a site."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest
from servers import FakeClock, response

from scraper.errors import ScrapeError
from scraper.fetch import Fetcher, Settings, Validators, exchanges_of
from scraper.polite import Polite
from scraper.polite import Settings as PoliteSettings
from scraper.types import Capture, Link

LOOPBACK = ("127.0.0.1",)
PAGE = response(b"<p>Hello</p>", "200 OK", "Content-Type: Text/HTML; charset=utf-8", 'ETag: W/"1"')


class Crew:
    """A fetcher with its manners and a clock that stands still; every host name leads to loopback."""

    def __init__(self, clock: FakeClock | None = None, **settings: object) -> None:
        self.clock = clock or FakeClock()
        self.manners = Polite(PoliteSettings(), self.clock, self.clock.sleep)
        self.settings = Settings(**{"allow_addresses": LOOPBACK, **settings})  # type: ignore[arg-type]  # by keyword

    async def loopback(self, host: str, port: int) -> list[str]:
        return [host if host[0].isdigit() or ":" in host else "127.0.0.1"]

    async def each(self, *urls: str, validators: Validators | None = None) -> list[Capture]:
        """All at once."""
        async with Fetcher(self.settings, self.manners, self.clock, self.loopback) as fetcher:
            return await asyncio.gather(*(fetcher.fetch(Link(url=url, source="test"), validators) for url in urls))

    def fetch(self, url: str, validators: Validators | None = None) -> Capture:
        return asyncio.run(self.each(url, validators=validators))[0]

    def fails(self, url: str) -> ScrapeError:
        with pytest.raises(ScrapeError) as error:
            self.fetch(url)
        return error.value


def redirect(location: str, status: str = "302 Found") -> bytes:
    return response(b"moved", status, f"Location: {location}")


def shown(capture_or_error: Capture | ScrapeError) -> list[tuple[str, int]]:
    """The path and status of each exchange."""
    found = capture_or_error.exchanges if isinstance(capture_or_error, Capture) else exchanges_of(capture_or_error)
    return [("/" + exchange.url.split("/", 3)[3], exchange.status) for exchange in found]


ARTICLE = "https://example.org/page"
DAY = 86400.0


class Site:
    """A stand-in for the fetcher's side: answers for robots.txt, and counts how often it is asked."""

    def __init__(self, text: str | bytes = b"", status: int = 200, error: ScrapeError | None = None) -> None:
        self.text = text.encode() if isinstance(text, str) else text
        self.status = status
        self.error = error
        self.asked: list[str] = []

    async def ask(self, url: str) -> Capture:
        self.asked.append(url)
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        return Capture(Link(url, "test"), url, "2026-11-21T12:00:00Z", (), self.status, (), self.text)


class Host:
    """A Polite with its clock."""

    def __init__(self, **settings: float) -> None:
        self.clock = FakeClock()
        self.polite = Polite(PoliteSettings(**settings), self.clock, self.clock.sleep)  # type: ignore[arg-type]  # by keyword

    async def turns(self, *urls: str, status: int | None = 200, retry_after: str | None = None) -> list[float]:
        """How long each URL waited for its turn; every one gets the same answer."""
        waited = []
        for url in urls:
            before = self.clock.now
            async with self.polite.turn(url):
                waited.append(self.clock.now - before)
                self.polite.heed(url, status, retry_after)
        return waited

    async def permitted(self, site: Site, url: str = ARTICLE) -> str | None:
        """None, or the reason of the refusal."""
        try:
            await self.polite.permit(url, site.ask)
        except ScrapeError as error:
            return error.reason
        return None


def run(coroutine: Awaitable[object]) -> None:
    async def main() -> None:
        await coroutine

    asyncio.run(main())

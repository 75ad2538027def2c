"""Manners towards a host: one request at a time, a pause between two, its robots.txt, and retreat when it asks for it.

Nothing here opens a connection: robots.txt is fetched by whoever asks for permission. Time is the caller's too.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from msgspec import Struct, structs
from protego import Protego

from scraper import guard, robots, tdmrep
from scraper.errors import ConfigError, RefusedError, ScrapeError
from scraper.remembered import Remembered
from scraper.retry import retry_after_seconds
from scraper.types import Capture, Reserved, Robots

log = logging.getLogger(__name__)

ROBOTS_BYTES = 500 * 1024
"""How much of a robots.txt is read: the least that RFC 9309 section 2.5 allows, and the most that Google reads."""

_CONNECTING = frozenset({"dns", "unreachable", "tls", "private-address", "odd-port"})
_UNREACHABLE = "robots-unreachable"
_ROBOTS_TEXT = 4 * 1024 * 1024  # of robots.txt texts whose rules are held; a rule takes 40 times its text in memory


class Settings(Struct, frozen=True):
    """How patient to be; all times in seconds.

    `product` is the token that robots.txt groups name. `delay` is the least pause between two requests to a host; a
    Crawl-delay makes it longer, up to `max_crawl_delay`. A host that answers 429 or 5xx, or not at all, is left alone
    for as long as its Retry-After says (up to `max_retry_after`), else for a pause that doubles from failure to failure
    (up to `max_backoff`). A link waits for that up to `patience`; beyond it, it is refused. robots.txt is asked for
    again after `robots_age`, or `robots_retry` if there was no answer. `hosts` bounds how many are remembered.
    `overrides` are hosts whose robots.txt does not bind, each with the reason; their Crawl-delay does. `tdmrep` asks a
    site for its tdmrep.json too, as often.
    """

    product: str = "scrape"
    delay: float = 2.0
    max_crawl_delay: float = 60.0
    max_backoff: float = 3600.0
    max_retry_after: float = 86400.0
    patience: float = 60.0
    robots_age: float = 86400.0
    robots_retry: float = 600.0
    hosts: int = 10_000
    overrides: dict[str, str] = {}
    tdmrep: bool = False

    def __post_init__(self) -> None:
        if not robots.is_product(self.product):
            raise ConfigError(
                f"product: {self.product!r} cannot be named in a robots.txt; use letters, - and _ only",
                reason="bad-product",
            )


class _Host:
    """What is remembered of a host: whose turn it is, when it was last asked, and how long it is to be left alone."""

    def __init__(self, delay: float) -> None:
        self.turn = asyncio.Lock()
        self.users = 0
        self.asked_at: float | None = None
        self.delay = delay
        self.pause = delay
        self.failures = 0

    def wait(self, now: float) -> float:
        """Seconds until the host may be asked; never more than the pause, even if the clock was set back."""
        if self.asked_at is None:
            return 0.0
        return max(0.0, min(self.pause, self.asked_at + self.pause - now))


class _Reserved(Struct, frozen=True):
    """One origin's tdmrep.json: its rules, and when it was asked for."""

    until: float
    at: str = ""
    rules: tuple[tdmrep.Rule, ...] = ()
    size: int = 0


class _Robots(Struct, frozen=True):
    """One origin's answer for robots.txt: rules, or none (everything is allowed), or a refusal of everything."""

    until: float
    said: Robots
    rules: Protego | None = None
    usages: tuple[robots.Usage, ...] = ()
    size: int = 0
    refusal: ScrapeError | None = None


def _unspread() -> float:
    return 0.0


Ask = Callable[[str], Awaitable[Capture]]
"""Fetches a robots.txt or the like, redirects followed, in its host's turn; a ScrapeError where there is no answer."""


class Polite:
    """The turns, pauses and robots.txt of every host that is talked to.

    `clock` gives Unix time in seconds, `sleep` waits. `spread` gives numbers from 0 to below 1 at random, which make a
    retreat up to half as long again, so that hosts that failed together are not asked again together. One instance
    serves all fetchers of a process, in one event loop.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        spread: Callable[[], float] = _unspread,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._sleep = sleep
        self._spread = spread
        self._hosts: OrderedDict[str, _Host] = OrderedDict()
        longest = max(settings.robots_age, settings.robots_retry)
        self._robots: Remembered[_Robots] = Remembered(clock, longest, settings.hosts, _ROBOTS_TEXT)
        self._reserved: Remembered[_Reserved] = Remembered(clock, longest, settings.hosts, _ROBOTS_TEXT)

    @asynccontextmanager
    async def turn(self, url: str) -> AsyncIterator[None]:
        """Hold the host's turn for one request, once its pause is over; first come, first served.

        Raises RefusedError ("backing-off") if the host is to be left alone for longer than `patience`.
        """
        host = self._host(url)
        host.users += 1
        try:
            async with host.turn:
                await self._pause(host, url)
                try:
                    yield
                finally:
                    host.asked_at = self._clock()
        finally:
            host.users -= 1

    async def permit(self, url: str, ask: Ask) -> Robots:
        """What robots.txt says of a URL, if it lets us fetch it; calls `ask` for it where it is not known. RFC 9309.

        Raises RefusedError ("robots"), or ("robots-unreachable") where a server error hides it, or the ScrapeError that
        `ask` met where the host cannot be connected to at all. Not to be called while holding a turn.
        """
        target = guard.target(url)
        known = await self._robots.of(target.origin, partial(self._ask, target.origin, ask))
        said = self._said(target, known)
        if not self._settings.tdmrep:
            return said
        return structs.replace(said, reserved=await self._reservation(target, known, ask))

    def _said(self, target: guard.Target, known: _Robots) -> Robots:
        why = self._settings.overrides.get(target.host)
        if known.refusal is not None:
            if why is not None and known.refusal.reason == _UNREACHABLE:
                return structs.replace(known.said, decision="overridden", why=why)
            raise type(known.refusal)(f"{target.url}: {known.refusal}", reason=known.refusal.reason)
        if known.rules is None:
            return known.said
        self._slow_down(target.url, known.rules)
        said = known.said
        if not known.rules.can_fetch(target.url, self._settings.product):
            if why is None:
                raise RefusedError(f"{target.url}: {target.origin}/robots.txt forbids it", reason="robots")
            said = structs.replace(said, decision="overridden", why=why)
        if not known.usages:
            return said
        usage, signal = (robots.preferences(known.usages, kind, target.path) for kind in ("usage", "signal"))
        return structs.replace(said, content_usage=usage, content_signal=signal)

    async def _reservation(self, target: guard.Target, known: _Robots, ask: Ask) -> Reserved | None:
        """What the origin's tdmrep.json says of a page; nothing where robots.txt keeps us out of the file."""
        address = f"{target.origin}{tdmrep.PATH}"
        if known.rules is not None and not known.rules.can_fetch(address, self._settings.product):
            return None
        held = await self._reserved.of(target.origin, partial(self._ask_tdmrep, address, ask))
        rule = tdmrep.fitting(held.rules, target.path)
        return Reserved(address, held.at, rule.location, rule.reservation, rule.policy) if rule is not None else None

    async def _ask_tdmrep(self, address: str, ask: Ask) -> _Reserved:
        """The file's rules; none where there is no such file, or no answer: a page may be fetched without it."""
        try:
            capture = await ask(address)
        except ScrapeError as error:
            if error.reason == "backing-off":  # nothing was asked, so nothing is known
                raise
            return _Reserved(self._clock() + self._settings.robots_retry)
        if capture.status >= 500 or capture.status == 429:
            return _Reserved(self._clock() + self._settings.robots_retry)
        rules = tdmrep.read(capture.body) if 200 <= capture.status < 300 else ()
        size = 500 * len(rules)
        return _Reserved(self._clock() + self._settings.robots_age, capture.fetched_at, rules, size)

    def heed(self, url: str, status: int | None, retry_after: str | None = None) -> float:
        """The pause before a host's next turn, after this answer of it (None: it gave none); called in its turn."""
        host = self._host(url)
        if status is not None and status != 429 and status < 500:
            host.failures = 0
            host.pause = host.delay
            return host.pause
        host.failures += 1
        asked = retry_after_seconds(retry_after, self._clock()) if retry_after else None
        if asked is None:
            pause = max(host.delay, 1.0) * 2.0 ** min(host.failures, 30) * (1 + self._spread() / 2)
            pause = min(pause, self._settings.max_backoff)
        else:
            pause = min(asked + host.delay * self._spread(), self._settings.max_retry_after)
        host.pause = max(pause, host.delay)
        log.info("%s answered %s: leaving its host alone for %.0f s", url, status or "nothing", host.pause)
        return host.pause

    async def _pause(self, host: _Host, url: str) -> None:
        wait = host.wait(self._clock())
        if host.failures and wait > self._settings.patience:
            raise RefusedError(f"{url}: its host asked to be left alone for {wait:.0f} s more", reason="backing-off")
        if wait > 0:
            await self._sleep(wait)

    def _host(self, url: str) -> _Host:
        name = guard.target(url).host.rstrip(".").removeprefix("www.")
        host = self._hosts.get(name)
        if host is None:
            self._forget_one()
            host = self._hosts[name] = _Host(self._settings.delay)
        self._hosts.move_to_end(name)
        return host

    def _forget_one(self) -> None:
        """Make room: the host that was idle longest goes, one that may be asked at once before one that may not."""
        if len(self._hosts) < self._settings.hosts:
            return
        now = self._clock()
        oldest = None
        for name, host in self._hosts.items():
            if not host.users:
                oldest = oldest or name
                if host.wait(now) == 0:
                    oldest = name
                    break
        if oldest is not None:
            del self._hosts[oldest]

    def _slow_down(self, url: str, rules: Protego) -> None:
        crawl_delay = rules.crawl_delay(self._settings.product) or 0.0
        host = self._host(url)
        host.delay = max(self._settings.delay, min(crawl_delay, self._settings.max_crawl_delay))
        host.pause = max(host.pause, host.delay)

    async def _ask(self, origin: str, ask: Ask) -> _Robots:
        address = f"{origin}/robots.txt"
        try:
            capture = await ask(address)
        except ScrapeError as error:
            return self._unanswered(address, error)
        until = self._clock() + self._settings.robots_age
        # 429 is no statement on robots.txt: a server error, as Google reads it, though RFC 9309 lumps it with 404.
        if capture.status >= 500 or capture.status == 429:
            return self._refused(address, f"answered {capture.status}, which RFC 9309 reads as: keep out")
        if not 200 <= capture.status < 300:
            return _Robots(until, Robots(address, "missing", capture.fetched_at, capture.status))
        product = self._settings.product
        text = robots.narrowed(capture.body[:ROBOTS_BYTES].decode("utf-8-sig", "replace"), product)
        said = Robots(address, "allowed", capture.fetched_at, capture.status)
        return _Robots(until, said, Protego.parse(text), robots.usages(text, product), len(text))

    def _unanswered(self, address: str, error: ScrapeError) -> _Robots:
        if error.reason == "backing-off":  # nothing was asked, so nothing is known
            raise error
        if error.reason == "redirects":  # more than five: as if there were none (RFC 9309 section 2.3.1.2)
            return _Robots(self._clock() + self._settings.robots_age, Robots(address, "redirects"))
        if error.reason in _CONNECTING:  # the page itself could not be connected to either: say that
            until = self._clock() + self._settings.robots_retry
            return _Robots(until, Robots(address, "missing"), refusal=error)
        return self._refused(address, f"gave no answer, which RFC 9309 reads as: keep out ({error})")

    def _refused(self, address: str, what: str) -> _Robots:
        refusal = RefusedError(f"{address} {what}", reason=_UNREACHABLE)
        return _Robots(self._clock() + self._settings.robots_retry, Robots(address, "missing"), refusal=refusal)

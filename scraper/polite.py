"""Manners towards a host: one request at a time, a pause between two, its robots.txt, and retreat when it asks for it.

Nothing here opens a connection: robots.txt is fetched by whoever asks for permission. Time is the caller's too.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC
from email.utils import parsedate_to_datetime

from msgspec import Struct, structs
from protego import Protego

from scraper import guard, robots
from scraper.errors import ConfigError, RefusedError, ScrapeError
from scraper.types import Capture, Robots

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
    `overrides` are hosts whose robots.txt does not bind, each with the reason; their Crawl-delay does.
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
"""Fetches a robots.txt, redirects followed, in its host's turn; raises ScrapeError when there is no answer."""


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
        self._robots: OrderedDict[str, _Robots] = OrderedDict()
        self._asking: dict[str, asyncio.Lock] = {}

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
        known = await self._known(target.origin, ask)
        why = self._settings.overrides.get(target.host)
        if known.refusal is not None:
            if why is not None and known.refusal.reason == _UNREACHABLE:
                return structs.replace(known.said, decision="overridden", why=why)
            raise type(known.refusal)(f"{url}: {known.refusal}", reason=known.refusal.reason)
        if known.rules is None:
            return known.said
        self._slow_down(url, known.rules)
        said = known.said
        if not known.rules.can_fetch(url, self._settings.product):
            if why is None:
                raise RefusedError(f"{url}: {target.origin}/robots.txt forbids it", reason="robots")
            said = structs.replace(said, decision="overridden", why=why)
        if not known.usages:
            return said
        usage, signal = (robots.preferences(known.usages, kind, target.path) for kind in ("usage", "signal"))
        return structs.replace(said, content_usage=usage, content_signal=signal)

    async def _known(self, origin: str, ask: Ask) -> _Robots:
        """An origin's robots.txt, asked for if it is not known or too old; those who come together ask once."""
        lock = self._asking.setdefault(origin, asyncio.Lock())
        try:
            async with lock:
                known = self._robots.get(origin)
                if known is None or not self._fresh(known):
                    known = await self._ask(origin, ask)
                    self._remember(origin, known)
        finally:
            if not lock.locked():
                self._asking.pop(origin, None)
        self._robots.move_to_end(origin)
        return known

    def heed(self, url: str, status: int | None, retry_after: str | None = None) -> float:
        """The pause before a host's next turn, after this answer of it (None: it gave none); called in its turn."""
        host = self._host(url)
        if status is not None and status != 429 and status < 500:
            host.failures = 0
            host.pause = host.delay
            return host.pause
        host.failures += 1
        asked = _seconds(retry_after, self._clock()) if retry_after else None
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

    def _fresh(self, known: _Robots) -> bool:
        """Whether an answer still holds; one that lies further ahead than any could was kept before a clock change."""
        return 0 < known.until - self._clock() <= max(self._settings.robots_age, self._settings.robots_retry)

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

    def _remember(self, origin: str, known: _Robots) -> None:
        self._robots[origin] = known
        self._robots.move_to_end(origin)
        held = sum(one.size for one in self._robots.values())
        while len(self._robots) > 1 and (held > _ROBOTS_TEXT or len(self._robots) > self._settings.hosts):
            held -= self._robots.popitem(last=False)[1].size


def _seconds(retry_after: str, now: float) -> float | None:
    """Retry-After as seconds from now, at least 0: a number, or an HTTP date (RFC 9110 section 10.2.3)."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter for "0 JAN 0 0:2200000000"
        return None
    return max(0.0, (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now)

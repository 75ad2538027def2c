"""Manners towards a host: one request at a time, a pause between two, its robots.txt, and retreat when it asks for it.

Nothing here opens a connection: robots.txt is fetched by whoever asks for permission. Time is the caller's too.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC
from email.utils import parsedate_to_datetime

from msgspec import Struct
from protego import Protego

from scraper import guard
from scraper.errors import ConfigError, RefusedError, ScrapeError
from scraper.types import Capture

log = logging.getLogger(__name__)

ROBOTS_BYTES = 500 * 1024
"""How much of a robots.txt is read: the least that RFC 9309 section 2.5 allows, and the most that Google reads."""

_TOKEN = re.compile(r"[A-Za-z_-]+")  # a product token: RFC 9309 section 2.2.1
_USER_AGENT = re.compile(r"\s*user(?:-|\s+)?agent(?:\s*:|\s)\s*([^#]*)", re.IGNORECASE)
_NOBODY = "-"
_CONNECTING = frozenset({"dns", "unreachable", "tls", "private-address"})
_ROBOTS_TEXT = 4 * 1024 * 1024  # of robots.txt texts whose rules are held; a rule takes 40 times its text in memory


class Settings(Struct, frozen=True):
    """How patient to be; all times in seconds.

    `product` is the token that robots.txt groups name. `delay` is the least pause between two requests to a host; a
    Crawl-delay makes it longer, up to `max_crawl_delay`. A host that answers 429 or 5xx, or not at all, is left alone
    for as long as its Retry-After says (up to `max_retry_after`), else for a pause that doubles from failure to failure
    (up to `max_backoff`). A link waits for that up to `patience`; beyond it, it is refused. robots.txt is asked for
    again after `robots_age`, or `robots_retry` if there was no answer. `hosts` bounds how many are remembered.
    """

    product: str = "scrape"
    delay: float = 2.0
    max_crawl_delay: float = 30.0
    max_backoff: float = 3600.0
    max_retry_after: float = 86400.0
    patience: float = 60.0
    robots_age: float = 86400.0
    robots_retry: float = 600.0
    hosts: int = 10_000

    def __post_init__(self) -> None:
        if not _TOKEN.fullmatch(self.product):
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
    rules: Protego | None = None
    size: int = 0
    refusal: ScrapeError | None = None


Ask = Callable[[str], Awaitable[Capture]]
"""Fetches a robots.txt, redirects followed, in its host's turn; raises ScrapeError when there is no answer."""


class Polite:
    """The turns, pauses and robots.txt of every host that is talked to.

    `clock` gives Unix time in seconds, `sleep` waits. One instance serves all fetchers of a process, in one event loop.
    """

    def __init__(
        self, settings: Settings, clock: Callable[[], float], sleep: Callable[[float], Awaitable[object]]
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._sleep = sleep
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

    async def permit(self, url: str, ask: Ask) -> None:
        """Return if robots.txt lets us fetch a URL; calls `ask` for it where it is not known. RFC 9309.

        Raises RefusedError ("robots"), or ("robots-unreachable") where a server error hides it, or the ScrapeError that
        `ask` met where the host cannot be connected to at all. Not to be called while holding a turn.
        """
        origin = guard.target(url).origin
        lock = self._asking.setdefault(origin, asyncio.Lock())
        try:
            async with lock:
                robots = self._robots.get(origin)
                if robots is None or not self._fresh(robots):
                    robots = await self._ask(origin, ask)
                    self._remember(origin, robots)
        finally:
            if not lock.locked():
                self._asking.pop(origin, None)
        self._robots.move_to_end(origin)
        if robots.refusal is not None:
            raise type(robots.refusal)(f"{url}: {robots.refusal}", reason=robots.refusal.reason)
        if robots.rules is None:
            return
        self._slow_down(url, robots.rules)
        if not robots.rules.can_fetch(url, self._settings.product):
            raise RefusedError(f"{url}: {origin}/robots.txt forbids it", reason="robots")

    def heed(self, url: str, status: int | None, retry_after: str | None = None) -> None:
        """Take note of a host's answer (None: it gave none) for the pause before its next turn; call it in the turn."""
        host = self._host(url)
        if status is not None and status != 429 and status < 500:
            host.failures = 0
            host.pause = host.delay
            return
        host.failures += 1
        asked = _seconds(retry_after, self._clock()) if retry_after else None
        if asked is None:
            pause = min(max(host.delay, 1.0) * 2.0 ** min(host.failures, 30), self._settings.max_backoff)
        else:
            pause = min(asked, self._settings.max_retry_after)
        host.pause = max(pause, host.delay)
        log.info("%s answered %s: leaving its host alone for %.0f s", url, status or "nothing", host.pause)

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

    def _fresh(self, robots: _Robots) -> bool:
        """Whether an answer still holds; one that lies further ahead than any could was kept before a clock change."""
        return 0 < robots.until - self._clock() <= max(self._settings.robots_age, self._settings.robots_retry)

    async def _ask(self, origin: str, ask: Ask) -> _Robots:
        address = f"{origin}/robots.txt"
        try:
            capture = await ask(address)
        except ScrapeError as error:
            return self._unanswered(address, error)
        until = self._clock() + self._settings.robots_age
        # 429 is no statement on robots.txt: a server error, as Google reads it, though RFC 9309 lumps it with 404.
        if capture.status >= 500 or capture.status == 429:
            return self._refused(f"{address} answered {capture.status}, which RFC 9309 reads as: keep out")
        if not 200 <= capture.status < 300:
            return _Robots(until)
        text = narrowed(capture.body[:ROBOTS_BYTES].decode("utf-8-sig", "replace"), self._settings.product)
        return _Robots(until, Protego.parse(text), len(text))

    def _unanswered(self, address: str, error: ScrapeError) -> _Robots:
        if error.reason == "backing-off":  # nothing was asked, so nothing is known
            raise error
        if error.reason == "redirects":  # more than five: as if there were none (RFC 9309 section 2.3.1.2)
            return _Robots(self._clock() + self._settings.robots_age)
        if error.reason in _CONNECTING:  # the page itself could not be connected to either: say that
            return _Robots(self._clock() + self._settings.robots_retry, refusal=error)
        return self._refused(f"no answer for {address}, which RFC 9309 reads as: keep out ({error})")

    def _refused(self, message: str) -> _Robots:
        refusal = RefusedError(message, reason="robots-unreachable")
        return _Robots(self._clock() + self._settings.robots_retry, refusal=refusal)

    def _remember(self, origin: str, robots: _Robots) -> None:
        self._robots[origin] = robots
        self._robots.move_to_end(origin)
        held = sum(known.size for known in self._robots.values())
        while len(self._robots) > 1 and (held > _ROBOTS_TEXT or len(self._robots) > self._settings.hosts):
            held -= self._robots.popitem(last=False)[1].size


def narrowed(text: str, product: str) -> str:
    """A robots.txt with every user-agent line reduced to the product token, "*", or nobody.

    RFC 9309 section 2.2.1 matches tokens only, so "scrape/1.0" means us and "scr" does not. It also bounds the parser's
    work: a file of 250 kB user-agent lines above 250 kB rules would make it hold half a billion rules.
    """
    return "\n".join(_narrowed_line(line, product.lower()) for line in text.splitlines())


def _narrowed_line(line: str, product: str) -> str:
    agent = _USER_AGENT.match(line)
    if agent is None or not agent[1].strip():
        return line
    value = agent[1].strip().lower()
    if value.split()[0] == "*":
        return "user-agent: *"
    token = _TOKEN.match(value)
    return f"user-agent: {product if token and token[0] == product else _NOBODY}"


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

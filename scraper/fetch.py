"""One link in, one Capture out: every hop byte for byte as it crossed the wire, within bounds and with manners.

The transport speaks HTTP over connections whose every byte is tapped. Redirects, robots.txt and turns are handled here,
one hop at a time, because each hop must be asked for, guarded and archived by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from types import TracebackType
from typing import Literal, Protocol, Self

from msgspec import Struct

from scraper import coding, guard, http2, tls
from scraper.errors import ConfigError, LimitError, ScrapeError
from scraper.guard import Target
from scraper.reply import NETWORK_ERRORS, Reply, head_of, page_body, plain, read_reply, robots_body
from scraper.tap import Bounds, Clock, Resolve, Tap, Wire, look_up
from scraper.transport import Fields, Transport, Waits
from scraper.transport.client import Asked, client, get
from scraper.types import Capture, Exchange, Link, Robots

log = logging.getLogger(__name__)

_ROBOTS_REDIRECTS = 5  # RFC 9309 section 2.3.1.2
_ROBOTS_BYTES = 512 * 1024  # decoded; RFC 9309 section 2.5 asks for 500 KiB at least, and politeness reads no more
_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
_NO_ANSWER = frozenset({"unreachable", "timeout", "closed-early"})
_PASSING = frozenset({"timeout", "closed-early"})  # who is not there at all is not there four seconds later
_BUSY = frozenset({502, 503, 504})  # a proxy's or a server's trouble of the moment: RFC 9110 section 15.6
_RETRY_WAIT = 30.0  # seconds; a host that wants to be left alone for longer is not asked again for the same link


class Settings(Struct, frozen=True):
    """Who asks, and the bounds of one link.

    `connect_timeout` and `read_timeout` bound a single wait for the network and `deadline` all of a link's together, in
    seconds; waiting for a host's turn does not count. `max_bytes` bounds one response on the wire, `max_decoded_bytes`
    its body once its content coding is undone. `allow_addresses` are networks or addresses off the public internet that
    may be asked all the same, on any port; `allow_ports` are ports that may be asked besides 80 and 443. `retries` is
    how often one link's requests are made again after a failure that may pass. `ca_file` holds certificates (PEM) to
    trust besides the usual ones; `unverified_hosts` are hosts whose certificate is not checked, and why. `zstd` asks
    for that coding too. With `framing` "wire" responses are kept as they came, chunks included; `http2` speaks that
    with servers that do.
    """

    product: str = "scrape"
    version: str = "0"
    contact: str = "https://example.org/about-our-robot"
    connect_timeout: float = 10.0
    read_timeout: float = 20.0
    deadline: float = 60.0
    max_bytes: int = 16 * 1024 * 1024
    max_decoded_bytes: int = 64 * 1024 * 1024
    max_redirects: int = 10
    retries: int = 0
    allow_addresses: tuple[str, ...] = ()
    allow_ports: tuple[int, ...] = ()
    ca_file: str | None = None
    unverified_hosts: dict[str, str] = {}
    zstd: bool = False
    framing: Literal["plain", "wire"] = "plain"
    http2: bool = False

    @property
    def user_agent(self) -> str:
        """What the User-Agent header says: product, version, and where to complain (RFC 9110 section 10.1.5)."""
        return f"{self.product}/{self.version} (+{self.contact})"

    def __post_init__(self) -> None:
        if not (self.user_agent.isascii() and self.user_agent.isprintable()):
            raise ConfigError(f"user agent: {self.user_agent!r} has characters that no header may hold")


class Validators(Struct, frozen=True):
    """What makes a GET conditional, as the server gave it; sent to `url` only (None: the link's own URL).

    Pass the final URL of the capture that gave them: another page's date would pass for this one's.
    """

    etag: str | None = None
    last_modified: str | None = None
    url: str | None = None


class Manners(Protocol):
    """What a fetcher needs of politeness; polite.Polite is one."""

    def turn(self, url: str) -> AbstractAsyncContextManager[None]: ...

    async def permit(self, url: str, ask: Callable[[str], Awaitable[Capture]]) -> Robots: ...

    def heed(self, url: str, status: int | None, retry_after: str | None = None) -> float: ...


class _Trip:
    """One link on its way: the exchanges so far, and what is left of its time and its retries."""

    def __init__(self, link: Link, settings: Settings, max_bytes: int) -> None:
        self.link = link
        self.left = settings.deadline
        self.retries = settings.retries
        self.max_bytes = max_bytes
        self.exchanges: list[Exchange] = []
        self.robots: Robots | None = None


def exchanges_of(error: ScrapeError) -> tuple[Exchange, ...]:
    """The exchanges that took place before `error` ended a fetch, for the archive; a cut one says so in `truncated`."""
    exchanges: tuple[Exchange, ...] = getattr(error, "exchanges", ())
    return exchanges


class _MayPassError(Exception):
    """A request that had no whole answer, and the pause before its host may be asked again."""

    def __init__(self, error: ScrapeError, pause: float) -> None:
        super().__init__(str(error))
        self.error = error
        self.pause = pause


class Fetcher:
    """Fetches links over one pool of connections; an async context manager.

    `polite` decides who is asked when, `clock` gives Unix time in seconds, `resolve` looks names up.
    """

    def __init__(self, settings: Settings, polite: Manners, clock: Clock, resolve: Resolve = look_up) -> None:
        self._settings = settings
        self._polite = polite
        self._clock = clock
        allowed = guard.Allowed(guard.networks(settings.allow_addresses), settings.allow_ports)
        spoken = ("http/1.1", "h2") if settings.http2 else ("http/1.1",)
        trust = tls.Trust(settings.ca_file, settings.unverified_hosts, spoken)
        self._client = client(Transport(Tap(allowed.check, resolve, trust), settings.http2))
        self._waits = Waits(settings.connect_timeout, settings.read_timeout)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def fetch(self, link: Link, validators: Validators | None = None) -> Capture:
        """Fetch a link and return whatever complete response ends it, 304, 404 and 503 included.

        `Capture.exchanges` holds every hop and every try that had an answer in order, a robots.txt or tdmrep.json that
        had to be asked for before the hop it was for. Raises RefusedError ("robots", "robots-unreachable",
        "private-address", "odd-port", "bad-scheme", "backing-off", ...), LimitError ("too-large", "head-too-large",
        "too-many-headers", "decoded-too-large", "too-many-codings", "deadline", "redirects"), or ScrapeError ("dns",
        "unreachable", "tls", "timeout", "closed-early", "protocol", "bad-encoding"). `exchanges_of(error)` are the hops
        up to there.
        """
        trip = _Trip(link, self._settings, self._settings.max_bytes)
        try:
            return await self._follow(trip, validators or Validators())
        except ScrapeError as error:
            vars(error)["exchanges"] = tuple(trip.exchanges)  # read by exchanges_of: the tree itself knows no exchange
            raise

    async def _follow(self, trip: _Trip, validators: Validators) -> Capture:
        target = guard.target(trip.link.url)
        owner = guard.target(validators.url).url if validators.url else target.url
        for _ in range(self._settings.max_redirects + 1):
            trip.robots = await self._polite.permit(target.url, partial(self._ask_file, trip))
            reply = await self._hop(target, trip, validators if target.url == owner else Validators())
            location = reply.location()
            if location is None:
                if reply.cut is not None:
                    raise reply.cut
                return self._capture(trip, reply, page_body(reply, self._settings.max_decoded_bytes))
            target = guard.target(location, target.url)
        raise LimitError(
            f"{trip.link.url}: more than {self._settings.max_redirects} redirects, the last to {target.url}",
            reason="redirects",
        )

    async def _ask_file(self, trip: _Trip, url: str) -> Capture:
        """Fetch a robots.txt or tdmrep.json for a trip, whose exchanges then hold it; its bounds are its own."""
        link = Link(url=url, source=trip.link.source)
        errand = _Trip(link, self._settings, min(self._settings.max_bytes, 2 * _ROBOTS_BYTES))
        target = guard.target(url)
        try:
            for _ in range(_ROBOTS_REDIRECTS + 1):
                reply = await self._hop(target, errand, Validators())
                location = reply.location()
                if location is None:
                    if reply.cut is not None and reply.exchange.truncated != "length":
                        raise reply.cut
                    return self._capture(errand, reply, robots_body(reply, _ROBOTS_BYTES))
                target = guard.target(location, target.url)
        finally:
            trip.exchanges += errand.exchanges
        raise LimitError(f"{url}: more than {_ROBOTS_REDIRECTS} redirects", reason="redirects")

    async def _hop(self, target: Target, trip: _Trip, validators: Validators) -> Reply:
        """One request and what answers it; made again where it fails in a way that may pass, each try on record.

        A try waits for its host's turn, and so for the pause that the failure before it made longer.
        """
        headers = self._headers(target, validators)
        while True:
            try:
                reply, pause = await self._try(target, trip, headers)
            except _MayPassError as failure:
                if not trip.retries or failure.pause > _RETRY_WAIT:
                    raise failure.error from failure.error.__cause__
                log.info("%s; asking again in %.0f s", failure.error, failure.pause)
            else:
                broken = reply.cut is not None and reply.cut.reason == "closed-early" and reply.location() is None
                passing = broken or reply.exchange.status in _BUSY
                if not passing or not trip.retries or pause > _RETRY_WAIT:
                    return reply
            trip.retries -= 1

    async def _try(self, target: Target, trip: _Trip, headers: Fields) -> tuple[Reply, float]:
        """One exchange in its host's turn, and the host's next pause; a connection that went stale is replaced once."""
        async with self._polite.turn(target.url):
            begun = self._clock()
            try:
                reply = await self._exchange(target, headers, trip) or await self._exchange(target, headers, trip)
                if reply is None:
                    raise ScrapeError(f"{target.url}: no connection gave an answer", reason="closed-early")
            except ScrapeError as error:
                pause = self._polite.heed(target.url, None) if error.reason in _NO_ANSWER else 0.0
                raise (_MayPassError(error, pause) if error.reason in _PASSING else error) from error.__cause__
            finally:
                trip.left -= self._clock() - begun
            trip.exchanges.append(reply.exchange)
            pause = self._polite.heed(target.url, reply.exchange.status, reply.header("retry-after"))
        log.debug("%s answered %d", target.url, reply.exchange.status)
        return reply, pause

    async def _exchange(self, target: Target, headers: Fields, trip: _Trip) -> Reply | None:
        """One request and its response; None if a connection that was used before turned out to be useless."""
        now = self._clock()
        bounds = Bounds(now + trip.left, trip.max_bytes, whole=self._settings.framing == "wire")
        wire = Wire(target.url, self._clock, bounds)
        request = get(Asked(target, self._waits, wire), headers)
        try:
            answer = await self._client.send(request, stream=True)
        except NETWORK_ERRORS as error:
            if wire.reused and not isinstance(error, TimeoutError):
                return None
            raise plain(error, wire) from error
        try:
            if wire.http2:
                wire.sent += http2.request_head(target.path, headers)
            head = head_of(answer, wire)
            if head is not None:
                return await read_reply(answer, wire, head, now)
            if wire.reused and not wire.http2:
                return None
            raise ScrapeError(f"{target.url}: the server does not speak HTTP", reason="protocol")
        finally:
            await answer.aclose()

    def _headers(self, target: Target, validators: Validators) -> Fields:
        headers = (
            ("Host", target.authority),
            ("User-Agent", self._settings.user_agent),
            ("Accept", _ACCEPT),
            ("Accept-Encoding", coding.ZSTD if self._settings.zstd else coding.ACCEPTED),
            ("If-None-Match", validators.etag),
            ("If-Modified-Since", validators.last_modified),
        )
        return [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers if value]

    def _capture(self, trip: _Trip, reply: Reply, body: bytes) -> Capture:
        mime = (reply.header("content-type") or "").partition(";")[0].strip().lower()
        return Capture(
            link=trip.link,
            final_url=reply.exchange.url,
            fetched_at=reply.exchange.started_at,
            exchanges=tuple(trip.exchanges),
            status=reply.exchange.status,
            headers=reply.headers,
            body=body,
            mime=mime or None,
            robots=trip.robots,
        )

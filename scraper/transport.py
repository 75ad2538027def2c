"""httpx's one seam to the network: a transport over a pool of our own, whose streams are tapped and guarded.

What httpx does above its transport is kept out of the bytes: no cookie is stored, no redirect followed, no proxy taken
from the environment, no body decoded, and the request target goes out as the address guard spelled it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from http.cookiejar import DefaultCookiePolicy

import httpcore
import httpx

from scraper.errors import RefusedError
from scraper.guard import Target

_TARGET = "scraper.target"


Foreign = tuple[type[Exception], ...]
"""Errors of what lies below httpcore that it lets through; for us they are breaches of the protocol."""


class _Body(httpx.AsyncByteStream):
    """A response's bytes as they come, and its connection's release."""

    def __init__(self, response: httpcore.Response, foreign: Foreign) -> None:
        self._response = response
        self._foreign = foreign

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._response.aiter_stream():
                yield part
        except self._foreign as error:
            raise httpcore.RemoteProtocolError(error) from error

    async def aclose(self) -> None:
        await self._response.aclose()


class _Response(httpx.Response):
    """A response that never leads elsewhere: httpx reads a redirect's address even where it is not to follow it.

    What it makes of http://0177.0.0.1/ or of "http:" without a host is an error of its own in the middle of an
    exchange; where a redirect leads is read by the address guard alone.
    """

    @property
    def has_redirect_location(self) -> bool:
        return False


class TapTransport(httpx.AsyncBaseTransport):
    """Requests go to the pool with their headers and target untouched; errors are httpcore's own."""

    def __init__(self, pool: httpcore.AsyncConnectionPool, foreign: Foreign) -> None:
        self._pool = pool
        self._foreign = foreign

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; the response's body is still to be read."""
        target = target_of(request)
        url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        plain = httpcore.Request(
            request.method, url, headers=request.headers.raw, extensions={"timeout": request.extensions["timeout"]}
        )
        try:
            response = await self._pool.handle_async_request(plain)
        except self._foreign as error:
            raise httpcore.RemoteProtocolError(error) from error
        return _Response(
            response.status,
            headers=response.headers,
            stream=_Body(response, self._foreign),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


def client(pool: httpcore.AsyncConnectionPool, foreign: Foreign = ()) -> httpx.AsyncClient:
    """An httpx client over the pool, with everything off that would change what is asked or kept."""
    made = httpx.AsyncClient(transport=TapTransport(pool, foreign), trust_env=False, follow_redirects=False)
    made.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return made


def target_of(request: httpx.Request) -> Target:
    """What a request was made for."""
    target: Target = request.extensions[_TARGET]
    return target


def get(target: Target, headers: list[tuple[bytes, bytes]], waits: dict[str, float]) -> httpx.Request:
    """A GET with exactly these headers, in this order; `waits` are seconds for connect, read and write.

    Raises RefusedError ("bad-url") for an address that httpx does not take.
    """
    try:
        return _get(target, headers, waits)
    except httpx.InvalidURL as error:
        raise RefusedError(f"{target.url[:200]}: not an address to fetch: {error}", reason="bad-url") from error


def _get(target: Target, headers: list[tuple[bytes, bytes]], waits: dict[str, float]) -> httpx.Request:
    return httpx.Request("GET", target.url, headers=headers, extensions={"timeout": waits, _TARGET: target})

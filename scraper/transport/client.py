"""httpx over connections of our own, whose streams are tapped and guarded.

What httpx does above its transport is kept out of the bytes: no cookie is stored, no redirect followed, no proxy taken
from the environment, no body decoded, and the request target goes out as the address guard spelled it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from http.cookiejar import DefaultCookiePolicy

import httpx
from msgspec import Struct

from scraper.errors import RefusedError
from scraper.guard import Target
from scraper.tap import Wire
from scraper.transport import Answer, Fields, Transport, Waits

_ASKED = "scraper.asked"


class Asked(Struct, frozen=True):
    """What a request is made for: its target, how long its waits may be, and the wire that keeps its bytes."""

    target: Target
    waits: Waits
    wire: Wire


class _Body(httpx.AsyncByteStream):
    """A response's bytes as they come, and its connection's release."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._answer.parts()  # type: ignore[return-value]  # h11 gives bytearrays, which httpx passes on

    async def aclose(self) -> None:
        await self._answer.aclose()


class _Response(httpx.Response):
    """A response that never leads elsewhere: httpx reads a redirect's address even where it is not to follow it.

    What it makes of http://0177.0.0.1/ or of "http:" without a host is an error of its own in the middle of an
    exchange; where a redirect leads is read by the address guard alone.
    """

    @property
    def has_redirect_location(self) -> bool:
        return False


class _Below(httpx.AsyncBaseTransport):
    """Requests go out with their fields and target untouched; errors are the transport's own."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; the response's body is still to be read."""
        asked: Asked = request.extensions[_ASKED]
        answer = await self._transport.get(asked.target, request.headers.raw, asked.waits, asked.wire)
        extensions = {"http_version": answer.version.upper().encode()}
        return _Response(answer.status, headers=answer.fields, stream=_Body(answer), extensions=extensions)

    async def aclose(self) -> None:
        self._transport.close()


def client(transport: Transport) -> httpx.AsyncClient:
    """An httpx client over the transport, with everything off that would change what is asked or kept."""
    made = httpx.AsyncClient(transport=_Below(transport), trust_env=False, follow_redirects=False)
    made.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return made


def get(asked: Asked, fields: Fields) -> httpx.Request:
    """A GET with exactly these fields, in this order.

    Raises RefusedError ("bad-url") for an address that httpx does not take.
    """
    try:
        return httpx.Request("GET", asked.target.url, headers=fields, extensions={_ASKED: asked})
    except httpx.InvalidURL as error:
        what = f"{asked.target.url[:200]}: not an address to fetch: {error}"
        raise RefusedError(what, reason="bad-url") from error

"""HTTP/2 on one connection, by httpcore and h2: needs the extra `http2`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import httpcore
from h2.exceptions import H2Error

from scraper.guard import Target
from scraper.tap import Tapped
from scraper.transport.line import BreachError, Fields, Head

_UNTOLD = 3600.0  # seconds; httpcore says how long to wait wherever it waits


class Http2:
    """A Line."""

    def __init__(self, stream: Tapped, target: Target) -> None:
        self.stream = stream
        self._speaks = httpcore.AsyncHTTP2Connection(_url(target).origin, _Lent(stream))
        self._response: httpcore.Response | None = None
        self._is_cut = True

    @property
    def is_stale(self) -> bool:
        """Never to be seen from here: a server may send frames at any time."""
        return False

    async def ask(self, target: Target, fields: Fields, wait: float) -> Head:
        waits = {"timeout": {"read": wait, "write": wait}}
        self._is_cut = True
        with _told():
            request = httpcore.Request("GET", _url(target), headers=fields, extensions=waits)
            response = self._response = await self._speaks.handle_async_request(request)
        return Head(response.status, response.headers, "http/2")

    async def parts(self) -> AsyncIterator[bytes | bytearray]:
        if self._response is not None:
            with _told():
                async for part in self._response.aiter_stream():
                    yield part
            self._is_cut = False

    async def finish(self) -> bool:
        """A stream that was cut goes on, and would take from the next one's bytes."""
        response, self._response = self._response, None
        if response is not None:
            await response.aclose()
        return not self._is_cut and self._speaks.is_idle() and self._speaks.is_available()


def _url(target: Target) -> httpcore.URL:
    return httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)


class _Lent(httpcore.AsyncNetworkStream):
    """A tapped connection as httpcore wants it."""

    def __init__(self, stream: Tapped) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's interface
        return await self._stream.read(_UNTOLD if timeout is None else timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's interface
        if buffer:
            await self._stream.write(buffer, _UNTOLD if timeout is None else timeout)

    async def aclose(self) -> None:
        self._stream.close()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except httpcore.ConnectionNotAvailable as error:
        raise ConnectionResetError("it said goodbye") from error
    except (httpcore.ProtocolError, H2Error, ValueError) as error:  # ValueError: the :status is read without a check
        raise BreachError(str(error)) from error

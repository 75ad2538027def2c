"""A port of their own for machines that watch the daemon: /metrics, /healthz and /readyz. GET and HEAD, nothing else.

It shares the daemon's loop, so that an answer is a sign of life, and reads a request's head alone, within bounds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus

from msgspec import Struct

from scraper.config.bind import Bind
from scraper.errors import LimitError

log = logging.getLogger(__name__)

MAX_HEAD = 8 * 1024
PATIENCE = 5.0
"""Seconds for a whole request, and for sending the answer."""
MAX_CALLERS = 16
"""Connections at a time; Prometheus and a health check need two."""


class Answer(Struct, frozen=True):
    """What a path answers."""

    text: str
    status: int = 200
    content_type: str = "text/plain; charset=utf-8"


Pages = dict[str, Callable[[], Answer]]


class Monitor:
    """Answers the paths of `pages`; each is called on the loop, one at a time."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._callers = 0

    @asynccontextmanager
    async def listening(self, bind: Bind) -> AsyncIterator[int]:
        """Listen as long as the context lasts; gives the port. A LimitError where the address cannot be had."""
        try:
            server = await asyncio.start_server(self._call, bind.host, bind.port, limit=MAX_HEAD)
        except OSError as error:
            message = f"metrics.bind: {bind} cannot be listened at: {error.strerror or error}; choose another port"
            raise LimitError(message, reason="bind") from error
        port: int = server.sockets[0].getsockname()[1]
        log.info("metrics: http://%s/metrics, /healthz and /readyz", Bind(bind.host, port))
        try:
            yield port
        finally:
            server.close()  # a caller that is still here has seconds: nobody waits for it

    async def _call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._callers += 1
        try:
            if self._callers > MAX_CALLERS:
                return
            with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                async with asyncio.timeout(PATIENCE):
                    try:
                        head = await reader.readuntil(b"\r\n\r\n")
                        reply = self._reply(head)
                    except asyncio.LimitOverrunError:
                        reply = _response(Answer("the request is too long\n", 431), with_body=True)
                    writer.write(reply)
                    await writer.drain()
        finally:
            self._callers -= 1
            writer.close()

    def _reply(self, head: bytes) -> bytes:
        """The whole response to a request's head."""
        words = head.split(b"\r\n", 1)[0].split(b" ")
        if len(words) != 3 or not words[2].startswith(b"HTTP/1."):
            return _response(Answer("expected GET /metrics HTTP/1.1\n", 400), with_body=True)
        method, path = words[0], words[1].split(b"?", 1)[0].decode("latin-1")
        if method not in (b"GET", b"HEAD"):
            return _response(Answer("only GET and HEAD\n", 405), with_body=True)
        page = self._pages.get(path)
        known = ", ".join(self._pages)
        answer = page() if page is not None else Answer(f"there are {known}\n", 404)
        return _response(answer, with_body=method == b"GET")


def _response(answer: Answer, *, with_body: bool) -> bytes:
    body = answer.text.encode()
    lines = [
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        f"Content-Type: {answer.content_type}",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
        *(["Allow: GET, HEAD"] if answer.status == 405 else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + (body if with_body else b"")

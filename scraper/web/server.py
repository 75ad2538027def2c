"""Serving the application: one socket, in an event loop that may have other work, such as the daemon's."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from ipaddress import ip_address

import uvicorn
from anyio import to_thread
from starlette.types import ASGIApp

from scraper.config.bind import Bind
from scraper.errors import ScrapeError

log = logging.getLogger(__name__)

CONNECTIONS = 64
"""Connections that are served at once; one more is told 503."""
IDLE = 15
"""Seconds that a connection may stay open between two requests."""
THREADS = 8
"""Pages that are made at once; each may hold a WARC record of some megabytes."""
PATIENCE = 3
"""Seconds at the end for answers that are under way; less than the daemon's own, which has to drain meanwhile."""


class _Server(uvicorn.Server):
    """uvicorn without signal handlers: whoever has the event loop has them already."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(app: ASGIApp, bind: Bind) -> AsyncIterator[str]:
    """Serve for as long as the context lasts; gives the address of the first page.

    A ScrapeError where nothing can listen there.
    """
    listener = listen(bind)
    host, port = listener.getsockname()[:2]
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    server = _Server(_settings(app))
    task = asyncio.create_task(server.serve(sockets=[listener]), name="web pages")
    task.add_done_callback(_ended)
    try:
        yield f"http://{Bind(host, port)}/"
    finally:
        server.should_exit = True
        await asyncio.wait([task], timeout=PATIENCE + 2)
        listener.close()


def listen(bind: Bind) -> socket.socket:
    """A socket that listens; a ScrapeError names the address and the way out."""
    family = socket.AF_INET6 if ip_address(bind.host).version == 6 else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((bind.host, bind.port))
        listener.listen()  # from here on whoever asks is answered, if only when the event loop comes to it
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        message = f"{bind}: nothing can listen there ({error.strerror}); choose another address or port (web.bind)"
        raise ScrapeError(message, reason="cannot-bind") from error
    return listener


def _settings(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level=logging.ERROR,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=PATIENCE,
    )


def _ended(task: asyncio.Task[None]) -> None:
    """The pages' end is no end of the daemon; it is said all the same."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("the web pages ended: %s: %s", type(error).__name__, error)

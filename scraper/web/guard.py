"""What holds for every answer: who may ask, what a browser may do with it, and how a failure looks."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "sandbox allow-same-origin allow-forms allow-downloads",  # no script runs, whoever wrote it
    )
)
HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-robots-tag": "noindex, nofollow, noarchive",
    "cache-control": "private, no-cache",
}

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::\d{1,5})?")

Failed = Callable[[int, str, str], Response]
"""Makes a page out of a status, a heading and an explanation."""


class Guard:
    """The outermost layer. A host's name that is not ours is refused: a page elsewhere may have pointed it at us."""

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...], failed: Failed) -> None:
        self._app, self._failed = app, failed
        self._hosts = frozenset({"localhost", *hosts})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # no websockets, no lifespan
            return
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        if not self.knows(Headers(scope=scope).getlist("host")):
            refused = "This name is not one of this server's. If it should be, add it to web.hosts."
            await self._failed(421, "Wrong name", refused)(scope, receive, answer)
            return
        if scope["method"] not in ("GET", "HEAD"):
            await self._failed(405, "Read only", "These pages can be read, and nothing else.")(scope, receive, answer)
            return
        try:
            await self._app(scope, receive, answer)
        except Exception:  # a bug in one page is loud, and leaves the others and the daemon alone
            log.exception("%r: internal error of a page; please report it", scope["path"])
            if started:
                raise
            said = "This page failed for a reason that is not its reader's; the log says more."
            await self._failed(500, "Something is broken here", said)(scope, receive, answer)

    def knows(self, given: list[str]) -> bool:
        """Whether a request's Host is one of ours: a plain address cannot have been pointed here by a name server."""
        found = _HOST.fullmatch(given[0]) if len(given) == 1 else None
        if found is None:
            return False
        host = found[1].lower().removesuffix(".")
        if host in self._hosts:
            return True
        try:
            ip_address(host.strip("[]"))
        except ValueError:
            return False
        return True

"""Single pages off the network for commands that archive nothing: one polite fetcher for all that a command asks."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from scraper.cli.compose import configuration, log_to
from scraper.cli.loop import interruptible
from scraper.cli.streams import Streams
from scraper.config.compose import fetcher_of
from scraper.errors import UsageError
from scraper.fetch import Fetcher
from scraper.pipeline import check_status
from scraper.sources.urls import normalise
from scraper.types import Capture, Link

NO_CONTACT = "network.contact is not set, so site owners cannot reach you; set SCRAPE_NETWORK__CONTACT"


class Web:
    """Fetches one page at a time; a context manager.

    It has one event loop and one fetcher, so that a second page of a host waits for its turn and robots.txt is asked
    for once. They are made at the first page.
    """

    def __init__(self, args: argparse.Namespace, streams: Streams) -> None:
        self._args, self._streams = args, streams
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._fetcher: Fetcher | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._runner:
            if self._fetcher is not None:
                self._runner.run(self._stack.aclose())

    def get(self, url: str, source: str) -> Capture:
        """A page as it is now. Raises what the fetcher and the status say: RefusedError, LimitError, ScrapeError."""
        if normalise(url) is None:
            raise UsageError(f"{url}: no http or https address")
        capture = self._runner.run(interruptible(self._fetch(Link(url, source))))
        check_status(capture)
        return capture

    async def _fetch(self, link: Link) -> Capture:
        if self._fetcher is None:
            self._fetcher = await self._stack.enter_async_context(self._made())
        return await self._fetcher.fetch(link)

    def _made(self) -> Fetcher:
        args = self._args
        flags = {"network.allow_addresses": ",".join(args.allow_address)} if args.allow_address else {}
        log_to(self._streams, args)
        config = configuration(args, flags, optional=True).config
        if config.network.contact is None and not args.quiet:
            self._streams.say(NO_CONTACT)
        return fetcher_of(config)

"""`scrape web`: the read-only pages over an archive, beside a daemon or without one."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from scraper.archive import View
from scraper.cli.compose import configuration, log_to
from scraper.cli.reading import existing
from scraper.cli.streams import Streams
from scraper.config import Config
from scraper.config.bind import Bind, parse
from scraper.web import check_installed

log = logging.getLogger(__name__)

DEFAULT = "127.0.0.1:8080"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "Serve read-only pages: the sources, the articles, and what was removed from each and why. Needs scrape[web]."
    )
    parser.add_argument("--archive", metavar="DIR", help="the archive (default: the configuration's)")
    parser.add_argument(
        "--bind", metavar="HOST:PORT", help=f"where to listen (default: the configuration's web.bind, or {DEFAULT})"
    )


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Serve until SIGTERM or Ctrl-C, which are its good end."""
    check_installed()
    log_to(streams, args)
    flags = {"web.bind": args.bind} if args.bind else {}
    config = configuration(args, flags, optional=bool(args.archive)).config
    View(existing(Path(config.archive.directory))).close()  # an index that cannot be read is said now, not on a page
    return asyncio.run(_serve(config, streams))


async def _serve(config: Config, streams: Streams) -> int:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with pages(config, parse(config.web.bind or DEFAULT)) as address:
        streams.write(f"{address}\n")
        await stopping.wait()
    return 0


@asynccontextmanager
async def pages(config: Config, bind: Bind) -> AsyncIterator[str]:
    """The pages of a configuration's archive, served for as long as the context lasts; gives their address."""
    check_installed()
    from scraper.web.app import application  # noqa: PLC0415 - of the extra `web`
    from scraper.web.server import serving  # noqa: PLC0415 - the same
    from scraper.web.site import Site, Source  # noqa: PLC0415 - the same

    sources = tuple(
        Source(one.name, one.type, one.at, one.enabled, one.schedule(config.schedule.timezone))
        for one in config.sources
    )
    site = Site(Path(config.archive.directory), sources, config.web.hosts)
    async with serving(application(site), bind) as address:
        yield address


def check(config: Config) -> None:
    """A ConfigError where pages are configured and what serves them is not installed."""
    if config.web.bind is not None:
        check_installed()


@asynccontextmanager
async def beside(config: Config) -> AsyncIterator[None]:
    """The pages beside a daemon, in its event loop, where they are configured."""
    if config.web.bind is None:
        yield
        return
    async with pages(config, parse(config.web.bind)) as address:
        log.info("web pages at %s", address)
        yield

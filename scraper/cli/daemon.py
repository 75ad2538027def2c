"""`scrape daemon`: the configured sources on their schedules, until SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import logging
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from scraper import heartbeat
from scraper.cli.compose import configuration, log_to
from scraper.cli.pages import beside, check
from scraper.cli.run import chosen
from scraper.cli.streams import Streams
from scraper.config import ON_THE_WEB, Config
from scraper.config.compose import Plan, compose
from scraper.daemon import Daemon, Settings, jobs_of, patiently
from scraper.errors import ConfigError

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = "Run the enabled sources on their schedules; SIGTERM and Ctrl-C end it in good order."
    parser.add_argument("--archive", metavar="DIR", help="where to archive (default: the configuration's)")


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Serve; 0 once what was under way at SIGTERM is done."""
    log_to(streams, args, service=True)
    config = configuration(args).config
    check(config)
    timed = [source for source in chosen(config, []) if source.schedule(config.schedule.timezone) is not None]
    if not timed:
        raise ConfigError("no enabled source has a schedule; give one `every: 15m` or a `cron` line")
    for source in timed:
        if source.type == "folder":
            _make_inbox(source.at)
    network = any(source.type in ON_THE_WEB for source in timed)
    return asyncio.run(_serve(config, network=network))


def _make_inbox(path: str) -> None:
    """An inbox in a fresh volume is made; one whose parent is missing is a mistake that the run will name."""
    try:
        Path(path).mkdir(exist_ok=True)
    except OSError as error:
        log.warning("%s: the inbox cannot be made: %s", path, error.strerror)


async def _serve(config: Config, *, network: bool) -> int:
    settings = Settings(grace=config.schedule.misfire_grace)
    pulse = heartbeat.Pulse(Path(config.archive.directory), lambda: datetime.now(UTC))
    async with AsyncExitStack() as stack:
        plan = Plan(config, network)
        tools = await patiently(lambda: stack.enter_async_context(compose(plan)), pulse)
        for repair in tools.archive.repairs:
            log.warning("repaired: %s", repair)
        await stack.enter_async_context(beside(config))
        await Daemon(jobs_of(config), tools, settings).serve()
    return 0

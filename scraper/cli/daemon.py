"""`scrape daemon`: the configured sources on their schedules, until SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from msgspec import structs

from scraper import heartbeat
from scraper.alarm import Alarm
from scraper.cli.compose import configuration
from scraper.cli.logs import serve_log
from scraper.cli.pages import beside, check
from scraper.cli.run import chosen
from scraper.cli.streams import Streams
from scraper.config import ON_THE_WEB, Config, SourceConfig
from scraper.config.bind import parse
from scraper.config.compose import Plan, compose
from scraper.daemon import Around, Daemon, Job, Settings, jobs_of, patiently
from scraper.errors import ConfigError
from scraper.jobs import handling
from scraper.meter import Meter
from scraper.metering import metered
from scraper.monitor import Monitor
from scraper.panel import pages
from scraper.version import CLEANER

log = logging.getLogger(__name__)

RELOADED = ("sources", "schedule")
"""What SIGHUP brings into force; the rest is built into what is open, and needs a new start."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "Run the enabled sources on their schedules. SIGTERM and Ctrl-C end it in good order (`schedule.drain`), the "
        "second one at once; SIGHUP reads sources and schedules again."
    )
    parser.add_argument("--archive", metavar="DIR", help="where to archive (default: the configuration's)")


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Serve; 0 once what was under way at SIGTERM is done, 143 (or 130) where a second signal cut it off."""
    serve_log(streams, args, "auto")
    config = configuration(args).config
    check(config)
    serve_log(streams, args, config.log.format)
    timed = _timed(config)
    _make_inboxes(timed)
    # With a contact, sources on the web may still come with a new configuration.
    network = config.network.contact is not None or any(source.type in ON_THE_WEB for source in timed)
    service = _Service(args, config, network=network)
    signal.signal(signal.SIGHUP, service.reload_later)
    return asyncio.run(service.serve())


def _timed(config: Config) -> list[SourceConfig]:
    timed = [source for source in chosen(config, []) if source.schedule(config.schedule.timezone) is not None]
    if not timed:
        raise ConfigError("no enabled source has a schedule; give one `every: 15m` or a `cron` line")
    return timed


def _make_inboxes(timed: list[SourceConfig]) -> None:
    """An inbox in a fresh volume is made; one whose parent is missing is a mistake that the run will name."""
    for source in timed:
        if source.type != "folder":
            continue
        try:
            Path(source.at).mkdir(exist_ok=True)
        except OSError as error:
            log.warning("%s: the inbox cannot be made: %s", source.at, error.strerror)


class _Service:
    """The daemon with what it needs from the command line."""

    def __init__(self, args: argparse.Namespace, config: Config, *, network: bool) -> None:
        self._args, self._config, self._network = args, config, network
        self._is_to_reload = False

    def reload_later(self, number: int, frame: FrameType | None) -> None:
        """Answer a SIGHUP that comes before there is anything to reload, as while it waits for room on the disk."""
        self._is_to_reload = True

    async def serve(self) -> int:
        config, meter = self._config, Meter()
        contact = config.network.contact or "none"
        log.info("%s: process %d, contact %s, archive %s", CLEANER, os.getpid(), contact, config.archive.directory)
        pulse = heartbeat.Pulse(Path(config.archive.directory), lambda: datetime.now(UTC))
        settings = Settings(config.schedule.drain, runs=config.schedule.max_runs)
        async with AsyncExitStack() as stack:
            plan = Plan(config, self._network)
            opening = asyncio.create_task(patiently(lambda: stack.enter_async_context(compose(plan)), pulse))
            try:
                with handling(dict.fromkeys((signal.SIGTERM, signal.SIGINT), opening.cancel)):
                    tools = await opening
            except asyncio.CancelledError:
                log.info("stopping: the archive was not open yet")
                pulse.end()
                return 0
            for repair in tools.archive.repairs:
                log.warning("repaired: %s", repair)
            around = Around(Alarm(), meter, self._reread)
            daemon = Daemon(jobs_of(config), metered(tools, meter, time.monotonic), settings, around)
            if config.metrics.bind is not None:
                monitor = Monitor(pages(daemon, tools, config.archive.min_free, meter))
                await stack.enter_async_context(monitor.listening(parse(config.metrics.bind)))
            await stack.enter_async_context(beside(config))
            if self._is_to_reload:
                asyncio.get_running_loop().call_soon(daemon.reload)
            await daemon.serve()
        return 0 if daemon.cut is None else 128 + daemon.cut

    def _reread(self) -> list[Job]:
        """The jobs of the configuration as it is now; a ConfigError for what cannot be used."""
        fresh = configuration(self._args).config
        timed = _timed(fresh)
        if not self._network and any(source.type in ON_THE_WEB for source in timed):
            raise ConfigError("the first source on the web needs a new start of the daemon")
        _make_inboxes(timed)
        kept = {name: getattr(self._config, name) for name in Config.__struct_fields__ if name not in RELOADED}
        for name, value in kept.items():
            if value != getattr(fresh, name):
                log.warning("`%s` changed: it takes effect when the daemon is started again", name)
        # What is open keeps its settings; a source's bounds are made of both.
        return jobs_of(structs.replace(self._config, sources=fresh.sources, schedule=fresh.schedule))

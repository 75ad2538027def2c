"""The composition root: a Config becomes the tools that a run works with. The one place where they are made."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from scraper import archive as archives
from scraper import fetch, polite, warc, workers
from scraper.clean.options import Options
from scraper.config.check import read_site_rules
from scraper.config.digest import digest_of
from scraper.config.settings import ON_THE_WEB, CleaningConfig, Config, NetworkConfig, SourceConfig
from scraper.pipeline import Source, SourceKind, Tools
from scraper.pipeline.budget import Budget, Limits
from scraper.pipeline.remember import Memories
from scraper.pipeline.remember import Settings as Remembering
from scraper.sources.choice import Choice
from scraper.version import CLEANER, __version__


class Plan(Struct, frozen=True):
    """What to compose: a configuration, and whether the run needs the network."""

    config: Config
    network: bool


@asynccontextmanager
async def compose(plan: Plan) -> AsyncIterator[Tools]:
    """The tools of a run, for as long as the context lasts. The archive is locked, and committed and closed at its end.

    Raises LockedError where another process has the archive, LimitError where its directory cannot be written.
    """
    config = plan.config
    async with AsyncExitStack() as stack:
        # First, for it may find a mistake in the configuration, which should leave no archive behind.
        fetcher = await stack.enter_async_context(fetcher_of(config, keeps=True)) if plan.network else None
        limits = config.archive
        settings = archives.Settings(limits.warc_max_size, limits.warc_max_age, limits.min_free, info_of(plan))
        archive = archives.Archive(Path(limits.directory), settings)
        stack.callback(archive.close)
        cleaners = stack.enter_context(workers.Workers(cleaning(config.cleaning)))
        network = config.network
        asked = Limits(network.max_pages_per_run, network.max_pages_per_day, network.max_bytes_per_day)
        memories = Memories(Remembering(config.cleaning.memory_from), archive) if config.cleaning.memory else None
        yield Tools(archive, cleaners, fetcher, lambda: datetime.now(UTC), network.at_once, Budget(asked), memories)


def info_of(plan: Plan) -> warc.Info:
    """What the WARC files say of this run: who asked, by which rules, with which settings."""
    config, network = plan.config, plan.config.network
    return warc.Info(
        software=CLEANER,
        robots="obey" if not network.robots_overrides else "obey, with exceptions",
        framing=config.archive.framing,
        operator=network.contact,
        user_agent=fetching(config).user_agent if plan.network else None,
        configuration=digest_of(config),
        more=(*certificates(network), *overrides(network)) if plan.network else (),
    )


CERTIFICATES = "tls-certificates"
"""Field of warcinfo: whether servers' certificates are checked, and one more for each host that is excepted."""


def certificates(network: NetworkConfig) -> tuple[tuple[str, str], ...]:
    """What warcinfo says of certificates."""
    excepted = sorted(network.unverified_hosts.items())
    checked = "checked, with exceptions" if excepted else "checked"
    return ((CERTIFICATES, checked), *((CERTIFICATES, f"not checked for {host}: {why}") for host, why in excepted))


OVERRIDE = "robots-override"
"""Field of warcinfo: one for each host whose robots.txt does not bind."""


def overrides(network: NetworkConfig) -> tuple[tuple[str, str], ...]:
    """What warcinfo says of robots.txt files that do not bind."""
    return tuple((OVERRIDE, f"not binding for {host}: {why}") for host, why in sorted(network.robots_overrides.items()))


def fetcher_of(config: Config, *, keeps: bool = False) -> fetch.Fetcher:
    """A fetcher with its manners, as configured; what a site reserves concerns only those who keep what they fetch."""
    network = config.network
    manners = polite.Settings(
        product=network.product,
        delay=network.delay,
        overrides=network.robots_overrides,
        tdmrep=network.tdmrep and keeps,
    )
    patience = polite.Polite(manners, time.time, asyncio.sleep, random.random)
    return fetch.Fetcher(fetching(config), patience, time.time)


def fetching(config: Config) -> fetch.Settings:
    """Who asks, and within which bounds, as configured."""
    network = config.network
    return fetch.Settings(
        product=network.product,
        version=__version__,
        connect_timeout=network.connect_timeout,
        read_timeout=network.timeout,
        deadline=network.deadline,
        max_bytes=network.max_bytes,
        max_decoded_bytes=network.max_decoded_bytes,
        max_redirects=network.max_redirects,
        retries=network.retries,
        allow_addresses=network.allow_addresses,
        allow_ports=network.allow_ports,
        ca_file=network.ca_file,
        unverified_hosts=network.unverified_hosts,
        zstd=network.zstd,
        http2=network.http2,
        framing=config.archive.framing,
        contact=network.contact or NO_CONTACT,
    )


NO_CONTACT = "no contact configured"
"""What a request says where a person fetches single pages without a configuration; sources on the web must have one."""


def cleaning(config: CleaningConfig) -> workers.Settings:
    """The cleaning processes, as configured."""
    options = Options(
        with_title=config.with_title,
        strip_inline=config.strip_inline,
        captions=config.captions,
        sites=read_site_rules(config.rules),
    )
    return workers.Settings(count=config.workers or os.cpu_count() or 1, deadline=config.deadline, options=options)


def source_of(source: SourceConfig, config: Config) -> Source:
    """A source as the pipeline knows it."""
    return Source(
        name=source.name,
        kind=SourceKind(source.type),
        at=source.at,
        patterns=source.patterns,
        choice=Choice(source.include, source.exclude, source.selector),
        pages=source.urls,
        limit=source.limit,
        max_bytes=config.cleaning.max_bytes,
        revisions=revisions_of(source, config),
    )


def revisions_of(source: SourceConfig, config: Config) -> tuple[float, ...]:
    """The ages in seconds at which a source's articles are looked at again; only those on the web can change."""
    if source.type not in ON_THE_WEB:
        return ()
    return config.revisions.after if source.revisions is None else source.revisions

"""What one key's type cannot say: addresses, selectors, schedules, and keys that need or exclude each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from scraper.clean import siterules
from scraper.clean.options import SiteRules
from scraper.config.bind import is_host_name
from scraper.config.bind import parse as parse_bind
from scraper.config.settings import ON_THE_WEB, Config, SourceConfig
from scraper.errors import ConfigError, RefusedError
from scraper.guard import networks, target
from scraper.sources.choice import pattern_problem
from scraper.sources.listing import check_selector
from scraper.sources.urls import normalise

_CONTACT = re.compile(r"(?:https?://|mailto:)?[!-~]+")
_REASON = 10  # characters of the shortest text that gives a reason
_LISTS = ("feed", "sitemap", "listing")
_ONLY_FOR = {
    "selector": ("listing",),
    "patterns": ("folder", "warc"),
    "directory": ("folder", "warc"),
    "include": ON_THE_WEB,
    "exclude": ON_THE_WEB,
    "urls": ("pages",),
    "file": ("pages",),
    "url": _LISTS,
    "revisions": ON_THE_WEB,
}

Problem = tuple[str, str]
"""The key as in `rows` ("network.contact", "sources.inbox.url"), and what is wrong with it."""


def problems(config: Config) -> Iterator[Problem]:
    """What is wrong with a configuration of the right types, in the order of its keys."""
    yield from _network(config)
    yield from _site_rules(config)
    yield from _web(config)
    yield from _metrics(config)
    if problem := timezone_problem(config.schedule.timezone):
        yield "schedule.timezone", problem
    seen: set[str] = set()
    for source in config.sources:
        if source.name in seen:
            yield f"sources.{source.name}.name", f"two sources are called `{source.name}`; rename one"
        seen.add(source.name)
        for key, problem in _source(source, config):
            yield f"sources.{source.name}.{key}", problem


def _network(config: Config) -> Iterator[Problem]:
    contact = config.network.contact
    if contact is not None and (not _CONTACT.fullmatch(contact) or not ("@" in contact or "://" in contact)):
        yield "network.contact", f"expected a page (https://...) or a mail address, got `{contact[:60]}`"
    ca_file = config.network.ca_file
    if ca_file is not None and not Path(ca_file).is_file():
        yield "network.ca_file", f"there is no such file: `{ca_file}`"
    for address in config.network.allow_addresses:
        if problem := _network_problem(address):
            yield "network.allow_addresses", problem
    yield from _exceptions("unverified_hosts", config.network.unverified_hosts, "certificate", "is not checked")
    yield from _exceptions("robots_overrides", config.network.robots_overrides, "robots.txt", "does not bind")


def _exceptions(key: str, hosts: dict[str, str], what: str, how: str) -> Iterator[Problem]:
    """Exceptions are made host by host, each for a reason that is written down."""
    for host, why in hosts.items():
        if not _is_host(host):
            yield f"network.{key}", f"expected a host's name alone, like `old.example.org`, got `{host[:60]}`"
        elif len(why.strip()) < _REASON:
            yield f"network.{key}", f"say why the {what} of `{host[:60]}` {how}, in some words"


def _is_host(text: str) -> bool:
    """Whether a text is a host as requests spell it: one that is spelled otherwise would never be met."""
    try:
        return "*" not in text and target(f"https://{text}/").host == text
    except RefusedError:
        return False


def _network_problem(text: str) -> str | None:
    """None if the address guard takes it for an address or a network."""
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return f"expected an address or a network like 10.0.0.0/8, got `{text[:60]}`"
    try:
        networks([text])
    except ConfigError:
        return f"`{text[:60]}` is an address within a network; write `{network}` or `{text.partition('/')[0]}`"
    return None


def _web(config: Config) -> Iterator[Problem]:
    for host in config.web.hosts:
        if not is_host_name(host):
            yield "web.hosts", f"expected a host's name alone, like `archive.example.org`, got `{host[:60]}`"
    if config.web.bind is None:
        return
    try:
        bind = parse_bind(config.web.bind)
    except ValueError as error:
        yield "web.bind", str(error)
        return
    if not bind.is_loopback and not config.web.allow_remote:
        yield (
            "web.bind",
            f"`{bind}` can be reached from other machines, and the pages ask for no password; use 127.0.0.1, or set "
            "`web.allow_remote: true` if that is meant",
        )


def _metrics(config: Config) -> Iterator[Problem]:
    if config.metrics.bind is None:
        return
    try:
        bind = parse_bind(config.metrics.bind)
    except ValueError as error:
        yield "metrics.bind", str(error)
        return
    if not bind.is_loopback and not config.metrics.allow_remote:
        way = "use 127.0.0.1, or set `metrics.allow_remote: true` if that is meant"
        yield "metrics.bind", f"`{bind}` can be reached from other machines, and nobody is asked for a password; {way}"


def _site_rules(config: Config) -> Iterator[Problem]:
    try:
        read_site_rules(config.cleaning.rules)
    except ConfigError as error:
        yield "cleaning.rules", str(error)


def read_site_rules(path: str | None) -> SiteRules | None:
    """The site rules in a file, each proven by its sample; a ConfigError for what is wrong with one."""
    if path is None:
        return None
    try:
        with open(path, "rb") as file:
            return siterules.parse(file.read(siterules.MAX_BYTES + 1), path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}", reason="config-unreadable") from error


def _source(source: SourceConfig, config: Config) -> Iterator[Problem]:
    for key, types in _ONLY_FOR.items():
        if getattr(source, key) and source.type not in types:
            yield key, f"a source of type `{source.type}` has no `{key}`; it is for {' and '.join(types)}"
    yield from _where(source, config)
    if source.selector is not None:
        try:
            check_selector(source.selector)
        except ValueError as error:
            yield "selector", str(error)
    for key, patterns in (("include", source.include), ("exclude", source.exclude)):
        for problem in map(pattern_problem, patterns):
            if problem is not None:
                yield key, problem
    yield from _when(source, config)
    if source.type in ON_THE_WEB and source.enabled and config.network.contact is None:
        yield "enabled", NEEDS_CONTACT


NEEDS_CONTACT = "a source on the web needs `network.contact`, so that site owners know whom to ask; set it"


def _where(source: SourceConfig, config: Config) -> Iterator[Problem]:
    if source.type == "pages":
        yield from _pages(source)
        return
    needed = "url" if source.type in _LISTS else "directory"
    if not getattr(source, needed):
        yield needed, f"a source of type `{source.type}` needs `{needed}`"
    elif needed == "url" and normalise(source.url or "") is None:
        yield "url", f"expected an http or https address, got `{(source.url or '')[:60]}`"
    if needed == "directory" and source.directory and _holds(source.directory, config.archive.directory):
        yield (
            "directory",
            f"the archive lies in it ({config.archive.directory}), so each run would archive what the last one wrote; "
            "move one of them, or set `archive.directory`",
        )


def _pages(source: SourceConfig) -> Iterator[Problem]:
    if not source.urls and source.file is None:
        yield "urls", "a source of type `pages` needs `urls`, a list of addresses, or `file`, which has one a line"
    for address in source.urls:
        if normalise(address) is None:
            yield "urls", f"expected http or https addresses, got `{address[:60]}`"


def _holds(directory: str, archive: str) -> bool:
    """Whether an inbox is the archive's directory, or one above it, also through links."""
    return Path(archive).resolve().is_relative_to(Path(directory).resolve())


def _when(source: SourceConfig, config: Config) -> Iterator[Problem]:
    if source.every is not None and source.cron is not None:
        yield "cron", "`every` and `cron` are both given; keep one of them"
    if source.timezone is not None and source.cron is None:
        yield "timezone", "`timezone` is for `cron`, which is not given"
    if source.timezone is not None and (problem := timezone_problem(source.timezone)):
        yield "timezone", problem
    try:
        source.schedule(config.schedule.timezone)
    except ValueError as error:
        yield "cron", str(error)


def timezone_problem(name: str) -> str | None:
    """None if it is an IANA time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: "Europe" is a directory of the database
        near = get_close_matches(name, sorted(available_timezones()), n=1, cutoff=0.5)
        return f"`{name[:60]}` is no time zone; did you mean `{near[0] if near else 'Europe/Berlin'}`?"
    return None

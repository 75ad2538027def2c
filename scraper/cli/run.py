"""`scrape run`: one pass over the configured sources."""

from __future__ import annotations

import argparse
import difflib

from scraper.cli import loop
from scraper.cli.compose import configuration, log_to
from scraper.cli.streams import Streams
from scraper.config import ON_THE_WEB, Config, SourceConfig
from scraper.config.check import NEEDS_CONTACT
from scraper.config.compose import Plan, compose, source_of
from scraper.errors import ConfigError, UsageError
from scraper.pipeline.run import run_source
from scraper.sources.names import path_of
from scraper.types import Failure, Record, Verdict

SOME_FAILED = 3
NOTHING_USABLE = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = "Archive everything new at the configured sources, once, and say what was done."
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="only these, also where they are not enabled")
    parser.add_argument("--archive", metavar="DIR", help="where to archive (default: the configuration's)")


def run(args: argparse.Namespace, streams: Streams) -> int:
    """One pass; 0 if nothing failed, 3 if some inputs did, the failure's own code if there was one input alone."""
    log_to(streams, args)
    config = configuration(args).config
    return loop.run(_run(chosen(config, args.sources), config, streams))


def chosen(config: Config, names: list[str]) -> list[SourceConfig]:
    """The sources by name, or all that are enabled."""
    known = {source.name: source for source in config.sources}
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known) or 'none'}"
            raise UsageError(f"{name}: no such source; {hint}")
    sources = [known[name] for name in dict.fromkeys(names)] or [source for source in known.values() if source.enabled]
    if not sources:
        raise ConfigError("no source is enabled; set `enabled: true` for one, or name one: scrape run SOURCE")
    # What is not enabled and named here was not checked for it.
    for source in sources:
        if source.type in ON_THE_WEB and config.network.contact is None:
            raise ConfigError(f"sources.{source.name}: {NEEDS_CONTACT}", reason="no-contact")
    return sources


async def _run(sources: list[SourceConfig], config: Config, streams: Streams) -> int:
    codes: list[int] = []
    inputs = 0

    def told(result: Record | Failure) -> None:
        nonlocal inputs
        inputs += 1
        if isinstance(result, Failure):
            codes.append(result.exit_code)
        elif result.verdict is not Verdict.ARTICLE:
            streams.say(f"{_name(result)}: no article ({result.verdict}); it is in the WARC, and not in the JSONL")
            codes.append(NOTHING_USABLE)

    network = any(source.type in ON_THE_WEB for source in sources)
    async with compose(Plan(config, network)) as tools:
        for repair in tools.archive.repairs:
            streams.say(f"repaired: {repair}")
        for source in sources:
            tally = await run_source(source_of(source, config), tools, told)
            inputs += tally.known
            streams.write(f"{source.name}: {tally}\n")
    streams.write(_where(config))
    if not codes:
        return 0
    return codes[0] if inputs == 1 else SOME_FAILED


def _name(record: Record) -> str:
    """A page by its address, a file by its path."""
    if record.url is not None or record.found_by is None:
        return record.url or record.source
    at = record.found_by.at
    return path_of(at) if at.startswith("file:///") else at


def _where(config: Config) -> str:
    root = config.archive.directory
    return f"clean text: {root}/articles (JSONL), proof: {root}/warc; `scrape verify` proves it\n"

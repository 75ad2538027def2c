"""`scrape fetch`: archive and clean these pages now."""

from __future__ import annotations

import argparse
from contextlib import aclosing

from scraper import records
from scraper.cli import loop
from scraper.cli.compose import configuration, log_to
from scraper.cli.options import add_allow_address
from scraper.cli.streams import Streams
from scraper.config import Config
from scraper.config.compose import Plan, compose
from scraper.errors import UsageError
from scraper.pipeline import Known, Left, fetch_all
from scraper.sources import urls
from scraper.types import Failure, Link, Verdict

SOURCE = "fetch"
SOME_FAILED = 3
NOTHING_USABLE = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = "Fetch pages politely, archive what was sent and what was kept, and print their records."
    parser.add_argument("urls", nargs="+", metavar="URL", help="pages to fetch")
    parser.add_argument("--archive", metavar="DIR", help="where to archive (default: the configuration's)")
    add_allow_address(parser)


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Fetch, archive, print; 0 if every page gave an article, 3 if some failed, else the one failure's own code."""
    links: dict[str, Link] = {}
    for url in args.urls:  # an address in two spellings is one page
        links.setdefault(urls.key(url), _link(url))
    flags = {"network.allow_addresses": ",".join(args.allow_address)} if args.allow_address else {}
    log_to(streams, args)
    config = configuration(args, flags, optional=True).config
    if config.network.contact is None and not args.quiet:
        streams.say("network.contact is not set, so site owners cannot reach you; set SCRAPE_NETWORK__CONTACT")
    return loop.run(_fetch(list(links.values()), config, streams))


def _link(url: str) -> Link:
    if urls.normalise(url) is None:
        raise UsageError(f"{url}: no http or https address; to clean a file: scrape clean {url}")
    return Link(url, SOURCE)


async def _fetch(links: list[Link], config: Config, streams: Streams) -> int:
    failed: list[int] = []
    async with compose(Plan(config, network=True)) as tools, aclosing(fetch_all(links, tools)) as results:
        for repair in tools.archive.repairs:  # nobody else says them: what is repaired is as it should be from then on
            streams.say(f"repaired: {repair}")
        async for link, given in results:
            result = given.why if isinstance(given, Left) else given
            if isinstance(result, Failure):
                streams.say(result.message)
                failed.append(result.exit_code)
                continue
            if isinstance(result, Known):
                streams.say(f"{link.url}: archived already, as {result.id}")
                continue
            streams.write(records.encode(result).decode())
            if result.verdict is not Verdict.ARTICLE:
                streams.say(f"{link.url}: no article ({result.verdict}); it is in the WARC, and not in the JSONL")
                failed.append(NOTHING_USABLE)
    if not failed:
        return 0
    return failed[0] if len(links) == 1 else SOME_FAILED

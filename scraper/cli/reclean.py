"""`scrape reclean`: clean what is archived again, from the WARC, with the present rules; or other WARC files."""

from __future__ import annotations

import argparse
from pathlib import Path

from scraper.clean.chain import signed
from scraper.clean.rules import shipped
from scraper.cli import loop, shards, show
from scraper.cli.compose import configuration, log_to
from scraper.cli.reading import add_archive, existing
from scraper.cli.streams import Streams
from scraper.config import Config
from scraper.config.compose import Plan, cleaning, compose
from scraper.errors import UnusableError, VerificationError
from scraper.pipeline.reclean import NOT_REPRODUCED, Order, Recleaned, reclean

SOME_FAILED = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "Clean every page in the archive again whose cleaner, rules or profile are not the present ones. Nothing is "
        "fetched and nothing replaced: a new record with the same WARC reference stands beside the old one. With WARC "
        "files of any tool: clean their pages into shards, and go on where an earlier run stopped."
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="clean the current ones too, which adds nothing, and exit 5 if the same cleaner gives another text",
    )
    add_archive(parser)
    shards.add_arguments(parser)


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Clean again; 0 if nothing failed, 5 if --all found another text, 3 if some pages failed, else the one's code."""
    if args.warc or args.output:
        return shards.reclean(args, streams)
    log_to(streams, args)
    config = configuration(args, optional=bool(args.archive)).config
    existing(Path(config.archive.directory))
    done = loop.run(_reclean(config, args, streams))
    streams.clear_status()
    for problem in done.failures:
        streams.say(problem.message)
    if done.last == 0:
        raise UnusableError(f"{config.archive.directory}: nothing in this archive to clean again", reason="empty")
    streams.write(f"{done}\n")
    return _exit_code(done)


def _exit_code(done: Recleaned) -> int:
    codes = [failure.exit_code for failure in done.failures]
    if any(failure.reason == NOT_REPRODUCED for failure in done.failures):
        return VerificationError.exit_code
    if len(codes) == 1 and done.current + done.verdicts.total() == 0:
        return codes[0]
    return SOME_FAILED if codes else 0


async def _reclean(config: Config, args: argparse.Namespace, streams: Streams) -> Recleaned:
    def told(done: Recleaned) -> None:
        if streams.stderr.isatty() and not args.quiet:
            streams.status(show.bar(done.seq, done.last))

    options = cleaning(config.cleaning).options
    order = Order(options.profile, signed(shipped(), options).digest, args.all)
    async with compose(Plan(config, network=False)) as tools:
        for repair in tools.archive.repairs:
            streams.say(f"repaired: {repair}")
        return await reclean(order, tools, told)

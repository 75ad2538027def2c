"""`scrape reclean`: clean what is archived again, from the WARC, with the present rules; or other WARC files."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from scraper.clean.chain import signed
from scraper.clean.rules import shipped
from scraper.cli import effects, loop, shards, show
from scraper.cli.compose import configuration, log_to
from scraper.cli.reading import add_archive, existing
from scraper.cli.streams import Streams
from scraper.config import Config
from scraper.config.compose import Plan, cleaning, compose
from scraper.errors import LimitError, UnusableError, UsageError, VerificationError
from scraper.pipeline.reclean import NOT_REPRODUCED, Order, Recleaned, reclean
from scraper.revisions.again import Effect

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
    effects.add_arguments(parser)
    shards.add_arguments(parser)


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Clean again; 0 if nothing failed, 5 if --all found another text, 3 if some pages failed, else the one's code."""
    if args.warc or args.output:
        return shards.reclean(args, streams)
    log_to(streams, args)
    if args.compare:
        raise UsageError(f"--compare {args.compare}: of an archive --compare stands alone; or name WARC files too")
    config = configuration(args, optional=bool(args.archive)).config
    existing(Path(config.archive.directory))
    if args.dry_run or args.compare is not None:
        _try(config, args, streams)
        if args.dry_run:
            return 0
    done = loop.run(_reclean(config, args, streams, dry=False))
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


def _try(config: Config, args: argparse.Namespace, streams: Streams) -> None:
    """Say what would become of each article; a LimitError if too many lose text, with --compare."""
    done = loop.run(_reclean(config, args, streams, dry=True))
    streams.clear_status()
    for problem in done.failures:
        streams.say(problem.message)
    found = Counter(compared.difference.effect for compared in done.compared.values())
    for compared in done.compared.values():
        if text := effects.shown(compared.difference, compared.url, compared.at):
            streams.write(text)
    streams.write(f"{effects.counted(found)}\n")
    lost, total = found[Effect.LOST], found.total()
    if not args.dry_run and total and lost / total > args.max_loss:
        message = f"{lost} of {total} articles lose text, more than {args.max_loss:.0%}: nothing was added"
        raise LimitError(f"{message}; raise --max-loss to add it all the same", reason="loses-text")


async def _reclean(config: Config, args: argparse.Namespace, streams: Streams, *, dry: bool) -> Recleaned:
    def told(done: Recleaned) -> None:
        if streams.stderr.isatty() and not args.quiet:
            streams.status(show.bar(done.seq, done.last))

    options = cleaning(config.cleaning).options
    order = Order(options.profile, signed(shipped(), options).digest, args.all, dry)
    async with compose(Plan(config, network=False)) as tools:
        for repair in tools.archive.repairs:
            streams.say(f"repaired: {repair}")
        return await reclean(order, tools, told)

"""`scrape reclean WARC... --output DIR`: WARC files of any tool, cleaned into shards."""

from __future__ import annotations

import argparse
import shutil
from collections import Counter

from scraper.cli import effects, show
from scraper.cli.compose import configuration, log_to
from scraper.cli.filters import add_filters, languages, names, times
from scraper.cli.streams import Streams
from scraper.config.compose import cleaning
from scraper.corpus import FORMATS, Choice, Corpus, Settings, Totals, run
from scraper.corpus.state import DATA
from scraper.errors import UnusableError, UsageError
from scraper.types import Verdict

SOME_FAILED = 3
ANY = "any"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that go with WARC files."""
    group = parser.add_argument_group("WARC files of any tool")
    group.add_argument("warc", nargs="*", metavar="WARC", help="a file, a directory, a glob or a URL (s3://bucket/...)")
    group.add_argument("--output", metavar="DIR", help="where the shards go: a directory, or a URL")
    group.add_argument("--format", choices=FORMATS, default="jsonl.gz", help="of the shards (default: %(default)s)")
    group.add_argument("--workers", type=int, metavar="N", help="cleaning processes (default: one for each processor)")
    group.add_argument("--cluster", metavar="ADDRESS", help="a Dask scheduler (tcp://host:8786), or local:N workers")
    group.add_argument("--status", metavar="CODES", default="200", help="only responses with: 200, or 200,203")
    group.add_argument("--type", metavar="TYPES", help="only of these types (default: HTML)")
    group.add_argument("--host", metavar="NAMES", help="only of these hosts and their subdomains")
    group.add_argument(
        "--verdict", metavar="NAMES", default="article", help=f"only pages that are: article, index_page ... or {ANY}"
    )
    add_filters(parser)


def reclean(args: argparse.Namespace, streams: Streams) -> int:
    """Make the shards; 3 if a file failed or pages were set aside, 4 if there was no page."""
    log_to(streams, args)
    if not args.warc:
        raise UsageError("which WARC files? name them before --output DIR")
    if not args.output and not args.dry_run:
        raise UsageError("where do the shards go? name it with --output DIR, or try it with --dry-run")
    if args.compare == "" or (args.compare and args.compare == args.output and not args.dry_run):
        raise UsageError("--compare is followed by the output of an earlier run, which is not the one of this run")
    if args.all or args.archive:
        raise UsageError("--all and --archive are about an archive of one's own; leave them out, or the WARC files")
    settings = cleaning(configuration(args, optional=True).config.cleaning)
    workers = settings.count if args.workers is None else args.workers
    if workers < 1:
        raise UsageError(f"--workers {workers}: at least one")
    made = Settings(settings.options, _choice(args), args.format)
    corpus = Corpus(
        tuple(args.warc),
        None if args.dry_run else args.output,
        made,
        workers,
        settings.deadline,
        before=args.compare,
        max_loss=1.0 if args.dry_run else args.max_loss,
        cluster=args.cluster,
    )

    def watch(totals: Totals) -> None:
        for one in totals.compared():
            if text := effects.shown(one.difference, one.url, one.fetched_at):
                streams.write(text)
        if streams.stderr.isatty() and not args.quiet:
            streams.status(_progress(totals)[: shutil.get_terminal_size().columns - 1])

    done = run(corpus, watch)
    streams.clear_status()
    code = _report(done, streams, None if args.dry_run else args.output)
    if args.compare is not None:
        streams.write(f"{effects.counted(done.effects)}\n")
    return code


def _choice(args: argparse.Namespace) -> Choice:
    since, until = times(args)
    statuses = names(args.status)
    if wrong := next((code for code in statuses if not (code.isdecimal() and len(code) == 3)), None):
        raise UsageError(f"--status {wrong}: no status such as 200")
    verdicts = names(args.verdict)
    known = [verdict.value for verdict in Verdict]
    if wrong := next((name for name in verdicts if name not in (*known, ANY)), None):
        raise UsageError(f"--verdict {wrong}: no verdict; there are {', '.join(known)}, and {ANY}")
    return Choice(
        statuses=tuple(map(int, statuses)),
        types=names(args.type),
        hosts=names(args.host),
        since=since,
        until=until,
        languages=languages(args),
        verdicts=() if ANY in verdicts else tuple(map(Verdict, verdicts)),
    )


def _progress(totals: Totals) -> str:
    left = totals.left
    bar = show.bar(totals.read >> 20, totals.bytes_in_all >> 20)
    time = "" if left is None else f", {_time(left)} left"
    return f"{bar} MB, {totals.pages} pages, {totals.speed:.0f}/s{time}{_failures(totals.failures)}"


def _time(seconds: float) -> str:
    whole = round(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    return f"{hours}h{minutes:02}m" if hours else f"{minutes}m{whole % 60:02}s"


def _failures(failures: Counter[str]) -> str:
    return "".join(f", {count} {reason}" for reason, count in sorted(failures.items()))


def _report(done: Totals, streams: Streams, output: str | None) -> int:
    for state in done.made:
        for failed in state.failed:
            where = f"{state.input.name}: record at {failed.offset}"
            named = failed.url is None or failed.url in failed.message
            streams.say(f"{where}: {failed.message}" if named else f"{where}: {failed.url}: {failed.message}")
    for failure in done.failed:
        streams.say(failure.message)
    shards = [*done.made, *done.known]
    if not done.failed and not any(state.pages or state.failures for state in shards):
        raise UnusableError("no pages in these files that were asked for", reason="empty")
    verdicts = sum((Counter(state.verdicts) for state in done.made), Counter[str]())
    found = "".join(f", {count} {name}" for name, count in verdicts.most_common())
    made = (
        f"{len(done.made)} shards made, {len(done.known)} current, in {output}/{DATA}" if output else "nothing written"
    )
    streams.write(f"{verdicts.total()} pages cleaned{found}{_failures(done.failures)}; {made}\n")
    if len(done.failed) == 1 and not shards:
        return done.failed[0].exit_code
    return SOME_FAILED if done.failed or done.set_aside else 0

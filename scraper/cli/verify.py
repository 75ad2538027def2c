"""`scrape verify`: prove that an archive is what it says."""

from __future__ import annotations

import argparse
from collections.abc import Callable

import msgspec

from scraper.cli.compose import archive_root
from scraper.cli.reading import add_archive
from scraper.cli.show import bar
from scraper.cli.streams import Streams
from scraper.errors import UnusableError, UsageError
from scraper.verify import Problem, Report, verify


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "Read the whole archive: every WARC to its last byte, every digest, every pointer, every text. "
        "Exit 5 if something is wrong, 4 if there is nothing to verify."
    )
    parser.add_argument("directory", nargs="?", metavar="DIR", help="the same as --archive DIR")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
    add_archive(parser)


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Verify and print what was seen; problems go to stderr, one line each."""
    if args.directory is not None and args.archive is not None:
        raise UsageError(f"{args.directory} and --archive {args.archive} both name an archive; leave one out")
    args.archive = args.archive or args.directory
    root = archive_root(args)
    report = verify(root, _progress(args, streams))
    streams.clear_status()
    if args.json:
        streams.write(_json(report))
    if report.exit_code == UnusableError.exit_code:
        raise UnusableError(f"{root}: nothing to verify; `scrape run` or `scrape fetch URL` fills an archive")
    if not args.json:
        _tell(report, args, streams)
    return report.exit_code


def _progress(args: argparse.Namespace, streams: Streams) -> Callable[[int, int], None]:
    """A bar on a terminal, redrawn at every whole hundredth."""
    drawn = -1
    shows = streams.stderr.isatty() and not args.quiet

    def told(done: int, total: int) -> None:
        nonlocal drawn
        percent = min(100 * done // max(total, 1), 100)  # a writer may add meanwhile
        if shows and percent != drawn:
            drawn = percent
            streams.status(bar(percent, 100))

    return told


def _tell(report: Report, args: argparse.Namespace, streams: Streams) -> None:
    """Problems and warnings on stderr, the summary on stdout; with --quiet problems alone."""
    for warning in () if args.quiet else report.warnings:
        streams.say(f"warning: {_line(warning)}")
    for problem in report.problems:
        streams.say(_line(problem))
    if not args.quiet:
        streams.write(_summary(report))


def _json(report: Report) -> str:
    fields = {"sound": not report.problems, **msgspec.to_builtins(report)}
    return msgspec.json.encode(fields).decode() + "\n"


def _line(problem: Problem) -> str:
    where = problem.file if problem.offset is None else f"{problem.file}: at {problem.offset}"
    return f"{where}: {problem.record}: {problem.what}" if problem.record else f"{where}: {problem.what}"


def _summary(report: Report) -> str:
    types = ", ".join(f"{count} {name}" for name, count in report.types.items()) or "none"
    verdicts = ", ".join(f"{count} {name}" for name, count in report.verdicts.items()) or "none"
    problems = len(report.problems) + report.unlisted
    rows = [
        ("WARC files", f"{report.warcs} ({types})"),
        ("JSONL files", f"{report.files} ({report.lines} records)"),
        ("pages", verdicts),
        ("index", f"{report.indexed} records"),
        *([("purged", f"{report.purged} records, {report.tombstones} tombstones")] if report.tombstones else []),
        ("read", f"{report.size:,} bytes"),
        ("problems", str(problems) if problems else "none"),
    ]
    return "".join(f"{name:12} {value}\n" for name, value in rows)

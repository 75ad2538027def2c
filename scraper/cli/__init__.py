"""The command line: `scrape COMMAND ...`.

A command is a module with `add_arguments(parser)` and `run(args, streams) -> int`, named in COMMANDS. It is imported
only when it is called, so that `scrape clean` loads no HTTP client and no scheduler.
"""

from __future__ import annotations

import argparse
import importlib
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Iterable
from types import FrameType
from typing import NamedTuple, NoReturn

from scraper.cli.streams import Streams
from scraper.errors import ScrapeError, UsageError
from scraper.version import __version__

INTERRUPTED, TERMINATED, BROKEN_PIPE = 130, 143, 141
"""Exit codes as a shell gives them for SIGINT, SIGTERM and SIGPIPE. A reader that goes away, as head(1) does, ends the
command quietly."""


class Command(NamedTuple):
    """A command's module, and its one line in the help."""

    module: str
    help: str


COMMANDS = {
    "clean": Command("scraper.cli.clean", "strip the site chrome from files, pages and archives"),
    "fetch": Command("scraper.cli.fetch", "fetch pages, archive and clean them now"),
    "run": Command("scraper.cli.run", "one pass over the configured sources"),
    "daemon": Command("scraper.cli.daemon", "the configured sources on their schedules"),
    "discover": Command("scraper.cli.discover", "the feeds, sitemaps and article links of a site"),
    "search": Command("scraper.cli.search", "archived articles by the words in them"),
    "show": Command("scraper.cli.show_record", "an archived article as text"),
    "history": Command("scraper.cli.history", "the versions of an archived article, and what changed"),
    "changes": Command("scraper.cli.changes", "what became of archived articles lately, also as an Atom feed"),
    "families": Command("scraper.cli.families", "stories that several articles tell in nearly the same words"),
    "explain": Command("scraper.cli.explain", "what of an archived page was removed, and why"),
    "export": Command("scraper.cli.export", "archived articles as tables, texts or a data set; WARCs as CDXJ or WACZ"),
    "status": Command("scraper.cli.status", "what an archive holds, what failed, when its sources ran"),
    "reclean": Command("scraper.cli.reclean", "clean archived pages again with the present rules"),
    "index": Command("scraper.cli.index", "make the index again from WARC and JSONL"),
    "purge": Command("scraper.cli.purge", "take everything under an address out of an archive, and leave a tombstone"),
    "verify": Command("scraper.cli.verify", "prove that an archive is what it says"),
    "web": Command("scraper.cli.pages", "read-only web pages over an archive"),
    "health": Command("scraper.cli.health", "whether the daemon of an archive is alive"),
    "config": Command("scraper.cli.config", "check or show the configuration, or print a schema"),
}


class Terminated(KeyboardInterrupt):
    """SIGTERM: like Ctrl-C, it unwinds the work and no handler of errors stops it."""


class Parser(argparse.ArgumentParser):
    """argparse that raises its errors instead of exiting."""

    def error(self, message: str) -> NoReturn:
        """Raise a UsageError that names the help."""
        raise UsageError(f"{message} (see `{self.prog} --help`)")


def entry() -> int:
    """Run as the console script: the process's own arguments, streams and signals."""
    try:
        streams = Streams.standard()
    except ScrapeError as error:
        print(f"scrape: {error}", file=sys.stderr)
        return error.exit_code
    code = main(sys.argv[1:], streams, _answer_signals)
    if code:
        # What a failed write left in the buffer would fail once more, loudly, when the interpreter ends.
        _discard_output()
    return code


def _answer_signals() -> None:
    """Answer signals with an exception; before, while modules are loaded, they end the process as the system does."""
    signal.signal(signal.SIGTERM, _terminate)
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:  # one that is ignored stays so
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _terminate(signum: int, frame: FrameType | None) -> None:
    raise Terminated


def _discard_output() -> None:
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def main(argv: list[str], streams: Streams, ready: Callable[[], None] = lambda: None) -> int:
    """Run one command and give its exit code. Every error ends here, as one line on stderr.

    `ready` is called when the command is loaded, before it does anything.
    """
    code = 1
    try:
        code = _dispatch(argv, streams, ready)
    except ScrapeError as error:
        streams.say(str(error))
        code = error.exit_code
    except BrokenPipeError:
        code = BROKEN_PIPE
    except KeyboardInterrupt as cut:
        streams.clear_status()
        code = TERMINATED if isinstance(cut, Terminated) else INTERRUPTED
    except SystemExit as stop:  # argparse, after --help and --version
        code = stop.code if isinstance(stop.code, int) else 0
    except Exception as error:  # noqa: BLE001 -- the one place where a bug ends: said in a line, with its trace on request
        if os.environ.get("SCRAPE_DEBUG") or "-vv" in argv:
            traceback.print_exc(file=streams.stderr)
        streams.say(_unforeseen(error))
    return code


def _unforeseen(error: Exception) -> str:
    if isinstance(error, PermissionError) and error.filename:  # a closed directory, which somebody looked into
        return f"{error.filename}: {error.strerror}: change its rights"
    return f"internal error, {type(error).__name__}: {error}; please report it (SCRAPE_DEBUG=1 shows where)"


def _dispatch(argv: list[str], streams: Streams, ready: Callable[[], None]) -> int:
    chosen = _chosen(argv)
    command = COMMANDS.get(chosen.command)
    if command is None:
        raise UsageError(_unknown_command(chosen.command))
    module = importlib.import_module(command.module)
    ready()
    parser = Parser(prog=f"scrape {chosen.command}", allow_abbrev=False)
    module.add_arguments(parser)
    _add_common(parser)
    args, unknown = parser.parse_known_intermixed_args(chosen.rest)  # arguments may stand on both sides of an option
    if unknown:
        parser.error(_unknown_option(unknown[0], parser))
    args.verbose += chosen.verbose
    args.quiet += chosen.quiet
    args.config = args.config or chosen.config
    code: int = module.run(args, streams)
    return code


def _chosen(argv: list[str]) -> argparse.Namespace:
    """The command, what stands before it, and the rest."""
    if argv and argv[0] in COMMANDS:  # as the parser would say it, 2 ms sooner
        return argparse.Namespace(command=argv[0], rest=argv[1:], verbose=0, quiet=0, config=None)
    top = _top_parser()
    chosen = top.parse_args(argv)
    if chosen.command is None:
        top.error("no command")
    return chosen


def _top_parser() -> Parser:
    width = max(map(len, COMMANDS))
    listing = "\n".join(f"  {name:{width}}  {command.help}" for name, command in COMMANDS.items())
    parser = Parser(
        prog="scrape",
        usage="scrape [-h] [--version] [--config PATH] [-v] [-q] COMMAND ...",
        description="Fetch news articles, strip the site chrome, and archive clean text with the proof of its origin.",
        epilog=f"commands:\n{listing}\n\n`scrape COMMAND --help` says more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"scrape {__version__}")
    _add_common(parser)
    parser.add_argument("command", nargs="?", metavar="COMMAND", help=argparse.SUPPRESS)
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def _add_common(parser: Parser) -> None:
    """The options that stand before or behind the command's name."""
    common = parser.add_argument_group("common")
    common.add_argument("--config", metavar="PATH", help="the configuration file")
    common.add_argument(
        "-v", "--verbose", action="count", default=0, help="say more; twice: the trace of an internal error"
    )
    common.add_argument("-q", "--quiet", action="count", default=0, help="say errors only")


def _near(name: str, known: Iterable[str]) -> list[str]:
    """The known name that this one was meant to be."""
    import difflib  # noqa: PLC0415 - 1 ms of each start, for a mistake only

    return difflib.get_close_matches(name, known, n=1)


def _unknown_command(name: str) -> str:
    if os.path.exists(name) or "://" in name:
        return f"{name}: no such command; to clean it: scrape clean {name}"
    near = _near(name, COMMANDS)
    return f"{name}: no such command; " + (f"did you mean {near[0]}?" if near else f"there are {', '.join(COMMANDS)}")


def _unknown_option(option: str, parser: Parser) -> str:
    if not option.startswith("-"):
        named = f"; an archive is named by --archive {option}" if "--archive" in parser.format_usage() else ""
        return f"unexpected argument {option}{named}"
    known = sorted(set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", parser.format_usage())))
    near = _near(option.partition("=")[0], known)
    return f"unknown option {option}" + (f"; did you mean {near[0]}?" if near else "")

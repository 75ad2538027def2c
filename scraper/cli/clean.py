"""`scrape clean`: files, directories, pages and archives in, clean text out."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from msgspec import structs

from scraper.clean import Options, clean_html, clean_text, siterules
from scraper.clean.decode import decode_html, decode_text
from scraper.cli import show
from scraper.cli.inputs import STDIN, Input, Page, Reading, expand, failure, read
from scraper.cli.options import add_allow_address
from scraper.cli.pool import Workers, in_order
from scraper.cli.sinks import Cleaned, Shape, Sink, not_an_article, sink_for
from scraper.cli.streams import Streams
from scraper.errors import LimitError, ScrapeError, UnusableError, UsageError
from scraper.types import Article, Capture, Failure, Verdict

if TYPE_CHECKING:
    from scraper.clean.pulls import Pulls
    from scraper.cli.web import Web

MAX_BYTES = 20_000_000
DEADLINE = 30.0
MANY = 50
"""Inputs from which on processes of their own pay for their start, about half a second."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = "Strip the site chrome from articles: text or HTML in, clean text out. Nothing is archived."
    parser.add_argument(
        "inputs", nargs="*", metavar="FILE|DIR|URL|-", help="what to clean; without any, standard input"
    )
    reading = parser.add_argument_group("reading")
    reading.add_argument("--as", dest="kind", choices=("text", "html"), help="take it as this, without looking")
    reading.add_argument("--url", help="the page's address (one input only)")
    add_allow_address(reading)
    reading.add_argument("--max-bytes", type=_count, default=MAX_BYTES, metavar="N", help="largest input (%(default)s)")
    text = parser.add_argument_group("text")
    text.add_argument("--with-title", action="store_true", help="leave the headline in the text")
    text.add_argument("--strip-inline", action="store_true", help="take datelines and credits out of their sentences")
    text.add_argument("--captions", action="store_true", help="keep captions")
    text.add_argument("--rules", metavar="FILE", help="site rules (TOML); see config/sites.example.toml")
    output = parser.add_argument_group("output")
    shape = output.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="one record a line, with the reason for each removal")
    shape.add_argument(
        "--explain",
        action="store_true",
        help="every line with its reason, its score, and what text, neighbours, place and rules put into the score",
    )
    shape.add_argument("--diff", action="store_true", help="what would change, as a unified diff")
    target = output.add_mutually_exclusive_group()
    target.add_argument("--check", action="store_true", help="write nothing; exit 1 if an input would change")
    target.add_argument("--output", metavar="DIR", help="one file each in DIR: .txt, or .json with --json")
    target.add_argument("--in-place", action="store_true", help="replace text files by their clean text")
    output.add_argument("--no-header", action="store_true", help="no ==> name <== lines between several texts")
    work = parser.add_argument_group("work")
    work.add_argument("--workers", type=_count, metavar="N", help=f"processes (1 below {MANY} inputs, else one a core)")
    work.add_argument("--deadline", type=_seconds, default=DEADLINE, metavar="S", help="seconds an input (%(default)g)")


def _count(value: str) -> int:
    if not value.isdecimal() or not 0 < int(value) < 1 << 40:
        raise argparse.ArgumentTypeError(f"{value!r} is no whole number above 0")
    return int(value)


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e6:
        raise argparse.ArgumentTypeError(f"{value!r} is no number of seconds above 0")
    return seconds


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Clean what the arguments name and say how it went by the exit code.

    0 all done; 1 with --check, if something would change; 3 if some of several failed; else the one failure's own code.
    """
    _check_combination(args)
    inputs = expand(args.inputs or [_bare(streams)])
    several = len(inputs) > 1
    if args.url and (several or isinstance(inputs[0], Failure)):
        raise UsageError("--url is the address of one input; name one")
    options = _options(args)
    sink = sink_for(_shape(args), streams, several=several)
    tally = _Tally(streams, quiet=args.quiet)
    workers = Workers(args.workers or (1 if len(inputs) < MANY else os.cpu_count() or 1), args.deadline)
    with ExitStack() as stack:
        reading = Reading(args.max_bytes, args.kind, args.url, _Get(args, streams, stack))
        pages = _pages(inputs, reading, _Progress(args, streams, len(inputs)))
        for page, result in in_order(partial(clean_one, options, pulls=args.explain), pages, workers):
            tally.add(page, result, sink)
    streams.clear_status()
    if args.rules is not None and not tally.ruled and not args.quiet:
        streams.say(f"{args.rules}: none of its rules hit; the site of a saved page is that of its --url")
    return tally.exit_code(sink)


def _check_combination(args: argparse.Namespace) -> None:
    if args.check and (args.json or args.explain):
        raise UsageError("--check goes with --diff or alone; leave out --json and --explain")
    if args.output is not None and (args.explain or args.diff):
        raise UsageError("--output writes text or --json; leave out --explain and --diff")
    if args.in_place and (args.json or args.explain or args.diff):
        raise UsageError("--in-place writes text; leave out --json, --explain and --diff")


def _options(args: argparse.Namespace) -> Options:
    options = Options(with_title=args.with_title, strip_inline=args.strip_inline, captions=args.captions)
    if args.rules is None:
        return options
    from scraper.config.check import read_site_rules  # noqa: PLC0415 -- with YAML 0.1 s, which most calls do without

    return structs.replace(options, sites=read_site_rules(args.rules))


def _bare(streams: Streams) -> str:
    if streams.stdin.isatty():
        raise UsageError("nothing to clean; name a FILE, a DIR or - for standard input (see `scrape clean --help`)")
    return STDIN


def _shape(args: argparse.Namespace) -> Shape:
    form = next((name for name in ("json", "explain", "diff") if getattr(args, name)), "text")
    return Shape(form, check=args.check, output=args.output, in_place=args.in_place, headers=not args.no_header)


class _Get:
    """Fetches an address; the network's modules are loaded at the first one, as files do without them."""

    def __init__(self, args: argparse.Namespace, streams: Streams, stack: ExitStack) -> None:
        self._args, self._streams, self._stack = args, streams, stack
        self._web: Web | None = None

    def __call__(self, url: str) -> Capture:
        if self._web is None:
            from scraper.cli.web import Web  # noqa: PLC0415 -- HTTP client and configuration, 0.3 s

            self._web = self._stack.enter_context(Web(self._args, self._streams))
        return self._web.get(url, url)


class _Progress:
    """The bar on stderr: for a person, over several inputs, where it does not stand between lines of output."""

    def __init__(self, args: argparse.Namespace, streams: Streams, total: int) -> None:
        quiet_output = args.output is not None or args.in_place or args.check or not streams.to_terminal
        self.shown = total > 1 and not args.quiet and quiet_output and streams.stderr.isatty()
        self.streams, self.total = streams, total

    def __call__(self, done: int) -> None:
        if self.shown:
            self.streams.status(show.bar(done, self.total))


def _pages(inputs: list[Input | Failure], reading: Reading, progress: _Progress) -> Iterator[Page | Failure]:
    stdin = progress.streams.stdin
    for done, entry in enumerate(inputs):
        progress(done)
        if isinstance(entry, Failure):
            yield entry
        else:
            yield from read(entry, reading, stdin)


def clean_one(options: Options, page: Page | Failure, *, pulls: bool = False) -> Cleaned | Failure:
    """Clean one page; whatever is wrong with it is a value, so that the others go on. Runs in a worker.

    With `pulls` what moved the judge's scores is worked out too, which takes as long again.
    """
    if isinstance(page, Failure):
        return page
    try:
        cleaned = _clean(options, page)
        return structs.replace(cleaned, pulls=_pulls(options, page)) if pulls else cleaned
    except ScrapeError as error:
        return failure(page.name, error)
    except Exception as error:  # noqa: BLE001 -- a bug that one page shows must not cost the other pages; it is loud
        if os.environ.get("SCRAPE_DEBUG"):
            traceback.print_exc(file=sys.stderr)
        bug = f"internal error, {type(error).__name__}: {error}; please report it (SCRAPE_DEBUG=1 shows where)"
        return failure(page.name, ScrapeError(bug, reason="bug"))


def _clean(options: Options, page: Page) -> Cleaned:
    if page.kind == "html":
        decoded = decode_html(page.data, page.content_type)
        url = page.final_url or page.url
        article = clean_html(decoded.text, url=url, fetched_at=page.fetched_at, options=options)
        return Cleaned(article, decoded.encoding, decoded.lossy)
    text = decode_text(page.data)
    if text is None:
        raise UnusableError("in no encoding that is known; convert it to UTF-8 first", reason="not-text")
    return Cleaned(clean_text(text.text, fetched_at=page.fetched_at, options=options), text.encoding, text.lossy)


def _pulls(options: Options, page: Page) -> dict[int, Pulls]:
    from scraper.clean import pulls  # noqa: PLC0415 -- only here, and the readers of documents with it
    from scraper.clean.blocks import read_html  # noqa: PLC0415
    from scraper.clean.lines import read_text  # noqa: PLC0415

    if page.kind == "html":
        html = decode_html(page.data, page.content_type).text
        document = read_html(html, url=page.final_url or page.url, fetched_at=page.fetched_at)
    else:
        text = decode_text(page.data)
        document = read_text(text.text if text is not None else "", fetched_at=page.fetched_at)
    return pulls.pulls_on(document, options)


class _Tally:
    """What went wrong so far, said as it happens."""

    def __init__(self, streams: Streams, quiet: int) -> None:
        self.streams, self.quiet = streams, quiet
        self.results = 0
        self.ruled = False  # by any site rule
        self.failed: list[int] = []

    def add(self, page: Page | Failure, result: Cleaned | Failure | LimitError, sink: Sink) -> None:
        """Hand one result on, or say what is wrong with it."""
        self.results += 1
        problem = self._hand_on(page, result, sink)
        if problem:
            self.streams.say(problem.message)
            self.failed.append(problem.exit_code)

    def _hand_on(self, page: Page | Failure, result: Cleaned | Failure | LimitError, sink: Sink) -> Failure | None:
        if isinstance(page, Failure):
            return page
        if isinstance(result, Failure):
            return result
        if isinstance(result, LimitError):
            return failure(page.name, result)
        if result.lossy and not self.quiet:
            self.streams.say(f"{page.name}: some bytes are no {result.encoding} and became U+FFFD; is it damaged?")
        self.ruled = self.ruled or _is_ruled(result.article)
        try:
            sink.put(page, result)
        except ScrapeError as error:
            if isinstance(error, LimitError) and not sink.apart:
                raise
            return failure(page.name, error)
        verdict = result.article.verdict
        return None if verdict is Verdict.ARTICLE else failure(page.name, not_an_article(verdict))

    def exit_code(self, sink: Sink) -> int:
        """The command's exit code: a failure's own if it was the only input, 3 among others."""
        if self.failed:
            return self.failed[0] if self.results == 1 else 3
        return 1 if sink.changed else 0


def _is_ruled(article: Article) -> bool:
    """Whether any site rule has a part in a result."""
    rules = [*(block.rule for block in article.blocks), *(removal.rule for removal in article.removed)]
    return any(rule.startswith(siterules.PREFIX) for rule in rules) or (
        siterules.ORIGIN in article.metadata.origin.values()
    )

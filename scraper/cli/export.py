"""`scrape export`: the archive's articles, or its WARC files, in the forms that others read."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from scraper.archive import View
from scraper.cli.filters import add_filters, languages, times
from scraper.cli.reading import add_archive, opened, write_json, write_text
from scraper.cli.streams import Streams
from scraper.errors import UnusableError, UsageError, VerificationError
from scraper.export import FORMATS, RESPECT, UNKNOWN_RIGHTS, Articles, Choice, Format, whole_file, whole_folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "Write all archived articles, of each address the newest version only, in the order in which they were "
        "archived. Of a page that was cleaned several times, only the latest cleaning counts. The same archive gives "
        "the same bytes."
    )
    forms = "; ".join(f"{name}: {form.help}" for name, form in FORMATS.items())
    parser.add_argument("--format", choices=FORMATS, default="jsonl", help=f"{forms} (default: %(default)s)")
    parser.add_argument("--output", metavar="PATH", help="write here, whole or not at all (default: standard output)")
    parser.add_argument("--source", metavar="NAME", help="only what came from this source")
    add_filters(parser)
    parser.add_argument("--all", action="store_true", help="every version and every cleaning")
    parser.add_argument(
        "--respect",
        metavar="SIGNALS",
        help=f"leave out what a site reserved: {','.join(RESPECT)}, some of them, or none (default: all for dataset)",
    )
    add_archive(parser)


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Export; 5 if something could not be read, 4 if there is nothing to export."""
    form = FORMATS[args.format]
    _check_output(args, form)
    choice = _choice(args)
    with opened(args) as view:
        _check_source(view, args.source)
        articles = Articles(view, choice, _respected(args, form), streams.say)
        if form.of_articles and not articles.ids:
            message = f"{view.root}: no article to export; `scrape status` says what is in it"
            raise UnusableError(message, reason="empty")
        damaged = _write(form, articles, args, streams) + articles.damaged
    _say_left_out(articles, streams)
    if damaged:
        many = "place" if damaged == 1 else "places"
        what = f"of {len(articles.ids)} articles" if form.of_articles else f"{many} in the WARC files"
        raise VerificationError(f"{damaged} {what} could not be read; `scrape verify` says more")
    return 0


def _check_output(args: argparse.Namespace, form: Format) -> None:
    if form.pieces is None and args.output in (None, "-"):
        what = "a folder" if form.folder else "a file"
        raise UsageError(f"--format {args.format} makes {what}: name it with --output")
    if not form.of_articles:
        limits = ("source", "since", "until", "language", "respect", *(("all",) if form.pieces else ()))
        given = next((f"--{name}" for name in limits if getattr(args, name)), None)
        if given:
            raise UsageError(f"--format {args.format} holds the WARC files whole: leave out {given}")


def _choice(args: argparse.Namespace) -> Choice:
    since, until = times(args)
    return Choice(source=args.source, since=since, until=until, languages=languages(args), every=args.all)


def _respected(args: argparse.Namespace, form: Format) -> frozenset[str]:
    if args.respect is None:
        return frozenset(RESPECT if form.careful else ())
    signals = frozenset(part.strip() for part in args.respect.split(","))
    if signals == {"none"}:
        return frozenset()
    if wrong := sorted(signals - set(RESPECT)):
        raise UsageError(f"--respect {wrong[0]}: no such signal; there are {', '.join(RESPECT)}, or none alone")
    return signals


def _check_source(view: View, name: str | None) -> None:
    known = sorted({source for source, _ in view.index.counts()})
    if name is not None and name not in known:
        raise UnusableError(f"{name}: nothing came from such a source; there are {', '.join(known) or 'none'}")


def _write(form: Format, articles: Articles, args: argparse.Namespace, streams: Streams) -> int:
    """Write the export where it belongs; how much could not be read beside the articles."""
    if form.folder is not None:
        with whole_folder(Path(args.output), args.format) as folder:
            return form.folder(articles, folder)
    if form.file is not None:
        with whole_file(Path(args.output)) as file:
            return form.file(articles, file)
    pieces = form.pieces(articles) if form.pieces is not None else iter(())
    if args.output in (None, "-"):
        _print(pieces, args.format, streams)
    else:
        with whole_file(Path(args.output)) as file:
            file.writelines(pieces)
    return 0


def _print(pieces: Iterator[bytes], form: str, streams: Streams) -> None:
    for piece in pieces:
        if form == "jsonl":
            write_json(piece, streams)
        else:
            write_text(piece.decode(), streams)


def _say_left_out(articles: Articles, streams: Streams) -> None:
    named = [*(name for name in RESPECT if name in articles.respected), UNKNOWN_RIGHTS]
    counts = [f"{articles.left_out[name]} {name}" for name in named if articles.left_out[name]]
    if counts:
        total = sum(articles.left_out.values())
        streams.say(
            f"{total} of {len(articles.ids)} articles left out by the sites' rights signals: {', '.join(counts)}"
        )

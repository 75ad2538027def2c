"""`scrape history`: the versions of an archived article, what changed, and what else became of it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import msgspec

from scraper.archive.history import History, Version, between, counted, history, what
from scraper.cli.changed import shown, tallied
from scraper.cli.reading import add_archive, opened, table, write_json, write_text
from scraper.cli.streams import Streams, one_line
from scraper.types import Look, Outcome


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "List the versions of the article at an address, each with its time and what it changed; when it moved, "
        "vanished or came back; and how often it was looked at again."
    )
    parser.add_argument("url", metavar="URL", help="the article's address, or one to which it moved")
    parser.add_argument(
        "--diff", nargs=2, type=_number, metavar=("N", "M"), help="what changed from version N to M, by sentences"
    )
    parser.add_argument("--json", action="store_true", help="one object; with --diff one for each change")
    add_archive(parser)


def _number(value: str) -> int:
    if not value.isdecimal() or not 0 < int(value) < 10**9:
        raise argparse.ArgumentTypeError(f"{value!r} is no version; the first is 1")
    return int(value)


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Print the history or a diff; an UnusableError for an address that is not followed, or an unknown version."""
    with opened(args) as view:
        if args.diff is None:
            known = history(view, args.url)
            if args.json:
                write_json(msgspec.json.encode(known) + b"\n", streams)
            else:
                write_text(_text(known), streams)
            return 0
        found = between(view, args.url, *args.diff)
    if args.json:
        write_json(b"".join(msgspec.json.encode(change) + b"\n" for change in found.changes), streams)
        return 0
    streams.write("".join(f"{line}\n" for line in shown(found, streams.colour)))
    streams.write(f"{tallied(counted(found)) or 'nothing changed'}; {found.same} sentences stayed\n")
    return 0


def _text(known: History) -> str:
    head = table(
        [
            ("url", known.url),
            ("answers at", known.final_url if known.final_url != known.url else None),
            ("source", known.source),
            ("looked at", f"{known.looked_at}{', and it was gone' if known.gone else ''}"),
        ]
    )
    rows = sorted([*_of_versions(known.versions), *_of_looks(known.looks)])
    return f"{head}\n" + "".join(f"{at}  {line}\n" for at, _, line in rows)


def _of_versions(versions: tuple[Version, ...]) -> Iterator[tuple[str, int, str]]:
    for one in versions:
        changed = "first seen" if one.changed is None else tallied(one.changed) or "no sentence changed"
        title = f"{one.title or '-'} ({one.word_count} words, {one.record})"
        yield one.at, 1, f"version {one.version}: {changed}: {one_line(title)}"


def _of_looks(looks: tuple[Look, ...]) -> Iterator[tuple[str, int, str]]:
    for look in looks:
        told = [name for name in what(look) if name != Outcome.CHANGED]
        if look.to is not None:
            told[told.index("moved")] = f"moved to {one_line(look.to)}"
        if look.outcome is Outcome.VANISHED:
            told[told.index("vanished")] = f"vanished ({look.status})"
        if not told and look.outcome is not Outcome.CHANGED:
            told = [_QUIET.get(look.outcome, look.outcome.value).format(look.status, look.verdict or "")]
        if told:
            yield look.at, 0, ", ".join(told)


_QUIET = {
    Outcome.SAME: "same",
    Outcome.SAME_TEXT: "same text in other bytes",
    Outcome.NOISE: "same but for lines around it",
    Outcome.ELSEWHERE: "another article was there",
    Outcome.NO_ARTICLE: "no article was there ({1})",
    Outcome.REFUSED: "refused ({0})",
}

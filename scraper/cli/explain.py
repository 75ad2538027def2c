"""`scrape explain`: why an archived page was cleaned as it was, out of the ledger in the WARC."""

from __future__ import annotations

import argparse
from itertools import groupby

import msgspec
from msgspec import Struct, structs

from scraper.clean.memory import RULE, look_up
from scraper.cli import show
from scraper.cli.reading import add_archive, add_id, find, opened, table, write_json
from scraper.cli.streams import Streams, one_line
from scraper.errors import UnusableError
from scraper.index import Row
from scraper.sources import urls
from scraper.types import Article, Ledger, Memory, Metadata, Rights


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "Print the reasons that the archive keeps for a page: every block that was removed with its place, kind, rule "
        "and text, the places of those that were kept, and the verdict. Of what the host's memory took it says on how "
        "many of the articles that it was learned from the line stands."
    )
    add_id(parser)
    parser.add_argument("--json", action="store_true", help="the ledger, as the WARC holds it")
    add_archive(parser)


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Print the ledger; an UnusableError if a rebuilt index knows of none."""
    with opened(args) as view:
        row = find(view, args.id)
        ledger = view.ledger(row.id)
        memory = view.index.memory_of(urls.host(row.final_url or ""), ledger.profile) if ledger is not None else None
    if ledger is None:
        raise UnusableError(f"{row.id}: the archive has no ledger of it; `scrape verify` says more", reason="no-ledger")
    if args.json:
        write_json(msgspec.json.encode(ledger) + b"\n", streams)
    else:
        streams.write(_head(row, ledger) + "\n" + _blocks(_counted(ledger, memory), streams.colour))
    return 0


def _head(row: Row, ledger: Ledger) -> str:
    return table(
        [
            ("title", row.title),
            ("url", row.url),
            ("fetched", row.fetched_at),
            ("source", row.source),
            ("id", row.id),
            ("rights", _rights(ledger.rights)),
            ("origin", ", ".join(f"{field} from {where}" for field, where in ledger.origin.items())),
            ("cleaner", f"{ledger.cleaner}, rules {ledger.rules}, profile {ledger.profile}"),
            ("kept", _ranges(ledger.kept)),
        ]
    )


def _counted(ledger: Ledger, memory: Memory | None) -> Ledger:
    """The ledger with the articles beside the rule of what memory took: "memory.repeats 17 of 40"."""
    if memory is None:
        return ledger
    removed = tuple(
        structs.replace(gone, rule=f"{RULE} {known.line.articles} of {memory.articles}")
        if gone.rule == RULE and (known := look_up(memory, gone.text)) is not None
        else gone
        for gone in ledger.removed
    )
    return structs.replace(ledger, removed=removed)


def _blocks(ledger: Ledger, colour: bool) -> str:
    """As `scrape clean --explain` shows them, without the kept ones: their text is the article's."""
    removed = tuple(structs.replace(removal, rule=one_line(removal.rule)) for removal in ledger.removed)
    trimmed = tuple(structs.replace(trim, rule=one_line(trim.rule)) for trim in ledger.trimmed)
    article = Article("", ledger.kept, removed, trimmed, Metadata(), ledger.verdict)
    return show.explain(article, colour)


def _rights(rights: Rights) -> str:
    """What the site said on reuse, in its words, and what its robots.txt said of the page."""
    said = _named(structs.replace(rights, robots=None))
    if rights.robots is not None:
        said += [f"robots.txt {text}" for text in _named(structs.replace(rights.robots, url="", at=None, status=None))]
    return "; ".join(said)


def _named(values: Struct) -> list[str]:
    return [
        f"{name} {', '.join(value) if isinstance(value, tuple) else value}"
        for name, value in structs.asdict(values).items()
        if value
    ]


def _ranges(positions: tuple[int, ...]) -> str:
    """Positions with runs drawn together: 7, 9, 11-14."""
    runs = [list(run) for _, run in groupby(enumerate(positions), key=lambda entry: entry[1] - entry[0])]
    return ", ".join(f"{run[0][1]}-{run[-1][1]}" if len(run) > 1 else f"{run[0][1]}" for run in runs)

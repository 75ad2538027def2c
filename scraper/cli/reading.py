"""What the commands that read an archive share: opening it, finding a record in it, printing what it holds."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from pathlib import Path

from scraper import layout
from scraper.archive import View
from scraper.cli.compose import archive_root
from scraper.cli.streams import Streams, one_line, visible
from scraper.errors import UnusableError, UsageError
from scraper.index import NAME, Row

SHORTEST = 6
"""Hexadecimal digits that name a record, if no other record's id begins with them."""
CANDIDATES = 5
_ID = re.compile(r"[0-9a-f]{6,32}")
_C1 = re.compile(r"[\x7f-\x9f]")


def add_archive(parser: argparse.ArgumentParser) -> None:
    """Declare the option that names the archive."""
    parser.add_argument("--archive", metavar="DIR", help="the archive (default: the configuration's)")


def add_id(parser: argparse.ArgumentParser) -> None:
    """Declare the argument that names a record."""
    parser.add_argument("id", metavar="ID", help=f"a record's id, or its first digits, at least {SHORTEST}")


def opened(args: argparse.Namespace) -> View:
    """The archive that the arguments name, to read from; an UnusableError where there is none, or no index."""
    return View(existing(archive_root(args)))


def existing(root: Path) -> Path:
    """The directory, if an archive with an index is in it; else an UnusableError that says what makes one."""
    if (root / NAME).exists():
        return root
    if holds_files(root):
        raise UnusableError(f"{root}: this archive has no index; `scrape index` makes it again", reason="no-index")
    raise nothing_at(root)


def nothing_at(root: Path) -> UnusableError:
    """The error for a directory that is no archive, or is not there."""
    return UnusableError(f"{root}: no archive here; `scrape run` or `scrape fetch URL` makes one", reason="no-archive")


def holds_files(root: Path) -> bool:
    """Whether a directory has WARC or JSONL files where an archive has them."""
    return any(layout.plain_files(root, pattern) for pattern in (f"{layout.WARCS}*", layout.LINES))


def find(view: View, start: str) -> Row:
    """The one record whose id begins so.

    A UsageError if this is no beginning of an id, an UnusableError that names candidates if it is not that of one.
    """
    start = start.lower()
    if not _ID.fullmatch(start):
        raise UsageError(f"{start}: an id is {SHORTEST} to 32 hexadecimal digits; `scrape search WORDS` finds ids")
    row = view.index.get(start)
    if row is not None:
        return row
    near = view.index.beginning(start[:SHORTEST])
    found = [row for row in near if row.id.startswith(start)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UnusableError(f"{start}: {len(found)} ids begin so: {_named(found)}", reason="ambiguous-id")
    hint = f"near it are {_named(near)}" if near else "`scrape search WORDS` finds ids"
    raise UnusableError(f"{start}: no record with this id; {hint}", reason="unknown-id")


def _named(rows: list[Row]) -> str:
    shown = [f"{row.id} ({one_line(row.title or row.url or row.source)[:60]})" for row in rows[:CANDIDATES]]
    return ", ".join([*shown, *(["..."] if len(rows) > CANDIDATES else [])])


def write_text(text: str, streams: Streams) -> None:
    """Write text out of the archive; a terminal gets its control characters spelled out."""
    streams.write(visible(text) if streams.to_terminal else text)


def write_json(line: bytes, streams: Streams) -> None:
    """Write lines of JSON; on a terminal the controls that JSON leaves bare (DEL, C1) are escaped as JSON does it."""
    text = line.decode()
    streams.write(_C1.sub(lambda found: f"\\u{ord(found[0]):04x}", text) if streams.to_terminal else text)


def table(rows: Iterable[tuple[str, str | None]]) -> str:
    """Names and values in two columns, one line each; a value that is unknown or empty is left out."""
    return "".join(f"{name:12} {one_line(value)}\n" for name, value in rows if value)

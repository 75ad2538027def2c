"""`scrape families`: stories that several articles tell in nearly the same words, and who printed them."""

from __future__ import annotations

import argparse
import re
from itertools import islice

import msgspec

from scraper.archive import View
from scraper.archive.stories import Brief, Member, Story, Wanted, stories, story
from scraper.cli.changes import since_when
from scraper.cli.reading import add_archive, find, opened, table, write_json, write_text
from scraper.cli.search import limit
from scraper.cli.streams import Streams, one_line
from scraper.errors import UnusableError

_FAMILY = re.compile(r"[0-9a-f]{32}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "List stories that several articles tell in nearly the same words, those that grew last first: id, date, "
        "articles, agency, title and sources, separated by tabs. With an ID, the articles of its story: when each was "
        "published and fetched, how much of it is as in the first, whose copy it is."
    )
    parser.add_argument("id", nargs="?", metavar="ID", help="a story, or an article of it by its id's first digits")
    parser.add_argument("--since", type=since_when, metavar="WHEN", help="what something joined since then")
    parser.add_argument("--source", metavar="NAME", help="stories with an article of this source")
    parser.add_argument("--agency", metavar="NAME", help="stories that an article of names this agency, as AFP")
    parser.add_argument("--least", type=limit, default=2, metavar="N", help="articles of a story (%(default)s)")
    parser.add_argument("--limit", type=limit, default=20, metavar="N", help="how many at most (%(default)s)")
    parser.add_argument("--json", action="store_true", help="one object a line; with ID one object")
    add_archive(parser)


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Print stories, or one of them; an UnusableError if there is none."""
    with opened(args) as view:
        if args.id is not None:
            _print_story(story(view, _family(view, args.id)), args, streams)
            return 0
        wanted = Wanted(args.since or "", args.source, args.agency, args.least)
        found = list(islice(stories(view, wanted), args.limit))
    if not found:
        raise UnusableError("no story is told by several articles here, or none of this choice", reason="no-stories")
    for brief in found:
        if args.json:
            write_json(msgspec.json.encode(brief) + b"\n", streams)
        else:
            streams.write(_line(brief))
    return 0


def _family(view: View, name: str) -> str:
    """The family of an article, or the one with this id, whose first article may be gone."""
    if _FAMILY.fullmatch(name.lower()) and view.index.first_of(name.lower()) is not None:
        return name.lower()
    row = find(view, name)
    if row.family is None:
        what = f"no article ({row.verdict})" if row.line is None else "of an older version; `scrape index` finds it"
        raise UnusableError(f"{row.id}: no story: {what}", reason="no-family")
    return row.family


def _print_story(found: Story, args: argparse.Namespace, streams: Streams) -> None:
    if args.json:
        write_json(msgspec.json.encode(found) + b"\n", streams)
        return
    by_id = {member.id: member for member in found.members}
    printed = by_id[found.printed_first] if found.printed_first is not None else None
    named = ", ".join(f"{name} (named by {count})" for name, count in found.agencies.items())
    head = [
        ("family", found.family),
        ("articles", str(len(found.members))),
        ("agency", named),
        ("first seen", _who(by_id[found.first], by_id[found.first].fetched_at)),
        ("first printed", _who(printed, printed.published) if printed is not None else None),
    ]
    lines = "".join(f"{_told(member)}\n" for member in found.members)
    write_text(f"{table(head)}\n{lines}", streams)


def _who(member: Member, at: str | None) -> str:
    return f"{member.source}, {at or 'at an unknown time'}"


def _told(member: Member) -> str:
    """A line for an article: id, when, how alike, agency, source, title, address."""
    share = "first" if member.jaccard is None else f"{member.jaccard:.0%}"
    parts = (member.id, member.published or member.fetched_at, share, member.agency, member.source, member.title)
    return "\t".join(one_line(part or "-") for part in (*parts, member.url))


def _line(brief: Brief) -> str:
    at, agency = (brief.last_at or "-")[:10], brief.agency or "-"
    parts = (brief.family, at, str(brief.articles), agency, brief.title or "-", ", ".join(brief.sources))
    return "\t".join(one_line(part) for part in parts) + "\n"

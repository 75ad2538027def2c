"""How the commands show what another cleaning would do to articles, and the options about it."""

from __future__ import annotations

import argparse
from collections import Counter

from scraper.cli.streams import one_line
from scraper.errors import UsageError
from scraper.revisions.again import Difference, Effect

MAX_LOSS = 0.1
"""Share of articles that may lose text, unless told otherwise."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--dry-run", action="store_true", help="write nothing; say for each article what would become of it"
    )
    parser.add_argument(
        "--compare",
        nargs="?",
        const="",
        metavar="DIR",
        help="say the same, and stop if too many articles lose text: of WARC files beside the shards of an earlier run "
        "in DIR; of an archive before anything is added",
    )
    parser.add_argument(
        "--max-loss",
        type=_share,
        default=MAX_LOSS,
        metavar="SHARE",
        help="with --compare: how many articles may lose a sentence, 0 to 1 (default: %(default)s)",
    )


def _share(value: str) -> float:
    try:
        share = float(value)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise UsageError(f"--max-loss {value}: no share; it is between 0 and 1, such as {MAX_LOSS}")
    return share


def shown(of: Difference, url: str, at: str) -> str:
    """An article's line, and its sentences: `-` lost, `+` gained, `~` changed. Nothing for an unchanged article."""
    if of.effect is Effect.UNCHANGED:
        return ""
    note = "" if of.was and of.now else ", an article now" if of.now else ", no article any more"
    lines = [f"{of.effect}{note}: {one_line(url)} {at}".rstrip()]
    lines += [f"  - {one_line(sentence)}" for sentence in of.lost]
    lines += [f"  + {one_line(sentence)}" for sentence in of.gained]
    for before, after in of.changed:
        lines += [f"  ~ {one_line(before)}", f"    {one_line(after)}"]
    return "".join(f"{line}\n" for line in lines)


def counted(effects: Counter[Effect]) -> str:
    """One line for a person: "7 compared: 4 unchanged, 2 gained, 1 lost"."""
    each = ", ".join(f"{effects[effect]} {effect}" for effect in Effect if effects[effect])
    return f"{effects.total()} compared" + (f": {each}" if each else "")

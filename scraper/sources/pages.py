"""A list of addresses, in a file or in the configuration -> Links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from scraper.sources.urls import key, normalise
from scraper.types import Failure, FoundBy, Link

MAX_BYTES = 64 * 2**20
"""Of a list; half a million addresses."""


class Pages(Struct, frozen=True):
    """What a list names, each address once and in its order, and the lines that are no address."""

    links: list[Link]
    problems: list[Failure]


def read(lines: Iterable[str], at: str, source: str) -> Pages:
    """Read a list, one address a line; `at` names it.

    A line that begins with `#` is a comment, and so is what follows a `#` behind a space (a `#` without one belongs to
    the address). Empty lines are passed over.
    """
    found: dict[str, Link] = {}
    problems: list[Failure] = []
    for number, line in _said(lines):
        address = normalise(line)
        if address is None:
            where = f"{at}:{number}"
            message = f"{where}: expected an http or https address, got `{line[:60]}`"
            problems.append(Failure(where, "bad-address", message))
        else:
            found.setdefault(key(address), Link(address, source, FoundBy("pages", at)))
    return Pages(list(found.values()), problems)


def _said(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The lines that say something, with their numbers from 1."""
    for number, line in enumerate(lines, 1):
        text = line.partition(" #")[0].partition("\t#")[0].strip()
        if text and not text.startswith("#"):
            yield number, text

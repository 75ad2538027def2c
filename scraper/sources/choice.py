"""Which of the links that a source finds are wanted: by patterns of their addresses, and in a listing by a selector."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from msgspec import Struct

from scraper.types import Link

LONGEST = 500
"""Characters of a pattern."""


class Choice(Struct, frozen=True):
    """The patterns of the addresses that a source takes (none: all) and leaves out, and a listing's CSS selector.

    In a pattern `*` is any characters, also none; everything else is itself. One that begins with `/` is about the path
    with its query (`/politics/*`), any other about the address without its scheme (`news.example/*`, `*/video/*`). The
    whole must fit; letter case does not count. Leaving out wins.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    selector: str | None = None

    def of(self, links: Iterable[Link]) -> list[Link]:
        """The links that are wanted."""
        return [link for link in links if self.takes(link.url)]

    def takes(self, address: str) -> bool:
        """Whether an address is wanted."""
        if any(fits(address, pattern) for pattern in self.exclude):
            return False
        return not self.include or any(fits(address, pattern) for pattern in self.include)

    def leaves_out(self, address: str) -> bool:
        """Whether an address is left out by name: what a sitemap among others is judged by."""
        return any(fits(address, pattern) for pattern in self.exclude)

    @property
    def digest(self) -> str:
        """A short name of the choice, empty if it takes all: what was read with another choice is to be read anew."""
        if not (self.include or self.exclude or self.selector):
            return ""
        said = repr((self.include, self.exclude, self.selector))
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:8]


ALL = Choice()


def fits(address: str, pattern: str) -> bool:
    """Whether an address fits a pattern (see Choice); takes time in proportion to their lengths' product at most."""
    text = address.partition("://")[2] or address
    if pattern.startswith("/"):
        text = text[text.find("/") :] if "/" in text else "/"
    first, *pieces = pattern.lower().split("*")
    text = text.lower()
    if not pieces:
        return text == first
    if not text.startswith(first):
        return False
    at, last = len(first), pieces.pop()
    for piece in pieces:
        found = text.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return len(text) - at >= len(last) and text.endswith(last)


def pattern_problem(pattern: str) -> str | None:
    """None if it is a pattern that an address may fit."""
    if "://" in pattern:
        return f"`{pattern[:60]}`: write it without its scheme, such as `news.example/politics/*`"
    if not pattern.strip() or len(pattern) > LONGEST or any(character.isspace() for character in pattern):
        return f"`{pattern[:60]}` is no pattern; `/politics/*` is one"
    if not pattern.startswith(("/", "*")) and "/" not in pattern and "*" not in pattern:
        return f"`{pattern[:60]}` fits no address; did you mean `*{pattern[:60]}*`?"
    return None

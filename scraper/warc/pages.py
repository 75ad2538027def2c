"""Pages out of anybody's WARC or ARC file, however it is packed, as Captures: for the folder inbox, `read_warc` and
`scrape reclean`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from scraper.errors import ScrapeError
from scraper.types import Capture, Failure
from scraper.warc import arc, foreign
from scraper.warc.foreign import Hole
from scraper.warc.message import Http, address, capture, http, mime, revisited, timestamp
from scraper.warc.originals import Originals
from scraper.warc.read import Entry
from scraper.warc.stream import DamagedError, Stream

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", None})
"""Content types of HTML; a page without any is taken too, and judged by its bytes later."""

PAGE_TYPES = HTML_TYPES | {"text/plain"}
"""Content types that may hold an article."""

# Texts for machines at places that are agreed upon: RFC 9309, RFC 9116, RFC 8615, IAB Tech Lab's ads.txt, llmstxt.org.
_SITE_FILE = re.compile(
    r"https?://[^/?#]*/(?:\.well-known/|(?:robots|security|humans|(?:app-)?ads|llms(?:-full)?)\.txt(?:[?#]|$))",
    re.IGNORECASE,
)

Opener = Callable[[], BinaryIO]
"""Opens a file from its front, as often as it is called."""


class Wanted(Struct, frozen=True):
    """Which pages are read; None is any. `visit` looks at a page's address and date."""

    statuses: frozenset[int] | None = frozenset({200})
    types: frozenset[str | None] | None = PAGE_TYPES
    revisits: bool = True
    visit: Callable[[str, str], bool] = lambda url, date: True

    def by_head(self, entry: Entry) -> bool:
        """Whether a record may hold such a page."""
        if entry.type not in ("response", "resource", "revisit") or (entry.type == "revisit" and not self.revisits):
            return False
        url = address(entry)
        return not _SITE_FILE.match(url) and self.visit(url, timestamp(entry.header("warc-date") or ""))

    def by_block(self, entry: Entry, start: bytes) -> bool:
        """The same, by the HTTP head; what has none is wanted, so that it is said what is wrong with it."""
        if entry.type == "resource":
            return self._fits(200, mime(entry.header("content-type")))
        try:
            parsed = http(start)
        except ScrapeError:
            return True
        if entry.type == "revisit" and (parsed.status == 304 or parsed.header("content-type") is None):
            return True  # it is the first response's head that says
        return self._fits(parsed.status, parsed.mime)

    def takes(self, found: Capture) -> bool:
        """Whether this is such a page."""
        return self._fits(found.status, found.mime) and not _SITE_FILE.match(found.final_url)

    def _fits(self, status: int, of: str | None) -> bool:
        return (self.statuses is None or status in self.statuses) and (self.types is None or of in self.types)


INBOX = Wanted(revisits=False)
"""What a folder's WARC is read for: a revisit there is a page that was taken in already."""


class Found(Struct, frozen=True):
    """A record that may hold a page, of a revisit also the response that it refers to."""

    entry: Entry
    first: Entry | None = None

    def capture(self, source: str, at: str) -> Capture:
        """The page; a ScrapeError says what is wrong with it."""
        entry, first = self.entry, self.first
        found = capture(entry, source, at) if first is None else revisited(entry, first, source, at)
        if not found.link.url:
            raise ScrapeError("a page without an address; passed over", reason="no-address")
        return found


def pages(path: Path, source: str | None = None, wanted: Wanted = INBOX) -> Iterator[Capture | Failure]:
    """The pages of a WARC or ARC file: without more said, responses with status 200 and resources, HTML or plain text.

    `source` names where they come from; without it, it is the path as given. A record that cannot be read or a page
    without an address is a Failure, and so is the rest of a file that is none, or that is torn; other kinds of record
    are passed over, and so are robots.txt and its like.
    """
    return captures(lambda: path.open("rb"), str(path), source or str(path), wanted)


def captures(opener: Opener, name: str, source: str, wanted: Wanted) -> Iterator[Capture | Failure]:
    """The same of a file that is not on a disk; `name` is what it is called."""
    for found in located(opener, wanted):
        error = found.error if isinstance(found, Hole) else None
        offset = found.offset if isinstance(found, Hole) else found.entry.offset
        try:
            if isinstance(found, Found):
                page = found.capture(source, name)
                if wanted.takes(page):
                    yield page
        except ScrapeError as wrong:
            error = wrong
        if error is not None:
            where = f"{name}: record at {offset}"
            yield Failure(where, error.reason, f"{where}: {error}", error.exit_code)


def located(
    opener: Opener, wanted: Wanted, told: Callable[[int], None] = lambda offset: None
) -> Iterator[Found | Hole]:
    """The records that may hold wanted pages, and the holes. `told` hears how far the file was read."""
    with ExitStack() as stack:
        file = stack.enter_context(opener())
        try:
            flow = Stream(file)
            if flow.peek(9).startswith(b"filedesc:"):
                file.seek(0)
                yield from map(_found, arc.records(file, wanted))
                return
        except DamagedError as error:
            yield Hole(error.offset, ScrapeError(str(error), reason="damaged-warc"))
            return
        originals = Originals(opener) if wanted.revisits else None
        if originals is not None:
            stack.callback(originals.close)
        for entry in foreign.records(flow, wanted):
            told(flow.offset)
            yield _resolved(entry, originals, flow)


def _found(entry: Entry | Hole) -> Found | Hole:
    return entry if isinstance(entry, Hole) else Found(entry)


def _resolved(entry: Entry | Hole, originals: Originals | None, flow: Stream) -> Found | Hole:
    if isinstance(entry, Hole) or originals is None:
        return _found(entry)
    if entry.type != "revisit":
        originals.remember(entry)
        return Found(entry)
    first = originals.find(entry, flow)
    if first is None:
        url = address(entry) or "a page"
        what = f"{url}: the response that this revisit refers to is not in this file"
        return Hole(entry.offset, ScrapeError(what, reason="no-original"))
    return Found(entry, first)


__all__ = ["HTML_TYPES", "INBOX", "PAGE_TYPES", "Found", "Http", "Wanted", "captures", "located", "pages"]

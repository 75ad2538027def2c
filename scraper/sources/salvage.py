"""Entries of a feed that no parser of XML reads to its end: looked for by their tags, as a person would.

A title, a comment or a CDATA section that is not closed swallows all entries behind it. Each entry is looked at by
itself here, from its start tag to the next one's, so that it costs no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

ENTRY_START = re.compile(r"<(?:\w{1,20}:)?(?:item|entry)\b", re.I)

MAX_ENTRY = 64 * 2**10
"""Characters of one entry that are looked at."""

_LINK = re.compile(
    r"<(?:\w{1,20}:)?(?:link|guid)\b([^<>]{0,500})>\s{0,100}(?:<!\[CDATA\[\s{0,100})?([^<\]\s]{1,8000})?", re.I
)
_HREF = re.compile(r"""\bhref\s{0,9}=\s{0,9}["']?([^"'\s>]{1,8000})""", re.I)
_TITLE = re.compile(r"<title\b[^<>]{0,200}>\s{0,100}(?:<!\[CDATA\[)?([^<\]]{1,3000})", re.I)
_DATE = re.compile(
    r"<(?:\w{1,20}:)?(?:pubdate|published|date)\b[^<>]{0,200}>\s{0,100}(?:<!\[CDATA\[)?([^<\]]{1,64})", re.I
)


class Entry(Struct, frozen=True):
    """What an entry says, as printed."""

    address: str
    title: str = ""
    date: str = ""


def entries(text: str, most: int) -> Iterator[Entry]:
    """The entries of a feed's text that have an address, `most` of them."""
    text = _uncommented(text)
    starts = [match.start() for match, _ in zip(ENTRY_START.finditer(text), range(most + 1), strict=False)]
    for start, end in zip(starts[:most], [*starts[1:], len(text)], strict=False):
        piece = text[start : min(end, start + MAX_ENTRY)]
        address = _address(piece)
        if address is not None:
            title, date = _TITLE.search(piece), _DATE.search(piece)
            yield Entry(address, title[1] if title else "", date[1] if date else "")


def _address(piece: str) -> str | None:
    for found in _LINK.finditer(piece):
        attributes, printed = found.groups()
        href = _HREF.search(attributes)
        if href is not None and not re.search(r"\brel\s*=\s*[\"']?(?!alternate)\w", attributes, re.I):
            return href[1]
        is_guid = found[0].lstrip("<").lower().startswith("guid")
        if printed and (not is_guid or printed.startswith(("http://", "https://"))):
            return printed
    return None


def _uncommented(text: str) -> str:
    """The text without its comments; one that is not closed hides nothing."""
    parts, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        parts.append(text[at:start])
        at = end + 3
    return "".join((*parts, text[at:]))

"""What bytes are, by looking at them: names and headers lie."""

from __future__ import annotations

import re

from scraper.clean.charset import by_mark, wide
from scraper.expressions import expression

HEAD = 8192
"""Bytes that decide; longer comments before a page's first tag are skipped in FAR bytes."""
FAR = 64 * 1024

_GZIP = b"\x1f\x8b\x08"
_WARC = b"WARC/"
# File signatures that could pass for text, or that name the kind before any byte is counted (IANA media types; the
# WHATWG MIME Sniffing Standard, 6; PRONOM). Formats that are full of NULs need no entry.
_SIGNATURES = (
    b"%PDF-", b"%!PS", b"{\\rtf", b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"RIFF", b"II*\0", b"MM\0*", b"BM", b"8BPS", b"ID3",
    b"OggS", b"fLaC", b"\x1aE\xdf\xa3", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh", b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd", b"\x7fELF", b"MZ", b"SQLite format 3\0", b"wOFF", b"wOF2", b"\0asm", b"\xca\xfe\xba\xbe",
)  # fmt: skip
_SHORT = frozenset({b"BM", b"MZ", b"RIFF", b"ID3", b"BZh"})
"""Signatures in letters, which text may begin with too: they count only beside control characters."""

_CONTROL = expression(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
CONTROL_SHARE = 0.005
"""Control characters per byte above which bytes are no text: a damaged text has a few, noise has 11 in 100."""

_BLOCK = "p|div|ul|ol|li|h[1-6]|table|tr|td|article|section|main|header|footer|nav|aside|figure|blockquote|pre|br|hr|dl"
_PAGE = "html|head|body|title|meta|link|script|style|base|noscript|frameset"
_LEADING = expression(r"\s*(?:<\?.*?>|<!--.*?-->)", re.S)
_STARTS = expression(rf"\s*<(?:!doctype\s+html|(?:{_PAGE})[\s/>])", re.I)
_STARTS_BLOCK = expression(rf"\s*<(?:{_BLOCK})(?:\s[^<>]*)?/?>", re.I)
_FEED = expression(r"\s*(?:<!doctype[^>]*>\s*)?<(?:\w+:)?(?:rss|feed|rdf|urlset|sitemapindex|opml)[\s>]", re.I)
_BLOCK_TAG = expression(rf"</?(?:{_BLOCK})(?:\s[^<>]*)?/?>", re.I)
_TAG = expression(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>", re.I)
BLOCK_TAGS = 4
TAG_SHARE = 0.04
"""A fragment without a page's own tags is HTML if it has 4 block-level tags and 4 % of its characters are tags; a text
that talks about HTML and shows some stays under that."""


def sniff(data: bytes) -> str:
    """Say what bytes are: "empty", "binary", "gzip", "warc", "feed", "html" or "text".

    White space alone is empty. Text is text in any encoding, UTF-16 and UTF-32 without a mark too. "feed" is an RSS,
    Atom, RDF, OPML or sitemap document: a list of articles, none itself; other XML is text unless its tags are HTML's.
    What a gzip holds, the caller unpacks and asks again.
    """
    if not data.strip(b" \t\n\f\r\xef\xbb\xbf\xfe\xff\0"):
        return "empty" if not data.strip(b" \t\n\f\r\xef\xbb\xbf\xfe\xff") else "binary"
    if data.startswith(_GZIP):
        return "gzip"
    if data.startswith(_WARC):
        return "warc"
    text = _head(data)
    return "binary" if text is None else _markup(text)


def _head(data: bytes) -> str | None:
    """The beginning as text, precise for ASCII only, or None where the bytes are none."""
    head = data[:HEAD]
    if mark := by_mark(head):
        return data[mark[1] : FAR].decode(mark[0], "replace")
    controls = len(_CONTROL.findall(head))
    signature = next((mark for mark in _SIGNATURES if head.startswith(mark)), None)
    if signature and (controls or signature not in _SHORT):
        return None
    if controls > len(head) * CONTROL_SHARE:
        name = wide(head)
        return data[:FAR].decode(name, "replace") if name else None
    return data[:FAR].decode("latin-1")


def _markup(text: str) -> str:
    start = 0
    while leading := _LEADING.match(text, start):
        start = leading.end()
    text = text[start : start + HEAD]
    if _STARTS.match(text):
        return "html"
    if _FEED.match(text):
        return "feed"
    blocks = len(_BLOCK_TAG.findall(text))
    if _STARTS_BLOCK.match(text) and blocks > 1:
        return "html"
    share = sum(map(len, _TAG.findall(text))) / max(len(text), 1)
    return "html" if blocks >= BLOCK_TAGS and share >= TAG_SHARE else "text"

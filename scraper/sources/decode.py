"""Bytes of a feed or a page -> str, and a fragment of markup -> plain text."""

from __future__ import annotations

import codecs
import re

from selectolax.lexbor import LexborHTMLParser

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED = re.compile(
    rb"""(?:<\?xml[^>]{0,200}?encoding|<meta[^>]{0,300}?charset)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.I
)
_HEAD = 1024
"""Bytes in which a declaration is looked for (WHATWG HTML, "prescan a byte stream")."""

# An allow-list, because Python also takes "utf-7", "idna" and "unicode_escape", which no web page may ask for.
_WEB_ENCODING = re.compile(
    r"(?:utf-?8|utf-?16(?:-?[bl]e)?|windows-\d{3,4}|cp\d{3,4}|iso-?8859-\d{1,2}|koi8-[ru]|big5(?:-hkscs)?|"
    r"gb18030|euc-(?:jp|kr)|iso-2022-jp|macintosh|mac-cyrillic|tis-620)"
)
# WHATWG Encoding, "names and labels": these labels mean a superset of what Python takes them for.
_LABELS = {
    "ascii": "cp1252", "us-ascii": "cp1252", "latin1": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252",
    "iso-8859-9": "cp1254", "tis-620": "cp874", "iso-8859-11": "cp874", "gb2312": "gb18030", "gbk": "gb18030",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "x-gbk": "gb18030", "macintosh": "mac-roman",
}  # fmt: skip

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SPACE = re.compile(r"\s+")
TITLE_CHARS = 300
"""A longer title is a teaser; it is cut."""


def decode(data: bytes, charset: str | None = None) -> str:
    """Decode by byte order mark, then `charset` (of the HTTP header), then the declaration in the head, then UTF-8,
    then windows-1252. Never fails: what cannot be decoded becomes U+FFFD.

    Source: WHATWG HTML, "determining the character encoding", without its guess by content.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    declared = _DECLARED.search(data[:_HEAD])
    for label in (charset, declared and declared[1].decode("ascii")):
        if (named := _encoding(label)) is not None:
            # An ASCII-compatible declaration cannot stand in UTF-16 (WHATWG: "if UTF-16, then UTF-8").
            return data.decode("utf-8" if named.startswith("utf-16") and label != charset else named, "replace")
    if data[:4] in (b"<\0?\0", b"\0<\0?"):
        return data.decode("utf-16-le" if data[0] else "utf-16-be", "replace")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        # At the very end it is a character that a bound cut in two.
        return data.decode("utf-8" if error.start >= len(data) - 3 > 0 else "cp1252", "replace")


def _encoding(label: str | None) -> str | None:
    if label is None:
        return None
    name = label.strip().strip("\"'").lower()
    name = _LABELS.get(name, name)
    if not _WEB_ENCODING.fullmatch(name) and name not in _LABELS.values():
        return None
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def mended(text: str, bare: re.Pattern[str]) -> str:
    """Escape the `&` of addresses and titles that `bare` finds outside CDATA: a parser that recovers would drop it and
    the name behind it, and so make another address of it."""
    parts, at = [], 0
    while (start := text.find("<![CDATA[", at)) >= 0 and (end := text.find("]]>", start)) >= 0:
        parts += [bare.sub("&amp;", text[at:start]), text[start : end + 3]]
        at = end + 3
    return "".join((*parts, bare.sub("&amp;", text[at:])))


def plain(markup: str) -> str | None:
    """The text of a title that may hold markup or character references, spaces collapsed; None if nothing is left."""
    text = markup[: TITLE_CHARS * 10].encode("utf-8", "replace").decode()  # a reference may name half a pair
    if "<" in text or "&" in text:
        root = LexborHTMLParser(text).body
        text = root.text() if root is not None else ""
    return _SPACE.sub(" ", _CONTROL.sub(" ", text)).strip()[:TITLE_CHARS].strip() or None

"""Bytes -> str, for pages as the HTML standard says and for text files by what the bytes show.

Source for pages: the HTML standard, 13.2.3.2, "determining the character encoding", with the Encoding Standard's
labels. Nothing is lost silently: bytes that could not be decoded stand as U+FFFD, and `Decoded.lossy` says so.
"""

from __future__ import annotations

import codecs
import re

import webencodings
from msgspec import Struct

from scraper.clean.charset import by_mark, guess, has_utf8, mostly_utf8, wide
from scraper.clean.sniff import sniff
from scraper.expressions import expression

__all__ = ["Decoded", "decode_as", "decode_html", "decode_text", "is_utf8", "prescan", "sniff"]

PRESCAN = 1024
"""Bytes in which the HTML standard looks for a declaration."""
LATE_PRESCAN = 64 * 1024
"""Where a meta element is looked for if the bytes are not UTF-8: a parser that meets one late changes over to it."""

_WIDE_OR_MULTI_BYTE = frozenset(
    {"utf-16le", "utf-16be", "gbk", "gb18030", "big5", "euc-jp", "iso-2022-jp", "shift_jis", "euc-kr"}
)
_FILL_C1 = "scraper.fill_c1"


class Decoded(Struct, frozen=True):
    """Text, and the encoding it was in, by its name in the Encoding Standard ("utf-8", "windows-1252", "gb18030").

    `lossy`: some bytes meant nothing in that encoding and became U+FFFD.
    """

    text: str
    encoding: str
    lossy: bool = False


def decode_text(data: bytes) -> Decoded | None:
    """Decode a text file, or give None where no encoding fits.

    By byte order mark, then UTF-8, UTF-16 and UTF-32 without a mark, UTF-8 with damage, then the legacy encodings.
    """
    if mark := by_mark(data):
        return _unicode(data[mark[1] :], mark[0])
    text = _utf8(data)
    if text is not None and b"\0" not in data and not _may_be_iso_2022_jp(data):
        return Decoded(text, "utf-8")
    if name := wide(data):
        return _unicode(data, name)
    if text is not None:
        return _iso_2022_jp(data) or Decoded(text, "utf-8")
    if mostly_utf8(data):
        return _unicode(data, "utf-8")
    guessed = guess(data)
    decoded = decode_as(data, guessed) if guessed else None
    # A right guess decodes all but a torn end; noise does not.
    return decoded if decoded and decoded.text.count("\ufffd") <= 1 + len(data) // 200 else None


def decode_html(data: bytes, content_type: str | None = None) -> Decoded:
    """Decode a page; `content_type` is the HTTP header's value.

    By byte order mark, header, meta element, UTF-8, then the guess, then windows-1252. Two departures from the
    standard, both where the declaration is plainly false: a single-byte encoding is declared for valid UTF-8 (a page
    that was saved or re-encoded after its meta element was written), or UTF-8 for bytes without one UTF-8 character.
    """
    if mark := by_mark(data):
        return _unicode(data[mark[1] :], mark[0])
    declared = _label(_header_charset(content_type)) or prescan(data[:PRESCAN])
    text = _utf8(data)
    if text is None and not _possible(declared, data):
        declared = prescan(data[:LATE_PRESCAN])
    honoured = text is None or declared in _WIDE_OR_MULTI_BYTE
    if declared and honoured and _possible(declared, data):
        return decode_as(data, declared)
    # Looked for in the bytes: 20 times faster than in the text where that has wide characters.
    if text is None or b"\0" in data or _may_be_iso_2022_jp(data):
        return decode_text(data) or decode_as(data, "windows-1252")
    return Decoded(text, declared if declared and not honoured and text.isascii() else "utf-8")


def is_utf8(data: bytes, decoded: Decoded) -> bool:
    """Whether bytes are, one for one, the UTF-8 of what they were decoded to."""
    return decoded.encoding == "utf-8" and not decoded.lossy and not data.startswith(codecs.BOM_UTF8)


def _possible(declared: str | None, data: bytes) -> bool:
    """Whether bytes may be in the encoding that was declared for them, or the declaration is plainly false."""
    if declared is None:
        return False
    if declared.startswith("utf-16"):
        return b"\0" in data[:PRESCAN]
    return declared != "utf-8" or data.isascii() or has_utf8(data)


def decode_as(data: bytes, name: str) -> Decoded:
    """Decode by an encoding's name in the Encoding Standard; what means nothing becomes U+FFFD.

    Raises LookupError for a name that the standard does not have.
    """
    found = webencodings.lookup("gb18030" if name == "gbk" else name)
    if found is None:
        raise LookupError(f"no encoding named {name!r} in the Encoding Standard")
    try:
        return Decoded(found.codec_info.decode(data, "strict")[0], name)
    except UnicodeDecodeError:
        text = found.codec_info.decode(data, _FILL_C1)[0]
        return Decoded(text, name, lossy="\ufffd" in text)


def _fill_c1(error: UnicodeError) -> tuple[str, int]:
    """The Encoding Standard maps 0x80 to 0x9F where a Windows code page leaves a gap; Python's codecs do not."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    byte = error.object[error.start]
    # "charmap" is what Python's decoder calls every single-byte code page.
    return (chr(byte) if error.encoding == "charmap" and byte <= 0x9F else "\ufffd"), error.end


codecs.register_error(_FILL_C1, _fill_c1)


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def _unicode(data: bytes, name: str) -> Decoded:
    try:
        return Decoded(data.decode(name), name)
    except UnicodeDecodeError:
        return Decoded(data.decode(name, "replace"), name, lossy=True)


def _may_be_iso_2022_jp(data: bytes) -> bool:
    return b"\x1b" in data and b"\x1b$" in data


def _iso_2022_jp(data: bytes) -> Decoded | None:
    """ISO-2022-JP is ASCII to every other test: only its escape sequences show it."""
    if b"\x1b$B" not in data and b"\x1b$@" not in data:
        return None
    try:
        return Decoded(data.decode("iso2022_jp"), "iso-2022-jp")
    except UnicodeDecodeError:
        return None


# The rest reads declarations: header, meta element, XML declaration.

_HEADER_CHARSET = expression(r""";\s*charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;]+))""", re.I)
_CONTENT_CHARSET = expression(rb"""charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^"'\s;][^\s;]*))""", re.I)
_XML = expression(rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*(["'])([^"'>]+)\1""")
_TAG = expression(rb"<(?:(!--)|(meta[\s/])|(/?[a-z][^\s>]*)|[!/?])", re.I)
_ATTRIBUTE = expression(rb"""[\s/]*([^\s/>][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?""")


def prescan(head: bytes) -> str | None:
    """The encoding that a page's meta element (or XML declaration) names, or None.

    Source: the HTML standard, "prescan a byte stream to determine its encoding".
    """
    if head.startswith((b"<\0?\0x\0", b"\0<\0?\0x")):
        return "utf-16le" if head[0] else "utf-16be"
    position = 0
    while found := _TAG.search(head, position):
        position = found.end()
        if found[1]:
            # The two hyphens that open a comment may also close it: "<!-->" is whole.
            position = _behind(head, b"-->", position - 2)
        elif found[2] or found[3]:
            attributes, position = _attributes(head, position)
            if found[2] and (name := _declared_by(attributes)):
                return name
        else:
            position = _behind(head, b">", position)
    xml = _XML.match(head)
    return _ascii_compatible(_label(xml[2].decode("latin-1"))) if xml else None


def _behind(head: bytes, mark: bytes, position: int) -> int:
    at = head.find(mark, position)
    return len(head) if at < 0 else at + len(mark)


def _attributes(head: bytes, position: int) -> tuple[dict[bytes, bytes], int]:
    """A tag's attributes, the first of each name, and where the tag ends."""
    attributes: dict[bytes, bytes] = {}
    while found := _ATTRIBUTE.match(head, position):
        attributes.setdefault(found[1].lower(), found[2] or found[3] or found[4] or b"")
        position = found.end()
    return attributes, position


def _declared_by(attributes: dict[bytes, bytes]) -> str | None:
    if b"charset" in attributes:
        return _ascii_compatible(_label(attributes[b"charset"].decode("latin-1")))
    if attributes.get(b"http-equiv", b"").lower() != b"content-type":
        return None
    found = _CONTENT_CHARSET.search(attributes.get(b"content", b""))
    return _ascii_compatible(_label((found[1] or found[2] or found[3] or b"").decode("latin-1"))) if found else None


def _ascii_compatible(name: str | None) -> str | None:
    """Bytes in which a declaration could be read as ASCII are not UTF-16, whatever it says."""
    if name in {"utf-16le", "utf-16be"}:
        return "utf-8"
    return "windows-1252" if name == "x-user-defined" else name


def _header_charset(content_type: str | None) -> str | None:
    found = _HEADER_CHARSET.search(content_type or "")
    return (found[1] or found[2] or found[3]) if found else None


def _label(label: str | None) -> str | None:
    """A label's encoding; the standard's `replacement`, which would throw the whole page away, counts as unknown."""
    # The lookup encodes the label as UTF-8, which a lone surrogate from a damaged header does not survive.
    found = webencodings.lookup(label) if label and label.isascii() else None
    return None if found is None or found.name == "replacement" else found.name

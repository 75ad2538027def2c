"""An Atom feed (RFC 4287) as bytes: stable ids, everything escaped, nothing that XML forbids."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from html import escape
from xml.etree.ElementTree import Element, SubElement, tostring

from msgspec import Struct

from scraper.expressions import expression
from scraper.revisions.diff import Change

_NAMESPACE = uuid.UUID("0a3df1d6-3b1f-4a53-9d5c-7a4a1a3d6c55")
# XML 1.0, section 2.2: what may stand in no document, not even escaped.
_FORBIDDEN = expression(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ELEMENTS = {"-": "del", "+": "ins"}


class Entry(Struct, frozen=True):
    """One entry: `key` is what its id is made of, `updated` RFC 3339, `content` HTML."""

    key: str
    title: str
    updated: str
    url: str
    summary: str
    content: str


def urn(*parts: str) -> str:
    """An id that is made of these parts, on every machine the same."""
    return uuid.uuid5(_NAMESPACE, "\0".join(part.encode("utf-8", "replace").decode() for part in parts)).urn


def feed(title: str, key: str, updated: str, entries: Sequence[Entry]) -> bytes:
    """A feed; `key` tells it from other feeds, `updated` is for one without entries."""
    root = Element("feed", xmlns="http://www.w3.org/2005/Atom")
    _put(root, "title", title)
    _put(root, "id", urn("feed", key))
    _put(root, "updated", max((entry.updated for entry in entries), default=updated))
    _put(SubElement(root, "author"), "name", "scrape")
    _put(root, "generator", "scrape")
    for entry in entries:
        element = SubElement(root, "entry")
        _put(element, "title", entry.title)
        _put(element, "id", urn("entry", entry.key))
        _put(element, "updated", entry.updated)
        SubElement(element, "link", rel="alternate", type="text/html", href=_clean(entry.url))
        _put(element, "summary", entry.summary)
        _put(element, "content", entry.content, type="html")
    written: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{written}\n'.encode()


def as_html(changes: Iterable[Change]) -> str:
    """Changes as an HTML list, what went in `del` and what came in `ins`; the texts are escaped."""
    items = []
    for change in changes:
        row = "".join(_marked(piece.mark, escape(piece.text)) for piece in change.pieces)
        items.append(f"<li><b>{', '.join(kind.value for kind in change.kinds)}:</b> {row}</li>")
    return f"<ul>{''.join(items)}</ul>" if items else ""


def _marked(mark: str, text: str) -> str:
    element = _ELEMENTS.get(mark)
    return text if element is None else f"<{element}>{text}</{element}>"


def _put(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = _clean(text)


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)

"""A bound on how deep a page nests, checked before it is parsed."""

from __future__ import annotations

import re
from collections import Counter

MAX_DEPTH = 1000
"""Elements open at once; pages stay below 100. Lexbor looks through all of them for an open <p> at each block element:
20,000 nested <div> cost 1 s, 100,000 cost 23 s."""

_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.I)
_NO_LEVEL = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "dd",
        "dt",
        "embed",
        "hr",
        "img",
        "input",
        "li",
        "link",
        "meta",
        "option",
        "p",
        "source",
        "td",
        "th",
        "tr",
        "wbr",
    ]
)
"""Elements without an end tag, and those that the next of their kind closes."""

_OUT_OF_SVG = frozenset(["desc", "div", "foreignobject", "p", "section", "span", "table", "title", "ul"])
"""Where SVG ends though no end tag says so, and with it the meaning of `/>`."""


def is_too_deep(markup: str) -> bool:
    """Whether more than MAX_DEPTH elements may be open at once: counted from the tags alone, so rather too many.

    An end tag closes only what is open; `/>` closes inside SVG and nowhere else, as in HTML.
    """
    opened: Counter[str] = Counter()
    depth = 0
    in_svg = False
    for tag in _TAG.finditer(markup):
        name = tag[2].lower()
        if tag[1]:
            if opened[name]:
                opened[name] -= 1
                depth -= 1
            in_svg = in_svg and name != "svg"
            continue
        in_svg = name == "svg" or (in_svg and name not in _OUT_OF_SVG)
        if name in _NO_LEVEL or (in_svg and _is_closed(markup, tag.end())):
            continue
        opened[name] += 1
        depth += 1
        if depth > MAX_DEPTH:
            return True
    return False


def _is_closed(markup: str, at: int) -> bool:
    end = markup.find(">", at, at + 20_000)
    return end > 0 and markup[end - 1] == "/"

"""Bounds on a page's markup, kept before it is parsed: no page makes the parser work for minutes.

Lexbor follows the HTML standard, which is quadratic in what is open at once: a block element looks through all open
elements for a <p>, an attribute is compared with all others of its tag, and each block opens again every formatting
element that was left open. 100,000 nested <div> cost 23 s, 100,000 attributes of one tag 20 s, and 5,000 times
`<p><b id=...>` make 12 million elements. What is beyond the bounds is left out of the markup: start tags, with their
end tags, and attributes, never text.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

from scraper.errors import LimitError
from scraper.expressions import expression

FEW_TAGS = 4000
"""Tags, end tags counted too, that no check is worth: 0.3 s at the worst. Nine pages in ten have fewer."""
MAX_OPENED = 10_000
"""Start tags whose nesting is not looked at: 3 s at the worst. 99 pages in 100 have fewer."""
MAX_TAGS = 1_000_000
MAX_DEPTH = 1000
"""Elements open at once; pages stay below 100."""
MAX_ATTRIBUTES = 500
"""Attributes of one tag; pages stay below 50. As many <html> or <body> tags are read, whose attributes are merged."""
MAX_COPIES = 4_000_000
"""Formatting elements times elements: how many the parser may have to make of them."""
STRETCH = 16 * 1024
"""Characters without a "<" or without a ">" that may lie inside a tag of too many attributes. A tag whose values hold
both in each such stretch is not found: to look at every tag would cost half a parse."""
FAR = 256 * 1024
"""Where such a tag is looked for behind the place that gave rise to it."""
MAX_SUSPECTS = 20
"""Tags that are looked at there: a script may hold hundreds of "a<b"."""

_FORMATTING = frozenset("b big code em font i nobr s small strike strong tt u".split())
_LEVEL_LESS = frozenset(
    "area base basefont bgsound br col dd dt embed frame hr img input keygen li link meta option p param rb rp rt rtc "
    "source tbody td tfoot th thead tr track wbr".split()
)
"""Elements without an end tag, and those that the next of their kind closes."""
_SPECIAL = frozenset(
    "address applet article aside blockquote body button caption center colgroup details dir div dl fieldset "
    "figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup html listing main marquee menu nav "
    "noscript object ol optgroup pre section select summary table template ul".split()
)
"""What the end tag of another element does not reach through (HTML standard, 13.2.4.2)."""
_SCOPES = frozenset("applet caption html marquee object table template".split())
"""What no end tag reaches through but its own."""
_ROOTS = frozenset(("html", "body"))
_ENDS_NAME = frozenset(" \t\n\f\r/>")
_RAW = frozenset("iframe noembed noframes script style textarea title xmp".split())
"""Elements whose content is text up to their end tag."""

_FORMATTING_TAG = expression(
    r"<(?=[bcefinstuBCEFINSTU])(?i:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[ \t\n\f\r/>]"
)
_MARK = expression(
    r"<(?:(/?)([a-zA-Z][^ \t\n\f\r/>]*+)"
    # A tag's end where all its values are quoted and follow their "=": three in four, at a third of the cost.
    r"""([^"'>=]*+(?:(?<![ \t\n\f\r/"'])=(?:"[^"]*+"|'[^']*+')[^"'>=]*+)*+>)?+|!--|[!?/])"""
)
_ATTRIBUTE = (
    r"[ \t\n\f\r/]*+[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+"
    r"""(?:[ \t\n\f\r]*+=[ \t\n\f\r]*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^ \t\n\f\r>"'][^ \t\n\f\r>]*+)?+)?+"""
)
_SOME = expression(rf"(?:{_ATTRIBUTE}){{0,{MAX_ATTRIBUTES}}}+[ \t\n\f\r/]*+")
_ALL = expression(rf"(?:{_ATTRIBUTE})*+[ \t\n\f\r/]*+")
_NO_COMMENT, _COMMENT_END = expression(r"-?>"), expression(r"--!?>")
_TAG = expression(r"</?[a-zA-Z][^ \t\n\f\r/>]*+")
_MANY = expression(rf"(?:{_ATTRIBUTE}){{{MAX_ATTRIBUTES + 1}}}")


def bounded(html: str) -> str:
    """The page as it is, or, where it is beyond the bounds, without what is too much of it.

    Raises LimitError above MAX_TAGS, which no cut makes cheap.
    """
    tags = html.count("<")
    is_heavy = False
    if tags > FEW_TAGS:
        formatting = len(_FORMATTING_TAG.findall(html))
        # End tags are counted only where it matters: that takes three times as long as to count the "<".
        is_many = tags > MAX_OPENED or tags * formatting > MAX_COPIES
        opened = tags - html.count("</") if is_many else tags
        if opened > MAX_TAGS and sum(1 for _ in _MARK.finditer(html)) > MAX_TAGS:
            raise LimitError(f"the page has more than {MAX_TAGS:,} tags", reason="too-many-tags")
        if opened * formatting > MAX_COPIES:
            return _Scan(html, formatting=False).run()
        is_heavy = opened > MAX_OPENED
    return _Scan(html, nesting=is_heavy).run() if is_heavy or _may_hold_many(html) else html


def _may_hold_many(html: str) -> bool:
    """Whether a tag may have too many attributes: a look at each stretch clears nearly all pages, in microseconds."""
    last = {"<": -1, ">": -1}
    suspects: dict[int, int] = {}
    for start in range(0, len(html), STRETCH):
        for mark, before in last.items():
            at = html.rfind(mark, start, start + STRETCH)
            if at >= 0:
                last[mark] = at
            else:
                suspects.setdefault(max(before, 0), start + STRETCH)
    for begin, end in suspects.items():
        for tag in islice(_TAG.finditer(html, begin, end), MAX_SUSPECTS):
            if _MANY.match(html, tag.end(), tag.end() + FAR):
                return True
    return False


class _Scan:
    """One pass over the tags as the standard's tokenizer finds them; it knows what is open, and what is left out.

    Without `nesting` only attributes are counted, in half of the time; `formatting` says whether such elements stay.
    """

    def __init__(self, html: str, *, formatting: bool = True, nesting: bool = True) -> None:
        self.html = html
        self.formatting, self.nesting = formatting, nesting
        self.open: list[str] = []
        self.counts: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.roots = 0
        self.kept: list[str] = []
        self.copied = 0

    def run(self) -> str:
        """The markup within the bounds; the same string where nothing was beyond them."""
        html = self.html
        position = 0
        while found := _MARK.search(html, position):
            is_end, name, attributes = found.groups()
            if name is None:
                position = self.comment(found)
                continue
            name = name.lower()
            position = found.end()
            if attributes is None or len(attributes) > MAX_ATTRIBUTES:
                position = self.tag_end(found.end(2))
            if (self.nesting or name in _ROOTS) and not (self.close(name) if is_end else self.enter(name)):
                self.leave_out(found.start(), position)
            elif not is_end and name in _RAW:
                position = self.raw_end(name, position)
            elif not is_end and name == "plaintext":
                break
        return "".join([*self.kept, html[self.copied :]]) if self.kept or self.copied else html

    def leave_out(self, start: int, end: int) -> None:
        """Copy what stands before a stretch, and go on behind it."""
        if start > self.copied:
            self.kept.append(self.html[self.copied : start])
        self.copied = max(self.copied, end)

    def comment(self, found: re.Match[str]) -> int:
        """Where a comment ends, or what the standard takes for one."""
        if found[0] == "<!--":
            end = _NO_COMMENT.match(self.html, found.end()) or _COMMENT_END.search(self.html, found.end())
            return end.end() if end else len(self.html)
        at = self.html.find(">", found.end())
        return at + 1 if at >= 0 else len(self.html)

    def tag_end(self, position: int) -> int:
        """Where a tag ends whose name ends at `position`; attributes that are too many are left out."""
        some = _SOME.match(self.html, position)
        end = some.end() if some else position
        if self.html[end : end + 1] != ">" and (rest := _ALL.match(self.html, end)) and rest.end() > end:
            self.leave_out(end, rest.end())
            end = rest.end()
        return end + 1

    def enter(self, name: str) -> bool:
        """Whether a start tag stays; it is open from now on."""
        if name in _ROOTS:
            self.roots += 1
            return self.roots <= MAX_ATTRIBUTES
        if name in _LEVEL_LESS or name in _RAW:
            return True
        if len(self.open) >= MAX_DEPTH or (name in _FORMATTING and not self.formatting):
            self.left_out[name] += 1
            return False
        self.open.append(name)
        self.counts[name] += 1
        return True

    def close(self, name: str) -> bool:
        """Whether an end tag stays; it closes what the standard lets it close, or nothing."""
        if self.left_out.get(name):
            self.left_out[name] -= 1
            return False
        if not self.counts.get(name):
            return True
        barriers = _SCOPES if name in _SPECIAL else _SPECIAL
        at = len(self.open) - 1
        while self.open[at] != name:
            if self.open[at] in barriers and name not in _FORMATTING:
                return True
            at -= 1
        if name in _FORMATTING:
            closed = [self.open.pop(at)]
        else:
            closed = self.open[at:]
            del self.open[at:]
        for other in closed:
            self.counts[other] -= 1
        return True

    def raw_end(self, name: str, position: int) -> int:
        """Where the text of a script or the like ends.

        Found by its "</": a search for the name in any case looks at each character of a script, 20 times as slow.
        """
        html, size = self.html, len(name) + 2
        at = html.find("</", position)
        while at >= 0:
            if html[at + 2 : at + size].lower() == name and html[at + size : at + size + 1] in _ENDS_NAME:
                return at
            at = html.find("</", at + 2)
        return len(html)

"""HTML -> Document: one walk over Lexbor's tree gives the blocks, the places that hold them, and the head.

A block is a run of text between two block-level boundaries (Kohlschütter et al., Boilerplate Detection using Shallow
Text Features, WSDM 2010). Elements are grouped as the HTML standard's rendering section groups them (15.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.clean.bounds import bounded
from scraper.clean.head import HeadReader
from scraper.errors import LimitError
from scraper.types import Block, Document, Form, Place

MAX_BLOCKS = 200_000
LONGEST_KNOWN = 200
"""Characters of a class that is remembered across pages: 10 MB of them at the most."""
MAX_TOKENS = 40
"""Class and id tokens read of one element; utility-class frameworks stay under 40."""
WITHOUT_EVENTS = 1
"""LexborDocumentOptions.WO_EVENTS: the events only copy a chosen <option> about, in quadratic time."""
DEEP = 200
"""Elements around a table that make it one of layout: to look through tables in tables is quadratic."""

HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
BLOCK_TAGS = frozenset(
    "address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset figcaption "
    "figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav noscript ol "
    "optgroup option p pre search section select summary table tbody tfoot thead tr ul xmp".split()
)
# No text a reader sees. A title inside svg would otherwise pass for text.
SKIPPED = frozenset(
    "script style template svg math iframe object embed canvas audio video textarea datalist title".split()
)
FORMS = {
    "li": Form.LIST_ITEM,
    "dt": Form.LIST_ITEM,
    "dd": Form.LIST_ITEM,
    "blockquote": Form.QUOTE,
    "pre": Form.CODE,
    "listing": Form.CODE,
    "xmp": Form.CODE,
    "tr": Form.TABLE,
    "figcaption": Form.CAPTION,
    "caption": Form.CAPTION,
} | dict.fromkeys(HEADINGS, Form.HEADING)
INVISIBLE = "\u00ad\u200b\u2060\ufeff"
CLOSINGS = '.!?…。！？؟।"”»'
"""What ends a full sentence."""

_Attributes = dict[str, str | None]
TELLING_LINKS = "a[rel*=author i], a[rel*=licen i]"

_ROLES = (
    {"a": "link", "br": "break", "td": "cell", "th": "cell", "time": "time"}
    | dict.fromkeys(BLOCK_TAGS, "block")
    | dict.fromkeys((*SKIPPED, "-comment", "img", "input", "source", "wbr"), "nothing")
    | dict.fromkeys(("meta", "link", "script", "title"), "head")
)
"""What the walk does with an element; any other is "inline"."""
_TEXT = "-text"
"""What Lexbor calls the tag of a text."""


class _Kind:
    """What the walk does with every node of one tag."""

    __slots__ = ("form", "level", "role", "tag")

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.role = _ROLES.get(tag, "inline")
        self.form = FORMS.get(tag)
        self.level = HEADINGS.get(tag, 0)


_Open = tuple[_Kind, int, Form, bool]
"""A block-level element whose end the walk has not met yet: its kind, its place, its blocks' form, and if hidden."""


class _Walk:
    """What one walk has finished."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.places: list[Place] = []
        self.head = HeadReader()

    def run(self, root: LexborNode) -> None:  # noqa: PLR0912, PLR0915 - a call for each of 1,900 nodes costs 0.3 ms
        """Depth first with a stack of our own: a page may nest deeper than Python's stack does."""
        kinds: dict[int, _Kind | None] = {}
        above: list[tuple[Iterator[LexborNode], _Kind, _Open]] = []
        here: _Open = (_Kind("html"), -1, Form.PARAGRAPH, False)
        is_code = is_layout = has_words = False
        pieces: list[str] = []  # the text since the last boundary; white space before its first word counts in `length`
        length = link_chars = breaks = links = 0
        last = ""  # the last text that had a word
        telling = {node.mem_id for node in root.css(TELLING_LINKS)}
        see, add, open_ = self.head.see, self.add, self.open
        siblings: Iterator[LexborNode] = iter((root,))
        while True:
            for node in siblings:
                identity = node.tag_id
                try:
                    kind = kinds[identity]
                except KeyError:
                    kind = kinds[identity] = None if node.tag == _TEXT else _Kind(node.tag or "")
                if kind is None:
                    text = node.text_content or ""
                    length += len(text)
                    if not text.isspace():
                        pieces.append(text)
                        has_words = True
                        breaks = 0
                        last = text
                        if links:
                            link_chars += len(text.strip())
                    elif has_words or is_code:
                        pieces.append(text)
                    continue
                role = kind.role
                if role == "block":
                    if has_words:
                        add(pieces, here, link_chars)
                        has_words = False
                        link_chars = 0
                    if pieces:
                        pieces = []
                    length = 0
                    if kind.tag == "table":
                        is_layout = len(above) > DEEP or is_layout_table(node)
                    above.append((siblings, kind, here))
                    here = open_(kind, node.attributes, here)
                    is_code = here[2] is Form.CODE
                    siblings = node.iter(True)
                    break
                if role == "nothing":
                    continue
                if role == "head":
                    see(node, kind.tag)
                    continue
                is_boundary = False
                if role == "link":
                    links += 1
                    if telling and node.mem_id in telling:
                        self.head.see_link(node)
                elif role == "break":
                    # Two in a row, or one after a full sentence, part paragraphs; any other is a space. Pages that were
                    # written without <p> use <br><br>; a lone <br> is as often a wrapped title as a new line.
                    breaks += 1
                    is_boundary = not is_code and (breaks > 1 or (length >= 60 and last.rstrip()[-1:] in CLOSINGS))
                    if not is_boundary:
                        pieces.append("\n" if is_code else " ")
                elif role == "cell":
                    # A data table's cells stand in one block, a layout table's cells are blocks of their own.
                    is_boundary = is_layout
                    if has_words and not is_layout:
                        pieces.append(" | ")
                elif role == "time":
                    self.head.see_time(node)
                if is_boundary:
                    if has_words:
                        add(pieces, here, link_chars)
                        has_words = False
                        link_chars = 0
                    if pieces:
                        pieces = []
                    length = 0
                above.append((siblings, kind, here))
                siblings = node.iter(True)
                break
            else:
                if not above:
                    return
                siblings, kind, outer = above.pop()
                role = kind.role
                if role == "block":
                    if has_words:
                        add(pieces, here, link_chars)
                        has_words = False
                        link_chars = 0
                    if pieces:
                        pieces = []
                    length = 0
                    here = outer
                    is_code = here[2] is Form.CODE
                elif role == "link":
                    links -= 1

    def open(self, kind: _Kind, attributes: _Attributes, here: _Open) -> _Open:
        """Note a block-level element as a place, and say what its text will be."""
        _, parent, form, hidden = here
        tokens: tuple[str, ...] = ()
        if attributes:
            if not _TELLING.isdisjoint(attributes):
                tokens = tokens_of(attributes)
                hidden = hidden or is_hidden(attributes)
            elif classes := attributes.get("class"):
                tokens = _of_class(classes) if len(classes) <= LONGEST_KNOWN else tokens_of(attributes)
        places = self.places
        places.append(Place(kind.tag, tokens, parent))
        if kind.form is not None:
            form = kind.form
        elif form is Form.TABLE or form is Form.HEADING:
            form = Form.PARAGRAPH
        return (kind, len(places) - 1, form, hidden)

    def add(self, pieces: list[str], here: _Open, link_chars: int) -> None:
        """Append a finished block, if its text is more than invisible characters."""
        kind, place, form, hidden = here
        text = pieces[0] if len(pieces) == 1 else "".join(pieces)
        if not text.isascii():
            for char in INVISIBLE:
                if char in text:
                    text = text.replace(char, "")
        text = text.strip("\n").rstrip() if form is Form.CODE else " ".join(text.split())
        if not text:
            return
        blocks = self.blocks
        at = len(blocks) + 1
        if at > MAX_BLOCKS:
            raise LimitError(f"the page has more than {MAX_BLOCKS:,} blocks of text", reason="too-many-blocks")
        in_links = min(link_chars, len(text))
        blocks.append(Block(at, text, form, kind.tag, in_links, False, kind.level, place, hidden))


def tokens_of(attributes: _Attributes) -> tuple[str, ...]:
    """An element's names for itself in lower case: classes, `#id`, `role=...`, `itemprop=...`, `label=...`."""
    get = attributes.get
    classes = get("class")
    tokens = classes.lower().split()[:MAX_TOKENS] if classes else []
    # One by one: a loop over the names would cost three times as much, 500 times a page.
    if value := get("id"):
        tokens.append("#" + value.lower()[:100])
    if value := get("role"):
        tokens.append(f"role={value.lower()[:100]}")
    if value := get("itemprop"):
        tokens.append(f"itemprop={value.lower()[:100]}")
    if value := get("itemtype"):
        tokens.append(f"itemtype={value.lower()[:100]}")
    if value := get("aria-label"):
        tokens.append(f"aria-label={value.lower()[:100]}")
    return tuple(tokens)


@lru_cache(maxsize=10_000)
def _of_class(classes: str) -> tuple[str, ...]:
    """The tokens of an element that has a class and nothing else to tell: three in four, and sites repeat them."""
    return tokens_of({"class": classes})


_TELLING = frozenset(("id", "role", "itemprop", "itemtype", "aria-label", "hidden", "style"))
"""The attributes besides a class that are read of a block's element."""
LAYOUT_ATTRIBUTES = ("cellpadding", "cellspacing", "bgcolor", "width")


def is_layout_table(table: LexborNode) -> bool:
    """Whether a table lays out a page: it says so, or has two attributes of that age (HTML 4) and no heading cell."""
    attributes = table.attributes
    if attributes.get("role") == "presentation":
        return True
    dated = sum(name in attributes for name in LAYOUT_ATTRIBUTES)
    return dated >= 2 and table.css_first("th") is None


def is_hidden(attributes: _Attributes) -> bool:
    """Whether the element's own attributes hide it from a reader who runs no script."""
    if "hidden" in attributes:
        return True
    style = attributes.get("style")
    if not style:
        return False
    plain = style.replace(" ", "").lower()
    return "display:none" in plain or "visibility:hidden" in plain


def parsed(html: str, utf8: bytes | None = None) -> LexborHTMLParser:
    """A page's tree, within bounds.py's bounds: whatever looks into a page looks here; `utf8` as in read_html."""
    within = bounded(html)
    return LexborHTMLParser(within if utf8 is None or within is not html else utf8, options=WITHOUT_EVENTS)


def read_html(
    html: str, *, url: str | None = None, fetched_at: str | None = None, utf8: bytes | None = None
) -> Document:
    """A page as a Document; `html` is decoded text. Positions count from 1.

    `utf8` are the bytes that the text was decoded from, where these are UTF-8: to encode it again would take as long
    as half of the parse. Raises LimitError above MAX_BLOCKS; what else goes beyond bounds.py's bounds is read as that
    says.
    """
    walk = _Walk()
    root = parsed(html, utf8).root
    if root is not None:
        walk.head.see(root, "html")
        walk.run(root)
    return Document(tuple(walk.blocks), tuple(walk.places), walk.head.finish(), url, fetched_at, html)

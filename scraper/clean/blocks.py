"""HTML -> Document: one walk over Lexbor's tree gives the blocks, the places that hold them, and the head.

A block is a run of text between two block-level boundaries (Kohlschütter et al., Boilerplate Detection using Shallow
Text Features, WSDM 2010). Elements are grouped as the HTML standard's rendering section groups them (15.3).
"""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.clean.head import HeadReader
from scraper.errors import LimitError
from scraper.types import Block, Document, Form, Place

MAX_BLOCKS = 200_000
MAX_TOKENS = 40
"""Class and id tokens read of one element; utility-class frameworks stay under 40."""

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
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
STOPS = ".!?…。！？؟।"


class _Open:
    """An element whose end the walk has not met yet."""

    __slots__ = ("form", "hidden", "node_id", "place", "tag")

    def __init__(self, tag: str, place: int, form: Form, hidden: bool) -> None:
        self.tag, self.place, self.form, self.hidden = tag, place, form, hidden


class _Walk:
    """State of one walk: the open elements, the text since the last boundary, and what is finished."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.places: list[Place] = []
        self.open: list[_Open] = [_Open("html", -1, Form.PARAGRAPH, False)]
        self.head = HeadReader()
        self.pieces: list[str] = []
        self.length = 0
        self.ending = ""
        self.links = 0
        self.link_chars = 0
        self.breaks = 0
        self.is_layout = False

    def enter(self, node: LexborNode, tag: str) -> None:
        """Open an element: a block-level one ends the running block and becomes a place."""
        if tag in BLOCK_TAGS:
            self.flush()
            if tag == "table":
                self.is_layout = is_layout(node)
            above = self.open[-1]
            attributes = node.attributes
            self.places.append(Place(tag=tag, tokens=tokens_of(attributes), parent=above.place))
            form = FORMS.get(tag) or (Form.PARAGRAPH if above.form in (Form.TABLE, Form.HEADING) else above.form)
            self.open.append(_Open(tag, len(self.places) - 1, form, above.hidden or is_hidden(attributes)))
        elif tag == "a":
            self.links += 1
            self.head.see_link(node)
        elif tag == "br":
            self.line_break()
        elif tag in ("td", "th"):
            self.cell()
        elif tag == "time":
            self.head.see_time(node)

    def leave(self, tag: str) -> None:
        """Close an element."""
        if tag in BLOCK_TAGS:
            self.flush()
            self.open.pop()
        elif tag == "a":
            self.links -= 1

    def text(self, text: str) -> None:
        """Add a text node."""
        self.length += len(text)
        if not text.isspace():
            self.breaks = 0
            self.ending = text.rstrip()[-1]
            if self.links:
                self.link_chars += len(text.strip())
        self.pieces.append(text)

    def line_break(self) -> None:
        """Two <br> in a row, or one after a full sentence, part paragraphs; any other is a space.

        Pages that were written without <p> use <br><br>; a lone <br> is as often a wrapped title as a new line.
        """
        self.breaks += 1
        if self.open[-1].form is Form.CODE:
            self.pieces.append("\n")
        elif self.breaks > 1 or (self.length >= 60 and self.ending in STOPS + '"”»'):
            self.flush()
        else:
            self.pieces.append(" ")

    def cell(self) -> None:
        """A data table's cells stand in one block, a layout table's cells are blocks of their own."""
        if self.is_layout:
            self.flush()
        elif "".join(self.pieces).strip():
            self.pieces.append(" | ")

    def flush(self) -> None:
        """End the running block."""
        if not self.pieces:
            return
        raw = "".join(self.pieces).translate(INVISIBLE)
        here = self.open[-1]
        text = raw.strip("\n").rstrip() if here.form is Form.CODE else " ".join(raw.split())
        if text.strip():
            self.add(text.strip() if here.form is not Form.CODE else text, here)
        self.pieces, self.link_chars, self.length = [], 0, 0

    def add(self, text: str, here: _Open) -> None:
        """Append a finished block."""
        if len(self.blocks) >= MAX_BLOCKS:
            raise LimitError(f"the page has more than {MAX_BLOCKS:,} blocks of text", reason="too-many-blocks")
        block = Block(
            at=len(self.blocks) + 1,
            text=text,
            form=here.form,
            tag=here.tag,
            link_chars=min(self.link_chars, len(text)),
            level=HEADINGS.get(here.tag, 0),
            place=here.place,
            hidden=here.hidden,
        )
        self.blocks.append(block)


def tokens_of(attributes: dict[str, str | None]) -> tuple[str, ...]:
    """An element's names for itself in lower case: classes, `#id`, `role=...`, `itemprop=...`, `label=...`."""
    if not attributes:
        return ()
    tokens = (attributes.get("class") or "").lower().split()[:MAX_TOKENS]
    if identity := attributes.get("id"):
        tokens.append("#" + identity.lower()[:100])
    for name in ("role", "itemprop", "itemtype", "aria-label"):
        if value := attributes.get(name):
            tokens.append(f"{name}={value.lower()[:100]}")
    return tuple(tokens)


LAYOUT_ATTRIBUTES = ("cellpadding", "cellspacing", "bgcolor", "width")


def is_layout(table: LexborNode) -> bool:
    """Whether a table lays out a page: it says so, or has two attributes of that age (HTML 4) and no heading cell."""
    attributes = table.attributes
    if attributes.get("role") == "presentation":
        return True
    dated = sum(name in attributes for name in LAYOUT_ATTRIBUTES)
    return dated >= 2 and table.css_first("th") is None


def is_hidden(attributes: dict[str, str | None]) -> bool:
    """Whether the element's own attributes hide it from a reader who runs no script."""
    if "hidden" in attributes:
        return True
    style = attributes.get("style")
    if not style:
        return False
    plain = style.replace(" ", "").lower()
    return "display:none" in plain or "visibility:hidden" in plain


def read_html(html: str, *, url: str | None = None, fetched_at: str | None = None) -> Document:
    """A page as a Document; `html` is decoded text. Positions count from 1. Raises LimitError above MAX_BLOCKS."""
    walk = _Walk()
    root = LexborHTMLParser(html).root
    if root is not None:
        _run(root, walk)
    return Document(
        blocks=tuple(walk.blocks),
        places=tuple(walk.places),
        head=walk.head.finish(),
        url=url,
        fetched_at=fetched_at,
        source=html,
    )


def _run(root: LexborNode, walk: _Walk) -> None:
    """Depth first with a stack of our own: a page may nest 100,000 elements, Python's stack may not."""
    path: list[tuple[LexborNode, str]] = []
    node: LexborNode | None = root
    while node is not None:
        child: LexborNode | None = None
        if node.is_text_node:
            walk.text(node.text_content or "")
        elif node.is_element_node:
            tag = node.tag or ""
            if tag in SKIPPED or walk.head.see(node, tag):
                walk.head.see_skipped(node, tag)
            else:
                walk.enter(node, tag)
                child = node.first_child
                if child is not None:
                    path.append((node, tag))
                    node = child
                    continue
                walk.leave(tag)
        following = node.next
        while following is None and path:
            node, tag = path.pop()
            walk.leave(tag)
            following = node.next
        node = following
    walk.flush()

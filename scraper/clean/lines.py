"""Plain text -> Document: one Block a line that is not blank, and back again."""

from __future__ import annotations

from scraper.errors import LimitError
from scraper.expressions import expression
from scraper.types import Block, Document, Form

MAX_LINES = 500_000
"""A text of more lines that are not blank is refused: a corpus dump is no article, and passes hold every line."""

# Line ends are \n, \r\n and \r and nowhere else: str.splitlines also splits at U+2028, \x0b, \x1c and would renumber.
LINE_END = expression(r"\r\n|\r|\n")
# "- ", "* ", "• " and "1. " as Markdown and text dumps write list items; a dash that opens speech is followed by more
# than a few words in most languages, but both stay in the text, so a wrong guess costs a blank line only.
LIST_ITEM = expression(r"(?:[-*•‣◦▪·]|\d{1,2}[.)])\s+\S")
# Mail and e-book texts break lines at 60 to 80 columns; a line of 40 to 100 characters that ends without a stop and
# goes on in lower case is one sentence with the next.
WRAPPED = range(40, 101)
# White space and what is as invisible, in one strip: in two, the one would leave what the other had covered.
EDGES = "\ufeff\u200b\u2060" + "".join(filter(str.isspace, map(chr, range(0x3001))))


def split_lines(text: str) -> list[str]:
    """The text's lines, split at \\n, \\r\\n and \\r only; line n of the ledger is element n - 1."""
    return LINE_END.split(text) if "\r" in text else text.split("\n")


def read_text(text: str, *, fetched_at: str | None = None) -> Document:
    """A plain text as a Document whose blocks' positions are 1-based line numbers.

    Raises LimitError above MAX_LINES lines.
    """
    lines = split_lines(text)
    blocks: list[Block] = []
    gap = True
    for at, line in enumerate(lines, 1):
        stripped = line.strip(EDGES)
        if not stripped:
            gap = True
            continue
        is_item = not stripped[0].isalpha() and LIST_ITEM.match(stripped)
        blocks.append(Block(at, stripped, Form.LIST_ITEM if is_item else Form.PARAGRAPH, gap=gap))
        gap = False
    if len(blocks) > MAX_LINES:
        raise LimitError(
            f"the text has {len(blocks):,} lines; at most {MAX_LINES:,} are cleaned", reason="too-many-lines"
        )
    return Document(blocks=tuple(blocks), fetched_at=fetched_at)


def continues(before: Block, after: Block) -> bool:
    """Whether two neighbouring lines of plain text belong on adjacent lines: list items, and hard-wrapped sentences."""
    if after.gap:
        return False
    if before.form == after.form == Form.LIST_ITEM:
        return True
    return len(before.text) in WRAPPED and before.text[-1] not in '.!?…:"”»' and after.text[0].islower()

"""Document + labels -> Article: the kept blocks as text, the removed ones as a ledger."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from scraper.clean import printed
from scraper.clean.lines import continues
from scraper.clean.title import Title
from scraper.clean.view import View
from scraper.types import Article, Block, Form, Kept, Metadata, Removal, Trim, Verdict


class Assembly:
    """The kept blocks of a judged view, in order, with the text that they make."""

    def __init__(self, view: View) -> None:
        self.kept: list[Block] = [view.blocks[index] for index in view.open()]
        self.trims: list[Trim] = (
            [trim for block in self.kept for trim in printed.inline_trims(block)] if view.options.strip_inline else []
        )
        self.text = join_blocks(self.kept, self.trims, is_page=view.is_page)

    def printed(self) -> list[bool]:
        """Whether anything of each kept block is left after its trims."""
        cuts = _by_block(self.trims)
        return [bool(_cut(block.text, cuts.get(block.at, ()))) for block in self.kept]


def _by_block(trims: Sequence[Trim]) -> dict[int, list[Trim]]:
    cuts: dict[int, list[Trim]] = {}
    for trim in trims:
        cuts.setdefault(trim.at, []).append(trim)
    return cuts


def join_blocks(kept: Sequence[Block], trims: Sequence[Trim], *, is_page: bool) -> str:
    """Paragraphs parted by a blank line, list items and table rows on lines of their own."""
    cuts = _by_block(trims)
    parts: list[str] = []
    before: Block | None = None
    for block in kept:
        text = _cut(block.text, cuts.get(block.at, ()))
        if not text:
            continue
        block = block if text == block.text else structs.replace(block, text=text)  # noqa: PLW2901 - as it is printed
        if before is not None:
            close = (before.form == block.form and block.form in _CLOSE) if is_page else continues(before, block)
            parts.append("\n" if close else "\n\n")
        parts.append(
            f"- {text}" if is_page and block.form is Form.LIST_ITEM and not text.startswith(("- ", "• ")) else text
        )
        before = block
    return "".join(parts)


_CLOSE = frozenset((Form.LIST_ITEM, Form.TABLE))


def _cut(text: str, trims: Sequence[Trim]) -> str:
    for trim in sorted(trims, key=lambda trim: -trim.start):
        text = text[: trim.start] + text[trim.end :]
    return text.strip() if trims else text


def assemble(view: View, assembly: Assembly, title: Title | None, metadata: Metadata, verdict: Verdict) -> Article:
    """The Article: kept and removed together are all blocks of the document."""
    kept: list[Kept] = []
    removed: list[Removal] = []
    for block, label in zip(view.blocks, view.labels, strict=True):
        if label is None or label.keep:
            rule = label.rule if label is not None else "default.keep"
            kept.append(Kept(block.at, block.form, rule, block.text, label.score if label else None))
        else:
            assert label.kind is not None, "a removal has a kind"  # noqa: S101 - a bug here must be loud
            removed.append(Removal(block.at, label.kind, label.rule, block.text, label.score))
    trims = [*([title.trim] if title is not None and title.trim is not None else []), *assembly.trims]
    return Article(
        text=assembly.text,
        kept=tuple(block.at for block in kept),
        removed=tuple(removed),
        trimmed=tuple(trims),
        metadata=metadata,
        verdict=verdict,
        blocks=tuple(kept),
        rules=view.rules.digest,
        profile=view.options.profile,
    )

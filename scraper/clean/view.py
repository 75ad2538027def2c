"""What the passes see: the document, the tables, what is known of each block, and the labels given so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from scraper.clean.chars import DIGIT, SYMBOL, UNSPACED_LETTER, Counts, count, of_rows
from scraper.clean.clock import Clock, read_clock
from scraper.clean.lines import continues
from scraper.clean.options import Options
from scraper.clean.phrases import Hit
from scraper.clean.places import PlaceRule, element_rules, judge_places
from scraper.clean.rules import Rules
from scraper.clean.shape import Shape, prose, shapes
from scraper.clean.tree import Tree, tree_of
from scraper.types import Block, Document, Form, Kind, Label

Vote = tuple[int, Label]
Pass = Callable[["View"], Iterable[Vote]]
"""A pass looks at the view and yields (index, label) votes; the chain applies them before the next pass."""


NOWHERE = -1
"""The row of a text that is not there."""

WITH_DIGITS = (DIGIT, UNSPACED_LETTER, SYMBOL)
"""Classes of characters that digits of any script fall in: Thai ones count as letters, mathematical ones as symbols."""


class View:
    """One document under judgement. Only `run` writes labels; all else is fixed when the view is made."""

    def __init__(self, document: Document, rules: Rules, options: Options, before: View | None = None) -> None:
        """`before` is a view of a text that held these lines too: they are not counted and looked up again."""
        self.document, self.rules, self.options = document, rules, options
        self.blocks: tuple[Block, ...] = document.blocks
        known = before.rows_of(self.blocks) if before is not None else []
        self.counts: Counts = (
            of_rows(before.counts, known)
            if before is not None and NOWHERE not in known
            else count([block.text for block in self.blocks])
        )
        links = [block.link_chars / len(block.text) if block.link_chars else 0.0 for block in document.blocks]
        self.shapes: list[Shape] = shapes(self.counts, links)
        # How many characters of each block may be digits, of any script.
        self.digits: list[int] = self.counts.by_class[:, WITH_DIGITS].sum(axis=1).tolist()
        self.prose: list[bool] = prose(self.counts, links)
        if document.head is None:
            self._join_wrapped()
        self.hits: list[Hit | None] = self._find(before, known)
        self._clocks: dict[str, Clock | None] = before._clocks if before is not None else {}
        self.tree: Tree = tree_of(document)
        self.named: list[PlaceRule | None] = element_rules(rules.places, self.tree)
        self.places: list[PlaceRule | None] = judge_places(document, self.tree, self.named)
        self.labels: list[Label | None] = [None] * len(document.blocks)

    @property
    def is_page(self) -> bool:
        """Whether the document came from HTML."""
        return self.document.head is not None

    def _join_wrapped(self) -> None:
        """Lines of one hard-wrapped sentence are prose together: none has a full stop and thirty words by itself."""
        for index in range(1, len(self.blocks)):
            before, after = self.blocks[index - 1], self.blocks[index]
            if before.form is Form.PARAGRAPH and continues(before, after):
                self.prose[index - 1] = self.prose[index] = True

    def _find(self, before: View | None, known: Sequence[int]) -> list[Hit | None]:
        found: dict[str, Hit | None] = {}
        if before is not None:
            found = {before.blocks[row].text: before.hits[row] for row in known if row != NOWHERE}
        for block in self.blocks:
            if block.text not in found:
                found[block.text] = self.rules.phrases.find(block.text)
        return [found[block.text] for block in self.blocks]

    def rows_of(self, blocks: Sequence[Block]) -> list[int]:
        """For each block the index of one with its text here, or NOWHERE."""
        rows = {block.text: index for index, block in enumerate(self.blocks)}
        return [rows.get(block.text, NOWHERE) for block in blocks]

    def clock(self, index: int) -> Clock | None:
        """What a line shows if it is a clock; read once, for later rounds too."""
        text = self.blocks[index].text
        if text not in self._clocks:
            self._clocks[text] = read_clock(text)
        return self._clocks[text]

    def run(self, passes: Iterable[Pass]) -> None:
        """Apply the passes in order; a later vote replaces an earlier one."""
        for judge in passes:
            for index, label in list(judge(self)):
                self.labels[index] = label

    def open(self) -> Iterator[int]:
        """Indices of the blocks that nobody removed so far."""
        return (index for index, label in enumerate(self.labels) if label is None or label.keep)

    def removed(self, index: int) -> bool:
        """Whether a block is removed so far."""
        label = self.labels[index]
        return label is not None and not label.keep

    def kind(self, index: int) -> Kind | None:
        """A removed block's kind; None for others and outside the document."""
        if not 0 <= index < len(self.labels):
            return None
        label = self.labels[index]
        return label.kind if label is not None else None


def remove(kind: Kind, rule: str) -> Label:
    """A label that takes a block out."""
    return Label(keep=False, kind=kind, rule=rule)


def keep(rule: str) -> Label:
    """A label that keeps a block."""
    return Label(keep=True, rule=rule)

"""What the passes see: the document, the tables, what is known of each block, and the labels given so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from scraper.clean.chars import Counts, count
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


class View:
    """One document under judgement. Only `run` writes labels; all else is fixed when the view is made."""

    def __init__(self, document: Document, rules: Rules, options: Options, before: View | None = None) -> None:
        """`before` is a view of a text that holds these lines too: what phrases said of them is not asked again."""
        self.document, self.rules, self.options = document, rules, options
        self.blocks: tuple[Block, ...] = document.blocks
        self.counts: Counts = count([block.text for block in document.blocks])
        links = [block.link_chars / len(block.text) if block.link_chars else 0.0 for block in document.blocks]
        self.shapes: list[Shape] = shapes(self.counts, links)
        self.prose: list[bool] = prose(self.counts, links)
        if document.head is None:
            self._join_wrapped()
        self.hits: list[Hit | None] = self._find(before)
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

    def _find(self, before: View | None) -> list[Hit | None]:
        known = dict(zip((block.text for block in before.blocks), before.hits, strict=True)) if before else {}
        for block in self.blocks:
            if block.text not in known:
                known[block.text] = self.rules.phrases.find(block.text)
        return [known[block.text] for block in self.blocks]

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

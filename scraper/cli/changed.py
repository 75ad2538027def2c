"""How changes between two versions of an article are shown to a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scraper.cli.streams import visible
from scraper.revisions.diff import Change, Diff
from scraper.revisions.wording import Piece

_RED, _GREEN, _DIM, _RESET = "\x1b[31;9m", "\x1b[32m", "\x1b[2m", "\x1b[0m"
_BRACKETS = {"-": ("[-", "-]"), "+": ("{+", "+}")}  # as wdiff writes them
_COLOURS = {"-": (_RED, _RESET), "+": (_GREEN, _RESET)}


def shown(diff: Diff, colour: bool) -> Iterator[str]:
    """A line for each change: its kinds, and the sentence with what went and what came."""
    for change in diff.changes:
        kinds = ", ".join(kind.value for kind in change.kinds)
        name = f"{_DIM}{kinds:16}{_RESET}" if colour else f"{kinds:16}"
        yield f"{name} {_sentence(change, colour)}"


def tallied(counts: Mapping[str, int]) -> str:
    """Changes by kind in words: "headline, 2 figures, added"."""
    return ", ".join(kind if count == 1 else f"{count} {kind}" for kind, count in counts.items())


def _sentence(change: Change, colour: bool) -> str:
    marks = _COLOURS if colour else _BRACKETS
    return "".join(_marked(piece, marks) for piece in change.pieces)


def _marked(piece: Piece, marks: Mapping[str, tuple[str, str]]) -> str:
    before, after = marks.get(piece.mark, ("", ""))
    return f"{before}{visible(piece.text)}{after}"  # a sentence has no line ends in it

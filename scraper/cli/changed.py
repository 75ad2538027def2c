"""How changes between two versions of an article are shown to a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scraper.cli.streams import one_line
from scraper.revisions.diff import Change, Diff
from scraper.revisions.wording import Kind, Piece

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
    """Changes by kind in words: "headline, 2 figures, 1 added"."""
    return ", ".join(kind if kind == Kind.HEADLINE else f"{count} {kind}" for kind, count in counts.items())


def _sentence(change: Change, colour: bool) -> str:
    if change.before is None or change.after is None or not colour:
        marks = _COLOURS if colour else _BRACKETS
    else:
        marks = _COLOURS
    return "".join(_marked(piece, marks) for piece in change.pieces)


def _marked(piece: Piece, marks: Mapping[str, tuple[str, str]]) -> str:
    before, after = marks.get(piece.mark, ("", ""))
    # one_line takes blanks at the ends away, and they part the words.
    text = "".join(one_line(part) if part.strip() else " " for part in _kept_ends(piece.text))
    return f"{before}{text}{after}"


def _kept_ends(text: str) -> tuple[str, str, str]:
    core = text.strip()
    if not core:
        return "", " " if text else "", ""
    start = text.index(core)
    return " " if start else "", core, " " if len(text) > start + len(core) else ""

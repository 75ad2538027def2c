"""Scorecards: what sort of page a page is, by points for its columns (pagekind.py).

A card is an additive model in steps: its log-odds are the base and, for each column, the points of all steps below the
column's value. It weighs articles (high) against pages of one kind. `python -m scraper.train.kinds` makes them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import msgspec
from msgspec import Struct

from scraper.clean import packed
from scraper.errors import ConfigError


class Card(Struct, frozen=True, forbid_unknown_fields=True):
    """One card as it is stored: `steps` are (threshold, points) by column; below `cutoff` a page is of the kind."""

    kind: str
    base: float
    cutoff: float
    steps: dict[str, tuple[tuple[float, float], ...]]


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    about: str
    card: tuple[Card, ...]


class _Column(NamedTuple):
    """A column's steps: `points[n]` is what n thresholds below the value are worth."""

    name: str
    thresholds: Sequence[float]
    points: Sequence[float]


class Scorer:
    """A card, arranged for look-up."""

    def __init__(self, card: Card) -> None:
        self.kind, self.base, self.cutoff = card.kind, card.base, card.cutoff
        self._columns = [
            _Column(
                name,
                [threshold for threshold, _ in steps],
                list(accumulate((point for _, point in steps), initial=0.0)),
            )
            for name, steps in card.steps.items()
        ]

    def log_odds(self, columns: Mapping[str, float]) -> float:
        """The log-odds of an article against a page of the kind."""
        return self.base + sum(points[bisect_left(at, columns[name])] for name, at, points in self._columns)


def nearest(columns: Mapping[str, float], scorers: Sequence[Scorer]) -> str | None:
    """The kind whose cutoff the page is farthest below; None for what may be an article."""
    below = [(scorer.log_odds(columns) - scorer.cutoff, scorer.kind) for scorer in scorers]
    margin, kind = min(below, default=(0.0, None))
    return kind if margin < 0 else None


def load(name: str, data: bytes) -> tuple[Card, ...]:
    """Cards as TOML; raises ConfigError that names the file."""
    try:
        return msgspec.toml.decode(data, type=_File).card
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise ConfigError(f"{name}: {error}", reason="rules") from error


@lru_cache(maxsize=1)
def shipped() -> tuple[Scorer, ...]:
    """The cards in the package."""
    return tuple(map(Scorer, packed.table("scorecards", tuple[Card, ...])))


def write(about: str, cards: Sequence[Card]) -> str:
    """Cards as TOML."""
    lines = [
        "# What sort of page a page is, in points for its columns (see scorecard.py). Made by `python -m"
        " scraper.train.kinds`; not edited by hand.",
        f"about = {about!r}",
    ]
    for card in cards:
        lines += ["", "[[card]]", f'kind = "{card.kind}"', f"base = {card.base}", f"cutoff = {card.cutoff}"]
        lines.append("[card.steps]")
        lines += [f"{name} = {[list(step) for step in steps]}" for name, steps in sorted(card.steps.items())]
    return "\n".join(lines) + "\n"

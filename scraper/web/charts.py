"""Pictures as numbers that a template draws: SVG without a script and without a style of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct

from scraper.web.kinds import Group, by_group

STEP, BAR, HIGH = 6, 5, 36
"""Width of a day and of its bar, and the height of the tallest, in the picture's own units."""


class Days(Struct, frozen=True):
    """Articles a day as a path of bars; `label` says the same for those who do not see it."""

    path: str
    width: int
    height: int
    label: str
    total: int
    most: int


class Slice(Struct, frozen=True):
    """A stretch of a bar that shows shares of a whole; `x` and `width` in thousandths."""

    group: Group
    count: int
    x: float
    width: float


def days(counts: Mapping[str, int], last: date, length: int) -> Days:
    """The `length` days up to `last`; a day with any article has a bar that can be seen."""
    dates = [last - timedelta(days=back) for back in range(length - 1, -1, -1)]
    values = [counts.get(day.isoformat(), 0) for day in dates]
    most = max(values, default=0)
    bars: list[str] = []
    for place, value in enumerate(values):
        if value:
            high = max(round(value / most * HIGH, 1), 1.5)
            bars.append(f"M{place * STEP} {HIGH}v-{high}h{BAR}v{high}z")
    total = sum(values)
    label = f"Articles a day over {length} days: {total:,} in all"
    if total:
        label += f", at most {most:,}, on {dates[values.index(most)]:%-d %B}"
    return Days("".join(bars), length * STEP - (STEP - BAR), HIGH, label, total, most)


def shares(counts: Mapping[str, int]) -> list[Slice]:
    """A bar of all groups, the gaps between them included."""
    groups = by_group(counts)
    total = sum(count for _, count in groups)
    slices: list[Slice] = []
    x = 0.0
    for group, count in groups:
        width = 1000 * count / total
        slices.append(Slice(group, count, round(x, 2), round(max(width - 2, width / 2), 2)))
        x += width
    return slices


def scaled(values: Sequence[int], width: int) -> list[float]:
    """Lengths of bars, the longest of `width`."""
    most = max(values, default=0)
    return [round(width * value / most, 1) if most else 0.0 for value in values]

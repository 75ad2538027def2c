"""A picture of accuracy against time, as an SVG without any library: a logarithmic time axis, a named point a system.

It carries its own colours for light and dark, so that it can be read on either.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

WIDTH, HEIGHT = 720, 440
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 40, 52
STYLE = """
text { fill: #1f2328; font-family: system-ui, sans-serif; font-size: 13px }
.paper { fill: #ffffff } .grid { stroke: #d0d7de }
.soft { fill: #59636e } .peer { fill: #6e7781 } .own { fill: #cf222e } .bold { font-weight: 600 }
@media (prefers-color-scheme: dark) {
.paper { fill: #0d1117 } .grid { stroke: #30363d } text { fill: #e6edf3 }
.soft { fill: #9198a1 } .peer { fill: #9198a1 } .own { fill: #ff7b72 }
}"""


class Point(NamedTuple):
    """A system: CPU milliseconds a page, and mean F1."""

    name: str
    time: float
    f1: float


class Box(NamedTuple):
    """A rectangle that is taken: left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether the two overlap."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


class Scale(NamedTuple):
    """Where a time and an F1 stand in the picture."""

    times: tuple[float, float]
    f1s: tuple[float, float]

    def x(self, time: float) -> float:
        """From the left, on a logarithmic axis."""
        low, high = (math.log10(value) for value in self.times)
        return LEFT + (math.log10(time) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(self, f1: float) -> float:
        """From the top."""
        low, high = self.f1s
        return HEIGHT - BOTTOM - (f1 - low) / (high - low) * (HEIGHT - TOP - BOTTOM)


def points(figures: Mapping[str, Any]) -> list[Point]:
    """The points of one set, from what `accuracy --json` wrote."""
    found = figures.get("systems", {}).items()
    return [Point(name, max(row["ms/page"], 0.01), row["F1"]) for name, row in found]


def together(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One set that was measured in parts (halves, each with a judge trained on the other): means over all the pages."""
    rows: dict[str, list[Mapping[str, float]]] = {}
    for part in parts:
        for name, row in part.get("systems", {}).items():
            rows.setdefault(name, []).append(row)
    return {"systems": {name: {key: _mean(found, key) for key in ("F1", "ms/page")} for name, found in rows.items()}}


def _mean(rows: Sequence[Mapping[str, float]], key: str) -> float:
    return sum(row[key] * row["pages"] for row in rows) / sum(row["pages"] for row in rows)


def draw(systems: Sequence[Point], name: str) -> str:
    """The picture as SVG. Raises ValueError without any point."""
    if not systems:
        raise ValueError("no system to draw")
    scale = Scale(_times(systems), _f1s(systems))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        f' role="img" aria-label="{escape(_spoken(systems))}">',
        f"<style>{STYLE}\n</style>",
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="6"/>',
        _text(LEFT, 24, f"Accuracy against time: {name}", "bold"),
        *_axes(scale),
        *_dots(systems, scale),
    ]
    return "\n".join([*parts, "</svg>", ""])


def _times(systems: Sequence[Point]) -> tuple[float, float]:
    """Room for the names at both sides."""
    times = [point.time for point in systems]
    return min(times) / 1.6, max(times) * 2


def _f1s(systems: Sequence[Point]) -> tuple[float, float]:
    """From a tick under the lowest to one above the highest, never over 1."""
    step = _step(systems)
    low, high = min(point.f1 for point in systems), max(point.f1 for point in systems)
    floor, roof = math.floor(low / step - 0.3) * step, math.ceil(high / step + 0.3) * step
    return max(floor, 0.0), max(min(roof, 1.0), floor + step)


def _step(systems: Sequence[Point]) -> float:
    f1s = [point.f1 for point in systems]
    return next((step for step in (0.01, 0.02, 0.05, 0.1) if max(f1s) - min(f1s) <= 6 * step), 0.2)


def _axes(scale: Scale) -> list[str]:
    low, high = scale.f1s
    parts = []
    step = next((size for size in (0.01, 0.02, 0.05, 0.1) if high - low <= 9 * size), 0.2)
    for i in range(round((high - low) / step) + 1):
        y = scale.y(low + i * step)
        parts += [_line(LEFT, y, WIDTH - RIGHT, y), _text(LEFT - 8, y + 4, f"{low + i * step:.2f}", "soft", "end")]
    for power in range(-2, 5):
        for digit in (1, 2, 5):
            time = digit * 10.0**power
            if scale.times[0] <= time <= scale.times[1]:
                x = scale.x(time)
                parts += [_line(x, TOP, x, HEIGHT - BOTTOM), _text(x, HEIGHT - 32, f"{time:g}", "soft", "middle")]
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(_text(middle, HEIGHT - 12, "CPU milliseconds a page, logarithmic (left is faster)", "soft", "middle"))
    parts.append(_text(LEFT - 8, TOP - 10, "F1", "soft", "end"))
    return parts


def _dots(systems: Sequence[Point], scale: Scale) -> list[str]:
    """Points first, then their names, each at the first side where it covers nothing."""
    spots = [(point, scale.x(point.time), scale.y(point.f1)) for point in systems]
    taken = [Box(x - 6, y - 6, x + 6, y + 6) for _, x, y in spots]
    parts = [f'<circle class="{_class(point)}" cx="{x:.1f}" cy="{y:.1f}" r="5.5"/>' for point, x, y in spots]
    for point, x, y in spots:
        sides = [_label(point.name, *side) for side in _sides(x, y)]
        inside = [label for label in sides if label.box.left >= LEFT and label.box.right <= WIDTH]
        free = [label for label in inside if not any(label.box.meets(box) for box in taken)]
        label = (free or inside or sides)[0]
        taken.append(label.box)
        parts.append(_text(label.x, label.y, point.name, "bold" if point.name == "scrape" else "", label.anchor))
    return parts


class Label(NamedTuple):
    """Where a name may stand, and what it then covers."""

    x: float
    y: float
    anchor: str
    box: Box


def _sides(x: float, y: float) -> tuple[tuple[float, float, str], ...]:
    """Right of a point, left of it, above, below."""
    return (x + 10, y + 4, "start"), (x - 10, y + 4, "end"), (x, y - 12, "middle"), (x, y + 22, "middle")


def _label(name: str, x: float, y: float, anchor: str) -> Label:
    width = 7.4 * len(name)  # a generous mean of 13 pixel letters
    left = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * width
    return Label(x, y, anchor, Box(left, y - 11, left + width, y + 3))


def _class(point: Point) -> str:
    return "own" if point.name == "scrape" else "peer"


def _spoken(systems: Sequence[Point]) -> str:
    return "; ".join(f"{point.name}: F1 {point.f1:.3f}, {point.time:.1f} ms a page" for point in systems)


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="grid" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'

"""Memory: the resident size of one process after so many pages, the pages of a set taken again and again.

A cleaner that runs for months may not grow with what it has seen: the second figure should stand near the first.
"""

from __future__ import annotations

import itertools
import resource
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.data import Page
from benchmarks.systems import System, timed
from benchmarks.tables import table

STATM = Path("/proc/self/statm")


def resident() -> float:
    """This process's resident size in MiB now; where the system does not say, its largest so far."""
    try:
        return int(STATM.read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 2**20
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2): bytes there, KiB elsewhere
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def measure(pages: Sequence[Page], system: System, after: Sequence[int]) -> Iterator[tuple[int, float]]:
    """The resident size after each of the counts, which ascend."""
    for count, page in enumerate(itertools.cycle(pages), 1):
        timed(system, page.html(), page.url)
        if count in after:
            yield count, resident()
        if count >= after[-1]:
            return


def report(pages: Sequence[Page], name: str, system: System, after: Sequence[int]) -> None:
    """Print the sizes, each with its growth since the first."""
    start = resident()
    rows: list[tuple[int, float, float]] = []
    for count, size in measure(pages, system, after):
        rows.append((count, round(size, 1), round(size - rows[0][1], 1) if rows else 0.0))
    cells = [(count, f"{size:.1f}", f"{growth:+.1f}") for count, size, growth in rows]
    print(f"\n{name}: resident MiB, {len(pages)} different pages; {start:.1f} before the first")
    print(table(("pages", "MiB", "since the first"), cells))

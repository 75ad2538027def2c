"""Accuracy on dirty texts: what `clean_text` keeps of a text that was already extracted, against doing nothing."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from statistics import fmean, median
from typing import Any, NamedTuple

from benchmarks.data import Text
from benchmarks.measures import TextScore, text_score
from benchmarks.tables import grid, mean, table
from scraper import clean_text

NOTHING = "doing nothing"


class Row(NamedTuple):
    """One text: what cleaning it scored, and what leaving it as it is would have."""

    text: Text
    score: TextScore
    base: TextScore
    seconds: float


def scrape(text: Text) -> Collection[int]:
    """The numbers of the lines that this project keeps."""
    return frozenset(clean_text("\n".join(text.lines)).kept)


def run(texts: Sequence[Text]) -> list[Row]:
    """Clean and score every text."""
    rows = []
    for text in texts:
        start = time.process_time()
        kept = scrape(text)
        seconds = time.process_time() - start
        everything = range(1, len(text.lines) + 1)
        rows.append(Row(text, text_score(text, kept), text_score(text, everything), seconds))
    return rows


def cpu_seconds(text: Text) -> float:
    """CPU seconds of cleaning it once."""
    start = time.process_time()
    scrape(text)
    return time.process_time() - start


def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """The figures of some texts; `worse` counts those that cleaning made worse than they were."""
    return {
        "texts": len(rows),
        "F1": fmean(row.score.f1 for row in rows),
        NOTHING: fmean(row.base.f1 for row in rows),
        "median": median(row.score.f1 for row in rows),
        "under 0.8": sum(row.score.f1 < 0.8 for row in rows),
        "worse": sum(row.score.f1 < row.base.f1 for row in rows),
        "article kept": mean(row.score.article for row in rows),
        "chrome P": mean(row.score.chrome_precision for row in rows),
        "chrome R": mean(row.score.chrome_recall for row in rows),
        "ms/text": round(1e3 * fmean(row.seconds for row in rows), 2),
        "us/line": round(1e6 * sum(row.seconds for row in rows) / sum(len(row.text.lines) for row in rows), 1),
    }


def report(rows: Sequence[Row], worst: int = 0) -> dict[str, Any]:
    """Print the table; returns the same figures for a file."""
    groups: dict[str, list[Row]] = {"all": list(rows)}
    for row in rows:
        groups.setdefault(row.text.rendering, []).append(row)
    for row in rows:
        groups.setdefault(f"language {row.text.language or '?'}", []).append(row)
    figures = {name: summary(mine) for name, mine in groups.items() if name}
    print(f"\ntexts: word F1 of the kept lines, mean over texts\n{grid('', list(figures['all']), figures)}")
    low = sorted(rows, key=lambda row: (row.score.f1 - row.base.f1, row.text.id))[:worst]
    if low:
        cells = [(row.text.id, row.score.f1, row.base.f1) for row in low]
        print(f"\ntexts: worst against doing nothing\n{table(('id', 'F1', NOTHING), cells)}")
    return {"groups": figures}

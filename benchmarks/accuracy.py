"""Accuracy on pages: every system on every page, scored against the gold, by page type and by language."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Any

from benchmarks import measures
from benchmarks.data import Page
from benchmarks.systems import Extraction, System, Timed, timed
from benchmarks.tables import grid, table

LOW = 0.8
"""A page under this F1 counts as one where a user is hurt: the tail says more than the mean."""
VERDICT = "passes for article"


@dataclass(frozen=True, slots=True)
class Row:
    """One system on one page. `fields` has what the gold knows of title, authors, date; None: the system has none."""

    page: Page
    score: measures.Score
    shingles: measures.Shingles
    seconds: float
    verdict: str = ""
    error: str = ""
    fields: Mapping[str, bool | None] = field(default_factory=dict)


Rows = dict[str, list[Row]]


def run(pages: Sequence[Page], systems: Mapping[str, System]) -> Rows:
    """Every system on every page, in this process. The order turns from page to page, so that none is always first."""
    rows: Rows = {name: [] for name in systems}
    names = list(systems)
    for page in pages[:1]:
        for system in systems.values():
            timed(system, page.html(), page.url)  # what is loaded once is not this page's time
    for turn, page in enumerate(pages):
        html = page.html()
        start = turn % len(names)
        for name in names[start:] + names[:start]:
            rows[name].append(_row(page, timed(systems[name], html, page.url)))
        if sys.stderr.isatty():
            print(f"\r{turn + 1}/{len(pages)}", end="", file=sys.stderr, flush=True)
    return rows


def _row(page: Page, call: Timed) -> Row:
    text = call.found.text if call.found else ""
    return Row(
        page=page,
        score=measures.word_f1(text, page.text),
        shingles=measures.shingles(text, page.text),
        seconds=call.seconds,
        verdict=call.found.verdict if call.found else "",
        error=call.error,
        fields=_fields(page, call.found),
    )


def _fields(page: Page, found: Extraction | None) -> dict[str, bool | None]:
    """What of the metadata is right, for the fields that the gold has."""
    right: dict[str, bool | None] = {}
    if page.title:
        right["title close"] = _right(found and found.title, lambda title: measures.title_close(title, page.title))
    if page.authors:
        right["authors exact"] = _right(
            found and found.authors, lambda names: measures.authors_exact(names, page.authors)
        )
    if page.date:
        right["date exact"] = _right(found and found.date, lambda day: measures.date_exact(day, page.date))
    return right


def _right(value: Any, judge: Callable[[Any], bool]) -> bool | None:
    return None if value is None else judge(value)


# ---- summaries


def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """The figures of some rows of one system."""
    f1 = [row.score.f1 for row in rows]
    figures: dict[str, Any] = {
        "pages": len(rows),
        "F1": fmean(f1),
        "P": fmean(row.score.precision for row in rows),
        "R": fmean(row.score.recall for row in rows),
        "median": median(f1),
        f"under {LOW}": sum(value < LOW for value in f1),
        "ms/page": round(1e3 * fmean(row.seconds for row in rows), 2),
        "errors": sum(bool(row.error) for row in rows),
    }
    for name in ("title close", "authors exact", "date exact"):
        values = [row.fields[name] for row in rows if name in row.fields]
        if any(value is not None for value in values):  # a failed page is wrong; a system without the field is not
            figures[name] = fmean(bool(value) for value in values)
    return figures


def shingle_figures(rows: Sequence[Row]) -> dict[str, Any]:
    """The figures of Zyte's measure."""
    score = measures.shingle_score([row.shingles for row in rows])
    return {
        "F1": score.f1,
        "P": score.precision,
        "R": score.recall,
        "accuracy": fmean(row.shingles.exact for row in rows),
    }


def by(rows: Rows, key: Callable[[Page], str]) -> dict[str, dict[str, Any]]:
    """Mean F1 a system for each group of pages; `pages` is the group's size."""
    pages = Counter(key(row.page) for row in next(iter(rows.values())))
    groups: dict[str, dict[str, Any]] = {}
    for group, size in sorted(pages.items(), key=lambda pair: (-pair[1], pair[0])):
        groups[group] = {"pages": size} | {
            name: fmean(row.score.f1 for row in mine if key(row.page) == group) for name, mine in rows.items()
        }
    return groups


def verdicts(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """How often each verdict was given, by page type: a page that is no article should not pass for one."""
    groups: dict[str, dict[str, Any]] = {}
    for row in rows:
        group = groups.setdefault(row.page.page_type, {"pages": 0, VERDICT: 0.0})
        group["pages"] += 1
        group[row.verdict or "failed"] = group.get(row.verdict or "failed", 0) + 1
    for group in groups.values():
        group[VERDICT] = group.get("article", 0) / group["pages"]
    return dict(sorted(groups.items(), key=lambda pair: -pair[1]["pages"]))


def errors(rows: Rows) -> dict[str, dict[str, int]]:
    """What the systems raised, and how often; such a page has an empty text and counts in every mean."""
    counts = {name: Counter(row.error for row in mine if row.error) for name, mine in rows.items()}
    return {name: dict(kinds.most_common()) for name, kinds in counts.items() if kinds}


def report(name: str, rows: Rows, worst: int = 0) -> dict[str, Any]:
    """Print the tables of a set; returns the same figures for a file."""
    systems = {system: summary(mine) for system, mine in rows.items()}
    result: dict[str, Any] = {"systems": systems}
    columns = list(dict.fromkeys(key for figures in systems.values() for key in figures))
    print(f"\n{name}: word F1, mean over pages\n{grid('system', columns, systems)}")
    if name == "zyte":
        result["shingles"] = {system: shingle_figures(mine) for system, mine in rows.items()}
        print(f"\n{name}: 4-gram shingles\n{grid('system', ('F1', 'P', 'R', 'accuracy'), result['shingles'])}")
    for label, key in (("page type", lambda page: page.page_type), ("language or country", lambda page: page.language)):
        groups = by(rows, key)
        if len(groups) > 1:
            result[label] = groups
            print(f"\n{name}: F1 by {label}\n{grid(label, ('pages', *rows), groups)}")
    if "scrape" in rows:
        result["verdicts"] = verdicts(rows["scrape"])
        others = sorted({key for group in result["verdicts"].values() for key in group} - {"pages", VERDICT})
        print(f"\n{name}: verdicts of scrape\n{grid('page type', ('pages', VERDICT, *others), result['verdicts'])}")
    result["errors"] = errors(rows)
    for system, kinds in result["errors"].items():
        print(f"\n{name}: {system} failed: {', '.join(f'{kind} {count}' for kind, count in kinds.items())}")
    _print_worst(name, rows, worst)
    result["pages"] = {
        system: [[row.page.id, *(round(value, 4) for value in row.score)] for row in mine]
        for system, mine in rows.items()
    }
    return result


def _print_worst(name: str, rows: Rows, count: int) -> None:
    for system, mine in rows.items():
        low = sorted(mine, key=lambda row: (row.score.f1, row.page.id))[:count]
        if low:
            cells = [(row.page.id, *row.score, row.page.page_type, row.error or None) for row in low]
            print(f"\n{name}: worst of {system}\n{table(('id', 'F1', 'P', 'R', 'type', 'error'), cells)}")

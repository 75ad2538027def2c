"""What the index derives from texts: by what story families are found, and what drift is seen by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from scraper.families.shingles import shingled
from scraper.index import NAME, Index, Row
from scraper.index.measuring import measure_of
from scraper.index.members import entries
from scraper.types import Record
from scraper.verify.report import Findings, Wrong

Pairs = Iterable[tuple[Row, Record | None]]


def check_derived(index: Index, pairs: Pairs, found: Findings) -> None:
    """Both are of what is in the archive, and there is nothing else; one state of the index, whoever writes."""
    try:
        with index.reading():
            _check(index, pairs, found)
    except (OSError, ValueError):  # all lines were read a moment ago: a purge has moved them since
        return


def _check(index: Index, pairs: Pairs, found: Findings) -> None:
    expected: Counter[str] = Counter()
    wrong = dict.fromkeys(("families", "measures"), False)
    for row, record in pairs:
        if record is not None:
            bands = entries(index, row, shingled(record.text))
            expected["families"] += len(set(bands))
            wrong["families"] |= not index.is_signed(row.seq, bands)
        measure = measure_of(row, record)
        if measure is not None and index.is_latest(row):
            there = index.measure_at(measure.source, measure.at, measure.capture)
            expected["measures"] += 1
            unknown = there is not None and there.signed is None and there.verdict == measure.verdict  # of an upgrade
            wrong["measures"] |= not (unknown or there == measure)
    if wrong["families"] or index.signed() != expected["families"]:
        what = "story families are not found by the texts of their first members: run `scrape index`"
        found.problem(NAME, Wrong("index-families", what))
    if not index.has_counted():
        found.problem(NAME, Wrong("index-counts", "the counts kept are not those of the records: run `scrape index`"))
    if wrong["measures"] or index.count_measures() != expected["measures"]:
        what = "what drift is seen by is not of the articles that are here: run `scrape index`"
        found.problem(NAME, Wrong("index-measures", what))

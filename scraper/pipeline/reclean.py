"""Cleaning again what is in the archive: the way of an article from its WARC record on."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from itertools import islice

from msgspec import Struct, structs

from scraper.clean.options import remembered
from scraper.errors import ScrapeError, VerificationError
from scraper.index import Row
from scraper.pipeline import is_fatal
from scraper.pipeline.commit import GROUP
from scraper.pipeline.tools import AT_ONCE, Tools, failure
from scraper.record import Provenance, ledger_of, provenance_of, record_id, record_of
from scraper.revisions.again import Difference, difference
from scraper.revisions.diff import Version
from scraper.types import Article, Capture, Failure, Memory, Metadata, Record, Verdict
from scraper.version import CLEANER

NOT_REPRODUCED = "not-reproduced"
"""Reason of a failure where the same cleaner gives another text than the archive holds."""


class Order(Struct, frozen=True):
    """What to clean again: everything whose cleaner, rules or `profile` differ, or with `all` the rest too.

    Where a host's memory is in use, its last profile is part of what must not differ. With `dry` nothing is added: what
    would become of each article is found out.
    """

    profile: str
    rules: str
    all: bool = False
    dry: bool = False


class Compared(Struct, frozen=True):
    """An article, and what would become of it; `id` would be the new record's."""

    id: str
    url: str
    at: str
    difference: Difference


class Recleaned:
    """What was done so far: new records by verdict, how many were current already, and what failed."""

    def __init__(self, last: int) -> None:
        self.verdicts: Counter[str] = Counter()
        self.current = 0
        self.failures: list[Failure] = []
        self.compared: dict[str, Compared] = {}  # by id: of several old cleanings of a page the last one counts
        self.seq, self.last = 0, last

    def count(self, result: Record | Compared | Failure | None) -> None:
        """Take in one result; None is a record that was current."""
        if isinstance(result, Failure):
            self.failures.append(result)
        elif isinstance(result, Compared):
            self.compared[result.id] = result
        elif result is None:
            self.current += 1
        else:
            self.verdicts[result.verdict.value] += 1

    def __str__(self) -> str:
        """One line for a person: "3 cleaned again (2 article, 1 consent), 5 current, 1 deadline"."""
        verdicts = ", ".join(f"{count} {name}" for name, count in self.verdicts.most_common())
        failed = sorted(Counter(failure.reason for failure in self.failures).items())
        cleaned = f"{self.verdicts.total()} cleaned again" + (f" ({verdicts})" if verdicts else "")
        return ", ".join([cleaned, f"{self.current} current", *(f"{count} {name}" for name, count in failed)])


Told = Callable[[Recleaned], None]


async def reclean(order: Order, tools: Tools, told: Told = lambda done: None) -> Recleaned:
    """Clean every capture of the index again that the present cleaner, rules and profile have not cleaned yet.

    The new record stands beside the old one and has the same WARC reference; the old one stays. A second run finds
    nothing to do. What fails for one capture is counted; the archive's own errors are raised. `told` is called at
    every commit, of GROUP records or fewer.
    """
    index = tools.archive.index
    done = Recleaned(index.last_seq())  # what is added from here on is current
    if order.dry and tools.memories is not None:
        tools = structs.replace(tools, memories=tools.memories.trial())
    gate = asyncio.Semaphore(AT_ONCE)  # captures in memory together

    async def one(row: Row) -> Record | Compared | Failure | None:
        async with gate:
            return await _again(row, order, tools)

    while batch := [row for row in islice(index.rows(done.seq), GROUP) if row.seq <= done.last]:
        for result in await asyncio.gather(*(one(row) for row in batch)):
            done.count(result)
        tools.archive.commit()
        done.seq = batch[-1].seq
        told(done)
    return done


async def _again(row: Row, order: Order, tools: Tools) -> Record | Compared | Failure | None:
    """One row's capture cleaned again; None if the present cleaning of it is in the archive."""
    where = row.url or row.id
    try:
        if row.warc is None:
            raise VerificationError(f"{where}: nothing in the WARC to clean again", reason="no-capture")
        capture = tools.archive.capture(row.warc)
        provenance = _provenance(row, capture, tools)
        memory = tools.memory(capture)
        present = record_id(_present(order, memory), provenance)
        known = tools.archive.index.get(present) is not None
        if known and not (order.all and present == row.id):
            return None
        cleaned = await tools.workers.clean(capture, memory)
        record = record_of(cleaned.article, provenance, reasons=False)
        if order.dry:
            change = _difference(row, record, tools)
            return Compared(record.id, where, row.fetched_at or "", change) if change.was or change.now else None
        record = tools.archive.related(record)
        if tools.archive.add(row.warc, record, ledger_of(cleaned.article, record.id, cleaned.rights)):
            return record
        if known and (record.text_sha256, record.verdict) != (row.text_sha256, row.verdict):
            message = f"{where}: {CLEANER} with the same rules and profile now gives another text than it did"
            raise VerificationError(message, reason=NOT_REPRODUCED)
        return None
    except ScrapeError as error:
        if is_fatal(error):
            raise
        return failure(where, error)


def _difference(row: Row, new: Record, tools: Tools) -> Difference:
    old = tools.archive.record(row.id) if row.verdict is Verdict.ARTICLE else None
    return difference(_version(old), _version(new if new.verdict is Verdict.ARTICLE else None))


def _version(of: Record | None) -> Version | None:
    return None if of is None else Version(of.title, of.text, of.language)


def _provenance(row: Row, capture: Capture, tools: Tools) -> Provenance:
    """Where the new record came from: as when it was fetched, with what the archive has learned since."""
    old = tools.archive.record(row.id) if row.verdict is Verdict.ARTICLE else None
    others = old.other_urls if old is not None else ()
    return structs.replace(provenance_of(capture, row.warc), other_urls=others, version=row.version, family=row.family)


def _present(order: Order, memory: Memory | None) -> Article:
    """An article that says no more than who would clean it now: what its record's id depends on beside the capture."""
    profile = remembered(order.profile, memory)
    return Article("", (), (), (), Metadata(), Verdict.EMPTY, (), CLEANER, order.rules, profile)

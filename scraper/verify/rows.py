"""The index's side of verification: every row, what it says and where it points, and the full text word by word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from scraper import records, warc
from scraper.clean.memory import signed
from scraper.errors import ScrapeError
from scraper.index import NAME, Index, Row, declared, spelled
from scraper.sources import urls
from scraper.types import Ledger, Record, WarcRef
from scraper.verify.derived import check_derived
from scraper.verify.report import Findings, Scope, Wrong, existing
from scraper.verify.scratch import Scratch

SHARED = (
    *("source", "url", "final_url", "canonical_url", "fetched_at", "published", "language", "version", "family"),
    *("verdict", "title", "text_sha256", "word_count", "warc"),
)
"""The fields that a row has of its record."""


def differing(row: Row, record: object, names: tuple[str, ...]) -> list[str]:
    """The fields of which the index has another value."""
    return [name for name in names if getattr(row, name) != getattr(record, name)]


def check_index(scope: Scope, scratch: Scratch, found: Findings) -> None:
    """The database is whole; every row has its line, or for a page that is no article its ledger."""
    index, snapshot = scope.index, scope.snapshot
    if index is None or snapshot is None:
        return
    for what in index.damages():
        found.problem(NAME, Wrong("index-damaged", what))
    for name in snapshot.files:
        if not name.startswith(("warc/", "articles/")):
            found.problem(NAME, Wrong("index-damaged", f"it has a file {name!r}, which an archive cannot have"))
    waiting = {pending.seq for pending in snapshot.pending}
    _check_memories(index, set(snapshot.memories), scratch.memories(), found)
    for row in index.rows():
        if row.seq > snapshot.last_seq:
            break
        found.counts["indexed"] += 1
        if row.seq not in waiting and row.line is not None and scratch.line(row.id) is None:
            wrong = Wrong("line-missing", "the index has a line here")
            found.problem(row.line.file, wrong, offset=row.line.offset, record=row.id)
        for wrong in _wrong_with(row, scope, scratch):
            found.problem(NAME, wrong, record=row.id)
    if not found.has_problems:  # rows that are missing have been named
        _check_seen(scope, index, scratch, found)
    if not found.has_problems and not _has_words(scope, index):
        found.problem(NAME, Wrong("index-words", "the full text is not that of the articles: run `scrape index`"))
    if not found.has_problems:
        check_derived(index, rows_and_records(scope, index), found)


def _check_memories(index: Index, known: set[tuple[str, str]], noted: set[tuple[str, str]], found: Findings) -> None:
    """The profiles of the index are those that the WARC has notes of."""
    for host, name in sorted(known | noted):
        memory = index.memory_of(host, f"+{name}") if (host, name) in known & noted else None
        if memory is None or signed(memory) != memory:
            what = f"the index has not {name} of {host} as a note in the WARC has it: run `scrape index`"
            found.problem(NAME, Wrong("index-memory", what))


def _has_words(scope: Scope, index: Index) -> bool:
    try:
        pairs = rows_and_records(scope, index)
        return index.has_words_of((row.seq, record) for row, record in pairs if record is not None)
    except (OSError, ValueError):  # all lines were read a moment ago: a purge has moved them since
        return True


def _wrong_with(row: Row, scope: Scope, scratch: Scratch) -> Iterator[Wrong]:
    ledger = scratch.get(warc.metadata_id(row.id))
    if ledger is None:
        yield Wrong("ledger-missing", "the index has a record without a ledger in the WARC")
    elif row.ledger != WarcRef(ledger.file, ledger.offset, ledger.length, ledger.id):
        yield Wrong("index-place", "the index looks for the ledger in the wrong place")
    elif row.line is None:
        yield from _wrong_page(row, scope, scratch)


def _wrong_page(row: Row, scope: Scope, scratch: Scratch) -> Iterator[Wrong]:
    """A page that is no article has no line: its row is compared with its ledger and with what was fetched."""
    ref = row.warc
    raw = scratch.get(ref.record_id) if ref else None
    if ref is None or raw is None or ref != WarcRef(raw.file, raw.offset, raw.length, raw.id):
        yield Wrong("index-place", "the index looks for what was fetched in the wrong place")
        return
    try:
        ledger = _ledger(row, scope)
        context = warc.context(_entry(ref, scope).header(warc.CONTEXT.lower()))
    except (ScrapeError, ValueError):  # the WARC's own damage, which is said elsewhere
        return
    if ledger is None:
        return
    other = [] if ledger.verdict == row.verdict else ["verdict"]
    if ledger.line is not None:
        other += differing(row, ledger.line, SHARED)
    elif context is not None:
        other += _other_than(context, row)
    if other:
        yield Wrong("index-row", f"the index has another {', '.join(other)}")


def _other_than(context: warc.Context, row: Row) -> list[str]:
    """A file has no address; a row that was made again from the WARC has its path there."""
    link = context.link
    unless = None if link.url.startswith("file:") else link.url
    known = {
        "source": (link.source,),
        "url": (link.url, unless),
        "final_url": (context.final_url, unless and context.final_url),
        "fetched_at": (context.fetched_at,),
    }
    return [name for name, values in known.items() if getattr(row, name) not in values]


def _check_seen(scope: Scope, index: Index, scratch: Scratch, found: Findings) -> None:
    """What was met led to a record that has this key, to none, or to a tombstone."""
    for source, key, record in index.met():
        row = index.get(record) if record else None
        is_there = row is not None or not record or scratch.get(record) is not None
        is_its = row is None or scratch.is_noted(source, key, record) or _has_key(row, key, scope)
        if not (is_there and is_its):
            what = f"the index counts {key} as met by {source or 'all'}, with a record that is not there or not of it"
            found.problem(NAME, Wrong("index-seen", what), record=record)


def _has_key(row: Row, key: str, scope: Scope) -> bool:
    """Whether a record is met under this key again: by its row, else by its ledger and what was fetched.

    A file's digest cannot be told from another's by its record.
    """
    if key.startswith("sha256:"):
        return key == f"sha256:{row.text_sha256}"
    if "sha256:" in key or _is_among(key, (row.url, row.final_url, row.canonical_url)):
        return True
    if key == declared(row.canonical_url, row.final_url):
        return True
    try:
        ledger = _ledger(row, scope)
        fetched = None if row.warc is None else warc.context(_entry(row.warc, scope).header(warc.CONTEXT.lower()))
    except (ScrapeError, ValueError):  # the WARC's own damage, which is said elsewhere, or a purge moved it
        return True
    others = ledger.line.other_urls if ledger is not None and ledger.line is not None else ()
    asked = (fetched.link.url, fetched.final_url) if fetched is not None else ()
    return (ledger is not None and key == ledger.key) or _is_among(key, (*others, *asked))


def _is_among(key: str, addresses: Iterable[str | None]) -> bool:
    return any(address and key in (address, spelled(address), urls.key(address)) for address in addresses)


def _ledger(row: Row, scope: Scope) -> Ledger | None:
    return None if row.ledger is None else msgspec.json.decode(_entry(row.ledger, scope).block, type=Ledger)


def _entry(ref: WarcRef, scope: Scope) -> warc.Entry:
    return warc.read_at(existing(scope.root / ref.file), ref.offset)


def rows_and_records(scope: Scope, index: Index) -> Iterator[tuple[Row, Record | None]]:
    """Every row, of an article with its record, by its line or while that waits."""
    waiting = {pending.seq: pending.line for pending in index.pending()}
    for row in index.rows():
        if (place := row.line) is None:
            yield row, None
            continue
        raw = waiting.get(row.seq) or records.read_at(scope.root / place.file, place.offset, place.length)
        yield row, records.decode(raw)

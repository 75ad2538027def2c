"""Every trace of an address in an archive: its WARC records, lines of JSONL, and what refers to them.

The files are read, all of them, rather than the index: redirects, failures and answers that nobody cleaned stand in the
WARC alone. What is known of each record waits in a private SQLite file, so that memory does not grow with the archive.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
from msgspec import Struct

from scraper import layout, records, warc
from scraper.index import Index
from scraper.types import Ledger, Record

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE records (
    file TEXT, offset INTEGER, length INTEGER, id TEXT, type TEXT, refers TEXT, hit INTEGER);
"""
_DOWN = "UPDATE records SET hit = 1 WHERE NOT hit AND refers IN (SELECT id FROM records WHERE hit)"
# A revisit's original has the same target URI, or is another page's own: it goes by its address alone.
_UP = (
    "UPDATE records SET hit = 1 WHERE NOT hit AND id IN"
    " (SELECT refers FROM records WHERE hit AND type IN ('request', 'metadata', 'conversion'))"
)
_DERIVED = re.compile(r"urn:(?!uuid:)[a-z]+:(.+)")  # a record that was made from what an address gave
_URL_FIELD = re.compile(rb'"(?:final_|canonical_)?url":("(?:[^"\\]|\\.)*")')


class Target(Struct, frozen=True):
    """The address that is looked for, and others under which the same article was met (`also`).

    Two spellings of one address have the same `mark`.
    """

    url: str
    also: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """What it is compared by."""
        return warc.mark(self.url)

    def is_among(self, addresses: Iterable[str | None]) -> bool:
        """Whether one of them is this one."""
        wanted = {self.mark, *map(warc.mark, self.also)}
        return any(address and warc.mark(address) in wanted for address in addresses)


class Found(Struct, frozen=True):
    """A WARC record by its place, its id and its type."""

    file: str
    offset: int
    length: int
    id: str
    type: str


class Stone(Struct, frozen=True):
    """A tombstone of the address that stands already, for `count` records."""

    found: Found
    said: warc.Tombstone
    count: int


class Trace(Struct, frozen=True):
    """What was found. `articles` are ids of records, `lines` by file the offsets and lengths of the lines of JSONL.

    `keys` are what the index keeps of the content in `seen`, beginnings with a blank at the end; `also` are further
    addresses of the pages themselves, `others` such of other records that hold the same page, `unread` has a line for
    each stretch that nobody can look into.
    """

    records: tuple[Found, ...]
    articles: frozenset[str]
    lines: dict[str, tuple[tuple[int, int], ...]]
    keys: frozenset[str]
    also: tuple[str, ...]
    others: tuple[str, ...]
    stones: tuple[Stone, ...]
    unread: tuple[str, ...]

    @property
    def raw(self) -> frozenset[str]:
        """The ids of the WARC records."""
        return frozenset(found.id for found in self.records)


def trace(root: Path, index: Index, target: Target) -> Trace:
    """Look for an address in every file; WARC files that are still written to are not read."""
    with closing(sqlite3.connect("", isolation_level=None)) as db:
        db.executescript(_SCHEMA)
        return _Search(root, index, target, db).run()


def addresses(entry: warc.Entry, ledger: Ledger | None) -> Iterator[str | None]:
    """Every address by which a WARC record is of a page."""
    uri = entry.uri("warc-target-uri")
    derived = _DERIVED.fullmatch(uri or "")
    yield derived[1] if derived else uri
    context = warc.context(entry.header(warc.CONTEXT.lower()))
    if context is not None:
        yield from (context.link.url, context.final_url)
    if ledger is not None and ledger.line is not None:
        yield from of_record(ledger.line)


def of_record(record: Record) -> Iterator[str | None]:
    """Every address of an article's record; of a file, the one that it was found at."""
    yield from (record.url, record.final_url, record.canonical_url, *record.other_urls)
    if record.url is None and record.found_by is not None:
        yield record.found_by.at


def ledger_of(entry: warc.Entry) -> Ledger | None:
    """The ledger in a metadata record, None if there is none."""
    if entry.type != "metadata" or warc.is_tombstone(entry):
        return None
    try:
        return msgspec.json.decode(entry.block, type=Ledger)
    except (ValueError, RecursionError):
        return None


def in_fragment(raw: bytes, target: Target, articles: Iterable[str]) -> bool:
    """Whether bytes that are no whole line of JSONL are of this address, as far as they can be read."""
    if any(f'"{record_id}"'.encode() in raw for record_id in articles):
        return True
    return target.is_among(_decoded(found[1]) for found in _URL_FIELD.finditer(raw))


def _decoded(text: bytes) -> str | None:
    try:
        return str(json.loads(text))
    except ValueError:
        return None


class _Search:
    """One look through an archive."""

    def __init__(self, root: Path, index: Index, target: Target, db: sqlite3.Connection) -> None:
        self._root, self._index, self._target, self._db = root, index, target, db
        self._stones: list[Stone] = []
        self._unread: list[str] = []
        self._articles: set[str] = set()
        self._keys: set[str] = set()
        self._also: dict[str, str] = {warc.mark(address): address for address in target.also}
        self._same: set[str] = set()

    def run(self) -> Trace:
        """WARC, then what refers to what, then JSONL and index by the ids that this gave."""
        for path in layout.plain_files(self._root, layout.WARCS):
            self._read(path)
        while self._db.execute(_DOWN).rowcount + self._db.execute(_UP).rowcount:
            pass
        hits = tuple(Found(*row) for row in self._select("hit"))
        for found in hits:
            self._look_into(found)
        raw = {found.id for found in hits}
        for row in self._index.rows():
            known = (row.url, row.final_url, row.canonical_url)
            if (row.warc and row.warc.record_id in raw) or self._target.is_among(known):
                self._articles.add(row.id)
        lines = {name: places for name, places in self._lines(raw) if places}
        return Trace(
            records=hits,
            articles=frozenset(self._articles),
            lines=lines,
            keys=frozenset(self._keys),
            also=tuple(sorted(self._also.values())),
            others=self._others(),
            stones=tuple(self._stones),
            unread=tuple(self._unread),
        )

    def _read(self, path: Path) -> None:
        name = path.relative_to(self._root).as_posix()
        self._db.execute("BEGIN")
        for entry in warc.read(path):
            if isinstance(entry, warc.Damage):
                self._unread.append(f"{name}: at {entry.offset}: {entry.length:,} bytes that cannot be read")
                continue
            found = _found(name, entry)
            if warc.is_tombstone(entry):
                self._read_stone(entry, found)
                continue
            refers = entry.uri("warc-concurrent-to") if entry.type == "request" else entry.uri("warc-refers-to")
            hit = entry.type != "warcinfo" and self._target.is_among(addresses(entry, ledger_of(entry)))
            values = (name, entry.offset, entry.length, found.id, entry.type, refers, hit)
            self._db.execute("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        self._db.execute("COMMIT")

    def _read_stone(self, entry: warc.Entry, found: Found) -> None:
        try:
            said = warc.tombstone(entry)
            count = int(entry.header(warc.TOMBSTONE.lower()) or "")
        except ValueError as error:
            self._unread.append(f"{found.file}: at {found.offset}: not a tombstone: {error}")
            return
        if self._target.is_among((said.url, *said.also)):
            self._stones.append(Stone(found, said, count))

    def _select(self, where: str) -> Iterator[tuple[str, int, int, str, str]]:
        columns = "file, offset, length, id, type"
        yield from self._db.execute(f"SELECT {columns} FROM records WHERE {where} ORDER BY file, offset")  # noqa: S608 constants only

    def _look_into(self, found: Found) -> None:
        """What the index keeps of the content of a record that goes, and under which addresses it may not come back."""
        entry = warc.read_at(self._root / found.file, found.offset)
        if entry.type == "resource":
            self._keys.add(f"file sha256:{hashlib.sha256(entry.block).hexdigest()}")
        context = warc.context(entry.header(warc.CONTEXT.lower()))
        if context is not None:
            self._keys.add(f"{context.link.url} ")  # a page of a WARC: see pipeline.files
        ledger = ledger_of(entry)
        if ledger is not None:
            self._articles.add(ledger.record)
            self._keys.update([ledger.key] if ledger.key and "sha256:" in ledger.key else [])
            if ledger.line is not None:
                self._same.add(ledger.line.text_sha256)
                self._note(ledger.line)

    def _note(self, record: Record) -> None:
        """A page that was found by what it says of itself lies elsewhere, and is forbidden there.

        Where the address redirects to another one, that one is not: an old address may lead to a front page.
        """
        asked, further = (record.url, record.final_url), (record.canonical_url, *record.other_urls)
        if self._target.is_among(further) and not self._target.is_among(asked):
            self._also.update({warc.mark(address): address for address in asked if address})

    def _lines(self, raw: set[str]) -> Iterator[tuple[str, tuple[tuple[int, int], ...]]]:
        for path in layout.plain_files(self._root, layout.LINES):
            name = path.relative_to(self._root).as_posix()
            yield name, tuple(lines_of(path, self._is_line(raw)))

    def _is_line(self, raw: set[str]) -> Callable[[records.Line | records.Damage, bytes], bool]:
        def is_hit(line: records.Line | records.Damage, data: bytes) -> bool:
            if isinstance(line, records.Damage):
                return in_fragment(data, self._target, self._articles)
            record = line.record
            known = record.id in self._articles or (record.warc is not None and record.warc.record_id in raw)
            if known or self._target.is_among(of_record(record)):
                self._articles.add(record.id)
                return True
            return False

        return is_hit

    def _others(self) -> tuple[str, ...]:
        """Addresses of articles that stay and have the text of one that goes."""
        rows = (row for text in self._same for row in self._index.with_text(text))
        return tuple(sorted({row.url or row.source for row in rows if row.id not in self._articles}))


def lines_of(path: Path, is_hit: Callable[[records.Line | records.Damage, bytes], bool]) -> Iterator[tuple[int, int]]:
    """The lines of a file that are hit, by offset and length."""
    for item in records.scan(path):
        data = item.raw if isinstance(item, records.Line) else records.read_at(path, item.offset, item.length)
        if is_hit(item, data):
            yield item.offset, len(data)


def _found(name: str, entry: warc.Entry) -> Found:
    return Found(name, entry.offset, entry.length, entry.uri("warc-record-id") or "", entry.type)

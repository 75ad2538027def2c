"""The index made again from WARC and JSONL alone."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from scraper import records, warc
from scraper.archive import disk
from scraper.archive.repair import finish, open_files, repair
from scraper.errors import ScrapeError
from scraper.index import NAME, File, Index, Place
from scraper.sources import urls
from scraper.types import Ledger, Record, Verdict, WarcRef

_RAW = "CREATE TABLE raw (id TEXT PRIMARY KEY, offset INTEGER, length INTEGER, file TEXT, context TEXT, digest TEXT)"
_NO_TEXT = hashlib.sha256(b"").hexdigest()
_COMMIT_EVERY = 2000


def build(root: Path) -> list[str]:
    """Rebuild the index of an archive whose lock is held; a line for everything that was repaired or found amiss.

    Files and addresses count as seen where a ledger says that they were cleaned. What the files do not hold is gone:
    validators, failure counts, runs.
    """
    path = root / NAME
    notes = _finish_files(root, path)
    fresh = root / f"{NAME}.new"
    _remove(fresh)
    index = Index(fresh)
    try:
        for file in sorted(root.glob("articles/*/*/*.jsonl")):
            notes += _take_lines(root, file, index)
        with closing(sqlite3.connect("")) as raw:  # a private file of its own: a large archive has many records
            raw.execute(_RAW)
            for file in sorted(root.glob("warc/*/*/*.warc.gz")):
                notes += _take_warc(root, file, index, raw)
        index.commit()
        index.checkpoint()  # on a full disk this fails here, while the old index is still there
    finally:
        index.close()
    for suffix in ("-wal", "-shm"):  # an old write-ahead log must not meet the new index
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    fresh.replace(path)
    disk.sync_folders(path, root)
    return notes


def _finish_files(root: Path, path: Path) -> list[str]:
    """Let the old index say what was acknowledged, if it still can; without it, whatever is whole counts."""
    notes: list[str] = []
    if path.exists():
        try:
            with closing(Index(path)) as old:
                notes += repair(root, old)
        except ScrapeError as error:
            notes.append(f"the old index could not help: {error}")
    for file in open_files(root):
        notes += finish(root, file, warc.whole(file))
    for file in root.glob("articles/*/*/*.jsonl"):
        good = records.whole(file)
        if good < file.stat().st_size:
            notes.append(disk.set_aside(root, file, good))
    return notes


def _take_lines(root: Path, path: Path, index: Index) -> Iterator[str]:
    name = path.relative_to(root).as_posix()
    for number, line in enumerate(records.scan(path)):
        if isinstance(line, records.Damage):
            yield f"{path}: at {line.offset}: {line.reason}"
        elif index.get(line.record.id) is not None:
            yield f"{path}: at {line.offset}: record {line.record.id} stands here again"
        else:
            index.add(line.record, Place(name, line.offset, len(line.raw)), None)
        if number % _COMMIT_EVERY == 0:
            index.commit()
    index.set_file(File(name, path.stat().st_size))


def _take_warc(root: Path, path: Path, index: Index, raw: sqlite3.Connection) -> Iterator[str]:
    name = path.relative_to(root).as_posix()
    for number, entry in enumerate(warc.read(path)):
        if isinstance(entry, warc.Damage):
            yield f"{path}: at {entry.offset}: {entry.reason}"
            continue
        ref = WarcRef(name, entry.offset, entry.length, entry.uri("warc-record-id") or "")
        if entry.type in ("response", "resource"):
            digest = hashlib.sha256(entry.block).hexdigest() if entry.type == "resource" else None
            values = (ref.record_id, ref.offset, ref.length, ref.file, entry.header(warc.CONTEXT.lower()), digest)
            raw.execute("INSERT OR IGNORE INTO raw VALUES (?, ?, ?, ?, ?, ?)", values)
        elif entry.type == "metadata":
            yield from _take_ledger(entry, ref, index, raw)
        if number % _COMMIT_EVERY == 0:
            index.commit()
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    index.set_file(File(name, path.stat().st_size, digest))


def _take_ledger(entry: warc.Entry, ref: WarcRef, index: Index, raw: sqlite3.Connection) -> Iterator[str]:
    try:
        ledger = msgspec.json.decode(entry.block, type=Ledger)
    except ValueError as error:
        yield f"{ref.file}: at {ref.offset}: not a ledger: {error}"
        return
    _see(ledger, entry.uri("warc-refers-to") or "", index, raw)
    if index.get(ledger.record) is not None:
        index.set_ledger(ledger.record, ref)
    elif ledger.verdict is Verdict.ARTICLE:
        yield f"{ref.file}: at {ref.offset}: article {ledger.record} has no line of JSONL: clean it again"
    elif (record := _without_text(ledger, entry.uri("warc-refers-to") or "", raw)) is not None:
        index.add(record, None, ref)
    else:
        yield f"{ref.file}: at {ref.offset}: a ledger of a record that is not there"


def _see(ledger: Ledger, refers_to: str, index: Index, raw: sqlite3.Connection) -> None:
    """Mark what a ledger is of as met by its source, by the keys that the pipeline knows it by."""
    row = raw.execute("SELECT context, digest FROM raw WHERE id = ?", (refers_to,)).fetchone()
    context = warc.context(row[0]) if row else None
    if context is not None:
        key = urls.key(context.link.url) if row[1] is None else f"file sha256:{row[1]}"
        index.see(context.link.source, key, ledger.record)


def _without_text(ledger: Ledger, refers_to: str, raw: sqlite3.Connection) -> Record | None:
    """The record of a page that is no article, from its ledger and the context of its raw record."""
    row = raw.execute("SELECT file, offset, length, id, context FROM raw WHERE id = ?", (refers_to,)).fetchone()
    context = warc.context(row[4]) if row else None
    if context is None:
        return None
    return Record(
        id=ledger.record,
        source=context.link.source,
        url=context.link.url,
        final_url=context.final_url,
        fetched_at=context.fetched_at,
        found_by=context.link.found_by,
        verdict=ledger.verdict,
        text="",
        text_sha256=_NO_TEXT,
        word_count=0,
        warc=WarcRef(*row[:4]),
        cleaner=ledger.cleaner,
        rules=ledger.rules,
        profile=ledger.profile,
    )


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)

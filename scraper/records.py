"""The article lines: JSONL files `articles/YYYY/MM/DD.jsonl`, one record a line, by the day of fetched_at in UTC."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from scraper.errors import ScrapeError
from scraper.types import SCHEMA, Record

MAX_LINE = 64 << 20
"""Bytes of the longest line that is read."""

ELSEWHERE = ("kept", "removed", "trimmed")
"""Fields that the WARC's metadata record holds, and the line does not."""

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|\+00:00)")
_decoder = msgspec.json.Decoder(Record)


class Line(Struct, frozen=True):
    """A line that holds a record; `raw` has its line end."""

    offset: int
    raw: bytes
    record: Record


class Damage(Struct, frozen=True):
    """Bytes that are no record, from `offset`, `length` long; `torn` if it is a last line without its end.

    `spoilt` are bytes that nobody can have meant: no JSON at all, where another program's line or version would be.
    """

    offset: int
    length: int
    reason: str
    torn: bool = False
    spoilt: bool = False


def file_name(record: Record) -> str:
    """The name of the file that the record's line belongs to, relative to the archive's root."""
    day = _DAY.fullmatch(record.fetched_at or "")
    if day is None:
        raise ValueError(f"record {record.id}: fetched_at is not RFC 3339 in UTC: {record.fetched_at!r}")
    return f"articles/{day[1]}/{day[2]}/{day[3]}.jsonl"


def encode(record: Record) -> bytes:
    """The record as its line: fields in the order of Record, keys of mappings sorted, without the fields ELSEWHERE.

    A ScrapeError if a text holds half of a surrogate pair, which no JSON file can.
    """
    fields = msgspec.to_builtins(record, order="deterministic")
    for name in ELSEWHERE:
        del fields[name]
    try:
        return msgspec.json.encode(fields) + b"\n"
    except UnicodeEncodeError as error:
        message = f"{record.url or record.source}: record {record.id} holds half a surrogate pair"
        raise ScrapeError(message, reason="not-unicode") from error


def decode(raw: bytes) -> Record:
    """A line as its record; a ValueError says what is wrong with it."""
    record = _decoder.decode(raw)
    if record.schema != SCHEMA:
        raise ValueError(f"schema {record.schema}, this version reads {SCHEMA}")
    return record


def write_at(path: Path, offset: int, lines: Iterable[bytes]) -> None:
    """Write lines, one write each, from `offset` on, and return when they are on the disk. OSErrors pass through.

    A reader never sees the start of one line within another; after a crash it may see the start of the last one.
    Where there is no room, the line that was begun is taken back. What stands there already is written again: after a
    sync that failed, the system holds for written what is not.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        for line in lines:
            end = offset + len(line)
            try:
                while offset < end:  # a second round means a full disk, and raises
                    offset += os.pwrite(file, line[offset - end :], offset)
            except OSError:
                os.ftruncate(file, end - len(line))
                raise
        os.fsync(file)
    finally:
        os.close(file)


def read_at(path: Path, offset: int, length: int) -> bytes:
    """The bytes of a line; fewer if the file is shorter."""
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(length)


def scan(path: Path, stop: int | None = None, *, start: int = 0) -> Iterator[Line | Damage]:
    """Every line of a file up to `stop` (a length that is known to be good), and every stretch that is no record."""
    with path.open("rb") as file:
        end = file.seek(0, 2)
        end = end if stop is None else min(end, stop)
        offset = file.seek(start)
        while offset < end:
            raw = file.readline(min(MAX_LINE, end - offset))
            yield _line(offset, raw, offset + len(raw) >= end)
            offset += len(raw)


def whole(path: Path) -> int:
    """The length up to which a file consists of whole lines."""
    end = 0
    for item in scan(path):
        if isinstance(item, Damage) and item.torn:
            return item.offset
        end = item.offset + (item.length if isinstance(item, Damage) else len(item.raw))
    return end


def _line(offset: int, raw: bytes, last: bool) -> Line | Damage:
    if not raw.endswith(b"\n"):
        reason = "the file ends within a line" if last else f"a line longer than {MAX_LINE} bytes"
        return Damage(offset, len(raw), reason, last, spoilt=True)
    try:
        return Line(offset, raw, decode(raw))
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors; deep nesting is RecursionError
        return Damage(offset, len(raw), f"not a record: {error}", spoilt=not _is_json(raw))


def _is_json(raw: bytes) -> bool:
    try:
        msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return False
    return True

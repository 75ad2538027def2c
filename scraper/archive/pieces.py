"""What recovery set aside in quarantine, looked through for an address: ends of WARC and JSONL files, whole or torn."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from scraper import records, warc
from scraper.archive import disk
from scraper.archive.journal import FRESH
from scraper.archive.trace import Target, Trace, addresses, in_fragment, ledger_of, lines_of, of_record


class Pieces(Struct, frozen=True):
    """By file the offsets and lengths of what is of the address; and a line for what nobody can read."""

    hits: dict[str, tuple[tuple[int, int], ...]]
    unread: tuple[str, ...]


def find(root: Path, target: Target, found: Trace) -> Pieces:
    """Look through the quarantine for what is of the address, or refers to what was found of it elsewhere."""
    hits: dict[str, tuple[tuple[int, int], ...]] = {}
    unread: list[str] = []
    for path in sorted((root / disk.QUARANTINE).glob("*")):
        if not path.is_file() or path.name.endswith(FRESH):
            continue
        name = path.relative_to(root).as_posix()
        if ".jsonl." in path.name:
            places = tuple(_lines(path, target, found))
        else:
            places = tuple(_members(path, target, found, unread))
        if places:
            hits[name] = places
    return Pieces(hits, tuple(unread))


def _lines(path: Path, target: Target, found: Trace) -> Iterator[tuple[int, int]]:
    def is_hit(line: records.Line | records.Damage, data: bytes) -> bool:
        if isinstance(line, records.Damage):
            return in_fragment(data, target, found.articles)
        return line.record.id in found.articles or target.is_among(of_record(line.record))

    return lines_of(path, is_hit)


def _members(path: Path, target: Target, found: Trace, unread: list[str]) -> Iterator[tuple[int, int]]:
    """Records by their head and ledger; of a torn one, as much of its head as there is.

    What stands behind a hit and cannot be read goes with it. A record that refers to one that stands here alone has its
    address too.
    """
    hit = False
    for item in warc.read(path):
        if isinstance(item, warc.Entry):
            refers = {item.uri("warc-refers-to"), item.uri("warc-concurrent-to")}
            hit = bool(refers & found.raw) or target.is_among(addresses(item, ledger_of(item)))
        else:
            torn = _head(path, item)
            if torn is not None:
                hit = target.is_among(addresses(torn, None))
            elif not hit:
                unread.append(f"{path}: at {item.offset}: {item.length:,} bytes that cannot be read")
        if hit:
            yield item.offset, item.length


def _head(path: Path, damage: warc.Damage) -> warc.Entry | None:
    """The head of a record whose end is missing or damaged; None if not even that can be read."""
    raw = records.read_at(path, damage.offset, min(damage.length, warc.MAX_BLOCK))
    inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
    data = b""
    try:
        for start in range(0, len(raw), 512):  # in small steps: what comes before a damaged byte is had
            data += inflate.decompress(raw[start : start + 512], 1 << 20)
            if b"\r\n\r\n" in data or len(data) >= 1 << 20:
                break
    except zlib.error:
        pass
    head, blank, _ = data.partition(b"\r\n\r\n")
    if not blank:
        return None
    pairs = [line.decode("utf-8", "replace").partition(":") for line in head.split(b"\r\n")[1:]]
    headers = tuple((name, value.strip()) for name, _, value in pairs)
    return warc.Entry("", headers, damage.offset, damage.length, b"")

"""An article's page as it was read: kept and removed blocks in the order in which they stood."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from msgspec import Struct

from scraper.types import Ledger, Removal, Trim

MOST_BLOCKS = 400
MOST_CHARS = 150_000
"""Blocks, and characters of their texts, on one page; a page of a hostile site may have 200,000 blocks."""
LONGEST = 20_000
"""Characters of one block that are shown."""


class Part(Struct, frozen=True):
    """A stretch of a kept block; with `trim` one that was taken out of it."""

    text: str
    trim: Trim | None = None


class Kept(Struct, frozen=True):
    """A kept block, at its position; None where the ledger cannot say which line of the text is which block."""

    at: int | None
    parts: tuple[Part, ...]


class Row(Struct, frozen=True):
    """What was removed at one place, and what was kept behind it."""

    removed: tuple[Removal, ...]
    kept: tuple[Kept, ...]

    @property
    def size(self) -> int:
        """Its characters, of removed and kept blocks, as they are shown."""
        return sum(map(_size, self.removed)) + sum(map(_size, self.kept))


class Marked(Struct, frozen=True):
    """A page in rows. `is_exact` is False where the place of what stood between kept blocks is not known exactly."""

    rows: tuple[Row, ...]
    is_exact: bool


def mark(text: str, ledger: Ledger) -> Marked:
    """Put the removed blocks back between the lines of the text.

    Each kept block is one line of the text, or none if it was trimmed away whole; but code may have several: then the
    removed blocks before, within and behind the text are told apart, and no more.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    removed = sorted(ledger.removed, key=lambda removal: removal.at)
    trims: dict[int, list[Trim]] = {}
    for trim in ledger.trimmed:
        trims.setdefault(trim.at, []).append(trim)
    emptied = {at for at in ledger.kept if any(trim.start == 0 for trim in trims.get(at, ()))}
    emptied = emptied if len(lines) == len(ledger.kept) - len(emptied) else set()
    if len(lines) == len(ledger.kept) - len(emptied):
        line = iter(lines)
        kept = [Kept(at, _parts("" if at in emptied else next(line), trims.get(at, ()))) for at in sorted(ledger.kept)]
        return Marked(tuple(_rows(kept, removed)), is_exact=True)
    plain = tuple(Kept(None, (Part(line),)) for line in lines)
    if not ledger.kept or not plain:
        return Marked((Row(tuple(removed), plain),), is_exact=True)
    places = [removal.at for removal in removed]
    first, last = bisect_left(places, min(ledger.kept)), bisect_left(places, max(ledger.kept))
    rows = (Row(tuple(removed[:first]), plain), Row(tuple(removed[first:last]), ()), Row(tuple(removed[last:]), ()))
    return Marked(tuple(row for row in rows if row.removed or row.kept), is_exact=first == last)


def leaves(marked: Marked) -> list[tuple[Row, ...]]:
    """The rows in leaves that a browser can show; a row that is too long for one is cut."""
    found: list[list[Row]] = [[]]
    blocks = chars = 0
    for row in _cut(marked.rows):
        count = len(row.removed) + len(row.kept)
        if found[-1] and (blocks + count > MOST_BLOCKS or chars + row.size > MOST_CHARS):
            found.append([])
            blocks = chars = 0
        found[-1].append(row)
        blocks, chars = blocks + count, chars + row.size
    return [tuple(leaf) for leaf in found]


def _rows(kept: Sequence[Kept], removed: Sequence[Removal]) -> Iterator[Row]:
    """A row begins where something was removed."""
    behind: list[Kept] = []
    gone: list[Removal] = []
    done = 0
    for one in kept:
        start = done
        while done < len(removed) and removed[done].at < (one.at or 0):
            done += 1
        if done > start:
            if gone or behind:
                yield Row(tuple(gone), tuple(behind))
            gone, behind = list(removed[start:done]), []
        behind.append(one)
    if gone or behind:
        yield Row(tuple(gone), tuple(behind))
    if done < len(removed):
        yield Row(tuple(removed[done:]), ())


def _cut(rows: Sequence[Row]) -> Iterator[Row]:
    """Rows of at most MOST_BLOCKS blocks and about MOST_CHARS characters."""
    for row in rows:
        gone: list[Removal] = []
        behind: list[Kept] = []
        chars = 0
        blocks: tuple[Removal | Kept, ...] = (*row.removed, *row.kept)
        for block in blocks:
            size = _size(block)
            if (gone or behind) and (len(gone) + len(behind) >= MOST_BLOCKS or chars + size > MOST_CHARS):
                yield Row(tuple(gone), tuple(behind))
                gone, behind, chars = [], [], 0
            if isinstance(block, Removal):
                gone.append(block)
            else:
                behind.append(block)
            chars += size
        yield Row(tuple(gone), tuple(behind))


def _size(block: Removal | Kept) -> int:
    """Characters of a block as it is shown."""
    texts = [block.text] if isinstance(block, Removal) else [part.text for part in block.parts]
    return sum(min(len(text), LONGEST) for text in texts)


def _parts(line: str, trims: Sequence[Trim]) -> tuple[Part, ...]:
    """A kept line with what was trimmed from it, at its place; offsets count the block's own text."""
    parts: list[Part] = []
    done = gone = 0
    for trim in sorted(trims, key=lambda trim: trim.start):
        place = min(max(trim.start - gone, done), len(line))
        parts += [Part(line[done:place]), Part(trim.text, trim)]
        done, gone = place, gone + trim.end - trim.start
    parts.append(Part(line[done:]))
    return tuple(part for part in parts if part.text)

"""Which story family an article belongs to: that of the first article in the archive that says the same, or its own.

A family is named by the id of its first record. An article is compared with first members alone, in each of their
versions, never with those that joined: so the family of each of its members is near to what it began with, and a story
does not drift from copy to copy (where A is like B and B like C, yet A not like C, C is no member). Of several families
that are near enough the one that was archived first is taken. All versions and cleanings of an article are of the
family of the first. Once a first member is purged, the next one stands for it.

What a line of JSONL says is so; of lines that say nothing, as older versions wrote them, the index knows it alone.
"""

from __future__ import annotations

from pathlib import Path

from scraper.archive.view import line
from scraper.errors import ScrapeError
from scraper.families.alike import FEWEST, is_one_story
from scraper.families.bands import bands
from scraper.families.shingles import Shingled, shingled
from scraper.index import Index, Row
from scraper.index.members import entries, is_of
from scraper.index.order import archived_at
from scraper.sources import urls
from scraper.types import Record, Verdict

CANDIDATES = 8
"""Texts that an article is compared with, those that share the most bands first; each costs about as much as it."""


class Families:
    """The families of an archive, by its index and its lines."""

    def __init__(self, root: Path, index: Index) -> None:
        self._root, self._index = root, index
        self._last: tuple[str, Shingled] = ("", shingled(""))

    def of(self, record: Record) -> str | None:
        """The family of an article that is to be added; None of what is no article."""
        if record.verdict is not Verdict.ARTICLE:
            return None
        return self._of_its_versions(record) or self._of_one_like(record) or record.id

    def sign(self, seq: int, text: str) -> None:
        """Let an article be found by its text, if it is the first of its family or another version of that."""
        row = self._index.at(seq)
        if row is not None:
            self._index.sign(seq, entries(self._index, row, self._shingled(text)))

    def promote(self, family: str) -> None:
        """Let the first member that is left stand for a family that lost some."""
        rows = self._index.family(family)
        for row in rows:
            if is_of(row, rows[0]) and (text := self._text(row)) is not None:
                self.sign(row.seq, text)

    def take(self, row: Row) -> Record | None:
        """Take in an article anew, after all that were archived before it; its record, None of what is none."""
        record = self._record(row)
        if record is None:
            return None
        if row.family is None and (family := self.of(record)) is not None:
            self._index.set_family(row.id, family)
        self.sign(row.seq, record.text)
        return record

    def _of_its_versions(self, record: Record) -> str | None:
        """The family of the versions of this very article that are here."""
        if record.version is None or record.url is None:
            return None
        others = (self._index.get(edition.record) for edition in self._index.editions(urls.key(record.url)))
        return next((row.family for row in others if row is not None and row.family), None)

    def _of_one_like(self, record: Record) -> str | None:
        """The family of the first member that says the same; None where there is none."""
        own = self._shingled(record.text)
        if len(own) < FEWEST:
            return None
        candidates = (self._index.at(seq) for seq in self._index.near(bands(own), CANDIDATES))
        found = [row for row in candidates if row is not None and self._is_like(own, row)]
        return min(found, key=archived_at).family if found else None

    def _is_like(self, own: Shingled, row: Row) -> bool:
        text = self._text(row)
        return text is not None and is_one_story(own, shingled(text))

    def _text(self, row: Row) -> str | None:
        record = self._record(row)
        return record.text if record is not None else None

    def _record(self, row: Row) -> Record | None:
        """The record in a row's line; None where that is damaged, which `verify` says and no other article suffers."""
        try:
            return line(self._root, self._index, row.id)
        except ScrapeError:
            return None

    def _shingled(self, text: str) -> Shingled:
        """The shingles of a text that is asked for twice: when its family is looked for, and when it is signed."""
        if self._last[0] != text:
            self._last = (text, shingled(text))
        return self._last[1]

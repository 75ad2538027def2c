"""What the index knows of story families: by which bands their first members are found, and who belongs to them.

Only the first member of a family is found by what it says, in each of its versions; so a story does not drift from copy
to copy into another one, and most of a wire story's copies cost nothing here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from scraper.index.database import Database

MOST_OF_A_BAND = 64
"""Texts of one band that are looked at: more have a formula in common, for near ones would be one family."""

_OF_A_BAND = f"SELECT * FROM (SELECT seq FROM kin WHERE band = ? ORDER BY seq LIMIT {MOST_OF_A_BAND})"  # noqa: S608 constants only


class Kin(Database):
    """The part of the index that families are kept in."""

    def sign(self, seq: int, bands: Iterable[int]) -> None:
        """Let the record with this running number be found by the bands of its text."""
        self._begin()
        with self._guarded():
            self._db.executemany("INSERT OR IGNORE INTO kin (band, seq) VALUES (?, ?)", ((band, seq) for band in bands))

    def is_signed(self, seq: int, bands: Iterable[int]) -> bool:
        """Whether a record is found by each of these bands."""
        sql = "SELECT 1 FROM kin WHERE band = ? AND seq = ?"
        return all(self._read(sql, (band, seq)) for band in bands)

    def signed(self) -> int:
        """How many entries there are, over all records and bands."""
        return self._checked(self._read("SELECT COUNT(*) FROM kin")[0][0], int)

    def near(self, bands: tuple[int, ...], limit: int) -> list[int]:
        """The running numbers of the records that share bands with a text, those that share the most first."""
        sql = " UNION ALL ".join([_OF_A_BAND] * len(bands))
        found = Counter(self._checked(row[0], int) for row in self._read(sql, bands)) if bands else Counter[int]()
        return sorted(found, key=lambda seq: (-found[seq], seq))[:limit]

    def set_family(self, record_id: str, family: str) -> None:
        """Say to which family a record belongs whose line does not."""
        self._write("UPDATE records SET family = ? WHERE id = ?", (family, record_id))

    def joined(self, since: str) -> Iterator[str]:
        """The families of what joined one and was fetched since then, the newest first; a family may come again."""
        sql = "SELECT family FROM records WHERE family <> id AND fetched_at >= ? ORDER BY fetched_at DESC, id"
        with self._guarded():
            for (family,) in self._db.execute(sql, (since,)):
                yield self._checked(family, str)

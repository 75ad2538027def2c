"""How many records there are, without counting them: triggers keep the numbers (see migrations.py)."""

from __future__ import annotations

from datetime import date

from scraper.index.database import Database

_TALLIES = "SELECT source, verdict, COUNT(*) FROM records GROUP BY source, verdict"
_DAILY = (
    "SELECT substr(fetched_at, 1, 10), source, COUNT(DISTINCT COALESCE(warc_id, seq)) FROM records"
    " WHERE fetched_at IS NOT NULL AND verdict = 'article' GROUP BY 1, 2"
)


class Counting(Database):
    """The part of the index that counts."""

    def counts(self) -> dict[tuple[str, str], int]:
        """How many records there are by (source, verdict)."""
        found = self._read("SELECT source, verdict, count FROM tallies")
        return {(source, verdict): count for source, verdict, count in found}

    def days(self, since: date) -> dict[tuple[str, str], int]:
        """How many articles came from each source on each day (ISO) since; a second cleaning of one is no second."""
        found = self._read("SELECT source, day, articles FROM daily WHERE day >= ?", (since.isoformat(),))
        return {(source, day): count for source, day, count in found}

    def has_counted(self) -> bool:
        """Whether these numbers are what counting all records gives."""
        pairs = (("SELECT source, verdict, count FROM tallies", _TALLIES), ("SELECT * FROM daily", _DAILY))
        return all(set(self._read(kept)) == set(self._read(counted)) for kept, counted in pairs)

"""What the index knows of the requests made to a host on a day. Not evidence: a new index begins the day anew."""

from __future__ import annotations

from scraper.index.database import Database


class Spending(Database):
    """The part of the index that budgets are kept in."""

    def spent(self, day: str, host: str) -> tuple[int, int]:
        """Pages asked of a host and bytes taken from it on a day (ISO 8601)."""
        found = self._read("SELECT pages, bytes FROM spent WHERE day = ? AND host = ?", (day, host))
        return (int(found[0][0]), int(found[0][1])) if found else (0, 0)

    def spend(self, day: str, host: str, pages: int, size: int) -> None:
        """Add pages and bytes; earlier days are dropped."""
        upsert = (
            "INSERT INTO spent VALUES (?, ?, ?, ?) ON CONFLICT (day, host) DO UPDATE"
            " SET pages = pages + excluded.pages, bytes = bytes + excluded.bytes"
        )
        self._write("DELETE FROM spent WHERE day < ?", (day,))
        self._write(upsert, (day, host, pages, size))

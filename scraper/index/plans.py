"""What the daemon plans, and how its plans went, source by source. Only times and counts: they may be lost."""

from __future__ import annotations

from msgspec import Struct

from scraper.index.database import Database


class Plan(Struct, frozen=True):
    """A source in the daemon's table.

    `next_at` is when it runs next (None: no longer), `late` by how many seconds its last run started late. Ever since
    the index was made: `skipped` runs still had one before them, `missed` were caught up by a later one. `reached_at`
    is the end of the last run in which the source itself, not all its articles, could be read.
    """

    source: str
    next_at: str | None
    late: float | None = None
    skipped: int = 0
    missed: int = 0
    reached_at: str | None = None


class Plans(Database):
    """The table of plans."""

    def plan(self, source: str, next_at: str | None) -> None:
        """Say when a source runs next."""
        upsert = "INSERT INTO plans (source, next_at) VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET next_at = ?"
        self._write(upsert, (source, next_at, next_at))

    def came_late(self, source: str, late: float, missed: int) -> None:
        """A run started, and stands for others that were missed; the source is planned."""
        self._write("UPDATE plans SET late = ?, missed = missed + ? WHERE source = ?", (late, missed, source))

    def skip_runs(self, source: str, count: int) -> None:
        """Planned runs were skipped, for one was under way."""
        self._write("UPDATE plans SET skipped = skipped + ? WHERE source = ?", (count, source))

    def reach(self, source: str, at: str) -> None:
        """A run ended that could read its source."""
        self._write("UPDATE plans SET reached_at = ? WHERE source = ?", (at, source))

    def plans(self) -> dict[str, Plan]:
        """Every source that was planned."""
        found = self._read("SELECT source, next_at, late, skipped, missed, reached_at FROM plans")
        return {row[0]: Plan(*row) for row in found}

    def waiting_lines(self) -> int:
        """How many lines of JSONL are acknowledged and may not stand in their files yet."""
        return int(self._read("SELECT COUNT(*) FROM pending")[0][0])

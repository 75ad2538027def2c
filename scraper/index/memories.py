"""What chrome memory needs of the index: the articles of each host, and the profiles that were frozen of them.

An article's row is written with its record, a profile's with its note: so both are made again from WARC and JSONL.
"""

from __future__ import annotations

from typing import Any

import msgspec

from scraper.clean.options import remembering
from scraper.index.database import Database, damaged
from scraper.sources import urls
from scraper.types import Memory, Record, Verdict

_NEWER = "(excluded.at, excluded.record) > (at, record)"


class Memories(Database):
    """The part of the index that chrome memory needs."""

    def remember(self, record: Record) -> None:
        """Count a record among its host's articles; of an article's records the newest stands for it."""
        url = record.final_url or record.url or ""
        if record.verdict is not Verdict.ARTICLE or not (host := urls.host(url)):
            return
        values = (host, urls.key(url), record.fetched_at or "", record.id)
        upsert = f"ON CONFLICT (host, article) DO UPDATE SET at = excluded.at, record = excluded.record WHERE {_NEWER}"
        self._write(f"INSERT INTO remembered (host, article, at, record) VALUES (?, ?, ?, ?) {upsert}", values)  # noqa: S608 constants only

    def articles_of(self, host: str) -> int:
        """How many articles of a host are here."""
        found = self._read("SELECT COUNT(*) FROM remembered WHERE host = ?", (host,))
        return self._checked(found[0][0], int)

    def newest_of(self, host: str, limit: int) -> list[str]:
        """The ids of the records of a host's newest articles."""
        sql = "SELECT record FROM remembered WHERE host = ? ORDER BY at DESC, article LIMIT ?"
        return [str(row[0]) for row in self._read(sql, (host, limit))]

    def keep_memory(self, memory: Memory, at: str) -> None:
        """Take in a profile that was frozen at a time."""
        values = (memory.host, memory.number, memory.digest, at, msgspec.json.encode(memory, order="deterministic"))
        insert = "INSERT OR IGNORE INTO memories (host, number, digest, at, said) VALUES (?, ?, ?, ?, ?)"
        self._write(insert, values)

    def memory(self, host: str) -> Memory | None:
        """The last profile of a host."""
        found = self._read("SELECT said FROM memories WHERE host = ? ORDER BY number DESC LIMIT 1", (host,))
        return self._memory(found[0][0]) if found else None

    def memory_of(self, host: str, profile: str) -> Memory | None:
        """The memory of a host that a record's profile names."""
        digest = (remembering(profile) or "").rpartition("-")[2]
        found = self._read("SELECT said FROM memories WHERE host = ? AND digest = ?", (host, digest))
        return self._memory(found[0][0]) if found else None

    def has_memory(self, memory: Memory) -> bool:
        """Whether a profile is here."""
        where = "WHERE host = ? AND number = ? AND digest = ?"
        return bool(self._read(f"SELECT 1 FROM memories {where}", (memory.host, memory.number, memory.digest)))  # noqa: S608 constants only

    def memory_names(self) -> tuple[tuple[str, str], ...]:
        """The host and the id of every profile."""
        found = self._read("SELECT host, number, digest FROM memories ORDER BY host, number, digest")
        return tuple((str(host), f"memory-{number}-{digest}") for host, number, digest in found)

    def memories(self) -> list[tuple[str, Memory]]:
        """Every profile with the time at which it was frozen, by host and number."""
        found = self._read("SELECT at, said FROM memories ORDER BY host, number, digest")
        return [(str(at), self._memory(said)) for at, said in found]

    def _memory(self, said: Any) -> Memory:
        try:
            return msgspec.json.decode(self._checked(said, bytes), type=Memory)
        except ValueError as error:
            raise damaged(self.path, error) from error

"""What the index knows of whole responses, so that the same payload need not be stored twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scraper.index.database import Database
from scraper.types import Payload, WarcRef

CANDIDATES = 16
"""How many of an address's newest responses are compared with a new one: a page may alternate between a few forms."""

_COLUMNS = "uri, date, status, digest, etag, last_modified, file, offset, length, id"


class Payloads(Database):
    """The part of the index that a WARC writer remembers earlier responses by; see warc.Memory."""

    def keep(self, payload: Payload) -> None:
        """Remember a response that lies whole in the WARC; it becomes true with the commit that acknowledges it."""
        ref = payload.ref
        values = (payload.uri, payload.date, payload.status, payload.digest, payload.etag, payload.last_modified)
        insert = f"INSERT OR REPLACE INTO payloads ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 constants only
        self._write(insert, (*values, ref.file, ref.offset, ref.length, ref.record_id))

    def payloads(self, uri: str, until: str) -> list[Payload]:
        """The newest whole responses of an address that were fetched at `until` or before, newest first."""
        where = "WHERE uri = ? AND date <= ? ORDER BY date DESC LIMIT ?"
        return list(self._payloads(where, (uri, until, CANDIDATES)))

    def payload(self, uri: str, date: str, record_id: str) -> Payload | None:
        """The response with this address, date and id: what a revisit refers to."""
        return next(self._payloads("WHERE uri = ? AND date = ? AND id = ?", (uri, date, record_id)), None)

    def all_payloads(self) -> Iterator[Payload]:
        """Every response that is remembered."""
        return self._payloads("ORDER BY uri, date, id", ())

    def forget_payloads(self, file: str, beyond: int = 0) -> None:
        """Drop what lies in a file beyond this length: the bytes are gone, or lie elsewhere now."""
        self._write("DELETE FROM payloads WHERE file = ? AND offset + length > ?", (file, beyond))

    def forget_payload(self, record_id: str) -> None:
        """Drop the response with this id: it was purged."""
        self._write("DELETE FROM payloads WHERE id = ?", (record_id,))

    def _payloads(self, where: str, values: tuple[Any, ...]) -> Iterator[Payload]:
        with self._guarded():
            for row in self._db.execute(f"SELECT {_COLUMNS} FROM payloads {where}", values):  # noqa: S608 clauses of this file only
                ref = self._checked(dict(zip(WarcRef.__struct_fields__, row[6:], strict=True)), WarcRef)
                yield self._checked(dict(zip(Payload.__struct_fields__, (*row[:6], ref), strict=True)), Payload)

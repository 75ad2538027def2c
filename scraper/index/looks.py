"""What the index knows of articles over time: which are followed, their versions, and what each look again gave.

All of it stands in the WARC and the JSONL too: a version in its record, a look in a note. So both ways of filling these
tables, while it happens and when the index is made again, go through `follow` and `look`, in any order of articles.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from scraper.index.database import Database, damaged
from scraper.sources import urls
from scraper.types import Look, Outcome, Record, Verdict

_FOLLOWED = "key, source, url, final_url, first_at, record, version, fetched_at, judged, looked_at, gone, absent, tries"
_COLUMNS = f"{_FOLLOWED}, tried_at"
_NEWER = "excluded.fetched_at >= fetched_at"
_LATER = "excluded.fetched_at > looked_at"  # one cleaned again says nothing that the look at it did not say
_SAYS_NOTHING = (Outcome.REFUSED, Outcome.NO_ARTICLE, Outcome.ELSEWHERE)  # of whether the article is there
_OLDER = "excluded.first_at < first_at"


class Followed(Struct, frozen=True):
    """An article on the web and how it stands, by the key of its address; times are RFC 3339 in UTC.

    `source` met it first, at `url`; `record` is its newest version's, fetched at `fetched_at`, and `final_url` where it
    answers now. `judged` is the id of the WARC's response whose payload was compared last. `gone` says that it answered
    404 or 410 at the last look, `absent` that its source named it no more since. `tries` counts looks that
    failed since the last one that did not, the last of them at `tried_at`.
    """

    key: str
    source: str
    url: str
    final_url: str
    first_at: str
    record: str
    version: int
    fetched_at: str
    judged: str | None
    looked_at: str
    gone: bool
    absent: bool
    tries: int
    tried_at: str | None


class Edition(Struct, frozen=True):
    """A record of an article: which version it is, and when it was fetched."""

    key: str
    at: str
    record: str
    version: int


class Happening(Struct, frozen=True):
    """A look at the article with this key."""

    key: str
    look: Look


class Looks(Database):
    """The part of the index that follows articles."""

    def follow(self, record: Record) -> None:
        """Take in a version of an article on the web; other records have no version, and are not followed."""
        if record.version is None or record.verdict is not Verdict.ARTICLE or not record.url or not record.fetched_at:
            return
        key, at = urls.key(record.url), record.fetched_at
        judged = record.warc.record_id if record.warc is not None else None
        values = (key, record.source, record.url, record.final_url or record.url, at, record.id, record.version, at)
        newer = ", ".join(
            f"{name} = CASE WHEN {_NEWER} THEN excluded.{name} ELSE {name} END"
            for name in ("record", "version", "fetched_at")
        )
        self._write(
            f"INSERT INTO followed ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, NULL)"  # noqa: S608 constants only
            f" ON CONFLICT (key) DO UPDATE SET source = CASE WHEN {_OLDER} THEN excluded.source ELSE source END,"
            f" url = CASE WHEN {_OLDER} THEN excluded.url ELSE url END, first_at = min(first_at, excluded.first_at),"
            f" {newer}, judged = CASE WHEN {_LATER} THEN excluded.judged ELSE judged END,"
            f" final_url = CASE WHEN {_LATER} THEN excluded.final_url ELSE final_url END,"
            f" gone = CASE WHEN {_LATER} THEN 0 ELSE gone END, absent = CASE WHEN {_LATER} THEN 0 ELSE absent END,"
            f" tries = CASE WHEN {_LATER} THEN 0 ELSE tries END, looked_at = max(looked_at, excluded.looked_at)",
            (*values, judged, at),
        )
        if record.version > 1 and record.version > self._highest(key):  # its note says more, unless it was cut off
            found = Look(at=at, outcome=Outcome.CHANGED, status=200, version=record.version, record=record.id)
            insert = "INSERT OR IGNORE INTO looks (key, at, is_event, said) VALUES (?, ?, 1, ?)"
            self._write(insert, (key, at, msgspec.json.encode(found)))
        edition = (key, at, record.id, record.version)
        self._write("INSERT OR IGNORE INTO versions (key, at, record, version) VALUES (?, ?, ?, ?)", edition)

    def look(self, key: str, look: Look) -> None:
        """Take in what looking again at an article gave."""
        said = msgspec.json.encode(look)
        insert = "INSERT OR REPLACE INTO looks (key, at, is_event, said) VALUES (?, ?, ?, ?)"
        self._write(insert, (key, look.at, look.is_event, said))
        if look.to is not None:
            self._write("INSERT OR REPLACE INTO moved (address, key) VALUES (?, ?)", (urls.key(look.to), key))
        gone = None if look.outcome in _SAYS_NOTHING else look.outcome is Outcome.VANISHED
        values = (look.at, look.judged, look.to, gone, key, look.at)
        self._write(
            "UPDATE followed SET looked_at = ?, judged = COALESCE(?, judged), final_url = COALESCE(?, final_url),"
            " gone = COALESCE(?, gone), absent = 0, tries = 0, tried_at = NULL WHERE key = ? AND looked_at <= ?",
            values,
        )

    def tried(self, key: str, at: str, weight: int = 1) -> None:
        """A look failed; with the weight of all its tries it is given up at once (see revisions/due.py)."""
        update = "UPDATE followed SET tries = tries + ? - tries % ?, tried_at = ? WHERE key = ?"
        self._write(update, (weight, weight, at, key))

    def miss(self, key: str) -> None:
        """The source of an article that is gone does not name it any more."""
        self._write("UPDATE followed SET absent = 1 WHERE key = ?", (key,))

    def followed(self, key: str) -> Followed | None:
        """The article with this key, if it is followed."""
        return next(self._followed("WHERE key = ?", (key,)), None)

    def followed_at(self, url: str) -> Followed | None:
        """The article at an address: the one that was asked for, or one to which it moved."""
        key = urls.key(url)
        if (known := self.followed(key)) is not None:
            return known
        found = self._read("SELECT key FROM moved WHERE address = ?", (key,))
        return self.followed(str(found[0][0])) if found else None

    def young(self, source: str, since: str, *, gone: bool = False) -> Iterator[Followed]:
        """The articles that a source met first since then, the oldest first; those that are gone, or the others."""
        where = "WHERE source = ? AND first_at >= ? AND gone = ? ORDER BY first_at, key"
        return self._followed(where, (source, since, gone))

    def editions(self, key: str) -> list[Edition]:
        """Every record of an article in the order of their fetching, cleanings of one capture beside each other."""
        found = self._read("SELECT key, at, record, version FROM versions WHERE key = ? ORDER BY at, record", (key,))
        return [self._checked(dict(zip(Edition.__struct_fields__, row, strict=True)), Edition) for row in found]

    def looks(self, key: str) -> list[Look]:
        """Every look at an article, in order."""
        found = self._read("SELECT said FROM looks WHERE key = ? ORDER BY at", (key,))
        return [self._look(row[0]) for row in found]

    def happenings(self, since: str, limit: int) -> list[Happening]:
        """The newest looks since then that gave something, newest first."""
        sql = "SELECT key, said FROM looks WHERE is_event AND at >= ? ORDER BY at DESC, key LIMIT ?"
        return [Happening(row[0], self._look(row[1])) for row in self._read(sql, (since, limit))]

    def _highest(self, key: str) -> int:
        """The number of an article's newest version, 0 if there is none."""
        found = self._read("SELECT COALESCE(MAX(version), 0) FROM versions WHERE key = ?", (key,))
        return self._checked(found[0][0], int)

    def _followed(self, where: str, values: tuple[Any, ...]) -> Iterator[Followed]:
        for row in self._read(f"SELECT {_COLUMNS} FROM followed {where}", values):  # noqa: S608 clauses of this file only
            fields = dict(zip(Followed.__struct_fields__, row, strict=True))
            fields["gone"], fields["absent"] = bool(fields["gone"]), bool(fields["absent"])
            yield self._checked(fields, Followed)

    def _look(self, said: Any) -> Look:
        try:
            return msgspec.json.decode(self._checked(said, bytes), type=Look)
        except ValueError as error:
            raise damaged(self.path, error) from error

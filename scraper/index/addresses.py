"""What the index knows of the addresses of an article: those in its record, and those under which it was met since.

A line of JSONL does not change, so what is learned after it was written stands here, and in the WARC as a note from
which it can be made again. An article is known by the key of the address that was asked for (see sources/urls.py), so
that each of its versions and cleanings has all of them.
"""

from __future__ import annotations

from scraper.index.database import Database
from scraper.index.met import spelled
from scraper.sources import urls
from scraper.types import Record

# Every source that met anything: `seen` begins with the source, and has no order by key alone.
SOURCES = (
    "WITH RECURSIVE sources(name) AS (SELECT MIN(source) FROM seen UNION ALL"
    " SELECT (SELECT MIN(source) FROM seen WHERE source > name) FROM sources WHERE name IS NOT NULL)"
)

MOST = 50
"""Addresses of one article that are kept beside its record's own; a site that makes them up has no end of them."""


class Addresses(Database):
    """The part of the index that knows an article under several addresses."""

    def others(self, record: Record) -> tuple[str, ...]:
        """The further addresses of an article: those of its record, then those learned since, sorted."""
        own = {record.url, record.final_url, record.canonical_url}
        at = dict.fromkeys(urls.key(url) for url in (record.url, record.final_url, *record.other_urls) if url)
        learned = {url for key in at for url in self._addresses(key)}
        return (*record.other_urls, *sorted(learned - own - set(record.other_urls)))

    def is_full(self, url: str) -> bool:
        """Whether no more addresses are kept of the article at this one."""
        return len(self._addresses(urls.key(url))) >= MOST

    def learn(self, of: str, url: str) -> None:
        """Remember a further address of the article at the address `of`."""
        self._write("INSERT OR IGNORE INTO addresses (key, url) VALUES (?, ?)", (urls.key(of), url))

    def _addresses(self, key: str) -> list[str]:
        return [str(row[0]) for row in self._read("SELECT url FROM addresses WHERE key = ?", (key,))]

    def known_as(self, url: str) -> tuple[str, ...]:
        """Every address of the article that is known at this one, by its record or by what was learned; not itself."""
        learned = self._read("SELECT key FROM addresses WHERE url = ?", (spelled(url),))
        keys = dict.fromkeys([urls.key(url), *(str(row[0]) for row in learned)])
        found = [other for key in keys for other in self._addresses(key)]
        if learned:  # the article lies at another address than this one
            met = f"{SOURCES} SELECT record FROM sources CROSS JOIN seen ON source = name AND key = ?"  # noqa: S608 constants only
            sql = f"SELECT DISTINCT url FROM ({met}) JOIN records ON id = record WHERE url <> ''"  # noqa: S608 constants only
            found += [str(row[0]) for key in keys for row in self._read(sql, (key,)) if urls.key(str(row[0])) in keys]
        return tuple(sorted({other for other in found if spelled(other) != spelled(url)}))

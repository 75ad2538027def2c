"""The database's schema: an ordered list of steps, each of which takes the version before it one further.

A new database runs all of them, an older one those that it lacks, in one transaction; so there is one way to get to a
version. A step that was released is never changed: write another.
"""

from __future__ import annotations

import sqlite3

from scraper.index import met
from scraper.sources import urls

FULLTEXT = "fts5 (title, text, content = '', tokenize = 'unicode61 remove_diacritics 2')"
"""How articles are found by their words; no text is kept, only where each word stands."""

_RECORDS = f"""
CREATE TABLE files (name TEXT PRIMARY KEY, good_length INTEGER NOT NULL, sha256 TEXT) WITHOUT ROWID;
CREATE TABLE records (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, source TEXT NOT NULL, url TEXT, final_url TEXT,
    canonical_url TEXT, fetched_at TEXT, published TEXT, language TEXT, version INTEGER, family TEXT,
    verdict TEXT NOT NULL, title TEXT, text_sha256 TEXT NOT NULL, word_count INTEGER NOT NULL,
    warc_file TEXT, warc_offset INTEGER, warc_length INTEGER, warc_id TEXT,
    ledger_file TEXT, ledger_offset INTEGER, ledger_length INTEGER, ledger_id TEXT,
    line_file TEXT, line_offset INTEGER, line_length INTEGER);
CREATE INDEX records_by_source ON records (source, seq);
CREATE INDEX records_by_text ON records (text_sha256);
CREATE INDEX records_by_family ON records (family) WHERE family IS NOT NULL;
CREATE TABLE pending (seq INTEGER PRIMARY KEY, file TEXT NOT NULL, offset INTEGER NOT NULL, line BLOB NOT NULL);
CREATE TABLE seen (source TEXT, key TEXT, record TEXT NOT NULL, PRIMARY KEY (source, key)) WITHOUT ROWID;
CREATE TABLE validators (url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT) WITHOUT ROWID;
CREATE TABLE failures (source TEXT, reason TEXT, count INTEGER NOT NULL, PRIMARY KEY (source, reason)) WITHOUT ROWID;
CREATE TABLE runs (source TEXT PRIMARY KEY, started_at TEXT, ended_at TEXT, ok INTEGER) WITHOUT ROWID;
CREATE VIRTUAL TABLE fulltext USING {FULLTEXT};
"""

# One tree, in the order in which it is asked: the newest of an address first.
_PAYLOADS = """
CREATE TABLE payloads (
    uri TEXT, date TEXT, id TEXT, status INTEGER NOT NULL, digest TEXT NOT NULL, etag TEXT, last_modified TEXT,
    file TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, PRIMARY KEY (uri, date, id)) WITHOUT ROWID;
"""

# What lists and counts for people need (see browse.py): without it a leaf of 300,000 records took 3.7 s, with it 2 ms.
# It costs 32 us and 175 bytes a record. An answer's address is mostly the one asked for, and needs no second entry.
_BROWSING = """
CREATE INDEX records_by_url ON records (url) WHERE url IS NOT NULL;
CREATE INDEX records_by_final_url ON records (final_url) WHERE final_url IS NOT url;
CREATE INDEX records_by_canonical_url ON records (canonical_url) WHERE canonical_url IS NOT url;
CREATE INDEX records_by_capture ON records (warc_id);
CREATE INDEX records_by_day ON records (fetched_at, source, verdict, warc_id);
CREATE INDEX records_by_language ON records (language);
CREATE INDEX records_by_verdict ON records (verdict);
CREATE INDEX records_by_source_and_verdict ON records (source, verdict);
"""

_LOOKS = """
CREATE TABLE followed (
    key TEXT PRIMARY KEY, source TEXT NOT NULL, url TEXT NOT NULL, final_url TEXT NOT NULL, first_at TEXT NOT NULL,
    record TEXT NOT NULL, version INTEGER NOT NULL, fetched_at TEXT NOT NULL, judged TEXT, looked_at TEXT NOT NULL,
    gone INTEGER NOT NULL, absent INTEGER NOT NULL, tries INTEGER NOT NULL, tried_at TEXT) WITHOUT ROWID;
CREATE INDEX followed_by_source ON followed (source, first_at);
CREATE TABLE versions (
    key TEXT, at TEXT, record TEXT, version INTEGER NOT NULL, PRIMARY KEY (key, at, record)) WITHOUT ROWID;
CREATE INDEX versions_by_record ON versions (record);
CREATE TABLE looks (
    key TEXT, at TEXT, is_event INTEGER NOT NULL, said BLOB NOT NULL, PRIMARY KEY (key, at)) WITHOUT ROWID;
CREATE TABLE moved (address TEXT PRIMARY KEY, key TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX looks_by_time ON looks (at) WHERE is_event;
"""

# What older versions met under their addresses alone is met under their keys too.
_ADDRESSES = """
CREATE TABLE addresses (key TEXT, url TEXT, PRIMARY KEY (key, url)) WITHOUT ROWID;
CREATE INDEX addresses_by_url ON addresses (url);
INSERT OR REPLACE INTO seen SELECT source, spelled(url), id FROM records WHERE url IS NOT NULL ORDER BY seq;
INSERT OR REPLACE INTO seen SELECT source, address_key(url), id FROM records WHERE url IS NOT NULL ORDER BY seq;
INSERT OR REPLACE INTO seen SELECT source, spelled(final_url), id FROM records
    WHERE final_url IS NOT NULL AND verdict = 'article' ORDER BY seq;
INSERT OR REPLACE INTO seen SELECT source, address_key(final_url), id FROM records
    WHERE final_url IS NOT NULL AND verdict = 'article' ORDER BY seq;
INSERT OR REPLACE INTO seen SELECT source, declared(canonical_url, final_url), id FROM records
    WHERE declared(canonical_url, final_url) IS NOT NULL AND verdict = 'article' ORDER BY seq;
"""

_SPENT = """
CREATE TABLE spent (
    day TEXT, host TEXT, pages INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (day, host)) WITHOUT ROWID;
"""

_PLANS = """
CREATE TABLE plans (
    source TEXT PRIMARY KEY, next_at TEXT, late REAL, skipped INTEGER NOT NULL DEFAULT 0,
    missed INTEGER NOT NULL DEFAULT 0, reached_at TEXT) WITHOUT ROWID;
"""

# By which bands the texts are found that a family goes by (see kin.py), and which records are no family of their own.
_KIN = """
CREATE TABLE kin (band INTEGER, seq INTEGER, PRIMARY KEY (band, seq)) WITHOUT ROWID;
CREATE INDEX records_that_joined ON records (fetched_at, id, family) WHERE family <> id;
"""

# An article a row, and the frozen profiles of each host. Articles of older versions count too.
_MEMORIES = """
CREATE TABLE remembered (
    host TEXT, article TEXT, at TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (host, article)) WITHOUT ROWID;
CREATE INDEX remembered_by_time ON remembered (host, at);
CREATE TABLE memories (
    host TEXT, number INTEGER, digest TEXT, at TEXT NOT NULL, said BLOB NOT NULL,
    PRIMARY KEY (host, number, digest)) WITHOUT ROWID;
INSERT OR REPLACE INTO remembered
    SELECT address_host(final_url), address_key(final_url), COALESCE(fetched_at, ''), id FROM records
    WHERE final_url IS NOT NULL AND verdict = 'article' AND address_host(final_url) != '' ORDER BY fetched_at, id;
"""

# What drift is seen by (see measures.py); whether what is here already has authors, `scrape index` finds out.
_MEASURES = """
CREATE TABLE measures (
    source TEXT, at TEXT, capture TEXT, verdict TEXT NOT NULL, words INTEGER, dated INTEGER, signed INTEGER,
    removed INTEGER, kept INTEGER, PRIMARY KEY (source, at, capture)) WITHOUT ROWID;
INSERT OR REPLACE INTO measures
    SELECT source, fetched_at, COALESCE(warc_id, id), verdict, NULL, NULL, NULL, NULL, NULL FROM records
    WHERE fetched_at IS NOT NULL AND COALESCE(version, 1) = 1 ORDER BY ledger_file, ledger_offset;
"""

# How many records and articles there are, kept by the database itself: counting a million took 0.2 s, and the pages and
# `scrape status` ask it each time. An article of a day is a capture, however often it was cleaned.
_COUNTS = """
CREATE TABLE tallies (
    source TEXT, verdict TEXT, count INTEGER NOT NULL, PRIMARY KEY (source, verdict)) WITHOUT ROWID;
CREATE TABLE daily (day TEXT, source TEXT, articles INTEGER NOT NULL, PRIMARY KEY (day, source)) WITHOUT ROWID;
INSERT INTO tallies SELECT source, verdict, COUNT(*) FROM records GROUP BY source, verdict;
INSERT INTO daily SELECT substr(fetched_at, 1, 10), source, COUNT(DISTINCT COALESCE(warc_id, seq)) FROM records
    WHERE fetched_at IS NOT NULL AND verdict = 'article' GROUP BY 1, 2;
CREATE TRIGGER records_come AFTER INSERT ON records BEGIN
    INSERT INTO tallies VALUES (NEW.source, NEW.verdict, 1)
        ON CONFLICT (source, verdict) DO UPDATE SET count = count + 1;
    INSERT INTO daily SELECT substr(NEW.fetched_at, 1, 10), NEW.source, 1
        WHERE NEW.fetched_at IS NOT NULL AND NEW.verdict = 'article' AND NOT EXISTS (
            SELECT 1 FROM records AS other WHERE other.warc_id = NEW.warc_id AND other.seq <> NEW.seq
            AND +other.verdict = 'article' AND +other.source = NEW.source
            AND substr(other.fetched_at, 1, 10) = substr(NEW.fetched_at, 1, 10))
        ON CONFLICT (day, source) DO UPDATE SET articles = articles + 1;
END;
CREATE TRIGGER records_go AFTER DELETE ON records BEGIN
    UPDATE tallies SET count = count - 1 WHERE source = OLD.source AND verdict = OLD.verdict;
    DELETE FROM tallies WHERE source = OLD.source AND verdict = OLD.verdict AND count = 0;
    UPDATE daily SET articles = articles - 1
        WHERE day = substr(OLD.fetched_at, 1, 10) AND source = OLD.source AND OLD.verdict = 'article'
        AND NOT EXISTS (
            SELECT 1 FROM records AS other WHERE other.warc_id = OLD.warc_id AND other.seq <> OLD.seq
            AND +other.verdict = 'article' AND +other.source = OLD.source
            AND substr(other.fetched_at, 1, 10) = substr(OLD.fetched_at, 1, 10));
    DELETE FROM daily WHERE day = substr(OLD.fetched_at, 1, 10) AND source = OLD.source AND articles = 0;
END;
"""


def prepare(db: sqlite3.Connection) -> None:
    """Give a connection the functions that the steps call."""
    db.create_function("spelled", 1, met.spelled, deterministic=True)
    db.create_function("address_key", 1, urls.key, deterministic=True)
    db.create_function("address_host", 1, urls.host, deterministic=True)
    db.create_function("declared", 2, met.declared, deterministic=True)


STEPS = (_RECORDS, _PAYLOADS, _BROWSING, _LOOKS, _ADDRESSES, _SPENT, _PLANS, _KIN, _MEMORIES, _MEASURES, _COUNTS)
SCHEMA_VERSION = len(STEPS)
"""The version that this program reads and writes."""

"""WARC: writing one file at a time, reading our own strictly, and taking pages out of anybody's.

`form` is what a record looks like, `write` and `read` are the two directions, `visit` tells what was stored before,
`pages` turns records into Captures, and `tombstones` stand where records were purged.
"""

from scraper.warc.form import (
    CONTEXT,
    LINE_DIGEST,
    MAX_BLOCK,
    NOTE,
    Context,
    context,
    conversion_id,
    digest,
    http_payload,
    metadata_id,
    raw_id,
    target_uri,
)
from scraper.warc.message import MAX_BODY, capture
from scraper.warc.pages import pages
from scraper.warc.read import Damage, Entry, read, read_at, whole
from scraper.warc.tombstones import TOMBSTONE, Grave, Tombstone, bury, fitting, is_tombstone, mark, tombstone
from scraper.warc.visit import PROFILES, recall, referred, restored
from scraper.warc.write import OPEN, Info, Point, Writer

__all__ = [
    "CONTEXT",
    "LINE_DIGEST",
    "MAX_BLOCK",
    "MAX_BODY",
    "NOTE",
    "OPEN",
    "PROFILES",
    "TOMBSTONE",
    "Context",
    "Damage",
    "Entry",
    "Grave",
    "Info",
    "Point",
    "Tombstone",
    "Writer",
    "bury",
    "capture",
    "context",
    "conversion_id",
    "digest",
    "fitting",
    "http_payload",
    "is_tombstone",
    "mark",
    "metadata_id",
    "pages",
    "raw_id",
    "read",
    "read_at",
    "recall",
    "referred",
    "restored",
    "target_uri",
    "tombstone",
    "whole",
]

"""WARC: writing one file at a time, reading our own strictly, and taking pages out of anybody's.

`form` is what a record looks like, `write` and `read` are the two directions, `pages` turns records into Captures.
"""

from scraper.warc.form import CONTEXT, LINE_DIGEST, MAX_BLOCK, context, conversion_id, digest, http_payload, metadata_id
from scraper.warc.pages import MAX_BODY, capture, pages
from scraper.warc.read import Damage, Entry, read, read_at, whole
from scraper.warc.write import OPEN, Info, Point, Writer

__all__ = [
    "CONTEXT",
    "LINE_DIGEST",
    "MAX_BLOCK",
    "MAX_BODY",
    "OPEN",
    "Damage",
    "Entry",
    "Info",
    "Point",
    "Writer",
    "capture",
    "context",
    "conversion_id",
    "digest",
    "http_payload",
    "metadata_id",
    "pages",
    "read",
    "read_at",
    "whole",
]

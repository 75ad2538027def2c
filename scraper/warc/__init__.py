"""WARC: writing one file at a time, reading our own strictly, and taking pages out of anybody's.

`form` is what a record looks like, `write` and `read` are the two directions, `visit` tells what was stored before,
`pages` turns records into Captures.
"""

from scraper.warc.form import (
    CONTEXT,
    LINE_DIGEST,
    MAX_BLOCK,
    NOTE,
    context,
    conversion_id,
    digest,
    http_payload,
    metadata_id,
)
from scraper.warc.pages import MAX_BODY, capture, pages
from scraper.warc.read import Damage, Entry, read, read_at, whole
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
    "recall",
    "referred",
    "restored",
    "whole",
]

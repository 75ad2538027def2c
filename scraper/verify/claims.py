"""What a WARC record says of itself, and what it says a page is: by the standard, and by what stands beside it.

A digest covers a record's block alone. Its fields, and what one record says of another, are proved by each other: the
asker's context by the address and time of the answer, the ledger by the context, the line of JSONL by the ledger, and
the record's id by the bytes that were cleaned.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter

import msgspec
from msgspec import structs

from scraper import records, warc
from scraper.errors import ScrapeError
from scraper.record import ID_LENGTH, id_of
from scraper.types import Ledger, Record
from scraper.verify.scratch import Known

_ID = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:[^<>\s]+>")
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z", re.ASCII)
_TARGETED = frozenset({"response", "resource", "request", "revisit", "conversion"})
_MAY_REPEAT = frozenset({"warc-concurrent-to", "warc-protocol"})
_RECORD_ID = re.compile(rf"[0-9a-f]{{{ID_LENGTH}}}")


def wrong_fields(entry: warc.Entry) -> str | None:
    """What the fields lack that the standard demands, or have twice: readers differ on which of two counts.

    ISO 28500:2017, sections 4 (only some fields may be repeated) and 5.
    """
    names = [name.lower() for name, _ in entry.headers]
    if len(set(names)) < len(names):
        twice = [name for name, count in Counter(names).items() if count > 1 and name not in _MAY_REPEAT]
        if twice:
            return f"has the field {twice[0][:40]} twice"
    if not _ID.fullmatch(entry.header("warc-record-id") or ""):
        return "its WARC-Record-ID is no URI in angle brackets"
    if not _DATE.fullmatch(entry.header("warc-date") or ""):
        return "its WARC-Date is no time in UTC"
    if entry.type in _TARGETED and not entry.uri("warc-target-uri"):
        return "has no WARC-Target-URI"
    return None if entry.header("content-type") or not entry.block else "has no Content-Type"


def wrong_context(entry: warc.Entry) -> str | None:
    """What the context of a page that was asked for says otherwise than the record that it stands in."""
    value = entry.header(warc.CONTEXT.lower())
    if value is None:
        return None
    context = warc.context(value)
    if context is None:
        return "its context cannot be read"
    if warc.target_uri(context.final_url) != entry.uri("warc-target-uri"):
        return f"its context is of {context.final_url}"
    return None if context.fetched_at == entry.header("warc-date") else f"its context is of {context.fetched_at}"


def of_page(known: Known, entry: warc.Entry) -> Known:
    """With what a response, resource or revisit tells of the page that was cleaned."""
    context = warc.context(entry.header(warc.CONTEXT.lower()))
    if context is None:
        return known
    is_file = context.link.url.startswith("file:")
    where = (None, None) if is_file else (context.link.url, context.final_url)
    about = _told(context.link.source, *where, context.fetched_at)
    return structs.replace(known, about=about, payload=None if entry.type == "revisit" else _payload(entry))


def of_ledger(known: Known, ledger: Ledger) -> Known:
    """With what a ledger tells of the same; nothing where it is of an older version and has no line."""
    line = ledger.line
    if line is None:
        return known
    about = _told(line.source, line.url, line.final_url, line.fetched_at)
    made = _told(line.url or line.source, line.fetched_at or "", line.cleaner, line.rules, line.profile)
    is_ours = _RECORD_ID.fullmatch(line.id) is not None  # an id of another form is not ours to judge
    return structs.replace(known, about=about, line=digest_of(line), made=made if is_ours else None)


def wrong_ledger(entry: warc.Entry, ledger: Ledger) -> str | None:
    """What a ledger says otherwise than its own record and the line that it holds."""
    line = ledger.line
    if entry.uri("warc-record-id") != warc.metadata_id(ledger.record):
        return f"its id is not made from record {ledger.record}"
    if line is None:
        return None
    same = ("verdict", "origin", "cleaner", "rules", "profile")
    other = [name for name in same if getattr(ledger, name) != getattr(line, name)]
    if line.id != ledger.record:
        other.append("id")
    counts = line.removed_counts  # older versions did not count
    if counts and counts != dict(Counter(removal.kind.value for removal in ledger.removed)):
        other.append("removed_counts")
    if line.warc is None or line.warc.record_id != entry.uri("warc-refers-to"):
        other.append("warc")
    return f"the line that it holds has another {', '.join(other)}" if other else None


def digest_of(line: Record) -> str | None:
    """The digest of a record but for its text; None where that cannot be written."""
    try:
        return warc.digest(records.encode(structs.replace(line, text="")))
    except ScrapeError:
        return None


def is_made_of(ledger: Known, payload: str) -> bool:
    """Whether a ledger's record has the id that bytes of this SHA-256 have, cleaned as it says."""
    parts = msgspec.json.decode(ledger.made or "[]", type=list[str])
    return warc.metadata_id(id_of(payload, *parts)) == ledger.id


def _payload(entry: warc.Entry) -> str | None:
    """The SHA-256 of what was cleaned; None where it cannot be decoded, and so was not."""
    try:
        return hashlib.sha256(warc.capture(entry, "", "").body).hexdigest()
    except ScrapeError:
        return None


def _told(*what: str | None) -> str:
    return msgspec.json.encode(what).decode()

"""An Article and where it came from -> the Record that users read, and the Ledger that keeps the reasons."""

from __future__ import annotations

import hashlib
from collections import Counter

from msgspec import Struct, structs

from scraper.expressions import expression
from scraper.types import Article, Capture, FoundBy, Ledger, Record, Rights, WarcRef

ID_LENGTH = 32
"""Hexadecimal digits of a record's id: 128 bits, so that no two of any archive's records meet."""

# Scripts that put no space between words: a character counts as a word, as word processors count them.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_WORD = expression(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+(?:['’\-.,][^\W{_UNSPACED}]+)*")


class Provenance(Struct, frozen=True, kw_only=True):
    """Where an article came from; the fields are the record's of the same name.

    `payload_sha256` is the SHA-256, in hexadecimal, of the bytes that were cleaned: the decoded body, or the file.
    """

    source: str
    payload_sha256: str
    url: str | None = None
    final_url: str | None = None
    other_urls: tuple[str, ...] = ()
    fetched_at: str | None = None
    found_by: FoundBy | None = None
    version: int | None = None
    family: str | None = None
    warc: WarcRef | None = None


def provenance_of(capture: Capture, warc: WarcRef | None) -> Provenance:
    """Where an article out of a capture comes from; a file has no URL, its place is `found_by`."""
    is_file = capture.link.url.startswith("file:")
    return Provenance(
        source=capture.link.source,
        payload_sha256=hashlib.sha256(capture.body).hexdigest(),
        url=None if is_file else capture.link.url,
        final_url=None if is_file else capture.final_url,
        fetched_at=capture.fetched_at,
        found_by=capture.link.found_by,
        warc=warc,
    )


def record_of(article: Article, provenance: Provenance, *, reasons: bool) -> Record:
    """Make the record of one cleaning.

    With `reasons` it holds what was kept, removed and trimmed, as lists even when they are empty; without, they are
    null and stand in the ledger. How many blocks of each kind were removed is counted in both.
    """
    metadata = structs.asdict(article.metadata)
    where = structs.asdict(provenance)
    del where["payload_sha256"]
    return Record(
        id=record_id(article, provenance),
        verdict=article.verdict,
        text=article.text,
        text_sha256=hashlib.sha256(article.text.encode("utf-8", "surrogatepass")).hexdigest(),
        word_count=word_count(article.text),
        kept=article.kept if reasons else None,
        removed=article.removed if reasons else None,
        removed_counts=dict(sorted(Counter(removal.kind.value for removal in article.removed).items())),
        trimmed=article.trimmed if reasons else None,
        cleaner=article.cleaner,
        rules=article.rules,
        profile=article.profile,
        **where,
        **metadata,
    )


def ledger_of(article: Article, record: str, rights: Rights) -> Ledger:
    """Make the ledger of one cleaning; `record` is the id of the record that it belongs to."""
    return Ledger(
        record=record,
        verdict=article.verdict,
        kept=article.kept,
        removed=article.removed,
        trimmed=article.trimmed,
        origin=article.metadata.origin,
        rights=rights,
        cleaner=article.cleaner,
        rules=article.rules,
        profile=article.profile,
    )


def record_id(article: Article, provenance: Provenance) -> str:
    """Give the stable id of this capture and this cleaning of it: 32 hexadecimal digits.

    The same bytes from the same address at the same time, cleaned by the same cleaner, rules and profile, have the same
    id on every machine; a change in any of them changes it.
    """
    where, at = provenance.url or provenance.source, provenance.fetched_at or ""
    return id_of(provenance.payload_sha256, where, at, article.cleaner, article.rules, article.profile)


def id_of(*parts: str) -> str:
    """The same by its parts: payload, address (of a file, its source), time, cleaner, rules, profile."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:ID_LENGTH]


def words(text: str) -> list[str]:
    """The words; in Chinese and Japanese each character is one."""
    return [match[0] for match in _WORD.finditer(text)]


def word_count(text: str) -> int:
    """Count the words; in Chinese and Japanese each character is one."""
    return sum(1 for _ in _WORD.finditer(text))

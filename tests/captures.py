"""Captures, records and ledgers made by hand, for the tests of the archive."""

from __future__ import annotations

import hashlib

from msgspec import structs

from scraper.types import Capture, Exchange, FoundBy, Ledger, Link, Record, Removal, Rights, Verdict
from scraper.types import Kind as RemovalKind

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nX-Odd:  two  spaces \r\nx-ODD:\r\n\r\n"
DAY = "2026-11-21"


def exchange(number: int, body: bytes, head: bytes = HEAD, **more: object) -> Exchange:
    url = f"https://news.example/{number}"
    request = f"GET /{number} HTTP/1.1\r\nHost: news.example\r\n\r\n".encode()
    at = f"{DAY}T12:00:{number % 60:02d}.000001Z"
    fields: dict[str, object] = {"status": 200, "started_at": at, "peer": "192.0.2.7", **more}
    return Exchange(url, request, head + body, **fields)  # type: ignore[arg-type]  # the caller names Exchange's fields


def capture(number: int, body: bytes | None = None, source: str = "paper") -> Capture:
    body = page(number) if body is None else body
    hop = exchange(number, body)
    link = Link(hop.url, source, FoundBy("feed", "https://news.example/feed", "Tïtle\r\nX: y", DAY))
    headers = (("content-type", "text/html; charset=utf-8"), ("x-odd", "two  spaces"), ("x-odd", ""))
    return Capture(link, hop.url, hop.started_at, (hop,), 200, headers, body, "text/html")


def answered(of: Capture, *hops: Exchange) -> Capture:
    """The same with these hops, the last of which is the answer."""
    last = hops[-1]
    return structs.replace(of, exchanges=hops, final_url=last.url, fetched_at=last.started_at)


def file_capture(path: str, body: bytes) -> Capture:
    return Capture(
        Link(path, "inbox", FoundBy("folder", path)), path, f"{DAY}T12:00:00Z", (), 200, (), body, "text/plain"
    )


def page(number: int) -> bytes:
    return f"<h1>Title {number}</h1><p>{text(number)}</p>".encode()


def text(number: int) -> str:
    return f"The harbour of town {number} was rebuilt. Ünïcode, 港, and an end."


def record(number: int, verdict: Verdict = Verdict.ARTICLE, **more: object) -> Record:
    fields: dict[str, object] = {
        "source": "paper",
        "url": f"https://news.example/{number}",
        "final_url": f"https://news.example/{number}",
        "fetched_at": f"{DAY}T12:00:{number % 60:02d}.000001Z",
        "title": f"Title {number}",
        "origin": {"title": "h1"},
        "removed_counts": {"title": 1},
        **more,
    }
    body = text(number)
    digest = hashlib.sha256(body.encode()).hexdigest()
    return Record(
        id=f"record-{number}",
        verdict=verdict,
        text=body,
        text_sha256=digest,
        word_count=12,
        kept=(2,),
        removed=(Removal(1, RemovalKind.TITLE, "title", f"Title {number}"),),
        trimmed=(),
        cleaner="1",
        rules="r",
        profile="p",
        **fields,  # type: ignore[arg-type]  # the caller names Record's fields
    )


def ledger(of: Record) -> Ledger:
    return Ledger(
        record=of.id,
        verdict=of.verdict,
        kept=of.kept or (),
        removed=of.removed or (),
        trimmed=of.trimmed or (),
        origin=of.origin,
        rights=Rights(),
        cleaner=of.cleaner,
        rules=of.rules,
        profile=of.profile,
    )

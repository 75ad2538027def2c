"""An archive with what the pages have to show: two versions, a page that is no article, a hostile record."""

from __future__ import annotations

import asyncio
import hashlib
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from msgspec import structs

from scraper.archive import Archive
from scraper.clean import Options
from scraper.config import Every
from scraper.config.bind import Bind
from scraper.record import Provenance, ledger_of, record_of
from scraper.types import Capture, Exchange, FoundBy, Kind, Ledger, Link, Record, Removal, Trim
from scraper.web.app import application
from scraper.web.server import serving
from scraper.web.site import Site, Source
from scraper.workers import clean_capture

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would rather have httpx2, which nothing else here needs
    from starlette.testclient import TestClient

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOST = "https://news.example"
PARAGRAPHS = (
    "The city council approved a new bridge over the river on Tuesday after three years of debate about its cost.",
    "Construction will begin in the spring, the mayor said, and the first trams should cross two years later.",
    "Residents on both banks had asked for a crossing since the old ferry stopped running in the winter of 2019.",
    "The council set aside forty million for the work, a third of which comes from the region and the rest from loans.",
)
NEWS = "The mayor told reporters on Thursday that the old ferry will be sold to a museum on the coast next winter."
SCRIPT = "<script>window.owned = 1; document.title = 'owned'</script><img src=x onerror='window.owned = 2'>"


def page(title: str, paragraphs: tuple[str, ...] = PARAGRAPHS, between: str = "") -> str:
    first, *rest = (f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<!DOCTYPE html><html lang=en><head><title>{title}</title></head><body><nav><ul><li><a href='/'>Home</a></li>"
        f"<li><a href='/news'>News</a></li></ul></nav><article><h1>{title}</h1>{first}{between}{''.join(rest)}"
        "</article><footer><p>All rights reserved.</p></footer></body></html>"
    )


def capture(html: str, path: str, at: str = "2026-11-21T12:00:00.000001Z", source: str = "paper") -> Capture:
    url, body = f"{HOST}/{path}", html.encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    hop = Exchange(url, b"GET / HTTP/1.1\r\nHost: news.example\r\n\r\n", head + body, 200, at, peer="192.0.2.7")
    link = Link(url, source, FoundBy("feed", f"{HOST}/feed"))
    return Capture(link, url, at, (hop,), 200, (("content-type", "text/html; charset=utf-8"),), body, "text/html")


def put(archive: Archive, of: Capture, ledger: dict[str, object] | None = None, **fields: object) -> Record:
    """Archive a capture and its cleaning, with fields of the record and the ledger as a test wants them."""
    ref = archive.store(of)
    cleaned = clean_capture(of, Options())
    provenance = Provenance(
        source=of.link.source,
        payload_sha256=hashlib.sha256(of.body).hexdigest(),
        url=of.link.url,
        final_url=of.final_url,
        fetched_at=of.fetched_at,
        found_by=of.link.found_by,
        warc=ref,
    )
    made = record_of(cleaned.article, provenance, reasons=False)
    text = str(fields.get("text", made.text))
    record = structs.replace(made, **{**fields, "text_sha256": hashlib.sha256(text.encode()).hexdigest()})
    reasons: Ledger = structs.replace(ledger_of(cleaned.article, record.id, cleaned.rights), **(ledger or {}))
    assert archive.add(ref, record, reasons)
    return structs.replace(record, warc=ref)


class Shelf:
    """The records of the archive that `fill` makes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        teaser = "<aside class='related'><h3>Read more</h3><ul><li><a href='/2'>Ferry to be sold</a></li></ul></aside>"
        changed = (PARAGRAPHS[0].replace("Tuesday", "Wednesday"), *PARAGRAPHS[2:], NEWS)
        with Archive(root) as archive:
            self.first = put(archive, capture(page("New bridge approved", between=teaser), "bridge"))
            later = capture(page("New bridge approved", changed), "bridge", "2026-11-22T09:00:00.000001Z")
            self.second = put(archive, later)
            self.gone = put(archive, capture("<h1>404 Not Found</h1>", "gone"))
            self.hostile = put(archive, capture(page("A quiet day"), "hostile", source="radio"), **self._hostile())
            archive.index.start_run("paper", "2026-11-22T11:50:00.000000Z")
            archive.index.end_run("paper", "2026-11-22T11:51:00.000000Z", ok=True)
            archive.index.fail("paper", "unreachable")

    @staticmethod
    def _hostile() -> dict[str, object]:
        text = f"{SCRIPT}\n\nA second line.\u202e\x00\n\nAnd a third one, which was the last."
        ledger = {
            "kept": (2, 4, 6),
            "removed": (Removal(1, Kind.AD, SCRIPT, SCRIPT), Removal(5, Kind.OTHER, "judge.article", "x" * 3000, 0.4)),
            "trimmed": (Trim(4, 2, 9, Kind.BYLINE, SCRIPT, "second " + SCRIPT),),
            "cleaner": SCRIPT,
        }
        return {
            "text": text,
            "title": SCRIPT,
            "authors": (SCRIPT,),
            "language": 'x"><script>',
            "canonical_url": "javascript:alert(1)",
            "image": "data:text/html,<script>1</script>",
            "removed_counts": {SCRIPT: 3, "ad": 1},
            "origin": {"title": SCRIPT},
            "ledger": ledger,
        }

    @property
    def site(self) -> Site:
        sources = (
            Source("paper", "feed", f"{HOST}/feed", enabled=True, schedule=Every(900.0)),
            Source("quiet", "folder", "javascript:alert(1)", enabled=False, schedule=None),
        )
        return Site(self.root, sources, ("archive.example",), lambda: NOW)

    @property
    def client(self) -> TestClient:
        return TestClient(application(self.site), base_url="http://127.0.0.1:8080", raise_server_exceptions=False)

    @property
    def addresses(self) -> list[str]:
        """A page of every kind."""
        one, other = self.first.id, self.second.id
        return [
            *("/", "/articles", "/articles?q=bridge&verdict=any", "/articles?q=%22", "/removals", "/nowhere"),
            *(f"/articles/{one}", f"/articles/{one}?view=within", f"/articles/{one}?view=text"),
            *(f"/articles/{self.hostile.id}", f"/articles/{self.gone.id}", f"/articles/{one}/compare/{other}"),
        ]


@contextmanager
def served(site: Site) -> Iterator[str]:
    """The site on a real socket, in an event loop of its own; gives the address."""
    told: list[str] = []
    ready, done = threading.Event(), threading.Event()

    async def serve() -> None:
        async with serving(application(site), Bind("127.0.0.1", 0)) as address:
            told.append(address.rstrip("/"))
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(30)
        yield told[0]
    finally:
        done.set()
        thread.join()

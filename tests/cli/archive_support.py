"""An archive with cleaned pages in it, and a site on loopback that they could have come from."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from cli_support import PAGE, PARAGRAPHS
from msgspec import structs

from scraper.archive import Archive
from scraper.clean import Options
from scraper.record import Provenance, ledger_of, record_of
from scraper.types import Capture, Exchange, FoundBy, Link, Record
from scraper.workers import clean_capture

URL = "https://news.example/2026/11/20/new-bridge-approved"
AT = "2026-11-20T12:00:00.000001Z"
NO_ARTICLE = "<!DOCTYPE html><html><head><title>Not found</title></head><body><h1>404 Not Found</h1></body></html>"


def page(title: str = "New bridge approved", first: str = PARAGRAPHS[0]) -> str:
    """The page of the command line's tests under another title, with another first paragraph."""
    return PAGE.replace("New bridge approved", title).replace(PARAGRAPHS[0], first)


def capture(html: str = PAGE, url: str = URL, at: str = AT, source: str = "paper") -> Capture:
    """A page as if it had been fetched."""
    body = html.encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    hop = Exchange(url, b"GET / HTTP/1.1\r\nHost: news.example\r\n\r\n", head + body, 200, at, peer="192.0.2.7")
    headers = (("content-type", "text/html; charset=utf-8"),)
    link = Link(url, source, FoundBy("feed", "https://news.example/feed"))
    return Capture(link, url, at, (hop,), 200, headers, body, "text/html")


def put(archive: Archive, of: Capture, *, article: dict[str, object] | None = None, **fields: object) -> Record:
    """Archive a capture and its cleaning, with fields of the article and the record as a test wants them."""
    ref = archive.store(of)
    cleaned = clean_capture(of, Options())
    made = structs.replace(cleaned.article, **(article or {}))
    provenance = Provenance(
        source=of.link.source,
        payload_sha256=hashlib.sha256(of.body).hexdigest(),
        url=of.link.url,
        final_url=of.final_url,
        fetched_at=of.fetched_at,
        found_by=of.link.found_by,
        warc=ref,
    )
    record = structs.replace(record_of(made, provenance, reasons=False), **fields)
    assert archive.add(ref, record, ledger_of(made, record.id, cleaned.rights))
    return record


def filled(root: Path) -> list[Record]:
    """Make an archive of two articles and a page that is none; the records in the order of their arrival."""
    other = page("Harbour reopens", "The harbour reopened on Monday.")
    with Archive(root) as archive:
        return [
            put(archive, capture()),
            put(archive, capture(other, f"{URL}-2", source="radio")),
            put(archive, capture(NO_ARTICLE, "https://news.example/gone")),
        ]


class Site:
    """A real HTTP server on loopback: pages by path; what is not there, robots.txt included, is a 404."""

    def __init__(self, pages: dict[str, str | bytes]) -> None:
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # the name that http.server looks for
                site.asked.append(self.path)
                found = pages.get(self.path)
                body = found.encode() if isinstance(found, str) else found or b""
                self.send_response(404 if found is None else 200)
                self.send_header("Content-Type", "text/plain" if self.path == "/robots.txt" else "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing on stderr."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def url(self, path: str = "/") -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

"""An archive of pages that a real server sent in the ways in which servers send them, fetched as any page is."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import NamedTuple

from captures import file_capture
from crew import Crew
from servers import Server, response

from scraper.archive import Archive
from scraper.clean import Options
from scraper.cli import main
from scraper.cli.streams import Streams
from scraper.record import ledger_of, provenance_of, record_of
from scraper.types import Capture
from scraper.workers import clean_capture

TEXT = (
    "The council approved a new bridge over the river on Tuesday after three years of debate about its cost.",
    "Construction will begin in the spring, the mayor said, and the first trams should cross two years later.",
    "Residents on both banks had asked for a crossing since the old ferry stopped running in the winter of 2019.",
)
PAGE = (
    f"<!DOCTYPE html><title>A bridge</title><h1>A bridge</h1>{''.join(f'<p>{part}</p>' for part in TEXT)}é港".encode()
)
PACKED = gzip.compress(PAGE, mtime=0)
HTML = "Content-Type: text/html; charset=utf-8"


def chunked(data: bytes, *headers: str) -> bytes:
    """A response in chunks of odd sizes, with an extension and a trailer."""
    parts = [data[at : at + 97] for at in range(0, len(data), 97)]
    body = b"".join(b"%x;ext=1\r\n%s\r\n" % (len(part), part) for part in parts)
    head = "\r\n".join(["HTTP/1.1 200 OK", HTML, *headers, "Transfer-Encoding: chunked"]).encode()
    return head + b"\r\n\r\n" + body + b"0\r\nX-Trailer: 1\r\n\r\n"


ROUTES = {
    "/plain": response(PAGE, "200 OK", HTML),
    "/gzip": response(PACKED, "200 OK", HTML, "Content-Encoding: gzip"),
    "/chunked": chunked(PAGE),
    "/both": chunked(PACKED, "Content-Encoding: gzip"),
    "/Odd%20Path/?b=2&a=1&A=%C3%A9&sid=0123456789abcdef0123456789abcdef": response(PAGE, "200  Fine", f"{HTML} ", "X:"),
    "/no-type": response(PAGE),
    "/to-the-end": f"HTTP/1.0 200 OK\r\n{HTML}\r\n\r\n".encode() + PAGE,
    "/moved": response(b"moved", "302 Found", "Location: /plain?again"),
    "/plain?again": response(PAGE, "200 OK", HTML),
}
"""What the server sends; the first seven are pages, each with PAGE as its decoded body."""

PAGES = (*list(ROUTES)[:7], "/plain?again")


class Archived(NamedTuple):
    """An archive, and the address of the server whose pages are in it."""

    root: Path
    site: str

    @property
    def warcs(self) -> list[Path]:
        """Its WARC files."""
        return sorted(self.root.glob("warc/*/*/*.warc.gz"))


def archived(root: Path) -> Archived:
    """Fetch all pages, and archive them with a text file as from an inbox; a first WARC file and a second."""
    with Server(ROUTES) as server:
        crew = Crew()
        for number, part in enumerate((PAGES[:4], [*PAGES[4:7], "/moved"])):
            with Archive(root) as archive:
                for path in part:
                    _put(archive, crew.fetch(server.url(path)))
                _put(archive, file_capture(f"file:///in%20box/{number}.txt", "\n\n".join(TEXT[number:]).encode()))
        return Archived(root, server.url("").rstrip("/"))


def _put(archive: Archive, capture: Capture) -> None:
    ref = archive.store(capture)
    cleaned = clean_capture(capture, Options())
    provenance = provenance_of(capture, ref)
    record = record_of(cleaned.article, provenance, reasons=False)
    assert archive.add(ref, record, ledger_of(cleaned.article, record.id, cleaned.rights))


def export(archive: Path, form: str, output: Path) -> Path:
    """`scrape export`, which must end well and say nothing."""
    streams = Streams(io.BytesIO(), io.BytesIO(), io.StringIO())
    code = main(["export", "--archive", str(archive), "--format", form, "--output", str(output)], streams)
    assert (code, streams.stderr.getvalue()) == (0, "")  # type: ignore[attr-defined]  # a StringIO
    return output

"""A CDXJ index of the archive's WARC files: one line a capture, as cdxj-indexer writes it and pywb reads it.

    org,example)/a 20261121120000 {"url": "https://example.org/a", "mime": "text/html", "status": "200", ...}

Source: https://specs.webrecorder.net/cdxj/0.1.0/. Responses, revisits and resources are listed. Ledgers and clean texts
carry the address of what they were made from and must not be: a replayer would show one for the page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from scraper import warc
from scraper.archive import disk
from scraper.errors import ScrapeError
from scraper.export import surt
from scraper.export.articles import Articles
from scraper.export.spill import Sorted
from scraper.index import File

_TYPES = frozenset({"response", "revisit", "resource"})
_HEAD_END = re.compile(rb"\r?\n[ \t]*\r?\n")
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})\b")
_TYPE = re.compile(rb"^content-type[ \t]*:(.*(?:\r?\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
_FIRST = re.compile(r"[;\s]")
_NO_DIGIT = re.compile(r"\D")

Say = Callable[[str], object]
Naming = Callable[[str], str]


def pieces(articles: Articles) -> Iterator[bytes]:
    """The index of the archive, in which a file is named from the archive's root on; damage counts as of articles."""
    view = articles.view
    lines = index(view.root, view.index.files(), str, articles.say)
    try:
        yield from lines
    finally:
        lines.close()
    articles.damaged = lines.damaged


def index(root: Path, files: list[File], naming: Naming, say: Say) -> Sorted:
    """The lines of all WARC files, sorted by their bytes, each once; `naming` says what a file is called in them.

    What is acknowledged of a file is read. Damage is said in a line, and counted in the result. To be closed.
    """
    lines = Sorted()
    for file in files:
        if file.sha256 is None:
            continue  # a file of lines
        for item in _read(root, file):
            if isinstance(item, warc.Damage):
                lines.damaged += 1
                say(f"{root / file.name}: at {item.offset}: {item.reason}")
            elif (text := line(item, naming(file.name))) is not None:
                lines.add(text)
    return lines


def existing(root: Path, name: str) -> Path:
    """A WARC file under its final name or, while it is written, the other; a ScrapeError if it is gone."""
    final = root / name
    for path in (final, final.with_name(final.name + warc.OPEN), final):  # a writer may rename it meanwhile
        if path.exists():
            return path
    raise ScrapeError(f"{final}: the file is gone; `scrape verify` says what is lost with it", reason="lost-warc")


def line(entry: warc.Entry, filename: str) -> bytes | None:
    """A record's line with its end; None if it is no capture."""
    url = entry.uri("warc-target-uri")
    if entry.type not in _TYPES or not url:
        return None
    head, body = _parts(entry)
    fields = {
        "url": url,
        "mime": _mime(entry, head),
        "status": _status(head),
        "digest": _payload_digest(entry, body),
        "length": str(entry.length),
        "offset": str(entry.offset),
        "filename": filename,
    }
    known = {name: value for name, value in fields.items() if value is not None}
    at = _NO_DIGIT.sub("", entry.header("warc-date") or "")[:14]
    return f"{surt.key(url)} {at} {json.dumps(known)}\n".encode()


def _read(root: Path, file: File) -> Iterator[warc.Entry | warc.Damage]:
    path = existing(root, file.name)
    with disk.readable(path):
        yield from warc.read(path, file.good_length)


def _parts(entry: warc.Entry) -> tuple[bytes, bytes]:
    """The HTTP head, empty if there is none, and the body."""
    if entry.type == "resource":
        return b"", entry.block
    end = _HEAD_END.search(entry.block)
    return (entry.block[: end.start()], entry.block[end.end() :]) if end else (entry.block, b"")


def _mime(entry: warc.Entry, head: bytes) -> str | None:
    if entry.type == "revisit":
        return "warc/revisit"
    if entry.type == "resource":
        value = entry.header("content-type")
    else:
        found = _TYPE.search(head)
        value = found[1].decode("utf-8", "replace").strip() if found else None
    return _FIRST.split(value, maxsplit=1)[0] if value is not None else None


def _status(head: bytes) -> str | None:
    found = _STATUS.match(head)
    return found[1].decode() if found else None


def _payload_digest(entry: warc.Entry, body: bytes) -> str | None:
    """The payload's digest as the record has it; one that it does not have is computed, as a replayer compares them."""
    known = entry.header("warc-payload-digest")
    if known is None and entry.type != "revisit":
        return warc.digest(body)
    return known

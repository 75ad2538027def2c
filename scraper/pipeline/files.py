"""The folder and WARC sources' input: the one place where the pipeline reads files."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from scraper import warc
from scraper.clean.sniff import sniff
from scraper.errors import LimitError, ScrapeError
from scraper.pipeline.tools import Source, SourceKind, Tools
from scraper.sources import folder
from scraper.sources import warc as warc_source
from scraper.sources.names import path_of
from scraper.types import Capture, Failure, FoundBy, Link

PIECE = 1 << 20
HEAD = 16
MAX_FILES = 1_000_000
TYPES = {"html": "text/html", "text": "text/plain"}


def links(source: Source) -> list[Link]:
    """The source's files as links, sorted by name; a ScrapeError where there is no such directory."""
    top = Path(source.at).absolute()
    if not top.is_dir():
        raise ScrapeError(f"{top}: no such directory (source {source.name}); make it or mend its path", reason="not-found")
    names: list[str] = []
    for directory, below, files in os.walk(top):
        below[:] = sorted(name for name in below if not name.startswith("."))
        names += (os.path.relpath(os.path.join(directory, name), top) for name in files)
        if len(names) > MAX_FILES:
            raise LimitError(f"{top}: more than {MAX_FILES:,} files; split the directory", reason="too-many-files")
    read = folder.read if source.kind is SourceKind.FOLDER else warc_source.read
    return read(names, str(top), source.name, source.patterns) if source.patterns else read(names, str(top), source.name)


def digest(path: Path) -> str:
    """The key by which a file is known again, whatever its name: the SHA-256 of its content."""
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            sha.update(piece)
    return f"sha256:{sha.hexdigest()}"


def is_archive(path: Path) -> bool:
    """Whether a file is a WARC (gzipped or not), by its name's end or its first bytes."""
    if path.name.lower().endswith((".warc", ".warc.gz")):
        return True
    with path.open("rb") as file:
        return sniff(file.read(HEAD)) == "warc"


def captures(link: Link, source: Source, tools: Tools) -> Iterator[tuple[str, Capture | Failure]]:
    """What a file holds, each with its key: itself, or the pages of a WARC. Errors of the system are ScrapeErrors."""
    path = Path(path_of(link.url))
    if is_archive(path):
        for page in warc.pages(path, source.name):
            yield _page_key(page), page
        return
    size = path.stat().st_size
    if size > source.max_bytes:
        raise LimitError(f"{path}: {size:,} bytes; at most {source.max_bytes:,} are read", reason="too-large")
    body = path.read_bytes()
    found_by = FoundBy(source.kind.value, link.url)
    known = Link(link.url, source.name, found_by)
    mime = TYPES.get(sniff(body), "application/octet-stream")
    yield f"sha256:{hashlib.sha256(body).hexdigest()}", Capture(known, link.url, tools.now(), (), 200, (), body, mime)


def _page_key(page: Capture | Failure) -> str:
    if isinstance(page, Failure):
        return ""
    return f"{page.link.url} {page.fetched_at} sha256:{hashlib.sha256(page.body).hexdigest()}"

"""A WACZ: the archive's WARC files, their index and the list of its articles in one file that replays in a browser.

Source: https://specs.webrecorder.net/wacz/1.1.1/. The WARC files are stored as they are, byte for byte, so that
ReplayWeb.page can read a page in the middle of the file over HTTP. Nothing in it depends on the time at which it is
made: `created` is the time of the newest capture.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from msgspec import Struct

from scraper.archive import disk
from scraper.errors import ScrapeError
from scraper.export import cdxj
from scraper.export.articles import Articles
from scraper.export.spill import Sorted
from scraper.index import File
from scraper.types import Record
from scraper.version import __version__

VERSION = "1.1.1"
LINES = 1024
"""Lines of the index in a block that is compressed for itself; py-wacz has as many."""

_CHUNK = 1 << 20
_NO_TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can name
_UNIX = 3
_MODE = 0o100644 << 16


class _Resource(Struct, frozen=True):
    name: str
    path: str
    hash: str
    bytes: int


def write(articles: Articles, out: BinaryIO) -> int:
    """Write the WACZ of a whole archive; how many places of its WARC files could not be read."""
    root = articles.view.root
    files = [file for file in articles.view.index.files() if file.sha256 is not None]
    names = _archive_names(files)
    with zipfile.ZipFile(out, "w", allowZip64=True) as archive:
        package = _Package(archive)
        for file in files:
            package.add(f"archive/{names[file.name]}", _copied(root, file), size=file.good_length)
        lines = cdxj.index(root, files, names.__getitem__, articles.say)
        try:
            newest = package.add_index(lines)
        finally:
            lines.close()
        package.add("pages/pages.jsonl", _pages(articles), deflate=True)
        package.finish(newest)
    return lines.damaged


class _Package:
    """A zip file whose entries are written one after another, and listed at the end."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._resources: list[_Resource] = []

    def add(self, path: str, chunks: Iterable[bytes], *, deflate: bool = False, size: int = 0) -> None:
        """Write an entry and note its digest; `size` is needed for what may be larger than 2 GiB."""
        sha, length = hashlib.sha256(), 0
        with self._archive.open(_entry(path, deflate=deflate, size=size), "w") as file:
            for chunk in chunks:
                file.write(chunk)
                sha.update(chunk)
                length += len(chunk)
        name = PurePosixPath(path).name.lower()
        self._resources.append(_Resource(name, path, f"sha256:{sha.hexdigest()}", length))

    def add_index(self, lines: Sorted) -> str:
        """Write the index in blocks of gzip, and the index of the blocks; the newest capture's time."""
        blocks = _Blocks(lines)
        self.add("indexes/index.cdx.gz", blocks)
        self.add("indexes/index.idx", [json.dumps(blocks.meta).join(("!meta 0 ", "\n")).encode(), *blocks.starts])
        return blocks.newest

    def finish(self, newest: str) -> None:
        """Write the list of all entries, and its digest."""
        listed = {
            "profile": "data-package",
            "title": "Articles archived by scrape",
            "wacz_version": VERSION,
            "software": f"scrape {__version__}",
            "created": newest,
            "resources": [
                {"name": one.name, "path": one.path, "hash": one.hash, "bytes": one.bytes} for one in self._resources
            ],
        }
        package = json.dumps(listed, indent=2).encode()
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(package).hexdigest()}"}
        self.add("datapackage.json", [package], deflate=True)
        self.add("datapackage-digest.json", [json.dumps(digest, indent=2).encode()], deflate=True)


class _Blocks:
    """The index's lines as gzip members; what stands in the index of them is known when all were taken."""

    meta = {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}

    def __init__(self, lines: Sorted) -> None:
        self._lines = lines
        self.starts: list[bytes] = []
        self.newest = ""

    def __iter__(self) -> Iterator[bytes]:
        offset, block, latest = 0, [], ""
        for line in self._lines:
            latest = max(latest, line.split(b" ", 2)[1].decode())
            block.append(line)
            if len(block) == LINES:
                yield (member := self._member(block, offset))
                offset += len(member)
                block = []
        if block:
            yield self._member(block, offset)
        self.newest = _iso(latest)

    def _member(self, block: list[bytes], offset: int) -> bytes:
        deflate = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        member = deflate.compress(b"".join(block)) + deflate.flush()
        digest = f"sha256:{hashlib.sha256(member).hexdigest()}"
        start = b" ".join(block[0].split(b" ", 2)[:2]).decode()
        self.starts.append(
            f"{start} {json.dumps({'offset': offset, 'length': len(member), 'digest': digest})}\n".encode()
        )
        return member


def _iso(digits: str) -> str:
    """Fourteen digits as RFC 3339."""
    at = f"{digits:0<14}"
    return f"{at[:4]}-{at[4:6]}-{at[6:8]}T{at[8:10]}:{at[10:12]}:{at[12:14]}Z"


def _entry(path: str, *, deflate: bool, size: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, _NO_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
    entry.create_system, entry.external_attr = _UNIX, _MODE
    entry.file_size = size
    return entry


def _archive_names(files: list[File]) -> dict[str, str]:
    """The name of each WARC file in the one folder that a WACZ has for them."""
    names = {file.name: PurePosixPath(file.name).name for file in files}
    known: dict[str, str] = {}
    for name, short in names.items():
        if known.setdefault(short, name) != name:
            raise ScrapeError(f"{known[short]} and {name} have one name, and a WACZ has one folder: rename one of them")
    return names


def _copied(root: Path, file: File) -> Iterator[bytes]:
    """What is acknowledged of a WARC file."""
    path = cdxj.existing(root, file.name)
    left = file.good_length
    with disk.readable(path), path.open("rb") as source:
        while left and (data := source.read(min(_CHUNK, left))):
            left -= len(data)
            yield data


def _pages(articles: Articles) -> Iterator[bytes]:
    """The list of pages: its head, then each article's capture with its clean text, for the full-text search."""
    head = {"format": "json-pages-1.0", "id": "pages", "title": "Articles", "hasText": True}
    yield json.dumps(head).encode() + b"\n"
    damaged = 0
    for record in articles:
        try:
            page = _page(articles, record)
        except ScrapeError as error:  # it is not in the index either
            articles.say(str(error))
            damaged += 1
            continue
        yield json.dumps(page, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    articles.damaged += damaged


def _page(articles: Articles, record: Record) -> dict[str, str]:
    """A page is known by the address and the time of its capture; those are the WARC record's own."""
    url, at = record.final_url or record.url, record.fetched_at
    if record.warc is not None:
        capture = articles.view.read(record.warc)
        url, at = capture.uri("warc-target-uri") or url, capture.header("warc-date") or at
    return {"id": record.id, "url": url or "", "ts": at or "", "title": record.title or url or "", "text": record.text}

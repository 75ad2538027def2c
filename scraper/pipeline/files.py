"""What sources read off the disk, folders, WARCs and lists: the one place where the pipeline reads files."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct, structs

from scraper import warc
from scraper.clean.sniff import sniff
from scraper.errors import LimitError, ScrapeError
from scraper.pipeline.tools import Source, SourceKind, Tools
from scraper.sources import folder
from scraper.sources import pages as page_list
from scraper.sources import warc as warc_source
from scraper.sources.names import file_uri, path_of
from scraper.types import Capture, Failure, FoundBy, Link

PIECE = 1 << 20
HEAD = 16
MAX_FILES = 1_000_000
_RFC_3339_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", re.ASCII)
TYPES = {"html": "text/html", "text": "text/plain"}


class Listing(Struct, frozen=True):
    """A directory's files as links, sorted by name, and the directories below it that cannot be listed."""

    links: list[Link]
    failures: list[Failure]


def listing(source: Source) -> Listing:
    """What the source's directory holds; a ScrapeError where there is no such directory, or it cannot be listed."""
    top = Path(source.at).absolute()
    if not top.is_dir():
        raise ScrapeError(f"{top}: no such directory (source {source.name}); make it or mend it", reason="not-found")
    names: list[str] = []
    failures: list[Failure] = []

    def unlisted(error: OSError) -> None:
        where = str(error.filename or top)
        message = f"{where}: cannot be listed: {error.strerror}; change its rights"
        if where == str(top):
            raise ScrapeError(f"{message} (source {source.name})", reason="unreadable") from error
        failures.append(Failure(where, "unreadable", message))

    for directory, below, files in os.walk(top, onerror=unlisted):
        below[:] = sorted(name for name in below if not name.startswith("."))
        names += (os.path.relpath(os.path.join(directory, name), top) for name in files)
        if len(names) > MAX_FILES:
            raise LimitError(f"{top}: more than {MAX_FILES:,} files; split the directory", reason="too-many-files")
    reader = folder if source.kind is SourceKind.FOLDER else warc_source
    return Listing(reader.read(names, str(top), source.name, source.patterns or reader.PATTERNS), failures)


def pages(source: Source) -> page_list.Pages:
    """The addresses of a list: those in the configuration, then those in its file. A ScrapeError where it cannot be
    read, a LimitError where it is too large."""
    listed = page_list.read(source.pages, "configuration", source.name)
    if not source.at:
        return listed
    path = Path(source.at).absolute()
    try:
        with path.open("rb") as file:
            data = file.read(page_list.MAX_BYTES + 1)
        lines = data.decode("utf-8-sig").splitlines()
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror} (source {source.name})"
        raise ScrapeError(message, reason="unreadable") from error
    except UnicodeDecodeError as error:
        raise ScrapeError(f"{path}: not UTF-8; save the list as UTF-8", reason="bad-encoding") from error
    if len(data) > page_list.MAX_BYTES:
        raise LimitError(f"{path}: larger than {page_list.MAX_BYTES:,} bytes; split the list", reason="too-large")
    read = page_list.read(lines, file_uri(str(path)), source.name)
    return page_list.Pages([*listed.links, *read.links], [*listed.problems, *read.problems])


def digest(link: Link, source: Source) -> str:
    """The key by which a file is known again, whatever its name: the SHA-256 of its content.

    An OSError where it cannot be read, a ScrapeError where it is none, a LimitError where it is too large.
    """
    path = Path(path_of(link.url))
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for somebody to write to it
        raise ScrapeError(f"{path}: not a plain file; move it away", reason="not-a-file")
    if status.st_size > source.max_bytes and not is_archive(path):
        raise too_large(path, status.st_size, source)
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            sha.update(piece)
    return _key(sha.hexdigest())


def too_large(path: Path, size: int, source: Source) -> LimitError:
    """What is said of a file that is too large to be read."""
    return LimitError(
        f"{path}: {size:,} bytes; at most {source.max_bytes:,} are read (cleaning.max_bytes)", reason="too-large"
    )


def _key(sha256: str) -> str:
    # The index keeps texts under sha256:HEX; a file that holds just the clean text of another is a file of its own.
    return f"file sha256:{sha256}"


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
            yield ("", page) if isinstance(page, Failure) else _own(page, path, source)
        return
    with path.open("rb") as file:
        body = file.read(source.max_bytes + 1)  # it may have grown since it was measured
    if len(body) > source.max_bytes:
        raise too_large(path, len(body), source)
    known = Link(link.url, source.name, FoundBy(source.kind.value, link.url))
    mime = TYPES.get(sniff(body), "application/octet-stream")
    key = _key(hashlib.sha256(body).hexdigest())
    yield key, Capture(known, link.url, tools.now(), (), 200, (), body, mime)


def _own(page: Capture, path: Path, source: Source) -> tuple[str, Capture | Failure]:
    """A page of a WARC with its key, as this source's; a Failure where its times or its address cannot be written.

    Who fetched it is another source, where the WARC is this program's own. Times in it may have any form of ISO 8601.
    """
    where = f"{path}: {page.link.url}"
    try:
        hops = tuple(structs.replace(hop, started_at=_utc(hop.started_at)) for hop in page.exchanges)
        link = structs.replace(page.link, source=source.name)
        own = structs.replace(page, link=link, exchanges=hops, fetched_at=_utc(page.fetched_at))
        key = f"{page.link.url} {own.fetched_at} sha256:{hashlib.sha256(page.body).hexdigest()}"
        key.encode()
    except UnicodeEncodeError:
        return "", Failure(where, "not-unicode", f"{where}: an address with half a surrogate pair; passed over")
    except (ValueError, OverflowError) as error:
        return "", Failure(where, "bad-date", f"{where}: its date is no date ({error}); passed over")
    return key, own


def _utc(time: str) -> str:
    """A time of ISO 8601 as RFC 3339 in UTC, which it usually is already; ValueError or OverflowError if it is none."""
    moment = datetime.fromisoformat(time)
    if _RFC_3339_UTC.fullmatch(time):
        return time
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")

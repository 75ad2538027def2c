"""What the command line names -> pages: files, directories, standard input, gzip and WARC files."""

from __future__ import annotations

import io
import os
import re
import zlib
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import IO

from msgspec import Struct, structs

from scraper.clean.decode import sniff
from scraper.cli.streams import one_line
from scraper.errors import LimitError, ScrapeError, UnusableError, UsageError
from scraper.expressions import expression
from scraper.types import Capture, Failure, FoundBy

STDIN = "-"
STDIN_NAME = "standard input"
_URL = expression(r"https?://", re.I)
_GZIP = b"\x1f\x8b"
# A WARC record begins with its version, an ARC file with its own description (IIPC WARC 1.1; Internet Archive ARC 1.0).
_ARCHIVE = (b"WARC/", b"filedesc://")
_PEEK = 512

_REFUSED = {
    "empty": "empty; there is nothing to clean",
    "binary": "not text (a PDF, picture, office file or other binary data); extract its text first",
    "gzip": "gzip inside gzip; unpack it first",
    "warc": "a WARC from a pipe; save it to a file and name that",
    "feed": "a feed or sitemap, which lists articles and holds none; configure it as a source",
}


class Input(Struct, frozen=True):
    """One thing to read: `name` as the user gave it, `mirror` the path of its output below an output directory."""

    name: str
    mirror: str


class Page(Struct, frozen=True, kw_only=True):
    """Bytes to clean and what is known of them; `kind` is "html" or "text", `path` the plain file that holds them.

    `alone` is False for the pages of an archive that holds several.
    """

    name: str
    mirror: str
    data: bytes
    kind: str
    source: str
    path: str | None = None
    url: str | None = None
    final_url: str | None = None
    content_type: str | None = None
    fetched_at: str | None = None
    found_by: FoundBy | None = None
    alone: bool = True


class Reading(Struct, frozen=True):
    """How to read: the largest input in bytes, the kind if it is told, the page's address if it is told.

    `get` fetches an address; without it no input is taken for one.
    """

    max_bytes: int
    kind: str | None = None
    url: str | None = None
    get: Callable[[str], Capture] | None = None


def expand(arguments: list[str]) -> list[Input | Failure]:
    """Every file that the arguments mean, in order: a directory means the regular files in it, sorted, at any depth,
    without hidden ones and without following links to directories."""
    found: list[Input | Failure] = []
    for argument in arguments:
        if argument != STDIN and os.path.isdir(argument):
            found += _directory(argument)
        else:
            mirror = "stdin" if argument == STDIN else os.path.basename(argument)
            found.append(Input(argument, mirror))
    if sum(1 for entry in found if isinstance(entry, Input) and entry.name == STDIN) > 1:
        raise UsageError("standard input (-) can be read once only; name it once")
    return found


def _directory(top: str) -> list[Input | Failure]:
    found: list[Input | Failure] = []

    def unreadable(error: OSError) -> None:
        found.append(failure(error.filename or top, _from_os(error)))

    for folder, folders, files in os.walk(top, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = os.path.join(folder, name)
            if name.startswith("."):
                continue
            if os.path.isfile(path):
                found.append(Input(path, os.path.relpath(path, top)))
            elif not os.path.exists(path):
                found.append(
                    failure(path, ScrapeError("a link to what is not there; mend or remove it", reason="not-found"))
                )
    return found or [failure(top, UnusableError("no files in this directory; name another", reason="empty"))]


def read(entry: Input, reading: Reading, stdin: IO[bytes]) -> Iterator[Page | Failure]:
    """The pages of one input: one, or as many as a WARC holds; what is wrong with it comes as a Failure."""
    try:
        if entry.name == STDIN:
            yield _page(entry, _bounded(stdin, reading.max_bytes), reading)
        elif _URL.match(entry.name) and not os.path.exists(entry.name):
            yield from fetch(entry, reading)
        else:
            yield from _file(entry, reading)
    except OSError as error:
        yield failure(entry.name, _from_os(error))
    except ScrapeError as error:
        yield failure(entry.name, error)


def fetch(entry: Input, reading: Reading) -> Iterator[Page | Failure]:
    """The page at an address, fetched politely and not archived. Raises what fetching it says."""
    if reading.get is None:
        raise UsageError("an address cannot be read here; save the page and give the file, with --url")
    capture = reading.get(entry.name)
    if len(capture.body) > reading.max_bytes:
        raise _too_large(reading.max_bytes)
    page = _page(entry, capture.body, reading)
    yield structs.replace(
        page,
        path=None,
        mirror=entry.mirror or "page",
        url=reading.url or capture.link.url,
        final_url=reading.url or capture.final_url,
        content_type=capture.header("content-type"),
        fetched_at=capture.fetched_at,
    )


def failure(name: str, error: ScrapeError) -> Failure:
    """An expected error as a value, under the name that the user gave."""
    name = STDIN_NAME if name == STDIN else one_line(name)
    message = str(error)
    # An error of the network names the address already.
    message = message if message.startswith(f"{name}: ") else f"{name}: {message}"
    return Failure(name, error.reason, message, error.exit_code)


def _from_os(error: OSError) -> ScrapeError:
    if isinstance(error, FileNotFoundError):
        return ScrapeError("no such file or directory; check the name", reason="not-found")
    return ScrapeError(f"cannot be read: {error.strerror}", reason="unreadable")


def _file(entry: Input, reading: Reading) -> Iterator[Page | Failure]:
    # peek() lets a pipe named as a file, as bash's <(...) is one, be looked at and then read.
    with open(entry.name, "rb") as file:
        if not _is_archive(file.peek(_PEEK)[:_PEEK]) or not os.path.isfile(entry.name):
            yield _page(entry, _bounded(file, reading.max_bytes), reading)
            return
    yield from _archive(entry)


def _is_archive(head: bytes) -> bool:
    if head.startswith(_GZIP):
        try:
            head = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(head, 16)
        except zlib.error:
            return False
    return head.startswith(_ARCHIVE)


def _archive(entry: Input) -> Iterator[Page | Failure]:
    # Loads warcio and brotli, which other inputs do not need.
    from pathlib import Path  # noqa: PLC0415

    from scraper.warc.pages import pages  # noqa: PLC0415

    all_of_them = pages(Path(entry.name), entry.name)
    first = list(islice(all_of_them, 2))
    for number, found in enumerate(chain(first, all_of_them), start=1):
        if isinstance(found, Failure):
            yield found
            continue
        kind = sniff(found.body)
        name = f"{entry.name}#{found.link.url}"
        if kind in _REFUSED:
            yield failure(name, _refusal(kind))
            continue
        yield Page(
            name=name,
            mirror=f"{entry.mirror}-{number:05d}",
            data=found.body,
            kind=kind,
            source=entry.name,
            url=found.link.url,
            final_url=found.final_url,
            content_type=found.header("content-type"),
            fetched_at=found.fetched_at,
            found_by=found.link.found_by,
            alone=len(first) == 1,
        )
    if not first:
        yield failure(entry.name, UnusableError("no pages in this archive; name another", reason="empty"))


def _bounded(stream: IO[bytes], limit: int) -> bytes:
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise _too_large(limit)
    return data


def _too_large(limit: int) -> LimitError:
    return LimitError(f"larger than {limit} bytes; raise --max-bytes to take it", reason="too-large")


def _page(entry: Input, data: bytes, reading: Reading) -> Page:
    plain = not data.startswith(_GZIP)
    if not plain:
        data = _gunzip(data, reading.max_bytes)
    kind = sniff(data)
    # The user's word goes before our look, but no word makes a picture or nothing at all into a text.
    if kind in _REFUSED and not (kind == "feed" and reading.kind):
        raise _refusal(kind)
    path = entry.name if plain and entry.name != STDIN else None
    return Page(
        name=STDIN_NAME if entry.name == STDIN else entry.name,
        mirror=entry.mirror,
        data=data,
        kind=reading.kind or kind,
        source=entry.name,
        path=path,
        url=reading.url,
    )


def _refusal(kind: str) -> UnusableError:
    return UnusableError(_REFUSED[kind], reason="empty" if kind == "empty" else "not-text")


def _gunzip(data: bytes, limit: int) -> bytes:
    """Every member of a gzip file, in one bounded read."""
    import gzip  # noqa: PLC0415 -- most inputs are not compressed

    try:
        unpacked = gzip.GzipFile(fileobj=io.BytesIO(data)).read(limit + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ScrapeError(f"damaged gzip data ({error}); fetch or pack it again", reason="damaged-gzip") from error
    if len(unpacked) > limit:
        raise _too_large(limit)
    return unpacked

"""Proving an archive: that every byte of it reads back, and that text, metadata and raw pages belong together.

The chain of an article is  index row -> line of JSONL -> conversion and metadata record -> raw response. The metadata
record holds the line's digest, so a changed title is found without the index. The index holds each WARC file's sha256,
which finds even a bit that gzip ignores (padding behind the last code of a member, RFC 1951 section 3.2.3). Only reads;
works beside a writer, up to what was acknowledged when it began. Memory does not grow with the archive.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from scraper import layout
from scraper.errors import ScrapeError, VerificationError
from scraper.index import NAME, OLDER_SCHEMA, Index
from scraper.verify.folders import check_folders
from scraper.verify.lines import check_lines
from scraper.verify.report import Findings, Problem, Report, Scope, Wrong
from scraper.verify.rows import check_index
from scraper.verify.scratch import Scratch
from scraper.verify.warcs import check_payloads, check_references, check_warcs

__all__ = ["Problem", "Report", "verify"]

Progress = Callable[[int, int], None]

_READ = (f"{layout.WARCS}*", layout.LINES)


def verify(root: Path, told: Progress = lambda done, total: None) -> Report:
    """Read the whole archive and say what is wrong with it; see Report.exit_code.

    `told` is called now and then with the bytes of WARC and JSONL that were read, and how many there are.
    A ScrapeError if there is no such directory, or the index is of an older version. A file that cannot be read is a
    problem as any other.
    """
    if not root.is_dir():
        raise ScrapeError(f"{root}: no such directory", reason="not-found")
    total = sum(path.stat().st_size for pattern in _READ for path in layout.plain_files(root, pattern))
    found = Findings(lambda done: told(done, total))
    index = _open_index(root, found)
    try:
        try:
            _walk(root, index, found)
        except VerificationError as error:  # of the index alone: once more without it, so that the files are judged
            found = Findings(lambda done: told(done, total))
            found.problem(NAME, Wrong("index-damaged", str(error)))
            _walk(root, None, found)
    except OSError as error:
        raise ScrapeError(f"{error.filename or root}: {error.strerror}", reason="unreadable") from error
    finally:
        if index is not None:
            index.close()
    return found.report()


def _walk(root: Path, index: Index | None, found: Findings) -> None:
    scope = Scope(root, index, index.snapshot() if index is not None else None)
    check_folders(root, found)
    with closing(Scratch()) as scratch:
        check_warcs(scope, scratch, found)
        check_lines(scope, scratch, found)
        check_references(scope, scratch, found)
        check_index(scope, scratch, found)
        check_payloads(scope, scratch, found)


def _open_index(root: Path, found: Findings) -> Index | None:
    path = root / NAME
    if not path.exists():
        if any(root.glob("warc/*/*/*")) or any(root.glob("articles/*/*/*")):
            found.warning(NAME, Wrong("no-index", "there is no index; it can be rebuilt"))
        return None
    try:
        return Index(path, readonly=True)
    except ScrapeError as error:
        if error.reason == OLDER_SCHEMA:  # nothing is wrong with it, and without it less would be proved
            raise
        found.problem(NAME, Wrong("index-damaged", str(error)))
        return None

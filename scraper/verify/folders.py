"""What lies in an archive's directories: whether all of it can be listed, and whether it belongs there."""

from __future__ import annotations

import os
import re
from pathlib import Path

from scraper import layout
from scraper.index import NAME
from scraper.verify.report import Findings, Wrong

_BELONGS = re.compile(
    r"warc/\d{4}/\d\d/[^/]+\.warc\.gz(?:\.open)?"
    r"|articles/\d{4}/\d\d/\d\d\.jsonl"
    r"|quarantine/[^/]+"
    rf"|{re.escape(NAME)}(?:\.new)?(?:-wal|-shm|-journal)?"
    r"|\.[^/]+",  # the lock, the daemon's heartbeat, and what file systems leave
    re.ASCII,
)
_JOURNAL = "purge.journal"  # see archive.journal
_FRESH = ".purging"


def check_folders(root: Path, found: Findings) -> None:
    """Name what cannot be listed, for a pattern passes it over as if it were empty; and what does not belong there."""

    def unlisted(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            where = _shown(str(Path(error.filename).relative_to(root)))
            found.problem(where, Wrong("unreadable", f"cannot be listed: {error.strerror}"))

    for directory, below, files in os.walk(root, onerror=unlisted):
        below.sort()
        for name in sorted(files):
            _check_name(Path(directory, name).relative_to(root).as_posix(), found)
    for pattern in (f"{layout.WARCS}*", layout.LINES):
        for path in sorted(root.glob(pattern)):
            if not layout.is_plain(path):
                found.warning(
                    _shown(path.relative_to(root).as_posix()), Wrong("foreign-file", "no plain file: nobody reads it")
                )


def _shown(name: str) -> str:
    """A name as a report can hold it, which is UTF-8."""
    return os.fsencode(name).decode(errors="backslashreplace")


def _check_name(name: str, found: Findings) -> None:
    if name == _JOURNAL:
        what = "a purge was cut off: whatever opens this archive to write next finishes it"
        found.problem(name, Wrong("unfinished-purge", what))
    elif name.endswith((_FRESH, f"{_JOURNAL}.new")):
        what = "left by a purge that was cut off: whatever opens this archive to write next takes it away"
        found.warning(name, Wrong("unfinished-purge", what))
    elif not (_BELONGS.fullmatch(name) and layout.is_text(name)):
        found.warning(_shown(name), Wrong("foreign-file", "does not belong to an archive: nobody reads it"))

"""Where an archive's files lie, and which of what lies there can be one.

A named pipe called `x.warc.gz` would be waited for without end, a directory cannot be read, and a name that is no text
can stand in no record; so none of them is ever opened. `scrape verify` names them.
"""

from __future__ import annotations

from pathlib import Path

WARCS = "warc/*/*/*.warc.gz"
LINES = "articles/*/*/*.jsonl"


def plain_files(root: Path, pattern: str) -> list[Path]:
    """The plain files that match a pattern, sorted; one that nobody may look at counts, as its reader says why."""
    return sorted(path for path in root.glob(pattern) if is_plain(path) and is_text(path.relative_to(root).as_posix()))


def is_plain(path: Path) -> bool:
    """Whether this is a file, or a link to one."""
    try:
        return path.is_file()
    except OSError:
        return True


def is_text(name: str) -> bool:
    """Whether a name is UTF-8, as a record's fields are."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True

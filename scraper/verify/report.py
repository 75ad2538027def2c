"""What verification found: counts by kind, and a line for everything that is not as it should be."""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from scraper.index import Index, Snapshot
from scraper.warc import OPEN

MAX_LISTED = 10_000
"""Problems, and warnings, that are listed; the rest are counted."""


SLUGS = frozenset(
    (
        *("unreadable", "lost-file", "lost-bytes", "extra-bytes", "changed-file", "damaged", "torn"),  # files
        *("foreign-file", "unlisted-file", "unfinished-purge", "no-index"),
        *("warcinfo", "gzip-head", "record-type", "record-fields", "record-id", "context"),  # WARC records
        *("block-digest", "payload-digest", "no-reference", "dangling", "duplicate-record", "ledger", "tombstone"),
        *("purged-record", "revisit", "parted", "lost-memory"),
        *("duplicate-line", "line-verdict", "line-day", "line-warc", "line-text", "line-digest"),  # lines of JSONL
        *("line-ledger",),
        *("line-missing", "text-digest", "text-missing", "ledger-missing"),
        *(
            "index-damaged",
            "index-missing",
            "index-place",
            "index-row",
            "index-seen",
            "index-words",
            "index-families",
            "index-counts",
            "index-measures",
            "index-payload",
            "index-memory",
            "waiting-line",
        ),
    )
)
"""What a machine may look for in the result: none of them changes its meaning, new ones may come."""

Told = Callable[[int], None]


class Wrong(Struct, frozen=True):
    """What may be said of a place: a slug that stays the same from version to version, and words for people."""

    slug: str
    what: str


class Scope(Struct, frozen=True):
    """What is verified: the archive's root, and what its index had acknowledged when verification began."""

    root: Path
    index: Index | None
    snapshot: Snapshot | None


class Problem(Struct, frozen=True):
    """Something amiss: in which file (relative to the root), at which byte, with which record, and what it is.

    `what` is for people and may be worded otherwise in a later version; `slug` stays.
    """

    file: str
    offset: int | None
    record: str | None
    what: str
    slug: str


class Report(Struct, frozen=True):
    """The result: how much was read, and what is wrong with it.

    `types` counts WARC records by type, `verdicts` the ledgers, `tombstones` what stands for `purged` records; `size`
    is the bytes of WARC and JSONL that were read. `warnings` are what no content is lost by; `unlisted` is how many
    problems stand beyond MAX_LISTED.
    """

    warcs: int
    types: dict[str, int]
    verdicts: dict[str, int]
    tombstones: int
    purged: int
    files: int
    lines: int
    indexed: int
    size: int
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    unlisted: int = 0

    @property
    def exit_code(self) -> int:
        """5 if something is wrong, 4 if there was nothing to verify, else 0."""
        if self.problems:
            return 5
        return 0 if self.warcs or self.files else 4


def existing(final: Path) -> Path:
    """A WARC file under its final name or, while it is written, under the other."""
    return final if final.exists() else final.with_name(final.name + OPEN)


def absence(path: Path) -> str:
    """Why a file was not found where it should be: it is gone, or nobody may look."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return "the file is gone: what has its name is no plain file"
    except FileNotFoundError:
        return "the file is gone"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return "cannot be read: its directory cannot be listed"


def _problem(file: str, wrong: Wrong, offset: int | None, record: str | None) -> Problem:
    return Problem(file, offset, record, wrong.what, wrong.slug)


class Findings:
    """What is collected on the way; `told` is called with the bytes that were read so far."""

    def __init__(self, told: Told = lambda size: None) -> None:
        self._told = told
        self.counts: Counter[str] = Counter()
        self.types: Counter[str] = Counter()
        self.verdicts: Counter[str] = Counter()
        self._problems: list[Problem] = []
        self._warnings: list[Problem] = []

    def read(self, size: int) -> None:
        """So many more bytes of WARC or JSONL have been read."""
        self.counts["size"] += size
        self._told(self.counts["size"])

    def problem(self, file: str, wrong: Wrong, *, offset: int | None = None, record: str | None = None) -> None:
        """Something is wrong."""
        self._note(self._problems, _problem(file, wrong, offset, record))

    def warning(self, file: str, wrong: Wrong, *, offset: int | None = None, record: str | None = None) -> None:
        """Something is odd, and nothing is lost by it."""
        self._note(self._warnings, _problem(file, wrong, offset, record))

    @property
    def has_problems(self) -> bool:
        """Whether something is wrong so far."""
        return bool(self._problems)

    def report(self) -> Report:
        """All of it."""
        return Report(
            warcs=self.counts["warcs"],
            types=dict(sorted(self.types.items())),
            verdicts=dict(sorted(self.verdicts.items())),
            tombstones=self.counts["tombstones"],
            purged=self.counts["purged"],
            files=self.counts["files"],
            lines=self.counts["lines"],
            indexed=self.counts["indexed"],
            size=self.counts["size"],
            problems=tuple(self._problems),
            warnings=tuple(self._warnings),
            unlisted=self.counts["unlisted"],
        )

    def _note(self, listed: list[Problem], problem: Problem) -> None:
        if len(listed) < MAX_LISTED:
            listed.append(problem)
        elif listed is self._problems:
            self.counts["unlisted"] += 1

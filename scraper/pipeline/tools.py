"""What a run works with, and what it gives back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from scraper.archive import Archive
from scraper.errors import ScrapeError
from scraper.fetch import Validators
from scraper.pipeline.budget import Budget, Limits
from scraper.pipeline.remember import Memories
from scraper.sources.choice import ALL, Choice
from scraper.types import Capture, Failure, Link, Memory, Verdict
from scraper.workers import Cleaned

AT_ONCE = 8
"""Links, or captures, under way together unless told otherwise; each host is still asked one request at a time."""


class SourceKind(StrEnum):
    """How a source says where its articles are."""

    FOLDER = "folder"
    WARC = "warc"
    FEED = "feed"
    SITEMAP = "sitemap"
    LISTING = "listing"
    PAGES = "pages"


class Source(Struct, frozen=True):
    """Where links come from: a directory of files or WARCs, the address of a feed, sitemap or listing, or a list.

    `limit` bounds the new links of one run; `patterns` are globs of files (none: the kind's own), `choice` says which
    links are wanted, `pages` are addresses beside those of the list at `at`, `max_bytes` bounds one file of a directory
    that is no WARC. `revisions` are the ages in seconds at which its articles are looked at again.
    """

    name: str
    kind: SourceKind
    at: str
    patterns: tuple[str, ...] = ()
    choice: Choice = ALL
    pages: tuple[str, ...] = ()
    limit: int = 1_000
    max_bytes: int = 20_000_000
    revisions: tuple[float, ...] = ()


class Fetching(Protocol):
    """What a run needs of a fetcher; fetch.Fetcher is one."""

    async def fetch(self, link: Link, validators: Validators | None = None) -> Capture: ...


class Cleaning(Protocol):
    """What a run needs of cleaning processes; workers.Workers are such."""

    async def clean(self, capture: Capture, memory: Memory | None = None) -> Cleaned: ...


class Tools(Struct, frozen=True):
    """What a run works with: made once, where the configuration is composed. Without a fetcher there is no network.

    `at_once` is how many links are under way together, `budget` what may be asked of a host, `memories` what is
    remembered of hosts, nothing without.
    """

    archive: Archive
    workers: Cleaning
    fetcher: Fetching | None
    clock: Callable[[], datetime]
    at_once: int = AT_ONCE
    budget: Budget = Budget(Limits())
    memories: Memories | None = None

    def memory(self, capture: Capture) -> Memory | None:
        """What is remembered of a page's host, if anything is to be."""
        return None if self.memories is None else self.memories.of(capture.final_url, self.now())

    async def clean(self, capture: Capture) -> Cleaned:
        """Clean a capture with what is remembered of its host."""
        return await self.workers.clean(capture, self.memory(capture))

    def now(self) -> str:
        """The time as records write it: RFC 3339, UTC, microseconds."""
        return self.clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Tally:
    """What a run did: records by verdict, looks at known articles by outcome, failures by reason, what was known, and
    by reason what was left for another run.

    A new version of an article counts among the looks alone. `reached` is whether the source itself could be read,
    whatever became of what it names.
    """

    def __init__(self) -> None:
        self.reached = True
        self.verdicts: Counter[str] = Counter()
        self.left: Counter[str] = Counter()
        self.failures: list[Failure] = []
        self.known = 0
        self.looks: Counter[str] = Counter()

    @property
    def articles(self) -> int:
        """How many articles were archived."""
        return self.verdicts[Verdict.ARTICLE.value]

    @property
    def others(self) -> int:
        """How many pages were archived that are no article."""
        return self.verdicts.total() - self.articles

    def counts(self) -> dict[str, int]:
        """The same numbers for a machine: archived, known, then verdicts, reasons and outcomes of looks by name."""
        failed = Counter(failure.reason for failure in self.failures)
        others = {name: count for name, count in self.verdicts.items() if name != Verdict.ARTICLE.value}
        return {"archived": self.articles, "known": self.known, **others, **failed, **self.looks}

    def __str__(self) -> str:
        """One line for a person: "5 archived, 2 known, 1 index_page, 3 unreachable, 40 left (budget-day)"."""
        no_articles = sorted((name, count) for name, count in self.verdicts.items() if name != Verdict.ARTICLE.value)
        failed = sorted(Counter(failure.reason for failure in self.failures).items())
        counted = [f"{count} {name}" for name, count in [*no_articles, *failed]]
        counted += [f"{count} left ({reason})" for reason, count in sorted(self.left.items())]
        seen = ", ".join(f"{count} {name}" for name, count in sorted(self.looks.items()))
        again = [f"{self.looks.total()} looked at again ({seen})"] if self.looks else []
        return ", ".join([f"{self.articles} archived", f"{self.known} known", *again, *counted])


def failure(where: str, error: ScrapeError) -> Failure:
    """An expected error as a value; its message names the place once."""
    message = str(error)
    return Failure(where, error.reason, message if where in message else f"{where}: {message}", error.exit_code)

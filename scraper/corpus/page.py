"""One page, in a cleaning process: a WARC record in, a line of JSONL out."""

from __future__ import annotations

import traceback

from msgspec import Struct

from scraper.clean import Options
from scraper.corpus.choice import Choice
from scraper.corpus.columns import line
from scraper.errors import ScrapeError
from scraper.record import provenance_of, record_of
from scraper.revisions.again import Difference, difference
from scraper.revisions.diff import Version
from scraper.types import Capture, Record, Verdict, WarcRef
from scraper.warc.pages import Found, Wanted
from scraper.workers import clean_article

BUG = "internal-error"


class Job(Struct, frozen=True):
    """A record of the file that is called `name`; with `is_compared`, `before` is the article that was made of it."""

    found: Found
    name: str
    is_compared: bool = False
    before: Version | None = None

    @property
    def weight(self) -> int:
        """Bytes that it holds."""
        return len(self.found.entry.block) + (len(self.found.first.block) if self.found.first else 0)


class Rules(Struct, frozen=True):
    """How pages are cleaned, and which are kept."""

    options: Options
    choice: Choice


class Done(Struct, frozen=True):
    """What came of a page: its verdict and its line, if it is kept; or why it failed. Neither: it was not wanted.

    `difference` is what a page that is compared has become, unless it failed.
    """

    verdict: Verdict | None = None
    line: bytes | None = None
    reason: str | None = None
    message: str = ""
    difference: Difference | None = None


def clean_page(job: Job, rules: Rules) -> Done:
    """Clean a page; whatever is wrong with it is a value."""
    try:
        # By status and type alone: its address and its date were looked at when it was read.
        wanted = Wanted(*_about(rules.choice))
        page = job.found.capture(job.name, job.name)
        return _cleaned(page, job, rules) if wanted.takes(page) else Done()
    except ScrapeError as error:
        return Done(reason=error.reason, message=str(error))
    except Exception as error:  # noqa: BLE001 - a bug that one page meets is said, with its place, and costs no other page
        place = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__} at {place.filename}:{place.lineno}: {error}"
        return Done(reason=BUG, message=f"internal error, {what[:500]}; please report it")


def _about(choice: Choice) -> tuple[frozenset[int] | None, frozenset[str | None] | None]:
    wanted = choice.wanted()
    return wanted.statuses, wanted.types


def _cleaned(page: Capture, job: Job, rules: Rules) -> Done:
    article = clean_article(page, rules.options)
    is_kept = rules.choice.takes(article.verdict, article.metadata.language)
    after = Version(article.metadata.title, article.text, article.metadata.language) if is_kept else None
    change = difference(job.before, after) if job.is_compared else None
    if not is_kept:
        return Done(article.verdict, difference=change)
    entry = job.found.entry
    ref = WarcRef(job.name, entry.offset, entry.length, entry.uri("warc-record-id") or "")
    record: Record = record_of(article, provenance_of(page, ref), reasons=False)
    return Done(article.verdict, line(record), difference=change)

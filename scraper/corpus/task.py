"""One WARC file -> one shard: read here, cleaned in the processes of a pool, published whole."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack

from msgspec import Struct, to_builtins

from scraper.clean import Options
from scraper.clean.chain import signed
from scraper.clean.rules import shipped
from scraper.corpus import state
from scraper.corpus.choice import Choice
from scraper.corpus.former import Former
from scraper.corpus.page import Done, Job
from scraper.corpus.shard import FORMATS, Digest
from scraper.corpus.source import Source
from scraper.corpus.state import Failed, Input, Shard, State
from scraper.engine import Ahead, Hands, in_order
from scraper.errors import LimitError
from scraper.revisions.again import Difference, difference
from scraper.store import File, Folder, nowhere
from scraper.types import WarcRef
from scraper.version import CLEANER
from scraper.warc.foreign import Hole
from scraper.warc.message import address, timestamp
from scraper.warc.pages import located

SUFFIXES = (".warc", ".warc.gz", ".warc.zst", ".arc", ".arc.gz")
"""How WARC files end; what is named itself may have any name."""

FORM = 1
"""Version of what a shard is: raised when the same input and cleaner give other bytes."""


class Settings(Struct, frozen=True):
    """What shards are made of: how pages are cleaned, which are kept, and the form of a shard."""

    options: Options = Options()
    choice: Choice = Choice()
    form: str = "jsonl.gz"

    @property
    def rules(self) -> str:
        """The digest of the rules that records name."""
        return signed(shipped(), self.options).digest

    @property
    def key(self) -> str:
        """The digest of all that a shard depends on beside its input."""
        parts = [FORM, CLEANER, self.rules, self.options.profile, to_builtins(self.choice), self.form]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


class Task(Struct, frozen=True):
    """A WARC file whose shard is to be made in a folder; with no `output` it is made for nobody.

    `before` is the folder of an earlier run with whose shard it is compared.
    """

    file: File
    output: str | None
    settings: Settings
    ahead: Ahead = Ahead(8)
    before: str | None = None


class Compared(Struct, frozen=True):
    """A page, and what would become of it; its fields are those of a record."""

    url: str
    fetched_at: str
    warc: WarcRef
    difference: Difference


class Step(Struct, frozen=True):
    """What a page, or a stretch of a file without pages, adds to the progress: `read` are bytes of the file."""

    read: int = 0
    pages: int = 0
    reason: str | None = None
    compared: Compared | None = None


Told = Callable[[Step], None]


def clean_warc(task: Task, hands: Hands) -> State:
    """Make the shard of a WARC file, and remember it. A ScrapeError if the file cannot be read, or the shard written.

    Nothing is published, or the whole shard; made a second time it has the same bytes under the same name.
    """
    name = state.stem(task.file.name)
    tally = Tally(hands.told)
    with Source(task.file.name) as source, ExitStack() as stack:
        former = stack.enter_context(Former(task.before, name)) if task.before is not None else None
        results = in_order(hands.pool, _jobs(task, source, tally, former), task.ahead, _weight)
        shard = publish(task, name, results, tally)
        read = Input(task.file.name, task.file.size, source.sha256(), task.file.stamp)
    return remember(task, name, tally.state(task.settings, read, shard))


def publish(task: Task, name: str, results: Iterable[tuple[Job, Done | LimitError]], tally: Tally) -> Shard:
    """Write what came of the pages as a shard, whole or not at all."""
    form = task.settings.form
    place = nowhere() if task.output is None else Folder(task.output).publish(f"{state.DATA}/{name}.{form}")
    with place as out:
        digest = Digest(out)
        lines = FORMATS[form](digest)
        for job, done in results:
            if (line := tally.take(job, done)) is not None:
                lines.put(line)
        lines.close()
    return Shard(f"{name}.{form}", digest.length, digest.sha256, tally.records)


def remember(task: Task, name: str, made: State) -> State:
    """Remember a published shard, and take away the one of an other form that it replaces."""
    if task.output is not None:
        folder = Folder(task.output)
        before = state.load(folder, name)
        state.save(folder, name, made)
        if before is not None and before.shard.name != made.shard.name:
            folder.remove(f"{state.DATA}/{before.shard.name}")
    return made


def _weight(job: Job) -> int:
    return job.weight


def _jobs(task: Task, source: Source, tally: Tally, former: Former | None) -> Iterator[Job]:
    for found in located(source.again, task.settings.choice.wanted(), tally.read):
        if isinstance(found, Hole) and found.error.reason == "no-original" and task.output is not None:
            tally.missing.append(found.offset)
        elif isinstance(found, Hole):
            tally.fail(Failed(found.offset, None, found.error.reason, str(found.error)))
        elif former is None or not former.is_there:
            yield Job(found, task.file.name)
        else:
            yield Job(found, task.file.name, True, former.version(found.entry))


class Tally:
    """Counts what came of a file's pages, and tells of it."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._read = 0
        self._verdicts: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._failed: list[Failed] = []
        self.records = 0
        self.missing: list[int] = []

    def read(self, offset: int) -> None:
        """Take in how far the file was read."""
        self._told(Step(read=max(offset - self._read, 0)))
        self._read = max(offset, self._read)

    def take(self, job: Job, done: Done | LimitError) -> bytes | None:
        """Take in what came of a page; its line, if it is kept."""
        if isinstance(done, LimitError):
            done = Done(reason=done.reason, message=str(done))
        entry = job.found.entry
        if done.reason is not None:
            self.fail(Failed(entry.offset, address(entry) or None, done.reason, done.message))
        elif done.verdict is not None:
            self._verdicts[done.verdict.value] += 1
            self.records += done.line is not None
            self._told(Step(pages=1))
        change = done.difference
        if job.before is not None and change is None:  # it failed, or is wanted no more
            change = difference(job.before, None)
        if change is not None and (change.was or change.now):
            ref = WarcRef(job.name, entry.offset, entry.length, entry.uri("warc-record-id") or "")
            date = timestamp(entry.header("warc-date") or "")
            self._told(Step(compared=Compared(address(entry), date, ref, change)))
        return done.line

    def fail(self, failed: Failed) -> None:
        """Take in what could not be read or cleaned."""
        self._failures[failed.reason] += 1
        if len(self._failed) < state.MOST_NAMED:
            self._failed.append(failed)
        self._told(Step(reason=failed.reason))

    def state(self, settings: Settings, read: Input, shard: Shard) -> State:
        """What is remembered."""
        return State(
            key=settings.key,
            cleaner=CLEANER,
            rules=settings.rules,
            profile=settings.options.profile,
            input=read,
            shard=shard,
            pages=self._verdicts.total(),
            verdicts=dict(sorted(self._verdicts.items())),
            failures=dict(sorted(self._failures.items())),
            failed=tuple(self._failed),
            missing=tuple(self.missing),
        )

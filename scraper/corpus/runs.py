"""All WARC files of a set: which shards are to be made, who makes them, and how far they are."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import PurePosixPath

from msgspec import Struct

from scraper import engine
from scraper.cluster import Cluster
from scraper.corpus import state
from scraper.corpus.page import Rules, clean_page
from scraper.corpus.revisits import resolve
from scraper.corpus.state import State
from scraper.corpus.task import SUFFIXES, Compared, Settings, Step, Task, clean_warc
from scraper.engine import Ahead, Executor, Hands, Threads
from scraper.errors import LimitError, ScrapeError
from scraper.revisions.again import Effect
from scraper.store import File, Folder, find
from scraper.types import Failure
from scraper.workers import Bounds

TRIES = 3
"""Processes that may die of a page before it is set aside."""
TASKS = 10_000
"""Pages after which a process is replaced: starting one takes as long as some hundred pages."""
LEAST = 100
"""Articles that are compared before a run is stopped for what they lose."""
AHEAD = 4
"""Pages a process that are read ahead of it."""


class Corpus(Struct, frozen=True):
    """What is to be cleaned, and where the shards go: files, globs, directories or URLs; a directory or URL.

    Without an `output` all is done but nothing kept. `before` is the output of an earlier run to compare with; when
    more than `max_loss` of its articles would lose text, the run stops. `cluster` is what scraper.cluster takes;
    without it this machine cleans, with so many `workers`.
    """

    inputs: tuple[str, ...]
    output: str | None
    settings: Settings
    workers: int
    deadline: float
    before: str | None = None
    max_loss: float = 1.0
    cluster: str | None = None


class Totals:
    """How far a run is: it is told of by several threads."""

    def __init__(self, bytes_in_all: int, max_loss: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_loss = max_loss
        self._lock = threading.Lock()
        self._clock, self._began = clock, clock()
        self.bytes_in_all = bytes_in_all
        self.read = self.pages = self.records = 0
        self.made: list[State] = []
        self.known: list[State] = []
        self.failures: Counter[str] = Counter()
        self.failed: list[Failure] = []
        self.effects: Counter[Effect] = Counter()
        self._compared: deque[Compared] = deque()

    def step(self, step: Step) -> None:
        """Take in a step."""
        with self._lock:
            self.read += step.read
            self.pages += step.pages
            if step.reason is not None:
                self.failures[step.reason] += 1
            if step.compared is not None:
                self.effects[step.compared.difference.effect] += 1
                self._compared.append(step.compared)
        if step.compared is not None and self.effects.total() >= LEAST:
            self.check()

    def check(self) -> None:
        """A LimitError if too many articles lose text."""
        lost, total = self.effects[Effect.LOST], self.effects.total()
        if total and lost / total > self._max_loss:
            message = (
                f"{lost} of {total} articles lose text, more than {self._max_loss:.0%}: stopped; look at them with "
                "--dry-run, or raise --max-loss"
            )
            raise LimitError(message, reason="loses-text")

    def compared(self) -> Iterator[Compared]:
        """What was compared since the last time."""
        while self._compared:
            yield self._compared.popleft()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return self._clock() - self._began

    @property
    def speed(self) -> float:
        """Pages a second."""
        return self.pages / self.seconds if self.seconds else 0.0

    @property
    def left(self) -> float | None:
        """Seconds that it will take still, by the bytes that were read; None where nobody can say yet."""
        return self.seconds * (self.bytes_in_all - self.read) / self.read if self.read else None

    @property
    def set_aside(self) -> int:
        """Pages that were given up, in the shards that were made now."""
        return sum(made.set_aside for made in self.made)


Watch = Callable[[Totals], None]


def run(corpus: Corpus, watch: Watch = lambda totals: None) -> Totals:
    """Make the shards that are missing or out of date, and the manifest of all.

    A file that cannot be read is a Failure in the result; what the others would meet too (no space, no permission) is
    raised, as a LimitError.
    """
    settings = corpus.settings
    folder = None if corpus.output is None else Folder(corpus.output)
    known = _known(corpus, folder)
    ahead = Ahead(corpus.workers * AHEAD)

    def task_of(file: File) -> Task:
        return Task(file, corpus.output, settings, ahead, corpus.before)

    tasks = [task_of(file) for file, one in known.items() if one is None]
    totals = Totals(sum(task.file.size for task in tasks), corpus.max_loss)
    totals.known = [one for one in known.values() if one is not None]
    every = [(task_of(file), one) for file, one in known.items() if one is not None]
    watched = engine.Watch(totals.step, lambda: watch(totals))
    executor = _executor(corpus)
    try:
        for task, made in executor.run(_one, tasks, watched):
            if isinstance(made, State):
                totals.made.append(made)
                every.append((task, made))
            else:
                totals.failed.append(made)
            watch(totals)
        totals.made += [made for _, made in resolve(every, executor, watched)]
    finally:
        executor.close()
    totals.check()
    if folder is not None:
        state.summarise(folder)
    return totals


def _known(corpus: Corpus, folder: Folder | None) -> dict[File, State | None]:
    """Each file, with the state of its shard if that need not be made."""
    files = unique(corpus.inputs)
    if folder is None:
        return dict.fromkeys(files)
    folder.sweep()
    key = corpus.settings.key
    return {file: state.finished(folder, key, file) for file in files}


def unique(inputs: Sequence[str]) -> list[File]:
    """The files of all inputs, each once, in the order of their names: which that is depends on nothing else."""
    files = {file.name: file for one in inputs for file in find(one, SUFFIXES)}
    return [files[name] for name in sorted(files)]


def _executor(corpus: Corpus) -> Executor:
    """What cleans: this machine, or a cluster."""
    clean = partial(clean_page, rules=Rules(corpus.settings.options, corpus.settings.choice))
    bounds = Bounds(corpus.workers, corpus.deadline, "cleaning.deadline", TRIES, TASKS)
    return Threads(clean, bounds) if corpus.cluster is None else Cluster(clean, bounds, corpus.cluster)


def _one(task: Task, hands: Hands) -> State | Failure:
    try:
        return clean_warc(task, hands)
    except LimitError:
        raise
    except ScrapeError as error:
        name = PurePosixPath(task.file.name).name
        message = str(error) if name in str(error) else f"{task.file.name}: {error}"
        return Failure(task.file.name, error.reason, message, error.exit_code)

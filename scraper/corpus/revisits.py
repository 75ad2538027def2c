"""Revisits whose first responses are in other files of the set: looked for when all files are read, in a second shard.

A file's own originals are found while it is read. What is left is known by then, so that one more look through the
heads of all records finds it, whatever the order of the files; sets without such revisits are not read twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from typing import BinaryIO

from msgspec import Struct, structs

from scraper.corpus import state
from scraper.corpus.former import Former
from scraper.corpus.page import Job
from scraper.corpus.source import Source
from scraper.corpus.state import Failed, State
from scraper.corpus.task import Tally, Task, publish, remember
from scraper.engine import Executor, Hands, Watch, in_order
from scraper.store import File, Folder
from scraper.warc.foreign import records
from scraper.warc.message import address
from scraper.warc.originals import Key, is_original, keys_of, keys_wanted, read_at
from scraper.warc.pages import Found
from scraper.warc.read import Entry
from scraper.warc.stream import DamagedError, Stream

OPEN = 8
"""Files that are open together while originals are read out of them."""


class Place(Struct, frozen=True):
    """Where a response lies."""

    name: str
    offset: int


Places = dict[Key, Place]
Results = Iterator[tuple[Task, State]]


def resolve(tasks: Sequence[tuple[Task, State]], executor: Executor, watch: Watch) -> Results:
    """The second shards of the files that miss originals, where they are not there yet; with what came of each.

    `tasks` are all files of the set, each with the state of its shard.
    """
    of_set = _digest(made for _, made in tasks)
    _clear(tasks)
    missing = [(task, made) for task, made in tasks if made.missing and not _is_made(task, made, of_set)]
    if not missing:
        return
    wanted: set[Key] = set()
    for _, found in executor.run(_keys, missing, watch):
        wanted |= found
    places: Places = {}
    files = [task.file for task, _ in tasks]
    for _, some in sorted(executor.run(partial(_search, wanted=frozenset(wanted)), files, watch), key=_name):
        places = some | places  # of several copies that of the first file
    make = partial(_make, places=places, of_set=of_set)
    for (task, _), made in executor.run(make, missing, watch):
        yield task, made


def _clear(tasks: Sequence[tuple[Task, State]]) -> None:
    """Take away the second shards of files that miss nothing any more."""
    folders = {task.output for task, _ in tasks if task.output is not None}
    there = {name: frozenset(Folder(name).names(state.STATE)) for name in folders}
    for task, made in tasks:
        if task.output is None or made.missing or f"{_stem(task)}.json" not in there[task.output]:
            continue
        folder = Folder(task.output)
        if (second := state.load(folder, _stem(task))) is not None:
            folder.remove(f"{state.DATA}/{second.shard.name}")
        folder.remove(f"{state.STATE}/{_stem(task)}.json")


def _name(found: tuple[File, Places]) -> str:
    return found[0].name


def _digest(states: Iterable[State]) -> str:
    """Of the set: another one may have other originals."""
    known = sorted((made.input.name, made.input.sha256) for made in states)
    return hashlib.sha256(repr(known).encode("utf-8", "surrogateescape")).hexdigest()


def _stem(task: Task) -> str:
    return f"{state.stem(task.file.name)}-revisits"


def _key(made: State, of_set: str) -> str:
    return hashlib.sha256(f"{made.key} {of_set}".encode()).hexdigest()


def _is_made(task: Task, made: State, of_set: str) -> bool:
    if task.output is None:
        return True
    folder = Folder(task.output)
    return state.is_whole(folder, state.load(folder, _stem(task)), _key(made, of_set))


def _keys(missing: tuple[Task, State], hands: Hands) -> set[Key]:
    """What the revisits of a file refer to."""
    return {key for _, entry in _revisits(*missing) if entry is not None for key in keys_wanted(entry)}


def _revisits(task: Task, made: State) -> Iterator[tuple[int, Entry | None]]:
    with Source(task.file.name) as source, source.again() as file:
        for offset in made.missing:
            entry = read_at(file, offset)
            yield offset, entry if entry is not None and entry.type == "revisit" else None


class _Seeking:
    """Wants the responses with one of these keys."""

    def __init__(self, keys: frozenset[Key]) -> None:
        self._keys = keys

    def by_head(self, entry: Entry) -> bool:
        return entry.type == "response" and not self._keys.isdisjoint(keys_of(entry))

    def by_block(self, entry: Entry, start: bytes) -> bool:
        return True


def _search(file: File, hands: Hands, wanted: frozenset[Key]) -> Places:
    """Where the responses with these keys lie in a file, those that can be read again."""
    places: Places = {}
    with Source(file.name) as source, source.again() as opened:
        try:
            for found in records(Stream(opened), _Seeking(wanted)):
                if isinstance(found, Entry) and found.length:
                    for key in wanted.intersection(keys_of(found)):
                        places.setdefault(key, Place(file.name, found.offset))
        except DamagedError:
            pass  # the file's own shard has said so
    return places


def _make(missing: tuple[Task, State], hands: Hands, places: Places, of_set: str) -> State:
    """The second shard of a file."""
    task, made = missing
    tally = Tally(hands.told)
    with ExitStack() as stack:
        originals = stack.enter_context(_Originals(places))
        former = stack.enter_context(Former(task.before, _stem(task))) if task.before is not None else None
        jobs = _jobs(missing, tally, originals, former)
        results = in_order(hands.pool, jobs, task.ahead, lambda job: job.weight)
        shard = publish(task, _stem(task), results, tally)
    second = tally.state(task.settings, made.input, shard)
    return remember(task, _stem(task), structs.replace(second, key=_key(made, of_set)))


def _jobs(missing: tuple[Task, State], tally: Tally, originals: _Originals, former: Former | None) -> Iterator[Job]:
    task, made = missing
    for offset, entry in _revisits(task, made):
        first = None if entry is None else originals.find(entry)
        if entry is None or first is None:
            url = None if entry is None else address(entry)
            what = "the response that this revisit refers to is not among these files"
            tally.fail(Failed(offset, url, "no-original", what))
        elif former is None or not former.is_there:
            yield Job(Found(entry, first), task.file.name)
        else:
            yield Job(Found(entry, first), task.file.name, True, former.version(entry))


class _Originals:
    """Reads responses where they lie."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._stack = ExitStack()
        self._open: dict[str, BinaryIO] = {}

    def __enter__(self) -> _Originals:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def find(self, revisit: Entry) -> Entry | None:
        """The response that a revisit refers to."""
        for key in keys_wanted(revisit):
            if (place := self._places.get(key)) is not None:
                found = read_at(self._file(place.name), place.offset)
                if found is not None and is_original(found, revisit, key):
                    return found
        return None

    def _file(self, name: str) -> BinaryIO:
        if name not in self._open:
            if len(self._open) == OPEN:
                self._stack.close()
                self._open.clear()
            source = self._stack.enter_context(Source(name))
            self._open[name] = source.again()
        return self._open[name]

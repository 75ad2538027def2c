"""Group commit: many results, one acknowledgement, and none is given before it has it or held back for long."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path

import pytest
from archives import put, sound

from scraper.archive import Archive, View
from scraper.errors import LimitError, ScrapeError
from scraper.index import Index
from scraper.pipeline import commit
from scraper.pipeline.commit import GROUP, acknowledged

Events = list[str]


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> Events:
    """What is done to the disk, in order."""
    done: Events = []

    def watched(name: str, real: Callable[..., object], when: Callable[..., bool]) -> Callable[..., object]:
        def call(*args: object, **more: object) -> object:
            if when(*args):
                done.append(name)
            return real(*args, **more)

        return call

    monkeypatch.setattr(os, "fdatasync", watched("warc", os.fdatasync, lambda fd: True))
    monkeypatch.setattr(os, "pwrite", watched("line", os.pwrite, lambda fd, data, at: bytes(data[:1]) == b"{"))
    monkeypatch.setattr(Index, "commit", watched("index", Index.commit, lambda index: index.under_way))
    return done


def added(archive: Archive, number: int) -> str:
    put(archive, number)
    return f"record-{number}"


def known(root: Path, record_id: str) -> bool:
    """Whether another reader sees it, as one after a crash would."""
    with View(root) as view:
        return view.record(record_id) is not None


def test_one_commit_for_many_in_the_order_that_loses_nothing(tmp_path: Path, events: Events) -> None:
    async def results(archive: Archive) -> AsyncGenerator[str, None]:
        for number in range(GROUP + 3):
            yield added(archive, number)

    async def main() -> list[str]:
        given = []
        with Archive(tmp_path) as archive:
            events.clear()
            async with aclosing(acknowledged(results(archive), archive)) as found:
                async for one in found:
                    if not given:
                        assert known(tmp_path, f"record-{GROUP - 1}")
                        assert not known(tmp_path, f"record-{GROUP}")
                    given.append(one)
            return given

    assert asyncio.run(main()) == [f"record-{number}" for number in range(GROUP + 3)]
    assert events[: GROUP + 7] == ["warc", "index", *["line"] * GROUP, "warc", "index", *["line"] * 3]
    assert sound(tmp_path)


def test_one_that_is_alone_is_not_held_back_for_what_takes_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second is not there before somebody was given the first: who waited for it would wait for ever."""
    monkeypatch.setattr(commit, "HOLD", 0.01)

    async def main() -> None:
        with Archive(tmp_path) as archive:
            given = asyncio.Event()

            async def results() -> AsyncGenerator[str, None]:
                yield added(archive, 1)
                await given.wait()
                yield added(archive, 2)

            async with aclosing(acknowledged(results(), archive)) as found:
                async for one in found:
                    assert known(tmp_path, one)
                    given.set()

    asyncio.run(asyncio.wait_for(main(), 60))
    assert sound(tmp_path)


def test_what_came_before_an_error_is_acknowledged_and_given(tmp_path: Path) -> None:
    given: list[str] = []

    async def main() -> None:
        with Archive(tmp_path) as archive:

            async def results() -> AsyncGenerator[str, None]:
                yield added(archive, 1)
                yield added(archive, 2)
                raise ScrapeError("no more", reason="failed")

            async with aclosing(acknowledged(results(), archive)) as found:
                async for one in found:
                    assert known(tmp_path, one)
                    given.append(one)

    with pytest.raises(ScrapeError, match="no more"):
        asyncio.run(main())
    assert given == ["record-1", "record-2"]


def test_the_archive_s_first_error_is_the_one_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits cannot be acknowledged any more, and that is no reason to say something else."""

    async def main() -> None:
        with Archive(tmp_path) as archive:

            async def results() -> AsyncGenerator[str, None]:
                yield added(archive, 1)
                monkeypatch.setattr(os, "write", fails)
                yield added(archive, 2)

            async with aclosing(acknowledged(results(), archive)) as found:
                async for one in found:
                    raise AssertionError(f"{one} was given")

    def fails(*args: object) -> int:
        raise OSError(5, os.strerror(5))

    with pytest.raises(LimitError, match="Input/output error: see to the disk") as caught:
        asyncio.run(main())
    assert caught.value.reason == "disk-error"


def test_who_leaves_early_closes_what_the_results_come_from(tmp_path: Path) -> None:
    closed = asyncio.Event()

    async def main() -> int:
        with Archive(tmp_path) as archive:

            async def results() -> AsyncGenerator[str, None]:
                try:
                    for number in range(2 * GROUP):
                        yield added(archive, number)
                finally:
                    closed.set()

            async with aclosing(acknowledged(results(), archive)) as found:
                async for _ in found:
                    break
        return len(asyncio.all_tasks())

    assert asyncio.run(main()) == 1
    assert closed.is_set()
    assert sound(tmp_path)

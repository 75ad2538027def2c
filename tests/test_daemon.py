"""When the daemon runs a source, and what ends it; the clock is given, and nobody waits for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pools import cleaners

from scraper import daemon as daemons
from scraper import heartbeat
from scraper.archive import Archive
from scraper.archive import Settings as ArchiveSettings
from scraper.config import Config, SourceConfig
from scraper.config.schedule import cron
from scraper.config.settings import ScheduleConfig
from scraper.daemon import CronTrigger, Daemon, Job, Settings, jobs_of
from scraper.errors import LimitError, ScrapeError
from scraper.pipeline import Source, SourceKind, Tally, Tools
from scraper.pipeline.run import run_source
from scraper.verify import verify

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TEXT = "The council approved the new bridge on Tuesday after three years of debate about its cost.\n"


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def folder(path: Path, name: str = "inbox") -> SourceConfig:
    path.mkdir(exist_ok=True)
    return SourceConfig(name=name, type="folder", directory=str(path), every=3600.0)


def jobs(*sources: SourceConfig) -> list[Job]:
    return jobs_of(Config(schedule=ScheduleConfig(jitter=0.0), sources=sources))


def serve(root: Path, of: list[Job], then: Callable[[Daemon, Tools], object] = lambda daemon, tools: None) -> list[str]:
    """Serve until every job has run once, or the daemon has ended by itself; the sources in the order of their runs."""
    ran: list[str] = []

    async def main() -> None:
        with Archive(root) as archive:
            tools = Tools(archive, cleaners(), None, lambda: datetime.now(UTC))
            daemon = Daemon(of, tools, Settings(drain=60.0))
            real = daemons.run_source

            async def counted(source: Source, tools: Tools) -> Tally:
                try:
                    return await real(source, tools)
                finally:
                    ran.append(source.name)
                    if len(ran) == len(of):
                        then(daemon, tools)
                        daemon.stop()

            daemons.run_source = counted  # type: ignore[assignment]  # the same, counted
            try:
                await daemon.serve()
            finally:
                daemons.run_source = real

    asyncio.run(main())
    return ran


# ---- when


def test_each_enabled_source_with_a_schedule_has_a_job() -> None:
    found = jobs_of(
        Config(
            schedule=ScheduleConfig(timezone="Europe/Berlin"),
            sources=(
                SourceConfig(name="a", type="folder", directory="/in", every=900.0),
                SourceConfig(name="b", type="folder", directory="/in", enabled=False, every=900.0),
                SourceConfig(name="c", type="folder", directory="/in"),
                SourceConfig(name="d", type="folder", directory="/in", cron="0 6 * * *"),
            ),
        )
    )
    assert [job.source.name for job in found] == ["a", "d"]
    assert isinstance(found[1].trigger, CronTrigger)
    assert found[1].trigger.plain_after(NOW) == datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "zone", "first", "runs"),
    [
        # Berlin, 28 March 2027: 02:30 does not exist, and the day is not lost.
        ("30 2 * * *", "Europe/Berlin", "2027-03-26T12:00Z", ["27T01:30", "28T01:30", "29T00:30"]),
        # Berlin, 25 October 2026: 02:30 comes twice and runs once.
        ("30 2 * * *", "Europe/Berlin", "2026-10-23T12:00Z", ["24T00:30", "25T00:30", "26T01:30"]),
        # A midnight job keeps the day on which the clocks go forward.
        ("0 0 * * *", "Europe/Berlin", "2027-03-27T12:00Z", ["27T23:00", "28T22:00", "29T22:00"]),
        # Every hour is every hour, also of the day that has 25.
        ("0 * * * *", "America/New_York", "2026-11-01T04:30Z", ["01T05:00", "01T06:00", "01T07:00"]),
    ],
)
def test_a_cron_line_over_the_changes_of_the_clock(line: str, zone: str, first: str, runs: list[str]) -> None:
    trigger = CronTrigger(cron(line, zone), jitter=0.0)
    now = datetime.fromisoformat(first)
    previous: datetime | None = None
    fired = []
    for _ in runs:
        previous = trigger.get_next_fire_time(previous, now)
        fired.append(previous.astimezone(UTC).strftime("%dT%H:%M"))
        now = previous
    assert fired == runs


def test_jitter_comes_on_top_and_never_makes_a_run_come_twice() -> None:
    trigger = CronTrigger(cron("0 * * * *", "UTC"), jitter=60.0)
    previous = NOW
    for hour in range(1, 200):
        previous = trigger.get_next_fire_time(previous, previous)
        assert timedelta(0) <= previous - (NOW + timedelta(hours=hour)) <= timedelta(seconds=60)


@pytest.mark.parametrize(
    ("history", "line", "minutes"),
    [
        ("", None, 0),
        # by interval, an hour
        ("start 10, end 9", None, 50),  # as if the daemon had never been down
        ("start 60, end 59", None, 0),
        ("start 600, end 599", None, 0),
        # by crontab; it is 12:00
        ("start 59, end 58", "0 * * * *", 0),
        ("start 61, end 58", "0 * * * *", 0),
        ("start 0, end 0", "0 * * * *", 60),
        ("start 10, end 9", "30 * * * *", 30),
        # cut off: it began after the last one ended
        ("start 71, end 70, start 10", None, 0),
        ("start 71, end 70, start 0", "0 * * * *", 0),
        ("start 10", None, 0),
        # a clock that was wrong
        ("start -6000, end -6001", None, 0),
        ("start -6000, end -6001", "0 * * * *", 0),
    ],
)
def test_what_was_missed_runs_at_once_and_the_rest_when_it_is_time(
    tmp_path: Path, history: str, line: str | None, minutes: int
) -> None:
    """`history` is in minutes ago, `minutes` from now."""
    every = None if line else 3600.0
    (job,) = jobs(SourceConfig(name="inbox", type="folder", directory="/in", every=every, cron=line))

    async def main() -> datetime:
        with Archive(tmp_path) as archive:
            for what, ago in (event.split() for event in history.split(",") if event):
                at = stamp(NOW - timedelta(minutes=int(ago)))
                if what == "start":
                    archive.index.start_run("inbox", at)
                else:
                    archive.index.end_run("inbox", at, ok=True)
            return Daemon([job], Tools(archive, cleaners(), None, lambda: NOW), Settings())._first_run(job)

    assert asyncio.run(main()) == NOW + timedelta(minutes=minutes)


# ---- what it does


def test_every_source_runs_and_the_sign_of_life_goes_with_the_daemon(tmp_path: Path) -> None:
    of = jobs(folder(tmp_path / "a", "a"), folder(tmp_path / "b", "b"))
    (tmp_path / "a" / "1.txt").write_text(TEXT)
    root = tmp_path / "archive"
    seen: list[object] = []

    def look(daemon: Daemon, tools: Tools) -> None:
        seen.append(heartbeat.read(root))
        seen.append(tools.archive.index.counts())

    assert sorted(serve(root, of, look)) == ["a", "b"]
    beat, counts = seen
    assert isinstance(beat, heartbeat.Beat)
    assert not heartbeat.is_gone(beat)
    assert counts == {("a", "article"): 1}
    assert heartbeat.read(root) is None


def test_a_bug_in_one_source_s_run_is_loud_and_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(source: Source, tools: Tools) -> Tally:
        if source.name == "a":
            raise IndexError("tuple index out of range")
        return await run_source(source, tools)

    monkeypatch.setattr(daemons, "run_source", broken)
    of = jobs(folder(tmp_path / "a", "a"), folder(tmp_path / "b", "b"))
    (tmp_path / "b" / "1.txt").write_text(TEXT)
    with caplog.at_level(logging.INFO, "scraper"):
        assert sorted(serve(tmp_path / "archive", of)) == ["a", "b"]
    (loud,) = (record for record in caplog.records if record.levelno >= logging.ERROR)
    assert loud.getMessage() == "a: internal error; please report it"
    assert loud.exc_info is not None
    with Archive(tmp_path / "archive") as archive:
        assert archive.index.counts() == {("b", "article"): 1}


def test_a_source_that_fails_leaves_the_daemon_running(tmp_path: Path) -> None:
    of = jobs(folder(tmp_path / "a", "a"), folder(tmp_path / "b", "b"))
    (tmp_path / "a").rmdir()
    assert sorted(serve(tmp_path / "archive", of)) == ["a", "b"]


def test_what_time_does_not_mend_ends_it(tmp_path: Path) -> None:
    yearly = CronTrigger(cron("@yearly", "UTC"), 0.0)
    of = [*jobs(folder(tmp_path / "a", "a")), Job(Source("b", SourceKind.FOLDER, "/in"), yearly)]
    root = tmp_path / "archive"
    with Archive(root) as archive:  # b is not due: the end does not come from everything having run
        archive.index.start_run("b", stamp(datetime.now(UTC)))
        archive.index.end_run("b", stamp(datetime.now(UTC)), ok=True)

    async def main() -> None:
        with Archive(root) as archive:
            tools = Tools(archive, cleaners(), None, lambda: datetime.now(UTC))
            (tmp_path / "a" / "1.txt").write_text(TEXT)
            await run_source(of[0].source, tools)
            (path,) = root.glob("articles/*/*/*.jsonl")
            path.write_bytes(path.read_bytes()[:-1] + b" edited by hand")
            archive.index.start_run("a", stamp(NOW - timedelta(days=900)))  # due again
            (tmp_path / "a" / "2.txt").write_text(TEXT + TEXT)
            await Daemon(of, tools, Settings()).serve()

    with pytest.raises(ScrapeError, match="was changed by another program") as caught:
        asyncio.run(main())
    assert caught.value.exit_code == 5
    assert heartbeat.read(root) is None


def test_an_archive_that_cannot_be_written_is_waited_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    of = jobs(folder(tmp_path / "a", "a"), folder(tmp_path / "b", "b"))
    for name in "ab":
        (tmp_path / name / "1.txt").write_text(TEXT)
    root = tmp_path / "archive"

    async def main() -> None:
        with Archive(root) as archive:
            daemon = Daemon(of, Tools(archive, cleaners(), None, lambda: datetime.now(UTC)), Settings(look=0.01))
            (root / "warc").rmdir()
            (root / "warc").write_text("in the way")
            serving = asyncio.create_task(daemon.serve())
            await until(serving, lambda: waiting(root) is not None)
            assert "warc" in str(waiting(root))
            assert archive.index.counts() == {}
            await until(serving, lambda: daemon._relapses >= 2)  # the disk seems well, and what is begun fails again
            (root / "warc").unlink()
            await until(serving, lambda: len(archive.index.counts()) == 2)
            await until(serving, lambda: daemon._relapses == 0)
            assert waiting(root) is None
            daemon.stop()
            await serving

    with caplog.at_level(logging.INFO, "scraper"):
        asyncio.run(main())
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(said) % 2 == 0
    assert all(line.endswith("waiting until it can be written again") for line in said[::2])
    assert set(said[1::2]) == {f"{root}: can be written again; going on"}
    with Archive(root) as archive:
        assert archive.index.counts() == {("a", "article"): 1, ("b", "article"): 1}
    assert verify(root).problems == ()


def test_what_others_are_at_is_cut_off_and_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What they fetch could not be kept. The daemon would wait for them for ever."""
    of = jobs(folder(tmp_path / "a", "a"), folder(tmp_path / "b", "b"))
    at_work, ran = asyncio.Event(), list[str]()

    async def hindered(source: Source, tools: Tools) -> Tally:
        ran.append(source.name)
        if ran.count(source.name) > 1:
            return await run_source(source, tools)
        if source.name == "a":
            await at_work.wait()
            raise LimitError("the disk is full", reason="disk-full")
        at_work.set()
        await asyncio.Event().wait()
        raise AssertionError("not reached")

    async def main() -> None:
        with Archive(tmp_path / "archive") as archive:
            daemon = Daemon(of, Tools(archive, cleaners(), None, lambda: datetime.now(UTC)), Settings(look=0.01))
            serving = asyncio.create_task(daemon.serve())
            await until(serving, lambda: len(archive.index.runs()) == 2 and not daemon._running)
            daemon.stop()
            await serving

    monkeypatch.setattr(daemons, "run_source", hindered)
    asyncio.run(asyncio.wait_for(main(), 60))
    assert sorted(ran) == ["a", "a", "b", "b"]


def test_it_can_be_stopped_while_it_waits(tmp_path: Path) -> None:
    of = jobs(folder(tmp_path / "a", "a"))
    root = tmp_path / "archive"

    async def main() -> None:
        with Archive(root, ArchiveSettings(min_free=0)) as archive:
            archive._settings = ArchiveSettings(min_free=1 << 60)  # the disk has filled up since
            daemon = Daemon(of, Tools(archive, cleaners(), None, lambda: datetime.now(UTC)), Settings(look=3600.0))
            serving = asyncio.create_task(daemon.serve())
            await until(serving, lambda: waiting(root) is not None)
            assert "make room" in str(waiting(root))
            daemon.stop()
            await serving

    asyncio.run(main())
    assert heartbeat.read(root) is None


async def until(serving: asyncio.Task[None], condition: Callable[[], bool]) -> None:
    while not condition():
        assert not serving.done()
        await asyncio.sleep(0.01)  # between two looks: nothing depends on how long it is


def waiting(root: Path) -> str | None:
    beat = heartbeat.read(root)
    return beat.waiting if beat else None


def test_what_takes_too_long_to_drain_is_cut_off_and_goes_on_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def endless(source: Source, tools: Tools) -> Tally:
        tools.archive.index.start_run(source.name, tools.now())
        daemon.stop()
        await asyncio.Event().wait()
        raise AssertionError("not reached")

    async def main() -> None:
        nonlocal daemon
        with Archive(tmp_path / "archive") as archive:
            tools = Tools(archive, cleaners(), None, lambda: datetime.now(UTC))
            daemon = Daemon(of, tools, Settings(drain=0.01))
            await daemon.serve()
            assert daemon._first_run(of[0]) <= tools.clock()

    daemon: Daemon
    monkeypatch.setattr(daemons, "run_source", endless)
    of = jobs(folder(tmp_path / "a", "a"))
    with caplog.at_level(logging.INFO, "scraper"):
        asyncio.run(main())
    assert "a: cut off; it goes on at the next start" in caplog.text

"""When the daemon runs a source, and what ends it; the clock is given, and nobody waits for it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pools import cleaners

from scraper import daemon as daemons
from scraper import heartbeat
from scraper.alarm import Alarm
from scraper.archive import Archive, View
from scraper.archive import Settings as ArchiveSettings
from scraper.config import Config, SourceConfig
from scraper.config.schedule import Every, cron
from scraper.config.settings import ScheduleConfig
from scraper.daemon import Around, Daemon, Job, Settings, jobs_of
from scraper.errors import ConfigError, LimitError, ScrapeError
from scraper.index import Plan
from scraper.meter import Meter
from scraper.pipeline import Source, SourceKind, Tally, Tools
from scraper.pipeline.run import Told, run_source
from scraper.timetable import Timed
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


class Bell:
    """An alarm clock that rings when a test says so."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def start(self, look: Callable[[], None]) -> None:
        self.ring = look
        look()

    def within(self, seconds: float) -> None:
        self.asked.append(seconds)

    def stop(self) -> None: ...


def around(reread: Callable[[], list[Job]] | None = None) -> Around:
    return Around(Bell(), Meter(), reread)


def tools_of(archive: Archive, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Tools:
    return Tools(archive, cleaners(), None, clock)


def serve(root: Path, of: list[Job], then: Callable[[Daemon, Tools], object] = lambda daemon, tools: None) -> list[str]:
    """Serve until every job has run once, or the daemon has ended by itself; the sources in the order of their runs."""
    ran: list[str] = []

    async def main() -> None:
        with Archive(root) as archive:
            tools = tools_of(archive)
            daemon = Daemon(of, tools, Settings(drain=60.0), Around(Alarm(), Meter()))
            real = daemons.run_source

            async def counted(source: Source, tools: Tools, told: Told) -> Tally:
                try:
                    return await real(source, tools, told)
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
            schedule=ScheduleConfig(timezone="Europe/Berlin", jitter=7.0, misfire_grace=60.0),
            sources=(
                SourceConfig(name="a", type="folder", directory="/in", every=900.0),
                SourceConfig(name="b", type="folder", directory="/in", enabled=False, every=900.0),
                SourceConfig(name="c", type="folder", directory="/in"),
                SourceConfig(name="d", type="folder", directory="/in", cron="0 6 * * *"),
            ),
        )
    )
    assert [job.timed for job in found] == [
        Timed("a", Every(900.0), 7.0, 60.0),
        Timed("d", cron("0 6 * * *", "Europe/Berlin"), 7.0, 60.0),
    ]


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
    async def broken(source: Source, tools: Tools, told: Told) -> Tally:
        if source.name == "a":
            raise IndexError("tuple index out of range")
        return await run_source(source, tools, told)

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
    yearly = Timed("b", cron("@yearly", "UTC"))
    of = [*jobs(folder(tmp_path / "a", "a")), Job(Source("b", SourceKind.FOLDER, "/in"), yearly)]
    root = tmp_path / "archive"
    with Archive(root) as archive:  # b is not due: the end does not come from everything having run
        archive.index.start_run("b", stamp(datetime.now(UTC)))
        archive.index.end_run("b", stamp(datetime.now(UTC)), ok=True)

    async def main() -> None:
        with Archive(root) as archive:
            tools = tools_of(archive)
            (tmp_path / "a" / "1.txt").write_text(TEXT)
            await run_source(of[0].source, tools)
            (path,) = root.glob("articles/*/*/*.jsonl")
            path.write_bytes(path.read_bytes()[:-1] + b" edited by hand")
            archive.index.start_run("a", stamp(NOW - timedelta(days=900)))  # due again
            (tmp_path / "a" / "2.txt").write_text(TEXT + TEXT)
            await Daemon(of, tools, Settings(), around()).serve()

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
            daemon = Daemon(of, tools_of(archive), Settings(look=0.01), around())
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

    async def hindered(source: Source, tools: Tools, told: Told) -> Tally:
        ran.append(source.name)
        if ran.count(source.name) > 1:
            return await run_source(source, tools, told)
        if source.name == "a":
            await at_work.wait()
            raise LimitError("the disk is full", reason="disk-full")
        at_work.set()
        await asyncio.Event().wait()
        raise AssertionError("not reached")

    async def main() -> None:
        with Archive(tmp_path / "archive") as archive:
            daemon = Daemon(of, tools_of(archive), Settings(look=0.01), around())
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
            daemon = Daemon(of, tools_of(archive), Settings(look=3600.0), around())
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


# ---- the end, and a new configuration


class Endless:
    """Stands for run_source: every run begins, and goes on until it is cut off or let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun: list[str] = []
        self.go = asyncio.Event()
        monkeypatch.setattr(daemons, "run_source", self.run)

    async def run(self, source: Source, tools: Tools, told: Told) -> Tally:
        tools.archive.index.start_run(source.name, tools.now())
        self.begun.append(source.name)
        await self.go.wait()
        tools.archive.index.end_run(source.name, tools.now(), ok=True)
        return Tally()


def test_what_takes_too_long_to_drain_is_cut_off_and_goes_on_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    endless = Endless(monkeypatch)
    of = jobs(folder(tmp_path / "a", "a"))

    async def main() -> None:
        with Archive(tmp_path / "archive") as archive:
            for times in (1, 2):
                daemon = Daemon(of, tools_of(archive), Settings(drain=0.01), around())
                serving = asyncio.create_task(daemon.serve())
                await until(serving, lambda times=times: len(endless.begun) == times)
                daemon.stop()
                await serving

    with caplog.at_level(logging.INFO, "scraper"):
        asyncio.run(main())
    assert "a: cut off; it goes on at the next start" in caplog.text
    assert endless.begun == ["a", "a"]


def test_a_second_signal_ends_it_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an hour to drain, and a run that never ends."""
    Endless(monkeypatch)

    async def main() -> Daemon:
        with Archive(tmp_path / "archive") as archive:
            of = jobs(folder(tmp_path / "a", "a"))
            daemon = Daemon(of, tools_of(archive), Settings(drain=3600.0), around())
            serving = asyncio.create_task(daemon.serve())
            await until(serving, lambda: daemon.load == (1, 0))
            os.kill(os.getpid(), signal.SIGTERM)
            await until(serving, lambda: daemon.state == "stops")
            assert daemon.cut is None
            os.kill(os.getpid(), signal.SIGINT)
            await serving
        return daemon

    assert asyncio.run(main()).cut == signal.SIGINT
    with View(tmp_path / "archive") as view:  # what had been begun is acknowledged
        assert view.index.runs()["a"].ended_at is None


def test_no_more_runs_at_a_time_than_are_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = Endless(monkeypatch)
    of = jobs(*(folder(tmp_path / name, name) for name in "abc"))

    async def main() -> None:
        with Archive(tmp_path / "archive") as archive:
            daemon = Daemon(of, tools_of(archive), Settings(runs=2), around())
            serving = asyncio.create_task(daemon.serve())
            await until(serving, lambda: len(endless.begun) == 2)
            assert daemon.load == (2, 1)
            endless.go.set()
            await until(serving, lambda: len(endless.begun) == 3)
            daemon.stop()
            await serving

    asyncio.run(main())
    assert endless.begun == ["a", "b", "c"]


def test_a_new_configuration_is_taken_and_a_wrong_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    endless = Endless(monkeypatch)
    a, b, c = (jobs(folder(tmp_path / name, name))[0] for name in "abc")
    given: list[list[Job] | ConfigError] = [ConfigError("x.yaml:3: no such key"), [b, c], [c]]

    def reread() -> list[Job]:
        found = given.pop(0)
        if isinstance(found, ConfigError):
            raise found
        return found

    async def main() -> None:
        with Archive(tmp_path / "archive") as archive:
            daemon = Daemon([a, b], tools_of(archive), Settings(runs=2), around(reread))
            serving = asyncio.create_task(daemon.serve())
            await until(serving, lambda: len(endless.begun) == 2)
            os.kill(os.getpid(), signal.SIGHUP)
            await until(serving, lambda: len(given) == 2)
            assert daemon.load == (2, 0)
            os.kill(os.getpid(), signal.SIGHUP)
            await until(serving, lambda: daemon.load == (2, 1))  # a is let finish, c waits for it
            assert {name for name, plan in archive.index.plans().items() if plan.next_at} == {"b", "c"}
            endless.go.set()
            await until(serving, lambda: endless.begun == ["a", "b", "c"])
            await until(serving, lambda: daemon.load == (0, 0))
            assert archive.index.runs()["a"].ok is True
            daemon.reload()
            assert daemon._table.starts().keys() == {"c"}
            daemon.stop()
            await serving

    with caplog.at_level(logging.INFO, "scraper"):
        asyncio.run(main())
    assert "x.yaml:3: no such key; going on with the configuration as it was" in caplog.text
    assert "configuration read again: 2 sources, without a" in caplog.text


# ---- under a given clock


class Hands:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def test_what_was_planned_how_late_it_came_and_what_was_missed_stands_in_the_index(tmp_path: Path) -> None:
    of = jobs(folder(tmp_path / "a", "a"))
    bell, meter, clock = Bell(), Meter(), Hands()

    async def main() -> dict[str, Plan]:
        with Archive(tmp_path / "archive") as archive:
            daemon = Daemon(of, tools_of(archive, clock), Settings(), Around(bell, meter))
            serving = asyncio.create_task(daemon.serve())
            for hours, whole in (0.0, 1), (0.5, 1), (3.1, 2):
                clock.now = NOW + timedelta(hours=hours)
                if bell.asked:
                    bell.ring()
                await until(serving, lambda whole=whole: meter.runs == {("a", "whole"): whole})
            daemon.stop()
            await serving
            return archive.index.plans()

    assert asyncio.run(main()) == {
        "a": Plan("a", "2026-11-21T16:00:00Z", 2.1 * 3600, 0, 2, "2026-11-21T15:06:00.000000Z")
    }
    assert bell.asked[-1] == 54 * 60.0


def test_the_heart_looks_too_for_an_alarm_may_be_asleep(tmp_path: Path) -> None:
    """After the clock was set back APScheduler sleeps until the old time has come again."""
    of = jobs(folder(tmp_path / "a", "a"))
    clock = Hands()

    async def main() -> None:
        with Archive(tmp_path / "archive") as archive:
            daemon = Daemon(of, tools_of(archive, clock), Settings(beat=0.01), around())
            serving = asyncio.create_task(daemon.serve())
            await until(serving, lambda: "a" in archive.index.runs() and daemon.load == (0, 0))
            clock.now += timedelta(hours=1)
            await until(serving, lambda: archive.index.runs()["a"].started_at == stamp(clock.now))
            daemon.stop()
            await serving

    asyncio.run(main())


def test_between_runs_articles_are_looked_at_when_they_are_due_one_thing_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = Endless(monkeypatch)
    of = jobs(folder(tmp_path / "a", "a"))
    bell, clock, looked = Bell(), Hands(), asyncio.Event()
    moments = [NOW + timedelta(minutes=20)] * 2 + [NOW - timedelta(days=1)]
    begun: list[datetime] = []

    async def looks(source: Source, tools: Tools, told: Told) -> Tally:
        begun.append(clock.now)
        await looked.wait()
        return Tally()

    monkeypatch.setattr(daemons, "run_looks", looks)
    monkeypatch.setattr(daemons, "next_look", lambda source, tools: moments.pop(0) if moments else None)

    async def main() -> None:
        with Archive(tmp_path / "archive") as archive:
            daemon = Daemon(of, tools_of(archive, clock), Settings(), Around(bell, Meter()))
            serving = asyncio.create_task(daemon.serve())

            async def at(minutes: int, is_so: Callable[[], bool]) -> None:
                clock.now = NOW + timedelta(minutes=minutes)
                bell.ring()
                await until(serving, is_so)

            await until(serving, lambda: daemon.load == (1, 0))
            await at(25, lambda: daemon.load == (1, 0))
            assert begun == []  # its run is under way, and looks too
            endless.go.set()
            await at(25, lambda: daemon.load == (0, 0))
            await at(31, lambda: begun == [NOW + timedelta(minutes=31)])
            await at(70, lambda: daemon.load == (2, 0))  # the next run waits for the round
            assert endless.begun == ["a"]
            looked.set()
            await until(serving, lambda: endless.begun == ["a", "a"] and daemon.load == (0, 0))
            daemon.stop()
            await serving

    asyncio.run(main())
    assert moments == []

"""The daemon's port for machines: three paths, one request a connection, and nothing that a caller sends hurts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pools import cleaners
from test_daemon import NOW, Bell, folder, jobs, until
from test_meter import read

from scraper import drift, monitor
from scraper.archive import Archive
from scraper.archive import Settings as ArchiveSettings
from scraper.config.bind import Bind
from scraper.daemon import Around, Daemon, Settings
from scraper.errors import LimitError
from scraper.index import Index, Measure
from scraper.meter import Meter
from scraper.monitor import Answer, Monitor
from scraper.panel import DRIFTS_AT_ONCE, pages
from scraper.pipeline import Tools

Ask = Callable[[bytes], Coroutine[Any, Any, bytes]]
ANY = Bind("127.0.0.1", 0)


def with_port(panel: monitor.Pages, work: Callable[[Ask], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        async with Monitor(panel).listening(ANY) as port:

            async def ask(sent: bytes) -> bytes:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(sent)
                await writer.drain()
                try:
                    return await reader.read()
                except ConnectionResetError:  # it hung up on what it had not read
                    return b""
                finally:
                    writer.close()

            await work(ask)

    asyncio.run(main())


def get(path: str, method: str = "GET") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (get("/healthz"), b"200 OK"),
        (get("/healthz?verbose=1"), b"200 OK"),
        (get("/nothing"), b"404 Not Found"),
        (get("/../etc/passwd"), b"404 Not Found"),
        (get("/healthz", "POST"), b"405 Method Not Allowed"),
        (b"\x16\x03\x01\x02\r\n\r\n", b"400 Bad Request"),
        (b"GET /healthz\r\n\r\n", b"400 Bad Request"),
        (b"GET /healthz HTTP/2.0\r\n\r\n", b"400 Bad Request"),
        (b"GET /" + b"a" * 20_000, b"431 Request Header Fields Too Large"),
    ],
)
def test_what_it_answers(sent: bytes, status: bytes) -> None:
    async def work(ask: Ask) -> None:
        assert (await ask(sent)).startswith(b"HTTP/1.1 " + status + b"\r\n")
        assert (await ask(get("/healthz"))).endswith(b"\r\n\r\nok\n")

    with_port({"/healthz": lambda: Answer("ok\n")}, work)


def test_head_has_the_length_and_no_body() -> None:
    async def work(ask: Ask) -> None:
        found = await ask(get("/healthz", "HEAD"))
        assert b"\r\nContent-Length: 3\r\n" in found
        assert found.endswith(b"\r\n\r\n")

    with_port({"/healthz": lambda: Answer("ok\n")}, work)


def test_who_says_nothing_is_hung_up_on_and_too_many_at_once_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitor, "MAX_CALLERS", 2)

    async def main() -> None:
        async with Monitor({"/healthz": lambda: Answer("ok\n")}).listening(ANY) as port:
            silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert await reader.read() == b""
            monkeypatch.setattr(monitor, "PATIENCE", 0.01)
            for one, other in silent:
                other.write(get("/healthz"))
                assert (await one.read()).endswith(b"ok\n")
            quiet, nobody = await asyncio.open_connection("127.0.0.1", port)
            assert await quiet.read() == b""
            for each in (writer, nobody, *(other for _, other in silent)):
                each.close()

    asyncio.run(main())


def test_a_port_that_is_taken_is_said_in_a_line() -> None:
    async def main() -> None:
        async with Monitor({}).listening(ANY) as port:
            taken = Bind("127.0.0.1", port)
            with pytest.raises(LimitError, match=rf"metrics.bind: {taken} cannot be listened at: .*; choose another"):
                async with Monitor({}).listening(taken):
                    pass

    asyncio.run(main())


def test_what_the_daemon_shows(tmp_path: Path) -> None:
    """Its three pages, while it runs, while its disk is full, and while it stops."""
    of = jobs(folder(tmp_path / "a", "a"))
    meter = Meter()

    async def main() -> None:
        with Archive(tmp_path / "archive", ArchiveSettings(min_free=0)) as archive:
            tools = Tools(archive, cleaners(), None, lambda: NOW)
            daemon = Daemon(of, tools, Settings(look=3600.0), Around(Bell(), meter))
            panel = pages(daemon, tools, 0, meter)
            serving = asyncio.create_task(daemon.serve())
            await until(serving, lambda: meter.runs == {("a", "whole"): 1})
            found = read(panel["/metrics"]().text)
            assert found['scrape_source_last_success_timestamp_seconds{source="a"}'] == NOW.timestamp()
            assert found['scrape_source_next_run_timestamp_seconds{source="a"}'] == NOW.timestamp() + 3600
            assert found['scrape_state{state="runs"}'] == 1
            assert found["scrape_disk_free_bytes"] > 0
            assert [panel[path]().status for path in ("/healthz", "/readyz")] == [200, 200]
            assert pages(daemon, tools, 1 << 60, meter)["/healthz"]().status == 503
            daemon._wait(LimitError("the disk is full", reason="disk-full"))
            assert [panel[path]().status for path in ("/healthz", "/readyz")] == [503, 503]
            daemon.stop()
            await serving
            assert (panel["/readyz"]().status, panel["/readyz"]().text) == (503, "stops\n")

    asyncio.run(main())


def test_drift_is_a_metric_some_sources_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [NOW]
    with Archive(tmp_path / "archive", ArchiveSettings(min_free=0)) as archive:
        for number in range(2 * DRIFTS_AT_ONCE):
            archive.index.measure(Measure(f"s{number:02}", "2026-11-21T10:00:00.000000Z", "c", "article", 300))
        asked: list[str] = []

        def alarms(index: Index, source: str, at: datetime) -> list[drift.Alarm]:
            asked.append(source)
            return [drift.Alarm(source, "date", "", 40, 0.97, 0.0, "")] if source in ("s03", "s13") else []

        monkeypatch.setattr(drift, "alarms", alarms)
        tools = Tools(archive, cleaners(), None, lambda: now[0])
        daemon = Daemon([], tools, Settings(), Around(Bell(), Meter()))
        panel = pages(daemon, tools, 0, Meter())

        def shown() -> set[str]:
            return {name for name in read(panel["/metrics"]().text) if name.startswith("scrape_source_drift")}

        one, other = (f'scrape_source_drift{{source="{name}",what="date"}}' for name in ("s03", "s13"))
        assert [shown(), shown(), shown()] == [{one}, {one, other}, {one, other}]
        assert sorted(asked) == [f"s{number:02}" for number in range(2 * DRIFTS_AT_ONCE)]
        now[0] += timedelta(minutes=6)
        shown()
        assert len(asked) == 3 * DRIFTS_AT_ONCE

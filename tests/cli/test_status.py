"""`scrape status`: what the archive holds and what became of its sources."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from archive_support import filled
from cli_support import run

from scraper import heartbeat
from scraper.archive import Archive


def told(root: Path) -> dict[str, list[str]]:
    """The lines of the status by their name."""
    ran = run("status", "--archive", str(root))
    assert (ran.code, ran.err) == (0, "")
    found: dict[str, list[str]] = {}
    for line in ran.out.splitlines():
        found.setdefault(line[:12].strip(), []).append(line[13:])
    return found


def test_records_failures_and_runs(tmp_path: Path) -> None:
    filled(tmp_path)
    with Archive(tmp_path) as archive:
        index = archive.index
        for reason in ("http-404", "http-404", "robots"):
            index.fail("paper", reason)
        index.start_run("paper", "2026-11-20T12:00:00Z")
        index.end_run("paper", "2026-11-20T12:00:30Z", ok=False)
        index.start_run("radio", "2026-11-20T13:00:00Z")
    lines = told(tmp_path)
    assert lines["archive"] == [str(tmp_path)]
    assert lines["records"] == ["paper: 1 article, 1 soft_404", "radio: 1 article"]
    assert lines["failures"] == ["paper: 2 http-404, 1 robots"]
    assert lines["last run"] == [
        "paper: 2026-11-20T12:00:00Z to 2026-11-20T12:00:30Z; something failed",
        "radio: began 2026-11-20T13:00:00Z; under way, or cut off",
    ]


def test_the_size_is_that_of_the_files(tmp_path: Path) -> None:
    filled(tmp_path)
    files = [path for pattern in ("warc/*/*/*", "articles/*/*/*", "index.sqlite") for path in tmp_path.glob(pattern)]
    size = sum(path.stat().st_size for path in files)
    [line] = told(tmp_path)["size"]
    assert line.startswith(f"{size:,} bytes: WARC ")
    assert " in 1, JSONL " in line


def test_an_archive_with_nothing_in_it(tmp_path: Path) -> None:
    with Archive(tmp_path):
        pass
    assert told(tmp_path)["records"] == ["none"]


@pytest.mark.parametrize(("hours", "says"), [(0, "runs: process "), (1, "does not answer: process ")])
def test_a_daemon_is_known_by_its_sign_of_life(tmp_path: Path, hours: int, says: str) -> None:
    filled(tmp_path)
    assert told(tmp_path)["daemon"] == ["none"]
    at = datetime.now(UTC) - timedelta(hours=hours)
    heartbeat.write(tmp_path, heartbeat.Beat(os.getpid(), heartbeat.here(), at, at))
    [line] = told(tmp_path)["daemon"]
    assert line.startswith(f"{says}{os.getpid()}, since {at:%Y-%m-%dT%H:%M:%SZ}")
    (tmp_path / heartbeat.NAME).write_bytes(b"{")
    assert told(tmp_path)["daemon"][0].startswith("unknown: ")

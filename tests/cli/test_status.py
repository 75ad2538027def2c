"""`scrape status`: what the archive holds and what became of its sources."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from archive_support import filled
from cli_support import run

from scraper import heartbeat
from scraper.archive import Archive
from scraper.index import Measure


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
    assert re.fullmatch(r"[\d,]+ bytes free", lines["disk"][0])


def test_the_runs_of_all_sources_in_columns(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        index = archive.index
        index.start_run("paper", "2026-11-20T12:00:00Z")
        index.end_run("paper", "2026-11-20T12:00:30Z", ok=False)
        index.start_run("radio", "2026-11-20T13:00:00Z")
        for name in ("paper", "weekly"):
            index.plan(name, "2026-11-20T13:00:00Z")
        index.came_late("paper", 7260.0, 3)
        index.skip_runs("paper", 2)
        index.reach("paper", "2026-11-20T12:00:30Z")
    assert run("status", "--archive", str(tmp_path)).out.split("\n\n")[1].splitlines() == [
        "source  last run              took  end                    next run              late  skipped  missed",
        "paper   2026-11-20 12:00:00Z  30 s  something failed       2026-11-20 13:00:00Z  2 h   2        3",
        "radio   2026-11-20 13:00:00Z        under way, or cut off",
        "weekly                                                     2026-11-20 13:00:00Z",
    ]
    told = json.loads(run("status", "--json", "--archive", str(tmp_path)).out)
    assert told["sources"]["paper"] == {
        **{"records": {}, "failures": {}, "state": "failed"},
        **{"started_at": "2026-11-20T12:00:00Z", "ended_at": "2026-11-20T12:00:30Z"},
        **{"next_at": "2026-11-20T13:00:00Z", "late": 7260.0, "skipped": 2, "missed": 3},
        **{"reached_at": "2026-11-20T12:00:30Z", "drift": []},
    }
    assert (told["daemon"], told["waiting_lines"]) == ({"state": "none"}, 0)


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


def test_what_is_not_as_it_was(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        for number in range(480):
            at = (datetime.now(UTC) - timedelta(hours=3 * (480 - number))).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            archive.index.measure(Measure("paper", at, f"{number}", "article", 300, number < 456, True, 12, 8))
        archive.index.start_run("paper", at)
    [line] = told(tmp_path)["drift"]
    assert re.fullmatch(r"paper: since [A-Z][a-z]+day \d{4}-\d\d-\d\d 0 of 24 have a date \(before 100%\)", line)
    [alarm] = json.loads(run("status", "--json", "--archive", str(tmp_path)).out)["sources"]["paper"]["drift"]
    assert (alarm["what"], alarm["of"], alarm["before"], alarm["now"]) == ("date", 24, 1.0, 0.0)
    assert f"paper: {alarm['says']}" == line

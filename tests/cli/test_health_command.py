"""`scrape health`: 0 for a daemon that lives, 1 for everything else, with the reason in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli_support import Ran, run
from msgspec import structs

from scraper import heartbeat
from scraper.archive import Archive
from scraper.heartbeat import Beat


def health(root: Path, *argv: str) -> Ran:
    return run("health", "--archive", str(root), *argv)


def beat(**more: object) -> Beat:
    now = datetime.now(UTC)
    return structs.replace(Beat(os.getpid(), heartbeat.here(), now - timedelta(hours=1), now), **more)


def test_alive(tmp_path: Path) -> None:
    heartbeat.write(tmp_path, beat())
    with Archive(tmp_path):
        ran = health(tmp_path)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith(f"alive: process {os.getpid()}, since ")
        assert health(tmp_path, "-q") == (0, "", "")


def test_a_lock_that_it_lost(tmp_path: Path) -> None:
    heartbeat.write(tmp_path, beat())
    for _ in range(2):  # no lock file; one that nobody holds
        ran = health(tmp_path)
        assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
        assert "does not hold the archive's lock" in ran.err
        Archive(tmp_path).close()


def test_a_disk_below_its_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Archive(tmp_path):
        heartbeat.write(tmp_path, beat())
        monkeypatch.setenv("SCRAPE_ARCHIVE__MIN_FREE", "1000000 GiB")
        ran = health(tmp_path)
        assert (ran.code, ran.err.count("\n")) == (7, 1)
        assert "archive.min_free asks for" in ran.err
        monkeypatch.delenv("SCRAPE_ARCHIVE__MIN_FREE")
        heartbeat.write(tmp_path, beat(waiting="no quota"))
        ran = health(tmp_path)
        assert (ran.code, ran.err.count("waits: no quota")) == (7, 1)


def test_no_daemon(tmp_path: Path) -> None:
    for root in (tmp_path, tmp_path / "gone"):
        ran = health(root)
        assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
        assert "no daemon runs on this archive; start one with `scrape daemon`" in ran.err


@pytest.mark.parametrize("ago", [timedelta(seconds=heartbeat.LATE + 1), -timedelta(days=1)])
def test_late(tmp_path: Path, ago: timedelta) -> None:
    heartbeat.write(tmp_path, beat(at=datetime.now(UTC) - ago))
    ran = health(tmp_path)
    assert ran.code == 1
    assert f"the daemon (process {os.getpid()}) was last heard of" in ran.err


def test_a_fresh_sign_of_a_dead_process_is_none(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    heartbeat.write(tmp_path, beat(pid=dead.pid))
    ran = health(tmp_path)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert f"the daemon (process {dead.pid}) is dead" in ran.err


def test_a_damaged_sign(tmp_path: Path) -> None:
    (tmp_path / heartbeat.NAME).write_bytes(b"\0")
    ran = health(tmp_path)
    assert (ran.code, ran.err.count("\n")) == (1, 1)


def test_one_that_waits_for_a_disk_is_not_well(tmp_path: Path) -> None:
    heartbeat.write(tmp_path, beat(waiting="index.sqlite: the disk is full: make room"))
    ran = health(tmp_path)
    assert (ran.code, ran.out, ran.err.count("\n")) == (7, "", 1)
    assert f"the daemon (process {os.getpid()}) waits: index.sqlite: the disk is full: make room" in ran.err

"""The daemon's sign of life: written whole, read with care, and never believed of a dead process."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from scraper import heartbeat
from scraper.errors import LimitError, ScrapeError
from scraper.heartbeat import Beat

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
OURS = Beat(os.getpid(), heartbeat.here(), NOW, NOW)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    assert heartbeat.read(tmp_path) is None
    heartbeat.write(tmp_path, OURS)
    later = structs.replace(OURS, at=NOW + timedelta(seconds=20))
    heartbeat.write(tmp_path, later)
    assert heartbeat.read(tmp_path) == later
    assert [path.name for path in tmp_path.iterdir()] == [heartbeat.NAME]
    heartbeat.clear(tmp_path)
    heartbeat.clear(tmp_path)
    assert heartbeat.read(tmp_path) is None


def test_age() -> None:
    assert heartbeat.age(OURS, NOW + timedelta(seconds=90)) == 90
    assert heartbeat.age(OURS, NOW - timedelta(hours=1)) == -3600


def test_a_dead_process_is_known_to_be_dead() -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    assert heartbeat.is_gone(structs.replace(OURS, pid=dead.pid))
    assert not heartbeat.is_gone(OURS)
    assert not heartbeat.is_gone(structs.replace(OURS, pid=1))  # another user's, unless root asks


def test_of_another_machine_nothing_is_known() -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    assert not heartbeat.is_gone(structs.replace(OURS, pid=dead.pid, place="elsewhere"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"\xff",
        b'{"pid": 1}',
        b'{"pid": 0, "place": "", "started_at": "2026-11-21T12:00:00Z", "at": "2026-11-21T12:00:00Z"}',
        b'{"pid": 1e99, "place": "", "started_at": "2026-11-21T12:00:00Z", "at": "2026-11-21T12:00:00Z"}',
        b'{"pid": 1, "place": "", "started_at": "2026-11-21T12:00:00", "at": "yesterday"}',
        b'{"pid": 1, "place": "\xff", "started_at": "2026-11-21T12:00:00Z", "at": "2026-11-21T12:00:00Z"}',
    ],
)
def test_a_damaged_file_is_one_clear_line(tmp_path: Path, data: bytes) -> None:
    (tmp_path / heartbeat.NAME).write_bytes(data)
    with pytest.raises(ScrapeError, match=r"heartbeat.json: cannot be read") as caught:
        heartbeat.read(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LimitError, match=r"cannot be written"):
        heartbeat.write(tmp_path / "file", OURS)
    with pytest.raises(LimitError, match=r"cannot be removed"):
        heartbeat.clear(tmp_path / "file")
    with pytest.raises(ScrapeError, match=r"cannot be read"):
        heartbeat.read(tmp_path / "file")


def test_who_waits_for_room_says_so_on_a_full_disk(small_disk: Path) -> None:
    heartbeat.write(small_disk, OURS)
    with suppress(OSError), (small_disk / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    with pytest.raises(OSError, match="No space"):
        (small_disk / "more").write_bytes(b"1")
    waits = structs.replace(OURS, waiting="No space left on device: make room")
    heartbeat.write(small_disk, waits)
    assert heartbeat.read(small_disk) == waits
    heartbeat.write(small_disk, OURS)  # shorter, in the same place
    assert heartbeat.read(small_disk) == OURS


def test_a_pulse_that_cannot_be_written_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    root = tmp_path / "archive"
    pulse = heartbeat.Pulse(root, lambda: NOW)
    for _ in range(3):
        pulse.give(None)
    assert [record.getMessage() for record in caplog.records] == [
        f"{root / heartbeat.NAME}: cannot be written: No such file or directory"
    ]
    root.mkdir()
    pulse.give(LimitError("the disk is full", reason="disk-full"))
    beat = heartbeat.read(root)
    assert beat is not None
    assert (beat.at, beat.waiting) == (NOW, "the disk is full")
    pulse.end()
    assert heartbeat.read(root) is None

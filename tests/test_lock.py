"""The lock of an archive: one writer, whose name is said, and who takes it to the grave; and the witness beside it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from archives import put, sound

import scraper
from scraper.archive import Archive, disk, rebuild
from scraper.errors import LockedError, VerificationError
from scraper.types import Verdict

HOLDER = """
import os, signal, sys
from pathlib import Path
from scraper.archive import Archive
archive = Archive(Path(sys.argv[1]))
if os.fork() == 0:  # as a worker of a pool that was forked
    print(os.getpid(), flush=True)
signal.pause()
"""


def test_it_names_its_holder_and_dies_with_it_though_a_forked_child_lives_on(tmp_path: Path) -> None:
    place = os.environ | {"PYTHONPATH": str(Path(scraper.__file__).parents[1])}
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, env=place)
    assert holder.stdout is not None
    child = int(holder.stdout.readline())
    try:
        for call in (Archive, rebuild):
            with pytest.raises(LockedError, match=f"{tmp_path}: process {holder.pid} holds this archive") as caught:
                call(tmp_path)
            assert (caught.value.exit_code, "\n" in str(caught.value)) == (7, False)
        holder.kill()
        holder.wait()
        os.kill(child, 0)  # it is there
        with Archive(tmp_path) as archive:
            put(archive, 1)
    finally:
        os.kill(child, signal.SIGKILL)
        holder.kill()
        holder.communicate()
    assert sound(tmp_path)


def test_a_shorter_name_leaves_nothing_of_a_longer_one(tmp_path: Path) -> None:
    (tmp_path / ".lock").write_bytes(b"1234567890\n")
    with Archive(tmp_path), pytest.raises(LockedError, match=rf"process {os.getpid()} holds"):
        Archive(tmp_path)


def test_the_witness_is_as_far_as_the_last_acknowledgement(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        assert disk.witness(tmp_path) is None
        ref = put(archive, 1)
        assert disk.witness(tmp_path) is None
        archive.commit()
        size = (tmp_path / f"{ref.file}.open").stat().st_size
        put(archive, 2)
        assert disk.witness(tmp_path) == (ref.file, size)
    name, length = disk.witness(tmp_path) or ("", 0)
    assert (name, length) == (ref.file, (tmp_path / ref.file).stat().st_size)
    with Archive(tmp_path):
        assert disk.witness(tmp_path) == (name, length)


@pytest.mark.parametrize(
    "data", [b"", b"12\n", bytes(200), b"1              \nwarc/a.warc.gz 9 00000000\n", b"\xff" * 99]
)
def test_a_witness_that_was_damaged_says_nothing(tmp_path: Path, data: bytes) -> None:
    with Archive(tmp_path) as archive:
        put(archive, 1)
    (tmp_path / ".lock").write_bytes(data)
    assert disk.witness(tmp_path) is None
    with Archive(tmp_path) as archive:
        put(archive, 2)
    assert sound(tmp_path)


def test_an_index_out_of_a_backup_is_known_by_the_witness(tmp_path: Path) -> None:
    """Pages that are no article have no line of JSONL that could tell."""
    with Archive(tmp_path) as archive:
        put(archive, 1, Verdict.CONSENT)
    old = (tmp_path / "index.sqlite").read_bytes()
    with Archive(tmp_path) as archive:
        ref = put(archive, 2, Verdict.CONSENT)
    (tmp_path / "index.sqlite").write_bytes(old)
    with pytest.raises(VerificationError, match=f"{ref.file}: the index is older than this file: .*`scrape index`"):
        Archive(tmp_path)
    rebuild(tmp_path)
    with Archive(tmp_path) as archive:
        assert archive.index.get("record-2") is not None
    assert sound(tmp_path)

"""The same shards by Dask: a scheduler and two workers, all real processes, some of which are killed.

Needs distributed (`pip install -r requirements/far.txt`); `SCRAPE_FAR=required` demands it. More kills, as in
test_corpus_killed.py:

    SCRAPE_TEST_WARCS=40 SCRAPE_TEST_KILLS=20 python -m pytest -n0 -s tests/corpus/test_corpus_cluster.py
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import sets
from cli_support import run, start
from kills import KILLS, SEED, Course, children

import scraper

if os.environ.get("SCRAPE_FAR") != "required":
    pytest.importorskip("distributed", reason="distributed is not installed: pip install -r requirements/far.txt")


class Dask:
    """A scheduler and workers under nannies, which begin another worker where one is gone."""

    def __init__(self, top: Path, stack: ExitStack) -> None:
        self._file, self._stack = top / "scheduler.json", stack
        self._start("scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(self._file))
        while not self._file.exists() or not self._file.read_bytes().endswith(b"}"):
            time.sleep(0.01)  # between two looks
        self.address: str = json.loads(self._file.read_bytes())["address"]
        self.nannies = [self._worker(top) for _ in range(2)]

    def workers(self) -> list[int]:
        """The processes of the workers that are there now."""
        return [child for nanny in self.nannies for child in children(nanny.pid)]

    def _worker(self, top: Path) -> subprocess.Popen[bytes]:
        options = ("--nthreads", "1", "--no-dashboard", "--local-directory", str(top / "dask"), "--death-timeout", "60")
        return self._start("worker", self.address, *options)

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        place = os.environ | {"PYTHONPATH": str(Path(scraper.__file__).parents[1])}
        command = [sys.executable, "-m", "dask", *arguments]
        process = subprocess.Popen(command, env=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._stack.callback(process.wait)
        self._stack.callback(process.terminate)
        return process


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Dask]:
    with ExitStack() as stack:
        yield Dask(tmp_path, stack)


class Clustered(Course):
    """The runs are on the cluster."""

    def __init__(self, top: Path, dask: Dask) -> None:
        super().__init__(top)
        self.dask = dask

    def start(self) -> subprocess.Popen[bytes]:
        """A run."""
        arguments = ("reclean", str(self.top / "in"), "--output", self.output, "--cluster", self.dask.address)
        return start(*arguments, stderr=subprocess.STDOUT)


def test_the_run_is_killed_and_goes_on_on_the_cluster(dask: Dask, tmp_path: Path) -> None:
    Clustered(tmp_path, dask).kill_runs()


def test_workers_of_the_cluster_are_killed_and_every_page_is_there(dask: Dask, tmp_path: Path) -> None:
    course = Clustered(tmp_path, dask)
    killed = 0
    while killed < KILLS:
        process = course.start()
        while killed < KILLS and course.wait(process, min(len(course.finished()) + 1, 3)):
            if victims := dask.workers():
                print(f"kill {killed} (seed {SEED}): a worker of {len(victims)}")
                with suppress(ProcessLookupError):
                    os.kill(course.draw.choice(victims), signal.SIGKILL)
                    killed += 1
        out, _ = process.communicate()
        assert process.returncode == 0, out
        course.check()
        for name in course.finished():
            course.forget(name)


def test_workers_of_one_s_own_and_what_pages_do_to_them(tmp_path: Path) -> None:
    sets.fill(tmp_path / "in", files=3, pages=2)
    sets.make(tmp_path / "in", output=tmp_path / "peace")
    ran = run("reclean", str(tmp_path / "in"), "--output", str(tmp_path / "out"), "--cluster", "local:2")
    assert (ran.code, ran.out.partition(";")[0]) == (0, "6 pages cleaned, 6 article")
    assert sets.shards(tmp_path / "out") == sets.shards(tmp_path / "peace")


def test_what_a_task_meets_is_said_as_it_is_here(tmp_path: Path) -> None:
    sets.fill(tmp_path / "in", files=1, pages=1)
    (tmp_path / "out").write_bytes(b"a file")
    ran = run("reclean", str(tmp_path / "in"), "--output", str(tmp_path / "out"), "--cluster", "local:1")
    assert (ran.code, ran.out) == (7, "")
    assert "choose another --output" in ran.err


@pytest.mark.parametrize(("address", "code"), [("local:0", 2), ("host", 2), ("tcp://127.0.0.1:1", 1)])
def test_an_address_where_nobody_answers(
    tmp_path: Path, address: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scraper.cluster.START", 1)
    sets.fill(tmp_path / "in", files=1, pages=1)
    ran = run("reclean", str(tmp_path / "in"), "--output", str(tmp_path / "out"), "--cluster", address)
    assert (ran.code, ran.out, ran.err.startswith(f"scrape: --cluster {address}: no scheduler")) == (code, "", True)

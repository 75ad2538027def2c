"""kill -9 of a worker or of the whole run, at random moments: in the end every page is there once, byte for byte as in
a run that nobody disturbed.

A few kills as a rule; the full form, 40 WARC files and 20 kills of each sort:

    SCRAPE_TEST_WARCS=40 SCRAPE_TEST_KILLS=20 python -m pytest -n0 -s tests/corpus/test_corpus_killed.py

`SCRAPE_TEST_SEED` is another course of events. Each kill is printed with what led to it.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
import sets
from cli_support import start

KILLS = int(os.environ.get("SCRAPE_TEST_KILLS", "2"))
WARCS = int(os.environ.get("SCRAPE_TEST_WARCS", "4"))
SEED = int(os.environ.get("SCRAPE_TEST_SEED", "6"))
PAGES = 15
"""Pages in a file."""


class Course:
    """A set of WARC files, its shards made in peace, and the processes that make them again and are killed."""

    def __init__(self, top: Path) -> None:
        self.top, self.out, self.draw = top, top / "out", random.Random(SEED)
        self.urls = sets.fill(top / "in", WARCS, PAGES)
        sets.make(top / "in", output=top / "peace", workers=2)

    def start(self) -> subprocess.Popen[bytes]:
        """A run."""
        arguments = ("reclean", str(self.top / "in"), "--output", str(self.out), "--workers", "2")
        return start(*arguments, stderr=subprocess.STDOUT)

    def wait(self, process: subprocess.Popen[bytes], done: int) -> bool:
        """Until so many shards are finished and a moment more; False if the process is through before."""
        while process.poll() is None and len(list(self.out.glob("state/*.json"))) < done:
            time.sleep(0.001)  # between two looks
        time.sleep(self.draw.random() * 0.3)  # so that the blow falls anywhere
        return process.poll() is None

    def check(self) -> None:
        """Every page once, and nothing else than in peace."""
        assert Counter(line["url"] for line in sets.lines(self.out)) == Counter(self.urls)
        assert sets.shards(self.out) == sets.shards(self.top / "peace")


def children(pid: int) -> list[int]:
    """The cleaning processes of a run; the resource tracker, which every Python with processes has, is none."""
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
        with suppress(OSError):
            if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes():
                found.append(int(child))
    return found


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path)


def test_the_whole_run_is_killed_and_goes_on(course: Course) -> None:
    for number in range(KILLS):
        process = course.start()
        done = min(len(list(course.out.glob("state/*.json"))) + course.draw.randint(0, 1), WARCS - 1)
        alive = course.wait(process, done)
        print(f"kill {number} (seed {SEED}): the run after {done} shards, {'alive' if alive else 'through'}")
        process.kill()
        process.communicate()
        if (course.out / "manifest.json").exists() and not alive:
            (course.out / "manifest.json").unlink()
            for path in course.draw.sample(sorted(course.out.glob("state/*.json")), WARCS // 2):
                path.unlink()  # there is something to do again
    process = course.start()
    out, _ = process.communicate()
    assert process.returncode == 0, out
    course.check()


def test_workers_are_killed_and_every_page_is_there(course: Course) -> None:
    killed = 0
    while killed < KILLS:
        process = course.start()
        while killed < KILLS and course.wait(process, 0):
            if victims := children(process.pid):
                victim = course.draw.choice(victims)
                print(f"kill {killed} (seed {SEED}): a worker of {len(victims)}")
                with suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
                    killed += 1
        out, _ = process.communicate()
        assert process.returncode == 0, out
        course.check()
        for path in course.out.glob("state/*.json"):
            path.unlink()

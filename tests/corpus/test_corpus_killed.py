"""kill -9 of a worker or of the whole run, at random moments: in the end every page is there once, byte for byte as in
a run that nobody disturbed.

A few kills as a rule; the full form, 40 WARC files and 20 kills of each sort:

    SCRAPE_TEST_WARCS=40 SCRAPE_TEST_KILLS=20 python -m pytest -n0 -s tests/corpus/test_corpus_killed.py

`SCRAPE_TEST_SEED` is another course of events. Each kill is printed with what led to it.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest
from kills import KILLS, SEED, Course, children


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path)


def test_the_whole_run_is_killed_and_goes_on(course: Course) -> None:
    course.kill_runs()


def test_workers_are_killed_and_every_page_is_there(course: Course) -> None:
    killed = 0
    while killed < KILLS:
        process = course.start()
        while killed < KILLS and course.wait(process, 0):
            if victims := children(process.pid):
                print(f"kill {killed} (seed {SEED}): a worker of {len(victims)}")
                with suppress(ProcessLookupError):
                    os.kill(course.draw.choice(victims), signal.SIGKILL)
                    killed += 1
        out, _ = process.communicate()
        assert process.returncode == 0, out
        course.check()
        for name in course.finished():
            course.forget(name)

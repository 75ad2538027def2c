"""A set of WARC files, and processes that make its shards and are killed while they do."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import sets
from cli_support import start

KILLS = int(os.environ.get("SCRAPE_TEST_KILLS", "2"))
WARCS = int(os.environ.get("SCRAPE_TEST_WARCS", "4"))
SEED = int(os.environ.get("SCRAPE_TEST_SEED", "6"))
PAGES = 15
"""Pages in a file."""


class Course:
    """The set, its shards made in peace, and the runs.

    Another place for the output has another `output`, and other ways to see what is finished, to copy and to forget.
    """

    def __init__(self, top: Path) -> None:
        self.top, self.draw = top, random.Random(SEED)
        self.output = str(top / "out")
        self.urls = sets.fill(top / "in", WARCS, PAGES)
        sets.make(top / "in", output=top / "peace", workers=2)

    def start(self) -> subprocess.Popen[bytes]:
        """A run."""
        arguments = ("reclean", str(self.top / "in"), "--output", self.output, "--workers", "2")
        return start(*arguments, stderr=subprocess.STDOUT)

    def wait(self, process: subprocess.Popen[bytes], done: int) -> bool:
        """Until so many shards are finished and a moment more; False if the process is through before."""
        while process.poll() is None and len(self.finished()) < done:
            time.sleep(0.001)  # between two looks
        time.sleep(self.draw.random() * 0.3)  # so that the blow falls anywhere
        return process.poll() is None

    def kill_runs(self) -> None:
        """Begin so often, and be killed each time; then to the end."""
        for number in range(KILLS):
            process = self.start()
            done = min(len(self.finished()) + self.draw.randint(0, 1), WARCS - 1)
            alive = self.wait(process, done)
            print(f"kill {number} (seed {SEED}): the run after {done} shards, {'alive' if alive else 'through'}")
            process.kill()
            process.communicate()
            if len(self.finished()) == WARCS:  # then there is to be something to do again
                for name in self.draw.sample(self.finished(), WARCS // 2):
                    self.forget(name)
        process = self.start()
        out, _ = process.communicate()
        assert process.returncode == 0, out
        self.check()

    def check(self) -> None:
        """Every page once, and nothing else than in peace."""
        out = self.copy()
        assert Counter(line["url"] for line in sets.lines(out)) == Counter(self.urls)
        assert sets.shards(out) == sets.shards(self.top / "peace")

    def finished(self) -> list[str]:
        return sorted(path.name for path in (self.top / "out" / "state").glob("*.json"))

    def copy(self) -> Path:
        return self.top / "out"

    def forget(self, name: str) -> None:
        (self.top / "out" / "state" / name).unlink()


def children(pid: int) -> list[int]:
    """The cleaning processes of a run; the resource tracker, which every Python with processes has, is none."""
    found = []
    with suppress(OSError):  # gone meanwhile
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text(encoding="ascii").split():
                if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes():
                    found.append(int(child))
    return found

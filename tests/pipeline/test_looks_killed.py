"""A real process is killed while it looks again: before, between and after its writes. The next one finds all of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from bench import Bench
from servers import Server
from test_looks import DAY, HOUR, START, Paper, edited, page, rss, tagged

import scraper
from scraper.archive import rebuild
from scraper.verify import verify

CHILD = """
import os, signal, sys
from pathlib import Path
from bench import Bench
from msgspec import structs
from scraper.archive import Archive
from scraper.clean import Options
from scraper.pipeline import Source, SourceKind
from scraper.workers import clean_capture

class Here:
    async def clean(self, capture, memory=None):
        return clean_capture(capture, Options(), memory)

root, url, now, step = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
done = 0

def counted(real):
    def call(self, *args, **more):
        global done
        done += 1
        if done == step:
            self.commit_as_another_page_would()
            os.kill(os.getpid(), signal.SIGKILL)
        return real(self, *args, **more)
    return call

Archive.commit_as_another_page_would = Archive.commit
for name in ("store", "add", "note", "commit"):
    setattr(Archive, name, counted(getattr(Archive, name)))
bench = Bench(root, Here())
bench.crew.clock.now = now
bench.run(Source("paper", SourceKind.FEED, url, revisions=(3600.0, 86400.0)))
print(done)
"""


def look(root: Path, server: Server, now: float, step: int) -> int:
    """Run in a process of its own, which is killed before its `step`th write; how many it made, if it lived."""
    paths = [str(Path(scraper.__file__).parents[1]), str(Path(__file__).parents[1]), str(Path(__file__).parent)]
    place = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-c", CHILD, str(root), server.url("/feed"), str(now), str(step)]
    ran = subprocess.run(command, env=place, capture_output=True, text=True, check=False)
    assert ran.returncode in (0, -signal.SIGKILL), ran.stderr
    return int(ran.stdout) if ran.returncode == 0 else 0


def test_killed_before_any_write_a_change_is_found_once(tmp_path: Path) -> None:
    """What is acknowledged at the kill is the most that can be: all that was written, as if another page had ended."""
    step, lived = 0, 0
    while not lived:
        step += 1
        bench = Bench(tmp_path / str(step))
        with Server({"/feed": rss("/a"), "/a": tagged(page("bridge"), "1")}) as server:
            paper = Paper(bench, server)
            paper.after(0)
            server.routes["/a"] = tagged(edited("bridge", ("forty", "sixty")), "2")
            lived = look(bench.root, server, START + HOUR + 60, step)
            if step % 2 == 0:
                rebuild(bench.root)
            paper.after(HOUR + 120)
            paper.after(DAY + 60)
            assert paper.outcomes() == ["changed", "same"], step
            assert paper.versions() == [1, 2], step
        report = verify(bench.root)
        assert (report.problems, report.warnings) == ((), ())
    assert step >= 5

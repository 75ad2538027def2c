"""kill -9 at random moments under load: what was ever acknowledged is there once, and so is every article in the end.

Six times as a rule; `SCRAPE_TEST_KILLS=30 python -m pytest tests/cli/test_killed.py` is the long form, and
`SCRAPE_TEST_SEED` another course of events. Each kill is printed with what led to it.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from cli_support import PAGE
from project import Project, clean, end, impatience, sweep
from servers import Asked, Server, response

from scraper.archive import View
from scraper.verify import verify

KILLS = int(os.environ.get("SCRAPE_TEST_KILLS", "6"))
SEED = int(os.environ.get("SCRAPE_TEST_SEED", "4"))
NEW = 12
"""Pages, and files, that are new in each round."""
PAPER = "{{name: paper, type: feed, url: '{url}', every: 1m}}"
INBOX = "{name: inbox, type: folder, directory: inbox, every: 1m}"


class Site:
    """A feed that grows, its pages, and something that happens when a certain one is asked for."""

    def __init__(self) -> None:
        self.topics: list[str] = []
        self.asked = itertools.count(1)
        self.fatal, self.reached = 0, threading.Event()
        self.server = Server({"/feed": self._feed})

    def publish(self, topic: str) -> None:
        page = response(PAGE.replace("bridge", topic).encode(), "200 OK", "Content-Type: text/html; charset=utf-8")

        def answer(asked: Asked) -> bytes:
            if next(self.asked) == self.fatal:
                self.reached.set()
            return page

        self.server.routes[f"/{topic}"] = answer
        self.topics.append(topic)

    def arm(self, count: int) -> None:
        """Say when the `count`th page from now on is asked for."""
        self.asked, self.fatal = itertools.count(1), count
        self.reached.clear()

    def _feed(self, asked: Asked) -> bytes:
        items = "".join(f"<item><title>{topic}</title><link>/{topic}</link></item>" for topic in self.topics)
        return response(f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), "200 OK")


class Course:
    """One archive, and the processes that work on it and are killed."""

    def __init__(self, top: Path, site: Site) -> None:
        self.site, self.draw = site, random.Random(SEED)
        paper = PAPER.format(url=site.server.url("/feed"))
        network = "{contact: 'https://example.org/robot', allow_addresses: [127.0.0.1], delay: 0s}"
        more = {"cleaning": "{workers: 2}", "network": network, "schedule": "{jitter: 0s}"}
        self.project = Project(top, f"{paper}, {INBOX}", **more)
        self.acknowledged: set[str] = set()
        self.topics: list[str] = []
        self.left: list[subprocess.Popen[bytes]] = []

    def kill(self, number: int) -> None:
        """New pages and files, a process that takes them in, and its death."""
        self._bring(number)
        what = self.draw.choice([["run"], ["run", "inbox", "paper"], ["daemon"], self._fetching(number)])
        moment = self.draw.choice(["page", "page", "line", "start"])
        self.site.arm(count := self.draw.randint(1, NEW))
        delay = self.draw.random() * 0.05
        print(f"kill {number} (seed {SEED}): {what[0]} at {moment} {count}, {delay * 1000:.0f} ms later")
        before = self._size()
        process = self.project.start(*what, start_new_session=True)
        self.left.append(process)
        conditions: dict[str, Callable[[], bool]] = {
            "page": self.site.reached.is_set,
            "line": lambda: self._size() > before or self.site.reached.is_set(),
            "start": lambda: self._held_by(process.pid),
        }
        with impatience(process):
            while not conditions[moment]() and process.poll() is None:
                time.sleep(0.001)  # between two looks
        time.sleep(delay)  # so that the blow falls anywhere
        process.kill()
        out, _ = process.communicate()
        if what[0] == "fetch":
            self.acknowledged.update(json.loads(line)["id"] for line in out.splitlines(keepends=True) if _whole(line))

    def look(self) -> None:
        """Before anybody repairs anything: valid, and nothing that was ever acknowledged is missing."""
        if not (self.project.archive / "index.sqlite").exists():
            return
        report = verify(self.project.archive)
        assert report.problems == ()
        with View(self.project.archive) as view:
            now = {row.id for row in view.index.rows()}
        assert self.acknowledged <= now
        self.acknowledged = now

    def _bring(self, number: int) -> None:
        for topic in (f"bridge {number:03} {part:02}" for part in range(NEW)):
            self.site.publish(topic.replace("bridge", "tunnel").replace(" ", "-"))
            self.topics.append(topic)
            self.project.put(topic)

    def _fetching(self, number: int) -> list[str]:
        return ["fetch", *(self.site.server.url(f"/{topic}") for topic in self.draw.sample(self.site.topics, NEW))]

    def _size(self) -> int:
        return sum(path.stat().st_size for path in self.project.archive.glob("articles/*/*/*.jsonl"))

    def _held_by(self, pid: int) -> bool:
        lock = self.project.archive / ".lock"
        return lock.exists() and lock.read_bytes().split()[:1] == [str(pid).encode()]


def _whole(line: bytes) -> bool:
    return line.endswith(b"\n")


def test_killed_at_random_moments_under_load(tmp_path: Path) -> None:
    site = Site()
    course = Course(tmp_path, site)
    with site.server:
        try:
            for number in range(KILLS):
                course.kill(number)
                course.look()
            ran = end(course.project.start("run"))
            assert ran.code == 0, ran.err
            again = end(course.project.start("run"))
        finally:
            for process in course.left:
                sweep(process)
    assert f"paper: 0 archived, {len(site.topics)} known\n" in again.out
    assert f"inbox: 0 archived, {len(course.topics)} known\n" in again.out
    lines = course.project.lines()
    counted = Counter(line["id"] for line in lines)
    assert set(counted.values()) == {1}
    assert course.acknowledged <= set(counted)
    urls = Counter(line["url"] for line in lines if line["source"] == "paper")
    assert urls == {site.server.url(f"/{topic}"): 1 for topic in site.topics}
    texts = Counter(line["text"] for line in lines if line["source"] == "inbox")
    assert texts == {clean(topic): 1 for topic in course.topics}
    report = verify(course.project.archive)
    assert (report.problems, report.warnings) == ((), ())

"""A configuration with an inbox, and commands that work on it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from cli_support import DIRTY, PARAGRAPHS, Ran, run, start
from pools import Borrowed

from scraper import records, workers
from scraper.verify import verify

INBOX = "{name: inbox, type: folder, directory: inbox, every: 1m}"
ENDLESS = "<div><p>One more.</p>" * 100_000
"""A page that takes the cleaner a minute, and hardly under some seconds however good it gets."""
PATIENCE = 120.0
"""Seconds after which a process that says nothing is taken for hung, and killed."""


def dirty(topic: str) -> str:
    """The command line's dirty text, about something else."""
    return DIRTY.replace("bridge", topic)


def clean(topic: str) -> str:
    """The same as a record's text."""
    return "\n\n".join(PARAGRAPHS).replace("bridge", topic)


class Project:
    """A directory with config.yaml, inbox/ and archive/."""

    def __init__(self, top: Path, sources: str = INBOX, **sections: str) -> None:
        self.inbox, self.archive, self.file = top / "inbox", top / "archive", top / "config.yaml"
        self.inbox.mkdir()
        sections = {"archive": "{directory: archive}", "cleaning": "{workers: 1}"} | sections
        lines = [f"{name}: {values}" for name, values in sections.items()]
        self.file.write_text("\n".join([*lines, f"sources: [{sources}]"]) + "\n")

    def put(self, *topics: str) -> None:
        """A dirty text into the inbox for each topic."""
        for topic in topics:
            (self.inbox / f"{topic}.txt").write_text(dirty(topic))

    def run(self, *argv: str) -> Ran:
        """A command in this process."""
        return run("--config", str(self.file), *argv)

    def start(self, *argv: str, **streams: int) -> subprocess.Popen[bytes]:
        """A command in a process of its own."""
        return start("--config", str(self.file), *argv, **streams)

    def lines(self) -> list[dict[str, Any]]:
        """The records in the JSONL files."""
        paths = sorted(self.archive.glob("articles/*/*/*.jsonl"))
        found = [line for path in paths for line in records.scan(path)]
        return [json.loads(line.raw) for line in found if isinstance(line, records.Line)]

    def texts(self) -> list[str]:
        """The texts in the JSONL files, sorted."""
        return sorted(line["text"] for line in self.lines())

    def warcs(self) -> list[str]:
        """The names of the WARC files."""
        return sorted(path.name for path in self.archive.glob("warc/*/*/*"))

    def is_sound(self) -> bool:
        """Whether the archive verifies, and every WARC file has its final name."""
        report = verify(self.archive)
        assert report.problems == ()
        return all(name.endswith(".warc.gz") for name in self.warcs())


@contextmanager
def impatience(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Kill the process if it is not done with what is waited for within PATIENCE."""
    timer = threading.Timer(PATIENCE, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def wait(process: subprocess.Popen[bytes], condition: Callable[[], bool]) -> None:
    """Wait until something holds that a process brings about."""
    with impatience(process):
        while not condition():
            assert process.poll() is None
            time.sleep(0.01)  # between two looks: nothing depends on how long it is


def sweep(process: subprocess.Popen[bytes]) -> None:
    """End what a killed session leader left at work."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def until(process: subprocess.Popen[bytes], needle: str) -> str:
    """Read a process's stderr up to the line that holds the needle, and return it."""
    assert process.stderr is not None
    said: list[str] = []
    with impatience(process):
        for line in process.stderr:
            said.append(line.decode())
            if needle in said[-1]:
                return said[-1]
    raise AssertionError(f"{needle!r} was not said, but: {''.join(said)}")


def end(process: subprocess.Popen[bytes]) -> Ran:
    """Wait for a process's end."""
    with impatience(process):
        out, err = process.communicate()
    return Ran(process.returncode, out.decode(), err.decode())


def borrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands in this process use the cleaning processes that the tests share; and ask hosts without a pause."""
    monkeypatch.setattr(workers, "Workers", Borrowed)
    kept = {"SCRAPE_NETWORK__DELAY": "0s", "SCRAPE_NETWORK__RETRIES": "0"}
    for name, value in kept.items():
        monkeypatch.setenv(name, value)
    for name in os.environ:
        if name.startswith("SCRAPE_") and name not in kept:
            monkeypatch.delenv(name)

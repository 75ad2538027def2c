"""An article with chrome around it, and two ways to run a command."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import scraper
from scraper.cli import main
from scraper.cli.streams import Streams

PARAGRAPHS = [
    "The city council approved a new bridge over the river on Tuesday after three years of debate about its cost.",
    "Construction will begin in the spring, the mayor said, and the first trams should cross two years later.",
    "Residents on both banks had asked for a crossing since the old ferry stopped running in the winter of 2019.",
    "The council set aside forty million for the work, a third of which comes from the region and the rest from loans.",
]
CHROME = ["9.7 C", "Munich", "Wednesday, October 4, 2023"]
DIRTY = "\n\n".join([*CHROME, *PARAGRAPHS]) + "\n"
CLEAN = "\n\n".join(PARAGRAPHS) + "\n"
PAGE = (
    "<!DOCTYPE html><html><head><title>New bridge approved</title></head><body><nav><ul><li><a href='/'>Home</a></li>"
    "<li><a href='/news'>News</a></li></ul></nav><article><h1>New bridge approved</h1>"
    + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    + "</article><footer><p>All rights reserved.</p></footer></body></html>"
)


class Ran(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


class Terminal(io.BytesIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class TextTerminal(io.StringIO):
    """The same for text."""

    def isatty(self) -> bool:
        return True


def run(*argv: str, stdin: bytes = b"", streams: Streams | None = None) -> Ran:
    """Run a command in this process."""
    streams = streams or Streams(io.BytesIO(stdin), io.BytesIO(), io.StringIO())
    code = main(list(argv), streams)
    assert isinstance(streams.stdout, io.BytesIO)
    assert isinstance(streams.stderr, io.StringIO)
    return Ran(code, streams.stdout.getvalue().decode(), streams.stderr.getvalue())


def start(*argv: str | bytes, env: dict[str, str] | None = None, **streams: int) -> subprocess.Popen[bytes]:
    """Start a command in a process of its own."""
    place = {"PYTHONPATH": str(Path(scraper.__file__).parents[1])}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
    command = [sys.executable, "-m", "scraper", *argv]
    return subprocess.Popen(command, env=os.environ | place | (env or {}), **pipes)  # type: ignore[call-overload,no-any-return]  # a dict of streams

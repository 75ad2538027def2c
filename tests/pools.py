"""Cleaning processes that the tests share, since starting one takes a second; and bodies that no cleaner survives."""

from __future__ import annotations

import os
import signal
import threading
from functools import cache
from pathlib import Path
from types import TracebackType

from scraper.workers import Settings, Workers


@cache
def cleaners() -> Workers:
    """Two processes, started when the first page comes, until the tests end."""
    return Workers(Settings(count=2, deadline=60.0))


class Borrowed:
    """Stands where Workers are composed, and lends the shared ones."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __enter__(self) -> Workers:
        return cleaners()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """They stay."""


class Trap(bytes):
    """A body that is plain bytes here, and does something else to the process that is to clean it.

    The process meets it on the way in, as the kernel's killer or a bug in C would meet it: it has no say in it.
    """

    def __new__(cls, text: bytes, does: str, marker: Path | None = None) -> Trap:
        made = super().__new__(cls, text)
        made.does, made.marker = does, marker
        return made

    does: str
    marker: Path | None

    def __reduce__(self) -> tuple[object, ...]:
        return spring, (bytes(self), self.does, self.marker)


def spring(text: bytes, does: str, marker: Path | None) -> bytes | None:
    """What unpickling a Trap does: "hang" for good, "die" (with a marker: once), or be no bytes at all ("bug")."""
    if does == "hang":
        threading.Event().wait()
    if does == "bug":
        return None
    if marker is None or not marker.exists():
        if marker is not None:
            marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return text

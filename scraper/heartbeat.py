"""The daemon's sign of life: a small file beside the archive that `scrape health` reads."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct, structs

from scraper.errors import LimitError, ScrapeError

log = logging.getLogger(__name__)

NAME = ".heartbeat.json"
EVERY = 20.0
"""Seconds between two beats."""
LATE = 90.0
"""Seconds after which a daemon without a beat is not well: four beats are missing."""


Moment = Annotated[datetime, Meta(tz=True)]


class Beat(Struct, frozen=True):
    """One beat: the process, where its number means something (see `here`), when it started, and when it last beat.

    `waiting` is the error that it waits to see put right before it goes on.
    """

    pid: Annotated[int, Meta(ge=1, lt=1 << 31)]
    place: str
    started_at: Moment
    at: Moment
    waiting: str | None = None


def here() -> str:
    """This machine, and on Linux the namespace of its process numbers: a container has its own."""
    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        namespace = ""
    return f"{socket.gethostname()} {namespace}".rstrip()


def write(root: Path, beat: Beat) -> None:
    """Replace the beat in one step, or on a full disk in its place; a LimitError where that cannot be written."""
    path = root / NAME
    data = msgspec.json.encode(beat)
    try:
        try:
            _replace(path, data)
        except OSError:
            # Its block is there already, so who waits for room can say so. A reader may meet half a beat.
            with path.open("r+b") as file:
                file.write(data)
                file.truncate()
    except OSError as error:
        raise LimitError(f"{path}: cannot be written: {error.strerror}", reason="not-writable") from error


def _replace(path: Path, data: bytes) -> None:
    fresh = path.with_suffix(".new")
    try:
        fresh.write_bytes(data)
        os.replace(fresh, path)
    except OSError:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise


def clear(root: Path) -> None:
    """Take the beat away: the daemon ended as it should. A LimitError where the directory cannot be written."""
    path = root / NAME
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise LimitError(f"{path}: cannot be removed: {error.strerror}", reason="not-writable") from error


def read(root: Path) -> Beat | None:
    """The last beat, or None where no daemon runs; a ScrapeError where the file is damaged."""
    path = root / NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=Beat)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise ScrapeError(f"{path}: cannot be read: {error}", reason="unreadable") from error


def age(beat: Beat, now: datetime) -> float:
    """Seconds since the beat; negative if the clock was set back since."""
    return (now - beat.at).total_seconds()


def is_gone(beat: Beat) -> bool:
    """Whether its process is known to be dead, as after kill -9; that of another machine or container cannot be."""
    if beat.place != here():
        return False
    try:
        os.kill(beat.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # another user's
        return False
    return False


class Pulse:
    """The daemon's sign of life, and what it waits for."""

    def __init__(self, root: Path, clock: Callable[[], datetime]) -> None:
        self._root, self._clock = root, clock
        self._beat = Beat(os.getpid(), here(), clock(), clock())
        self._trouble = ""

    def give(self, waiting: ScrapeError | None) -> None:
        """One beat; where it cannot be written, that is said once."""
        beat = structs.replace(self._beat, at=self._clock(), waiting=None if waiting is None else str(waiting))
        self._say(lambda: write(self._root, beat))

    def end(self) -> None:
        """Take the sign away."""
        self._say(lambda: clear(self._root))

    def _say(self, work: Callable[[], None]) -> None:
        try:
            work()
        except ScrapeError as error:
            if str(error) != self._trouble:
                log.error("%s", error)
            self._trouble = str(error)
        else:
            self._trouble = ""

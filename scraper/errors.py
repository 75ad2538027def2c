"""The exception tree: everything that is expected to go wrong, with the exit code that the command line gives it.

    ScrapeError                  1   something failed: a missing file, an unreachable host, a 5xx
    ├── UsageError               2   the command line was not understood
    │   └── ConfigError          2   the configuration: file, line, key and the way out
    ├── UnusableError            4   nothing usable: empty, binary, no article, an archive with nothing in it
    ├── VerificationError        5   the archive is not what it says
    ├── RefusedError             6   robots.txt, 401, 403, 404, 410, 429, an address that may not be fetched
    └── LimitError               7   size, time, disk, a directory that cannot be written
        ├── LockedError          7   another process holds the archive
        └── ClosedError          7   whoever was to do it was told to stop

Every error carries a `reason`, a slug that tallies count ("not-found", "too-large"), and a message of one line that
names the file or address and the way out. Anything that is not in this tree is a bug and is loud.
"""

from __future__ import annotations


class ScrapeError(Exception):
    """Base of the tree; `reason` is a slug, `exit_code` what the command line ends with."""

    exit_code = 1

    def __init__(self, message: str, *, reason: str = "failed") -> None:
        super().__init__(message)
        self.reason = reason


class UsageError(ScrapeError):
    """The command line was not understood."""

    exit_code = 2


class ConfigError(UsageError):
    """The configuration is broken; the message names file, line and key."""


class UnusableError(ScrapeError):
    """The input was read, and there is no article in it."""

    exit_code = 4


class VerificationError(ScrapeError):
    """The archive is not what it says."""

    exit_code = 5


class RefusedError(ScrapeError):
    """robots.txt, the server, or the address guard said no."""

    exit_code = 6


class LimitError(ScrapeError):
    """A bound was reached: size, time, disk, permissions."""

    exit_code = 7


class LockedError(LimitError):
    """Another process holds the archive."""


class ClosedError(LimitError):
    """Whoever was to do it was told to stop: nothing is known of what it was given."""

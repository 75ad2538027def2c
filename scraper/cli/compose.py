"""What the commands share: which configuration, which archive, and how a record is printed."""

from __future__ import annotations

import argparse
import logging
import os
from pathlib import Path

from scraper.cli.streams import Streams, one_line
from scraper.config import Loaded, defaults, load
from scraper.errors import ConfigError


def configuration(args: argparse.Namespace, flags: dict[str, str] | None = None, *, optional: bool = False) -> Loaded:
    """The configuration that the arguments and the environment name.

    With `optional`, a command that works without one gets the defaults where no file is found; a file that was named
    must be there in any case.
    """
    flags = dict(flags or {})
    if getattr(args, "archive", None):
        flags["archive.directory"] = args.archive
    try:
        return load(args.config, os.environ, Path.cwd(), flags)
    except ConfigError as error:
        named = args.config or os.environ.get("SCRAPE_CONFIG")
        if not optional or named or error.reason != "config-missing":
            raise
    return defaults(os.environ, Path.cwd(), flags)


def archive_root(args: argparse.Namespace) -> Path:
    """The archive's directory; with --archive no configuration is needed."""
    return Path(configuration(args, optional=bool(args.archive)).config.archive.directory)


class _Lines(logging.Handler):
    """Log records as lines on the command's stderr."""

    def __init__(self, streams: Streams) -> None:
        super().__init__()
        self._streams = streams

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception:  # noqa: BLE001 - logging's own rule: what cannot be formatted must not end the program
            self.handleError(record)
            return
        self._streams.clear_status()
        self._streams.stderr.write(one_line(line) + "\n")
        self._streams.stderr.flush()


def log_to(streams: Streams, args: argparse.Namespace, *, service: bool = False) -> None:
    """Send the project's log to stderr: warnings, with -v progress, with -vv all of it; a service says its progress."""
    level = logging.WARNING - 10 * (args.verbose + service - args.quiet)
    handler = _Lines(streams)
    form = "%(asctime)s %(levelname)s %(message)s" if service else "scrape: %(message)s"
    handler.setFormatter(logging.Formatter(form))
    logger = logging.getLogger("scraper")
    logger.handlers[:] = [handler]
    logger.setLevel(min(max(level, logging.DEBUG), logging.CRITICAL))
    # Libraries that warn about single pages of other people's archives would drown what the user should read.
    logging.getLogger("warcio").setLevel(logging.CRITICAL)

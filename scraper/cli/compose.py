"""What the commands share: which configuration, which archive, and how a record is printed."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from scraper.cli.logs import log_to
from scraper.config import Loaded, defaults, load
from scraper.errors import ConfigError

__all__ = ["archive_root", "configuration", "log_to"]


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

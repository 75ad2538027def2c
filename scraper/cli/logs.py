"""The log on stderr: lines for people, or one JSON object a line for machines. No control character gets out.

Addresses and names of files are other people's: one with a line break would make a line of its own, one with an escape
sequence would be obeyed by a terminal.
"""

from __future__ import annotations

import argparse
import json
import logging
from contextlib import suppress
from datetime import UTC, datetime

from scraper.cli.streams import Streams, one_line
from scraper.expressions import expression

_UNSEEN = expression("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")  # what json.dumps leaves as it is


class JsonLines(logging.Formatter):
    """A record as an object: time (RFC 3339, UTC), level, logger, message; a run's tally; a trace, if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        said = {"time": moment, "level": record.levelname.lower(), "logger": record.name}
        fields = {"message": record.getMessage()} | getattr(record, "fields", {})
        if record.exc_info:
            fields["trace"] = self.formatException(record.exc_info)
        text = json.dumps(said | fields, ensure_ascii=False, default=str)
        return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class TextLines(logging.Formatter):
    """A record as a line with its time in UTC; a trace follows it as lines of their own."""

    def format(self, record: logging.LogRecord) -> str:
        """The record, in as many lines as its trace needs."""
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        line = one_line(f"{moment} {record.levelname:7} {record.getMessage()}")
        trace = self.formatException(record.exc_info).splitlines() if record.exc_info else []
        return "\n".join([line, *map(one_line_indented, trace)])


def one_line_indented(text: str) -> str:
    """A line of a trace, its indentation kept."""
    return text[: len(text) - len(text.lstrip(" "))] + one_line(text)


class PlainLines(logging.Formatter):
    """A record as what a command says."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; a trace is folded into it."""
        return one_line(f"scrape: {super().format(record)}")


class _Lines(logging.Handler):
    """Log records on the command's stderr."""

    def __init__(self, streams: Streams) -> None:
        super().__init__()
        self._streams = streams

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)
        except Exception:  # noqa: BLE001 - logging's own rule: what cannot be formatted must not end the program
            self.handleError(record)
            return
        with suppress(OSError):  # a terminal that was closed, a full disk: work goes on without a log
            self._streams.clear_status()
            self._streams.stderr.write(text + "\n")
            self._streams.stderr.flush()


def log_to(streams: Streams, args: argparse.Namespace) -> None:
    """Send the project's log to stderr: warnings, with -v progress, with -vv all of it."""
    _send(streams, PlainLines(), logging.WARNING - 10 * (args.verbose - args.quiet))


def serve_log(streams: Streams, args: argparse.Namespace, form: str) -> None:
    """The same for a service, which says its progress too: `form` is text, json, or auto (text on a terminal)."""
    if form == "auto":
        form = "text" if streams.stderr.isatty() else "json"
    _send(streams, JsonLines() if form == "json" else TextLines(), logging.INFO - 10 * (args.verbose - args.quiet))


def _send(streams: Streams, formatter: logging.Formatter, level: int) -> None:
    handler = _Lines(streams)
    handler.setFormatter(formatter)
    logger = logging.getLogger("scraper")
    logger.handlers[:] = [handler]
    logger.setLevel(min(max(level, logging.DEBUG), logging.CRITICAL))
    # Libraries that warn about single pages of other people's archives would drown what the user should read.
    logging.getLogger("warcio").setLevel(logging.CRITICAL)
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # it wakes the daemon, and has nothing to say

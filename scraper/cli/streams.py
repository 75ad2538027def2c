"""The three standard streams, given to a command so that a test can give others."""

from __future__ import annotations

import io
import os
import re
import sys
from typing import BinaryIO, TextIO

from scraper.errors import LimitError
from scraper.expressions import expression

_UNSEEN = expression(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_TURNS = expression(r"[\u202a-\u202e\u2066-\u2069]")
"""What turns the direction of all that follows on its line (Unicode UAX 9, explicit formatting)."""
_ERASE = "\r\x1b[K"


class Streams:
    """Bytes in, UTF-8 out whatever the locale says, and messages on stderr."""

    def __init__(self, stdin: BinaryIO, stdout: BinaryIO, stderr: TextIO) -> None:
        self.stdin, self.stdout, self.stderr = stdin, stdout, stderr
        self._status = ""

    @classmethod
    def standard(cls) -> Streams:
        """The process's own streams; one that was closed by whoever started it (`<&-`) reads as empty."""
        # Python leaves None where a descriptor is closed, which its type does not say.
        stdin, stdout, stderr = (getattr(sys, name) for name in ("stdin", "stdout", "stderr"))
        if stdout is None:
            raise LimitError("standard output is closed; redirect it to a file or /dev/null", reason="no-output")
        return cls(stdin.buffer if stdin else io.BytesIO(), stdout.buffer, stderr or io.StringIO())

    @property
    def to_terminal(self) -> bool:
        """Whether a person reads the output."""
        return self.stdout.isatty()

    @property
    def colour(self) -> bool:
        """Whether to colour the output: on a terminal, unless NO_COLOR (no-color.org) or a dumb terminal says no."""
        return self.to_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def write(self, text: str) -> None:
        """Write to stdout and send it off; a full disk is a LimitError, a closed pipe a BrokenPipeError."""
        self.clear_status()
        try:
            self.stdout.write(text.encode("utf-8", "backslashreplace"))
            self.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            reason = f"standard output: {error.strerror}; make room or write elsewhere"
            raise LimitError(reason, reason="not-writable") from error

    def say(self, message: str) -> None:
        """One line on stderr."""
        self.clear_status()
        self.stderr.write(f"scrape: {one_line(message)}\n")
        self.stderr.flush()

    def status(self, line: str) -> None:
        """Replace the status line on stderr, for a terminal only."""
        self._status = line
        self.stderr.write(_ERASE + line)
        self.stderr.flush()

    def clear_status(self) -> None:
        """Take the status line away, if there is one."""
        if self._status:
            self._status = ""
            self.stderr.write(_ERASE)
            self.stderr.flush()


def visible(text: str) -> str:
    r"""Write control characters and bytes of no encoding as \x1b: a page's text and a file's name are hostile, and a
    terminal obeys them. Tabs and line ends stay."""
    return _UNSEEN.sub(_escape, text)


def one_line(text: str) -> str:
    """The same, line ends and tabs as blanks, and what would turn the rest of the line around: a title with U+202E
    shows the address behind it backwards."""
    text = " ".join(text.split()) if any(char in text for char in "\t\n\u2028\u2029") else text
    return _TURNS.sub(_escape, visible(text))


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    # Python keeps a byte that is no UTF-8 as U+DC00 plus the byte (PEP 383).
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

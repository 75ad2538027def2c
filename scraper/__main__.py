"""`python -m scraper` is `scrape`, and this is where both begin."""

from __future__ import annotations

import signal
import sys


def start() -> int:
    """Run the command line. Until it answers Ctrl-C itself, the system does: the process ends without a trace."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from scraper.cli import entry  # noqa: PLC0415 - what is loaded here is loaded under that rule

    return entry()


if __name__ == "__main__":
    sys.exit(start())

"""`python -m scraper` is `scrape`, and this is where both begin and end."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys

FEWER_COLLECTIONS = 100_000
"""New objects between two searches for garbage, instead of 700: what is loaded is none, and looking took 8 ms."""


def start() -> int:
    """Run the command line. Until it answers Ctrl-C itself, the system does: the process ends without a trace."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.set_threshold(FEWER_COLLECTIONS, *gc.get_threshold()[1:])
    # numpy's library would start a thread a core for algebra that is not done here: 10 ms with two cores.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from scraper.cli import entry  # noqa: PLC0415 - what is loaded here is loaded under that rule

    code = entry()
    _leave(code)
    return code


def _leave(code: int) -> None:
    """End the process as the interpreter does, but for taking all modules apart first, a tenth of a short command.

    Where another thread runs, or output cannot be written, the interpreter has its way.
    """
    import threading  # noqa: PLC0415 - loaded by now, or quickly

    if threading.active_count() > 1:
        return
    atexit._run_exitfuncs()
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # closed by whoever started this
                stream.flush()
    except (OSError, ValueError):
        return
    os._exit(code)


if __name__ == "__main__":
    sys.exit(start())

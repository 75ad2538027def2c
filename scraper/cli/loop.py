"""An event loop that a signal ends in good order: at a point where the archive is whole."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from scraper.cli import Terminated

Result = TypeVar("Result")


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """`asyncio.run`, with SIGTERM treated as it treats SIGINT: the work is cancelled where it waits, and unwinds.

    A signal that raised wherever the program happens to be could cut the archive's writer in the middle of a record.
    """
    return asyncio.run(interruptible(work))


async def interruptible(work: Coroutine[Any, Any, Result]) -> Result:
    """The work's result; Terminated where SIGTERM cancelled it. For the main thread, which has the signals."""
    if threading.current_thread() is not threading.main_thread():
        return await work
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, task.cancel, signal.SIGTERM)
    try:
        return await task
    except asyncio.CancelledError as cut:
        if signal.SIGTERM in cut.args:
            raise Terminated from None
        raise
    finally:
        loop.remove_signal_handler(signal.SIGTERM)

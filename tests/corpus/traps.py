"""Pages that do something to the process that cleans them."""

from __future__ import annotations

import os
import signal
import threading

from scraper.corpus.page import Done, Job, Rules, clean_page


def trapped(job: Job, rules: Rules) -> Done:
    """As clean_page, but for pages whose address ends in what they do."""
    what = (job.found.entry.uri("warc-target-uri") or "").rpartition("/")[2]
    if what == "hang":
        threading.Event().wait()
    if what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "bug":
        raise ZeroDivisionError
    return clean_page(job, rules)

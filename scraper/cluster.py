"""Tasks on more than one machine, by Dask distributed: the same functions, one task at a time on each of its threads.

It needs the extra `cluster` here and on every machine, and the files under the same names. Each worker cleans in
processes of its own, so that a page with which one hangs or dies costs that page and not the worker. Dask runs a task
again when its worker is gone; what is published twice is the same (see `engine`).
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import queue
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from msgspec import structs

from scraper.engine import TICK, Hands, Watch
from scraper.errors import ScrapeError, UsageError
from scraper.workers import Bounds, Processes

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")

DEATHS = 20
"""Workers that may die of a task before it is given up: machines that are taken away are no fault of it."""
START = 30
"""Seconds that a scheduler has to answer in."""

_LOCAL = re.compile(r"local:([1-9]\d{0,3})")
_ADDRESS = re.compile(r"(?:tcp|tls|ucx|ws|wss)://\S+")

Work = Callable[[Any], Any]


class Cluster:
    """Works off tasks on the workers of a scheduler; `address` is its own, or `local:N` for N workers here.

    A UsageError for an address that is none, or where Dask is not installed; a ScrapeError if nobody answers there.
    """

    def __init__(self, work: Work, bounds: Bounds, address: str) -> None:
        local = _LOCAL.fullmatch(address)
        if local is None and not _ADDRESS.fullmatch(address):
            raise UsageError(f"--cluster {address}: no scheduler such as tcp://host:8786, and not local:N")
        try:
            import distributed  # noqa: PLC0415 - of the extra `cluster`
            from dask import config  # noqa: PLC0415 - the same
        except ImportError as error:
            message = "--cluster needs Dask, which the extra `cluster` brings: pip install distributed"
            raise UsageError(message, reason="no-dask") from error
        self._work, self._bounds, self._distributed = pickle.dumps(work), bounds, distributed
        config.set({"distributed.scheduler.allowed-failures": DEATHS})
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what is lost is said by the tasks themselves
        os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "critical")  # and of the workers that are started here
        self._cluster = None
        try:
            if local is not None:
                count = int(local[1])
                self._cluster = distributed.LocalCluster(count, threads_per_worker=1, dashboard_address=None)
            self._client = distributed.Client(self._cluster or address, timeout=START, set_as_default=False)
        except (OSError, TimeoutError) as error:
            self._close_cluster()
            raise ScrapeError(
                f"--cluster {address}: no scheduler answers there: {error}", reason="no-cluster"
            ) from error

    def run(
        self, function: Callable[[Task, Hands], Outcome], tasks: Sequence[Task], watch: Watch
    ) -> Iterator[tuple[Task, Outcome]]:
        """Each task with its outcome, as they end; what one raises ends the run."""
        submit = self._client.submit
        far = [submit(_far, self._work, self._bounds, function, task, pure=False) for task in tasks]
        under_way = dict(zip(far, tasks, strict=True))
        ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for future in far:
            future.add_done_callback(ended.put)
        try:
            while under_way:
                watch.tick()
                try:
                    future = ended.get(timeout=TICK)
                except queue.Empty:
                    continue
                task = under_way.pop(future)
                outcome, steps = self._result(future)
                for step in steps:
                    watch.told(step)
                yield task, outcome
        finally:
            if under_way:
                self._client.cancel(list(under_way))

    def close(self) -> None:
        """Leave the scheduler; end the workers that were started here."""
        self._client.close()
        self._close_cluster()

    def _close_cluster(self) -> None:
        if self._cluster is not None:
            self._cluster.close()

    def _result(self, future: Any) -> Any:
        try:
            return future.result()
        except self._distributed.scheduler.KilledWorker as error:
            raise ScrapeError(f"{DEATHS} workers died of one task: {error}", reason="worker-died") from error
        except self._distributed.CancelledError as error:
            raise ScrapeError("the scheduler gave the tasks up; is it still there?", reason="no-cluster") from error


def _far(work: bytes, bounds: Bounds, function: Callable[[Any, Hands], Any], task: Any) -> tuple[Any, list[Any]]:
    """A task on a worker: its outcome, and the steps that it told of."""
    from distributed import get_worker  # noqa: PLC0415 - this runs where Dask is

    steps: list[Any] = []
    pool = _pool(work, structs.replace(bounds, count=get_worker().state.nthreads))
    return function(task, Hands(pool, steps.append)), steps


@lru_cache(maxsize=4)
def _pool(work: bytes, bounds: Bounds) -> Processes[Any, Any]:
    """The processes of this worker, which all its tasks share; they end with it."""
    # A worker under a nanny is a daemon in the eyes of multiprocessing, which lets daemons have no children, for fear
    # that these outlive them; ours end when the pipe to them does.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]  # there is no other way
    return Processes(pickle.loads(work), bounds)  # noqa: S301 - Dask's tasks come in the same way

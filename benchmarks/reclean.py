"""Reclean: pages a CPU second from a .warc.gz to shards of JSONL, beside trafilatura; two cores beside one; memory.

One WARC file is made of the set's pages of middle size, each under addresses of its own. `scrape reclean` runs as a
user runs it. trafilatura gets the same pages from the same reader, in one process, and its records are packed in the
same way. CPU is user and system time of a whole run with all its processes, from start to exit.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from statistics import fmean, median
from typing import Any, NamedTuple

from benchmarks.data import DataError, Page
from benchmarks.tables import table
from scraper.warc import form

SMALLEST, LARGEST = 60_000, 120_000
"""Bytes of the pages that are taken: 90 kB in the mean, as the goal has it."""
PEERS = ("trafilatura", "trafilatura (text only)")


Systems = dict[str, tuple[list[str], list[int] | None]]
"""Commands by name, with the cores that they may use."""


class Run(NamedTuple):
    """What a run took: CPU and wall-clock seconds, and MiB of the largest process."""

    cpu: float
    wall: float
    size: float


def report(pages: Sequence[Page], count: int, rounds: int) -> dict[str, Any]:
    """Measure speed against the peers, and two cores against one, and print both; returns the figures."""
    chosen = middle(pages)
    mean = fmean(map(len, chosen))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "pages.warc.gz", chosen, count)
        systems: Systems = {
            "scrape reclean": (ours(folder, 1), None),
            **{peer: (_peer(folder, peer), None) for peer in PEERS},
        }
        speed = _rounds(systems, rounds, folder)
        cores = sorted(os.sched_getaffinity(0))[:2]
        both: Systems = {
            "one core": (ours(folder, 1), cores[:1]),
            "two cores": (ours(folder, 2), cores),
        }
        walls = _rounds(both, rounds, folder) if len(cores) > 1 else {}
    print(
        f"\nreclean: {count} pages, {len(chosen)} different, {mean / 1e3:.0f} kB in the mean; {rounds} rounds, medians"
    )
    base = median(run.cpu for run in speed[PEERS[0]])
    rows = []
    for system, found in speed.items():
        cpu = median(run.cpu for run in found)
        rows.append((system, round(count / cpu, 1), round(1e3 * cpu / count, 2), base / cpu))
    print(table(("system", "pages/CPU s", "CPU ms/page", f"times {PEERS[0]}"), rows))
    gains = [
        one.wall / two.wall for one, two in zip(walls.get("one core", ()), walls.get("two cores", ()), strict=True)
    ]
    if gains:
        print(f"two cores: {median(gains):.2f} times one core by the clock (single rounds: {_each(gains)})")
    return {"pages": count, "bytes": mean, "speed": _figures(speed), "cores": _figures(walls), "gains": gains}


def growth(pages: Sequence[Page], counts: Sequence[int]) -> dict[str, Any]:
    """Measure runs over more and more pages with one worker, and the worker's memory; returns the figures."""
    chosen = middle(pages)
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = []
        for count in counts:
            write(folder / "pages.warc.gz", chosen, count)
            run = _run(ours(folder, 1), None, folder)
            rows.append((count, round(run.cpu, 1), round(1e3 * run.cpu / count, 2), round(run.size)))
            figures[str(count)] = run._asdict()
        print("\nreclean: cost of more pages, one worker; MiB of the largest process")
        print(table(("pages", "CPU s", "CPU ms/page", "MiB"), rows))
        command = [sys.executable, "-m", "benchmarks.recleaning", "memory", str(folder / "pages.warc.gz")]
        out = subprocess.run([*command, *map(str, counts)], stdout=subprocess.PIPE, cwd=_root(), check=True)  # noqa: S603 - our own arguments
    sizes = [float(size) for size in out.stdout.split()]
    print("MiB of a worker that is never replaced, after as many pages: " + _each(sizes))
    return {"runs": figures, "worker": dict(zip(map(str, counts), sizes, strict=True))}


def middle(pages: Sequence[Page]) -> list[bytes]:
    """The pages of middle size; all, where there are none."""
    every = [page.html() for page in pages]
    return [html for html in every if SMALLEST <= len(html) <= LARGEST] or every


def write(path: Path, pages: Sequence[bytes], count: int) -> None:
    """Make a WARC file of so many responses."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    with path.open("wb") as file:
        for number, html in enumerate(islice(cycle(pages), count)):
            fields = [
                ("WARC-Type", "response"),
                ("WARC-Record-ID", f"<{form.metadata_id(str(number))}>"),
                ("WARC-Target-URI", f"https://news.example/{number}"),
                ("WARC-Date", "2026-11-21T12:00:00Z"),
                ("Content-Type", "application/http;msgtype=response"),
            ]
            file.write(form.member(fields, head + html))


def ours(folder: Path, workers: int) -> list[str]:
    """The command, with an output of its own that is not there yet."""
    command = [sys.executable, "-m", "scraper", "reclean", str(folder / "pages.warc.gz"), "--output", "OUTPUT"]
    return [*command, "--workers", str(workers)]


def _peer(folder: Path, peer: str) -> list[str]:
    how = "text" if peer.endswith("(text only)") else "metadata"
    return [sys.executable, "-m", "benchmarks.recleaning", how, str(folder / "pages.warc.gz"), "OUTPUT"]


def _rounds(systems: Systems, rounds: int, folder: Path) -> dict[str, list[Run]]:
    """Every system once a round, in turn."""
    found: dict[str, list[Run]] = {name: [] for name in systems}
    for _ in range(rounds):
        for name, (command, cores) in systems.items():
            found[name].append(_run(command, cores, folder))
    return found


def _run(command: list[str], cores: list[int] | None, folder: Path) -> Run:
    """Raises DataError where it fails."""
    with tempfile.TemporaryDirectory(dir=folder) as output:
        named = [str(Path(output) / "out") if part == "OUTPUT" else part for part in command]
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        with _bound(cores):
            done = subprocess.run(named, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=_root(), check=False)  # noqa: S603 - our own arguments
        wall = time.monotonic() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise DataError(f"exit code {done.returncode} of {named[2]}: {done.stderr[-500:].decode(errors='replace')}")
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Run(cpu, wall, after.ru_maxrss / 1024)


@contextmanager
def _bound(cores: list[int] | None) -> Iterator[None]:
    """Only these cores for this process, and for the children that inherit them."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _figures(found: dict[str, list[Run]]) -> dict[str, Any]:
    return {name: [run._asdict() for run in runs] for name, runs in found.items()}


def _each(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)


def _root() -> Path:
    return Path(__file__).resolve().parents[1]

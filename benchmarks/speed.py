"""Speed: CPU time of the systems paired page by page, of texts a line, and of the commands from start to exit.

Wall-clock time on a busy machine says little, and so do figures of two runs. Therefore: one process, CPU time only
(`time.process_time`), every system on the same page one after the other, the order reversed from round to round, the
median of the rounds, and ratios of the systems on the same page.
"""

from __future__ import annotations

import importlib.util
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Any

import scraper
from benchmarks.data import DataError, Page, Text
from benchmarks.systems import BASE, PARSE, System, timed
from benchmarks.tables import grid, table
from benchmarks.texts import cpu_seconds

WITH_METADATA = "trafilatura --with-metadata < FILE"
"""The command that does what `scrape clean` does: text and metadata."""
Times = dict[str, list[float]]
"""CPU seconds a system: one for each page, in the order of the pages."""


def measure(pages: Sequence[Page], systems: Mapping[str, System], rounds: int) -> Times:
    """The median over the rounds, for every system on every page."""
    times: Times = {name: [] for name in systems}
    for page in pages:
        html = page.html()
        tries: Times = {name: [] for name in systems}
        for turn in range(rounds + 1):
            for name in sorted(systems, reverse=bool(turn % 2)):
                tries[name].append(timed(systems[name], html, page.url).seconds)
        for name, seconds in tries.items():
            times[name].append(median(seconds[1:]))  # the first round only warms up
    return times


def ratios(times: Sequence[float], base: Sequence[float]) -> list[float]:
    """Page by page, how many times the base's time; a page on which the base took none is left out."""
    return [mine / other for mine, other in zip(times, base, strict=True) if other]


def summary(times: Times) -> dict[str, dict[str, Any]]:
    """For every system the time a page, and the median and mean of its ratios to trafilatura and to a bare parse."""
    figures: dict[str, dict[str, Any]] = {}
    for name, mine in times.items():
        row: dict[str, Any] = {"ms median": round(1e3 * median(mine), 3), "ms mean": round(1e3 * fmean(mine), 3)}
        for base in (BASE, PARSE):
            found = ratios(mine, times[base]) if base in times else []
            row[f"x {base} median"] = median(found) if found else None
            row[f"x {base} mean"] = fmean(found) if found else None
        figures[name] = row
    return figures


def report_pages(name: str, pages: Sequence[Page], systems: Mapping[str, System], rounds: int) -> dict[str, Any]:
    """Measure, and print both tables; returns the figures."""
    figures = summary(measure(pages, systems, rounds))
    print(f"\n{name}: CPU time a page; {len(pages)} pages, {rounds} rounds; {BASE} with metadata, {PARSE} parses only")
    print(grid("system", list(next(iter(figures.values()))), figures))
    commands = start_to_exit(pages, rounds)
    base = commands.get(WITH_METADATA)
    rows = [(command, round(1e3 * cpu, 1), cpu / base if base else None) for command, cpu in commands.items()]
    print(f"\n{name}: CPU time from start to exit, one page\n{table(('command', 'ms', 'ratio'), rows)}")
    return {"pages": len(pages), "rounds": rounds, "systems": figures, "commands": commands}


def report_lines(texts: Sequence[Text], rounds: int) -> dict[str, Any]:
    """Print the CPU time of `clean_text` a line; returns the figures."""
    each = [median(cpu_seconds(text) for _ in range(rounds)) for text in texts]
    lines = [len(text.lines) for text in texts]
    whole = 1e6 * sum(each) / sum(lines)
    middle = median(1e6 * seconds / count for seconds, count in zip(each, lines, strict=True))
    print(f"\ntexts: CPU time of clean_text; {len(texts)} texts, {sum(lines)} lines, {rounds} rounds")
    print(f"{whole:.1f} us a line in all; median over texts {middle:.1f} us a line, {1e3 * median(each):.2f} ms a text")
    return {"texts": len(texts), "lines": sum(lines), "us/line": whole, "us/line median": middle}


# ---- commands


def start_to_exit(pages: Sequence[Page], rounds: int) -> dict[str, float]:
    """CPU seconds of whole processes and their children on the page of middle size, the commands in turn."""
    page = sorted((page.html() for page in pages), key=len)[len(pages) // 2]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_bytes(page)
        commands = {
            "python -c pass": ["pass"],
            "scrape clean FILE": [_console("scraper.cli", "entry"), "clean", str(path)],
        }
        if importlib.util.find_spec("trafilatura"):
            peer = _console("trafilatura.cli", "main")
            commands |= {"trafilatura < FILE": [peer], WITH_METADATA: [peer, "--with-metadata"]}
        tries: Times = {name: [] for name in commands}
        for _ in range(rounds + 1):
            for name, arguments in commands.items():
                tries[name].append(_cpu(arguments, path))
    return {name: median(seconds[1:]) for name, seconds in tries.items()}


def _console(module: str, function: str) -> str:
    """What an installed console script does."""
    return f"import sys; from {module} import {function}; sys.exit({function}())"


def _cpu(arguments: Sequence[str], page: Path) -> float:
    """User and system seconds of one process, the page on its standard input. Raises DataError where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with page.open("rb") as stdin:
        done = subprocess.run(  # noqa: S603 - arguments of our own
            [sys.executable, "-c", *arguments],
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=Path(scraper.__file__).parents[1],
            check=False,
        )
    if done.returncode:
        raise DataError(f"exit code {done.returncode} of python -c {' '.join(arguments)!r}: its time says nothing")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

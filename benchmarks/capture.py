"""Capture: pages fetched and archived a CPU second, beside `wget --warc-file` on the same server.

Both ask one loopback server, which is a process of its own and not counted, for the same pages, one after another over
connections that are kept, and write request and response records and nothing else: no cleaning, no index of texts. CPU
is user and system time of the whole client process, from start to exit; bytes are those of its WARC files.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.capturing import SHARES
from benchmarks.data import DataError, Page
from benchmarks.tables import table

WARC_ONLY = ("--no-warc-keep-log", "--delete-after", "--no-verbose", "--no-directories", "--output-document=/dev/null")


def report(pages: Sequence[Page], count: int, rounds: int) -> dict[str, Any]:
    """Measure both, in turn, and print pages a CPU second, bytes, their ratios, and where our own time goes."""
    wget = shutil.which("wget")
    runs: dict[str, list[tuple[float, int]]] = {"scrape": [], **({"wget --warc-file": []} if wget else {})}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, page in enumerate(pages):
            (folder / f"{number}.html").write_bytes(page.html())
        with _serving(folder) as port:
            urls = [f"http://127.0.0.1:{port}/{at % len(pages)}.html?{at}" for at in range(count)]
            (folder / "urls").write_text("".join(f"{url}\n" for url in urls), encoding="ascii")
            for turn in range(rounds):
                for system, found in runs.items():
                    found.append(_run(system, folder, folder / f"{system[:4]}{turn}"))
            shares = _shares(folder)
    figures = {name: _figures(found, count) for name, found in runs.items()}
    base = figures.get("wget --warc-file")
    print(f"\ncapture: {count} pages, {len(pages)} different, {rounds} rounds, the median")
    rows = [
        (
            name,
            round(row["pages/CPU s"]),
            round(row["bytes"]),
            row["pages/CPU s"] / base["pages/CPU s"] if base else None,
            row["bytes"] / base["bytes"] if base else None,
        )
        for name, row in figures.items()
    ]
    print(table(("system", "pages/CPU s", "bytes/page", "x wget", "x wget's bytes"), rows))
    print("scrape's own time: " + ", ".join(f"{name} {share:.0%}" for name, share in shares.items()))
    return {"pages": count, "rounds": rounds, "systems": figures, "shares": shares}


def _figures(found: Sequence[tuple[float, int]], count: int) -> dict[str, float]:
    return {
        "pages/CPU s": count / median(cpu for cpu, _ in found),
        "bytes": median(size for _, size in found) / count,
    }


@contextmanager
def _serving(folder: Path) -> Iterator[int]:
    """The server's port, while it runs."""
    command = [sys.executable, "-m", "benchmarks.capturing", "serve", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=_root()) as server:  # noqa: S603 - our own arguments
        try:
            yield int(server.stdout.readline() if server.stdout else b"")
        finally:
            server.kill()


def _run(system: str, folder: Path, output: Path) -> tuple[float, int]:
    """CPU seconds and bytes of WARC of one run. Raises DataError where it fails."""
    output.mkdir()
    command = [sys.executable, "-m", "benchmarks.capturing", "fetch", str(folder / "urls"), str(output)]
    if system != "scrape":
        command = ["wget", f"--input-file={folder / 'urls'}", f"--warc-file={output / 'out'}", *WARC_ONLY]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=_root(), check=False)  # noqa: S603 - our own arguments
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise DataError(f"exit code {done.returncode} of {command[0]}: {done.stderr[-500:].decode(errors='replace')}")
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return cpu, sum(path.stat().st_size for path in output.rglob("*.warc.gz"))


def _root() -> Path:
    return Path(__file__).resolve().parents[1]


def _shares(folder: Path) -> dict[str, float]:
    """The parts of a run in which the time of each part is taken."""
    output = folder / "shares"
    output.mkdir()
    command = [sys.executable, "-m", "benchmarks.capturing", "shares", str(folder / "urls"), str(output)]
    done = subprocess.run(command, stdout=subprocess.PIPE, cwd=_root(), check=True)  # noqa: S603 - our own arguments
    return dict(zip(SHARES, map(float, done.stdout.split()), strict=True))

"""What the daemon counts while it runs, written as Prometheus reads it (text exposition format 0.0.4).

A format of name, labels and number needs no library; a test reads it back. Labels are sources, verdicts and reasons,
which are few: never an address.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from scraper.types import Failure, Record

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds in seconds: a page takes 5 to 20 ms, and is given up after 30 s."""

Labels = Mapping[str, str]
Sample = tuple[str, Labels, float]
"""What follows the family's name ("", or "_bucket"), labels, and the number."""


class Family:
    """All samples of one name, with what it means and its type (counter, gauge, histogram)."""

    def __init__(self, name: str, kind: str, meaning: str, samples: Iterable[Sample]) -> None:
        self.name, self.kind, self.meaning = name, kind, meaning
        self.samples = list(samples)


def gauge(name: str, meaning: str, value: float | None) -> Family:
    """A family of one number; none where it is not known."""
    return Family(name, "gauge", meaning, [] if value is None else [("", {}, value)])


class Histogram:
    """How often a time fell into which bucket."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BUCKETS) + 1)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        """Take in one time."""
        self._counts[bisect_left(BUCKETS, seconds)] += 1
        self._sum += seconds

    def samples(self) -> Iterator[Sample]:
        """Cumulative buckets, sum and count."""
        total = 0
        for bound, count in zip((*map(str, BUCKETS), "+Inf"), self._counts, strict=True):
            total += count
            yield "_bucket", {"le": bound}, total
        yield "_sum", {}, self._sum
        yield "_count", {}, total


class Meter:
    """Counts of this process since its start."""

    def __init__(self) -> None:
        self.pages: Counter[tuple[str, str]] = Counter()
        self.failures: Counter[tuple[str, str]] = Counter()
        self.runs: Counter[tuple[str, str]] = Counter()
        self.answers: Counter[str] = Counter()
        self.bytes = 0
        self.in_cleaning = 0
        self.cleaning = Histogram()

    def told(self, source: str, result: Record | Failure) -> None:
        """A page by its verdict, or a failure by its reason."""
        if isinstance(result, Failure):
            self.failures[source, result.reason] += 1
        else:
            self.pages[source, result.verdict.value] += 1

    def answered(self, status: int, size: int) -> None:
        """One response off the network, and its bytes on the wire."""
        self.answers[f"{status // 100}xx"] += 1
        self.bytes += size

    def families(self) -> list[Family]:
        """Everything that was counted."""

        def by(label: str, counts: Counter[tuple[str, str]]) -> Iterator[Sample]:
            return (("", {"source": source, label: what}, count) for (source, what), count in sorted(counts.items()))

        answers = (("", {"class": name}, count) for name, count in sorted(self.answers.items()))
        return [
            Family("scrape_pages_total", "counter", "Pages archived, by verdict.", by("verdict", self.pages)),
            Family("scrape_failures_total", "counter", "Failures, by reason.", by("reason", self.failures)),
            Family("scrape_runs_total", "counter", "Runs, by how they ended.", by("end", self.runs)),
            Family("scrape_responses_total", "counter", "Responses, by class of status.", answers),
            Family("scrape_received_bytes_total", "counter", "Bytes of responses.", [("", {}, self.bytes)]),
            gauge("scrape_cleaning_pages", "Pages that are being cleaned or wait for it.", self.in_cleaning),
            Family("scrape_cleaning_seconds", "histogram", "Time until a page was cleaned.", self.cleaning.samples()),
        ]


def process() -> list[Family]:
    """This process's memory, processor time and open files, where the system says."""
    try:
        resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        files = len(os.listdir("/proc/self/fd"))
    except (OSError, ValueError, IndexError):
        return []
    times = os.times()
    spent: list[Sample] = [("", {}, times.user + times.system)]
    return [
        gauge("process_resident_memory_bytes", "Resident memory size in bytes.", resident),
        gauge("process_open_fds", "Number of open file descriptors.", files),
        Family("process_cpu_seconds_total", "counter", "User and system CPU time in seconds.", spent),
    ]


def exposition(families: Iterable[Family]) -> str:
    """The text that Prometheus scrapes."""
    lines: list[str] = []
    for family in families:
        lines += [f"# HELP {family.name} {family.meaning}", f"# TYPE {family.name} {family.kind}"]
        for end, labels, value in family.samples:
            inner = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
            number = str(int(value)) if value == int(value) else repr(float(value))
            lines.append(f"{family.name}{end}{{{inner}}} {number}" if inner else f"{family.name}{end} {number}")
    return "\n".join(lines) + "\n"


_SPECIAL = re.compile(r'[\\"\n]')


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: "\\n" if found[0] == "\n" else f"\\{found[0]}", text)

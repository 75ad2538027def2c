"""`scrape status`: what an archive holds, what failed, when its sources last ran, and whether a daemon runs."""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from scraper import heartbeat
from scraper.cli.reading import add_archive, opened, table
from scraper.cli.streams import Streams
from scraper.errors import ScrapeError
from scraper.index import NAME, Index, Run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "Say what the archive holds: its size, records by source and verdict, failures by source and reason, each "
        "source's last run, and whether a daemon serves it."
    )
    add_archive(parser)


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Print the status, as the index knows it at one moment."""
    with opened(args) as view, view.index.reading():
        rows = [("archive", str(view.root)), ("size", _size(view.root, view.index)), ("daemon", _daemon(view.root))]
        rows += _counted("records", view.index.counts()) or [("records", "none")]
        rows += _counted("failures", view.index.failures())
        rows += [("last run", f"{run.source}: {_run(run)}") for _, run in sorted(view.index.runs().items())]
    streams.write(table(rows))
    return 0


def _counted(name: str, counts: dict[tuple[str, str], int]) -> list[tuple[str, str]]:
    """A line for each source; its verdicts or reasons, the most frequent first."""
    by_source: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (source, what), count in counts.items():
        by_source[source][what] += count
    return [
        (name, f"{source}: " + ", ".join(f"{count:,} {what}" for what, count in by_source[source].most_common()))
        for source in sorted(by_source)
    ]


def _size(root: Path, index: Index) -> str:
    """What is acknowledged of the files, and the index as it lies on the disk."""
    files = index.files()
    warcs = [file.good_length for file in files if file.name.startswith("warc/")]
    articles = [file.good_length for file in files if file.name.startswith("articles/")]
    own = _on_disk(root / f"{NAME}{suffix}" for suffix in ("", "-wal"))
    parts = f"WARC {sum(warcs):,} in {len(warcs)}, JSONL {sum(articles):,} in {len(articles)}, index {own:,}"
    return f"{sum(warcs) + sum(articles) + own:,} bytes: {parts}"


def _on_disk(paths: Iterable[Path]) -> int:
    size = 0
    for path in paths:
        try:
            size += path.stat().st_size
        except FileNotFoundError:  # the write-ahead log is there only while somebody has the index open
            continue
    return size


def _daemon(root: Path) -> str:
    try:
        beat = heartbeat.read(root)
    except ScrapeError as error:
        return f"unknown: {error}"
    if beat is None:
        return "none"
    age = heartbeat.age(beat, datetime.now(UTC))
    state = "dead" if heartbeat.is_gone(beat) else "runs" if abs(age) <= heartbeat.LATE else "does not answer"
    since = f"{beat.started_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    heard = f"{state}: process {beat.pid}, since {since}, last heard of {age:.0f} s ago"
    return heard if beat.waiting is None else f"{heard}; it waits: {beat.waiting}"


def _run(run: Run) -> str:
    if run.ended_at is None or run.ended_at < run.started_at:
        return f"began {run.started_at}; under way, or cut off"
    return f"{run.started_at} to {run.ended_at}; {'nothing failed' if run.ok else 'something failed'}"

"""`scrape status`: what an archive holds, what failed, when its sources run, and whether a daemon serves it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from scraper import heartbeat
from scraper.archive import View, disk
from scraper.cli.reading import add_archive, opened, table, write_json
from scraper.cli.streams import Streams, one_line
from scraper.drift import Alarm, alarms
from scraper.errors import ScrapeError
from scraper.index import NAME, Plan, Run


class SourceStatus(Struct, frozen=True):
    """A source: its records by verdict and failures by reason since the index was made, its last run and its next.

    `state` is "never", "runs" (or was cut off), "well" or "failed" (in something); see index.Plan for the rest. `drift`
    is what of its articles is not as it was (see drift.Alarm).
    """

    records: dict[str, int]
    failures: dict[str, int]
    state: str
    started_at: str | None
    ended_at: str | None
    next_at: str | None
    late: float | None
    skipped: int
    missed: int
    reached_at: str | None
    drift: tuple[Alarm, ...]


class Status(Struct, frozen=True):
    """An archive: sizes in bytes by kind, free space for this user, acknowledged lines that wait for their file."""

    archive: str
    bytes: dict[str, int]
    files: dict[str, int]
    disk_free: int
    waiting_lines: int
    daemon: dict[str, Any]
    sources: dict[str, SourceStatus]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "Say what the archive holds: its size, records by source and verdict, failures by source and reason, each "
        "source's last run and its next, how late it came, what was skipped or missed, what of its articles is not as "
        "it was, and whether a daemon serves it."
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_archive(parser)


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Print the status, as the index knows it at one moment."""
    with opened(args) as view, view.index.reading():
        status = _status(view)
    if args.json:
        write_json(msgspec.json.encode(status) + b"\n", streams)
        return 0
    streams.write(table(_head(status)) + _sources(status.sources))
    return 0


# ---- gathered


def _status(view: View) -> Status:
    index, now = view.index, datetime.now(UTC)
    sizes, files = {"warc": 0, "articles": 0}, {"warc": 0, "articles": 0}
    for file in index.files():
        kind = file.name.partition("/")[0]
        sizes[kind] = sizes.get(kind, 0) + file.good_length
        files[kind] = files.get(kind, 0) + 1
    sizes["index"] = _on_disk(view.root / f"{NAME}{suffix}" for suffix in ("", "-wal"))
    return Status(
        archive=str(view.root),
        bytes=sizes,
        files=files,
        disk_free=disk.free(view.root),
        waiting_lines=index.waiting_lines(),
        daemon=_daemon(view.root, now),
        sources=_by_source(view, now),
    )


def _by_source(view: View, now: datetime) -> dict[str, SourceStatus]:
    counts, failures = view.index.counts(), view.index.failures()
    runs, plans = view.index.runs(), view.index.plans()
    names = {name for name, _ in (*counts, *failures)} | runs.keys() | plans.keys()
    found: dict[str, SourceStatus] = {}
    for name in sorted(names):
        last, plan = runs.get(name), plans.get(name) or Plan(name, None)
        found[name] = SourceStatus(
            records=_of(name, counts),
            failures=_of(name, failures),
            state=_state(last),
            started_at=last.started_at if last is not None else None,
            ended_at=last.ended_at if last is not None else None,
            next_at=plan.next_at,
            late=plan.late,
            skipped=plan.skipped,
            missed=plan.missed,
            reached_at=plan.reached_at,
            drift=tuple(alarms(view.index, name, now)),
        )
    return found


def _of(source: str, counts: dict[tuple[str, str], int]) -> dict[str, int]:
    """A source's counts, the most frequent first."""
    own = [(what, count) for (owner, what), count in counts.items() if owner == source]
    return dict(sorted(own, key=lambda one: (-one[1], one[0])))


def _state(run: Run | None) -> str:
    if run is None:
        return "never"
    if run.ended_at is None or run.ended_at < run.started_at:
        return "runs"
    return "well" if run.ok else "failed"


def _on_disk(paths: Iterable[Path]) -> int:
    size = 0
    for path in paths:
        try:
            size += path.stat().st_size
        except FileNotFoundError:  # the write-ahead log is there only while somebody has the index open
            continue
    return size


def _daemon(root: Path, now: datetime) -> dict[str, Any]:
    try:
        beat = heartbeat.read(root)
    except ScrapeError as error:
        return {"state": "unknown", "error": str(error)}
    if beat is None:
        return {"state": "none"}
    age = heartbeat.age(beat, now)
    state = "dead" if heartbeat.is_gone(beat) else "runs" if abs(age) <= heartbeat.LATE else "does not answer"
    since = f"{beat.started_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    known = {"state": state, "process": beat.pid, "started_at": since, "heard_of": round(age, 1)}
    return known | ({"waiting": beat.waiting} if beat.waiting is not None else {})


# ---- as a table


def _head(status: Status) -> list[tuple[str, str]]:
    size, files = status.bytes, status.files
    parts = f"WARC {size['warc']:,} in {files['warc']}, JSONL {size['articles']:,} in {files['articles']}"
    rows = [
        ("archive", status.archive),
        ("size", f"{sum(size.values()):,} bytes: {parts}, index {size['index']:,}"),
        ("disk", f"{status.disk_free:,} bytes free"),
        ("daemon", _daemon_line(status.daemon)),
    ]
    if status.waiting_lines:
        rows.append(("waiting", f"{status.waiting_lines:,} lines of JSONL for their file"))
    for name, source in status.sources.items():
        rows.append(("records", _counted(name, source.records)))
    rows += [] if any(source.records for source in status.sources.values()) else [("records", "none")]
    rows += [("failures", _counted(name, source.failures)) for name, source in status.sources.items()]
    return rows + [("drift", f"{one.source}: {one.says}") for source in status.sources.values() for one in source.drift]


def _counted(name: str, counts: dict[str, int]) -> str:
    return f"{name}: " + ", ".join(f"{count:,} {what}" for what, count in counts.items()) if counts else ""


def _daemon_line(daemon: dict[str, Any]) -> str:
    if "error" in daemon:
        return f"unknown: {daemon['error']}"
    if "process" not in daemon:
        return str(daemon["state"])
    line = f"{daemon['state']}: process {daemon['process']}, since {daemon['started_at']}, "
    line += f"last heard of {daemon['heard_of']:.0f} s ago"
    return f"{line}; it waits: {daemon['waiting']}" if "waiting" in daemon else line


COLUMNS = ("source", "last run", "took", "end", "next run", "late", "skipped", "missed")
ENDS = {"never": "", "runs": "under way, or cut off", "well": "nothing failed", "failed": "something failed"}


def _sources(sources: dict[str, SourceStatus]) -> str:
    """The runs of all sources, in columns."""
    rows = [COLUMNS, *(_row(name, source) for name, source in sources.items() if source.started_at or source.next_at)]
    if len(rows) == 1:
        return ""
    widths = [max(len(row[at]) for row in rows) for at in range(len(COLUMNS))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n" + "".join(f"{line}\n" for line in lines)


def _row(name: str, source: SourceStatus) -> tuple[str, ...]:
    took = "" if source.state in ("never", "runs") else _span(source.started_at, source.ended_at)
    cells = (
        *(name, _short(source.started_at), took, ENDS[source.state], _short(source.next_at)),
        *("" if source.late is None else _seconds(source.late), f"{source.skipped or ''}", f"{source.missed or ''}"),
    )
    return tuple(one_line(cell) for cell in cells)


def _short(stamp: str | None) -> str:
    return "" if stamp is None else f"{datetime.fromisoformat(stamp).astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"


def _span(start: str | None, end: str | None) -> str:
    if start is None or end is None:
        return ""
    return _seconds((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds())


def _seconds(seconds: float) -> str:
    """A time as a person says it: 30 s, 12 min, 5 h, 3 d."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if abs(seconds) >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"

"""What the daemon's port answers: its metrics, whether it is well, whether it takes work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from scraper import drift
from scraper.archive import disk
from scraper.daemon import Daemon
from scraper.errors import ScrapeError
from scraper.index import NAME, Plan
from scraper.meter import CONTENT_TYPE, Family, Meter, Sample, exposition, gauge, process
from scraper.monitor import Answer, Pages
from scraper.pipeline import Tools
from scraper.version import __version__

UNAVAILABLE = 503
DRIFTS_AGE = 300.0
DRIFTS_AT_ONCE = 10
"""Sources whose drift is looked at for one answer, at 3 to 9 ms each on the daemon's own loop."""


def pages(daemon: Daemon, tools: Tools, min_free: int, meter: Meter) -> Pages:
    """The three paths. That one is answered at all says that the loop is alive."""

    drifts = _Drifts(tools)

    def metrics() -> Answer:
        families = [*meter.families(), *process(), *_daemon(daemon)]
        try:
            families += [*_archive(tools), drifts.family()]
        except ScrapeError as error:  # a disk that fails must not hide the other numbers
            return Answer(exposition(families) + f"# {error}\n".replace("\n", " ") + "\n", content_type=CONTENT_TYPE)
        return Answer(exposition(families), content_type=CONTENT_TYPE)

    def healthy() -> Answer:
        try:
            disk.check_room(tools.archive.root, min_free)
        except ScrapeError as error:
            return Answer(f"{error}\n", UNAVAILABLE)
        if daemon.trouble is not None:
            return Answer(f"{daemon.trouble}\n", UNAVAILABLE)
        return Answer("ok\n")

    def ready() -> Answer:
        return Answer(f"{daemon.state}\n", 200 if daemon.state == "runs" else UNAVAILABLE)

    return {"/metrics": metrics, "/healthz": healthy, "/readyz": ready}


class _Drifts:
    """What of each source is not as it was, as of minutes ago: those looked at longest ago are looked at again."""

    def __init__(self, tools: Tools) -> None:
        self._index, self._clock = tools.archive.index, tools.clock
        self._known: dict[str, tuple[float, list[drift.Alarm]]] = {}

    def family(self) -> Family:
        """One sample for each alarm of a source."""
        now, names = self._clock(), self._index.measured_sources()
        self._known = {name: self._known.get(name, (0.0, [])) for name in names}
        for name in sorted(names, key=lambda name: self._known[name][0])[:DRIFTS_AT_ONCE]:
            if abs(now.timestamp() - self._known[name][0]) >= DRIFTS_AGE:
                self._known[name] = (now.timestamp(), drift.alarms(self._index, name, now))
        alarms = [alarm for name in names for alarm in self._known[name][1]]
        samples = (("", {"source": alarm.source, "what": alarm.what}, 1) for alarm in alarms)
        return Family("scrape_source_drift", "gauge", "What of a source's articles is not as it was.", samples)


def _daemon(daemon: Daemon) -> list[Family]:
    running, waiting = daemon.load
    states = (("", {"state": state}, float(state == daemon.state)) for state in ("runs", "waits", "stops"))
    return [
        Family("scrape_info", "gauge", "Version of the program.", [("", {"version": __version__}, 1)]),
        Family("scrape_state", "gauge", "What the daemon does, as one of its states.", states),
        gauge("scrape_runs_running", "Runs under way.", running),
        gauge("scrape_runs_queued", "Runs that are due and wait for others to end.", waiting),
    ]


def _archive(tools: Tools) -> list[Family]:
    """What the index and the disk say."""
    archive = tools.archive
    index = archive.index
    files, plans = index.files(), index.plans().values()

    def by_source(value: Callable[[Plan], float | None]) -> Iterator[Sample]:
        for plan in plans:
            if (found := value(plan)) is not None:
                yield "", {"source": plan.source}, found

    kinds = {kind: sum(f.good_length for f in files if f.name.startswith(f"{kind}/")) for kind in ("warc", "articles")}
    sizes: list[Sample] = [("", {"kind": kind}, size) for kind, size in kinds.items()]
    sizes.append(("", {"kind": "index"}, (archive.root / NAME).stat().st_size))
    reached = by_source(lambda plan: _seconds(plan.reached_at))
    return [
        Family("scrape_source_last_success_timestamp_seconds", "gauge", "When a source could last be read.", reached),
        Family(
            "scrape_source_next_run_timestamp_seconds",
            "gauge",
            "When a source runs next.",
            by_source(lambda plan: _seconds(plan.next_at)),
        ),
        Family("scrape_source_late_seconds", "gauge", "How late its last run was.", by_source(lambda plan: plan.late)),
        Family(
            "scrape_source_skipped_total",
            "counter",
            "Planned runs that found the one before still under way.",
            by_source(lambda plan: plan.skipped),
        ),
        Family(
            "scrape_source_missed_total",
            "counter",
            "Planned runs that another one caught up for.",
            by_source(lambda plan: plan.missed),
        ),
        Family("scrape_archive_bytes", "gauge", "Size of the archive.", sizes),
        gauge("scrape_waiting_lines", "Acknowledged lines of JSONL that wait to be written.", index.waiting_lines()),
        gauge("scrape_disk_free_bytes", "Free space for this user on the archive's disk.", disk.free(archive.root)),
    ]


def _seconds(stamp: str | None) -> float | None:
    return None if stamp is None else datetime.fromisoformat(stamp).timestamp()

"""A daemon follows twenty newspapers for a week: real sockets, a real archive, simulated time.

`SCRAPE_TEST_DAYS=30` follows them for a month, `SCRAPE_TEST_SEED` other ones.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct
from newspapers import DAY, HOUR, SILENCE, SOURCE_TYPES, Paper, Press, Story
from simulation import Kiosk, Time, Visit, Watched, Wire, simulate

from scraper import polite, records
from scraper.archive import Archive, View
from scraper.archive import Settings as ArchiveSettings
from scraper.clean.options import Options
from scraper.config import Config, NetworkConfig, ScheduleConfig, SourceConfig
from scraper.config.settings import RevisionsConfig
from scraper.daemon import Around, Daemon, Settings, jobs_of
from scraper.fetch import Settings as FetchSettings
from scraper.meter import Meter
from scraper.metering import metered
from scraper.pipeline import Tools
from scraper.types import Capture, Memory, Record
from scraper.verify import verify
from scraper.workers import Cleaned, clean_capture

DAYS = float(os.environ.get("SCRAPE_TEST_DAYS", "7"))
SEED = int(os.environ.get("SCRAPE_TEST_SEED", "1"))
START = datetime(2026, 10, 20, tzinfo=UTC)
"""Berlin puts its clocks back on the 25th, New York on the 1st of November."""
DOWN = (2 * DAY + 3 * HOUR, 2 * DAY + 12 * HOUR)
"""Seconds from the start at which the daemon is stopped, and started again."""
DELAY = 2.0
REVISIONS = RevisionsConfig().after
MISSED = 0.02
"""Corrections that may be taken for a widget: a last sentence of which the judge is unsure."""
ROOM = 300e6
"""Bytes of memory that a month's archive may take."""
SETTLED = 14 * HOUR
"""A story that appeared this long before the end, and was to be had as long, must be in the archive: the rarest source
is asked every six hours, and may be in trouble or the daemon down at one of these times."""


class Alarm:
    """Wakes the daemon by the loop's own time, which is simulated. (APScheduler looks at the machine's clock.)"""

    def __init__(self) -> None:
        self._look: Callable[[], None] = lambda: None
        self._next: asyncio.TimerHandle | None = None

    def start(self, look: Callable[[], None]) -> None:
        self._look = look
        self.within(0)

    def within(self, seconds: float) -> None:
        self.stop()
        self._next = asyncio.get_running_loop().call_later(max(seconds, 0.0), self._look)

    def stop(self) -> None:
        if self._next is not None:
            self._next.cancel()


class Here:
    """Cleans in this process, so that what is measured is all there is."""

    async def clean(self, capture: Capture, memory: Memory | None = None) -> Cleaned:
        return clean_capture(capture, Options(), memory)


class Sample(Struct):
    """What the process held at a time."""

    resident: int
    files: int


def sample() -> Sample:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return Sample(pages * os.sysconf("SC_PAGE_SIZE"), len(os.listdir("/proc/self/fd")))


def config_of(press: Press, root: Path) -> Config:
    """A source a paper: by interval, or by crontab in a zone whose clocks change."""
    whens: tuple[dict[str, object], ...] = (
        {"every": 2 * HOUR},
        {"every": 3 * HOUR},
        {"cron": "30 2,8,14,20 * * *", "timezone": "Europe/Berlin"},
        {"every": 4 * HOUR},
        {"cron": "0 */3 * * *", "timezone": "America/New_York"},
    )
    sources = tuple(
        SourceConfig(
            name=paper.name,
            type=SOURCE_TYPES.get(paper.kind, "listing"),  # type: ignore[arg-type]  # one of the literals
            url=press.base(paper) + paper.entry,
            **whens[paper.number % len(whens)],  # type: ignore[arg-type]  # by keyword
        )
        for paper in press.papers
    )
    return Config(
        network=NetworkConfig(contact="https://robot.example/", delay=DELAY),
        schedule=ScheduleConfig(jitter=60.0),
        sources=sources,
    )


class Town:
    """The papers, their server, and a daemon that follows them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.press = Press(seed=SEED, start=START, days=DAYS)
        self.time, self.wire = Time(START), Wire()
        self.kiosk = Kiosk(self.press, self.time, self.wire)
        self.meter = Meter()
        self.samples: list[Sample] = []

    def follow(self) -> None:
        simulate(self._follow, self.time, self.wire)

    async def _follow(self) -> None:
        async with self.kiosk.open():
            for until in (*DOWN[:1], self.press.end - self.press.start):
                if self.time.now > self.press.start:
                    await asyncio.sleep(self.press.start + DOWN[1] - self.time.now)
                async with self._tools() as tools:
                    jobs = jobs_of(config_of(self.press, self.root))
                    settings = Settings(drain=600.0, beat=DAY)
                    daemon = Daemon(jobs, metered(tools, self.meter, self.time), settings, Around(Alarm(), self.meter))
                    serving = asyncio.create_task(daemon.serve())
                    while self.time.now < self.press.start + until:
                        await asyncio.sleep(min(6 * HOUR, self.press.start + until - self.time.now))
                        assert not serving.done()
                        self.samples.append(sample())
                    daemon.stop()
                    await serving

    @asynccontextmanager
    async def _tools(self) -> AsyncIterator[Tools]:
        async def loopback(host: str, port: int) -> list[str]:
            return ["127.0.0.1"]

        spread = random.Random(SEED).random
        manners = polite.Polite(polite.Settings(delay=DELAY), self.time, asyncio.sleep, spread)
        asking = FetchSettings(allow_addresses=("127.0.0.0/8",), retries=2)
        fetcher = Watched(asking, manners, self.time, loopback)
        fetcher.wire = self.wire
        async with fetcher:
            with Archive(self.root, ArchiveSettings(min_free=0, clock=self.time.utc)) as archive:
                yield Tools(archive, Here(), fetcher, self.time.utc)

    # ---- what came of it

    def lines(self) -> list[Record]:
        """The records in the JSONL files."""
        found = [line for path in sorted(self.root.glob("articles/*/*/*.jsonl")) for line in records.scan(path)]
        return [line.record for line in found if isinstance(line, records.Line)]

    def story(self, record: Record) -> tuple[Paper, Story]:
        """Whose story a record is."""
        assert record.url is not None
        host, _, path = record.url.removeprefix("http://").partition("/")
        paper = next(paper for paper in self.press.papers if paper.host == host.partition(":")[0])
        return paper, next(story for story in paper.stories if story.path == "/" + path.partition("?")[0])

    def of(self, host: str) -> list[Visit]:
        """The visits of a host, in their order."""
        return [visit for visit in self.kiosk.visits if visit.host == host]


def every_story_that_could_be_had_is_archived_once(town: Town) -> None:
    lines = town.lines()
    versions = Counter(
        (paper.number, story.number, line.version) for line in lines for paper, story in [town.story(line)]
    )
    assert max(versions.values()) == 1
    met = Counter((paper.number, story.number) for paper, story in map(town.story, lines))
    end = town.press.end
    must, may = set(), set()
    for paper in town.press.papers:
        if paper.keeps_robots_out:
            continue
        # What its first answer still named: it came out before there was a daemon.
        shown = {story.number for story in paper.told(town.press.start)}
        forbidden = ("403", "private") if paper.has_robots else ("403",)
        for story in paper.stories:
            if story.fate in forbidden or (story.appears < town.press.start and story.number not in shown):
                continue
            may.add((paper.number, story.number))
            asked_from = max(story.appears, town.press.start, paper.robots_down_until)
            is_there_for = (end if story.fate not in ("404", "410") else story.ends) - asked_from
            if is_there_for > SETTLED and story.appears < end - SETTLED:
                must.add((paper.number, story.number))
    assert must - met.keys() == set()
    assert met.keys() - may == set()
    assert len(must) > 20 * DAYS


def the_text_is_the_story_as_it_stood_when_it_was_fetched(town: Town) -> None:
    for record in town.lines():
        paper, story = town.story(record)
        assert record.fetched_at is not None
        at = datetime.fromisoformat(record.fetched_at).timestamp()
        lost = [text for text in story.text(at) if text not in record.text]
        assert lost == [], (paper.name, record.url)
        assert record.title == story.title
        assert record.language == story.language


def every_correction_is_a_version_and_nothing_else_is(town: Town) -> None:
    """Found by the next look at the latest; teasers and widgets change all the time and are no version."""
    end, due, missed = town.press.end, 0, list[tuple[int, str]]()
    stories: dict[tuple[int, int], list[tuple[float, Record]]] = {}
    for record in town.lines():
        paper, story = town.story(record)
        assert record.fetched_at is not None
        at = datetime.fromisoformat(record.fetched_at).timestamp()
        stories.setdefault((paper.number, story.number), []).append((at, record))
    for (number, at_paper), records_ in stories.items():
        story = town.press.papers[number].stories[at_paper]
        versions = sorted(records_, key=lambda one: one[0])
        assert [record.version for _, record in versions] == list(range(1, len(versions) + 1))
        for (earlier, _), (later, _) in pairwise(versions):
            assert story.text(earlier) != story.text(later) or story.fate == "elsewhere"  # in another theme
        for at, sentence in story.corrected:
            looks = [versions[0][0] + age for age in REVISIONS if versions[0][0] + age > at]
            until = story.ends if story.fate in ("404", "410") else end
            if any(look < until - SETTLED for look in looks) and versions[0][0] < at:
                due += 1
                missed += [] if any(sentence in record.text for _, record in versions) else [(number, story.path)]
    assert due > 3 * DAYS
    assert len(missed) <= due * MISSED, missed


def looks_are_made_when_they_are_due_and_not_when_the_source_runs(town: Town) -> None:
    """Its hour has come for a young article long before most sources run again, which is every two to six hours."""
    visits: dict[tuple[str, str], list[float]] = {}
    for visit in town.kiosk.visits:
        if visit.status in (200, 304):
            visits.setdefault((visit.host, visit.path.partition("?")[0]), []).append(visit.at)
    first = {(paper.host, story.path) for paper in town.press.papers for story in paper.stories}
    ages = [at[1] - at[0] for page, at in visits.items() if page in first and len(at) > 1]
    assert min(ages) > REVISIONS[0] - 1
    assert sum(age < REVISIONS[0] + HOUR / 4 for age in ages) > 0.8 * len(ages) > 10 * DAYS


def no_host_is_asked_faster_than_it_wants(town: Town) -> None:
    for paper in town.press.papers:
        delay = max(DELAY, paper.crawl_delay)
        gaps = [later.at - earlier.at for earlier, later in pairwise(town.of(paper.host))]
        assert min(gaps, default=delay) >= delay - 0.001, paper.host


def a_host_that_asks_for_peace_has_it(town: Town) -> None:
    asked = 0
    for paper in town.press.papers:
        for earlier, later in pairwise(town.of(paper.host)):
            if earlier.retry_after is not None and earlier.status in (429, 503):
                asked += 1
                assert (
                    later.at >= earlier.at + earlier.retry_after or later.at > town.press.start + DOWN[1] > earlier.at
                )
    assert asked > DAYS / 2


def robots_txt_is_kept(town: Town) -> None:
    named = 0
    for paper in town.press.papers:
        private = [story for story in paper.told(town.press.end) if story.fate == "private"]
        named += len(private)
        paths = [visit.path for visit in town.of(paper.host) if visit.path != "/robots.txt"]
        if paper.has_robots:
            assert [path for path in paths if path.startswith("/private/")] == []
        if paper.keeps_robots_out:
            assert paths == []
        if paper.robots_down_until:
            early = [visit for visit in town.of(paper.host) if visit.at < paper.robots_down_until]
            assert {visit.path for visit in early} == {"/robots.txt"}
            assert len(paths) > 0
    assert named > 0


def the_papers_were_met_in_all_their_moods(town: Town) -> None:
    """What the other tests prove is worth as much as what the town was like."""
    statuses = Counter(visit.status for visit in town.kiosk.visits)
    assert {200, 301, 302, 304, 403, 404, 410, 429, 500, 503, SILENCE} <= statuses.keys()
    assert statuses[304] > statuses[200] / 4


def a_crontab_s_hours_are_kept_when_the_clocks_change(town: Town) -> None:
    """Berlin's 02:30 comes twice on the 25th of October, and its sources run once."""
    berlin = ZoneInfo("Europe/Berlin")
    whole = 0
    for paper in town.press.papers:
        if paper.number % 5 != 2:
            continue
        runs = Counter(
            f"{datetime.fromtimestamp(visit.at, berlin):%m-%d %H}"
            for visit in town.of(paper.host)
            if visit.path == paper.entry and visit.at > town.press.start + 3 * DAY and visit.status in (200, 304)
        )
        assert max(runs.values()) == 1
        assert {run[-2:] for run in runs} <= {"02", "08", "14", "20"}
        whole += [run[-2:] for run in sorted(runs) if run.startswith("10-25")] == ["02", "08", "14", "20"]
    assert whole > 0


def the_archive_is_sound(town: Town) -> None:
    report = verify(town.root)
    assert report.problems == ()
    with View(town.root) as view:
        runs, plans = view.index.runs(), view.index.plans()
    assert len(plans) == len(town.press.papers)
    assert all(run.ended_at is not None and run.ended_at >= run.started_at for run in runs.values())
    assert sum(plan.missed for plan in plans.values()) > 20  # the hours in which there was no daemon
    reached = {name for name, plan in plans.items() if plan.reached_at is not None}
    assert reached == {paper.name for paper in town.press.papers if not paper.keeps_robots_out}


def memory_and_open_files_stay_as_they_are(town: Town) -> None:
    """From the second day on, when everything is loaded and every paper was met."""
    early, late = town.samples[4], town.samples[-2]
    assert abs(late.files - early.files) <= len(town.press.papers)  # a connection may be open to each
    assert late.resident - early.resident < 25e6


CHECKS = (
    every_story_that_could_be_had_is_archived_once,
    the_text_is_the_story_as_it_stood_when_it_was_fetched,
    every_correction_is_a_version_and_nothing_else_is,
    looks_are_made_when_they_are_due_and_not_when_the_source_runs,
    no_host_is_asked_faster_than_it_wants,
    a_host_that_asks_for_peace_has_it,
    robots_txt_is_kept,
    the_papers_were_met_in_all_their_moods,
    a_crontab_s_hours_are_kept_when_the_clocks_change,
    the_archive_is_sound,
    memory_and_open_files_stay_as_they_are,
)


def test_a_daemon_follows_twenty_newspapers(tmp_path: Path) -> None:
    """All checks in one test: its processor time is that of one simulation, in whichever process tests run."""
    # In memory where there is room: ten thousand commits that wait for a real disk take minutes.
    memory = Path("/dev/shm")  # noqa: S108 - a directory of our own is made in it
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    with tempfile.TemporaryDirectory(dir=memory if roomy else tmp_path) as folder:
        town = Town(Path(folder))
        town.follow()
        for check in CHECKS:
            check(town)

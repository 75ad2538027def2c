"""What the daemon counts, read back as Prometheus reads it."""

from __future__ import annotations

import asyncio
import re

from captures import capture
from msgspec import structs

from scraper.errors import ScrapeError
from scraper.fetch import Validators
from scraper.meter import BUCKETS, Family, Meter, exposition, process
from scraper.metering import metered
from scraper.pipeline import Tools
from scraper.types import Capture, Failure, Link

_SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? ([0-9.e+-]+)')


def read(text: str) -> dict[str, float]:
    """The samples by name and labels; every line must be one, or a comment, and every family must say what it is."""
    found: dict[str, float] = {}
    known: set[str] = set()
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            known.add(line.split()[2])
        elif not line.startswith("# HELP "):
            match = _SAMPLE.fullmatch(line)
            assert match is not None, line
            name = f"{match[1]}{{{match[2]}}}" if match[2] else match[1]
            assert re.sub("_(bucket|sum|count)$", "", match[1]) in known or match[1] in known
            assert name not in found
            found[name] = float(match[3])
    assert text.endswith("\n")
    return found


def test_counts_by_source_and_reason() -> None:
    meter = Meter()
    for reason in ("http-404", "http-404", "robots"):
        meter.told("paper", Failure("https://a.example/", reason, "no"))
    meter.answered(200, 100)
    meter.answered(503, 20)
    found = read(exposition(meter.families()))
    assert found['scrape_failures_total{source="paper",reason="http-404"}'] == 2
    assert found['scrape_failures_total{source="paper",reason="robots"}'] == 1
    assert found['scrape_responses_total{class="5xx"}'] == 1
    assert found["scrape_received_bytes_total"] == 120


def test_a_histogram_is_cumulative() -> None:
    meter = Meter()
    for seconds in (0.001, BUCKETS[0], 0.02, 99.0):
        meter.cleaning.observe(seconds)
    found = read(exposition(meter.families()))
    by_bound = {key: value for key, value in found.items() if key.startswith("scrape_cleaning_seconds_bucket")}
    assert list(by_bound.values()) == [2, 2, *[3] * (len(BUCKETS) - 2), 4]
    assert found["scrape_cleaning_seconds_count"] == 4
    assert found["scrape_cleaning_seconds_sum"] == 99.026


def test_a_label_cannot_end_its_line() -> None:
    hostile = Family("x", "gauge", "Any.", [("", {"source": 'a"} 1\nb\\'}, 0.5)])
    assert exposition([hostile]).splitlines()[-1] == 'x{source="a\\"} 1\\nb\\\\"} 0.5'


def test_the_process_says_how_much_it_holds() -> None:
    found = read(exposition(process()))
    assert found["process_resident_memory_bytes"] > 10e6
    assert found["process_open_fds"] >= 3


class Pages:
    """A fetcher and a cleaner that give what they have, or fail."""

    async def fetch(self, link: Link, validators: Validators | None = None) -> Capture:
        if link.url.endswith("broken"):
            error = ScrapeError("broken", reason="closed-early")
            vars(error)["exchanges"] = capture(1).exchanges
            raise error
        return capture(0)

    async def clean(self, page: Capture, memory: object = None) -> object:
        raise ScrapeError("no", reason="internal-error")


def test_tools_are_counted_where_they_fail_too() -> None:
    meter, pages = Meter(), Pages()
    seconds = iter([1.0, 1.5])
    tools = metered(Tools(None, pages, pages, None), meter, lambda: next(seconds))  # type: ignore[arg-type]  # in part

    async def use() -> None:
        assert tools.fetcher is not None
        await tools.fetcher.fetch(Link("https://a.example/", "paper"))
        for failing in (
            tools.fetcher.fetch(Link("https://a.example/broken", "paper")),
            tools.workers.clean(capture(0)),
        ):
            try:
                await failing
            except ScrapeError:
                continue
            raise AssertionError("it did not fail")

    asyncio.run(use())
    assert meter.answers.total() == len(capture(0).exchanges) + len(capture(1).exchanges)
    assert meter.bytes == sum(len(hop.response) for page in (0, 1) for hop in capture(page).exchanges)
    found = read(exposition(meter.families()))
    assert (found["scrape_cleaning_seconds_count"], found["scrape_cleaning_seconds_sum"]) == (1, 0.5)
    assert found["scrape_cleaning_pages"] == 0
    assert structs.replace(tools, archive=None).fetcher is tools.fetcher  # type: ignore[arg-type]  # in part

"""Budgets of a host: what is beyond them waits, is said, and comes the next day; and hosts take turns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest
from bench import Bench, page
from msgspec import structs
from servers import Server, response
from sites import XML, index_of, rss, source, urlset

from scraper.archive import rebuild
from scraper.errors import LimitError
from scraper.pipeline import Source, SourceKind, Tools, by_turns, fetch, together
from scraper.pipeline.budget import Budget, Limits
from scraper.types import Link

DAY = 86_400.0


class Frugal(Bench):
    """A bench whose tools have limits."""

    limits = Limits()

    @asynccontextmanager
    async def tools(self, *, network: bool = True) -> AsyncIterator[Tools]:
        async with super().tools(network=network) as tools:
            yield structs.replace(tools, budget=Budget(self.limits))


@pytest.fixture
def frugal(bench: Bench) -> Frugal:
    return Frugal(bench.root)


@contextmanager
def paper(*topics: str) -> Iterator[Server]:
    routes = {f"/{topic}": page(topic) for topic in topics}
    with Server({**routes, "/feed": response(rss(*routes), "200 OK", XML, 'ETag: "1"')}) as server:
        yield server


def test_pages_of_a_run(frugal: Frugal) -> None:
    frugal.limits = Limits(pages_per_run=3)
    with paper("bridge", "port", "mill") as server:
        assert (
            str(frugal.run(source(server)).tally) == "2 archived, 0 known, 1 left (budget-run)"
        )  # the feed counts too
        assert len(server.paths()) == 3
        assert str(frugal.run(source(server)).tally) == "1 archived, 2 known"
        # What was left could be found again: the feed was not asked only whether it changed.
        assert [asked.header("if-none-match") for asked in server.asked if asked.path == "/feed"] == [None, None]


def test_pages_of_a_day_are_counted_over_runs_and_sources_and_begin_anew_at_midnight(frugal: Frugal) -> None:
    frugal.limits = Limits(pages_per_day=4)
    frugal.crew.clock.now -= frugal.crew.clock.now % DAY - 1000
    with paper("bridge", "port", "mill") as server:
        assert str(frugal.run(source(server)).tally) == "3 archived, 0 known"
        assert str(frugal.run(source(server, name="radio")).tally) == "0 archived, 0 known, 1 left (budget-day)"
        assert len(server.paths()) == 4
        frugal.crew.clock.now += DAY - 2000
        assert str(frugal.run(source(server, name="radio")).tally) == "0 archived, 0 known, 1 left (budget-day)"
        frugal.crew.clock.now += 1001
        assert str(frugal.run(source(server, name="radio")).tally) == "3 archived, 0 known"
    with frugal.view() as view:
        assert view.index._read("SELECT COUNT(*) FROM spent") == [(1,)]  # earlier days are not kept
        assert not any(view.index.failures())
    rebuild(frugal.root)


def test_bytes_of_a_day(frugal: Frugal) -> None:
    with paper("bridge", "port", "mill") as server:
        frugal.limits = Limits(bytes_per_day=len(server.routes["/feed"]) + 1)  # type: ignore[arg-type]  # bytes, here
        ran = frugal.run(source(server))
        assert (ran.tally.left["budget-bytes"], ran.tally.articles) == (2, 1)
        assert str(frugal.run(source(server)).tally) == "0 archived, 0 known, 1 left (budget-bytes)"


def test_each_host_has_its_own_and_the_hops_of_a_redirect_count(frugal: Frugal) -> None:
    frugal.limits = Limits(pages_per_run=2)
    with Server({f"/{topic}": page(topic) for topic in ("bridge", "port", "mill")}) as server:
        to = server.url("/bridge", "b.example")
        server.routes["/moved"] = response(b"", "302 Found", f"Location: {to}")
        listed = (
            *(server.url("/moved", "a.example"), server.url("/port", "a.example"), server.url("/mill", "a.example")),
            *(server.url("/port", "b.example"), server.url("/mill", "b.example")),
        )
        tools = frugal.run(Source("paper", SourceKind.PAGES, "", pages=listed))
        assert tools.tally.left["budget-run"] == len(listed) - tools.tally.verdicts.total() > 0
        asked = [
            (asked.header("host") or "").partition(":")[0] for asked in server.asked if asked.path != "/robots.txt"
        ]
        assert asked.count("a.example") == 2
        assert asked.count("b.example") in (2, 3)  # a redirect is followed to its end


def test_a_sitemap_that_is_left_does_not_lose_what_was_found_before(frugal: Frugal) -> None:
    frugal.limits = Limits(pages_per_run=2)
    with Server({"/bridge": page("bridge")}) as server:
        there = server.url("/bridge", "other.example")
        server.routes["/map"] = response(index_of(server.url("/a"), server.url("/b")), "200 OK", XML)
        server.routes["/a"] = response(urlset(there), "200 OK", XML)
        assert str(frugal.run(source(server, "/map", "sitemap")).tally) == "1 archived, 0 known"
        assert server.paths() == ["/map", "/a", "/bridge"]


def test_a_page_that_fails_counts(frugal: Frugal) -> None:
    frugal.limits = Limits(pages_per_day=2)

    async def thrice(tools: Tools) -> list[str]:
        reasons = []
        for _ in range(3):
            try:
                await fetch(Link(server.url("/none"), "s"), tools)
            except LimitError as error:
                reasons.append(error.reason)
        return reasons

    with Server({"/none": response(b"", "404 Not Found")}) as server:
        assert frugal.do(thrice) == ["budget-day"]


def test_without_limits_nothing_is_counted(bench: Bench) -> None:
    with paper("bridge") as server:
        bench.run(source(server))
    with bench.view() as view:
        assert view.index._read("SELECT * FROM spent") == []


# ---- turns


def test_hosts_take_turns_and_keep_their_order() -> None:
    links = [
        Link(f"https://{host}.example/{number}", "s") for host in "abc" for number in range(3 if host == "a" else 1)
    ]
    assert [link.url[8] + link.url[-1] for link in by_turns(links)] == ["a0", "b0", "c0", "a1", "a2"]
    assert by_turns([]) == []


@pytest.mark.parametrize("at_once", [1, 3])
def test_no_more_are_under_way_than_may_be(at_once: int) -> None:
    now: list[int] = []
    most = 0

    async def work(item: int) -> int:
        nonlocal most
        now.append(item)
        most = max(most, len(now))
        await asyncio.sleep(0)
        now.remove(item)
        return item

    async def main() -> list[int]:
        return [item async for item in together(work, range(7), at_once)]

    assert sorted(asyncio.run(main())) == list(range(7))
    assert most == at_once

"""tdmrep.json: which rule is a page's, when the file is asked for, and that what it says is kept with the page."""

from __future__ import annotations

import asyncio
import json

import pytest
from crew import ARTICLE, DAY, Host, run
from hypothesis import given
from hypothesis import strategies as st
from servers import FakeClock, Server, response

from scraper import polite, tdmrep
from scraper.errors import ScrapeError
from scraper.fetch import Fetcher, Settings
from scraper.tdmrep import MAX_RULES, Rule, fitting, read
from scraper.types import Capture, Link, Reserved

POLICY = "https://news.example/policies/1"


def rule(location: object, reservation: object = 1, **more: object) -> dict[str, object]:
    return {"location": location, "tdm-reservation": reservation, **more}


# ---- what it says


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (rule("/"), Rule("/", "1")),
        (rule("/a", 0), Rule("/a", "0")),
        (rule("/a", "1"), Rule("/a", "1")),
        (rule("*.pdf$", 1, **{"tdm-policy": POLICY}), Rule("*.pdf$", "1", POLICY)),
        (rule("/caf\u00e9"), Rule("/caf%C3%A9", "1")),
        (rule("/", 1, **{"tdm-policy": ["no", "address"]}), Rule("/", "1")),
        (rule("/", True), None),
        (rule("/", 2), None),
        (rule("/", None), None),
        (rule("news/"), None),
        (rule(["/"]), None),
        (rule("/" + "a" * 1000), None),
        ("/", None),
    ],
)
def test_a_rule_is_kept_as_it_stands_and_what_is_none_is_passed_over(given: object, kept: Rule | None) -> None:
    body = json.dumps([given, rule("/last")]).encode()
    assert read(body) == (*([kept] if kept else []), Rule("/last", "1"))
    assert read(b"\xef\xbb\xbf" + body) == read(body)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"<!DOCTYPE html>", b"[" * 100_000, b"[1e999999, " + b"9" * 9999 + b"]", b"\xff"]
)
def test_what_is_no_list_has_no_rules(body: bytes) -> None:
    assert read(body) == ()


@given(st.binary())
def test_whatever_it_holds_it_is_read(body: bytes) -> None:
    assert read(body) == ()


def test_no_more_rules_are_kept_than_can_be_matched() -> None:
    assert len(read(json.dumps([rule("/*a*b*c")] * (MAX_RULES + 1)).encode())) == MAX_RULES


@pytest.mark.parametrize(
    ("path", "said"), [("/news/a", "0"), ("/news/", "0"), ("/a.pdf", "1"), ("/a.pdf?b", None), ("/new", None)]
)
def test_the_first_rule_that_fits_is_the_page_s(path: str, said: str | None) -> None:
    rules = read(json.dumps([rule("/news/", 0), rule("/news/*"), rule("/*.pdf$")]).encode())
    found = fitting(rules, path)
    assert (found and found.reservation) == said


# ---- when it is asked for


class Files:
    """A stand-in for the fetcher's side: two files, and which were asked for."""

    def __init__(self, robots: str, reserved: bytes | int | ScrapeError) -> None:
        self.robots, self.reserved = robots, reserved
        self.asked: list[str] = []

    async def ask(self, url: str) -> Capture:
        self.asked.append(url.removeprefix("https://example.org"))
        await asyncio.sleep(0)
        body, status = self.robots.encode(), 200
        if url.endswith(tdmrep.PATH):
            if isinstance(self.reserved, ScrapeError):
                raise self.reserved
            body, status = (b"", self.reserved) if isinstance(self.reserved, int) else (self.reserved, 200)
        return Capture(Link(url, "test"), url, "2026-11-21T12:00:00Z", (), status, (), body)


ALL = json.dumps([rule("/", 1, **{"tdm-policy": POLICY})]).encode()
BOTH = ["/robots.txt", tdmrep.PATH]


def test_a_site_is_asked_once_a_day() -> None:
    async def check() -> None:
        host, files = Host(tdmrep=True), Files("", ALL)
        for _ in range(2):
            found = await asyncio.gather(*(host.polite.permit(f"{ARTICLE}{n}", files.ask) for n in range(9)))
            address = f"https://example.org{tdmrep.PATH}"
            kept = Reserved(address, "2026-11-21T12:00:00Z", "/", "1", POLICY)
            assert {said.reserved for said in found} == {kept}
        assert files.asked == BOTH
        host.clock.now += DAY + 1
        await host.polite.permit(ARTICLE, files.ask)
        assert files.asked == BOTH * 2

    run(check())


@pytest.mark.parametrize(
    ("answer", "again_after"),
    [(404, DAY), (403, DAY), (b"<html>", DAY), (500, 600), (429, 600), (ScrapeError("x", reason="timeout"), 600)],
)
def test_without_the_file_pages_are_fetched_all_the_same(answer: bytes | int | ScrapeError, again_after: float) -> None:
    async def check() -> None:
        host, files = Host(tdmrep=True), Files("", answer)
        for seconds, times in ((0, 1), (again_after - 1, 1), (2, 2)):
            host.clock.now += seconds
            assert (await host.polite.permit(ARTICLE, files.ask)).reserved is None
            assert files.asked.count(tdmrep.PATH) == times

    run(check())


def test_robots_txt_is_kept_for_the_file_too_and_for_pages_that_it_forbids_it_is_not_asked_for() -> None:
    async def check() -> None:
        host, files = Host(tdmrep=True), Files("User-agent: *\nDisallow: /.well-known/", ALL)
        assert (await host.polite.permit(ARTICLE, files.ask)).reserved is None
        forbidding = Files("User-agent: *\nDisallow: /", ALL)
        assert await Host(tdmrep=True).permitted(forbidding) == "robots"  # type: ignore[arg-type]  # the same call
        assert (files.asked, forbidding.asked) == (BOTH[:1], BOTH[:1])

    run(check())


# ---- on the wire


def test_it_is_captured_before_the_page_and_what_it_says_is_kept_with_the_page() -> None:
    async def main(url: str) -> list[Capture]:
        clock = FakeClock()
        manners = polite.Polite(polite.Settings(tdmrep=True), clock, clock.sleep)
        settings = Settings(contact="https://example.org/robot", version="1", allow_addresses=("127.0.0.1",))
        async with Fetcher(settings, manners, clock) as fetcher:
            return [await fetcher.fetch(Link(url=url, source="test")) for _ in range(2)]

    with Server({"/robots.txt": response(b""), tdmrep.PATH: response(ALL), "/a": response(b"text")}) as server:
        first, second = asyncio.run(main(server.url("/a")))
        paths = [asked.path for asked in server.asked]
    assert paths == ["/robots.txt", tdmrep.PATH, "/a", "/a"]
    assert [exchange.url for exchange in first.exchanges] == [server.url(path) for path in paths[:3]]
    for capture in (first, second):
        assert capture.robots is not None
        assert capture.robots.reserved is not None
        assert (capture.robots.reserved.reservation, capture.robots.reserved.policy) == ("1", POLICY)

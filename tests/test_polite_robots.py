"""robots.txt: what its answer means, for how long it holds, and which of its rules are ours."""

from __future__ import annotations

import asyncio

import pytest
from crew import ARTICLE, DAY, Host, Site, run
from hypothesis import given, settings
from hypothesis import strategies as st
from protego import Protego

from scraper.errors import RefusedError, ScrapeError
from scraper.polite import ROBOTS_BYTES
from scraper.robots import narrowed


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (200, "robots"),
        (204, "robots"),
        (304, None),
        (401, None),
        (403, None),
        (404, None),
        (410, None),
        (429, "robots-unreachable"),
        (500, "robots-unreachable"),
        (503, "robots-unreachable"),
    ],
)
def test_the_status_of_robots_txt_decides(status: int, reason: str | None) -> None:
    async def check() -> None:
        assert await Host().permitted(Site("User-agent: *\nDisallow: /", status)) == reason

    run(check())


@pytest.mark.parametrize(
    ("met", "told"),
    [
        (ScrapeError("x", reason="timeout"), "robots-unreachable"),
        (ScrapeError("x", reason="closed-early"), "robots-unreachable"),
        (ScrapeError("x", reason="bad-encoding"), "robots-unreachable"),
        (ScrapeError("x", reason="dns"), "dns"),
        (ScrapeError("x", reason="unreachable"), "unreachable"),
        (RefusedError("x", reason="private-address"), "private-address"),
        (ScrapeError("x", reason="redirects"), None),
    ],
)
def test_no_answer_for_robots_txt_forbids_everything(met: ScrapeError, told: str | None) -> None:
    async def check() -> None:
        host, site = Host(), Site(error=met)
        assert [await host.permitted(site), await host.permitted(site)] == [told, told]
        assert len(site.asked) == 1

    run(check())


def test_a_host_in_retreat_says_nothing_about_its_robots_txt() -> None:
    async def check() -> None:
        host, site = Host(), Site(error=RefusedError("x", reason="backing-off"))
        assert await host.permitted(site) == "backing-off"
        site.error = None
        assert await host.permitted(site) is None

    run(check())


def test_answers_hold_for_a_day_and_failures_for_ten_minutes() -> None:
    async def check() -> None:
        for site, holds in (
            (Site("User-agent: *\nDisallow: /"), DAY),
            (Site(status=404), DAY),
            (Site(status=500), 600),
        ):
            host = Host()
            await host.permitted(site)
            host.clock.now += holds - 1
            await host.permitted(site)
            assert len(site.asked) == 1
            host.clock.now += 1
            await host.permitted(site)
            assert len(site.asked) == 2
            host.clock.now -= 10 * DAY
            await host.permitted(site)
            assert len(site.asked) == 3

    run(check())


def test_each_origin_has_its_own_and_those_who_come_together_ask_once() -> None:
    async def check() -> None:
        host, site = Host(), Site()
        await asyncio.gather(*(host.polite.permit(f"{ARTICLE}{number}", site.ask) for number in range(20)))
        assert site.asked == ["https://example.org/robots.txt"]
        await host.permitted(site, "http://example.org/")
        await host.permitted(site, "https://example.org:8443/")
        assert site.asked[1:] == ["http://example.org/robots.txt", "https://example.org:8443/robots.txt"]

    run(check())


@pytest.mark.parametrize(
    ("agents", "path", "reason"),
    [
        ("scrape", "/page", "robots"),
        ("SCRAPE", "/page", "robots"),
        ("scrape/1.0", "/page", "robots"),
        ("scrape*", "/page", "robots"),
        ("scr", "/page", None),
        ("scraper", "/page", None),
        ("other", "/page", None),
        ("*", "/page", "robots"),
        ("* and more", "/page", "robots"),
    ],
)
def test_our_group_is_found_by_the_product_token(agents: str, path: str, reason: str | None) -> None:
    async def check() -> None:
        assert await Host().permitted(Site(f"\ufeffUser-agent: {agents}\nDisallow: {path}\n")) == reason

    run(check())


def test_our_own_group_outranks_the_one_for_everybody() -> None:
    async def check() -> None:
        site = Site("User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-agent: Scrape\nDisallow: /x\nAllow: /x/y\n")
        host = Host()
        assert await host.permitted(site) is None
        assert await host.permitted(site, "https://example.org/x/z?q") == "robots"
        assert await host.permitted(site, "https://example.org/x/y") is None

    run(check())


def test_only_the_first_500_kib_count() -> None:
    async def check() -> None:
        rule = b"User-agent: *\nDisallow: /\n"
        for padding, reason in ((ROBOTS_BYTES - len(rule), "robots"), (ROBOTS_BYTES, None)):
            assert await Host().permitted(Site(b"#" * (padding - 1) + b"\n" + rule)) == reason

    run(check())


AGENT_LINES = st.sampled_from(
    ["User-agent: scrape", "user-agent:other", "User-Agent: *", "User agent bot", "USERAGENT: x"]
)
RULE_LINES = st.sampled_from(
    ["Disallow: /", "Disallow: /page", "Allow: /page$", "Disallow:", "Sitemap: /s", "# no", "", "x"]
)


@settings(deadline=None)
@given(st.lists(st.one_of(AGENT_LINES, RULE_LINES), max_size=12))
def test_narrowing_changes_nothing_for_us(lines: list[str]) -> None:
    text = "\n".join(lines)
    before, after = Protego.parse(text), Protego.parse(narrowed(text, "scrape"))
    for url in (ARTICLE, "https://example.org/", "https://example.org/other"):
        assert before.can_fetch(url, "scrape") == after.can_fetch(url, "scrape")


@pytest.mark.parametrize(
    "form", ["User-agent: bot{}", "user agent bot{}", "USERAGENT\tbot{}", " User-Agent:*{}*", "user   agent b{}"]
)
def test_a_file_full_of_agents_leaves_three_groups_at_most(form: str) -> None:
    text = "\n".join(form.format(number) for number in range(3000)) + "\nUser-agent: *\nDisallow: /\n"
    assert len(Protego.parse(narrowed(text, "scrape"))._user_agents) <= 3


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_robots_txt(text: bytes) -> None:
    async def check() -> None:
        assert await Host().permitted(Site(b"User-agent: *\n" + text)) in (None, "robots")

    run(check())


def test_the_rules_that_are_held_are_bounded() -> None:
    async def check() -> None:
        host = Host(hosts=20)
        big = Site("User-agent: *\n" + "# a long comment\n" * 30_000)
        for number in range(30):
            await host.permitted(big, f"https://host{number}.example/")
        assert host.polite._robots.held <= 4 * 1024 * 1024
        for number in range(50):
            await host.permitted(Site(status=404), f"https://small{number}.example/")
        assert len(host.polite._robots._answers) == 20
        assert not host.polite._robots._asking

    run(check())


@pytest.mark.parametrize(
    ("crawl_delay", "pause"),
    [("1", 2), ("7.5", 7.5), ("45", 45), ("9999", 60), ("-5", 2), ("nan", 2), ("1e999", 2), ("soon", 2)],
)
def test_crawl_delay_lengthens_the_pause_up_to_a_cap(crawl_delay: str, pause: float) -> None:
    async def check() -> None:
        host = Host()
        await host.turns("https://example.org/robots.txt")
        assert await host.permitted(Site(f"User-agent: *\nCrawl-delay: {crawl_delay}\n")) is None
        assert await host.turns(ARTICLE, ARTICLE) == [pause, pause]

    run(check())


WHY = "the publisher asked us to, by letter of 3 May"


@pytest.mark.parametrize(
    ("site", "decision"),
    [
        (Site("User-agent: *\nDisallow: /\nCrawl-delay: 9\nContent-Usage: train-ai=n"), "overridden"),
        (Site("User-agent: *\nDisallow: /private\nCrawl-delay: 9"), "allowed"),
        (Site(status=503), "overridden"),
        (Site(error=ScrapeError("x", reason="timeout")), "overridden"),
        (Site(status=404), "missing"),
    ],
)
def test_an_override_says_why_and_only_where_it_was_needed(site: Site, decision: str) -> None:
    async def check() -> None:
        host = Host(overrides={"example.org": WHY})  # type: ignore[arg-type]  # by keyword
        said = await host.polite.permit(ARTICLE, site.ask)
        assert (said.decision, said.why) == (decision, WHY if decision == "overridden" else None)
        assert site.asked == ["https://example.org/robots.txt"]
        if b"Crawl-delay" in site.text:  # it asks to be slow of those who may come, too
            assert await host.turns(ARTICLE, ARTICLE) == [0, 9]
        assert said.content_usage == (("train-ai=n",) if b"train-ai" in site.text else ())

    site.asked.clear()
    run(check())


@pytest.mark.parametrize("url", ["https://www.example.org/page", "https://other.org/page", "https://a.example.org/"])
def test_an_override_is_of_one_host(url: str) -> None:
    async def check() -> None:
        host = Host(overrides={"example.org": WHY})  # type: ignore[arg-type]  # by keyword
        assert await host.permitted(Site("User-agent: *\nDisallow: /"), url) == "robots"

    run(check())


def test_an_override_opens_no_address_that_may_not_be_asked() -> None:
    async def check() -> None:
        host = Host(overrides={"example.org": WHY})  # type: ignore[arg-type]  # by keyword
        assert await host.permitted(Site(error=RefusedError("x", reason="private-address"))) == "private-address"

    run(check())

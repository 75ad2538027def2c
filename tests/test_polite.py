"""Turns, pauses and retreat, on a clock that stands still."""

from __future__ import annotations

import asyncio
from email.utils import formatdate

import pytest
from crew import ARTICLE, DAY, Host, run
from hypothesis import given, settings
from hypothesis import strategies as st
from servers import FakeClock

from scraper.errors import ConfigError, RefusedError
from scraper.polite import Polite, Settings


def test_requests_to_a_host_are_a_pause_apart_and_other_hosts_do_not_wait() -> None:
    async def check() -> None:
        host = Host()
        urls = [ARTICLE, "https://www.example.org:8443/b", "http://EXAMPLE.org./c", "https://other.example/"]
        assert await host.turns(*urls) == [0, 2, 2, 0]
        host.clock.now += 1.5
        assert await host.turns(ARTICLE) == [0.5]
        host.clock.now += 100
        assert await host.turns(ARTICLE) == [0]

    run(check())


def test_the_pause_begins_when_the_request_has_ended() -> None:
    async def check() -> None:
        host = Host()
        async with host.polite.turn(ARTICLE):
            host.clock.now += 30
        assert await host.turns(ARTICLE) == [2]

    run(check())


def test_turns_are_taken_in_order_one_at_a_time() -> None:
    async def check() -> None:
        host = Host()
        log: list[tuple[str, int]] = []

        async def visit(number: int) -> None:
            async with host.polite.turn(f"{ARTICLE}{number}"):
                log.append(("in", number))
                for _ in range(5):
                    await asyncio.sleep(0)
                log.append(("out", number))

        await asyncio.gather(*(visit(number) for number in range(5)))
        assert log == [(way, number) for number in range(5) for way in ("in", "out")]

    run(check())


def test_a_turn_is_given_back_when_its_holder_fails_or_is_cancelled() -> None:
    async def check() -> None:
        host = Host()
        with pytest.raises(ZeroDivisionError):
            async with host.polite.turn(ARTICLE):
                raise ZeroDivisionError
        entered = asyncio.Event()

        async def stuck() -> None:
            async with host.polite.turn(ARTICLE):
                entered.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(stuck())
        await entered.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await host.turns(ARTICLE) == [2]

    run(check())


def test_a_clock_that_is_set_back_does_not_stop_the_host() -> None:
    async def check() -> None:
        host = Host()
        await host.turns(ARTICLE)
        host.clock.now -= 10 * DAY
        assert await host.turns(ARTICLE, ARTICLE) == [2, 2]

    run(check())


def test_back_off_doubles_and_ends_with_a_good_answer() -> None:
    async def check() -> None:
        host = Host(patience=1e9)
        for status in (429, 500, 503, None):
            await host.turns(ARTICLE, status=status)
        assert await host.turns(ARTICLE, status=200) == [32]
        assert await host.turns(ARTICLE, status=404) == [2]
        assert await host.turns(ARTICLE, status=500) == [2]
        assert await host.turns(ARTICLE) == [4]
        for _ in range(40):
            await host.turns(ARTICLE, status=503)
        assert await host.turns(ARTICLE) == [3600]

    run(check())


def test_a_retreat_is_spread_and_stays_within_its_bounds() -> None:
    async def check() -> None:
        clock = FakeClock()
        polite = Polite(Settings(max_backoff=20.0), clock, clock.sleep, lambda: 0.5)
        assert [polite.heed(ARTICLE, 503) for _ in range(4)] == [5.0, 10.0, 20.0, 20.0]
        assert polite.heed(ARTICLE, 503, "30") == 31.0  # never sooner than it asked for
        assert polite.heed(ARTICLE, 503, "999999999") == DAY
        assert polite.heed(ARTICLE, 200) == 2.0

    run(check())


@pytest.mark.parametrize(
    ("retry_after", "pause"),
    [
        ("7", 7),
        (" 50 ", 50),
        ("0", 2),
        ("1", 2),
        ("999999999999999999999999", DAY),
        ("9" * 5000, DAY),
        ("-7", 4),
        ("soon", 4),
        ("7.5", 4),
        ("٧", 4),
        ("", 4),
        ("0 JAN 0 0:2200000000", 4),
    ],
)
def test_retry_after_in_seconds(retry_after: str, pause: float) -> None:
    async def check() -> None:
        host = Host(patience=1e9)
        assert await host.turns(ARTICLE, status=503, retry_after=retry_after) == [0]
        assert await host.turns(ARTICLE) == [pause]

    run(check())


@pytest.mark.parametrize(("ahead", "pause"), [(45, 45), (-3600, 2), (40 * DAY, DAY)])
def test_retry_after_as_a_date(ahead: float, pause: float) -> None:
    async def check() -> None:
        host = Host(patience=1e9)
        date = formatdate(host.clock.now + ahead, usegmt=True)
        await host.turns(ARTICLE, status=429, retry_after=date)
        assert await host.turns(ARTICLE) == [pause]

    run(check())


@settings(deadline=None)
@given(
    st.one_of(
        st.text(max_size=40), st.from_regex(r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,6} \d\d:\d\d:\d\d .{0,6}")
    )
)
def test_no_retry_after_breaks_or_exceeds_the_bounds(retry_after: str) -> None:
    async def check() -> None:
        host = Host(patience=1e9)
        await host.turns(ARTICLE, status=503, retry_after=retry_after)
        (waited,) = await host.turns(ARTICLE)
        assert 2 <= waited <= DAY

    run(check())


def test_a_host_that_wants_more_peace_than_our_patience_is_refused_until_then() -> None:
    async def check() -> None:
        host = Host()
        await host.turns(ARTICLE, status=429, retry_after="1000")
        with pytest.raises(RefusedError) as error:
            await host.turns(ARTICLE)
        assert error.value.reason == "backing-off"
        assert await host.turns("https://other.example/") == [0]
        host.clock.now += 950
        assert await host.turns(ARTICLE) == [50]

    run(check())


def test_few_hosts_are_remembered_and_one_in_retreat_longer_than_one_that_is_due() -> None:
    async def check() -> None:
        host = Host(hosts=3, patience=1e9)
        await host.turns("https://busy.example/", status=503, retry_after="1000")
        for number in range(5):
            host.clock.now += 10
            await host.turns(f"https://host{number}.example/")
        assert len(host.polite._hosts) == 3
        assert await host.turns("https://busy.example/") == [950]

    run(check())


def test_a_host_whose_turn_is_held_is_not_forgotten() -> None:
    async def check() -> None:
        host = Host(hosts=2)
        async with host.polite.turn("https://held.example/"):
            held = host.polite._hosts["held.example"]
            await host.turns(*(f"https://host{number}.example/" for number in range(5)))
            assert host.polite._hosts["held.example"] is held
            assert len(host.polite._hosts) == 2

    run(check())


def test_a_product_that_robots_txt_cannot_name_is_refused() -> None:
    for product in ("", "my bot", "bot/1", "b2"):
        with pytest.raises(ConfigError, match="product"):
            Settings(product=product)

"""Connections that are kept, shared out and let go of: real sockets, a real server."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import h11
import pytest
from crew import PAGE, Crew
from hypothesis import given, settings
from hypothesis import strategies as st
from servers import Asked, Server, response

from scraper import guard, transport
from scraper.errors import RefusedError, ScrapeError
from scraper.fetch import Fetcher
from scraper.tap import Tapped
from scraper.transport.http1 import Http1
from scraper.types import Capture, Link, Robots


@given(st.text(max_size=60))
@settings(deadline=None)
def test_what_the_guard_takes_is_a_request_target(path: str) -> None:
    try:
        target = guard.target(f"http://example.org/{path}")
    except RefusedError:
        return
    assert h11.Request(method="GET", target=target.path, headers=[("Host", target.authority)]).target


async def visit(crew: Crew, *urls: str) -> list[Capture]:
    """One after the other, with one fetcher."""
    async with Fetcher(crew.settings, crew.manners, crew.clock, crew.loopback) as fetcher:
        return [await fetcher.fetch(Link(url, "test")) for url in urls]


def test_a_connection_is_kept_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server({"/": PAGE}, keep_alive=True) as server:
        asyncio.run(visit(Crew(), *[server.url()] * 3))
        assert server.connections == 1
        monkeypatch.setattr(transport, "KEEPALIVE", 0.0)
        asyncio.run(visit(Crew(), server.url(), server.url()))
        assert server.connections == 4  # robots.txt came over one of its own


def test_the_connection_that_was_not_used_longest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MOST", 2)
    with Server({"/": PAGE}, keep_alive=True) as server:
        one, two, three = (server.url(host=f"{name}.example") for name in ("one", "two", "three"))
        asyncio.run(visit(Crew(), one, two, three))
        assert server.connections == 3
        asyncio.run(visit(Crew(), one, two, one, three, one))
        assert server.connections == 3 + 3
        asyncio.run(visit(Crew(), one, two, three, one))
        assert server.connections == 6 + 4


def test_what_comes_between_two_exchanges_ends_a_connection() -> None:
    with Server({"/": PAGE, "/more": PAGE + b"HTTP/1.1 200 OK\r\n"}, keep_alive=True) as server:
        captures = asyncio.run(visit(Crew(), server.url("/more"), server.url()))
        assert server.connections == 2
    assert [capture.exchanges[-1].response for capture in captures] == [PAGE, PAGE]


def test_a_fetch_that_fails_or_is_given_up_gives_its_place_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MOST", 1)
    silence = asyncio.Event()

    async def main(server: Server, crew: Crew) -> Capture:
        def hold(asked: Asked) -> bytes:
            loop.call_soon_threadsafe(silence.set)
            return b""

        loop = asyncio.get_running_loop()
        server.routes["/held"] = hold
        async with Fetcher(crew.settings, crew.manners, crew.clock, resolve) as fetcher:
            for url in ("http://private.example/", server.url("/broken"), server.url("/broken")):
                with pytest.raises(ScrapeError):
                    await fetcher.fetch(Link(url, "test"))
            given_up = asyncio.create_task(fetcher.fetch(Link(server.url("/held"), "test")))
            await silence.wait()
            given_up.cancel()
            with pytest.raises(asyncio.CancelledError):
                await given_up
            return await fetcher.fetch(Link(server.url(), "test"))

    async def resolve(host: str, port: int) -> list[str]:
        return ["10.0.0.1" if host == "private.example" else "127.0.0.1"]

    with Server({"/": PAGE, "/broken": b"SSH-2.0\r\n\r\n"}, keep_alive=True) as server:
        assert asyncio.run(main(server, Crew())).body == b"<p>Hello</p>"


class Hasty:
    """Manners that let everybody ask at once."""

    @asynccontextmanager
    async def turn(self, url: str) -> AsyncIterator[None]:
        yield

    async def permit(self, url: str, ask: Callable[[str], Awaitable[Capture]]) -> Robots:
        return Robots(url=url, status=404, decision="allowed")

    def heed(self, url: str, status: int | None, retry_after: str | None = None) -> float:
        return 0.0


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("most", [2, 100])
def test_exchanges_with_one_server_at_once_have_a_connection_each(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MOST", most)
    crew = Crew()

    async def main(server: Server) -> list[Capture]:
        async with Fetcher(crew.settings, Hasty(), crew.clock) as fetcher:
            links = [Link(server.url(f"/{number}"), "test") for number in range(20)]
            return await asyncio.gather(*map(fetcher.fetch, links))

    with Server({f"/{number}": response(b"%d" % number) for number in range(20)}, keep_alive=True) as server:
        captures = asyncio.run(main(server))
        assert (server.connections < 20) is (most < 20)
    assert [int(capture.body) for capture in captures] == list(range(20))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        gc.collect()
    assert caught == []  # of a socket that nobody closed


class Deaf(Tapped):
    """A connection on which nothing can be sent, though an answer comes."""

    def __init__(self) -> None:
        self.answers = [PAGE]

    async def write(self, data: bytes, wait: float) -> None:
        raise BrokenPipeError

    async def read(self, wait: float) -> bytes:
        return self.answers.pop()


def test_an_answer_to_what_was_not_heard_is_read_and_the_connection_is_not_kept() -> None:
    async def main() -> tuple[int, bytes, bool]:
        line = Http1(Deaf())
        head = await line.ask(guard.target("http://example.org/"), [(b"Host", b"example.org")], 1.0)
        return head.status, b"".join([part async for part in line.parts()]), await line.finish()

    assert asyncio.run(main()) == (200, b"<p>Hello</p>", False)

"""robots.txt and turns by way of the wire: what a real server sees of our manners."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import threading

import pytest
from crew import PAGE, Crew, redirect, shown
from servers import Asked, Reply, Server, response

from scraper.errors import RefusedError


def test_what_robots_txt_forbids_is_never_asked_for() -> None:
    robots = response(gzip.compress(b"User-agent: scrape\nDisallow: /private"), "200 OK", "Content-Encoding: gzip")
    with Server({"/robots.txt": robots, "/private/a": PAGE, "/a": redirect("/private/a")}) as server:
        for path, seen in (("/private/a", []), ("/a", [("/a", 302)])):
            error = Crew().fails(server.url(path))
            assert isinstance(error, RefusedError)
            assert error.reason == "robots"
            assert shown(error) == [("/robots.txt", 200), *seen]
        assert server.paths() == ["/a"]


def test_robots_txt_is_asked_for_once_and_kept_with_the_capture_that_needed_it() -> None:
    with Server({"/a": PAGE, "/b": PAGE}) as server:
        captures = asyncio.run(Crew().each(server.url("/a"), server.url("/b"), server.url("/b")))
        assert [asked.path for asked in server.asked].count("/robots.txt") == 1
    assert sorted(len(capture.exchanges) for capture in captures) == [1, 1, 2]


@pytest.mark.parametrize(("redirects", "allowed"), [(5, False), (6, True)])
def test_robots_txt_is_followed_through_five_redirects(redirects: int, allowed: bool) -> None:
    routes = {f"/r{at}": redirect(f"/r{at + 1}") for at in range(1, redirects)}
    routes |= {"/robots.txt": redirect("/r1"), f"/r{redirects}": response(b"User-agent: *\nDisallow: /"), "/": PAGE}
    with Server(routes) as server:
        if allowed:
            assert Crew().fetch(server.url()).status == 200
        else:
            assert Crew().fails(server.url()).reason == "robots"


@pytest.mark.parametrize(
    ("robots", "reason"),
    [
        (response(b"", "503 No"), "robots-unreachable"),
        (b"", "robots-unreachable"),
        (redirect("http://169.254.169.254/"), "private-address"),
        (redirect("file:///etc/robots"), "robots-unreachable"),
    ],
)
def test_without_an_answer_for_robots_txt_everything_is_forbidden(robots: bytes, reason: str) -> None:
    with Server({"/robots.txt": robots, "/": PAGE}) as server:
        assert Crew().fails(server.url()).reason == reason
        assert server.paths() == []


def test_a_missing_robots_txt_allows_everything_however_broken_its_page_is() -> None:
    missing = response(b"no gzip", "404 Not Found", "Content-Encoding: gzip")
    with Server({"/robots.txt": missing, "/": PAGE}) as server:
        assert Crew().fetch(server.url()).status == 200


def test_a_huge_robots_txt_counts_as_far_as_it_is_read() -> None:
    filler = b"# nothing\n" * 200_000
    for body, status in (
        (b"User-agent: *\nDisallow: /\n" + filler, None),
        (filler + b"User-agent: *\nDisallow: /", 200),
    ):
        with Server({"/robots.txt": response(body), "/": PAGE}) as server:
            if status:
                assert Crew().fetch(server.url()).exchanges[0].truncated == "length"
            else:
                assert Crew().fails(server.url()).reason == "robots"


def test_a_host_is_asked_one_request_at_a_time_with_a_pause_between() -> None:
    crew = Crew()
    at: list[float] = []

    def page(_: Asked) -> bytes:
        at.append(crew.clock.now)
        return PAGE

    with Server({f"/{number}": page for number in range(8)}) as server:
        asyncio.run(crew.each(*(server.url(f"/{number}", host) for number in range(8) for host in ("a.example",))))
        assert server.most_at_once == 1
        assert server.paths() == [f"/{number}" for number in range(8)]
    assert [later - earlier for earlier, later in itertools.pairwise(at)] == [2.0] * 7


def test_a_redirect_to_another_host_waits_for_that_hosts_turn_and_asks_its_robots_txt() -> None:
    crew = Crew()
    at: list[tuple[str, float]] = []

    def answer(reply: bytes) -> Reply:
        def told(asked: Asked) -> bytes:
            at.append((f"{(asked.header('host') or '').partition('.')[0]}{asked.path}", crew.clock.now))
            return reply

        return told

    with Server({"/x": answer(PAGE), "/there": answer(PAGE), "/robots.txt": response(b"", "404 No")}) as server:
        server.routes["/go"] = answer(redirect(server.url("/there", "b.example")))
        server.routes["/no"] = answer(redirect(server.url("/private", "b.example")))
        began = crew.clock.now
        crew.fetch(server.url("/x", "b.example"))  # robots.txt at 0 s, the page at 2 s
        crew.fetch(server.url("/go", "a.example"))
        assert [(path, when - began) for path, when in at] == [("b/x", 2), ("a/go", 4), ("b/there", 4)]
        crew.fetch(server.url("/go", "a.example"))
        assert [(path, when - began) for path, when in at[3:]] == [("a/go", 6), ("b/there", 6)]
        crew.fetch(server.url("/x", "b.example"))
        crew.fetch(server.url("/go", "a.example"))
        assert [(path, when - began) for path, when in at[5:]] == [("b/x", 8), ("a/go", 8), ("b/there", 10)]
        server.routes["/robots.txt"] = response(b"User-agent: *\nDisallow: /private")
        assert Crew().fails(server.url("/no", "a.example")).reason == "robots"
        assert "/private" not in server.paths()


def test_different_hosts_are_asked_at_the_same_time_and_their_bytes_are_not_mixed() -> None:
    together = threading.Barrier(6)

    def page(asked: Asked) -> bytes:
        together.wait(timeout=10)  # nobody gets an answer before all have asked
        return response(f"for {asked.header('host')}".encode())

    with Server({"/": page}) as server:
        urls = [server.url("/", f"host{number}.example") for number in range(6)]
        captures = asyncio.run(Crew().each(*urls))
        assert server.most_at_once == 6
    for number, capture in enumerate(captures):
        expected = f"for host{number}.example:{server.port}".encode()
        assert capture.body == expected
        assert capture.exchanges[-1].response == response(expected)
        assert b"\r\nHost: " + expected[4:] in capture.exchanges[-1].request


def test_a_host_that_asks_for_peace_gets_it() -> None:
    crew = Crew()
    busy = response(b"", "429 Too Many Requests", "Retry-After: 50")
    with Server({"/busy": busy, "/": PAGE}) as server:
        crew.fetch(server.url("/busy"))
        crew.clock.slept.clear()
        crew.fetch(server.url())
        assert crew.clock.slept == [50.0]
        server.routes["/busy"] = busy.replace(b"50", b"5000")
        crew.fetch(server.url("/busy"))
        error = crew.fails(server.url())
    assert isinstance(error, RefusedError)
    assert error.reason == "backing-off"


def test_a_silent_host_is_left_alone_for_longer_each_time() -> None:
    crew = Crew()
    with Server({"/": b""}) as server:
        for _ in range(4):
            assert crew.fails(server.url()).reason == "closed-early"
        crew.fails(server.url())
    assert crew.clock.slept == [2.0, 4.0, 8.0, 16.0, 32.0]

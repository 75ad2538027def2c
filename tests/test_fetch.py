"""One link in, one Capture out: hops and limits, against a real server."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator

import brotli
import msgspec
import pytest
from crew import PAGE, Crew, redirect, shown
from servers import Asked, FakeClock, Server, response

from scraper import polite
from scraper.errors import ConfigError, LimitError, RefusedError
from scraper.fetch import Fetcher, Settings, Validators, exchanges_of
from scraper.types import Link


def test_a_capture_says_what_came() -> None:
    with Server({"/a": PAGE}) as server:
        capture = Crew().fetch(server.url("/a#part"))
    assert capture.link == Link(url=server.url("/a#part"), source="test")
    assert capture.final_url == server.url("/a")
    assert (capture.status, capture.mime, capture.body) == (200, "text/html", b"<p>Hello</p>")
    assert capture.header("etag") == 'W/"1"'
    assert capture.exchanges[0].started_at == "2026-09-21T14:13:20.000000Z"
    assert capture.fetched_at == capture.exchanges[1].started_at == "2026-09-21T14:13:22.000000Z"
    assert shown(capture) == [("/robots.txt", 404), ("/a", 200)]


@pytest.mark.parametrize(
    "status", ["204 No Content", "304 Not Modified", "404 Not Found", "429 Slow", "500 Oh", "503 No"]
)
def test_any_complete_response_is_a_capture(status: str) -> None:
    body = b"" if status[:3] in ("204", "304") else b"sorry"
    with Server({"/": response(body, status)}) as server:
        capture = Crew().fetch(server.url())
    assert (capture.status, capture.body) == (int(status[:3]), body)


def test_every_redirect_is_an_exchange_of_its_own() -> None:
    with Server({"/c": PAGE}) as other:
        routes = {
            "/": redirect("/b?q", "301 Moved"),
            "/b?q": redirect(other.url("/c", "other.example"), "307 Temporary"),
        }
        with Server(routes) as server:
            capture = Crew().fetch(server.url())
    assert shown(capture) == [("/robots.txt", 404), ("/", 301), ("/b?q", 307), ("/robots.txt", 404), ("/c", 200)]
    assert capture.final_url == other.url("/c", "other.example")
    assert capture.exchanges[1].response == routes["/"]


def test_a_redirect_in_raw_utf8_is_followed() -> None:
    with Server({"/": "HTTP/1.1 302 Found\r\nLocation: /ä\r\n\r\n".encode(), "/%C3%A4": PAGE}) as server:
        assert Crew().fetch(server.url()).final_url == server.url("/%C3%A4")


def test_a_redirect_whose_body_breaks_off_is_followed_and_marked() -> None:
    broken = b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 9\r\n\r\nhalf"
    with Server({"/": broken, "/b": PAGE}) as server:
        capture = Crew().fetch(server.url())
    assert capture.status == 200
    assert [exchange.truncated for exchange in capture.exchanges] == [None, "disconnect", None]


def test_a_redirect_loop_ends() -> None:
    with Server({"/": redirect("/")}) as server:
        error = Crew(max_redirects=3).fails(server.url())
        assert server.paths() == ["/"] * 4
    assert isinstance(error, LimitError)
    assert error.reason == "redirects"
    assert shown(error) == [("/robots.txt", 404), *[("/", 302)] * 4]


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://127.0.0.2:{port}/", "private-address"),
        ("http://[::1]:{port}/", "private-address"),
        ("http://[::ffff:127.0.0.1]:{port}/", "private-address"),
        ("http://169.254.169.254/latest/meta-data/", "private-address"),
        ("http://0x7f000002:{port}/", "private-address"),
        ("//0:{port}/", "private-address"),
        ("file:///etc/passwd", "bad-scheme"),
        ("http://me:secret@127.0.0.1:{port}/", "userinfo"),
        ("http://[oops/", "bad-url"),
    ],
)
def test_a_redirect_to_where_nothing_is_fetched_is_refused(location: str, reason: str) -> None:
    with Server({"/private": b""}, host="127.0.0.2") as private:
        with Server({"/": redirect(location.format(port=private.port))}) as server:
            error = Crew().fails(server.url())
        assert private.connections == 0
    assert isinstance(error, RefusedError)
    assert error.reason == reason
    assert shown(error) == [("/robots.txt", 404), ("/", 302)]


def test_cookies_are_not_kept() -> None:
    routes = {"/": response(b"", "302 Found", "Set-Cookie: id=1; Path=/", "Location: /b"), "/b": PAGE}
    with Server(routes, keep_alive=True) as server:
        Crew().fetch(server.url())
        assert [asked.header("cookie") for asked in server.asked] == [None] * 3


def test_validators_make_the_request_conditional_for_their_own_url_only() -> None:
    not_modified = response(b"", "304 Not Modified")
    with Server({"/": redirect("/b"), "/b": not_modified}) as server:
        validators = Validators('"x"', "Mon, 05 Oct 2026 10:00:00 GMT", server.url("/b"))
        capture = Crew().fetch(server.url(), validators)
        sent = [
            (asked.path, asked.header("if-none-match"), asked.header("if-modified-since")) for asked in server.asked
        ]
    assert sent == [
        ("/robots.txt", None, None),
        ("/", None, None),
        ("/b", '"x"', "Mon, 05 Oct 2026 10:00:00 GMT"),
    ]
    assert (capture.status, capture.body) == (304, b"")
    with Server({"/": not_modified}) as server:
        Crew().fetch(server.url(), Validators(etag='"y"'))
        assert server.asked[-1].header("if-none-match") == '"y"'
        assert server.asked[-1].header("if-modified-since") is None


def test_a_response_over_the_limit_is_cut_and_says_so() -> None:
    with Server({"/": response(bytes(3_000_000))}) as server:
        error = Crew(max_bytes=200_000).fails(server.url())
    assert isinstance(error, LimitError)
    assert error.reason == "too-large"
    cut = exchanges_of(error)[-1]
    assert cut.truncated == "length"
    assert 100_000 < len(cut.response) <= 200_000
    assert cut.response.startswith(b"HTTP/1.1 200 OK\r\n")


def test_endless_informational_responses_are_cut() -> None:
    def hints(_: Asked) -> Iterator[bytes]:
        while True:
            yield b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000

    with Server({"/": hints}) as server:
        assert Crew().fails(server.url()).reason == "too-many-headers"


class Watched(FakeClock):
    """A clock that tells when it was read: the client reads it before each wait for the network."""

    def __init__(self) -> None:
        super().__init__()
        self.read = threading.Event()

    def __call__(self) -> float:
        now = self.now
        self.read.set()
        return now


def test_a_response_that_takes_too_long_is_cut_and_says_so() -> None:
    clock = Watched()

    def slow(_: Asked) -> Iterator[bytes]:
        clock.read.clear()
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
        clock.read.wait(timeout=10)  # the client is past the wait for the head, or about to be
        clock.now += 61
        yield b"half"

    with Server({"/": slow}) as server:
        error = Crew(clock, deadline=60.0).fails(server.url())
    assert isinstance(error, LimitError)
    assert error.reason == "deadline"
    cut = exchanges_of(error)[-1]
    assert cut.truncated == "time"
    assert cut.response.startswith(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")


@pytest.mark.parametrize(("bound", "reason"), [("deadline", "deadline"), ("read_timeout", "timeout")])
def test_a_server_that_never_answers_is_left(bound: str, reason: str) -> None:
    done = threading.Event()

    def never(_: Asked) -> bytes:
        done.wait(timeout=10)
        return b""

    with Server({"/": PAGE, "/never": never}) as server:
        crew = Crew()
        crew.fetch(server.url())  # robots.txt is known now: the short bound is for the page alone
        crew.settings = msgspec.structs.replace(crew.settings, **{bound: 0.05})
        assert crew.fails(server.url("/never")).reason == reason
        done.set()


def test_the_deadline_holds_for_all_hops_together_and_not_for_the_waits() -> None:
    crew = Crew(deadline=60.0)

    def later(_: Asked) -> bytes:
        crew.clock.now += 25
        return redirect("/again")

    with Server({"/": later, "/again": later}) as server:
        assert crew.fails(server.url()).reason == "deadline"
        assert server.paths() == ["/", "/again", "/again"]
    robots = b"User-agent: *\nCrawl-delay: 30"
    with Server({"/robots.txt": response(robots), "/": redirect("/b"), "/b": redirect("/c"), "/c": PAGE}) as server:
        assert Crew(deadline=60.0).fetch(server.url()).status == 200


@pytest.mark.parametrize(
    ("coding", "body"), [("br", brotli.compress(bytes(50_000_000))), ("gzip", gzip.compress(bytes(5_000_000)))]
)
def test_a_decompression_bomb_ends_and_its_exchange_is_kept_whole(coding: str, body: bytes) -> None:
    with Server({"/": response(body, "200 OK", f"Content-Encoding: {coding}")}) as server:
        error = Crew(max_decoded_bytes=1_000_000).fails(server.url())
        assert isinstance(error, LimitError)
        assert error.reason == "decoded-too-large"
        assert server.url() in str(error)
    kept = exchanges_of(error)[-1]
    assert kept.response.endswith(body)
    assert kept.truncated is None


def test_an_unreadable_body_is_an_error_on_a_page_and_none_on_an_error_page() -> None:
    junk = (b"no gzip", "Content-Encoding: gzip")
    with Server({"/": response(junk[0], "200 OK", junk[1]), "/gone": response(junk[0], "410 Gone", junk[1])}) as server:
        assert Crew().fails(server.url()).reason == "bad-encoding"
        assert Crew().fetch(server.url("/gone")).status == 410


def test_settings_that_make_a_broken_header_or_trust_nothing_are_refused() -> None:
    with pytest.raises(ConfigError, match="user agent"):
        Settings(contact="https://example.org/\r\nX-Evil: 1")
    with pytest.raises(ConfigError, match="ca_file"):
        Fetcher(
            Settings(ca_file=__file__), polite.Polite(polite.Settings(), FakeClock(), FakeClock().sleep), FakeClock()
        )

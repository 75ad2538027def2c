"""One link in, one Capture out: hops and limits, against a real server."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator

import brotli
import msgspec
import pytest
from backports import zstd
from crew import PAGE, Crew, redirect, shown
from servers import RESET, Asked, FakeClock, Server, response

from scraper import polite
from scraper.errors import ConfigError, LimitError, RefusedError, ScrapeError
from scraper.fetch import Fetcher, Settings, Validators, exchanges_of
from scraper.types import Capture, Link, Robots


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
        ("http://2130706434:{port}/", "private-address"),
        ("http://0177.0.0.2:{port}/", "private-address"),
        ("http://017700000002:{port}/", "private-address"),
        ("http://127.2:{port}/", "private-address"),
        ("http://0x7f.2:{port}/", "private-address"),
        ("http://127.0.0.2.:{port}/", "private-address"),
        ("http://%31%32%37.0.0.2:{port}/", "private-address"),
        ("http://[::ffff:7f00:2]:{port}/", "private-address"),
        ("http://[::127.0.0.2]:{port}/", "private-address"),
        ("http://[64:ff9b::7f00:2]:{port}/", "private-address"),
        ("http://[2002:7f00:2::]:{port}/", "private-address"),
        ("http://[2001:0:7f00:2::1]:{port}/", "private-address"),
        ("http://[fe80::1%25eth0]:{port}/", "bad-url"),
        ("http:\\\\127.0.0.2:{port}\\", "private-address"),
        ("//0:{port}/", "private-address"),
        ("http://8.8.8.8:{port}/", "odd-port"),
        ("http://8.8.8.8:22/", "odd-port"),
        ("https://[2606:4700::1111]:6379/", "odd-port"),
        ("file:///etc/passwd", "bad-scheme"),
        ("gopher://127.0.0.2:{port}/", "bad-scheme"),
        ("ftp://127.0.0.2/", "bad-scheme"),
        ("data:text/html,hello", "bad-scheme"),
        ("javascript:alert(1)", "bad-scheme"),
        ("http://127.0.0.1:{port}@127.0.0.2/", "userinfo"),
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


def test_a_redirect_in_full_width_digits_is_read_as_the_address_it_is() -> None:
    location = "http://１２７．0。0.2:81/".encode()
    with Server({"/": b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\n\r\n"}) as server:
        assert Crew().fails(server.url()).reason == "private-address"


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


def test_an_odd_port_is_asked_only_where_it_or_its_address_is_named() -> None:
    with Server({"/": PAGE}) as server:
        allowed = Crew(allow_addresses=(), allow_ports=(server.port,))
        assert allowed.fails(server.url()).reason == "private-address"  # a port opens no private network
        assert Crew(allow_addresses=("127.0.0.0/8",)).fetch(server.url()).status == 200


# ---- retries


class Flaky:
    """Fails some times, then answers."""

    def __init__(self, *failures: bytes) -> None:
        self.failures = list(failures)
        self.at: list[float] = []
        self.crew: Crew | None = None

    def __call__(self, _: Asked) -> Iterator[bytes]:
        assert self.crew is not None
        self.at.append(self.crew.clock.now)
        yield from [self.failures.pop(0), RESET] if self.failures else [PAGE]


HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"


def fetched(flaky: Flaky, retries: int = 2) -> Capture | ScrapeError:
    flaky.crew = Crew(retries=retries)
    with Server({"/": flaky}) as server:
        try:
            return flaky.crew.fetch(server.url())
        except ScrapeError as error:
            return error


def test_what_may_pass_is_tried_again_in_its_turn_and_every_answer_is_an_exchange() -> None:
    flaky = Flaky(response(b"", "503 Busy", "Retry-After: 7"), response(b"no", "502 Bad Gateway"))
    found = fetched(flaky)
    assert shown(found) == [("/robots.txt", 404), ("/", 503), ("/", 502), ("/", 200)]
    assert isinstance(found, Capture)
    assert found.body == b"<p>Hello</p>"
    first, *later = flaky.at
    assert [at - first for at in later] == [7.0, 7.0 + 8.0]  # as long as it asked for; then twice the pause, doubled


def test_a_reset_is_tried_again_whatever_had_come() -> None:
    for failure in (b"", b"HTTP/1.1 200 OK\r\nX: y"):
        assert shown(fetched(Flaky(failure))) == [("/robots.txt", 404), ("/", 200)]
    with Server({"/": lambda asked: HALF if len(server.asked) < 3 else PAGE}) as server:
        found = Crew(retries=1).fetch(server.url())
    assert [(hop.status, hop.truncated) for hop in found.exchanges] == [(404, None), (200, "disconnect"), (200, None)]


def test_retries_end() -> None:
    found = fetched(Flaky(*[response(b"", "503 Busy")] * 3))
    assert isinstance(found, Capture)
    assert (found.status, len(found.exchanges)) == (503, 4)
    gone = fetched(Flaky(*[b""] * 3))
    assert isinstance(gone, ScrapeError)
    assert (gone.reason, shown(gone)) == ("closed-early", [("/robots.txt", 404)])


@pytest.mark.parametrize(
    "answer",
    [
        response(b"", "503 Busy", "Retry-After: 31"),
        response(b"", "500 Oh"),
        response(b"", "429 Slow", "Retry-After: 1"),
        response(b"", "404 No"),
        redirect("/odd", "307 Temporary"),
    ],
)
def test_what_will_not_pass_is_asked_for_once(answer: bytes) -> None:
    with Server({"/": answer, "/odd": PAGE}) as server:
        Crew(retries=3).fetch(server.url())
        assert server.paths().count("/") == 1


def test_retries_share_the_time_of_their_link() -> None:
    crew = Crew(retries=5, deadline=60.0)

    def slow(_: Asked) -> bytes:
        crew.clock.now += 25
        return HALF

    with Server({"/": slow}) as server:
        assert crew.fails(server.url()).reason == "deadline"
        assert server.paths() == ["/"] * 3


def test_a_server_that_resets_connections_costs_its_page_and_no_other() -> None:
    with Server({"/": PAGE}) as server:
        crew = Crew(retries=1)
        crew.fetch(server.url())
        server.resets = True
        error = crew.fails(server.url())
        assert error.reason in ("closed-early", "unreachable"), error  # whichever call of the client's notices first
        server.resets = False
        assert crew.fetch(server.url()).status == 200


# ---- what robots.txt said, and codings


def test_a_capture_says_what_let_it_be_asked() -> None:
    robots = b"User-agent: *\nAllow: /\nContent-Usage: train-ai=n\nContent-Usage: /free/ train-ai=y\n"
    with Server({"/robots.txt": response(robots), "/a": PAGE, "/free/b": PAGE}) as server:
        capture = Crew().fetch(server.url("/a"))
        at = capture.exchanges[0].started_at
        said = Robots(server.url("/robots.txt"), "allowed", at, 200, ("train-ai=n",))
        assert capture.robots == said
        free = Crew().fetch(server.url("/free/b"))
        assert free.robots is not None
        assert free.robots.content_usage == ("train-ai=y",)
    with Server({"/a": PAGE}) as server:
        missing = Crew().fetch(server.url("/a")).robots
    assert missing is not None
    assert (missing.decision, missing.status) == ("missing", 404)


def test_zstd_is_undone_unasked_and_asked_for_where_it_is_wanted() -> None:
    page = response(zstd.compress(b"<p>Hello</p>"), "200 OK", "Content-Encoding: zstd")
    with Server({"/": page}) as server:
        for wanted, header in ((False, "gzip, br, deflate"), (True, "gzip, br, deflate, zstd")):
            assert Crew(zstd=wanted).fetch(server.url()).body == b"<p>Hello</p>"
            assert server.asked[-1].header("accept-encoding") == header

"""Bytes as they cross the wire, and the addresses that connections go to: real sockets, a real server."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path

import pytest
from odd import WHOLE
from servers import FakeClock, Reply, Server, response

from scraper import polite
from scraper.errors import RefusedError, ScrapeError
from scraper.fetch import Fetcher, Settings, exchanges_of
from scraper.reply import plain
from scraper.tap import MAX_HEAD, Bounds, Resolve, Wire, look_up
from scraper.types import Capture, Exchange, Link

LOOPBACK = Settings(contact="https://example.org/robot", version="1", allow_addresses=("127.0.0.1",))


async def fetch_all(urls: list[str], settings: Settings = LOOPBACK, resolve: Resolve = look_up) -> list[Capture]:
    """Fetch one after the other with one fetcher."""
    clock = FakeClock()
    manners = polite.Polite(polite.Settings(), clock, clock.sleep)
    async with Fetcher(settings, manners, clock, resolve) as fetcher:
        return [await fetcher.fetch(Link(url=url, source="test")) for url in urls]


def fetch(url: str, settings: Settings = LOOPBACK, resolve: Resolve = look_up) -> Capture:
    return asyncio.run(fetch_all([url], settings, resolve))[0]


def exchange_for(reply: Reply) -> tuple[Exchange, bytes]:
    with Server({"/": reply}) as server:
        capture = fetch(server.url())
    return capture.exchanges[-1], capture.body


def names(table: Mapping[str, list[str]]) -> Resolve:
    """A resolver that knows these names only."""

    async def resolve(host: str, port: int) -> list[str]:
        if host not in table:
            raise OSError("unknown")
        return table[host]

    return resolve


def test_a_peer_that_hung_up_at_once_is_still_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a reset the operating system says no peer's address: it is the one that was connected to."""
    monkeypatch.setattr(socket.socket, "getpeername", None)
    with Server({"/": response(b"text")}) as server:
        assert fetch(server.url()).exchanges[-1].peer == "127.0.0.1"


GZIPPED = gzip.compress(b"zipped", mtime=0)


def test_a_response_is_the_same_when_it_comes_byte_by_byte() -> None:
    raw = WHOLE["folded header"]
    exchange, _ = exchange_for(lambda _: (raw[at : at + 1] for at in range(len(raw))))
    assert exchange.response == raw


@pytest.mark.parametrize(
    "before",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n" * 3,
        b"HTTP/1.1 102 \nX: 1\n\n",
    ],
)
def test_informational_heads_are_left_out(before: bytes) -> None:
    raw = WHOLE["folded header"]
    assert exchange_for(before + raw)[0].response == raw
    assert exchange_for(lambda _: [before, raw])[0].response == raw


def test_chunks_are_undone_and_their_header_is_renamed() -> None:
    exchange, body = exchange_for(
        b"HTTP/1.1 200 OK\r\nX-First: 1\r\ntransfer-Encoding : chunked\r\nTrailer: X-Sum\r\n\r\n".replace(b" :", b":")
        + b"3;name=value\r\nhel\r\n002\r\nlo\r\n0\r\nX-Sum: 5\r\n\r\n"
    )
    assert exchange.response == (
        b"HTTP/1.1 200 OK\r\nX-First: 1\r\nx-orig-transfer-encoding: chunked\r\nTrailer: X-Sum\r\n\r\nhello"
    )
    assert body == b"hello"


def test_the_content_coding_is_kept_in_the_response_and_undone_in_the_body() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
    exchange, body = exchange_for(head + b"Content-Length: %d\r\n\r\n" % len(GZIPPED) + GZIPPED)
    assert exchange.response.endswith(b"\r\n\r\n" + GZIPPED)
    assert body == b"zipped"
    chunked = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(GZIPPED) + GZIPPED + b"\r\n0\r\n\r\n"
    exchange, body = exchange_for(head + chunked)
    assert exchange.response == head + b"x-orig-transfer-encoding: chunked\r\n\r\n" + GZIPPED
    assert body == b"zipped"


def test_the_request_is_kept_as_it_was_sent() -> None:
    with Server({"/a?b=%20": response(b"ok")}) as server:
        exchange = fetch(server.url("/a?b= #c")).exchanges[-1]
        assert exchange.request == server.asked[-1].head
        port = server.port
    assert exchange.request.split(b"\r\n") == [
        b"GET /a?b=%20 HTTP/1.1",
        b"Host: 127.0.0.1:%d" % port,
        b"User-Agent: scrape/1 (+https://example.org/robot)",
        b"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        b"Accept-Encoding: gzip, br, deflate",
        b"",
        b"",
    ]
    assert (exchange.peer, exchange.protocol, exchange.tls) == ("127.0.0.1", "http/1.1", None)
    assert exchange.started_at.endswith("Z")
    assert exchange.truncated is None


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "closed-early"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "closed-early"),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n", "closed-early"),
        (b"\x00\x01 this is no HTTP\r\n\r\n", "protocol"),
        (b"SSH-2.0-server\r\n\r\n", "protocol"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nraw", "protocol"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok", "protocol"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: magic\r\n\r\nok", "protocol"),
    ],
)
def test_what_is_no_whole_response_is_an_error_of_the_tree(raw: bytes, reason: str) -> None:
    with pytest.raises(ScrapeError) as error:
        exchange_for(raw)
    assert error.value.reason == reason
    assert error.value.exit_code == 1
    assert [exchange.url.endswith("/robots.txt") for exchange in exchanges_of(error.value)] == [True]


def test_no_more_is_held_of_what_comes_with_a_head_than_a_head_may_have() -> None:
    head, wire = b"HTTP/1.1 200 OK\r\nX: y\r\n\r\n", Wire("https://news.example/", lambda: 0.0, Bounds(60.0, 1 << 20))
    wire.read(head + bytes(500_000))
    wire.read(bytes(100_000))
    assert wire.head([b"x"]) == head
    assert wire.count == len(head) + 600_000
    assert len(wire.received) <= MAX_HEAD + 1


def test_a_silent_server_is_said_with_the_key_that_helps() -> None:
    """An error may have no text."""
    wire = Wire("https://news.example/", lambda: 0.0, Bounds(60.0, 1))
    said = plain(TimeoutError(), wire)
    assert str(said).endswith("answers too slowly; raise `network.timeout` if it is worth the wait (TimeoutError)")
    assert said.reason == "timeout"


def test_a_connection_is_used_again_and_a_dead_one_is_replaced() -> None:
    with Server({"/": response(b"ok")}, keep_alive=True) as server:
        captures = asyncio.run(fetch_all([server.url()] * 3))
        assert [capture.body for capture in captures] == [b"ok"] * 3
        assert server.connections == 1
    with Server({"/": response(b"ok")}) as server:
        captures = asyncio.run(fetch_all([server.url()] * 3))
        assert [capture.body for capture in captures] == [b"ok"] * 3
        assert [len(capture.exchanges) for capture in captures] == [2, 1, 1]
        assert server.paths() == ["/"] * 3


def test_a_response_smuggled_behind_another_answers_nothing() -> None:
    smuggled = response(b"evil")
    for behind in (smuggled, smuggled[:10], b"HTTP/1.1 200 OK\r\nX: ", b"\r\n\r\n", b"junk"):
        with Server({"/one": response(b"one") + behind, "/two": response(b"two")}, keep_alive=True) as server:
            one, two = asyncio.run(fetch_all([server.url("/one"), server.url("/two")]))
        assert (one.body, two.body) == (b"one", b"two")
        assert two.exchanges[-1].response == response(b"two")
        assert [name for name, _ in two.headers] == ["content-length"]


def test_the_name_stays_in_the_request_and_the_address_is_the_one_looked_up() -> None:
    with Server({"/": response(b"ok")}) as server:
        capture = fetch(server.url(host="news.example"), resolve=names({"news.example": ["127.0.0.1"]}))
        assert server.asked[-1].header("host") == f"news.example:{server.port}"
    assert capture.exchanges[-1].peer == "127.0.0.1"


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    settings = Settings(allow_addresses=("127.0.0.0/8",))
    with Server({"/": response(b"ok")}) as server:
        resolve = names({"news.example": ["127.0.0.9", "127.0.0.1"]})
        assert fetch(server.url(host="news.example"), settings, resolve).exchanges[-1].peer == "127.0.0.1"


@pytest.mark.parametrize("answers", [["10.0.0.1"], ["127.0.0.1", "10.0.0.1"], ["127.0.0.2"], ["not an address"]])
def test_one_private_answer_refuses_the_name(answers: list[str]) -> None:
    with Server({"/": response(b"ok")}) as server:
        with pytest.raises(RefusedError) as error:
            fetch(server.url(host="news.example"), resolve=names({"news.example": answers}))
        assert error.value.reason == "private-address"
        assert server.connections == 0


def test_a_name_that_is_rebound_is_checked_again() -> None:
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])

    async def rebinding(host: str, port: int) -> list[str]:
        return next(answers)

    with Server({"/": response(b"ok")}) as server:
        with pytest.raises(RefusedError) as error:
            asyncio.run(fetch_all([server.url(host="news.example")], resolve=rebinding))
        assert error.value.reason == "private-address"
        assert [asked.path for asked in server.asked] == ["/robots.txt"]


def test_no_proxy_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    assert exchange_for(response(b"ok"))[1] == b"ok"


def test_hosts_that_cannot_be_reached_say_why() -> None:
    with Server({}) as server:
        closed = server.url()
    for url, reason in ((closed, "unreachable"), ("http://nowhere.example/", "dns")):
        with pytest.raises(ScrapeError) as error:
            fetch(url, resolve=names({"127.0.0.1": ["127.0.0.1"]}))
        assert (error.value.reason, error.value.exit_code) == (reason, 1)
    for broken in ("http://a..b/", f"http://{'a' * 70}.example/"):
        with pytest.raises(ScrapeError) as error:
            fetch(broken)
        assert error.value.reason == "dns"


def test_tls_is_tapped_inside_and_checked_by_name(certificate: Path) -> None:
    raw = WHOLE["folded header"]
    resolve = names({"news.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]})
    trusting = Settings(allow_addresses=("127.0.0.1",), ca_file=str(certificate))
    with Server({"/": raw}, certificate=certificate) as server:
        exchange = fetch(server.url(host="news.example"), trusting, resolve).exchanges[-1]
        assert exchange.response == raw
        assert exchange.tls is not None
        assert exchange.tls.startswith("TLSv1.3 TLS_")
        assert set(server.names) == {"news.example"}
        for host, settings in (("other.example", trusting), ("news.example", LOOPBACK)):
            with pytest.raises(ScrapeError, match=r"`network\.unverified_hosts` can except a host") as error:
                fetch(server.url(host=host), settings, resolve)
            assert error.value.reason == "tls"


def test_an_excepted_host_is_asked_and_its_exchanges_say_why(certificate: Path) -> None:
    reason = "it ran out, and they know"
    resolve = names({"other.example": ["127.0.0.1"], "third.example": ["127.0.0.1"]})
    excepting = Settings(allow_addresses=("127.0.0.1",), unverified_hosts={"other.example": reason})
    with Server({"/": response(b"ok")}, certificate=certificate) as server:
        capture = fetch(server.url(host="other.example"), excepting, resolve)
        assert [exchange.unverified for exchange in capture.exchanges] == [reason] * 2
        assert (capture.exchanges[-1].tls or "").startswith("TLSv1.3 TLS_")
        with pytest.raises(ScrapeError) as error:
            fetch(server.url(host="third.example"), excepting, resolve)
        assert error.value.reason == "tls"


def test_a_suite_of_tls_1_2_has_its_name_of_the_registry(certificate: Path) -> None:
    trusting = Settings(allow_addresses=("127.0.0.1",), ca_file=str(certificate))
    with Server({"/": response(b"ok")}, certificate=certificate, newest=ssl.TLSVersion.TLSv1_2) as server:
        exchange = fetch(server.url(host="news.example"), trusting, names({"news.example": ["127.0.0.1"]})).exchanges[
            -1
        ]
    assert exchange.tls == "TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
    assert exchange.unverified is None

"""Pages over HTTP/2, from a real server, as the archive keeps them."""

from __future__ import annotations

import asyncio
import gzip
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from http2_servers import Answer, Http2Server
from servers import FakeClock, Server, response

from scraper import polite, warc
from scraper.errors import ConfigError, ScrapeError
from scraper.fetch import Fetcher, Settings, exchanges_of
from scraper.types import Capture, Link

PAGE = Answer(b"<p>Hello</p>")


async def news(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


@pytest.fixture
def ask(certificate: Path) -> Callable[..., list[Capture | ScrapeError]]:
    """Fetches addresses one after the other with one fetcher."""

    async def main(urls: tuple[str, ...], more: dict[str, object]) -> list[Capture | ScrapeError]:
        settings = {"allow_addresses": ("127.0.0.1",), "ca_file": str(certificate), "http2": True, **more}
        clock, found = FakeClock(), []
        manners = polite.Polite(polite.Settings(), clock, clock.sleep)
        async with Fetcher(Settings(**settings), manners, clock, news) as fetcher:  # type: ignore[arg-type]  # by keyword
            for url in urls:
                found.append(await _either(fetcher.fetch(Link(url, "test"))))
        return found

    return lambda *urls, **more: asyncio.run(main(urls, more))


async def _either(capture: Awaitable[Capture]) -> Capture | ScrapeError:
    try:
        return await capture
    except ScrapeError as error:
        return error


Ask = Callable[..., list[Capture | ScrapeError]]


@pytest.mark.parametrize("framing", ["plain", "wire"])
def test_a_page_is_kept_as_a_message_of_http_1_1(ask: Ask, certificate: Path, tmp_path: Path, framing: str) -> None:
    body = gzip.compress(PAGE.body)
    fields = (("content-type", "text/html"), ("content-encoding", "gzip"), ("vary", "a"), ("vary", "b"))
    with Http2Server({"/a?b": Answer(body, fields)}, certificate) as server:
        (found,) = ask(server.url("/a?b"), framing=framing)
        assert [fields[":path"] for fields in server.asked] == ["/robots.txt", "/a?b"]
        assert server.connections == 1
        port = server.port
    assert isinstance(found, Capture), found
    assert (found.status, found.body, found.mime) == (200, PAGE.body, "text/html")
    hop = found.exchanges[-1]
    assert hop.response == (
        b"HTTP/1.1 200 \r\ncontent-type: text/html\r\ncontent-encoding: gzip\r\nvary: a\r\nvary: b\r\n\r\n" + body
    )
    assert hop.request.startswith(b"GET /a?b HTTP/1.1\r\nHost: news.example:%d\r\nUser-Agent: scrape/" % port)
    assert (hop.protocol, (hop.tls or "")[:12], hop.peer) == ("http/2", "TLSv1.3 TLS_", "127.0.0.1")
    writer = warc.Writer(tmp_path, lambda: datetime(2026, 11, 21, tzinfo=UTC), warc.Info(framing=framing))
    ref = writer.write(found)
    entry = warc.read_at(writer.close(), ref.offset)
    assert [value for name, value in entry.headers if name == "WARC-Protocol"] == ["h2", "tls/1.3"]
    assert warc.capture(entry, "x", "y").body == PAGE.body


def test_a_server_without_http_2_is_spoken_to_as_before(ask: Ask, certificate: Path) -> None:
    with Server({"/": response(b"ok")}, certificate=certificate) as server:
        (found,) = ask(server.url(host="news.example"))
    assert isinstance(found, Capture)
    assert (found.exchanges[-1].protocol, found.exchanges[-1].response) == ("http/1.1", response(b"ok"))


def test_redirects_and_large_bodies(ask: Ask, certificate: Path) -> None:
    large = bytes(range(256)) * 12_000  # three times the window that HTTP/2 begins with
    routes = {"/": Answer(headers=(("location", "/b"),), status="302"), "/b": Answer(large)}
    with Http2Server(routes, certificate) as server:
        (found,) = ask(server.url())
    assert isinstance(found, Capture)
    assert found.body == large
    assert [hop.status for hop in found.exchanges] == [404, 302, 200]


LONG = (("content-type", "text/html"), ("x", "y" * 60_000), ("z", "y" * 60_000))
MANY = tuple((f"x{number}", "y") for number in range(1500))
BREACHES: dict[str, tuple[Answer, str, object]] = {
    "a reset": (Answer(b"half", then="reset"), "closed-early", b"half"),
    "a goodbye": (Answer(b"half", then="goodbye"), "closed-early", b"half"),
    "a hang-up": (Answer(b"half", then="hang-up"), "closed-early", b"half"),
    # What came in the same piece of the wire as the breach is not seen: no byte of it is certain.
    "data of no stream": (Answer(b"half", then=b"\0\0\1\0\0\0\0\0\0x"), "protocol", ...),
    "less than its length": (Answer(b"half", (("content-length", "9"),)), "protocol", None),
    "a line end in a field": (Answer(b"ok", (("x", "y\r\nset-cookie: z"),)), "protocol", None),
    "a head of 120 kB": (Answer(b"ok", LONG), "protocol", None),
    "a thousand fields": (Answer(b"ok", MANY), "too-many-headers", None),
    "a large body": (Answer(bytes(400_000)), "too-large", b""),
    "a bomb": (
        Answer(gzip.compress(bytes(5_000_000)), (("content-encoding", "gzip"),)),
        "decoded-too-large",
        b"",
    ),
}


@pytest.mark.parametrize("name", BREACHES)
def test_what_is_no_whole_response(name: str, ask: Ask, certificate: Path) -> None:
    answer, reason, kept = BREACHES[name]
    with Http2Server({"/": PAGE, "/odd": answer}, certificate) as server:
        bounds = {"max_bytes": 200_000, "max_decoded_bytes": 1_000_000}
        _, found, after = ask(server.url(), server.url("/odd"), server.url(), **bounds)
        was_cut = (
            isinstance(found, ScrapeError) and bool(hops := exchanges_of(found)) and hops[-1].truncated is not None
        )
        assert (
            server.connections > 1 or not was_cut
        )  # what is left of a cut body is no part of the next page's exchange
    assert isinstance(after, Capture), after
    assert after.body == PAGE.body
    assert isinstance(found, ScrapeError), found
    assert found.reason == reason
    hops = exchanges_of(found)
    assert kept is ... or bool(hops) is (kept is not None)
    if isinstance(kept, bytes):
        assert hops[-1].response.endswith(kept)
    if kept == b"half":
        assert hops[-1].truncated == "disconnect"


def test_a_transfer_coding_that_http_2_does_not_have_misleads_no_reader(ask: Ask, certificate: Path) -> None:
    with Http2Server({"/": Answer(b"ok", (("transfer-encoding", "chunked"),))}, certificate) as server:
        (found,) = ask(server.url())
    assert isinstance(found, Capture), found
    assert found.exchanges[-1].response == b"HTTP/1.1 200 \r\nx-orig-transfer-encoding: chunked\r\n\r\nok"


def test_without_the_package_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "h2.exceptions", None)
    monkeypatch.delitem(sys.modules, "scraper.transport.http2", raising=False)
    clock = FakeClock()
    with pytest.raises(ConfigError, match=r"pip install 'scrape\[http2\]'"):
        Fetcher(Settings(http2=True), polite.Polite(polite.Settings(), clock, clock.sleep), clock)

"""What a source names, against a real server: lists, patterns, sitemaps that lead to sitemaps."""

from __future__ import annotations

import gzip
import logging
from pathlib import Path

import pytest
from bench import Bench, page, text
from msgspec import structs
from servers import Asked, Server, response
from sites import XML, index_of, rss, source, urlset

from scraper.pipeline import Source, SourceKind, find
from scraper.sources import pages
from scraper.sources.choice import Choice
from scraper.sources.names import file_uri
from scraper.types import FoundBy, Record


def listed(*urls: str, file: Path | None = None, **more: object) -> Source:
    return structs.replace(Source("paper", SourceKind.PAGES, str(file or ""), pages=urls), **more)


# ---- lists of addresses


def test_a_list_is_archived_once(bench: Bench, tmp_path: Path) -> None:
    with Server({"/bridge": page("bridge"), "/port": page("port"), "/mill": page("mill")}) as server:
        file = tmp_path / "list.txt"
        port, bridge = server.url("/port#top"), server.url("/bridge?utm_source=x")
        file.write_text(f"\ufeff# the council's\n\n  {port}   # a comment\n{bridge}\n")
        both = listed(server.url("/bridge"), file=file)
        ran = bench.run(both)
        assert (str(ran.tally), ran.texts) == ("2 archived, 0 known", [text("bridge"), text("port")])
        found = {result.url: result.found_by for result in ran.results if isinstance(result, Record)}
        assert found == {
            server.url("/bridge"): FoundBy("pages", "configuration"),
            server.url("/port"): FoundBy("pages", file_uri(str(file))),
        }
        file.write_text(f"{server.url('/port')}\r\n{server.url('/mill')}")
        assert str(bench.run(both).tally) == "1 archived, 2 known"
        assert sorted(server.paths()) == ["/bridge", "/mill", "/port"]


def test_a_line_that_is_no_address_costs_no_other(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    with Server({"/bridge": page("bridge")}) as server:
        file.write_text(f"{server.url('/bridge')}\nnews.example/a\n")
        ran = bench.run(listed(file=file))
    assert str(ran.tally) == "1 archived, 0 known, 1 bad-address"
    assert (
        ran.tally.failures[0].message
        == f"{file_uri(str(file))}:2: expected an http or https address, got `news.example/a`"
    )


@pytest.mark.parametrize(
    ("data", "reason"), [(None, "unreadable"), (b"\xff\xfe\xfd", "bad-encoding"), (b"#" * 101, "too-large")]
)
def test_a_list_that_cannot_be_read(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes | None, reason: str
) -> None:
    monkeypatch.setattr(pages, "MAX_BYTES", 100)
    file = tmp_path / "list.txt"
    if data is not None:
        file.write_bytes(data)
    ran = bench.run(listed(file=file))
    assert ran.reasons == [reason]
    assert str(file) in ran.tally.failures[0].message


# ---- patterns


def test_patterns_choose_among_what_a_feed_names(bench: Bench) -> None:
    routes = {"/feed": response(rss("/news/bridge", "/video/news", "/port"), "200 OK", XML)}
    with Server({**routes, "/news/bridge": page("bridge")}) as server:
        chosen = source(server, choice=Choice(("*/news/*", "/video/*"), ("*/video/*",)))
        assert str(bench.run(chosen).tally) == "1 archived, 0 known"
        assert server.paths() == ["/feed", "/news/bridge"]


def test_another_choice_reads_what_did_not_change_anew(bench: Bench) -> None:
    def feed(asked: Asked) -> bytes:
        if asked.header("if-none-match"):
            return response(b"", "304 Not Modified")
        return response(rss("/bridge", "/port"), "200 OK", XML, 'ETag: "1"')

    with Server({"/feed": feed, "/bridge": page("bridge"), "/port": page("port")}) as server:
        bridges = source(server, choice=Choice(include=("/bridge",)))
        assert str(bench.run(bridges).tally) == "1 archived, 0 known"
        assert str(bench.run(bridges).tally) == "0 archived, 0 known"
        assert str(bench.run(source(server)).tally) == "1 archived, 1 known"


# ---- sitemaps


def test_indexes_of_indexes_loops_and_gzip(bench: Bench) -> None:
    with Server({"/bridge": page("bridge"), "/port": page("port")}) as server:
        at = server.url
        packed = gzip.compress(urlset(at("/port")))
        server.routes |= {
            "/map": response(index_of(at("/map"), at("/deeper"), at("/b"), at("/b/")), "200 OK", XML),
            "/deeper": response(index_of(at("/map"), at("/c.xml.gz"), at("/deeper")), "200 OK", XML),
            "/c.xml.gz": response(packed, "200 OK", "Content-Type: application/gzip"),
            "/b": response(urlset(at("/bridge")), "200 OK", XML),
        }
        ran = bench.run(source(server, "/map", "sitemap"))
        assert (str(ran.tally), ran.texts) == ("2 archived, 0 known", [text("bridge"), text("port")])
        assert server.paths() == ["/map", "/deeper", "/c.xml.gz", "/b", "/port", "/bridge"]


def test_sitemaps_without_end_are_bounded(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Endless(dict[str, object]):
        def get(self, path: str, default: object = None) -> object:  # type: ignore[override]  # what the server asks
            names = [server.url(f"{path}{number}") for number in range(3)]
            return default if path == "/robots.txt" else response(index_of(*names), "200 OK", XML)

    with Server({}) as server:
        server.routes = Endless()  # type: ignore[assignment]  # the same
        assert str(bench.run(source(server, "/map", "sitemap")).tally) == "0 archived, 0 known"
        assert len(server.paths()) == 1 + 3 + 9 + 27
        assert max(len(path) for path in server.paths()) == len("/map") + find.MAX_DEPTH
        server.asked.clear()
        monkeypatch.setattr(find, "MAX_SITEMAPS", 7)
        with caplog.at_level(logging.WARNING):
            bench.run(source(server, "/map", "sitemap"))
        assert len(server.paths()) == 8
        assert "sitemaps or more are left unread" in caplog.text


def test_a_sitemap_that_is_left_out_is_not_asked_for(bench: Bench) -> None:
    with Server({"/bridge": page("bridge")}) as server:
        server.routes["/map"] = response(index_of(server.url("/video/map"), server.url("/b")), "200 OK", XML)
        server.routes["/b"] = response(urlset(server.url("/bridge"), server.url("/video/1")), "200 OK", XML)
        ran = bench.run(source(server, "/map", "sitemap", choice=Choice(("/bridge",), ("/video/*",))))
        assert str(ran.tally) == "1 archived, 0 known"
        assert server.paths() == ["/map", "/b", "/bridge"]


def test_what_a_news_sitemap_says_is_kept_with_the_record(bench: Bench) -> None:
    with Server({"/bridge": page("bridge")}) as server:
        body = (
            "<urlset xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'><url>"
            f"<loc>{server.url('/bridge')}</loc><n:news><n:publication><n:name>The Paper</n:name>"
            "<n:language>en</n:language></n:publication><n:title>A bridge</n:title>"
            "<n:publication_date>2023-10-04T10:00:00+02:00</n:publication_date></n:news></url></urlset>"
        )
        server.routes["/map"] = response(body.encode(), "200 OK", XML)
        bench.run(source(server, "/map", "sitemap"))
        (line,) = bench.lines()
        found = FoundBy("news_sitemap", server.url("/map"), "A bridge", "2023-10-04T10:00:00+02:00", "en")
        assert line.found_by == found
        assert line.warc is not None
        with bench.view() as view:
            assert view.capture(line.warc).link.found_by == found

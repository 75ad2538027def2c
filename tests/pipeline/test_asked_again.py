"""What is asked again and again costs a revisit, not a copy; and a lost index forgets none of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import Bench, page, text
from servers import Asked, Server, response

from scraper.archive import rebuild
from scraper.index import Validators
from scraper.pipeline import Source, SourceKind

ROBOTS = response(b"User-agent: *\nDisallow: /private/\n" * 20, "200 OK", "Content-Type: text/plain")


def rss(*paths: str) -> bytes:
    items = "".join(f"<item><title>About {path[1:]}</title><link>{path}</link></item>" for path in paths)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>'.encode()


def feed(*paths: str, tag: str | None = None) -> bytes:
    tags = [] if tag is None else [f'ETag: "{tag}"', "Last-Modified: Sat, 21 Nov 2026 12:00:00 GMT"]
    return response(rss(*paths), "200 OK", "Content-Type: application/xml", *tags)


def tagged(tag: str, *paths: str) -> object:
    """A feed with an ETag, and a 304 for who has it."""

    def answer(asked: Asked) -> bytes:
        if asked.header("if-none-match") == f'"{tag}"':
            return response(b"", "304 Not Modified", f'ETag: "{tag}"')
        return feed(*paths, tag=tag)

    return answer


def source(server: Server) -> Source:
    return Source("paper", SourceKind.FEED, server.url("/feed"))


def run(bench: Bench, server: Server, times: int = 1) -> list[str]:
    """What runs a quarter of an hour apart said."""
    said = []
    for _ in range(times):
        said.append(str(bench.run(source(server)).tally))
        bench.crew.clock.now += 900
    return said


def forget_index(bench: Bench) -> None:
    for path in bench.root.glob("index.sqlite*"):
        path.unlink()


def size(bench: Bench) -> int:
    return sum(path.stat().st_size for path in bench.root.glob("warc/*/*/*.warc.gz"))


def test_a_feed_without_validators_that_stays_the_same(bench: Bench) -> None:
    """Each run is a process of its own, so it asks for robots.txt too."""
    with Server({"/feed": feed("/a", "/b"), "/robots.txt": ROBOTS, "/a": page("bridge"), "/b": page("port")}) as server:
        assert run(bench, server, 5) == ["2 archived, 0 known", *["0 archived, 2 known"] * 4]
        forget_index(bench)
        assert run(bench, server, 3) == ["0 archived, 2 known"] * 3
    types = bench.types()
    assert (types["response"], types["revisit"]) == (4, 2 * 7)
    assert (types["request"], types["metadata"]) == (4 + 2 * 7, 2)


def test_a_feed_that_answers_304_and_an_index_that_is_lost(bench: Bench) -> None:
    with Server({"/feed": tagged("1", "/a"), "/robots.txt": ROBOTS, "/a": page("bridge")}) as server:
        assert run(bench, server, 3) == ["1 archived, 0 known", *["0 archived, 0 known"] * 2]
        with bench.view() as view:
            before = view.index.validators("paper", server.url("/feed"))
            payloads = list(view.index.all_payloads())
        assert before == Validators('"1"', "Sat, 21 Nov 2026 12:00:00 GMT")
        rebuild(bench.root)
        with bench.view() as view:
            assert view.index.validators("paper", server.url("/feed")) == before
            assert list(view.index.all_payloads()) == payloads
        forget_index(bench)
        assert run(bench, server, 2) == ["0 archived, 0 known"] * 2
        server.routes["/feed"] = tagged("2", "/a", "/b")
        server.routes["/b"] = page("port")
        assert run(bench, server) == ["1 archived, 1 known"]
        asked = [one.header("if-none-match") for one in server.asked if one.path == "/feed"]
    assert asked == [None, '"1"', '"1"', '"1"', '"1"', '"1"']
    assert (bench.types()["response"], bench.types()["revisit"]) == (5, 4 + 5)  # 304s; robots.txt again
    assert [line.text for line in bench.lines()] == [text("bridge"), text("port")]


def test_validators_are_not_kept_before_all_that_was_named_is_archived(bench: Bench) -> None:
    with Server({"/feed": tagged("1", "/a", "/b"), "/a": page("bridge")}) as server:
        server.routes["/b"] = response(b"", "500 Oops", "Retry-After: 1")
        assert run(bench, server) == ["1 archived, 0 known, 1 http-500"]
        forget_index(bench)
        server.routes["/b"] = page("port")
        assert run(bench, server, 2) == ["1 archived, 1 known", "0 archived, 0 known"]
        asked = [one.header("if-none-match") for one in server.asked if one.path == "/feed"]
    assert asked == [None, None, '"1"']


def test_what_gave_no_article_is_known_without_the_index(bench: Bench) -> None:
    with Server({"/feed": feed("/gone", "/a"), "/a": page("bridge")}) as server:
        assert run(bench, server) == ["1 archived, 0 known, 1 http-404"]
        forget_index(bench)
        assert run(bench, server) == ["0 archived, 2 known"]
        assert server.paths().count("/gone") == 1


def test_a_feed_asked_every_quarter_of_an_hour_costs_little(bench: Bench, tmp_path: Path) -> None:
    """Four kilobytes of feed that do not pack: a visit is a revisit, its request, and the same of robots.txt."""
    many = tuple(f"/{hash(number) * 2654435761 % 2**61:x}" for number in range(200))
    with Server({"/feed": feed(*many), "/robots.txt": ROBOTS}) as server:
        run(bench, server)
        first = size(bench)
        run(bench, server)
        again = size(bench) - first
        run(bench, server, 4)
    assert size(bench) - first - again == pytest.approx(4 * again, rel=0.05)
    assert again < 4000

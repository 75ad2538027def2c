"""Feeds, sitemaps and listings against a real server: what is new is archived once, and nothing new is overlooked."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from bench import Bench, page, text
from crew import redirect
from msgspec import structs
from pools import Trap
from servers import Asked, Server, response
from sites import XML, index_of, rss, source, urlset

from scraper.errors import LimitError, ScrapeError
from scraper.pipeline import Tools
from scraper.pipeline import run as runs
from scraper.pipeline.run import run_source
from scraper.sources.choice import Choice
from scraper.types import Capture, Failure, Record


def versioned(body: bytes) -> Callable[[Asked], bytes]:
    """An answer that is 304 for who has it."""
    tag = f'"{hash(body)}"'

    def answer(asked: Asked) -> bytes:
        if asked.header("if-none-match") == tag:
            return response(b"", "304 Not Modified", f"ETag: {tag}")
        return response(body, "200 OK", XML, f"ETag: {tag}")

    return answer


def statuses(bench: Bench, server: Server, path: str) -> list[bool]:
    """For each time that a path was asked for: whether it was asked for only if it changed."""
    return [asked.header("if-none-match") is not None for asked in server.asked if asked.path == path]


# ---- feeds


def test_new_articles_are_fetched_once_and_a_feed_that_did_not_change_is_not_read(bench: Bench) -> None:
    routes = {"/feed": versioned(rss("/bridge", "/port")), "/bridge": page("bridge"), "/port": page("port")}
    with Server(routes) as server:
        first = bench.run(source(server))
        assert (str(first.tally), first.texts) == ("2 archived, 0 known", [text("bridge"), text("port")])
        assert str(bench.run(source(server)).tally) == "0 archived, 0 known"
        server.routes["/feed"] = versioned(rss("/park", "/bridge", "/port"))
        server.routes["/park"] = page("park")
        third = bench.run(source(server))
        assert (str(third.tally), third.texts) == ("1 archived, 2 known", [text("park")])
        assert statuses(bench, server, "/feed") == [False, True, True]
        assert sorted(path for path in server.paths() if path != "/feed") == ["/bridge", "/park", "/port"]
        found = {line.url: line.found_by for line in bench.lines()}
        by = found[server.url("/park")]
        assert by is not None
        assert (by.kind, by.at, by.title) == ("feed", server.url("/feed"), "About park")
    types = bench.types()
    assert types["response"] == 3 + 2 + 1  # articles; the feed before and after its change; robots.txt
    assert types["revisit"] == 1 + 2  # a feed that did not change; the same robots.txt again
    assert types["metadata"] == 3 + 2  # ledgers; that all of a feed is archived
    with bench.view() as view:
        run = view.index.runs()["paper"]
        assert run.ok is True
        assert run.ended_at is not None
        assert run.ended_at >= run.started_at


def test_an_address_in_another_spelling_is_the_same(bench: Bench) -> None:
    with Server({"/feed": rss_page("/a?x=1&y=2"), "/a?x=1&y=2": page("bridge")}) as server:
        bench.run(source(server))
        server.routes["/feed"] = rss_page("/a?y=2&x=1&utm_source=feed#top")
        assert str(bench.run(source(server)).tally) == "0 archived, 1 known"


def rss_page(*paths: str) -> bytes:
    return response(rss(*(path.replace("&", "&amp;") for path in paths)), "200 OK", XML)


def test_a_404_is_not_tried_again_and_a_500_is(bench: Bench) -> None:
    routes = {"/feed": versioned(rss("/bridge", "/gone", "/broken")), "/bridge": page("bridge")}
    with Server(routes) as server:
        server.routes["/broken"] = response(b"", "500 Oops", "Retry-After: 5")
        first = bench.run(source(server))
        assert str(first.tally) == "1 archived, 0 known, 1 http-404, 1 http-500"
        bench.crew.clock.now += 60  # its host asked for five seconds of peace
        server.routes["/broken"] = page("broken")
        second = bench.run(source(server))
        assert str(second.tally) == "1 archived, 2 known"
        assert str(bench.run(source(server)).tally) == "0 archived, 0 known"
        # Only what was archived whole makes the third request a conditional one.
        assert statuses(bench, server, "/feed") == [False, False, True]
        assert server.paths().count("/gone") == 1


def test_what_is_refused_is_asked_for_again_only_when_the_feed_changes(bench: Bench) -> None:
    feed = rss("/bridge", "/private/a", "/members")
    routes = {"/feed": versioned(feed), "/bridge": page("bridge"), "/members": response(b"", "403 Forbidden")}
    with Server({**routes, "/robots.txt": response(b"User-agent: *\nDisallow: /private")}) as server:
        said = [str(bench.run(source(server)).tally) for _ in range(3)]
        assert said == ["1 archived, 0 known, 1 http-403, 1 robots", *["0 archived, 0 known"] * 2]
        assert statuses(bench, server, "/feed") == [False, True, True]
        assert server.paths().count("/members") == 1
        server.routes["/feed"] = versioned(feed + b" ")
        server.routes["/members"] = page("port")
        assert str(bench.run(source(server)).tally) == "1 archived, 1 known, 1 robots"


def test_a_page_that_the_cleaner_fails_at_is_not_fetched_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch = runs.fetch_all.__globals__["fetch"]

    async def trapped(link: object, tools: Tools) -> Capture:
        of: Capture = await fetch(link, tools)
        return structs.replace(of, body=Trap(of.body, "bug"))

    monkeypatch.setitem(runs.fetch_all.__globals__, "fetch", trapped)
    with Server({"/feed": rss_page("/bridge"), "/bridge": page("bridge")}) as server:
        assert str(bench.run(source(server)).tally) == "0 archived, 0 known, 1 internal-error"
        assert str(bench.run(source(server)).tally) == "0 archived, 1 known"
        assert server.paths().count("/bridge") == 1
    assert bench.types() == {"metadata": 1, "request": 5, "response": 3, "revisit": 2, "warcinfo": 2}


def test_a_full_run_leaves_the_rest_to_the_next_and_no_304_hides_it(bench: Bench) -> None:
    routes = {f"/{number}": page(f"bridge {number}") for number in range(5)}
    with Server({"/feed": versioned(rss(*routes)), **routes}) as server:
        tallies = [str(bench.run(source(server, limit=2)).tally) for _ in range(4)]
        assert tallies == ["2 archived, 0 known", "2 archived, 2 known", "1 archived, 4 known", "0 archived, 0 known"]
        assert statuses(bench, server, "/feed") == [False, False, False, True]


def test_what_one_source_has_is_new_to_another(bench: Bench) -> None:
    with Server({"/feed": versioned(rss("/bridge")), "/bridge": page("bridge")}) as server:
        bench.run(source(server))
        assert str(bench.run(source(server, name="other")).tally) == "1 archived, 0 known"


def test_validators_of_a_redirect_s_target_are_not_sent_to_the_redirect(bench: Bench) -> None:
    routes = {"/feed": redirect("/real"), "/real": versioned(rss("/bridge")), "/bridge": page("bridge")}
    with Server(routes) as server:
        bench.run(source(server))
        assert str(bench.run(source(server)).tally) == "0 archived, 1 known"
        assert statuses(bench, server, "/feed") == [False, False]


@pytest.mark.parametrize(
    ("answer", "reason", "code"),
    [
        (response(b"<html><body><p>Moved to our new site</p></body></html>", "200 OK"), "not-a-feed", 4),
        (response(b"", "404 Not Found"), "http-404", 6),
        (response(b"", "503 Busy"), "http-503", 1),
        (redirect("http://127.0.0.2:1/"), "private-address", 6),
    ],
)
def test_a_source_that_fails_is_one_failure(
    bench: Bench, answer: bytes, reason: str, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    with Server({"/feed": answer}) as server, caplog.at_level(logging.WARNING, "scraper"):
        ran = bench.run(source(server))
        (problem,) = ran.results
        assert isinstance(problem, Failure)
        assert (problem.reason, problem.exit_code, problem.where) == (reason, code, server.url("/feed"))
        assert ran.tally.failures == [problem]
    assert [record.getMessage() for record in caplog.records] == [problem.message]
    with bench.view() as view:
        assert view.index.failures() == {("paper", reason): 1}
        assert view.index.runs()["paper"].ok is False
    assert bench.types()["response"] >= 2  # what was answered is kept


def test_nobody_there(bench: Bench) -> None:
    with Server({}) as server:
        gone = source(server)
    ran = bench.run(gone)
    assert ran.reasons == ["unreachable"]


def test_robots_are_obeyed(bench: Bench) -> None:
    robots = response(b"User-agent: *\nDisallow: /private/\n", "200 OK", "Content-Type: text/plain")
    routes = {"/robots.txt": robots, "/feed": rss_page("/private/a", "/bridge"), "/bridge": page("bridge")}
    with Server(routes) as server:
        ran = bench.run(source(server))
        assert str(ran.tally) == "1 archived, 0 known, 1 robots"
        assert sorted(server.paths()) == ["/bridge", "/feed"]


def test_the_archive_s_own_error_is_raised(bench: Bench) -> None:
    async def main(tools: Tools) -> None:
        tools.archive._trouble = LimitError("halfway", reason="archive-broken")
        with pytest.raises(ScrapeError) as caught:
            await run_source(source(server), tools)
        assert caught.value.reason == "archive-broken"

    with Server({"/feed": rss_page("/bridge")}) as server:
        bench.do(main)


# ---- sitemaps


def test_a_sitemap(bench: Bench) -> None:
    with Server({"/bridge": page("bridge")}) as server:
        server.routes["/map"] = versioned(urlset(server.url("/bridge")))
        assert str(bench.run(source(server, "/map", "sitemap")).tally) == "1 archived, 0 known"
        assert str(bench.run(source(server, "/map", "sitemap")).tally) == "0 archived, 0 known"
        assert statuses(bench, server, "/map") == [False, True]


def test_an_index_that_stays_the_same_while_its_sitemaps_change(bench: Bench) -> None:
    with Server({"/bridge": page("bridge"), "/port": page("port"), "/park": page("park")}) as server:
        server.routes["/map"] = versioned(index_of(server.url("/a"), server.url("/b")))
        server.routes["/a"] = versioned(urlset(server.url("/bridge")))
        server.routes["/b"] = versioned(urlset(server.url("/port"), server.url("/bridge")))
        sitemaps = source(server, "/map", "sitemap")
        assert str(bench.run(sitemaps).tally) == "2 archived, 0 known"
        server.routes["/b"] = versioned(urlset(server.url("/port"), server.url("/park")))
        assert str(bench.run(sitemaps).tally) == "1 archived, 1 known"
        assert statuses(bench, server, "/map") == [False, False]
        assert statuses(bench, server, "/a") == [False, True]


def test_what_is_known_does_not_fill_a_run(bench: Bench) -> None:
    """The first sitemap of an index is known in whole; the limit is for what is new."""
    pages = {f"/{number}": page(f"bridge {number}") for number in range(6)}
    with Server(pages) as server:
        urls = [server.url(path) for path in pages]
        server.routes["/map"] = response(index_of(server.url("/a"), server.url("/b")), "200 OK", XML)
        server.routes["/a"] = response(urlset(*urls[:3]), "200 OK", XML)
        server.routes["/b"] = response(urlset(*urls[3:]), "200 OK", XML)
        sitemaps = source(server, "/map", "sitemap", limit=3)
        assert [str(bench.run(sitemaps).tally) for _ in range(3)] == [
            "3 archived, 0 known",
            "3 archived, 3 known",
            "0 archived, 6 known",
        ]


def test_a_sitemap_of_an_index_that_fails_costs_no_other(bench: Bench) -> None:
    with Server({"/bridge": page("bridge")}) as server:
        server.routes["/map"] = response(index_of(*map(server.url, ("/gone", "/none", "/b"))), "200 OK", XML)
        server.routes["/none"] = response(b"<html><p>Moved</p></html>", "200 OK")
        server.routes["/b"] = response(urlset(server.url("/bridge")), "200 OK", XML)
        ran = bench.run(source(server, "/map", "sitemap"))
        assert str(ran.tally) == "1 archived, 0 known, 1 http-404, 1 not-a-sitemap"


# ---- listings


def test_a_listing_with_relative_links(bench: Bench) -> None:
    body = (
        "<html><body><nav><a href='/about'>About</a></nav><main>"
        "<h2><a href='2024/05/06/the-new-bridge-opens'>The new bridge opens</a></h2>"
        "<h2><a href='../politics/2024/05/06/the-port-closes/#comments'>The port closes</a></h2></main></body></html>"
    )
    routes = {
        "/politics/": response(body.encode(), "200 OK", "Content-Type: text/html"),
        "/politics/2024/05/06/the-new-bridge-opens": page("bridge"),
        "/politics/2024/05/06/the-port-closes/": page("port"),
    }
    with Server(routes) as server:
        ran = bench.run(source(server, "/politics/", "listing"))
        assert (str(ran.tally), ran.texts) == ("2 archived, 0 known", [text("bridge"), text("port")])
        titles = {r.found_by.title for r in ran.results if isinstance(r, Record) and r.found_by}
        assert titles == {"The new bridge opens", "The port closes"}


def test_a_listing_with_a_selector(bench: Bench) -> None:
    body = b"<html><body><a href='/a'>One</a><div class=list><p><a href='/b'>Two</a></p></div></body></html>"
    with Server({"/": response(body, "200 OK", "Content-Type: text/html"), "/b": page("bridge")}) as server:
        ran = bench.run(source(server, "/", "listing", choice=Choice(selector="div.list a")))
        assert ran.texts == [text("bridge")]
        assert server.paths() == ["/", "/b"]

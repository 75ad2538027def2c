"""One article under many addresses is one article that knows them all; two articles stay two."""

from __future__ import annotations

import gzip

import pytest
from bench import Bench, paragraphs, text
from crew import redirect
from hypothesis import given
from hypothesis import strategies as st
from servers import Server, response
from sites import XML, rss, source

from scraper.archive import Archive, Order, purge, rebuild
from scraper.index import addresses
from scraper.pipeline.same import RUN, stands_in
from scraper.types import Record
from scraper.verify import verify

STORY = "/2026/11/20/new-bridge-approved-by-council"


def page(topic: str, canonical: str | None = None, more: str = "") -> bytes:
    """An article's page that declares its address."""
    link = f"<link rel='canonical' href='{canonical}'>" if canonical else ""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in [*paragraphs(topic), *([more] if more else [])])
    head = f"<!DOCTYPE html><html><head><title>A new {topic}</title>{link}</head>"
    html = f"{head}<body><article><h1>A new {topic}</h1>{body}</article></body></html>"
    return response(html.encode(), "200 OK", "Content-Type: text/html; charset=utf-8")


def feed(server: Server, *links: str) -> None:
    server.routes["/feed"] = response(rss(*links), "200 OK", XML)


def article(bench: Bench) -> Record:
    """The one article of the archive, as it is shown."""
    (line,) = bench.lines()
    with bench.view() as view:
        shown = view.record(line.id)
    assert shown is not None
    return shown


# ---- known by its key: nothing is fetched


def test_versions_of_a_known_article_are_not_fetched_and_are_kept_as_its_addresses(bench: Bench) -> None:
    with Server({STORY: page("bridge")}) as server:
        feed(server, STORY)
        assert str(bench.run(source(server)).tally) == "1 archived, 0 known"
        versions = (f"{STORY}/amp", f"{STORY}?utm_source=feed", f"{STORY}/?print=1", f"{STORY}/index.html")
        feed(server, STORY, *versions)
        assert str(bench.run(source(server)).tally) == "0 archived, 1 known"  # the feed itself names each key once
        for version in versions:
            feed(server, version)
            assert str(bench.run(source(server)).tally) == "0 archived, 1 known"
        assert server.paths().count(STORY) == len([path for path in server.paths() if path != "/feed"]) == 1
        at = server.url
        known = tuple(sorted([at(f"{STORY}/amp"), at(f"{STORY}/?print=1"), at(f"{STORY}/index.html")]))
        assert article(bench).other_urls == known
        types = bench.types()
        for version in versions:
            feed(server, version)
            bench.run(source(server))
    assert bench.types()["metadata"] == types["metadata"]  # what is known is not told again
    rebuild(bench.root)
    assert article(bench).other_urls == known
    assert bench.lines()[0].other_urls == ()


def test_addresses_without_end_are_bounded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "MOST", 2)
    with Server({STORY: page("bridge")}) as server:
        for version in ("", "/amp", "/print", "?amp=1", "?print=1"):
            feed(server, f"{STORY}{version}")
            bench.run(source(server))
    assert len(article(bench).other_urls) == 2


# ---- known by what the page declares, or by where it led: fetched once


def test_an_address_that_only_the_page_tells_is_fetched_once(bench: Bench) -> None:
    with Server({STORY: page("bridge")}) as server:
        at = server.url
        server.routes["/s/4711001"] = page("bridge", at(STORY), "Photo: A. Nonymous, The Paper")
        feed(server, STORY)
        bench.run(source(server))
        feed(server, STORY, "/s/4711001")
        assert str(bench.run(source(server)).tally) == "0 archived, 2 known"
        assert str(bench.run(source(server)).tally) == "0 archived, 2 known"
        assert server.paths().count("/s/4711001") == 1
        assert article(bench).other_urls == (at("/s/4711001"),)
        assert bench.types()["conversion"] == 1
        rebuild(bench.root)
        assert str(bench.run(source(server)).tally) == "0 archived, 2 known"
        assert server.paths().count("/s/4711001") == 1
        assert article(bench).other_urls == (at("/s/4711001"),)


@pytest.mark.parametrize("links", [(STORY, "/s/4711001", "/s/4711002"), ("/s/4711002", "/s/4711001", STORY)])
def test_addresses_of_one_article_in_one_feed(bench: Bench, links: tuple[str, ...]) -> None:
    with Server({}) as server:
        server.routes |= {link: page("bridge", server.url(STORY)) for link in links}
        feed(server, *links)
        assert str(bench.run(source(server)).tally) == "1 archived, 2 known"
        first = article(bench)
        assert {first.url, first.canonical_url, *first.other_urls} == set(map(server.url, links))


def test_two_addresses_of_an_article_whose_canonical_one_is_never_met(bench: Bench) -> None:
    with Server({}) as server:
        links = ("/s/4711001", "/s/4711002")
        server.routes |= {link: page("bridge", server.url(STORY)) for link in links}
        feed(server, *links)
        assert str(bench.run(source(server)).tally) == "1 archived, 1 known"


def test_the_canonical_address_with_the_same_slug_is_not_fetched(bench: Bench) -> None:
    with Server({}) as server:
        server.routes[f"/politics{STORY}"] = page("bridge", server.url(STORY))
        feed(server, f"/politics{STORY}")
        bench.run(source(server))
        feed(server, STORY)
        assert str(bench.run(source(server)).tally) == "0 archived, 1 known"
        assert STORY not in server.paths()


def test_the_way_of_a_redirect_is_kept_and_its_end_is_known(bench: Bench) -> None:
    with Server({STORY: page("bridge"), "/go": redirect("/old/4711001")}) as server:
        server.routes |= {"/old/4711001": redirect("/login?to=x"), "/login?to=x": redirect(STORY)}
        feed(server, "/go")
        bench.run(source(server))
        assert article(bench).other_urls == bench.lines()[0].other_urls == (server.url("/old/4711001"),)
        server.routes["/short"] = redirect(f"{STORY}#top")
        feed(server, "/short", STORY, "/old/4711001")
        assert str(bench.run(source(server)).tally) == "0 archived, 3 known"
        assert article(bench).other_urls == (server.url("/old/4711001"), server.url("/short"))


@pytest.mark.parametrize("purged", [STORY, "/s/4711001"])
def test_purging_one_address_purges_what_was_fetched_under_the_others(bench: Bench, purged: str) -> None:
    with Server({STORY: page("bridge"), "/mill": page("mill")}) as server:
        server.routes["/s/4711001"] = page("bridge", server.url(STORY))
        for links in ((STORY, "/mill"), ("/s/4711001",)):
            feed(server, *links)
            bench.run(source(server))
        order = Order(server.url(purged), "a court's order", "2026-11-22T08:00:00Z", "test")
        with Archive(bench.root) as archive:
            index = archive.index
            assert set(index.known_as(server.url(purged))) == {
                server.url(one) for one in (STORY, "/s/4711001") if one != purged
            }
        assert len(purge(bench.root, order).articles) == 1
        kept = b"".join(gzip.decompress(path.read_bytes()) for path in bench.root.glob("warc/*/*/*.gz"))
        assert (b"new bridge on Tuesday" in kept, b"new mill on Tuesday" in kept) == (False, True)
        feed(server, STORY, "/s/4711001")
        assert str(bench.run(source(server)).tally) == "0 archived, 2 known"
        assert bench.types()
        with bench.view() as view:
            assert view.index.known_as(server.url(purged)) == ()


def test_what_no_note_tells_is_not_of_an_article(bench: Bench) -> None:
    with Server({STORY: page("bridge")}) as server:
        feed(server, STORY)
        bench.run(source(server))
    line = article(bench)
    with Archive(bench.root) as archive:
        archive.index.see("paper", "news.example/made-up-by-somebody", line.id)
    assert [problem.slug for problem in verify(bench.root).problems] == ["index-seen"]


# ---- two articles stay two


@pytest.mark.parametrize(
    "declared", ["/", "/politics/", STORY, "https://other.example/2026/11/20/new-bridge-approved-by-council"]
)
def test_one_canonical_address_on_all_pages_loses_none(bench: Bench, declared: str) -> None:
    with Server({}) as server:
        canonical = server.url(declared) if declared.startswith("/") else declared
        topics = {f"/news/{number}-{topic}": topic for number, topic in enumerate(("mill", "port", "road"), 10_001)}
        server.routes |= {path: page(topic, canonical) for path, topic in topics.items()}
        server.routes[STORY] = page("bridge", server.url(STORY))
        feed(server, *topics, STORY)
        ran = bench.run(source(server))
    assert (str(ran.tally), len(ran.texts)) == ("4 archived, 0 known", 4)
    assert [record.other_urls for record in bench.lines()] == [()] * 4
    rebuild(bench.root)
    with bench.view() as view:
        assert view.index.seen("paper", server.url(STORY)) == next(
            r.id for r in bench.lines() if r.url == server.url(STORY)
        )


def test_a_wrong_canonical_address_hides_no_article(bench: Bench) -> None:
    with Server({STORY: page("bridge")}) as server:
        server.routes["/news/10001-mill"] = page("mill", server.url(STORY))
        feed(server, "/news/10001-mill")
        bench.run(source(server))
        feed(server, STORY)
        assert bench.run(source(server)).texts == [text("bridge")]


def test_more_text_under_another_address_is_not_lost(bench: Bench) -> None:
    """The first may have been the start of an article whose rest is paid for."""
    more = " ".join(f"The {number} delegates said nothing more about it." for number in range(60))
    with Server({STORY: page("bridge")}) as server:
        feed(server, STORY)
        bench.run(source(server))
        server.routes["/s/4711001"] = page("bridge", server.url(STORY), more)
        feed(server, "/s/4711001")
        assert str(bench.run(source(server)).tally) == "1 archived, 0 known"
        server.routes["/s/4711002"] = page("bridge", server.url(STORY))
        feed(server, "/s/4711002")
        assert str(bench.run(source(server)).tally) == "0 archived, 1 known"


def test_dead_links_that_lead_to_one_page_are_none_of_its_articles_addresses(bench: Bench) -> None:
    front = response(b"<html><body><p>404 Not Found</p></body></html>", "200 OK", "Content-Type: text/html")
    with Server(
        {STORY: page("bridge"), "/gone": front, "/a/10001": redirect("/gone"), "/a/10002": redirect("/gone")}
    ) as server:
        feed(server, "/a/10001", "/a/10002")
        ran = bench.run(source(server))
        assert (ran.tally.articles, ran.tally.others, ran.tally.known) == (0, 2, 0)
        feed(server, "/gone", "/a/10001")
        assert bench.run(source(server)).tally.known == 1


def test_another_source_has_its_own_articles(bench: Bench) -> None:
    with Server({STORY: page("bridge")}) as server:
        server.routes["/s/4711001"] = page("bridge", server.url(STORY))
        feed(server, STORY)
        bench.run(source(server))
        feed(server, "/s/4711001")
        assert str(bench.run(source(server, name="radio")).tally) == "1 archived, 0 known"


# ---- the texts

WORDS = st.lists(st.sampled_from("the bridge council city opens mill port said on no".split()), max_size=80)


@given(WORDS, WORDS, WORDS)
def test_a_part_stands_in_the_whole_and_letter_case_does_not_count(
    head: list[str], part: list[str], tail: list[str]
) -> None:
    whole = " ".join([*head, *part, *tail])
    found = stands_in(" ".join(part).upper(), whole)
    assert found == (
        " ".join(part).upper() == whole or len({tuple(part[i : i + RUN]) for i in range(len(part) - RUN + 1)}) >= 30
    )


@pytest.mark.parametrize("script", ["{}", "新しい橋が{}年に開通すると市長は火曜日に述べた", "{} мост открыт"])
def test_other_texts_do_not_stand_in(script: str) -> None:
    one = " ".join(script.format(f"first{number}") for number in range(100))
    other = " ".join(script.format(f"second{number}") for number in range(100))
    assert stands_in(one, one + other)
    assert not stands_in(one + other, one)
    assert not stands_in("A short note.", "A short note. " + one)
    assert stands_in("A short note.", "A short note.")

"""`scrape discover`: what a site offers, asked politely, with nothing kept."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from archive_support import Site
from cli_support import Ran, run

STORY = "/2026/11/20/new-bridge-approved-by-council"
FRONT = (
    "<!DOCTYPE html><html><head><title>News</title>"
    "<link rel='alternate' type='application/rss+xml' title='All news' href='/feed.xml'></head><body>"
    f"<a href='{STORY}'>New bridge approved\n\x1b[2J by council</a>"
    "<a href='/about'>About</a></body></html>"
)
FEED = (
    "<?xml version='1.0'?><rss version='2.0'><channel><title>All news</title><item><title>New bridge</title>"
    "<link>/2026/11/20/new-bridge-approved</link></item></channel></rss>"
)
ROBOTS = "User-agent: *\nDisallow: /private/\nSitemap: https://news.example/map.xml\nSitemap: /news.xml\n"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SCRAPE_NETWORK__DELAY", "0")
    monkeypatch.setenv("SCRAPE_NETWORK__CONTACT", "https://example.org/robot")
    monkeypatch.setenv("SCRAPE_NETWORK__RETRIES", "0")  # they wait for their host's turn, on the real clock here
    monkeypatch.chdir(tmp_path)


def discover(url: str, *argv: str) -> Ran:
    return run("discover", url, "--allow-address", "127.0.0.1", *argv)


def source_block(kind: str, url: str, every: str, said: str) -> str:
    name = "127-0-0-1"
    return f"  # {said}\n  - name: {name}\n    type: {kind}\n    url: {url}\n    every: {every}"


def test_feeds_sitemaps_and_articles_are_listed_and_nothing_is_kept(tmp_path: Path) -> None:
    with Site({"/robots.txt": ROBOTS, "/": FRONT, "/feed.xml": FEED}) as site:
        ran = discover(site.url())
        assert (ran.code, ran.err) == (0, "")
        lines = ran.out.splitlines()
        assert lines[:5] == [
            f"feed\t{site.url('/feed.xml')}\tAll news",
            "sitemap\thttps://news.example/map.xml\t-",
            f"sitemap\t{site.url('/news.xml')}\t-",
            f"article\t{site.url(STORY)}\tNew bridge approved [2J by council",
            "",
        ]
        assert lines[5].startswith("# For `sources:` in the configuration; `scrape config add http://127.0.0.1")
        assert "\n".join(lines[6:]) == source_block("feed", site.url("/feed.xml"), "30m", '1 link: "New bridge"')
        assert site.asked == ["/robots.txt", "/", "/feed.xml"]
        found = [json.loads(line) for line in discover(site.url(), "--json").out.splitlines()]
    assert [item["kind"] for item in found] == ["feed", "sitemap", "sitemap", "article", "source"]
    assert found[0] == {"kind": "feed", "url": found[0]["url"], "title": "All news"}
    assert (found[-1]["type"], found[-1]["url"]) == ("feed", found[0]["url"])
    assert os.listdir(tmp_path) == []


def test_a_feed_and_a_sitemap_show_what_is_in_them() -> None:
    index = "<sitemapindex><sitemap><loc>/news.xml</loc></sitemap></sitemapindex>"
    with Site({"/feed.xml": FEED, "/index.xml": index}) as site:
        feed = discover(site.url("/feed.xml")).out
        assert feed.splitlines()[:2] == [
            f"feed\t{site.url('/feed.xml')}\t-",
            f"article\t{site.url('/2026/11/20/new-bridge-approved')}\tNew bridge",
        ]
        assert feed.endswith(source_block("feed", site.url("/feed.xml"), "30m", '1 link: "New bridge"') + "\n")
        sitemap = discover(site.url("/index.xml")).out
        assert sitemap.splitlines()[:2] == [
            f"sitemap\t{site.url('/index.xml')}\t-",
            f"sitemap\t{site.url('/news.xml')}\t-",
        ]
        assert sitemap.endswith(source_block("sitemap", site.url("/index.xml"), "6h", "1 link") + "\n")


def test_what_is_declared_and_does_not_work_is_said_and_not_offered() -> None:
    gone, empty, page = (
        f"<link rel=alternate type=application/rss+xml href=/{name}>" for name in ("gone", "empty", "page")
    )
    routes = {"/": gone + empty + page + FRONT, "/feed.xml": FEED, "/page": "<p>Feeds are gone</p>"}
    with Site({**routes, "/empty": "<rss version='2.0'><channel><title>None</title></channel></rss>"}) as site:
        ran = discover(site.url())
        assert source_block("feed", site.url("/feed.xml"), "30m", '1 link: "New bridge"') in ran.out
        said = ran.err.splitlines()
        assert [site.url(path) in line for path, line in zip(("/gone", "/empty", "/page"), said, strict=True)] == [
            True
        ] * 3
        assert ("answered 404" in said[0], "no link now" in said[1], "no sitemap" in said[2]) == (True, True, True)


def test_a_feed_that_nobody_declares_is_found_where_most_lie() -> None:
    with Site({"/": "<a href='/about'>About</a>", "/rss.xml": FEED}) as site:
        ran = discover(site.url())
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith(f"feed\t{site.url('/rss.xml')}\t-\n")
        assert site.asked == ["/robots.txt", "/", "/feed", "/rss", "/feed.xml", "/rss.xml"]
    with Site(
        {"/": "<a href='/x'>X</a><a href='/service/rss/politics.xml'>RSS</a>", "/service/rss/politics.xml": FEED}
    ) as site:
        assert (
            source_block("feed", site.url("/service/rss/politics.xml"), "30m", '1 link: "New bridge"')
            in discover(site.url()).out
        )


NEWS_MAP = (
    "<urlset xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>/2026/11/20/a</loc><news:news>"
    "<news:publication_date>2026-11-20T10:00:00Z</news:publication_date><news:title>A</news:title></news:news></url></urlset>"
)
PLAIN_MAP = "<urlset><url><loc>/2026/11/20/a</loc></url></urlset>"
STORIES = "".join(f"<a href='/2026/11/20/story-{number}-of-ten'>Story {number}</a>" for number in range(10))


def test_without_a_feed_a_news_sitemap_comes_before_the_page_and_the_page_before_another_sitemap() -> None:
    names = "".join(f"<sitemap><loc>/{name}.xml</loc></sitemap>" for name in ("old", "google-news"))
    index = f"<sitemapindex>{names}</sitemapindex>"
    maps = {"/robots.txt": "Sitemap: /index.xml\n", "/index.xml": index, "/google-news.xml": NEWS_MAP}
    with Site({**maps, "/": STORIES}) as site:
        said = '1 link, the newest of 2026-11-20: "A"'
        assert source_block("sitemap", site.url("/google-news.xml"), "30m", said) in discover(site.url()).out
        assert len(site.asked) < 12
    with Site({"/robots.txt": "Sitemap: /map.xml\n", "/map.xml": PLAIN_MAP, "/": STORIES}) as site:
        assert source_block("listing", site.url("/"), "1h", '10 links: "Story 0"') in discover(site.url()).out
    with Site({"/sitemap.xml": PLAIN_MAP, "/": "<p>Hello</p>"}) as site:
        assert source_block("sitemap", site.url("/sitemap.xml"), "6h", "1 link") in discover(site.url()).out


def test_a_robots_txt_that_is_hostile_names_a_bounded_number_of_sitemaps() -> None:
    many = "".join(f"Sitemap: https://news.example/{number}.xml\n" for number in range(9_000))
    with Site({"/robots.txt": many, "/": FRONT}) as site:
        assert discover(site.url()).out.count("sitemap\t") == 500


@pytest.mark.parametrize(
    ("path", "code", "says"),
    [
        ("/gone", 6, "the server answered 404"),
        ("/private/page", 6, "robots.txt"),
        ("/bare", 4, "no feed, sitemap or article link"),
        ("/empty", 4, "empty"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(path: str, code: int, says: str) -> None:
    robots = "User-agent: *\nDisallow: /private/\n"
    with Site({"/robots.txt": robots, "/private/page": FRONT, "/bare": "<p>Hello</p>", "/empty": ""}) as site:
        ran = discover(site.url(path))
    assert (ran.code, ran.out) == (code, "")
    assert says in ran.err
    assert ran.err.count("\n") == 1


def test_a_private_address_and_a_file_are_refused() -> None:
    with Site({"/": FRONT}) as site:
        assert run("discover", site.url()).code == 6
        assert site.asked == []
    assert run("discover", "page.html").code == 2

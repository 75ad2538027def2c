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


def test_feeds_sitemaps_and_articles_are_listed_and_nothing_is_kept(tmp_path: Path) -> None:
    with Site({"/robots.txt": ROBOTS, "/": FRONT}) as site:
        ran = discover(site.url())
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.splitlines() == [
            f"feed\t{site.url('/feed.xml')}\tAll news",
            "sitemap\thttps://news.example/map.xml\t-",
            f"sitemap\t{site.url('/news.xml')}\t-",
            f"article\t{site.url(STORY)}\tNew bridge approved \\x1b[2J by council",
        ]
        assert site.asked == ["/robots.txt", "/"]
        found = [json.loads(line) for line in discover(site.url(), "--json").out.splitlines()]
    assert [item["kind"] for item in found] == ["feed", "sitemap", "sitemap", "article"]
    assert found[0] == {"kind": "feed", "url": found[0]["url"], "title": "All news"}
    assert os.listdir(tmp_path) == []


def test_a_feed_and_a_sitemap_show_what_is_in_them() -> None:
    index = "<sitemapindex><sitemap><loc>/news.xml</loc></sitemap></sitemapindex>"
    with Site({"/feed.xml": FEED, "/index.xml": index}) as site:
        assert discover(site.url("/feed.xml")).out.splitlines() == [
            f"feed\t{site.url('/feed.xml')}\t-",
            f"article\t{site.url('/2026/11/20/new-bridge-approved')}\tNew bridge",
        ]
        assert discover(site.url("/index.xml")).out.splitlines() == [
            f"sitemap\t{site.url('/index.xml')}\t-",
            f"sitemap\t{site.url('/news.xml')}\t-",
        ]


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

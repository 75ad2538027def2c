"""Listing pages: which links are articles, what a selector does, which feeds a page declares."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.errors import LimitError, UnusableError
from scraper.sources import listing
from scraper.sources.choice import Choice
from scraper.sources.nesting import MAX_DEPTH, is_too_deep
from scraper.types import FoundBy, Link

URL = "https://www.news.example/politics/"


def urls(html: str, selector: str | None = None) -> list[str]:
    return [link.url for link in listing.read(html, URL, "s", Choice(selector=selector))]


@pytest.mark.parametrize(
    "path",
    [
        "/council-approves-new-bridge",
        "/politics/council_approves_new_bridge.html",
        "/2023/10/04/bridge/",
        "/2023-10-04-bridge",
        "/a/20231004/bridge.html",
        "/politics/archive/2023/10/bridge/675",
        "/news/1234567",
        "/bridge-a1234567.html",
        "/world/0d3f0a5e-1111-2222-3333-123456789abc",
        "/story.php?id=4711",
        "/?p=12",
        "/политика/совет-одобрил-новый-мост",
        "https://news.example/council-approves-new-bridge",
        "https://live.news.example/council-approves-new-bridge",
    ],
)
def test_articles(path: str) -> None:
    assert len(urls(f'<a href="{path}">x</a>')) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/politics/",
        "/politics",
        "#comments",
        "/tag/long-name-of-tag",
        "/author/ann-mary-smith",
        "/category/world-news-today/",
        "/2023/10/04/",
        "/2023/10/",
        "/login?next=/council-approves-new-bridge",
        "/page/2",
        "/privacy-policy-and-terms",
        "/about-our-news-room",
        "/wp-content/uploads/2023-photo-of-bridge.jpg",
        "/feed.xml",
        "mailto:a-b-c-d@news.example",
        "https://other.example/council-approves-new-bridge",
        "https://notnews.example/council-approves-new-bridge",
        "https://news.example.evil.example/council-approves-new-bridge",
        "/wp-content/uploads/2023/10/photo.pdf",
    ],
)
def test_no_articles(path: str) -> None:
    assert urls(f'<a href="{path}">x</a>') == []


def test_each_article_once_with_its_longest_text() -> None:
    html = (
        '<a href="/one-two-three?utm_source=x"><img src="a.jpg"></a>'
        '<h2><a href="/one-two-three">The  <b>whole</b> title</a></h2>'
        '<a href="/one-two-three/">More</a><a href="/four-five-six">Next</a>'
    )
    assert listing.read(html, URL, "daily") == [
        Link("https://www.news.example/one-two-three", "daily", FoundBy("listing", URL, "The whole title")),
        Link("https://www.news.example/four-five-six", "daily", FoundBy("listing", URL, "Next")),
    ]


def test_a_selector_takes_links_and_what_holds_links() -> None:
    html = '<nav><a href="/a">A</a></nav><main><h2><a href="/b">B</a></h2><div class="x"><a href="https://o.example/c">C</a></div></main>'
    assert urls(html, "main a") == ["https://www.news.example/b", "https://o.example/c"]
    assert urls(html, "h2, .x") == ["https://www.news.example/b", "https://o.example/c"]
    assert urls(html, ".none") == []


def test_patterns_decide_in_place_of_the_shape_and_within_the_site() -> None:
    html = (
        '<a href="/news/1">A</a><a href="/news/video/2">V</a><a href="/council-approves-new-bridge">B</a>'
        '<a href="https://other.example/news/3">O</a><a href="/news/">L</a>'
    )

    def taken(**choice: tuple[str, ...]) -> list[str]:
        return [link.url.partition("example")[2] for link in listing.read(html, URL, "s", Choice(**choice))]

    assert taken(include=("/news/*",)) == ["/news/1", "/news/video/2", "/news/"]
    assert taken(include=("/news/*",), exclude=("*/video/*", "/news/")) == ["/news/1"]
    assert taken(exclude=("/council-*",)) == []
    selected = listing.read(html, URL, "s", Choice(("*/news/*",), ("*/video/*",), "a"))
    assert [link.url for link in selected][1] == "https://other.example/news/3"


@pytest.mark.parametrize("selector", ["a[", ":nope", "", ">>"])
def test_a_broken_selector(selector: str) -> None:
    with pytest.raises(ValueError, match="no CSS selector"):
        listing.read("<a href=/b>", URL, "s", Choice(selector=selector))


def test_base_and_charset() -> None:
    html = '<meta charset="windows-1251"><base href="https://news.example/x/"><a href="один-два-три">Мост</a>'
    (link,) = listing.read(html.encode("cp1251"), URL, "s")
    assert link.found_by is not None
    assert (link.url.startswith("https://news.example/x/%D0"), link.found_by.title) == (True, "Мост")


def test_feeds() -> None:
    html = """<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">
      <link rel="alternate" type="application/atom+xml; charset=utf-8" title="All &amp; more" href="/feed">
      <link rel="alternate" hreflang="de" href="/de/"><link rel="stylesheet" type="application/rss+xml" href="/s">
      <link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/1">
      <link rel="ALTERNATE" type="application/feed+json" href="/feed.json">
      <link rel="alternate" type="application/rss+xml">"""
    found = listing.feeds(html, URL, "s")
    assert [link.url.removeprefix("https://www.news.example") for link in found] == [
        "/feed",
        "/feed.json",
        "/comments/feed/",
    ]
    assert found[0].found_by == FoundBy("autodiscovery", URL, "All & more")


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnusableError):
        listing.read(b" \n", URL, "s")
    with pytest.raises(LimitError, match="larger"):
        listing.read(b"x" * (listing.MAX_BYTES + 1), URL, "s")
    with pytest.raises(LimitError, match="stand in each other"):
        listing.feeds("<div>" * 100_000, URL, "s")
    many = "".join(f'<a href="/one-two-three-{number}">x</a>' for number in range(20))
    monkeypatch.setattr(listing, "MAX_LINKS", 3)
    assert len(urls(many)) == 3
    monkeypatch.setattr(listing, "MAX_ANCHORS", 2)
    assert len(urls(many)) == 2


def test_depth_counts_what_is_open() -> None:
    assert not is_too_deep("<p>text<br><li>" * MAX_DEPTH)
    assert not is_too_deep("<div><span>x</span></div>" * MAX_DEPTH)
    assert not is_too_deep("<svg>" + '<path d="M0 0"/>' * MAX_DEPTH * 2 + "</svg>")
    assert is_too_deep("<div></z>" * (MAX_DEPTH + 1))
    assert is_too_deep("<div/>" * (MAX_DEPTH + 1))
    assert is_too_deep("<svg><div>" + "<path/>" * (MAX_DEPTH + 1))


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    if data.strip():
        assert all(link.url.startswith("http") for link in listing.read(data, URL, "s"))

"""Sitemaps of every kind, and hostile ones."""

from __future__ import annotations

import gzip

import msgspec
import pytest

from scraper.errors import LimitError, UnusableError
from scraper.sources import sitemap
from scraper.types import FoundBy

URL = "https://news.example/sitemap.xml"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def urlset(content: str, more: str = "") -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {NS} {more}>{content}</urlset>'.encode()


def pages(data: bytes) -> list[str]:
    return [link.url for link in sitemap.read(data, URL, "s").pages]


def test_urlset() -> None:
    data = urlset(
        "<url><loc> https://news.example/a#x </loc><lastmod>2023-10-04</lastmod></url><url><loc>/b</loc></url>"
    )
    found = sitemap.read(data, URL, "daily")
    assert [(link.url, link.source) for link in found.pages] == [
        ("https://news.example/a", "daily"),
        ("https://news.example/b", "daily"),
    ]
    assert found.pages[0].found_by == FoundBy("sitemap", URL, None, "2023-10-04")
    assert found.children == ()


def test_news_sitemap_gives_title_and_publication_date() -> None:
    content = (
        "<url><loc>https://news.example/a</loc><lastmod>2023-10-09</lastmod><news:news><news:publication>"
        "<news:name>The News</news:name><news:language>zh-CN</news:language></news:publication>"
        "<news:title>Tom &amp; Ann</news:title>"
        "<news:publication_date>2023-10-04T10:00:00+02:00</news:publication_date></news:news></url>"
    )
    (link,) = sitemap.read(urlset(content, NEWS), URL, "s").pages
    assert link.found_by == FoundBy("news_sitemap", URL, "Tom & Ann", "2023-10-04T10:00:00+02:00", "zh-cn")


@pytest.mark.parametrize("printed", ["", "e", "english language", "en_US!", "x" * 40])
def test_a_language_that_is_none_is_left_out(printed: str) -> None:
    content = (
        f"<url><loc>/a</loc><news:news><news:publication><news:language>{printed}</news:language></news:publication>"
        "<news:publication_date>2023-10-04</news:publication_date></news:news></url>"
    )
    (link,) = sitemap.read(urlset(content, NEWS), URL, "s").pages
    assert link.found_by == FoundBy("news_sitemap", URL, None, "2023-10-04")
    assert b"language" not in msgspec.json.encode(link)


def test_children_without_dates_are_sorted_by_their_addresses() -> None:
    names = ["a.xml", "posts-2025-12.xml", "posts-2026-02.xml", "20260301.xml", "2024/10.xml", "id-120261.xml"]
    locs = "".join(f"<sitemap><loc>/{name}</loc></sitemap>" for name in names)
    dated = "<sitemap><loc>/old.xml</loc><lastmod>2026-02-15</lastmod></sitemap>"
    found = sitemap.read(f"<sitemapindex>{locs}{dated}</sitemapindex>".encode(), URL, "s").children
    assert [link.url.removeprefix("https://news.example/") for link in found] == [
        "20260301.xml",
        "old.xml",
        "posts-2026-02.xml",
        "posts-2025-12.xml",
        "2024/10.xml",
        "a.xml",
        "id-120261.xml",
    ]


def test_pictures_and_films_are_no_pages() -> None:
    content = (
        '<url xmlns:image="i" xmlns:video="v"><loc>https://news.example/a</loc><image:image><image:loc>'
        "https://news.example/p.jpg</image:loc><image:title>Picture</image:title></image:image>"
        "<video:video><video:title>Film</video:title></video:video></url>"
    )
    (link,) = sitemap.read(urlset(content), URL, "s").pages
    assert (link.url, link.found_by) == ("https://news.example/a", FoundBy("sitemap", URL))


def test_index_gives_children_the_latest_first() -> None:
    parts = "".join(
        f"<sitemap><loc>https://news.example/{name}.xml</loc>{date}</sitemap>"
        for name, date in (("a", ""), ("b", "<lastmod>2022-01-01</lastmod>"), ("c", "<lastmod>2023-01-01</lastmod>"))
    )
    found = sitemap.read(f"<sitemapindex {NS}>{parts}</sitemapindex>".encode(), URL, "s")
    assert [link.url[-5:] for link in found.children] == ["c.xml", "b.xml", "a.xml"]
    assert found.pages == ()


def test_text_gzip_and_feed() -> None:
    text = b"\xef\xbb\xbfhttps://news.example/a\r\nhttps://news.example/b\r\nnot an address\r\n"
    assert pages(text) == pages(gzip.compress(text)) == ["https://news.example/a", "https://news.example/b"]
    rss = b'<rss version="2.0"><channel><item><link>https://news.example/a</link></item></channel></rss>'
    assert pages(rss) == ["https://news.example/a"]


def test_no_namespace_comments_and_each_address_once() -> None:
    data = b"<!-- made by hand --><urlset><url><loc>/a</loc></url><!-- x --><url><loc>/a/</loc></url></urlset>"
    assert pages(data) == ["https://news.example/a"]


def test_bare_ampersands_keep_their_address() -> None:
    data = urlset("<url><loc>/?a=1&b=2&amp;c=3</loc></url><url><loc><![CDATA[/?a=1&d=2]]></loc></url>")
    assert pages(data) == ["https://news.example/?a=1&b=2&c=3", "https://news.example/?a=1&d=2"]


def test_a_torn_file_gives_what_is_whole() -> None:
    assert pages(urlset("<url><loc>/a</loc></url><url><loc>/b</loc></url>")[:-30])[0] == "https://news.example/a"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><body>404</body></html>",
        b"no address here",
        b"<urlset></urlset>",
        b"<urlset><url><loc>ftp://a.example/</loc></url></urlset>",
        b"\x1f\x8bbroken",
        b"<urlset>" + b"<url>" * 100_000 + b"<loc>/a</loc>",
        b"\x00\x01\x02",
    ],
)
def test_no_sitemap(data: bytes) -> None:
    with pytest.raises(UnusableError, match=r"news\.example"):
        sitemap.read(data, URL, "s")


def test_entities_stay_closed() -> None:
    bomb = '<!DOCTYPE u [<!ENTITY a "https://evil.example/"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    data = (
        f"{bomb}<urlset><url><loc>&a;</loc></url><url><loc>&f;</loc></url><url><loc>/ok</loc></url></urlset>".encode()
    )
    assert "https://news.example/ok" in pages(data)
    assert not [page for page in pages(data) if "evil" in page or "root" in page]


def test_a_gzip_bomb_is_not_unpacked() -> None:
    with pytest.raises(LimitError, match="larger"):
        sitemap.read(gzip.compress(b" " * (sitemap.MAX_BYTES + 1)), URL, "s")


def test_addresses_and_elements_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    many = urlset("".join(f"<url><loc>/{number}</loc></url>" for number in range(20)))
    monkeypatch.setattr(sitemap, "MAX_URLS", 5)
    assert len(pages(many)) == 5
    monkeypatch.setattr(sitemap, "MAX_ELEMENTS", 6)
    assert len(pages(many)) == 3

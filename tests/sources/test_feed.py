"""Feeds of every family, their traps, and their bounds."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

import pytest

from scraper.errors import LimitError, UnusableError
from scraper.sources import feed, salvage
from scraper.types import FoundBy, Link

URL = "https://news.example/feeds/all.xml"


def rss(items: str, head: str = "", version: str = "2.0") -> bytes:
    return f'{head}<rss version="{version}"><channel><title>t</title>{items}</channel></rss>'.encode()


def item(link: str, more: str = "") -> str:
    return f"<item><title>Title</title><link>{link}</link>{more}</item>"


def urls(data: bytes) -> list[str]:
    return [link.url for link in feed.read(data, URL, "s")]


def dates(data: bytes) -> list[str | None]:
    return [link.found_by.date for link in feed.read(data, URL, "s") if link.found_by]


def test_rss_2() -> None:
    more = "<pubDate>Wed, 04 Oct 2023 10:00:00 +0200</pubDate><guid>https://news.example/x</guid>"
    assert feed.read(rss(item("https://news.example/a?utm_source=rss&amp;id=1#top", more)), URL, "daily") == [
        Link("https://news.example/a?id=1", "daily", FoundBy("feed", URL, "Title", "2023-10-04T10:00:00+02:00"))
    ]


@pytest.mark.parametrize("version", ["0.91", "0.92", "2.0"])
def test_old_rss_with_its_document_type(version: str) -> None:
    head = '<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://dtd.example/rss.dtd">'
    assert urls(rss(item("https://news.example/a"), head, version)) == ["https://news.example/a"]


def test_rss_1() -> None:
    data = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
      xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>t</title></channel>
      <item><title>T</title><link>https://news.example/a</link><dc:date>2023-10-04T10:00:00Z</dc:date></item></rdf:RDF>"""
    assert urls(data) == ["https://news.example/a"]
    assert dates(data) == ["2023-10-04T10:00:00+00:00"]


def test_atom_resolves_links_and_takes_no_update_for_a_publication() -> None:
    data = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://news.example/2023/">
      <entry><title type="html">A &lt;b&gt;bold&lt;/b&gt; one</title><link rel="edit" href="/edit"/><link href="one"/>
        <published>2023-10-04T10:00:00.5+05:30</published><updated>2023-10-05T10:00:00Z</updated></entry>
      <entry><title>Two</title><link rel="alternate" href="/two"/><updated>2023-10-05T10:00:00Z</updated></entry>
      </feed>"""
    links = feed.read(data, URL, "s")
    assert [link.url for link in links] == ["https://news.example/2023/one", "https://news.example/two"]
    assert links[0].found_by == FoundBy("feed", URL, "A bold one", "2023-10-04T10:00:00.500000+05:30")
    assert dates(data)[1] is None


def test_guid_for_a_link() -> None:
    items = (
        "<item><guid>https://news.example/a</guid></item>"
        '<item><guid isPermaLink="false">https://news.example/b</guid></item>'
        "<item><guid>12345</guid></item>"
    )
    assert urls(rss(items)) == ["https://news.example/a"]


def test_the_publishers_own_address() -> None:
    data = rss(
        '<item xmlns:f="http://rssnamespace.org/feedburner/ext/1.0"><link>https://proxy.example/1</link>'
        "<f:origLink>https://news.example/a</f:origLink></item>"
    )
    assert urls(data) == ["https://news.example/a"]


def test_each_address_once_and_nothing_but_the_web() -> None:
    data = rss(
        item("https://news.example/a")
        + item("http://www.news.example/a/")
        + item("javascript:alert(1)")
        + item("b")
        + item("file:///etc/passwd")
    )
    assert urls(data) == ["https://news.example/a", "https://news.example/feeds/b"]


@pytest.mark.parametrize(
    ("printed", "iso"),
    [
        ("Wed, 04 Oct 2023 10:00:00 GMT", "2023-10-04T10:00:00+00:00"),
        ("Wed, 04 Oct 2023 10:00:00 EST", "2023-10-04T10:00:00-05:00"),
        ("4 Oct 2023 10:00 -0000", "2023-10-04T10:00:00+00:00"),
        ("Wed, 04 Oct 2023 10:00:00", "2023-10-04T10:00:00"),
        ("2023-10-04", "2023-10-04"),
        ("2023-10-04 10:00:00 +0200", "2023-10-04T10:00:00+02:00"),
        ("0001-01-01T00:00:00Z", None),
        ("yesterday", None),
        ("Wed, 99 Oct 2023 10:00:00 GMT", None),
        ("1" * 5000, None),
    ],
)
def test_dates_keep_their_offset(printed: str, iso: str | None) -> None:
    assert dates(rss(item("https://news.example/a", f"<pubDate>{printed}</pubDate>"))) == [iso]


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
def test_encodings(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel>{item("/a")}</channel></rss>'
    data = text.replace("Title", "Café – été" if encoding != "iso-8859-1" else "Café été").encode(encoding)
    found = feed.read(data, URL, "s")[0].found_by
    assert found is not None
    assert (found.title or "").startswith("Café")


def test_the_headers_charset_comes_first() -> None:
    data = rss(item("/a")).replace(b"Title", "Привет".encode("koi8-r"))
    found = feed.read(data, URL, "s", "koi8-r")[0].found_by
    assert found is not None
    assert found.title == "Привет"


def test_broken_xml_is_read_all_the_same() -> None:
    assert urls(rss("&nbsp;" + item("/a") + "<item><title>a & b</title><link>/b</link>")) == [
        "https://news.example/a",
        "https://news.example/b",
    ]


def test_json_feed_with_broken_items() -> None:
    items = [
        {"id": "1", "url": "https://news.example/a", "title": "A", "date_published": "2023-10-04T10:00:00-07:00"},
        {"id": "https://news.example/b", "title": 7, "date_published": []},
        {"id": "17"},
        "text",
        {"url": "/c"},
    ]
    data = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()
    assert urls(data) == ["https://news.example/a", "https://news.example/b", "https://news.example/c"]
    assert dates(data) == ["2023-10-04T10:00:00-07:00", None, None]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   ",
        b"<html><body><p>Page not found</p></body></html>",
        b"{}",
        b'{"version": "2", "items": []}',
        b'{"version": "https://jsonfeed.org/version/1", "items": [' + b"[" * 100_000,
        b"<!DOCTYPE " * 1000,
        bytes(range(256)) * 10,
    ],
)
def test_no_feed(data: bytes) -> None:
    with pytest.raises(UnusableError, match=r"news\.example"):
        feed.read(data, URL, "s")


def test_an_empty_feed_is_a_feed() -> None:
    assert urls(rss("")) == []


def test_the_name_of_a_file_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """feedparser opens bytes that name a file."""
    (tmp_path / "x").write_bytes(rss(item("/secret")))
    monkeypatch.chdir(tmp_path)
    for name in (b"x", os.fsencode(tmp_path / "x")):
        with pytest.raises(UnusableError):
            feed.read(name, URL, "s")


def test_entries_are_bounded_and_the_newest_are_kept() -> None:
    many = rss("".join(item(f"/{number}") for number in range(feed.MAX_ENTRIES + 500)))
    found = urls(many)
    assert len(found) == feed.MAX_ENTRIES
    assert found[0] == "https://news.example/0"
    assert found[-1] == f"https://news.example/{feed.MAX_ENTRIES - 1}"


def test_what_is_behind_the_bounds_is_not_read() -> None:
    tags = rss(item("/a") + "<x/>" * feed.MAX_TAGS + item("/b"))
    assert urls(tags) == ["https://news.example/a"]
    large = rss(item("/a") + "<!--" + "x" * feed.MAX_BYTES + "-->" + item("/b"))
    assert urls(large) == ["https://news.example/a"]


def test_a_torn_entry_is_not_read_and_utf_8_stays_utf_8() -> None:
    start = rss(item("/a").replace("Title", "Café"))[: -len("</channel></rss>")] + "<item><title>é".encode()
    filler = "é".encode() * ((feed.MAX_BYTES - len(start)) // 2)
    for more in range(4):
        (link,) = feed.read(start + b"x" * more + filler + b"</title><link>/b</link>", URL, "s")
        assert link.found_by is not None
        assert (link.url, link.found_by.title) == ("https://news.example/a", "Café")


def test_a_large_json_feed_is_refused() -> None:
    with pytest.raises(LimitError, match=r"news\.example"):
        feed.read(b'{"version": "' + b"x" * feed.MAX_BYTES, URL, "s")


def test_declared_entities_are_not_expanded(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    head = f'<!DOCTYPE r [<!ENTITY a "{"x" * 1000}"><!ENTITY b SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
    data = rss("<item><title>T &b;" + "&a;" * 1000 + "</title><link>/a</link></item>", head)
    (link,) = feed.read(data, URL, "s")
    assert link.found_by is not None
    assert "xx" not in (link.found_by.title or "")
    assert "secret" not in (link.found_by.title or "")


# ---- ill-formed ones

TWO = item("/a") + item("/b")
LEAD = '<?xml version="1.0" encoding="UTF-8"?>'


@pytest.mark.parametrize(
    "data",
    [
        b"Warning: mysql_connect() in <b>/srv/www</b><br />\n" + rss(TWO, LEAD),
        b"\n\n  " + rss(TWO, LEAD),
        rss(TWO, LEAD)[:-16],
        rss(TWO + "<item><title>Thr", LEAD)[:-16],
        rss(TWO.replace("</item>", ""), LEAD),
        rss(TWO.replace("</title>", "", 1), LEAD),
        rss(TWO.replace("<title>Title", "<title><![CDATA[Title", 1), LEAD),
        rss("<!-- news" + TWO, LEAD),
        rss(TWO.replace("<link>", "<media:content url='x'/><dc:date>2023-01-01</dc:date><link>"), LEAD),
        rss(TWO, LEAD).replace(b'version="2.0"', b"version=2.0"),
        rss(TWO, LEAD) + rss(item("/a"), LEAD),
        rss(TWO, LEAD) + b"<script>document.write('<item>')</script>",
        rss(TWO, LEAD).replace(b"UTF-8", b"UTF-16"),
        rss(TWO.replace("Title", "Caf\u00e9"), LEAD).decode().encode("latin-1"),
        rss(TWO.replace("Title", "T&#xD83D;&#0;&#9999999;&nosuch;", 1), LEAD),
        rss(TWO.replace("<link>", "<link>\n ").replace("</link>", "\n </link>"), LEAD),
        rss(TWO.replace("<link>/a</link>", '<link rel="self" href="/x"/><link href="/a"/>') + "<item><title>", LEAD)[
            :-16
        ],
        rss("<!--" + item("/x") + "-->" + TWO.replace("</title>", "", 1), LEAD),
        rss("<item><guid>12</guid></item>" + TWO.replace("</title>", "", 1), LEAD),
    ],
)
def test_salvaged(data: bytes) -> None:
    found = feed.read(data, URL, "s")
    assert [link.url for link in found] == ["https://news.example/a", "https://news.example/b"]
    assert json.dumps([link.found_by and link.found_by.title for link in found]).encode().isascii()


def test_what_is_salvaged_is_as_it_would_have_been_read() -> None:
    more = "<pubDate>Wed, 04 Oct 2023 10:00:00 GMT</pubDate>"
    torn = item("/x").replace("</title>", "") + item("/a?x=1&amp;y=2", more).replace("Title", "Tom &amp; Ann")
    assert feed.read(rss(torn), URL, "s")[1] == Link(
        "https://news.example/a?x=1&y=2", "s", FoundBy("feed", URL, "Tom & Ann", "2023-10-04T10:00:00+00:00")
    )


@pytest.mark.parametrize(
    ("printed", "title"),
    [("R&D", "R&D"), ("Q&A: x", "Q&A: x"), ("caf&eacute;", "café"), ("O\x0bn\x08e", "O n e"), ("a&#0;b", "a b")],
)
def test_titles_with_odd_characters(printed: str, title: str) -> None:
    found = feed.read(rss(item("/a").replace("Title", printed)), URL, "s")[0].found_by
    assert found is not None
    assert found.title == title


@pytest.mark.parametrize("piece", ["<item><link ", "<item><title><![CDATA[", "<!--", "<item>", "<link href='", "&#x"])
def test_hostile_repetition_ends(piece: str) -> None:
    with suppress(UnusableError):
        assert feed.read(rss("<x" + piece * 2_000), URL, "s") == []
    assert list(salvage.entries(piece * 20_000, feed.MAX_ENTRIES)) == []

"""Addresses: normal form and the key of what was seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.sources.urls import LONGEST, TRACKING, akin, key, normalise, site

words = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=8)
pairs = st.tuples(words, words).filter(
    lambda pair: pair[0] not in TRACKING and not pair[0].startswith(("utm", "pk", "hsa"))
)


@st.composite
def addresses(draw: st.DrawFn) -> str:
    path = "/".join(draw(st.lists(words, max_size=3)))
    query = "&".join("=".join(pair) for pair in draw(st.lists(pairs, max_size=3)))
    return f"https://news.example/{path}{'?' + query if query else ''}"


@pytest.mark.parametrize(
    ("given_", "normal"),
    [
        ("HTTP://News.Example:80/a/../b#top", "http://news.example/b"),
        ("https://news.example/?utm_source=x&id=1&FBCLID=2", "https://news.example/?id=1"),
        ("https://news.example/?utm_source=x", "https://news.example/"),
        ("https://news.example/a?", "https://news.example/a"),
        ("https://news.example/a?b=%20c&a=+", "https://news.example/a?b=%20c&a=+"),
        ("https://me:secret@news.example/", "https://news.example/"),
        ("https://münchen.example/ä", "https://xn--mnchen-3ya.example/%C3%A4"),
        ("  https://news.example/a\n", "https://news.example/a"),
    ],
)
def test_normal_form(given_: str, normal: str) -> None:
    assert normalise(given_) == normal


@pytest.mark.parametrize(
    "address",
    ["", "a/b", "mailto:a@b.example", "javascript:alert(1)", "ftp://a.example/", "http://", "https://a\ud800/"],
)
def test_no_address(address: str) -> None:
    assert normalise(address) is None


def test_relative_to_a_base() -> None:
    assert normalise("../c?d=1#e", "https://news.example/a/b/") == "https://news.example/a/c?d=1"
    assert normalise("//other.example/x", "https://news.example/") == "https://other.example/x"
    assert normalise("javascript:void(0)", "https://news.example/") is None


def test_too_long() -> None:
    assert normalise("https://news.example/" + "a" * LONGEST) is None
    assert normalise("https://news.example/" + "a" * (LONGEST * 3)) is None


@given(addresses())
def test_normal_form_is_final(address: str) -> None:
    once = normalise(address)
    assert once is not None
    assert normalise(once) == once
    assert key(once) == key(address)


@given(addresses(), st.sampled_from([*sorted(TRACKING), "utm_x", "UTM_Source"]), words)
def test_tracking_and_fragments_do_not_change_the_key(address: str, name: str, value: str) -> None:
    joined = f"{address}{'&' if '?' in address else '?'}{name}={value}#{value}"
    assert key(joined) == key(address)
    assert normalise(joined) == normalise(address)


@given(addresses(), addresses())
def test_another_path_or_query_is_another_key(one: str, other: str) -> None:
    def parts(address: str) -> tuple[str, list[str]]:
        path, _, query = address.partition("?")
        return path.rstrip("/"), sorted(query.split("&"))

    assert (key(one) == key(other)) == (parts(one) == parts(other))


def test_key_forgives_what_servers_forgive() -> None:
    same = [
        "http://www.news.example/%7Ea/?b=1&a=2",
        "https://news.example/~a?a=2&b=1#x",
        "HTTPS://NEWS.example/%7ea/?a=2&b=1",
    ]
    assert len({key(address) for address in same}) == 1
    assert key("https://news.example/A") != key("https://news.example/a")
    assert key("https://news.example/a%2fb") != key("https://news.example/a/b")
    assert key("file:///inbox/a.txt") == "file:///inbox/a.txt"


@pytest.mark.parametrize("host", ["www.news.example", "m.news.example:8080", "amp.news.example", "www.m.news.example"])
def test_site(host: str) -> None:
    assert site(f"https://{host}/") == "news.example"
    assert site("https://m.example/") == "m.example"
    assert site("no address") == ""


ARTICLE = "https://news.example/2026/11/20/new-bridge-approved"


@pytest.mark.parametrize(
    "variant",
    [
        "http://www.news.example/2026/11/20/new-bridge-approved/",
        "https://m.news.example/2026/11/20/new-bridge-approved",
        "https://www.m.news.example/2026/11/20/new-bridge-approved",
        "https://mobile.news.example/2026/11/20/new-bridge-approved?utm_medium=app",
        "https://amp.news.example/2026/11/20/new-bridge-approved",
        "https://amp.www.news.example/2026/11/20/new-bridge-approved",
        f"{ARTICLE}/amp",
        f"{ARTICLE}/amp/",
        f"{ARTICLE}.amp",
        f"{ARTICLE}?amp",
        f"{ARTICLE}?amp=1&utm_source=x",
        f"{ARTICLE}?outputType=amp",
        "https://news.example/amp/2026/11/20/new-bridge-approved",
        "https://amp.news.example/amp/2026/11/20/new-bridge-approved?amp=1",
        f"{ARTICLE}/print",
        f"{ARTICLE}/print.html",
        f"{ARTICLE}?print=1",
        f"{ARTICLE}?view=print",
        f"{ARTICLE}/index.html",
        f"{ARTICLE}/index.htm?utm_source=x#top",
    ],
)
def test_versions_of_an_article_have_its_key(variant: str) -> None:
    assert key(variant) == key(ARTICLE) == "news.example/2026/11/20/new-bridge-approved"


def test_a_version_before_the_extension() -> None:
    assert key("https://news.example/a-b-c-12345.amp.html") == key("https://m.news.example/a-b-c-12345.html")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://m.news.example/", "https://news.example/"),
        ("https://mobile.news.example/reviews", "https://news.example/reviews"),
        ("https://m.example/a-story-of-three", "https://example/a-story-of-three"),
        ("https://news.example/amp", "https://news.example/"),
        ("https://news.example/music/amp", "https://news.example/music"),
        ("https://news.example/amp/reviews", "https://news.example/reviews"),
        ("https://news.example/politics/print", "https://news.example/politics"),
        (f"{ARTICLE}?page=2", ARTICLE),
        (f"{ARTICLE}?view=2", ARTICLE),
        (f"{ARTICLE}?print=no", ARTICLE),
        (f"{ARTICLE}/amplifier", ARTICLE),
        (f"{ARTICLE}/camp", ARTICLE),
        (f"{ARTICLE}/index.html/b", f"{ARTICLE}/b"),
        (f"{ARTICLE}/findex.html", ARTICLE),
        ("https://amp.other.example/2026/11/20/new-bridge-approved", ARTICLE),
        ("https://news.example:8080/2026/11/20/new-bridge-approved", ARTICLE),
    ],
)
def test_what_is_not_surely_the_same_keeps_its_own_key(one: str, other: str) -> None:
    assert key(one) != key(other)


@given(addresses())
def test_a_key_is_final(address: str) -> None:
    assert key(f"https://{key(address)}") == key(address)


@pytest.mark.parametrize(
    ("one", "other", "kin"),
    [
        ("/politics/new-bridge-approved", "/2026/11/new-bridge-approved.html", True),
        ("/politics/new-bridge-approved-1234567", "/a/1234567/", True),
        ("/?p=4711", "/story.php?id=1&p=4711", True),
        ("/politics/new-bridge-approved", "/politics/old-bridge-closed", False),
        ("/politics/", "/politics", False),
        ("/", "/new-bridge-approved", False),
        ("/about-our-newsroom", "/x/about-our-newsroom", False),
        ("/?p=1", "/?id=1", False),
    ],
)
def test_kin(one: str, other: str, kin: bool) -> None:
    assert akin(f"https://news.example{one}", f"https://www.news.example{other}") is kin
    assert not akin(f"https://news.example{one}", f"https://other.example{other}")

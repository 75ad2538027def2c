"""Addresses: normal form and the key of what was seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.sources.urls import LONGEST, TRACKING, key, normalise, site

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


def test_site() -> None:
    assert site("https://www.news.example/a") == site("https://m.news.example:8080/") == "news.example"
    assert site("no address") == ""

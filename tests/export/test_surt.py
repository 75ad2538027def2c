"""The keys of addresses; tests/peers compares many more of them with the Internet Archive's own."""

from __future__ import annotations

import pytest

from scraper.export import surt


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.Example.org:443/B/../a/?y=2&x=1#top", "org,example)/a?x=1&y=2"),
        ("http://example.org", "org,example)/"),
        ("http://user:pw@www12.example.co.uk:8080/", "uk,co,example:8080)/"),
        ("http://192.168.1.1/x", "1,1,168,192)/x"),
        ("http://[2001:db8::1]:80/x", "2001:db8::1)/x"),
        ("https://exämple.org/ä%20b?ö", "org,xn--exmple-cua)/%c3%a4%20b?%c3%b6"),
        ("http://example.org/%2525", "org,example)/%25"),
        ("http://example.org/?&&a=&b", "org,example)/?&&a=&b"),
        ("file:///In%20box/a.txt", "file:/in%20box/a.txt"),
        ("urn:uuid:AB", "urn:uuid:ab"),
        ("http://example.org:99999/", "http://example.org:99999/"),
        ("no address", "no address"),
        ("", ""),
    ],
)
def test_the_key_of_an_address(url: str, key: str) -> None:
    assert surt.key(url) == key


@pytest.mark.parametrize("part", ["%25", "/..", "a=1&", "sid=0", "(", "www.", "%", "/", "."])
def test_a_long_address_costs_little(part: str) -> None:
    assert surt.key(f"http://e.org/{part * 20_000}?{part * 20_000}").startswith("org,e)/")

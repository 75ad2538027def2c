"""The address guard and the reading of URLs."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper import guard
from scraper.errors import ConfigError, RefusedError

PRIVATE = [
    "0.0.0.0",  # noqa: S104 - nothing is bound: it is an address to refuse
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.168.1.1",
    "198.19.255.255",
    "203.0.113.9",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1111%eth0",
    "ff02::1",
]
PUBLIC = ["8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.32.0.0", "2606:4700::1111"]

addresses = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


@pytest.mark.parametrize("address", PRIVATE)
def test_refuses_what_is_not_on_the_public_internet(address: str) -> None:
    with pytest.raises(RefusedError) as error:
        guard.check(address)
    assert error.value.reason == "private-address"
    assert error.value.exit_code == 6


@pytest.mark.parametrize("address", PUBLIC)
def test_lets_public_addresses_through(address: str) -> None:
    guard.check(address)


def test_every_cloud_metadata_service_behind_nat64_is_refused_although_the_library_calls_it_global() -> None:
    assert ip_address("64:ff9b::a9fe:a9fe").is_global
    with pytest.raises(RefusedError):
        guard.check("64:ff9b::a9fe:a9fe")


@settings(deadline=None)
@given(addresses)
def test_is_never_laxer_than_the_standard_library(address: IPv4Address | IPv6Address) -> None:
    if not address.is_global or address.is_multicast or address.is_reserved:
        with pytest.raises(RefusedError):
            guard.check(str(address))


@settings(deadline=None)
@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:0:0", "64:ff9b::", "::"]))
def test_no_embedded_ipv4_gets_through(inner: IPv4Address, prefix: str) -> None:
    with pytest.raises(RefusedError):
        guard.check(str(IPv6Address(int(IPv6Address(prefix)) | int(inner))))


@settings(deadline=None)
@given(addresses, st.sampled_from(["127.0.0.0/8", "10.1.2.3", "fd00::/8", "64:ff9b::/96", "169.254.169.254"]))
def test_an_allowance_opens_exactly_its_own_network(address: IPv4Address | IPv6Address, allowed: str) -> None:
    def refused(*networks: str) -> bool:
        try:
            guard.check(str(address), guard.networks(networks))
        except RefusedError:
            return True
        return False

    if address in ip_network(allowed):
        assert not refused(allowed)
    else:
        assert refused(allowed) == refused()


def test_an_allowance_for_ipv4_does_not_open_its_mapped_form() -> None:
    with pytest.raises(RefusedError):
        guard.check("::ffff:127.0.0.1", guard.networks(["127.0.0.1"]))


def test_a_zone_is_refused_even_where_its_network_is_allowed() -> None:
    guard.check("fe80::1", guard.networks(["fe80::/10"]))
    with pytest.raises(RefusedError):
        guard.check("fe80::1%eth0", guard.networks(["fe80::/10"]))


@pytest.mark.parametrize("text", ["", "localhost", "10.1.2.3/8", "10.0.0.0/33", "127.0.0.1:80", "*"])
def test_a_broken_allowance_names_itself(text: str) -> None:
    with pytest.raises(ConfigError, match="allow_addresses"):
        guard.networks([text])


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("HTTP://Example.ORG:80/a/../b?q=1#top", "http://example.org/b?q=1"),
        ("https://bücher.example:8443/ä?ö", "https://xn--bcher-kva.example:8443/%C3%A4?%C3%B6"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://[::0001]:8080/", "http://[::1]:8080/"),
        ("http://example.org/?", "http://example.org/?"),
        ("  http://example.org/\n", "http://example.org/"),
    ],
)
def test_normalises_a_url(url: str, asked: str) -> None:
    target = guard.target(url)
    assert target.url == asked
    assert target.url == target.origin + target.path


def test_takes_a_url_apart() -> None:
    assert guard.target("https://[2001:DB8::1]:8443/a?b#c") == guard.Target(
        url="https://[2001:db8::1]:8443/a?b",
        scheme="https",
        host="2001:db8::1",
        port=8443,
        authority="[2001:db8::1]:8443",
        path="/a?b",
    )
    assert guard.target("../x?y", "http://example.org/a/b/c").url == "http://example.org/a/x?y"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "bad-scheme"),
        ("ftp://example.org/", "bad-scheme"),
        ("javascript:alert(1)", "bad-scheme"),
        ("articles/today.txt", "bad-url"),
        ("http://", "bad-url"),
        ("http://exa mple.org/", "bad-url"),
        ("http://example.org/\ud800", "bad-url"),
        ("http://example.org/" + "a" * 9000, "bad-url"),
        ("http://example.org/" + "€" * 3000, "bad-url"),
        ("http://user@example.org/", "userinfo"),
        ("http://:secret@example.org/", "userinfo"),
    ],
)
def test_refuses_a_url_that_is_not_fetched(url: str, reason: str) -> None:
    with pytest.raises(RefusedError) as error:
        guard.target(url)
    assert error.value.reason == reason
    assert "\n" not in str(error.value)
    assert "secret" not in str(error.value)


@settings(deadline=None)
@given(st.text(max_size=200), st.sampled_from(["", "http://", "https://example.org/", "//"]))
def test_any_text_is_either_a_target_or_refused(text: str, start: str) -> None:
    try:
        target = guard.target(start + text, "https://example.org/a/b")
    except RefusedError:
        return
    assert guard.target(target.url) == target
    assert target.path.startswith("/")
    assert target.path.isascii()
    assert not any(character.isspace() for character in target.authority + target.path)

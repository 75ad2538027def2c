"""Where the pages may listen: an address and a port, loopback unless it is said otherwise."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.config import load
from scraper.config.bind import Bind, is_host_name, parse
from scraper.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "found", "is_loopback"),
    [
        ("127.0.0.1:8080", Bind("127.0.0.1", 8080), True),
        ("127.9.9.9:1", Bind("127.9.9.9", 1), True),
        ("localhost:0", Bind("127.0.0.1", 0), True),
        (" [::1]:8080 ", Bind("::1", 8080), True),
        ("0.0.0.0:80", Bind("0.0.0.0", 80), False),  # noqa: S104 - to be refused
        ("[::]:80", Bind("::", 80), False),
        ("192.168.1.5:65535", Bind("192.168.1.5", 65535), False),
    ],
)
def test_what_can_be_read(text: str, found: Bind, is_loopback: bool) -> None:
    assert parse(text) == found
    assert found.is_loopback == is_loopback
    assert parse(str(found)) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8080",
        ":8080",
        "127.0.0.1",
        "127.0.0.1:65536",
        "news.example:80",
        "::1:80",
        "[::1]",
        "1.2.3:80",
        "a:b",
        "0:1",
    ],
)
def test_what_cannot(text: str) -> None:
    with pytest.raises(ValueError, match=r"like 127\.0\.0\.1:8080"):
        parse(text)


@given(st.text(max_size=30))
def test_no_text_is_a_bug(text: str) -> None:
    with contextlib.suppress(ValueError):
        parse(text)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("bind: 0.0.0.0:8080", "can be reached from other machines, and the pages ask for no password"),
        ("bind: here", "expected an address and a port like 127.0.0.1:8080, got `here`"),
        ("bind: 127.0.0.1:80\n  hosts: [https://a.example]", "expected a host's name alone"),
        ("hosts: [A.example]", "expected a host's name alone"),
        ("bnd: 127.0.0.1:80", "did you mean `bind`"),
    ],
)
def test_a_mistake_is_named_with_the_way_out(tmp_path: Path, written: str, said: str) -> None:
    (tmp_path / "c.yaml").write_text(f"web:\n  {written}\n")
    with pytest.raises(ConfigError, match=r"c\.yaml:\d") as caught:
        load("c.yaml", {}, tmp_path)
    assert said in str(caught.value)


def test_other_machines_may_be_meant(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("web: {bind: '0.0.0.0:8080', allow_remote: true, hosts: [archive.example]}\n")
    web = load("c.yaml", {}, tmp_path).config.web
    assert (web.bind, web.allow_remote, web.hosts) == ("0.0.0.0:8080", True, ("archive.example",))
    (tmp_path / "d.yaml").write_text("sources: []\n")
    assert load("d.yaml", {}, tmp_path).config.web.bind is None


def test_names_of_hosts() -> None:
    assert [
        name for name in ("a.example", "a-b", "1", "a_b", "-a", "a-", "a..b", "", "ä.example") if is_host_name(name)
    ] == [
        *("a.example", "a-b", "1"),
    ]

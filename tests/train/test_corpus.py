"""Whose page it is, and which half of the sites it belongs to."""

from __future__ import annotations

import pytest

from scraper.train.corpus import half_of, site_of


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.example.com/a", "example.com"),
        ("https://news.example.co.uk/a?b", "example.co.uk"),
        ("https://example.de", "example.de"),
        ("https://a.b.example.org:8080/", "example.org"),
    ],
)
def test_the_site_of_an_address(url: str, site: str) -> None:
    assert site_of(url) == site


def test_a_site_stays_in_its_half() -> None:
    halves = {half_of(f"site{number}.example") for number in range(40)}
    assert halves == {0, 1}
    assert half_of("example.com") == half_of("example.com")

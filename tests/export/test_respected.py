"""Which signals say no, and which of them count."""

from __future__ import annotations

import pytest
from msgspec import structs

from scraper.export import RESPECT
from scraper.export.rights import refused
from scraper.types import Reserved, Rights, Robots


def robots(**preferences: tuple[str, ...]) -> Robots:
    return Robots("https://e.org/robots.txt", "allowed", **preferences)  # type: ignore[arg-type]  # two of its fields


RULE = Reserved("https://e.org/.well-known/tdmrep.json", "2026-11-21T12:00:00Z", "/", "1")
FILE = Robots("https://e.org/robots.txt", "allowed", reserved=RULE)


@pytest.mark.parametrize(
    ("rights", "signal"),
    [
        (Rights(), None),
        (Rights(tdm_reservation=" 1 "), "tdm"),
        (Rights(robots=FILE), "tdm"),
        (Rights(tdm_reservation="0", robots=FILE), None),  # the page's own word goes before its site's
        (Rights(robots=structs.replace(FILE, reserved=structs.replace(RULE, reservation="0"))), None),
        (Rights(tdm_reservation="0", tdm_policy="https://e.org/policy"), None),
        (Rights(robots_meta=("robots: NOINDEX, NoAI",)), "noai"),
        (Rights(x_robots_tag=("otherbot: noimageai",)), "noai"),
        (Rights(x_robots_tag=("unavailable_after: 1 Jan 2030 00:00:00 GMT, nocache",)), "noarchive"),
        (Rights(robots_meta=("googlebot: noarchive",)), "noarchive"),
        (Rights(robots_meta=("robots: noaim, x-noai, noarchived, max-image-preview:large",)), None),
        (Rights(tdm_reservation="1", x_robots_tag=("noarchive,noai",)), "tdm"),
        (Rights(x_robots_tag=("noarchive", "noai")), "noai"),
        (Rights(content_usage="search=y, train-ai=n"), "noai"),
        (Rights(content_usage="train-ai=y, search=n"), None),
        (Rights(content_usage="x-train-ai=n, train-ai=nil"), None),
        (Rights(robots=robots(content_usage=("/news train-ai = n",))), "noai"),
        (Rights(robots=robots(content_signal=("search=yes,AI-train=no",))), "noai"),
        (Rights(robots=robots()), None),
    ],
)
def test_what_a_site_said(rights: Rights, signal: str | None) -> None:
    assert refused(rights, frozenset(RESPECT)) == signal
    assert refused(rights, frozenset()) is None
    assert refused(rights, frozenset(RESPECT) - {signal}) != signal or signal is None

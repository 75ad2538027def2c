"""Which signals say no, and which of them count."""

from __future__ import annotations

import pytest

from scraper.export import RESPECT
from scraper.export.rights import refused
from scraper.types import Rights


class Preferring(Rights, frozen=True, omit_defaults=True):
    """With the preferences that a response's header and robots.txt give."""

    content_usage: str | None = None
    robots: dict[str, tuple[str, ...]] | None = None  # type: ignore[assignment]  # as it is stored


@pytest.mark.parametrize(
    ("rights", "signal"),
    [
        (Rights(), None),
        (Rights(tdm_reservation=" 1 "), "tdm"),
        (Rights(tdm_reservation="0", tdm_policy="https://e.org/policy"), None),
        (Rights(robots_meta=("robots: NOINDEX, NoAI",)), "noai"),
        (Rights(x_robots_tag=("otherbot: noimageai",)), "noai"),
        (Rights(x_robots_tag=("unavailable_after: 1 Jan 2030 00:00:00 GMT, nocache",)), "noarchive"),
        (Rights(robots_meta=("googlebot: noarchive",)), "noarchive"),
        (Rights(robots_meta=("robots: noaim, x-noai, noarchived, max-image-preview:large",)), None),
        (Rights(tdm_reservation="1", x_robots_tag=("noarchive,noai",)), "tdm"),
        (Rights(x_robots_tag=("noarchive", "noai")), "noai"),
        (Preferring(content_usage="search=y, train-ai=n"), "noai"),
        (Preferring(content_usage="train-ai=y, search=n"), None),
        (Preferring(content_usage="x-train-ai=n, train-ai=nil"), None),
        (Preferring(robots={"content_usage": ("/news train-ai = n",)}), "noai"),
        (Preferring(robots={"content_signal": ("search=yes,AI-train=no",)}), "noai"),
        (Preferring(robots={}), None),
    ],
)
def test_what_a_site_said(rights: Rights, signal: str | None) -> None:
    assert refused(rights, frozenset(RESPECT)) == signal
    assert refused(rights, frozenset()) is None
    assert refused(rights, frozenset(RESPECT) - {signal}) != signal or signal is None

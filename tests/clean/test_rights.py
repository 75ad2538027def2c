"""What a page and its response say on reuse, as they say it."""

from __future__ import annotations

import msgspec

from scraper.clean.rights import read_rights
from scraper.types import Ledger, Rights

PAGE = """<html><head>
<meta name="robots" content="noarchive, noai">
<meta name="tdm-reservation" content="1">
<meta name="tdm-policy" content="https://news.example/policy.json">
<link rel="license" href="https://news.example/licence">
</head><body><p>Text.</p></body></html>"""


def test_what_a_page_says() -> None:
    assert read_rights((), PAGE) == Rights(
        robots_meta=("robots: noarchive, noai",),
        tdm_reservation="1",
        tdm_policy="https://news.example/policy.json",
        licence="https://news.example/licence",
    )


def test_what_its_response_says_outranks_the_page_where_both_speak() -> None:
    headers = [
        ("x-robots-tag", "noindex"),
        ("x-robots-tag", "otherbot: nofollow"),
        ("tdm-reservation", "0"),
        ("content-usage", "train-ai=n"),
        ("content-usage", "search=y"),
    ]
    found = read_rights(headers, PAGE)
    assert found.x_robots_tag == ("noindex", "otherbot: nofollow")
    assert (found.tdm_reservation, found.tdm_policy) == ("0", "https://news.example/policy.json")
    assert found.content_usage == "train-ai=n, search=y"
    assert read_rights(headers, None).licence is None


def test_a_ledger_of_an_older_version_is_read() -> None:
    old = (
        b'{"record":"r","verdict":"article","kept":[1],"removed":[],"trimmed":[],"origin":{},'
        b'"rights":{"tdm_reservation":"1"},"cleaner":"1","rules":"r","profile":"p"}'
    )
    assert msgspec.json.decode(old, type=Ledger).rights == Rights(tdm_reservation="1")

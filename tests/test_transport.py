from __future__ import annotations

import pytest

from scraper import guard, transport
from scraper.errors import RefusedError

WAITS = {"connect": 1.0, "read": 1.0, "write": 1.0}


def test_a_request_keeps_its_headers_in_their_order_and_case() -> None:
    target = guard.target("http://example.org/a?b=%7Ec")
    headers = [(b"Host", b"example.org"), (b"User-Agent", b"scrape"), (b"Accept", b"*/*")]

    request = transport.get(target, headers, WAITS)

    assert request.headers.raw == headers
    assert request.method == "GET"


def test_an_address_too_long_for_the_client_is_refused_by_name() -> None:
    target = guard.target("http://example.org/" + "a" * 70_000)

    with pytest.raises(RefusedError, match=r"http://example\.org/a+.*not an address to fetch") as caught:
        transport.get(target, [], WAITS)

    assert caught.value.reason == "bad-url"

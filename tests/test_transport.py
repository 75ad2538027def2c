from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from scraper import guard, transport
from scraper.errors import RefusedError

WAITS = {"connect": 1.0, "read": 1.0, "write": 1.0}


def test_a_request_keeps_its_headers_in_their_order_and_case() -> None:
    target = guard.target("http://example.org/a?b=%7Ec")
    headers = [(b"Host", b"example.org"), (b"User-Agent", b"scrape"), (b"Accept", b"*/*")]

    request = transport.get(target, headers, WAITS)

    assert request.headers.raw == headers
    assert request.method == "GET"


@given(st.text(max_size=60))
@settings(deadline=None)
def test_what_the_guard_takes_becomes_a_request_or_is_refused(path: str) -> None:
    try:
        target = guard.target(f"http://example.org/{path}")
        request = transport.get(target, [(b"Host", b"example.org")], WAITS)
    except RefusedError:
        return
    assert request.url.host == "example.org"

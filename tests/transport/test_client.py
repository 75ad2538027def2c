"""httpx changes nothing of what is asked."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from scraper import guard
from scraper.errors import RefusedError
from scraper.tap import Bounds, Wire
from scraper.transport import Waits
from scraper.transport.client import Asked, get


def asked(url: str) -> Asked:
    return Asked(guard.target(url), Waits(1.0, 1.0), Wire(url, lambda: 0.0, Bounds(60.0, 1000)))


def test_a_request_keeps_its_headers_in_their_order_and_case() -> None:
    fields = [(b"Host", b"example.org"), (b"User-Agent", b"scrape"), (b"Accept", b"*/*")]
    request = get(asked("http://example.org/a?b=%7Ec"), fields)
    assert (request.headers.raw, request.method) == (fields, "GET")


@given(st.text(max_size=60))
@settings(deadline=None)
def test_what_the_guard_takes_becomes_a_request_or_is_refused(path: str) -> None:
    try:
        request = get(asked(f"http://example.org/{path}"), [(b"Host", b"example.org")])
    except RefusedError:
        return
    assert request.url.host == "example.org"

"""A site's /.well-known/tdmrep.json: what it reserves of text and data mining, page by page. Pure.

TDM Reservation Protocol, Final Community Group Report of 10 May 2024: an array of objects, each with `location` (a path
pattern as in robots.txt), `tdm-reservation` (0 or 1) and perhaps `tdm-policy`. The first whose location fits a page is
the page's. What a response's own header or a page's own meta element says goes before it; both are recorded as seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from scraper import robots

PATH = "/.well-known/tdmrep.json"
MAX_RULES = 1000
"""Rules that are kept: each may be matched against every page's path."""
_MAX_VALUE = 1000  # characters of a location or a policy's address


class Rule(Struct, frozen=True):
    """What one object of the file says: a path pattern, "0" or "1", and where the policy is."""

    location: str
    reservation: str
    policy: str | None = None


def read(body: bytes) -> tuple[Rule, ...]:
    """The rules in a file, in their order; what is no rule is passed over, and a file that is no JSON has none."""
    try:
        listed: Any = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.MsgspecError, ValueError, RecursionError):  # ValueError: a number of too many digits
        return ()
    found = [_rule(each) for each in listed] if isinstance(listed, list) else []
    return tuple([rule for rule in found if rule is not None][:MAX_RULES])


def fitting(rules: Iterable[Rule], path: str) -> Rule | None:
    """The rule of a page, by its request target."""
    return next((rule for rule in rules if robots.fits(rule.location, path)), None)


def is_errand(url: str) -> bool:
    """Whether a page's capture asked for this address on the way: a robots.txt or a tdmrep.json."""
    return urlsplit(url).path in ("/robots.txt", PATH)


def _rule(given: object) -> Rule | None:
    if not isinstance(given, dict):
        return None
    location, reservation, policy = (given.get(name) for name in ("location", "tdm-reservation", "tdm-policy"))
    if not isinstance(location, str) or not location.startswith(("/", "*")) or len(location) > _MAX_VALUE:
        return None
    said = str(reservation).strip() if isinstance(reservation, int | str) and not isinstance(reservation, bool) else ""
    if said not in ("0", "1"):
        return None
    is_policy = isinstance(policy, str) and 0 < len(policy) <= _MAX_VALUE
    return Rule(robots.spelled(location), said, policy if is_policy else None)

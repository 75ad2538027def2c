"""What a site said on reuse, read as a yes or a no: which articles a careful export leaves out.

The signals are recorded as they were seen (scraper/clean/rights.py) and interpreted here and nowhere else. A directive
counts whichever robot it names, since a corpus goes to people whose robots nobody knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scraper.types import Rights

RESPECT = ("tdm", "noai", "noarchive")
"""The signals that can be respected, in the order in which they are named.

tdm         TDM Reservation Protocol: tdm-reservation 1, as a header, a meta element or in the site's tdmrep.json (2024)
noai        robots meta or X-Robots-Tag: noai, noimageai (DeviantArt, 2022); Content-Usage: train-ai=n (IETF draft
            draft-ietf-aipref-vocab); Content-Signal: ai-train=no in robots.txt (contentsignals.org, 2025)
noarchive   robots meta or X-Robots-Tag: noarchive, and nocache, which is Bing's word for it
"""

_USAGE = re.compile(r"(?<![\w/-])(?:train-ai|ai-train)\s*=\s*no?(?![\w-])", re.IGNORECASE)
_WORDS = {"noai": frozenset({"noai", "noimageai"}), "noarchive": frozenset({"noarchive", "nocache"})}
_WORD = re.compile(r"[a-z][a-z-]*")


def refused(rights: Rights, respected: frozenset[str]) -> str | None:
    """The first of the respected signals that the site gave; None if it gave none of them."""
    said = {word for value in (*rights.robots_meta, *rights.x_robots_tag) for word in _WORD.findall(value.lower())}
    given = {signal for signal, words in _WORDS.items() if said & words}
    if _reservation(rights) == "1":
        given.add("tdm")
    if any(_USAGE.search(value) for value in _preferences(rights)):
        given.add("noai")
    return next((signal for signal in RESPECT if signal in given & respected), None)


def _reservation(rights: Rights) -> str:
    """What the page itself says goes before its site's tdmrep.json (TDM Reservation Protocol, 2024)."""
    if rights.tdm_reservation is not None:
        return rights.tdm_reservation.strip()
    reserved = rights.robots.reserved if rights.robots is not None else None
    return reserved.reservation if reserved is not None else ""


def _preferences(rights: Rights) -> Iterator[str]:
    """What the response's header and robots.txt prefer."""
    yield rights.content_usage or ""
    if rights.robots is not None:
        yield from rights.robots.content_usage
        yield from rights.robots.content_signal

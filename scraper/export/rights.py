"""What a site said on reuse, read as a yes or a no: which articles a careful export leaves out.

The signals are recorded as they were seen (scraper/clean/rights.py) and interpreted here and nowhere else. A directive
counts whichever robot it names, since a corpus goes to people whose robots nobody knows.
"""

from __future__ import annotations

import re

from scraper.types import Rights

RESPECT = ("tdm", "noai", "noarchive")
"""The signals that can be respected, in the order in which they are named.

tdm         TDM Reservation Protocol: tdm-reservation 1, as a header or a meta element (W3C Community Group, 2022)
noai        robots meta or X-Robots-Tag: noai, noimageai (DeviantArt, 2022)
noarchive   robots meta or X-Robots-Tag: noarchive, and nocache, which is Bing's word for it
"""

_WORDS = {"noai": frozenset({"noai", "noimageai"}), "noarchive": frozenset({"noarchive", "nocache"})}
_WORD = re.compile(r"[a-z][a-z-]*")


def refused(rights: Rights, respected: frozenset[str]) -> str | None:
    """The first of the respected signals that the site gave; None if it gave none of them."""
    said = {word for value in (*rights.robots_meta, *rights.x_robots_tag) for word in _WORD.findall(value.lower())}
    for signal in RESPECT:
        if signal not in respected:
            continue
        reserved = (rights.tdm_reservation or "").strip() == "1" if signal == "tdm" else bool(said & _WORDS[signal])
        if reserved:
            return signal
    return None

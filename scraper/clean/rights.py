"""What a page and its response say on reuse: recorded as seen, never interpreted.

robots meta and X-Robots-Tag (noarchive, noai ...), the TDM Reservation Protocol's header and meta (W3C Community Group
Report, 2022), rel=license, and the Content-Usage header (IETF draft draft-ietf-aipref-attach-05).
"""

from __future__ import annotations

from collections.abc import Iterable

from scraper.clean.head import HeadReader
from scraper.types import Rights

MAX_CHARS = 400_000
"""Rights stand in a page's head; what lies behind this is not searched."""


def read_rights(headers: Iterable[tuple[str, str]], html: str | None) -> Rights:
    """The rights signals of a response's headers (names in lower case) and, for a page, of its head."""
    from scraper.clean.blocks import parsed  # noqa: PLC0415 - plain text does without

    reader = HeadReader()
    if html is not None:
        for node in parsed(html[:MAX_CHARS]).css("meta, link[rel], a[rel~=license]"):
            tag = node.tag or ""
            if tag == "a":
                reader.see_link(node)
            else:
                reader.see(node, tag)
    head = reader.finish()
    named = list(headers)
    meta = dict(reversed(head.meta))
    return Rights(
        robots_meta=tuple(
            f"{name}: {value}" for name, value in head.meta if name in ("robots", "googlebot", "googlebot-news")
        )[:20],
        x_robots_tag=tuple(value for name, value in named if name == "x-robots-tag")[:20],
        tdm_reservation=_header(named, "tdm-reservation") or meta.get("tdm-reservation"),
        tdm_policy=_header(named, "tdm-policy") or meta.get("tdm-policy"),
        content_usage=_list_header(named, "content-usage"),
        licence=next((target for relation, target in head.links if "licen" in relation), None),
    )


def _header(headers: list[tuple[str, str]], name: str) -> str | None:
    return next((value for key, value in headers if key == name), None)


def _list_header(headers: list[tuple[str, str]], name: str) -> str | None:
    """A header that is a list or a dictionary: several are one (RFC 9110 section 5.2)."""
    values = [value for key, value in headers if key == name][:20]
    return ", ".join(values) if values else None

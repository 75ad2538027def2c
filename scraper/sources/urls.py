"""Addresses: the form in which one is fetched, and the key under which it is known."""

from __future__ import annotations

import re
from urllib.parse import unquote

from ada_url import URL

from scraper.sources import shape
from scraper.sources.variants import fold

LONGEST = 8000
"""Characters; RFC 9110, 4.1 asks everybody to support at least this many."""

TRACKING = frozenset(
    (
        *("mc_eid", "oly_anon_id", "oly_enc_id", "__s", "vero_id", "_hsenc", "mkt_tok", "fbclid"),
        *("gclid", "dclid", "gclsrc", "gbraid", "wbraid", "gad_source", "gad_campaignid", "msclkid", "yclid", "ysclid"),
        *("_openstat", "twclid", "ttclid", "igshid", "igsh", "li_fat_id", "rdt_cid", "epik", "rb_clickid", "wickedid"),
        *("mc_cid", "_hsmi", "__hssc", "__hstc", "__hsfp", "hsctatracking", "vero_conv", "s_cid", "ref_src", "_ga"),
        *("_gl", "guce_referrer", "guce_referrer_sig", "guccounter", "at_campaign", "at_medium", "ns_campaign"),
        *("ns_mchannel", "ns_source", "xtor", "smid", "cmpid"),
    )
)
"""Query parameters that never choose the page, in lower case.

The first line is Firefox's list (Firefox source docs, "Query Parameter Stripping"); the others are the click ids of
Google, Microsoft, Yandex, X, TikTok, Instagram, LinkedIn, Reddit, Pinterest, Mailchimp, HubSpot, Vero, Adobe, Yahoo,
Piano (AT Internet), Comscore and news sites' own campaign marks. Names that some site uses for its page (`ref`,
`source`, `from`, `id`) are left alone.
"""

_TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "hsa_")
"""Google Analytics, Matomo (new and old), HubSpot's advertisements."""

_PREFIX = re.compile(r"^(?:www\.)?(?:(?:m|mobile|amp)\.(?:www\.)?(?=[^.]+\.))?")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def normalise(address: str, base: str | None = None) -> str | None:
    """The address in WHATWG form without fragment, user name, password and tracking parameters.

    `address` may be relative to `base`. None if it is no http(s) URL, or longer than LONGEST characters.
    The other parameters keep their order and spelling, since some servers care.
    """
    url = _parse(address, base)
    if url is None or url.protocol not in ("http:", "https:") or not url.hostname:
        return None
    href = url.href
    if "@" in href:
        url.username = url.password = ""
    if "#" in href:
        url.hash = ""
    if "?" in href:  # also where nothing follows it: a lone "?" goes too
        url.search = "&".join(part for part in url.search[1:].split("&") if part and not _is_tracking(part))
    href = url.href
    return href if len(href) <= LONGEST else None


def key(address: str) -> str:
    """The key under which an address counts as seen: never fetched, only compared.

    On top of `normalise`: no scheme, no leading `www.`, no trailing slash, no index file, parameters sorted, %-escapes
    as RFC 3986, 6.2.2 has them; and an article's mobile, AMP and print versions are the article (see variants.py). An
    address that is no http(s) URL is its own key.
    """
    clean = normalise(address)
    if clean is None:
        return address
    place, _, query = clean.partition("://")[2].partition("?")
    host, _, path = _escapes(place).partition("/")
    host, path, query = fold(host, path, "&".join(sorted(_escapes(query).split("&"))))
    return "".join((host, "/" if path else "", path, "?" if query else "", query))


def akin(one: str, other: str) -> bool:
    """Whether two addresses of a site share what no two articles share by chance: a slug, a long number, an `id=`."""
    here, there = _parse(one, None), _parse(other, None)
    if here is None or there is None or site(one) != site(other):
        return False
    return not shape.marks(here.pathname, here.search[1:]).isdisjoint(shape.marks(there.pathname, there.search[1:]))


def may_be_canonical(declared: str, address: str) -> bool:
    """Whether a page at `address` may be the article that it declares: another address of its own site that looks like
    an article's, so no front page and no section."""
    there = _parse(declared, None)
    if there is None or site(declared) != site(address) or key(declared) == key(address):
        return False
    return shape.is_article(there.pathname, there.search[1:])


def is_its_canonical(declared: str, address: str) -> bool:
    """Whether that is sure without a look at the declared page, since both share a slug or a number: sites that declare
    one address on all their pages, or a neighbour's, have been seen."""
    return may_be_canonical(declared, address) and akin(declared, address)


def site(address: str) -> str:
    """The host without `www.`, `m.`, `mobile.` or `amp.`; empty if there is none."""
    url = _parse(address, None)
    return (
        re.sub(r"^(?:www\.)?(?:(?:m|mobile|amp)\.(?:www\.)?(?=[^.]+\.))?", "", url.hostname) if url is not None else ""
    )


def host(address: str) -> str:
    """The same with the port, where it is not the scheme's own: two servers of one machine are two houses."""
    url = _parse(address, None)
    if url is None or not (name := site(address)):
        return ""
    return f"{name}:{url.port}" if url.port else name


def _parse(address: str, base: str | None) -> URL | None:
    if len(address) > LONGEST * 2:
        return None
    try:
        return URL(address.strip(), base)
    except ValueError:  # a lone surrogate raises UnicodeEncodeError, which is one
        return None


def _is_tracking(parameter: str) -> bool:
    name = unquote(parameter.partition("=")[0]).lower()
    return name in TRACKING or name.startswith(_TRACKING_PREFIXES)


def _escapes(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        char = chr(int(match[1], 16))
        return char if char in _UNRESERVED else match[0].upper()

    return _ESCAPE.sub(one, text)

"""The keys under which a record is met again."""

from __future__ import annotations

from scraper.sources import urls
from scraper.types import Record, Verdict


def keys(record: Record) -> list[str]:
    """What a record is met under again: its addresses, letter by letter and by their keys, and an article's text as
    sha256:HEX.

    Of a page that is no article only the address that was asked for: a dead link leads to a front page that others are
    on. A canonical address counts where it surely is the article's, otherwise it is a claim (see sources/urls.py).
    """
    if record.verdict is not Verdict.ARTICLE:
        return _forms([record.url])
    named = declared(record.canonical_url, record.final_url)
    sure = record.canonical_url if named and not named.startswith(CLAIM) else None
    found = _forms([record.url, record.final_url, sure, *record.other_urls])
    return [*dict.fromkeys([*found, *([named] if named else [])]), f"sha256:{record.text_sha256}"]


CLAIM = "canonical "


def claim(address: str) -> str:
    """The key under which a source meets the articles that declare this address for their own."""
    return f"{CLAIM}{urls.key(address)}"


def declared(canonical: str | None, final: str | None) -> str | None:
    """The key that a page is met under for what it declares as its address; None for what cannot be it."""
    if canonical is None or final is None or not urls.may_be_canonical(canonical, final):
        return None
    return urls.key(canonical) if urls.is_its_canonical(canonical, final) else claim(canonical)


def spelled(url: str) -> str:
    """An address in the spelling in which it is compared with another letter by letter."""
    return urls.normalise(url) or url


def _forms(addresses: list[str | None]) -> list[str]:
    forms = (form for address in dict.fromkeys(addresses) if address for form in (spelled(address), urls.key(address)))
    return list(dict.fromkeys(forms))

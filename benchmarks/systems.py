"""The systems under test, each as a plain function: bytes of a page in, an Extraction out.

A peer that is not installed is skipped. Each is called as its own documentation says for a page whose bytes are at
hand: those that take bytes get bytes, the others get them as UTF-8. None is tuned.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import re
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from scraper import __version__, clean_html


class Extraction(NamedTuple):
    """What a system gave; None where it has no such field (it is then not measured). `date` begins YYYY-MM-DD."""

    text: str
    title: str | None = None
    authors: tuple[str, ...] | None = None
    date: str | None = None
    verdict: str = ""


System = Callable[[bytes, str | None], Extraction]


def scrape(html: bytes, url: str | None) -> Extraction:
    """This project."""
    article = clean_html(html, url=url)
    meta = article.metadata
    return Extraction(article.text, meta.title or "", meta.authors, meta.published or "", article.verdict.value)


def _trafilatura() -> System:
    extract = _module("trafilatura").bare_extraction

    def run(html: bytes, url: str | None) -> Extraction:
        found = extract(html, url=url, with_metadata=True)
        if found is None:
            return Extraction("", "", (), "")
        authors = tuple(name.strip() for name in (found.author or "").split(";") if name.strip())
        return Extraction(found.text or "", found.title or "", authors, found.date or "")

    return run


def _trafilatura_text() -> System:
    extract = _module("trafilatura").bare_extraction

    def run(html: bytes, url: str | None) -> Extraction:
        found = extract(html, url=url)
        return Extraction("" if found is None else found.text or "")

    return run


def _readability() -> System:
    document, parse = _module("readability").Document, _module("lxml.html").fromstring

    def run(html: bytes, url: str | None) -> Extraction:
        found = document(html.decode("utf-8", "replace"), url=url)
        tree = parse(found.summary())
        for element in tree.iter("p", "div", "li", "br", "tr", "td", "h1", "h2", "h3", "h4", "blockquote", "pre"):
            element.tail = "\n" + (element.tail or "")  # or the last word of one block grows into the next one's first
        return Extraction(tree.text_content(), found.short_title())

    return run


def _newspaper() -> System:
    article = _module("newspaper").Article

    def run(html: bytes, url: str | None) -> Extraction:
        found = article(url or "https://example.org/", fetch_images=False)  # or it asks the network for each picture
        found.download(input_html=html.decode("utf-8", "replace"))
        found.parse()
        day = str(found.publish_date or "")
        return Extraction(found.text, found.title or "", tuple(found.authors), day)

    return run


LANGUAGE = re.compile(rb"<html[^>]*?\blang\s*=\s*[\"']?([a-z]{2})", re.I)
STOPLISTS = dict(
    pair.split(":")
    for pair in (
        "ar:Arabic bg:Bulgarian ca:Catalan cs:Czech da:Danish de:German el:Greek en:English es:Spanish et:Estonian "
        "fa:Persian fi:Finnish fr:French he:Hebrew hi:Hindi hr:Croatian hu:Hungarian id:Indonesian is:Icelandic "
        "it:Italian lt:Lithuanian lv:Latvian ms:Malay nb:Norwegian_Bokmal nl:Dutch nn:Norwegian_Nynorsk "
        "no:Norwegian_Bokmal pl:Polish pt:Portuguese ro:Romanian ru:Russian sk:Slovak sl:Slovenian sq:Albanian "
        "sr:Serbian sv:Swedish sw:Swahili ta:Tamil tr:Turkish uk:Ukrainian ur:Urdu vi:Vietnamese"
    ).split()
)


def _justext() -> System:
    """jusText wants to be told the language: the page's own `lang`; without one, its language-free settings."""
    judge, stoplist = _module("justext").justext, _module("justext").get_stoplist

    def run(html: bytes, url: str | None) -> Extraction:
        found = LANGUAGE.search(html[:20_000])
        name = STOPLISTS.get(found[1].decode().lower()) if found else None
        free: dict[str, Any] = {} if name else {"stopwords_low": 0, "stopwords_high": 0}
        paragraphs = judge(html, stoplist(name) if name else frozenset(), **free)
        return Extraction("\n".join(part.text for part in paragraphs if not part.is_boilerplate))

    return run


def _resiliparse() -> System:
    extract = _module("resiliparse.extract.html2text").extract_plain_text
    tree, detect = _module("resiliparse.parse.html").HTMLTree, _module("resiliparse.parse.encoding").detect_encoding

    def run(html: bytes, url: str | None) -> Extraction:
        page = tree.parse_from_bytes(html, detect(html))
        return Extraction(extract(page, main_content=True, list_bullets=False, alt_texts=False), page.title or "")

    return run


def _lexbor() -> System:
    parser = _module("selectolax.lexbor").LexborHTMLParser

    def run(html: bytes, url: str | None) -> Extraction:
        parser(html)
        return Extraction("")

    return run


BASE, PARSE = "trafilatura", "lexbor"
PEERS: dict[str, tuple[str, Callable[[], System]]] = {
    BASE: ("trafilatura", _trafilatura),
    "readability-lxml": ("readability-lxml", _readability),
    "newspaper4k": ("newspaper4k", _newspaper),
    "justext": ("jusText", _justext),
    "resiliparse": ("Resiliparse", _resiliparse),
}
"""Name to distribution and maker; the first is the one that times are compared with."""
ONLY_TIMED: dict[str, tuple[str, Callable[[], System]]] = {
    "trafilatura (text only)": ("trafilatura", _trafilatura_text),
    PARSE: ("selectolax", _lexbor),
}


class Loaded(NamedTuple):
    """The systems that are there with their versions, and a line for each that is not."""

    systems: dict[str, System]
    versions: dict[str, str]
    skipped: list[str]


def load(names: Sequence[str] | None = None, timed: bool = False) -> Loaded:
    """The named systems, or all; with `timed` also those that are there to be compared with. Raises KeyError."""
    known = PEERS | (ONLY_TIMED if timed else {})
    systems: dict[str, System] = {}
    versions: dict[str, str] = {}
    skipped = []
    for name in names or ("scrape", *known):
        if name == "scrape":
            systems[name], versions[name] = scrape, __version__
            continue
        distribution, make = known[name]
        try:
            systems[name] = make()
            versions[name] = importlib.metadata.version(distribution)
        except ImportError as error:
            skipped.append(f"{name}: skipped, not installed ({error})")
    return Loaded(systems, versions, skipped)


class Timed(NamedTuple):
    """What a call gave, or the name of what it raised, and its CPU seconds in this process."""

    found: Extraction | None
    seconds: float
    error: str = ""


def timed(system: System, html: bytes, url: str | None) -> Timed:
    """Call a system and take the time."""
    start = time.process_time()
    try:
        found = system(html, url)
    except Exception as error:  # noqa: BLE001 - a peer may raise anything; the page then counts as lost
        return Timed(None, time.process_time() - start, type(error).__name__)
    return Timed(found, time.process_time() - start)


def _module(name: str) -> Any:
    """A module that need not be there, and mostly has no types."""
    return importlib.import_module(name)

"""`scrape discover`: what a site offers to a source: feeds, sitemaps, article links."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import islice

import msgspec
from msgspec import Struct, structs
from protego import Protego

from scraper import warc
from scraper.clean.sniff import sniff
from scraper.cli.offer import Offer, Site, best, of_a_list
from scraper.cli.options import add_allow_address
from scraper.cli.reading import write_json
from scraper.cli.streams import Streams, one_line
from scraper.cli.web import Web
from scraper.config.add import block
from scraper.errors import ScrapeError, UnusableError
from scraper.polite import ROBOTS_BYTES
from scraper.sources import listing, sitemap
from scraper.sources.urls import normalise
from scraper.types import Capture, Exchange, Link

SOURCE = "discover"
MAX_SITEMAPS = 500
ROBOTS = "/robots.txt"


class Found(Struct, frozen=True):
    """Something a source can be made of: `kind` is "feed", "sitemap" or "article"."""

    kind: str
    url: str
    title: str | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "Fetch a page politely and list the feeds that it declares, the sitemaps that the site's robots.txt names, and "
        "the links that look like articles: kind, address and title, separated by tabs. Then ask for feeds and "
        "sitemaps until one works, and print a source for the configuration. Nothing is kept: the page is fetched to "
        "be looked at, and `scrape fetch` archives."
    )
    parser.add_argument("url", metavar="URL", help="a site's front page or section, or a feed or sitemap")
    parser.add_argument("--json", action="store_true", help="one object a line; the source last")
    add_allow_address(parser)


def run(args: argparse.Namespace, streams: Streams) -> int:
    """List what was found, and the source that can be made of it; an UnusableError if there is nothing."""
    with Web(args, streams) as web:
        look = look_at(args.url, web, streams)
    for found in look.found:
        if args.json:
            write_json(msgspec.json.encode(found) + b"\n", streams)
        else:
            streams.write("\t".join(one_line(part or "-") for part in (found.kind, found.url, found.title)) + "\n")
    if look.offer is not None:
        source = look.offer.source()
        if args.json:
            write_json(msgspec.json.encode({"kind": "source", **structs.asdict(source)}) + b"\n", streams)
        else:
            streams.write(f"\n# For `sources:` in the configuration; `scrape config add {args.url}` writes it there.\n")
            streams.write(block(source))
    return 0


class Look(Struct, frozen=True):
    """What was found, and the best source of it that works."""

    found: list[Found]
    offer: Offer | None


def look_at(url: str, web: Web, streams: Streams) -> Look:
    """Look at a site; an UnusableError if there is nothing that a source can be made of."""
    capture = web.get(url, SOURCE)
    found = list(discover(capture))
    if sniff(capture.body) in ("feed", "gzip"):
        offer, _ = of_a_list(capture)
    else:
        feeds, sitemaps = (tuple(one.url for one in found if one.kind == kind) for kind in ("feed", "sitemap"))
        site = Site(capture, feeds, sitemaps)
        offer = best(site, lambda address: web.get(address, SOURCE), streams.say)
    if offer is not None and offer.kind == "feed" and not any(one.url == offer.url for one in found):
        found.insert(0, Found("feed", offer.url))
    if not found and offer is None:
        raise UnusableError(f"{url}: no feed, sitemap or article link; try the site's front page", reason="no-links")
    return Look(found, offer)


def discover(capture: Capture) -> Iterator[Found]:
    """What a page, its site's robots.txt, or a feed or sitemap itself names."""
    url = capture.final_url
    if sniff(capture.body) in ("feed", "gzip"):
        yield from _of_a_list(capture)
    else:
        yield from (_found("feed", link) for link in listing.feeds(capture.body, url, SOURCE))
        yield from _sitemaps(capture)
        yield from (_found("article", link) for link in listing.read(capture.body, url, SOURCE))


def _found(kind: str, link: Link) -> Found:
    return Found(kind, link.url, link.found_by.title if link.found_by is not None else None)


def _of_a_list(capture: Capture) -> Iterator[Found]:
    listed = sitemap.read(capture.body, capture.final_url, SOURCE)  # takes feeds too
    is_feed = any(link.found_by is not None and link.found_by.kind == "feed" for link in listed.pages)
    yield Found("feed" if is_feed else "sitemap", capture.final_url)
    yield from (_found("sitemap", link) for link in listed.children)
    yield from (_found("article", link) for link in listed.pages)


def _sitemaps(capture: Capture) -> Iterator[Found]:
    """The sitemaps in the robots.txt that had to be asked for on the way to the page (sitemaps.org, "Informing search
    engine crawlers"); it is not asked for twice."""
    robots = next((hop for hop in reversed(capture.exchanges) if hop.url.endswith(ROBOTS) and hop.status == 200), None)
    named = _named_in(robots) if robots is not None else iter(())
    for address in dict.fromkeys(normalise(url, capture.final_url) for url in islice(named, MAX_SITEMAPS)):
        if address is not None:
            yield Found("sitemap", address)


def _named_in(robots: Exchange) -> Iterator[str]:
    entry = warc.Entry("response", (("WARC-Target-URI", robots.url),), 0, 0, robots.response)
    try:
        body = warc.capture(entry, SOURCE, robots.url).body
    except ScrapeError:  # fetching took it all the same, cut or badly packed as it is; it names nothing here
        return iter(())
    text = body[:ROBOTS_BYTES].decode("utf-8", "replace")
    return iter(Protego.parse(text).sitemaps)

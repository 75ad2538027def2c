"""Feeds and sitemaps as a server sends them, and sources that ask for them."""

from __future__ import annotations

from msgspec import structs
from servers import Server

from scraper.pipeline import Source, SourceKind

XML = "Content-Type: application/xml"


def rss(*paths: str) -> bytes:
    items = "".join(f"<item><title>About {path[1:]}</title><link>{path}</link></item>" for path in paths)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>'.encode()


def urlset(*urls: str) -> bytes:
    found = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{found}</urlset>'.encode()


def index_of(*urls: str) -> bytes:
    found = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{found}</sitemapindex>'.encode()


def source(server: Server, path: str = "/feed", kind: str = "feed", **more: object) -> Source:
    return structs.replace(Source("paper", SourceKind(kind), server.url(path)), **more)

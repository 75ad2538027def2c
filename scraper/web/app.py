"""The application: which page stands at which address."""

from __future__ import annotations

from starlette.routing import Route, Router
from starlette.types import ASGIApp

from scraper.web.guard import Guard
from scraper.web.pages import Pages
from scraper.web.site import Site


def application(site: Site) -> ASGIApp:
    """The ASGI application of a site."""
    pages = Pages(site)
    over = pages.over_archive
    routes = [
        Route("/", over(pages.sources)),
        Route("/articles", over(pages.articles)),
        Route("/articles/{id}", over(pages.article)),
        Route("/articles/{id}/warc", over(pages.download)),
        Route("/articles/{id}/compare/{other}", over(pages.compared)),
        Route("/removals", over(pages.removals)),
        Route("/style.css", pages.style),
        Route("/icon.svg", pages.icon),
        Route("/robots.txt", pages.robots),
        Route("/{anything:path}", pages.nothing),
    ]
    return Guard(Router(routes, redirect_slashes=False), site.hosts, pages.failed)

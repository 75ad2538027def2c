"""One article under several addresses of its site: mobile and AMP hosts, AMP and print versions, index files.

What is folded here counts as one address without a look at the pages, and a rule that takes two articles for one loses
the second; so the host, and the last or first part of a path, are folded only where what is left looks like an
article's address (see shape.py). Fronts and sections stay as they are.
"""

from __future__ import annotations

import re

from scraper.sources.shape import is_article

_HOST = re.compile(r"(?:m|mobile|amp)\.(?=[^.]+\.[^.]*[a-z])")
"""A mobile or AMP host: behind its prefix stands a name of two parts or more, and no number of an address."""

_INDEX = re.compile(r"(?:/|^)index\.s?html?$")
_TAIL = re.compile(r"/(?:amp|print)(?:\.html?)?$|\.amp$|\.amp(?=\.html?$)")
_HEAD = re.compile(r"^amp/")

_FLAGS = frozenset(("amp", "print", "printable", "printview", "print_view"))
_ON = frozenset(("", "1", "true", "yes", "y", "on"))
_FORMS = frozenset(("output", "outputtype", "view", "format", "mode", "layout"))
_VERSIONS = frozenset(("amp", "print", "printable"))
"""Parameters that ask for another form of the same page: `?amp`, `?print=1`, `?outputType=amp`, `?view=print`."""


def plain_host(host: str) -> str:
    """A host without `www.`."""
    return host.removeprefix("www.")


def fold(host: str, path: str, query: str) -> tuple[str, str, str]:
    """Host, path (without its first slash) and query of an address as those of its article's plain version."""
    host = plain_host(host)
    if query:
        query = "&".join(part for part in query.split("&") if not _is_version(part))
    path = _INDEX.sub("", path).rstrip("/")
    shorter = _HEAD.sub("", _TAIL.sub("", path)).rstrip("/")
    if shorter != path and is_article(f"/{shorter}", query):
        path = shorter
    if _HOST.match(host) and is_article(f"/{path}", query):
        host = plain_host(_HOST.sub("", host, count=1))
    return host, path, query


def _is_version(parameter: str) -> bool:
    name, _, value = parameter.lower().partition("=")
    return (name in _FLAGS and value in _ON) or (name in _FORMS and value in _VERSIONS)

"""The site's name in a page's titles: how it is found out, and a title without it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from scraper.clean.fold import fold
from scraper.expressions import expression
from scraper.types import Head

SEPARATOR = expression(
    r"\s+[|–—·•»:]\s+|\s+-\s+|\s*[|｜»]\s*|\s*_\s*(?=[^\s_]+$)|(?<=\S) ?[-–—] ?(?=[A-Z][\w.]+\.(?:com|org|net)$)"
)
LONGEST = 300
"""Characters of a headline; what is longer is a paragraph."""
LONGEST_NAME = 100
MOST_PARTS = 20


def site_names(head: Head, url: str | None, publisher: str | None) -> list[str]:
    """The site's names: as the page says, as its address spells it, and what <title> has more than the shared one."""
    meta = dict(reversed(head.meta))
    names = [name for name in (meta.get("og:site_name"), meta.get("application-name"), publisher) if name]
    return [*names, *_hosts(url), *_beside(head.title or "", meta.get("og:title") or "")]


def _beside(title: str, headline: str) -> Iterator[str]:
    """What stands before or behind a headline in a <title>, where it is shorter: a site may share its name alone."""
    title, wanted = " ".join(title[: 4 * LONGEST].split())[:LONGEST], fold(headline)
    cuts = [(found.start(), found.end()) for found in SEPARATOR.finditer(title)][:MOST_PARTS]
    if (colon := title.find(": ")) > 0:
        cuts.append((colon, colon + 2))
    parts = [(title[:start], title[end:]) for start, end in cuts]
    for name, rest in (*parts, *((after, before) for before, after in parts)):
        if len(name) < len(rest) and fold(rest) == wanted:
            yield name


def _hosts(url: str | None) -> list[str]:
    """A site's name as its address spells it: "example.org" and "example" of www.example.org."""
    try:
        host = (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return []
    return [host, host.split(".")[0]] if "." in host else []


def without_site(title: str, sites: Sequence[str], *, is_page_title: bool = True) -> str:
    """A page title, cut at LONGEST characters, without the site's name at either end.

    A named site is cut wherever it stands at an end. Without a name the last parts of a <title> go while they are at
    most four words and the rest at least four; a headline in other data has dashes of its own, and loses such a part
    only behind a bar.
    """
    title = " ".join(title[: 4 * LONGEST].split())[:LONGEST]
    cuts = [(found.start(), found.end()) for found in SEPARATOR.finditer(title)][:MOST_PARTS]
    if not cuts and ": " not in title:
        return title
    names = squeezed(sites)
    before, _, behind = title.partition(": ")
    if behind and is_named(before, names):
        return behind
    for start, end in cuts:
        if is_named(title[end:], names):
            return title[:start].strip()
    for start, end in reversed(cuts):
        if is_named(title[:start], names):
            return title[end:].strip()
    while cuts:
        start, end = cuts.pop()
        tail, rest, sign = title[end:].split(), title[:start].split(), title[start:end].strip()
        if sign == ":" or len(tail) > 4 or len(rest) < 4 or not (is_page_title or sign in "|｜"):
            break
        title = title[:start].strip()
    return title


def squeezed(sites: Sequence[str]) -> set[str]:
    """Names as they are compared: folded, with and without spaces."""
    names = {fold(site) for site in sites} - {""}
    return names | {name.replace(" ", "") for name in names}


def is_named(part: str, names: set[str]) -> bool:
    """Whether a text is one of the `squeezed` names."""
    if len(part) > LONGEST_NAME:
        return False
    folded = fold(part)
    return folded in names or folded.replace(" ", "") in names

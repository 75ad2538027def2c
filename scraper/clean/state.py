"""The article in a page's script data: what Next.js, Nuxt, Gatsby, Apollo or a store's state hold as JSON.

Sites that build their pages in the browser print no article, yet carry it as data. What is taken is the text beside
the page's own title, so that a store full of teasers gives nothing.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import msgspec
from selectolax.lexbor import LexborHTMLParser

from scraper.clean.blocks import read_html
from scraper.clean.fold import fold
from scraper.expressions import expression

LEAST_WORDS = 60
"""Words from which script data hold an article; a description has about 30."""
PROSE_SPACES = 8
MOST_CLIMBS = 4
"""How far above the title's own object the text may lie: {meta: {seo: {title}}, body: ...}."""
LEAST_SCRIPT, MOST_SCRIPT = 400, 8_000_000
MOST_STARTS = 8
"""Places in one script from which JSON is tried; each try reads at most the rest of the script."""
MOST_DEPTH = 60
MOST_STRINGS = 30_000
"""Strings that are looked at, of all of a page's scripts together."""
LEAST_TITLE, MOST_TITLE, MOST_TITLES = 12, 400, 20
"""Characters of a title that is looked for, and how many places it may stand in."""
LIST = "[]"
ASSIGNED = expression(r"=\s*(?=[{\[])")
PARSED = expression(r"JSON\.parse\(\s*(?=\")")
MARKUP = expression(r"<(?:p|div|br|h[2-6]|ul|blockquote)\b", re.IGNORECASE)
ASIDE = expression(r"relat|recommend|teaser|comment|author|caption|credit|seo|meta|menu|navig|footer|promo|newsletter")
"""Keys below which no text of the article stands."""


class _Text(NamedTuple):
    """A string with its keys from the root (a list's index as `[]`), and the places in the lists it lies in."""

    path: tuple[str, ...]
    places: tuple[int, ...]
    text: str


def article_in(html: str, titles: Sequence[str]) -> tuple[str, ...]:
    """The paragraphs of the article that a page's scripts hold beside one of its titles; empty where they hold none."""
    wanted = {folded for title in titles if len(folded := fold(title)) >= LEAST_TITLE}
    best: list[str] = []
    left = MOST_STRINGS
    for value in _values(html) if wanted else ():
        texts = list(islice(_strings(value), left))
        best = max(best, _beside_title(texts, wanted), key=_words)
        left -= len(texts)
    return tuple(paragraph for text in best for paragraph in _paragraphs(text))


def _values(html: str) -> Iterator[Any]:
    """Every JSON value in the page's scripts that is large enough to hold an article."""
    for script in LexborHTMLParser(html).css("script"):
        text = script.text()
        if not LEAST_SCRIPT <= len(text) <= MOST_SCRIPT or "ld+json" in (script.attributes.get("type") or ""):
            continue
        if text.lstrip()[:1] in "{[":
            yield _decoded(text)
        else:
            yield from _assigned(text)


def _assigned(text: str) -> Iterator[Any]:
    """The values that a script gives to its variables, as JSON or as a string of JSON."""
    decoder = json.JSONDecoder(strict=False)
    end = 0
    for start in [found.end() for found, _ in zip(ASSIGNED.finditer(text), range(MOST_STARTS), strict=False)]:
        if start >= end:
            try:
                value, end = decoder.raw_decode(text, start)
            except (ValueError, RecursionError):
                continue
            yield value
    for found, _ in zip(PARSED.finditer(text), range(MOST_STARTS), strict=False):
        try:
            yield _decoded(str(decoder.raw_decode(text, found.end())[0]))
        except (ValueError, RecursionError):
            continue


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def _strings(root: Any) -> Iterator[_Text]:
    """The strings of a JSON value in order, none below MOST_DEPTH."""
    stack: list[tuple[Any, tuple[str, ...], tuple[int, ...]]] = [(root, (), ())]
    while stack:
        value, path, places = stack.pop()
        if isinstance(value, str):
            yield _Text(path, places, value)
        elif len(path) < MOST_DEPTH and isinstance(value, dict):
            stack += [(item, (*path, str(key)), places) for key, item in reversed(value.items())]
        elif len(path) < MOST_DEPTH and isinstance(value, list):
            stack += [(value[at], (*path, LIST), (*places, at)) for at in range(len(value) - 1, -1, -1)]


def _beside_title(texts: Sequence[_Text], wanted: set[str]) -> list[str]:
    """The article's strings: those in the nearest object around a title that holds enough prose."""
    titles = [text for text in texts if len(text.text) <= MOST_TITLE and fold(text.text) in wanted]
    for climbs in range(1, MOST_CLIMBS + 1):
        found = [_article(_below(texts, title, climbs), len(title.path) - climbs) for title in titles[:MOST_TITLES]]
        best = max(found, key=_words, default=[])
        if _words(best) >= LEAST_WORDS:
            return best
    return []


def _below(texts: Sequence[_Text], title: _Text, climbs: int) -> list[_Text]:
    """The strings in the object or list that lies `climbs` above a title."""
    depth = len(title.path) - climbs
    if depth < 0:
        return []
    stem = title.path[:depth]
    inside = title.places[: stem.count(LIST)]
    return [text for text in texts if text.path[:depth] == stem and text.places[: len(inside)] == inside]


def _article(texts: Sequence[_Text], depth: int) -> list[str]:
    """The strings of the path with most prose below `depth` keys, and those of the same key in the same list.

    What one item of that list holds, spans in an inner list, is one paragraph.
    """
    groups: defaultdict[tuple[str, ...], list[_Text]] = defaultdict(list)
    for text in texts:
        if _is_prose(text.text) and not any(ASIDE.search(key.lower()) for key in text.path[depth:]):
            groups[text.path].append(text)
    best = max(groups.values(), key=lambda group: _words([text.text for text in group]), default=[])
    if not best:
        return []
    path = best[0].path
    if LIST not in path[depth:]:
        return [best[0].text]
    stem = path[: path.index(LIST, depth) + 1]
    outer = best[0].places[: stem.count(LIST) - 1]
    items: dict[int, list[str]] = {}
    for text in texts:
        if text.path[: len(stem)] == stem and text.places[: len(outer)] == outer and text.path[-1] == path[-1]:
            items.setdefault(text.places[len(outer)], []).append(text.text)
    return ["".join(spans) for spans in items.values()]


def _is_prose(text: str) -> bool:
    return text.count(" ") >= PROSE_SPACES and "://" not in text[:12]


def _words(texts: Sequence[str]) -> int:
    return sum(text.count(" ") + 1 for text in texts)


def _paragraphs(text: str) -> Iterator[str]:
    """What a string of HTML or of plain text holds, paragraph by paragraph."""
    if MARKUP.search(text) or "&lt;p" in text:
        yield from (block.text for block in read_html(text).blocks)
    else:
        yield from filter(None, (" ".join(line.split()) for line in text.splitlines()))

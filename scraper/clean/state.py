"""The article in a page's script data: what Next.js, Nuxt, Gatsby, Apollo or a store's state hold as JSON.

Sites that build their pages in the browser print no article, yet carry it as data. What is taken is the text beside
the page's own title, so that a store full of teasers gives nothing.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from scraper.clean.blocks import parsed, read_html
from scraper.clean.fold import fold
from scraper.clean.ld import unescaped
from scraper.clean.lines import split_lines
from scraper.clean.phrases import UNSPACED
from scraper.errors import LimitError
from scraper.expressions import expression

LEAST_WORDS = 60
"""Words from which data hold an article; a description has about 30."""
WORD_CHARS = 6
"""Characters that count as a word, its space among them: scripts without spaces are measured too, at a third."""
PROSE_CHARS, PROSE_SPACES = 50, 8
MOST_CLIMBS = 4
"""How far above the title's own object the text may lie: {meta: {seo: {title}}, body: ...}."""
LEAST_SCRIPT, MOST_SCRIPT = 400, 8_000_000
MOST_STARTS = 8
"""Places in one script from which JSON is tried; each try reads at most the rest of the script."""
MOST_DEPTH = 60
MOST_STRINGS = 30_000
"""Strings that are looked at, of all of a page's scripts together."""
MOST_PARAGRAPHS = 5_000
LEAST_TITLE, MOST_TITLE, MOST_TITLES = 12, 400, 20
"""Characters of a title that is looked for, and how many places it may stand in."""

LIST = "[]"
ASSIGNED = expression(r"=\s*(?=[{\[])")
PARSED = expression(r"JSON\.parse\(\s*(?=\")")
MARKUP = expression(r"<(?:p|div|br|h[2-6]|ul|blockquote)\b", re.IGNORECASE)
ASIDE = expression(
    r"relat|recommend|teaser|comment|repl(?:y|ies)|answer|review|author|caption|credit|seo|meta|menu|navig|footer|promo"
    r"|newsletter|legal|privacy|polic|terms|consent|cookie|offer|paywall|subscri|config|descri|excerpt|summary|abstract"
    r"|video|gallery|advert|banner"
)
"""Keys below which no text of the article stands."""
BODY = expression(
    r"body|content|text|html|paragraph|block|render|child|article|story|main|component|element|node|value"
)
"""Keys of which one leads to the text, where it does not lie in the title's own object."""
TITLE_KEYS = frozenset(("title", "headline", "name"))
UNPRINTED = expression(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters, and the halves of pairs that JSON may escape alone, which no UTF-8 can hold."""


class _Text(NamedTuple):
    """A string with its keys from the root (a list's index as `[]`), and the places in the lists it lies in."""

    path: tuple[str, ...]
    places: tuple[int, ...]
    text: str


def article_in(html: str, titles: Collection[str]) -> tuple[str, ...]:
    """The paragraphs of the article that a page's scripts hold beside one of its titles, which are folded.

    Empty where they hold none.
    """
    wanted = {title for title in titles if len(title) >= LEAST_TITLE}
    best: list[str] = []
    left = MOST_STRINGS
    for value in _values(html) if wanted else ():
        texts = list(islice(_strings(value), left))
        best = max(best, _beside_title(texts, wanted), key=words)
        left -= len(texts)
    return tuple(islice((paragraph for text in best for paragraph in paragraphs(text)), MOST_PARAGRAPHS))


def words(texts: Sequence[str]) -> int:
    """About how many words the texts have."""
    return sum(len(text) for text in texts) // WORD_CHARS


def paragraphs(text: str) -> Iterator[str]:
    """What a string of HTML or of plain text holds, paragraph by paragraph."""
    if "&" in text and "<" not in text:
        text = unescaped(text)
    text = UNPRINTED.sub("", text)
    if MARKUP.search(text):
        try:
            yield from (block.text for block in read_html(text).blocks)
        except LimitError:
            return
    else:
        yield from filter(None, (" ".join(line.split()) for line in split_lines(text)))


def _values(html: str) -> Iterator[Any]:
    """Every JSON value in the page's scripts that is large enough to hold an article."""
    for script in parsed(html).css("script"):
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
        pass
    try:
        # Lone surrogates, which msgspec refuses, and raw line ends.
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
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
    """The article's strings: those in the nearest object around a title that holds prose, if they are enough."""
    titles = [text for text in texts if len(text.text) <= MOST_TITLE and fold(text.text) in wanted]
    best: list[str] = []
    for title in titles[:MOST_TITLES]:
        for climbs in range(1, min(MOST_CLIMBS, len(title.path)) + 1):
            found = _article(_below(texts, title, climbs), len(title.path) - climbs, is_own=climbs == 1)
            if found:
                best = max(best, found, key=words)
                break
    return best if words(best) >= LEAST_WORDS else []


def _below(texts: Sequence[_Text], title: _Text, climbs: int) -> list[_Text]:
    """The strings in the object or list that lies `climbs` above a title."""
    depth = len(title.path) - climbs
    if depth < 0:
        return []
    stem = title.path[:depth]
    inside = title.places[: stem.count(LIST)]
    return [text for text in texts if text.path[:depth] == stem and text.places[: len(inside)] == inside]


def _article(texts: Sequence[_Text], depth: int, *, is_own: bool) -> list[str]:
    """The strings of the path with most prose below `depth` keys, and those of the same key in the same list.

    What one item of that list holds, spans in an inner list, is one paragraph; items with titles are other articles.
    `is_own` says that the object is the title's own, where any key may hold the text.
    """
    groups: defaultdict[tuple[str, ...], list[_Text]] = defaultdict(list)
    for text in texts:
        keys = [key.lower() for key in text.path[depth:]]
        named = is_own or any(BODY.search(key) for key in keys)
        if named and _is_prose(text.text) and not any(ASIDE.search(key) for key in keys):
            groups[text.path].append(text)
    best = max(groups.values(), key=lambda group: words([text.text for text in group]), default=[])
    if not best:
        return []
    path = best[0].path
    if LIST not in path[depth:]:
        return [best[0].text]
    stem = path[: path.index(LIST, depth) + 1]
    outer = best[0].places[: stem.count(LIST) - 1]
    items: dict[int, list[str]] = {}
    for text in texts:
        if text.path[: len(stem)] != stem or text.places[: len(outer)] != outer:
            continue
        if text.path[len(stem) :] and text.path[len(stem)].lower() in TITLE_KEYS:
            return []
        if text.path[-1] == path[-1]:
            items.setdefault(text.places[len(outer)], []).append(text.text)
    return ["".join(spans) for spans in items.values()]


def _is_prose(text: str) -> bool:
    if len(text) < PROSE_CHARS or "://" in text[:12]:
        return False
    return text.count(" ") >= PROSE_SPACES or len(UNSPACED.findall(text)) >= PROSE_CHARS

"""Made-up sites: a theme a site, with widgets that no rule knows, and articles to put into it."""

from __future__ import annotations

import html
import random
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

SITES = Path(__file__).parent / "sites"
WORDS = "quinces walnuts chestnuts sorrel rhubarb poppyseed plums barley gooseberries hazelnuts".split()


class Made(NamedTuple):
    """A page of a made-up site, and the paragraphs of its article."""

    url: str
    page: bytes
    paragraphs: tuple[str, ...]

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)


@cache
def articles(language: str) -> list[tuple[str, tuple[str, ...]]]:
    """Titles and paragraphs."""
    told = tomllib.loads((SITES / f"{language}.toml").read_text(encoding="utf-8"))["article"]
    return [(one["title"], tuple(one["text"].strip().split("\n\n"))) for one in told]


def site(theme: str, language: str = "english", base: str = "") -> list[Made]:
    """All articles of a language in a theme; numbers in widgets are others on each page, and the same each time."""
    form = (SITES / f"{theme}.html").read_text(encoding="utf-8")
    base = base or f"https://{theme}.example"
    made: list[Made] = []
    for number, (title, paragraphs) in enumerate(articles(language)):
        dice = random.Random(f"{theme} {number}")
        marked = [f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs]
        parts = {
            "title": html.escape(title),
            "first": html.escape(paragraphs[0]),
            "rest": "".join(marked[1:]),
            "before": "".join(marked[:2]),
            "after": "".join(marked[2:]),
            "word": WORDS[number],
        }
        page = form
        for name, value in parts.items():
            page = page.replace(f"{{{name}}}", value)
        while "{number}" in page:
            page = page.replace("{number}", str(dice.randrange(1, 24)), 1)
        made.append(Made(f"{base}/news/{number}-a-story", page.encode(), paragraphs))
    return made

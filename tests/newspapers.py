"""A made-up press: newspapers in twelve languages that live for days, each with a theme of its own. Pure, from a seed.

    press = Press(seed=1, start=datetime(2026, 10, 20, tzinfo=UTC), days=7)
    press.answer(Request("paper-03.example", "/feed", {}), now)    what the server of that host answers at a time

Stories appear, are corrected, move, vanish, are forbidden; hosts have bad hours (429, 500, 503, silence). A page wears
its paper's theme: elements and class names that mean nothing, teasers, and widgets that no rule knows, whose lines
repeat on every page of the paper: among them whole sentences that could be an article's. `Story.text` is what a perfect
cleaner would give. Nothing is copied from anywhere; the same seed gives the same bytes on every machine.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import Any

from msgspec import Struct
from newspaper_words import WORDS, Words

HOUR = 3600.0
DAY = 24 * HOUR
LANGUAGES = tuple(WORDS)
KINDS = ("rss", "atom", "json", "sitemap", "index", "listing")
SOURCE_TYPES = {"rss": "feed", "atom": "feed", "json": "feed", "sitemap": "sitemap", "index": "sitemap"}
WINDOW = 25
"""Stories that a feed or a front page names."""
FATES = ("moves", "elsewhere", "404", "410", "403", "private")
"""What becomes of a story, besides staying: it moves within its host or to another, is gone, is for subscribers only,
or lies where robots.txt lets nobody in."""
SILENCE = 0
"""A status that is none: the server takes the request and never answers."""


class Request(Struct, frozen=True):
    """What a server is asked: the host's name, the path with its query, and headers by their name in lower case."""

    host: str
    path: str
    headers: Mapping[str, str]


class Answer(Struct, frozen=True):
    """What it answers; `status` may be SILENCE."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Story(Struct, frozen=True):
    """An article: its paragraphs of sentences, and its life in Unix time.

    `corrected` are times at which one more sentence is added; what `fate` says happens at `ends`.
    """

    number: int
    path: str
    title: str
    author: str
    language: str
    paragraphs: tuple[tuple[str, ...], ...]
    appears: float
    corrected: tuple[tuple[float, str], ...]
    fate: str | None
    ends: float

    def text(self, now: float) -> tuple[str, ...]:
        """Its paragraphs as they stand at a time."""
        gap = WORDS[self.language].gap
        added = [sentence for when, sentence in self.corrected if when <= now]
        return (*(gap.join(sentences) for sentences in self.paragraphs), *added)


class Trouble(Struct, frozen=True):
    """Hours in which a host answers everything with a status."""

    begins: float
    ends: float
    status: int
    retry_after: int | None = None


class Prose:
    """Sentences of a language, drawn at random."""

    def __init__(self, language: str, rng: random.Random) -> None:
        self._words, self._rng = WORDS[language], rng

    def sentence(self) -> str:
        """One sentence."""
        words, rng = self._words, self._rng
        place = rng.choice(words.places)
        parts = [rng.choice(words.who), rng.choice(words.did), rng.choice(words.when)]
        text = _joined([part.format(place=place, n=rng.randint(12, 940)) for part in parts], words)
        return text + words.stop

    def headline(self) -> str:
        """Who did what, without a full stop."""
        words, rng = self._words, self._rng
        place = rng.choice(words.places)
        return _joined(
            [rng.choice(words.who).format(place=place), rng.choice(words.did).format(n=rng.randint(12, 940))], words
        )

    def paragraphs(self) -> tuple[tuple[str, ...], ...]:
        """An article's worth."""
        return tuple(
            tuple(self.sentence() for _ in range(self._rng.randint(1, 3))) for _ in range(self._rng.randint(5, 9))
        )


def _joined(parts: list[str], words: Words) -> str:
    text = parts[0]
    for part in parts[1:]:
        text += part if part[0] in ",。" else words.gap + part
    return text


class Theme:
    """How a paper's pages look: names without meaning, a place for everything, and its widgets."""

    def __init__(self, language: str, rng: random.Random) -> None:
        self.main = rng.choice(["article", "main", "div", "section"])
        self.names = {what: _nonsense(rng) for what in ("page", "story", "lead", "by", "side", "list", "box", "foot")}
        self.has_claims = rng.random() < 0.5
        self.has_meta = rng.random() < 0.7
        self.title_tail = rng.choice([" | {}", " - {}", " · {}"])
        self.widgets = tuple(_widget(language, rng) for _ in range(rng.randint(2, 4)))


_SYLLABLES = "ba del fo gri hu jen kal lo mer nu pra qui ro sta tem vu wex yo zin ost arn".split()


def _nonsense(rng: random.Random) -> str:
    return "".join(rng.choice(_SYLLABLES) for _ in range(rng.randint(2, 3))) + rng.choice(
        ["", "-1", "__x", "_" + str(rng.randint(2, 99))]
    )


def _widget(language: str, rng: random.Random) -> tuple[str, ...]:
    """Lines that stand on every page: a heading that is a name, short lines, and a sentence or none."""
    prose = Prose(language, rng)
    short = [f"{_nonsense(rng).title()} {rng.randint(2, 40)}/{rng.randint(41, 99)}" for _ in range(rng.randint(1, 4))]
    return (_nonsense(rng).title(), *short, *([prose.sentence()] if rng.random() < 0.6 else []))


class Paper:
    """A newspaper: a host, a language, a theme, a way to say what is new, and its stories as they appear."""

    def __init__(self, number: int, press: Press) -> None:
        rng = random.Random(f"{press.seed} {number}")
        self.number, self.press = number, press
        self.host = f"paper-{number:02}.example"
        self.name = f"paper-{number:02}"
        self.language = LANGUAGES[number % len(LANGUAGES)]
        self.kind = KINDS[number % len(KINDS)]
        self.crawl_delay = 5.0 if number % 5 == 1 else 0.0
        self.has_robots = number % 5 != 2
        self.keeps_robots_out = number == 18
        self.robots_down_until = press.start + 30 * HOUR if number == 17 else 0.0
        self.theme = Theme(self.language, rng)
        self.stories = tuple(self._stories(rng))
        self.troubles = tuple(self._troubles(rng))
        self._by_path = {story.path: story for story in self.stories}

    def _stories(self, rng: random.Random) -> list[Story]:
        """From three days before the start, some two a day."""
        prose, found = Prose(self.language, rng), []
        at = self.press.start - 3 * DAY
        while (at := at + rng.expovariate(1 / (11 * HOUR))) < self.press.end:
            number = len(found)
            fate = rng.choice(FATES) if rng.random() < 0.2 else None
            day = datetime.fromtimestamp(at, UTC)
            folder = "private" if fate == "private" else f"{day:%Y/%m/%d}"
            corrected = tuple(
                (at + rng.uniform(0.5, 60) * HOUR, prose.sentence()) for _ in range(rng.choice([0, 0, 0, 1, 2]))
            )
            found.append(
                Story(
                    number=number,
                    path=f"/{folder}/the-{_nonsense(rng)}-of-{_nonsense(rng)}-{10_000 + 97 * number}",
                    title=prose.headline(),
                    author=f"{_nonsense(rng)[:5].title()}a {_nonsense(rng)[:6].title()}",
                    language=self.language,
                    paragraphs=prose.paragraphs(),
                    appears=at,
                    corrected=tuple(sorted(corrected)),
                    fate=fate,
                    ends=at + (rng.uniform(1, 70) * HOUR if fate not in ("403", "private") else 0.0),
                )
            )
        return found

    def _troubles(self, rng: random.Random) -> list[Trouble]:
        found, at = [], self.press.start
        while (at := at + rng.expovariate(1 / (60 * HOUR))) < self.press.end:
            status = rng.choice([429, 500, 503, 503, SILENCE])
            retry = rng.choice([None, 900, 2400]) if status in (429, 503) else None
            found.append(Trouble(at, at + rng.uniform(0.3, 2.5) * HOUR, status, retry))
            at += 3 * HOUR
        return found

    # ---- what it answers

    @property
    def entry(self) -> str:
        """Where its news are found: a feed, a sitemap, or its front page."""
        return {"rss": "/feed", "atom": "/feed", "json": "/feed.json", "listing": "/"}.get(self.kind, "/sitemap.xml")

    def answer(self, request: Request, now: float) -> Answer:
        """What its server answers."""
        if request.path == "/robots.txt":
            return self._robots(now)
        for trouble in self.troubles:
            if trouble.begins <= now < trouble.ends:
                headers = {"Retry-After": str(trouble.retry_after)} if trouble.retry_after is not None else {}
                return Answer(trouble.status, headers, b"<p>Please come back later.</p>")
        path = request.path
        if path == self.entry or (self.kind == "index" and path.startswith("/sitemap-")):
            return _unless_known(request, self._entry_page(path, now))
        if path.startswith("/moved/"):
            story = self._by_path.get(path.removeprefix("/moved"))
            if story is not None and story.fate == "moves" and story.ends <= now:
                return _unless_known(request, self._page(story, now))
        if path.startswith("/guests/"):
            return self._guest(request, path, now)
        story = self._by_path.get(path)
        return self._story(request, story, now) if story is not None and story.appears <= now else _missing(404)

    def _robots(self, now: float) -> Answer:
        if now < self.robots_down_until:
            return Answer(503)
        if not self.has_robots:
            return _missing(404)
        lines = ["User-agent: *", "Disallow: /private/"]
        if self.crawl_delay:
            lines.append(f"Crawl-delay: {self.crawl_delay:g}")
        if self.keeps_robots_out:
            lines = ["User-agent: *", "Disallow: /"]
        return Answer(200, {"Content-Type": "text/plain"}, "\n".join(lines).encode())

    def _story(self, request: Request, story: Story, now: float) -> Answer:
        if story.fate is None or now < story.ends:
            return _unless_known(request, self._page(story, now))
        if story.fate == "moves":
            return Answer(301, {"Location": f"/moved{story.path}"})
        if story.fate == "elsewhere":
            other = self.press.papers[(self.number + 1) % len(self.press.papers)]
            return Answer(302, {"Location": f"{self.press.base(other)}/guests/{self.number}{story.path}"})
        if story.fate == "private":
            return _unless_known(request, self._page(story, now))
        return _missing(int(story.fate))

    def _guest(self, request: Request, path: str, now: float) -> Answer:
        """A story that moved here from another paper, in this one's theme."""
        number, _, rest = path.removeprefix("/guests/").partition("/")
        story = self.press.papers[int(number)]._by_path.get(f"/{rest}") if number.isdecimal() else None
        return _unless_known(request, self._page(story, now)) if story is not None else _missing(404)

    def told(self, now: float) -> list[Story]:
        """The stories that its entry page names, the newest first."""
        shown = [story for story in self.stories if story.appears <= now]
        return shown[: -WINDOW - 1 : -1]

    def _entry_page(self, path: str, now: float) -> Answer:
        base, told = self.press.base(self), self.told(now)
        if self.kind == "index" and path == "/sitemap.xml":
            days = sorted({_day(story.appears) for story in told}, reverse=True)
            found = "".join(f"<sitemap><loc>{base}/sitemap-{day}.xml</loc></sitemap>" for day in days)
            return _xml(f'<sitemapindex xmlns="{_SITEMAP}">{found}</sitemapindex>')
        if self.kind == "index":
            told = [story for story in told if _day(story.appears) in path]
        if self.kind in ("sitemap", "index"):
            found = "".join(f"<url><loc>{base}{s.path}</loc><lastmod>{_iso(s.appears)}</lastmod></url>" for s in told)
            return _xml(f'<urlset xmlns="{_SITEMAP}">{found}</urlset>')
        if self.kind == "listing":
            return Answer(200, _HTML, self._front(told).encode())
        return _FEEDS[self.kind](self, base, told)

    def _front(self, told: list[Story]) -> str:
        name = self.theme.names
        items = "".join(f'<li><h3><a href="{s.path}">{escape(s.title)}</a></h3></li>' for s in told)
        head = f'<!DOCTYPE html><html lang="{self.language}"><title>{self.name}</title>'
        return f'{head}<ul class="{name["list"]}">{items}</ul>'

    def _page(self, story: Story, now: float) -> Answer:
        return Answer(200, _HTML, self.html(story, now).encode())

    def html(self, story: Story, now: float) -> str:
        """A story's page at a time: its theme around it, its widgets, and teasers of what is new."""
        theme, name = self.theme, self.theme.names
        published = _iso(story.appears)
        head = [f"<title>{escape(story.title)}{theme.title_tail.format(self.name)}</title>"]
        if theme.has_meta:
            head.append(f'<meta property="article:published_time" content="{published}">')
            head.append(f'<meta property="og:title" content="{escape(story.title)}">')
        if theme.has_claims:
            claims = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": story.title}
            claims |= {"datePublished": published, "author": {"@type": "Person", "name": story.author}}
            head.append(f'<script type="application/ld+json">{json.dumps(claims)}</script>')
        teasers = "".join(
            f'<li><a href="{other.path}">{escape(other.title)}</a></li>'
            for other in self.told(now)[:8]
            if other != story
        )
        boxes = [
            f'<div class="{name["box"]}"><p>{"</p><p>".join(map(escape, widget))}</p></div>' for widget in theme.widgets
        ]
        body = "".join(f'<p class="{name["lead"]}">{escape(text)}</p>' for text in story.text(now))
        return (
            f'<!DOCTYPE html><html lang="{story.language}"><head><meta charset="utf-8">{"".join(head)}</head><body>'
            f'<div class="{name["page"]}"><nav><a href="/">{self.name}</a></nav>{boxes[0]}'
            f'<{theme.main} class="{name["story"]}"><h1>{escape(story.title)}</h1>'
            f'<div class="{name["by"]}">{escape(story.author)}'
            f' <time datetime="{published}">{published[:16]}</time></div>'
            f"{body}</{theme.main}>{''.join(boxes[1:])}"
            f'<div class="{name["side"]}"><ul class="{name["list"]}">{teasers}</ul></div>'
            f'<footer class="{name["foot"]}">© {self.name}</footer></div></body></html>'
        )


class Press:
    """All papers of a simulation. `port` is that of the server, once there is one."""

    def __init__(self, *, seed: int, start: datetime, days: float, papers: int = 20) -> None:
        self.seed, self.port = seed, 80
        self.start, self.end = start.timestamp(), start.timestamp() + days * DAY
        self.papers: tuple[Paper, ...] = ()
        self.papers = tuple(Paper(number, self) for number in range(papers))
        self._by_host = {paper.host: paper for paper in self.papers}

    def base(self, paper: Paper) -> str:
        """The address of a paper's server."""
        return f"http://{paper.host}:{self.port}"

    def answer(self, request: Request, now: float) -> Answer:
        """What the server of a host answers at a time."""
        paper = self._by_host.get(request.host)
        return paper.answer(request, now) if paper is not None else _missing(404)


# ---- forms


_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_HTML = {"Content-Type": "text/html; charset=utf-8"}


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"


def _iso(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _missing(status: int) -> Answer:
    return Answer(status, _HTML, b"<p>Not here.</p>")


def _xml(text: str) -> Answer:
    return Answer(200, {"Content-Type": "application/xml"}, f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode())


def _unless_known(request: Request, answer: Answer) -> Answer:
    """The answer with its ETag, or 304 for who has it."""
    tag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
    if request.headers.get("if-none-match") == tag:
        return Answer(304, {"ETag": tag})
    return Answer(answer.status, {**answer.headers, "ETag": tag}, answer.body)


def _rss(paper: Paper, base: str, told: list[Story]) -> Answer:
    items = "".join(
        f"<item><title>{escape(story.title)}</title><link>{base}{story.path}?utm_source=rss</link>"
        f"<pubDate>{format_datetime(datetime.fromtimestamp(int(story.appears), UTC))}</pubDate></item>"
        for story in told
    )
    return _xml(f'<rss version="2.0"><channel><title>{paper.name}</title><link>{base}/</link>{items}</channel></rss>')


def _atom(paper: Paper, base: str, told: list[Story]) -> Answer:
    items = "".join(
        f'<entry><title>{escape(story.title)}</title><id>{base}{story.path}</id><link href="{base}{story.path}"/>'
        f"<updated>{_iso(story.appears)}</updated></entry>"
        for story in told
    )
    return _xml(f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{paper.name}</title>{items}</feed>')


def _json_feed(paper: Paper, base: str, told: list[Story]) -> Answer:
    items: list[dict[str, Any]] = [
        {"id": str(s.number), "url": f"{base}{s.path}", "title": s.title, "date_published": _iso(s.appears)}
        for s in told
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": paper.name, "items": items}
    return Answer(200, {"Content-Type": "application/feed+json"}, json.dumps(feed, ensure_ascii=False).encode())


_FEEDS = {"rss": _rss, "atom": _atom, "json": _json_feed}

"""A page with a head of our choosing, and its metadata."""

from __future__ import annotations

import json

from scraper.clean import clean_html
from scraper.types import Metadata

URL = "https://www.example.org/news/2024/bridge"
FETCHED = "2024-03-02T12:00:00Z"
PARAGRAPHS = (
    "The council approved a new bridge over the river on Tuesday after three years of debate about its cost.",
    "“Nobody here wanted a second one,” said Ottilie Brandvold, who has kept the first bridge since 1998.",
    "Work is to begin in the autumn, when the water is low and the eels have gone down to the sea again.",
    "Farmers on the far bank, who had offered to build it themselves, did not attend the meeting on Tuesday.",
)


def page(head: str = "", body: str = "", above: str = "", lang: str = "en") -> str:
    prose = body or "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    article = f"<article><h1>Bridge opens after a long wait</h1>{above}{prose}</article>"
    return f"<html lang='{lang}'><head>{head}</head><body>{article}</body></html>"


def read(
    head: str = "",
    body: str = "",
    above: str = "",
    *,
    url: str | None = URL,
    fetched_at: str | None = FETCHED,
    lang: str = "en",
) -> Metadata:
    return clean_html(page(head, body, above, lang), url=url, fetched_at=fetched_at).metadata


def linked(**fields: object) -> str:
    return ld(
        {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": "Bridge opens after a long wait",
            **fields,
        }
    )


def ld(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return f'<script type="application/ld+json">{text}</script>'


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'

"""A page that shows no article, yet carries it as data."""

from __future__ import annotations

import json

import pytest

from scraper import clean_html
from scraper.types import Article, Kind, Verdict

TITLE = "The ferry that would not sink"
PARAGRAPHS = [
    "The old ferry left the harbour at dawn with forty passengers on board and a hold full of onions for the market.",
    "By noon the wind had turned, and the captain, who had sailed the strait for thirty years, told them to sing.",
    "Nobody on the quay believed that the boat would come back, but at six in the evening her lights were seen.",
    "The harbour master said that the hull had been patched so often that hardly any of the first planks were left.",
]
TEASERS = ["Read how the tunnel under the strait was paid for by people who never meant to use it, not even once."] * 4


def page(script: str, body: str = "", kind: str = "text/javascript") -> str:
    """A page that a script would fill, with one script."""
    return (
        f'<html lang="en"><head><title>{TITLE} | The Strait Times</title><meta property="og:title" content="{TITLE}">'
        f'</head><body><nav><a href="/">Home</a><a href="/news">News</a></nav><div id="root">{body}</div>'
        f'<script type="{kind}">{script}</script></body></html>'
    )


def as_html() -> str:
    return "".join(f"<p>{text}</p>" for text in PARAGRAPHS)


NEXT = {"props": {"pageProps": {"related": [{"title": "Tunnel", "body": text} for text in TEASERS]}}}
NEXT["props"]["pageProps"]["story"] = {"headline": TITLE, "content": {"rendered": as_html()}}  # type: ignore[index]
SPANS = {
    "doc": {
        "seo": {"title": TITLE},
        "blocks": [
            {"type": "p", "children": [{"text": text[:40]}, {"text": text[40:], "bold": True}]} for text in PARAGRAPHS
        ],
        "teasers": [{"children": [{"text": text}]} for text in TEASERS],
    }
}
APOLLO = {"Story:7": {"id": 7, "title": TITLE, "text": "\n\n".join(PARAGRAPHS)}, "Story:8": {"title": "Tunnel"}}


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (json.dumps(NEXT), "application/json"),
        (json.dumps(SPANS), "application/json"),
        (f"window.__APOLLO_STATE__ = {json.dumps(APOLLO)};\nwindow.later = true;", "text/javascript"),
        (f"window.__STATE__=JSON.parse({json.dumps(json.dumps(APOLLO))});", "text/javascript"),
    ],
    ids=["markup", "spans", "assigned", "parsed"],
)
def test_the_article_comes_from_script_data(script: str, kind: str) -> None:
    article = clean_html(page(script, kind=kind))
    assert article.text.split("\n\n") == PARAGRAPHS
    assert article.verdict is Verdict.ARTICLE
    assert {block.rule for block in article.blocks} == {"rescue.data"}
    assert_every_block_has_a_label(article)


def test_a_teaser_gives_way_to_the_whole_articlebody() -> None:
    data = {"@type": "NewsArticle", "headline": TITLE, "articleBody": " ".join(PARAGRAPHS)}
    teaser = f"<article><h1>{TITLE}</h1><p>{PARAGRAPHS[0]}</p><p>Subscribe to read on.</p></article>"
    article = clean_html(page(json.dumps(data), teaser, "application/ld+json"))
    assert article.text == " ".join(PARAGRAPHS)
    assert [(removal.kind, removal.text) for removal in article.removed if removal.rule == "rescue.repeated"] == [
        (Kind.DUPLICATE, PARAGRAPHS[0])
    ]
    assert_every_block_has_a_label(article)


@pytest.mark.parametrize(
    "data",
    [
        {"items": [{"title": "Tunnel", "body": text} for text in PARAGRAPHS]},
        {"page": {"title": TITLE, "related": [{"body": text} for text in PARAGRAPHS]}},
        {"page": {"title": TITLE, "description": PARAGRAPHS[0]}},
    ],
    ids=["no-title", "only-related", "only-a-description"],
)
def test_teasers_and_descriptions_are_no_article(data: dict[str, object]) -> None:
    script = json.dumps(data | {"padding": "x" * 500})
    article = clean_html(page(script, kind="application/json"))
    assert not any(text in article.text for text in PARAGRAPHS)


OWN = "The keeper of the lock retires in May, the council said."
LONG = " ".join(PARAGRAPHS)


@pytest.mark.parametrize(
    "data",
    [
        {"article": {"title": TITLE}, "offers": {"text": "Subscribe now and get a free kettle with it. " * 8}},
        {"article": {"title": TITLE, "body": OWN}, "config": {"legal": LONG}},
        {"article": {"title": TITLE, "body": OWN}, "footing": {"text": LONG}},
        {"articles": [{"title": TITLE, "text": OWN}, *({"title": f"Tunnel {n}", "text": LONG} for n in range(9))]},
        {"page": {"title": TITLE}, "replies": [{"text": text} for text in PARAGRAPHS]},
        {"page": {"title": TITLE}, "stories": [{"title": "Tunnel", "text": text} for text in PARAGRAPHS]},
    ],
    ids=["offers", "legal", "other", "neighbours", "replies", "stories"],
)
def test_what_lies_around_the_article_is_not_the_article(data: dict[str, object]) -> None:
    article = clean_html(page(json.dumps(data | {"padding": "x" * 500}), kind="application/json"))
    assert not any(block.rule == "rescue.data" for block in article.blocks)


def test_the_articlebody_of_another_article_is_not_taken() -> None:
    data = {"@type": "NewsArticle", "headline": "Tunnel under the strait is paid for", "articleBody": LONG}
    article = clean_html(page(json.dumps(data), kind="application/ld+json"))
    assert not any(block.rule == "rescue.data" for block in article.blocks)


@pytest.mark.parametrize("kind", ["application/ld+json", "application/json"])
def test_markup_entities_and_control_characters_are_no_text(kind: str) -> None:
    body = f"<p>Tom &amp; Jerry said:\x1b \ud83d</p>{as_html()}"
    data = {"@type": "NewsArticle", "headline": TITLE, "articleBody": body}
    article = clean_html(page(json.dumps(data) + " " * 400, kind=kind))
    assert article.text.split("\n\n") == ["Tom & Jerry said:", *PARAGRAPHS]
    assert article.text.encode()


def test_an_article_without_spaces_between_words_is_found() -> None:
    sentences = ["渡し船は夜明けに四十人の乗客を乗せて港を出たが、昼には風向きが変わり、船長は歌うように言った。"] * 12
    data = {"title": TITLE, "body": "".join(f"<p>{number}{text}</p>" for number, text in enumerate(sentences))}
    article = clean_html(page(json.dumps(data), kind="application/json"))
    assert len(article.kept) == len(sentences)


def test_a_line_ends_where_lines_of_text_end() -> None:
    data = {"title": TITLE, "body": f"{PARAGRAPHS[0]}\u2028{PARAGRAPHS[1]}\r\n{PARAGRAPHS[2]} {PARAGRAPHS[3]}"}
    article = clean_html(page(json.dumps(data) + " " * 400, kind="application/json"))
    assert len(article.kept) == 2


def test_a_page_that_shows_its_article_is_left_alone() -> None:
    data = {"story": {"title": TITLE, "body": "<p>Another text. " + " ".join(reversed(PARAGRAPHS)) + "</p>"}}
    article = clean_html(page(json.dumps(data), f"<article>{as_html()}</article>", "application/json"))
    assert article.text.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize(
    "script",
    [
        "[" * 100_000,
        json.dumps({"title": TITLE, "body": "<p>a</p>" * 200_001}),
        json.dumps({"title": TITLE, "body": "a b\n" * 210_000}),
        '{"a":' * 100_000,
        "= {" * 100_000,
        'JSON.parse("' * 50_000,
        '{"a": "' + "\\u12" * 50_000,
    ],
    ids=["lists", "paragraphs", "lines", "objects", "starts", "parses", "escapes"],
)
def test_hostile_script_data_do_no_harm(script: str) -> None:
    assert len(clean_html(page(script)).text) < 50_000


@pytest.mark.parametrize("body", ["<option selected>a" * 20_000, "<div>" * 60_000], ids=["options", "nested"])
def test_looking_for_scripts_is_as_bounded_as_reading_the_page(body: str) -> None:
    """Without the bounds either took over ten seconds; what the page shows is less than an article."""
    assert len(clean_html(page("1", body)).kept) <= 1


def assert_every_block_has_a_label(article: Article) -> None:
    positions = sorted([*article.kept, *(removal.at for removal in article.removed)])
    assert positions == list(range(1, len(positions) + 1))

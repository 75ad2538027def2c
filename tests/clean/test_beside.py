"""The byline and the date beside the headline, and the names and dates there that are something else's."""

from __future__ import annotations

import pytest
from claimed import PARAGRAPHS, meta, read

from scraper.clean import clean_html


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("<p>By Ada Quill</p>", ("Ada Quill",)),
        ("<p>1 March 2024 | 14:07 | Von Jana Beispiel</p>", ("Jana Beispiel",)),
        ("<p>Published 1 March 2024 by Ada Quill and Bo Lindgren</p>", ("Ada Quill", "Bo Lindgren")),
        ("<p>By Ada Quill March 1, 2024</p>", ("Ada Quill",)),
        ("<div>By</div><div>Ada Quill</div>", ("Ada Quill",)),
        ("<div class='post-author'>Ada Quill</div>", ("Ada Quill",)),
        ("<div class='post-author'>Ada QuillFounder at Example</div>", ("Ada Quill",)),
        ("<p>Ada Quill</p>", ("Ada Quill",)),
        ("<p>Ada Quill/Bo Lindgren</p>", ("Ada Quill", "Bo Lindgren")),
        ("<div>Ada Quill</div><div class='date'>March 1, 2024</div>", ("Ada Quill",)),
        ("<div>Ottilie Brandvold</div><div class='date'>March 1, 2024</div>", ()),
        ("<div>River Council</div><div class='date'>March 1, 2024</div>", ()),
        ("<div>New York</div><div class='date'>March 1, 2024</div>", ()),
        ("<div>Ada Quill</div><div>5 min read</div><div class='x'>March 1, 2024</div>", ("Ada Quill",)),
        ("<p>Ada Quill</p><p>Lissau</p><div>29/02/2024 Actualizado a las 15:10h.</div>", ("Ada Quill",)),
        ("<p>Ada Quill and AP</p><p>March 1, 2024 - 4.34pm</p>", ("Ada Quill",)),
        ("<p class='info'>Ada Quill 1.3.2024 | 09:36 Uhr</p>", ("Ada Quill",)),
        ("<div class='category'>Ada Quill</div><div class='date'>March 1, 2024</div>", ()),
        ("<div class='share'>Facebook Messenger</div><div class='date'>March 1, 2024</div>", ()),
        ("<p>Kolumne von Ada Quill</p>", ("Ada Quill",)),
        ("<p>Analysis by Ada Quill</p>", ("Ada Quill",)),
        ("<p>By Ada Quill, DVM. Reviewed by Bo Lindgren, DVM</p>", ("Ada Quill",)),
        ("<div class='author-block'>Ada Quill Parliamentary editor</div>", ("Ada Quill",)),
        (
            "<div class='author'>Ada Quill</div><div class='author-description'>Licensed Bridge Builder</div>",
            ("Ada Quill",),
        ),
        ("<div class='author-description'>Licensed Ferry Grader</div>", ()),
        ("<h2 class='author-bio__author-name'>Ada Quill</h2>", ("Ada Quill",)),
        ("<figure><figcaption><address>Von Ada Quill</address>A bridge</figcaption></figure>", ("Ada Quill",)),
        ("<h2>Analysis — The bridge in numbers, by Bo Lindgren</h2><p class='author'>Ada Quill</p>", ("Ada Quill",)),
        ("<div class='post-author'>Bridge NewsFerry NewsQuill News</div>", ()),
        ("<p>By Citadel River Council</p>", ()),
        ("<p>Reviewed by Ada Quill</p>", ()),
        ("<p>Photo by Ada Quill</p>", ()),
        ("<p>By Reuters</p>", ()),
        ("<div class='post-author'>Editorial Team</div>", ()),
    ],
)
def test_the_byline(line: str, authors: tuple[str, ...]) -> None:
    assert read(above=line).authors == authors


def test_a_byline_below_the_text() -> None:
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS) + "<p class='byline'>Text by Ada Quill</p>"
    assert read(body=body).authors == ("Ada Quill",)


PROSE = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
BOX = "<div class='author-box'><p>{}</p></div>"


@pytest.mark.parametrize(
    ("boxes", "authors"),
    [
        (BOX.format("Authors: Ada Quill and Bo Lindgren, ferry teachers"), ("Ada Quill", "Bo Lindgren")),
        (BOX.format("Written by Ada Quill") * 2, ("Ada Quill",)),
        (BOX.format("Written by Ada Quill") + BOX.format("Written by Bo Lindgren"), ()),
        (f"<ul><li>{BOX.format('Written by Ada Quill')}</li></ul>", ()),
        (BOX.format("Ada Quill"), ()),
    ],
)
def test_an_author_s_box_elsewhere(boxes: str, authors: tuple[str, ...]) -> None:
    more = "<h2>Nearby</h2><p>The harbour is quiet at this time of the year, and so is the inn beside it.</p>"
    head = meta("article:published_time", "2024-03-01")  # a page that says something asks nobody else
    assert read(head, body=PROSE + more * 3 + boxes).authors == authors


MENU = "<ul>" + "".join(f"<li><a href='/{n}'>Section {n}</a></li>" for n in range(30)) + "</ul>"


@pytest.mark.parametrize(
    ("line", "published"),
    [
        (f"{MENU}<div class='single-post-date'>March 1, 2024</div>", "2024-03-01"),
        (f"{MENU}<div>March 1, 2024</div>", None),
        (
            "<figure><figcaption><address>Von Ada Quill</address><p>1.3.2024, 09:58 Uhr</p></figcaption></figure>",
            "2024-03-01",
        ),
        ("<figure><figcaption><p>1.3.2024, 09:58 Uhr</p></figcaption></figure>", None),
        ("<p>March 1, 2024</p>", "2024-03-01"),
        ("<p>Updated March 2, 2024</p>", None),
        ("<div>Updated</div><div>March 2, 2024</div>", None),
        ("<p>Published March 1, 2024 | Updated March 2, 2024</p>", "2024-03-01"),
        ("<p>By Ada Quill, 1 March 2024</p>", "2024-03-01"),
        ("<p>March 9, 2024</p>", None),
        (
            "<div>March 1, 2024</div><time datetime='2024-03-01T09:30:00+01:00'>09:30</time>",
            "2024-03-01T09:30:00+01:00",
        ),
    ],
)
def test_the_date(line: str, published: str | None) -> None:
    assert read(above=line).published == published


def test_a_date_above_the_article_is_a_clock_s() -> None:
    html = "<div class='top'><p>March 1, 2024</p></div>"
    assert read(above="").published is None
    assert read(head=html).published is None


@pytest.mark.parametrize(
    ("url", "published"),
    [
        ("https://example.org/2024/03/01/bridge", "2024-03-01"),
        ("https://example.org/2024/03/bridge", None),
        ("https://example.org/a/2024-03-01-bridge", "2024-03-01"),
        ("https://example.org/20240301/bridge", "2024-03-01"),
        ("https://example.org/20241301/bridge", None),
        ("https://example.org/bridge-120240301", None),
        ("https://example.org/2024/13/41/bridge", None),
        ("https://example.org/2024/04/01/bridge", None),
    ],
)
def test_the_address_is_the_last_witness(url: str, published: str | None) -> None:
    found = read(url=url)
    assert (found.published, found.origin.get("published")) == (published, "url" if published else None)


def test_a_link_to_the_author() -> None:
    one = "<p><a rel='author' href='/a'>Ada Quill</a></p>"
    assert read(above=one.replace("<p>", "<p>Words and so on: ")).authors == ("Ada Quill",)
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    teasers = (
        "<ul><li><a rel='author' href='/b'>Bo Lindgren</a></li><li><a rel='author' href='/a'>Ada Quill</a></li></ul>"
    )
    assert read(body=body + teasers).authors == ()


def test_a_time_that_is_the_last_change_s() -> None:
    line = "<p>Read by many: <time itemprop='dateModified' class='published-time' datetime='2024-02-02'>then</time></p>"
    assert read(above=line).published is None


def test_the_day_of_a_change_is_no_publication_s() -> None:
    line = "<p>Updated March 1, 2024</p><time datetime='2024-03-01T00:00:35-05:00'></time>"
    assert read(above=line).published is None
    assert read(above=line.replace("Updated ", "")).published == "2024-03-01T00:00:35-05:00"


@pytest.mark.parametrize(("name", "published"), [("date-line", "2024-03-01"), ("field--name-changed", None)])
def test_a_bare_date_that_is_also_the_last_change_s(name: str, published: str | None) -> None:
    head = meta("article:modified_time", "2024-03-01T10:00:00Z")
    assert read(head, above=f"<div class='{name}'>March 1, 2024</div>").published == published


@pytest.mark.parametrize(("name", "published"), [("date-header", "2024-03-01"), ("top", None)])
def test_a_date_above_the_headline_says_that_it_is_the_article_s(name: str, published: str | None) -> None:
    html = f"<div><div><h2 class='{name}'>March 1, 2024</h2></div></div><article><h1>Bridge opens</h1>{PROSE}"
    assert clean_html(f"<title>Bridge opens</title>{html}</article>").metadata.published == published

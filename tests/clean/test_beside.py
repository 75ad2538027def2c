"""The byline and the date beside the headline, and the names and dates there that are something else's."""

from __future__ import annotations

import pytest
from claimed import PARAGRAPHS, read


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


@pytest.mark.parametrize(
    ("line", "published"),
    [
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

"""The standfirst stands between headline and article, and stays."""

from __future__ import annotations

import pytest

from scraper.clean import clean_html

PROSE = [
    f"{opening} the council approved a new bridge over the river after three years of debate about its likely cost."
    for opening in ("On Monday", "On Tuesday", "On Wednesday", "On Thursday", "On Friday", "On Saturday")
]
SAID = "After three years of debate the river gets its second bridge, and ferries stay"


def kept(between: str, head: str = "") -> bool:
    body = "".join(f"<p>{text}</p>" for text in PROSE)
    page = (
        f"<html><head><title>Bridge opens</title>{head}</head><body><header><h1>Bridge opens after a long wait</h1>"
        f"{between}</header><article>{body}</article></body></html>"
    )
    return clean_html(page).text.startswith(SAID)


@pytest.mark.parametrize(
    ("between", "head"),
    [
        (f"<p>{SAID}.</p>", ""),
        (f"<p class='article-standfirst'>{SAID}</p>", ""),
        (f"<div>{SAID}</div>", f'<meta name="description" content="{SAID}">'),
        (f"<p>By Ann Poe</p><p>{SAID}.</p>", ""),
    ],
)
def test_a_standfirst_stays(between: str, head: str) -> None:
    assert kept(between, head)


@pytest.mark.parametrize("between", [f"<p><a href='/b'>{SAID}.</a></p>", f"<nav><p><a href='/b'>{SAID}</a></p></nav>"])
def test_a_link_is_none(between: str) -> None:
    assert not kept(between)

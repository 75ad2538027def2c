"""What no page may ask of the parser is left out of its markup, and its text stays."""

from __future__ import annotations

import pytest

from scraper.clean import bounds
from scraper.clean.blocks import read_html
from scraper.clean.bounds import MAX_ATTRIBUTES, MAX_COPIES, MAX_DEPTH, MAX_OPENED, MAX_TAGS, bounded
from scraper.errors import LimitError

MANY = 100_000
PADDING = "<p>x</p>" * (MAX_OPENED + 1)
"""What makes a page large enough to be looked at."""


def texts(html: str) -> list[str]:
    return [block.text for block in read_html(html).blocks]


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * MANY + "Deep",
        "<div>" * MANY + "Deep" + "</div>" * MANY,
        "<div><!--</div>-->" * MANY + "Deep",
        "<div><i title='</div>'></i>" * MANY + "Deep",
        "<div><script>'</div>'</script>" * MANY + "Deep",
        "<div><table></div></table>" * MANY + "Deep",
        "<span><div></span></div>" * MANY + "Deep",
        "<ul><li>" * MANY + "Deep",
        "<x-y>" * MANY + "Deep",
        "<dialog open><details><summary>" * MANY + "Deep",
        "<table><tr><td>" * MANY + "Deep",
        "<a><div>" * MANY + "Deep",
        "<b>" * 8 + "<div>" * MANY + "</b>" * MANY + "Deep",
        "".join(f"<p><b id={n}>" for n in range(MANY)) + "Deep",
        "".join(f"<font color={n}>" for n in range(MANY)) + "Deep" + "</font>" * MANY,
        "<p " + " ".join(f"a{n}=x" for n in range(MANY)) + ">Deep",
        "<p " + " ".join(f"a{n}" for n in range(MANY)) + ">Deep",
        "<p " + " ".join(f"a{n}='>'" for n in range(MANY)) + ">Deep",
        "".join(f"<html a{n}=x>" for n in range(MANY)) + "Deep",
        "<select>" + "<option selected></option>" * MANY + "</select>Deep",
        "<" * MANY * 10 + "<p>Deep",
        "<p a='" + "x" * MANY * 10 + "'>Deep",
        "\0" * MANY + "<p>Deep",
        "<!-->" * MANY + "<p>Deep",
    ],
    ids=lambda html: html[:20].encode("unicode_escape").decode(),
)
def test_the_text_of_a_hostile_page_is_read(html: str) -> None:
    assert texts(html)[-1] == "Deep"


@pytest.mark.parametrize(
    "html",
    [
        "<p>One</p>",
        "<div>" * MAX_DEPTH + "One" + "</div>" * MAX_DEPTH + PADDING,
        "<div><p>One<br><img src=a></div>" * MAX_OPENED,
        "<ul><li><i class='icon'></i>One</ul>" * 300 + PADDING,
        "<table><tr><td>One<td><div>Two</div></table>" * MAX_OPENED,
        f"<img src='data:{'x ' * 40_000}'>",
        "<p " + " ".join(f"a{n}='>'" for n in range(MAX_ATTRIBUTES)) + ">" + PADDING,
        "<script>for (;i<n;) {" + "a b " * 40_000 + "}</script>" + PADDING,
        "<script>" + "'<div>'" * MAX_OPENED + "</script><textarea>" + "<b>" * 100 + "</textarea>",
        "<!-- " + "<div>" * MAX_OPENED + " -->",
        PADDING + "<!-- " + "<div>" * MAX_OPENED,
        PADDING + "<p a='" + "<div>" * MAX_OPENED,
    ],
    ids=lambda html: html[:20],
)
def test_a_page_within_the_bounds_stays_as_it_is(html: str) -> None:
    assert bounded(html) is html


def test_what_is_too_deep_goes_with_its_end_tag() -> None:
    page = PADDING + "<div>" * (MAX_DEPTH + 2) + "One" + "</div>" * (MAX_DEPTH + 2)
    assert bounded(page) == PADDING + "<div>" * MAX_DEPTH + "One" + "</div>" * MAX_DEPTH


def test_attributes_behind_the_last_that_is_read_go() -> None:
    tag = "<p " + " ".join(f"a{n}='>'" for n in range(MAX_ATTRIBUTES))
    rest = " ".join(f"b{n}" for n in range(MANY))
    assert bounded(f"{tag} {rest}>One") == f"{tag} >One"


def test_formatting_goes_where_the_parser_would_copy_it_too_often() -> None:
    times = int(MAX_COPIES**0.5) + 1
    page = "<p><b id=x>One</b><strong>two</strong></p>" * times
    assert bounded(page) == "<p>Onetwo</p>" * times
    assert texts(page) == ["Onetwo"] * times


def test_the_source_is_the_page_itself() -> None:
    page = "<div>" * MANY + "Deep"
    assert read_html(page).source is page


def test_more_tags_than_any_page_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MAX_TAGS", 5000)
    assert bounded("<p>" * 5000)
    assert bounded("<" * MAX_TAGS)
    with pytest.raises(LimitError, match="more than 5,000 tags") as error:
        bounded("<p>" * 5001)
    assert error.value.reason == "too-many-tags"

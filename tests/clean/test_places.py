"""Elements whose names condemn them, and the guard that lets no name wipe an article."""

from __future__ import annotations

import pytest

from scraper.clean import Options, clean_html
from scraper.clean.blocks import read_html
from scraper.clean.places import element_rules, judge_places, load
from scraper.clean.rules import shipped
from scraper.clean.tree import tree_of
from scraper.errors import ConfigError
from scraper.types import Article, Kind

PROSE = [
    f"{opening} the council approved a new bridge over the river after three years of debate about its likely cost."
    for opening in ("On Monday", "On Tuesday", "On Wednesday", "On Thursday", "On Friday", "On Saturday")
]
CHROME = "Ada has lived by the river since she was nine and keeps a small boat there."


def clean(inner: str, options: Options | None = None) -> Article:
    body = "".join(f"<p>{text}</p>" for text in PROSE[:3]) + inner + "".join(f"<p>{text}</p>" for text in PROSE[3:])
    return clean_html(
        f"<html><body><article><h1>Bridge opens after a long wait</h1>{body}</article></body></html>",
        options=options or Options(),
    )


@pytest.mark.parametrize(
    ("element", "kind"),
    [
        ('div class="adsbygoogle"', Kind.AD),
        ('div id="div-gpt-ad-1234"', Kind.AD),
        ('div id="respond" class="comment-respond"', Kind.COMMENT_FORM),
        ('section id="comments"', Kind.COMMENTS),
        ('ol class="comment-list"', Kind.COMMENTS),
        ('div class="sharedaddy sd-sharing-enabled"', Kind.SHARE),
        ('div class="a2a_kit a2a_kit_size_32"', Kind.SHARE),
        ('div id="jp-relatedposts" class="jp-relatedposts"', Kind.RELATED),
        ('aside class="c-related-list"', Kind.RELATED),
        ('div class="mc4wp-form"', Kind.NEWSLETTER),
        ('div class="kg-card kg-signup-card"', Kind.NEWSLETTER),
        ('div id="onetrust-consent-sdk"', Kind.COOKIE),
        ('div id="CybotCookiebotDialog"', Kind.COOKIE),
        ('div class="piano-template"', Kind.PAYWALL),
        ('div class="author-box"', Kind.AUTHOR_BOX),
        ('div class="saboxplugin-wrap"', Kind.AUTHOR_BOX),
        ('p class="byline"', Kind.BYLINE),
        ('div class="breadcrumb"', Kind.BREADCRUMB),
        ('div itemtype="https://schema.org/BreadcrumbList"', Kind.BREADCRUMB),
        ("figcaption", Kind.CAPTION),
        ('p class="wp-caption-text"', Kind.CAPTION),
        ('div class="tags-links"', Kind.TAGS),
        ('div class="td-weather-information"', Kind.WEATHER),
        ('div role="search"', Kind.SEARCH),
        ('p class="skip-link screen-reader-text"', Kind.PAGE_TOOLS),
        ("nav", Kind.NAVIGATION),
        ('div role="navigation"', Kind.NAVIGATION),
        ("form", Kind.NAVIGATION),
        ("footer", Kind.FOOTER),
        ('div class="DONATION-box"', Kind.DONATION),
    ],
)
def test_an_element_goes_by_its_name(element: str, kind: Kind) -> None:
    tag = element.split(" ", maxsplit=1)[0]
    block = "<p>{}</p>" if tag not in ("p", "a", "figcaption") else "{}"
    article = clean(f"<{element}>{block.format(CHROME)}</{tag}>")
    assert [(removal.kind, removal.text) for removal in article.removed if removal.text == CHROME] == [(kind, CHROME)]
    assert article.text == "\n\n".join(PROSE)


@pytest.mark.parametrize(
    "element",
    [
        'div class="entry-content"',
        'div class="shareholders"',
        'div class="signature"',
        'div class="navy"',
        "section",
        'div class="tablet-only"',
    ],
)
def test_other_names_condemn_nothing(element: str) -> None:
    assert CHROME in clean(f"<{element}><p>{CHROME}</p></{element.split(' ', maxsplit=1)[0]}>").text


@pytest.mark.parametrize(
    "token",
    [
        "sidebar",
        "newsletter",
        "related",
        "share-bar",
        "paywall",
        "cookie-banner",
        "comments-area",
        "site-footer",
        "widget",
    ],
)
@pytest.mark.parametrize("shape", ["all", "prose", "half"])
def test_an_element_that_holds_the_article_stays(token: str, shape: str) -> None:
    paragraphs = [f"<p>{text}</p>" for text in PROSE]
    inside, outside = (
        ("".join(paragraphs), "") if shape != "half" else ("".join(paragraphs[:3]), "".join(paragraphs[3:]))
    )
    headline = "<h1>Bridge opens after a long wait</h1>"
    held = f'<div class="{token}">{headline if shape == "all" else ""}{inside}</div>{outside}'
    article = clean_html(f"<html><body>{'' if shape == 'all' else headline}<div>{held}</div></body></html>")
    assert article.text == "\n\n".join(PROSE)


def test_an_element_around_main_stays_and_one_inside_it_goes() -> None:
    html = (
        '<body><div class="modal"><main><div class="entry">'
        + "".join(f"<p>{text}</p>" for text in PROSE)
        + f'<div class="newsletter"><p>{CHROME}</p></div></div></main></div></body>'
    )
    assert clean_html(html).text == "\n\n".join(PROSE)


def test_captions_stay_when_they_are_asked_for() -> None:
    figure = f"<figure><img src='/a.jpg'><figcaption>{CHROME}</figcaption></figure>"
    assert CHROME not in clean(figure).text
    assert CHROME in clean(figure, Options(captions=True)).text


def test_the_inner_name_is_sharper_than_a_region_s() -> None:
    form = f'<div id="respond" class="comment-respond"><p>{CHROME}</p></div>'
    (removal,) = [removal for removal in clean(f"<footer>{form}</footer>").removed if removal.text == CHROME]
    assert removal.kind is Kind.COMMENT_FORM


def test_a_verdict_on_a_place_reaches_down_and_not_up() -> None:
    document = read_html("<div><nav><ul><li>News</li></ul></nav><p>" + "x " * 200 + "</p></div>")
    tree = tree_of(document)
    judged = judge_places(document, tree, element_rules(shipped().places, tree))
    rules = {place.tag: rule and rule.id for place, rule in zip(document.places, judged, strict=True)}
    assert rules["nav"] == rules["ul"] == rules["li"] == "navigation.region"
    assert rules["div"] is rules["p"] is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[[place]]\n",
        b"[[place]]\nid='a'\nkind='nonsense'\nwhy='x'\n",
        b"\xff",
        b"[[place]]\nid='a'\nkind='ad'\nwhy='x'\ncolour='red'\n",
    ],
)
def test_a_broken_table_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(ConfigError, match=r"places\.toml"):
        load("places.toml", data)


def test_every_shipped_rule_says_why_and_has_something_to_match() -> None:
    rules = {*shipped().places.by_token.values(), *shipped().places.by_part.values(), *shipped().places.by_tag.values()}
    assert len(rules) > 20
    for rule in rules:
        assert rule.why
        assert rule.guard in ("prose", "share")
        names = (*rule.tokens, *rule.contains, *rule.tags)
        assert names
        assert all(name == name.lower() for name in names), rule.id


def test_the_longest_part_of_a_name_decides() -> None:
    table = load(
        "places.toml",
        b"[[place]]\nid='a'\nkind='ad'\nwhy='x'\ncontains=['sign', 'sign-up']\n"
        b"[[place]]\nid='b'\nkind='share'\nwhy='x'\ncontains=['sign-upper', 'up']\n",
    )
    found = {token: table.part.search(token) for token in ("my-sign-up-box", "sign-upper", "signs", "grown-up", "none")}
    assert {token: each and each[0] for token, each in found.items()} == {
        "my-sign-up-box": "sign-up",
        "sign-upper": "sign-upper",
        "signs": "sign",
        "grown-up": "up",
        "none": None,
    }

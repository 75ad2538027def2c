"""What a page claims in JSON-LD, meta elements and links: which claim wins, and which is not believed."""

from __future__ import annotations

import json

import pytest
from claimed import PARAGRAPHS, URL, ld, linked, meta, read

# ---- JSON-LD --------------------------------------------------------------------------------------------------------

ARTICLE = {
    "@type": "NewsArticle",
    "headline": "Bridge opens after a long wait",
    "datePublished": "2024-03-01T08:00:00+01:00",
    "author": {"name": "Ada Quill"},
}


@pytest.mark.parametrize(
    "value",
    [
        ARTICLE,
        [ARTICLE],
        [{"@type": "BreadcrumbList"}, ARTICLE],
        {"@graph": [{"@type": "WebSite", "name": "The Example"}, ARTICLE]},
        {"@type": "WebPage", "mainEntity": ARTICLE},
        {**ARTICLE, "@type": ["Article", "NewsArticle"]},
        {**ARTICLE, "@type": "http://schema.org/NewsArticle"},
        {**ARTICLE, "author": ["Ada Quill"]},
        {**ARTICLE, "author": [{"@type": "Person", "name": ["Ada Quill"]}]},
        {"@graph": [{**ARTICLE, "author": {"@id": "#ada"}}, {"@id": "#ada", "@type": "Person", "name": "Ada Quill"}]},
        {"@graph": [{**ARTICLE, "author": [[{"@id": "#ada"}]]}, {"@id": "#ada", "name": "Ada Quill"}]},
        {**ARTICLE, "author": {"@type": "Person", "givenName": "Ada", "familyName": "Quill"}},
        json.dumps(ARTICLE) + ";",
        f"<!-- {json.dumps(ARTICLE)} -->",
        f"//<![CDATA[\n{json.dumps(ARTICLE)}\n//]]>",
        json.dumps(ARTICLE).replace("after a", "after\n a"),
        json.dumps(ARTICLE).replace("Ada Quill", "Ada&nbsp;Quill"),
        [
            {
                "@type": "WebPage",
                "datePublished": "2020-01-01",
                "headline": "x",
                "author": "y z",
                "dateModified": "2020-01-01",
                "articleBody": "w",
            },
            ARTICLE,
        ],
    ],
    ids=range(18),
)
def test_an_article_object_is_found(value: object) -> None:
    found = read(ld(value))
    assert found.published == "2024-03-01T08:00:00+01:00"
    assert found.authors == ("Ada Quill",)
    assert found.origin["published"] == found.origin["authors"] == "json-ld"


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "{",
        '{"@type": "NewsArticle", "datePublished": ',
        "null",
        "[[[[[]]]]]",
        '"NewsArticle"',
        "[" * 5_000,
        '{"@graph": 1}',
        '{"@type": null, "author": {"@id": {}}}',
        '{"@type": "NewsArticle", "author": [null, 1, {}, [], {"name": null}], "datePublished": {}}',
        '{"@type": "NewsArticle", "image": [[]], "keywords": [1, {}], "publisher": [[{}]], "license": {"url": 1}}',
    ],
)
def test_broken_objects_leave_the_rest_of_the_page(broken: str) -> None:
    found = read(ld(broken) + meta("article:published_time", "2024-03-01") + meta("author", "Ada Quill"))
    assert (found.published, found.authors) == ("2024-03-01", ("Ada Quill",))


def test_the_page_s_own_object_is_told_from_its_teasers_and_reviews() -> None:
    link = f'<link rel="canonical" href="{URL}">'
    other = {
        **ARTICLE,
        "url": "https://www.example.org/b",
        "author": "Bo Lindgren",
        "articleBody": "x",
        "dateModified": 1,
    }
    own = {**ARTICLE, "mainEntityOfPage": {"@id": f"{URL}#article"}}
    review = {
        "@type": "Review",
        "author": "Bo Lindgren",
        "datePublished": "2020-01-01",
        "articleBody": "x",
        "headline": "y",
    }
    for pair in ([other, own], [own, other], [review, ARTICLE], [ARTICLE, review]):
        assert read(link + ld(pair)).authors == ("Ada Quill",)


def test_names_in_a_list() -> None:
    both = ("Ada Quill", "Bo Lindgren")
    assert read(linked(author={"@type": "Person", "name": ["Ada Quill", "Bo Lindgren"]})).authors == both
    assert read(linked(author=[["Ada Quill"], ["Bo Lindgren"]])).authors == both


def test_one_broken_object_does_not_spoil_the_next() -> None:
    assert read(ld("{,}") + ld(ARTICLE)).authors == ("Ada Quill",)


def test_entities_are_undone_once_more_in_json() -> None:
    found = read(
        linked(
            author={"name": "Ada O&#39;Quill"},
            articleSection="Arts &amp; Culture",
            publisher={"name": "Example &amp; Sons"},
        )
    )
    assert (found.authors, found.section, found.site) == (("Ada O'Quill",), "Arts & Culture", "Example & Sons")


def test_a_recipe_or_shop_object_is_no_article() -> None:
    other = {"@type": "Product", "name": "Kettle", "datePublished": "2001-01-01", "author": {"name": "Kettle Maker"}}
    found = read(ld(other) + meta("article:published_time", "2024-03-01"))
    assert (found.published, found.authors) == ("2024-03-01", ())


# ---- people ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "people"),
    [
        ("Ada Quill", ("Ada Quill",)),
        ("By Ada Quill", ("Ada Quill",)),
        ("Von Jana Beispielmann", ("Jana Beispielmann",)),
        ("Ada Quill and Bo Lindgren", ("Ada Quill", "Bo Lindgren")),
        ("Ada Quill, Bo Lindgren", ("Ada Quill", "Bo Lindgren")),
        ("Ada Quill; Bo Lindgren", ("Ada Quill", "Bo Lindgren")),
        ("Ada Quill | Bo Lindgren", ("Ada Quill", "Bo Lindgren")),
        ("Solène Kervadec-Duroy et Bastien Oyarzun", ("Solène Kervadec-Duroy", "Bastien Oyarzun")),
        ("Quill, Ada", ("Ada Quill",)),
        ("Ada Quill, MS, RD", ("Ada Quill",)),
        ("Ada Quill (Lissau)", ("Ada Quill",)),
        ("Ada van der Quill", ("Ada van der Quill",)),
        ("水瀬あかり", ("水瀬あかり",)),
        ("هدى المرزوقي", ("هدى المرزوقي",)),
        ("Reuters", ()),
        ("Reuters Staff", ()),
        ("AFP", ()),
        ("dpa/AFP", ()),
        ("Agence France-Presse", ()),
        ("Ada Quill, Reuters", ("Ada Quill",)),
        ("Ada Quill and Reuters", ("Ada Quill",)),
        ("admin", ()),
        ("Admin", ()),
        ("Editor", ()),
        ("Redaktion", ()),
        ("Staff Writer", ()),
        ("The Example", ()),
        ("The Example Newsroom", ()),
        ("example.org", ()),
        ("ada@example.org", ()),
        ("https://www.example.org/author/ada", ()),
        ("https://www.facebook.com/example", ()),
        ("user12345", ()),
        ("{{author}}", ()),
        ("null", ()),
        ("Unknown", ()),
    ],
)
def test_authors_are_people(given: str, people: tuple[str, ...]) -> None:
    head = meta("og:site_name", "The Example") + meta("article:published_time", "2024-03-01")
    assert read(head + meta("author", given)).authors == people
    assert read(head + linked(author={"@type": "Person", "name": given})).authors == people


def test_an_agency_among_the_authors_is_the_agency() -> None:
    found = read(linked(author=[{"name": "Ada Quill"}, {"@type": "Organization", "name": "dpa"}]))
    assert (found.authors, found.agency) == (("Ada Quill",), "dpa")


def test_an_author_is_named_once() -> None:
    assert read(linked(author=[{"name": "Ada Quill"}, {"name": "ADA QUILL"}, {"name": " Ada  Quill "}])).authors == (
        "Ada Quill",
    )


def test_the_next_origin_speaks_where_the_first_names_nobody() -> None:
    found = read(linked(author={"name": "Reuters"}) + meta("author", "Ada Quill"))
    assert (found.authors, found.origin["authors"]) == (("Ada Quill",), "meta:author")


def test_a_printed_byline_is_read() -> None:
    found = read(
        meta("article:published_time", "2024-03-01"), above="<p class='byline'>By Ada Quill and Bo Lindgren</p>"
    )
    assert (found.authors, found.origin["authors"]) == (("Ada Quill", "Bo Lindgren"), "byline")


def test_a_byline_knows_better_than_a_first_name() -> None:
    login = meta("author", "AdaQ")
    assert read(login).authors == ("AdaQ",)
    assert read(login, above="<p class='byline'>By Ada Quill</p>").authors == ("Ada Quill",)


@pytest.mark.parametrize(
    ("label", "authors"),
    [
        ("Written by", ("Ada Quill",)),
        ("Verfasst von", ("Ada Quill",)),
        ("Écrit par", ("Ada Quill",)),
        ("Filed under", ()),
    ],
)
def test_the_writer_on_the_card(label: str, authors: tuple[str, ...]) -> None:
    assert read(meta("twitter:label1", label) + meta("twitter:data1", "Ada Quill")).authors == authors


def test_editors_of_the_object() -> None:
    assert read(linked(editor={"name": "Bo Lindgren"})).editors == ("Bo Lindgren",)


# ---- addresses, rights, words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("href", "url", "canonical"),
    [
        ("https://example.org/a", URL, "https://example.org/a"),
        ("/a?b=1", URL, "https://www.example.org/a?b=1"),
        ("a", URL, "https://www.example.org/news/2024/a"),
        ("//cdn.example.org/a", URL, "https://cdn.example.org/a"),
        ("/a", None, None),
        ("javascript:void(0)", URL, None),
        ("http://[::1", URL, None),
    ],
)
def test_the_canonical_address(href: str, url: str | None, canonical: str | None) -> None:
    assert read(f'<link rel="canonical" href="{href}">', url=url).canonical_url == canonical


def test_the_image_s_address_is_made_whole() -> None:
    assert read(meta("og:image", "/img/a.jpg")).image == "https://www.example.org/img/a.jpg"
    assert (
        read(linked(image=[{"@type": "ImageObject", "url": "https://example.org/b.jpg"}])).image
        == "https://example.org/b.jpg"
    )


LICENCE = "https://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize(
    "head", [f'<link rel="license" href="{LICENCE}">', linked(license=LICENCE), meta("dcterms.license", LICENCE)]
)
def test_the_licence(head: str) -> None:
    assert read(head).licence == LICENCE


def test_a_licence_in_the_text_s_own_link() -> None:
    body = (
        "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
        + f'<p>Free to use under <a rel="license" href="{LICENCE}">a licence</a>.</p>'
    )
    assert read(body=body).licence == LICENCE


@pytest.mark.parametrize(
    ("head", "paywalled"),
    [
        ("", None),
        (linked(isAccessibleForFree=True), False),
        (linked(isAccessibleForFree="True"), False),
        (linked(isAccessibleForFree=False), True),
        (linked(isAccessibleForFree="false"), True),
        (linked(isAccessibleForFree="perhaps"), None),
        (meta("article:content_tier", "free"), False),
        (meta("article:content_tier", "metered"), True),
        (meta("article:content_tier", "locked"), True),
        (meta("article:content_tier", "other"), None),
        (meta("og:article:content_tier", "locked"), True),
    ],
)
def test_paywalled(head: str, paywalled: bool | None) -> None:
    assert read(head).paywalled is paywalled


@pytest.mark.parametrize(
    ("head", "tags"),
    [
        (meta("keywords", "bridge, river ,, council"), ("bridge", "river", "council")),
        (meta("article:tag", "bridge") + meta("article:tag", "river"), ("bridge", "river")),
        (linked(keywords="bridge, river"), ("bridge", "river")),
        (linked(keywords=["bridge", "river", "bridge"]), ("bridge", "river")),
        (meta("keywords", "köprü؛ nehir، suyu"), ("köprü؛ nehir", "suyu")),
        (meta("keywords", ""), ()),
    ],
)
def test_tags(head: str, tags: tuple[str, ...]) -> None:
    assert read(head).tags == tags


def test_site_and_section() -> None:
    found = read(
        meta("og:site_name", "The Example")
        + meta("article:section", "Local")
        + linked(publisher={"name": "Example Media Ltd"})
    )
    assert (found.site, found.section) == ("The Example", "Local")

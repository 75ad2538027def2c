"""Metadata: what JSON-LD, meta elements and the text itself say, which of them wins, and what is not believed."""

from __future__ import annotations

import json

import pytest

from scraper.clean import clean_html, clean_text
from scraper.types import Dateline, Metadata

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
    return f"<html lang='{lang}'><head>{head}</head><body><article><h1>Bridge opens after a long wait</h1>{above}{prose}</article></body></html>"


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
    ids=range(16),
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
        '{"@type": "NewsArticle", "author": [null, 1, {}, [], {"name": null}], "datePublished": {}, "image": [[]], "keywords": [1, {}]}',
    ],
)
def test_broken_objects_leave_the_rest_of_the_page(broken: str) -> None:
    found = read(ld(broken) + meta("article:published_time", "2024-03-01") + meta("author", "Ada Quill"))
    assert (found.published, found.authors) == ("2024-03-01", ("Ada Quill",))


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


# ---- dates ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "iso"),
    [
        ("2024-03-01", "2024-03-01"),
        ("2024-03-01T08:05:09Z", "2024-03-01T08:05:09+00:00"),
        ("2024-03-01T08:05:09.123Z", "2024-03-01T08:05:09+00:00"),
        ("2024-03-01T08:05:09.123456+05:30", "2024-03-01T08:05:09+05:30"),
        ("2024-03-01T08:05:09-0800", "2024-03-01T08:05:09-08:00"),
        ("2024-03-01T08:05:09", "2024-03-01T08:05:09"),
        ("2024-03-01 08:05:09", "2024-03-01T08:05:09"),
        ("2024-03-01T08:05", "2024-03-01T08:05:00"),
        ("2024-03-01 08:05 +02:00", "2024-03-01T08:05:00+02:00"),
        ("2024-03-01 08:05:09 UTC", "2024-03-01T08:05:09+00:00"),
        ("2024-3-1", "2024-03-01"),
        ("20240301", "2024-03-01"),
        ("20240301T080509Z", "2024-03-01T08:05:09+00:00"),
        ("Fri, 01 Mar 2024 08:05:09 GMT", "2024-03-01"),
        ("March 1, 2024", "2024-03-01"),
        ("1. März 2024", "2024-03-01"),
        ("1 mars 2024", "2024-03-01"),
    ],
)
@pytest.mark.parametrize("where", ["json-ld", "meta"])
def test_a_date_keeps_what_the_page_gives_and_no_more(printed: str, iso: str, where: str) -> None:
    published = read(
        linked(datePublished=printed) if where == "json-ld" else meta("article:published_time", printed)
    ).published
    assert published is not None
    assert published == iso or published.startswith(iso + "T")


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "soon",
        "0001-01-01T00:00:00Z",
        "1970-01-01",
        "2024-13-01",
        "2024-02-30",
        "0000-00-00",
        "12345",
        "2024",
        "T10:00",
        "{{date}}",
    ],
)
def test_what_is_no_date_is_none(printed: str) -> None:
    found = read(meta("article:published_time", printed) + meta("author", "Ada Quill"))
    assert found.published is None
    assert "published" not in found.origin


def test_a_date_after_the_fetch_gives_way_to_one_before_it() -> None:
    found = read(linked(datePublished="2024-03-09") + meta("article:published_time", "2024-03-01"))
    assert (found.published, found.origin["published"]) == ("2024-03-01", "meta:article:published_time")
    assert read(linked(datePublished="2024-03-09") + meta("author", "Ada Quill")).published is None
    assert read(linked(datePublished="2031-03-09"), fetched_at=None).published == "2031-03-09"


@pytest.mark.parametrize(
    "fetched_at", ["2024-03-02T12:00:00Z", "2024-03-02T12:00:00+00:00", "2024-03-02T12:00:00.000001Z"]
)
def test_the_fetch_s_moment_in_its_spellings(fetched_at: str) -> None:
    assert read(linked(datePublished="2024-03-01"), fetched_at=fetched_at).published == "2024-03-01"


def test_published_and_modified_are_not_mixed() -> None:
    found = read(
        meta("article:modified_time", "2024-03-02T09:00:00Z") + meta("article:published_time", "2024-03-01T08:00:00Z")
    )
    assert (found.published, found.modified) == ("2024-03-01T08:00:00+00:00", "2024-03-02T09:00:00+00:00")
    only = read(linked(dateModified="2024-03-02") + meta("author", "Ada Quill"))
    assert (only.published, only.modified) == (None, "2024-03-02")
    updated = read(
        above='<time class="updated" datetime="2024-03-02">2 March</time><time class="published" datetime="2024-03-01">1 March</time>'
    )
    assert (updated.published, updated.modified) == ("2024-03-01", "2024-03-02")


def test_the_article_s_object_beats_meta_elements() -> None:
    found = read(meta("article:published_time", "2024-02-20") + linked(datePublished="2024-03-01"))
    assert (found.published, found.origin["published"]) == ("2024-03-01", "json-ld")


@pytest.mark.parametrize("text", ["Photo from the opening, 8 November 1998", "The bridge of 14 July 1789 is gone"])
def test_a_date_of_an_event_or_photo_is_no_publication_s(text: str) -> None:
    body = "".join(
        f"<p>{paragraph}</p>"
        for paragraph in (*PARAGRAPHS, f"{text}, and nobody alive has seen it with their own eyes.")
    )
    assert read(meta("author", "Ada Quill"), body).published is None


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


# ---- language -------------------------------------------------------------------------------------------------------


def test_the_language_is_the_text_s_and_not_the_chrome_s() -> None:
    menu = (
        "<nav>"
        + "".join(f"<a href='/{n}'>Startseite Politik Wirtschaft und noch mehr aus der Region</a>" for n in range(9))
        + "</nav>"
    )
    found = clean_html(page(lang="de").replace("<article>", menu + "<article>"), url=URL).metadata
    assert (found.language, found.origin["language"]) == ("en", "text")


def test_the_page_s_claim_speaks_for_a_text_that_is_too_short_to_tell() -> None:
    found = clean_html("<html lang='sv_SE'><body><h1>Bron</h1><p>Ja.</p></body></html>").metadata
    assert (found.language, found.origin["language"]) == ("sv", "html lang")


def test_a_text_without_letters_has_no_language() -> None:
    assert clean_text("12 345\n\n67").metadata.language is None


# ---- what the text prints -------------------------------------------------------------------------------------------

REST = "\n\n" + "\n\n".join(PARAGRAPHS[1:])


def printed(first: str, last: str = "", headline: str = "Bridge opens after a long wait\n\n") -> Metadata:
    return clean_text(headline + first + REST + ("\n\n" + last if last else "")).metadata


@pytest.mark.parametrize(
    ("opening", "line"),
    [
        ("LISSAU (Reuters) – ", Dateline("LISSAU", None, "Reuters")),
        ("LISSAU, March 1 (Reuters) - ", Dateline("LISSAU", "--03-01", "Reuters")),
        ("March 1 (Reuters) - ", Dateline(None, "--03-01", "Reuters")),
        ("Lissau (dpa) - ", Dateline("Lissau", None, "dpa")),
        ("LISSAU — ", Dateline("LISSAU", None, None)),
        ("LISSAU, 1 March 2024 (TASS) - ", Dateline("LISSAU", "2024-03-01", "TASS")),
    ],
)
def test_a_dateline(opening: str, line: Dateline) -> None:
    found = printed(opening + PARAGRAPHS[0])
    assert found.dateline == line
    assert found.agency == line.agency
    assert found.origin["dateline"] == "text line 3"
    assert found.published is None


def test_a_sentence_with_a_dash_is_no_dateline() -> None:
    assert (
        printed("The council – all nine of them – approved a new bridge over the river on Tuesday at last.").dateline
        is None
    )


def test_credits_name_authors_and_editors() -> None:
    closing = (
        "The ministry did not answer a request for comment. (Reporting by Ada Quill in Lissau; Editing by Bo Lindgren)"
    )
    found = printed(PARAGRAPHS[0], closing)
    assert found.credits == "Reporting by Ada Quill in Lissau; Editing by Bo Lindgren"
    assert (found.authors, found.editors) == (("Ada Quill",), ("Bo Lindgren",))
    assert found.dateline is None


def test_a_desk_closes_a_report() -> None:
    found = printed(
        PARAGRAPHS[0], "The mayor said that she would walk across it first, whatever the weather. (WEB DESK)"
    )
    assert (found.desk, found.authors) == ("WEB DESK", ())


@pytest.mark.parametrize(
    ("line", "agency"),
    [
        ("Source : UPI", "UPI"),
        ("SOURCE: REUTERS", "Reuters"),
        ("Quelle: dpa", "dpa"),
        ("Kaynak: AA", "AA"),
        ("Source: The Example", None),
        ("Fuente: EFE", "EFE"),
    ],
)
def test_a_source_line_names_the_agency(line: str, agency: str | None) -> None:
    assert printed(PARAGRAPHS[0], line).agency == agency


def test_a_date_under_the_headline_of_a_text_is_the_publication_s() -> None:
    found = printed("1 March 2024\n\n" + PARAGRAPHS[0])
    assert (found.published, found.origin["published"]) == ("2024-03-01", "text line 3")


def test_a_date_under_the_text_is_nobody_s() -> None:
    assert printed(PARAGRAPHS[0], "1 March 2024").published is None


def test_an_unknown_value_is_empty_and_has_no_origin() -> None:
    found = clean_text("\n\n".join(PARAGRAPHS)).metadata
    assert found == Metadata(language="en", origin={"language": "text"})

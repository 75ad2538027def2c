"""Metadata beside the claims: dates in their spellings, the text's language, and what the text itself prints."""

from __future__ import annotations

import pytest
from claimed import PARAGRAPHS, URL, linked, meta, page, read

from scraper.clean import clean_html, clean_text
from scraper.types import Dateline, Metadata

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
        above='<time class="updated" datetime="2024-03-02">2 March</time>'
        '<time class="published" datetime="2024-03-01">1 March</time>'
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

"""The headline: which of a page's claims is it, what is cut from it, and which line of a text is one."""

from __future__ import annotations

import json

import pytest

from scraper.clean import Options, clean_html, clean_text
from scraper.clean.sitename import LONGEST, without_site
from scraper.clean.title import overlap
from scraper.types import Article, Kind

PROSE = (
    "The council approved a new bridge over the river on Tuesday after three years of debate about its cost.",
    "“Nobody here wanted a second one,” said Ottilie Brandvold, who has kept the first bridge since 1998.",
    "Work is to begin in the autumn, when the water is low and the eels have gone down to the sea again.",
)
HEADLINE = "Council approves second bridge after long debate"
SITE = "<meta property='og:site_name' content='The Example'>"
LINKED = json.dumps({"@type": "NewsArticle", "headline": HEADLINE})


def page(head: str = "", body: str = f"<h1>{HEADLINE}</h1>") -> Article:
    prose = "".join(f"<p>{text}</p>" for text in PROSE)
    return clean_html(f"<html><head>{head}</head><body><article>{body}{prose}</article></body></html>")


def text(*above: str) -> Article:
    return clean_text("\n\n".join((*above, *PROSE)))


# ---- pages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (f"<title>{HEADLINE}</title>", f"<h1>{HEADLINE}</h1>"),
        (f"<title>{HEADLINE} | The Example</title>", f"<h1>{HEADLINE}</h1>"),
        (
            f"<title>Second bridge approved - The Example</title><meta property='og:title' content='{HEADLINE}'>",
            f"<h1>{HEADLINE}</h1>",
        ),
        ("", f"<h1>{HEADLINE}</h1>"),
        (f"<title>{HEADLINE}</title>", f"<h1>The Example</h1><h2>{HEADLINE}</h2>"),
        (f"<title>{HEADLINE}</title>", f"<h1><a href='/'>The Example</a></h1><h1>{HEADLINE}</h1>"),
        (f"<meta property='og:title' content='{HEADLINE} - The Example'>{SITE}", ""),
        (f"<title>{HEADLINE} – The Example</title>", "<p>Local</p>"),
        (f"<title>The Example: {HEADLINE}</title>{SITE}", ""),
        (f"<title>x</title><script type='application/ld+json'>{LINKED}</script>", ""),
        (f"<title>{HEADLINE}</title>", f"<h1>{HEADLINE.upper()}</h1>"),
    ],
    ids=range(11),
)
def test_a_page_s_headline(head: str, body: str) -> None:
    found = page(head, body).metadata.title
    assert found is not None
    assert found.casefold() == HEADLINE.casefold()


def told(kind: str, claims: tuple[str, str, str], h1: str) -> str | None:
    headline, shared, title = claims
    data = json.dumps({"@type": kind, "headline": headline})
    head = f"<title>{title}</title><meta property='og:title' content='{shared}'>"
    return page(head + f"<script type='application/ld+json'>{data}</script>", f"<h1>{h1}</h1>").metadata.title


SEARCHED = "Second bridge Lissau: council vote and costs"
SHARED = "Council approves second bridge at last"


@pytest.mark.parametrize(
    ("kind", "claims", "h1", "expected"),
    [
        ("NewsArticle", (SEARCHED, HEADLINE, HEADLINE), HEADLINE, SEARCHED),
        ("BlogPosting", (SEARCHED, HEADLINE, HEADLINE), HEADLINE, HEADLINE),
        ("NewsArticle", (SEARCHED, HEADLINE, SEARCHED), HEADLINE, HEADLINE),
        ("NewsArticle", (HEADLINE, SHARED, HEADLINE), HEADLINE, SHARED),
        ("NewsArticle", (HEADLINE, "Nobody wanted it, says the ferryman’s wife", HEADLINE), HEADLINE, HEADLINE),
        ("NewsArticle", (HEADLINE, "Council approves second bridge…", HEADLINE), HEADLINE, HEADLINE),
        ("NewsArticle", (HEADLINE, f"Traffic: {HEADLINE}", HEADLINE), HEADLINE, HEADLINE),
        ("NewsArticle", (HEADLINE[:30], HEADLINE, HEADLINE), HEADLINE, HEADLINE),
        ("NewsArticle", (HEADLINE, SHARED, SEARCHED), HEADLINE, HEADLINE),
        ("Article", (HEADLINE, HEADLINE, HEADLINE), f"{HEADLINE} | Opinion", HEADLINE),
        ("Article", (HEADLINE, HEADLINE, HEADLINE), f"{HEADLINE} and more", f"{HEADLINE} and more"),
        ("Article", (HEADLINE, HEADLINE, HEADLINE), f"Lissau - {HEADLINE}", HEADLINE),
    ],
)
def test_a_newsroom_s_own_headline(kind: str, claims: tuple[str, str, str], h1: str, expected: str) -> None:
    """`claims` are the headline of the data, og:title and <title>."""
    assert told(kind, claims, h1) == expected


@pytest.mark.parametrize(
    "body", [f"<h1>{HEADLINE}</h1>", f"<h1>{HEADLINE}</h1><p>{HEADLINE}</p>", f"<p>{HEADLINE}</p><h1>{HEADLINE}</h1>"]
)
def test_the_headline_is_not_repeated_in_the_text(body: str) -> None:
    article = page(f"<title>{HEADLINE}</title>", body)
    assert HEADLINE not in article.text
    kinds = {removal.kind for removal in article.removed if removal.text == HEADLINE}
    assert kinds <= {Kind.TITLE, Kind.DUPLICATE_TITLE}
    assert Kind.TITLE in kinds


def test_the_headline_stays_once_when_it_is_asked_for() -> None:
    html = f"<title>{HEADLINE}</title><article><h1>{HEADLINE}</h1><p>{HEADLINE}</p>" + "".join(
        f"<p>{text}</p>" for text in PROSE
    )
    article = clean_html(html, options=Options(with_title=True))
    assert article.text == "\n\n".join((HEADLINE, *PROSE))


def test_a_page_without_any_claim_has_no_headline_or_its_own() -> None:
    assert page("", "").metadata.title is None


@pytest.mark.parametrize("suffix", [" By Reuters", " Von Reuters", " | Reuters", " - AFP", " (dpa)"])
def test_the_agency_goes_from_the_headline(suffix: str) -> None:
    article = page("", f"<h1>{HEADLINE}{suffix}</h1>")
    assert article.metadata.title == HEADLINE
    (trim,) = article.trimmed
    assert (trim.text, trim.kind) == (suffix, Kind.BYLINE)


def test_the_trim_of_a_headline_has_the_offsets_of_its_block() -> None:
    claim = f"{HEADLINE} By Reuters"
    article = page(f"<meta property='og:title' content='{claim}'>", f"<p>“{HEADLINE}”  By   Reuters</p>")
    shown = {removal.at: removal.text for removal in article.removed}
    for trim in article.trimmed:
        assert trim.at == 0 or shown[trim.at][trim.start : trim.end] == trim.text


@pytest.mark.parametrize(
    ("title", "sites", "bare"),
    [
        ("Council approves second bridge | The Example", [], "Council approves second bridge"),
        ("Council approves second bridge - The Example", [], "Council approves second bridge"),
        (
            "Council approves second bridge – Local – The Example",
            ["The Example"],
            "Council approves second bridge – Local",
        ),
        ("The Example | Council approves bridge", ["The Example"], "Council approves bridge"),
        ("Council approves bridge » The Example", ["the example"], "Council approves bridge"),
        ("渡し舟、橋の完成後も存続へ｜みなと新報", ["みなと新報"], "渡し舟、橋の完成後も存続へ"),
        ("Bridge: council approves it", [], "Bridge: council approves it"),
        ("Two-thirds vote for a second bridge", [], "Two-thirds vote for a second bridge"),
        ("Spider-Man", [], "Spider-Man"),
        ("Bridge - no", [], "Bridge - no"),
        ("  Council\n approves  bridge ", [], "Council approves bridge"),
        ("The Example", ["The Example"], "The Example"),
    ],
)
def test_the_site_s_name_goes_from_a_page_title(title: str, sites: list[str], bare: str) -> None:
    assert without_site(title, sites) == bare


@pytest.mark.parametrize("title", ["", " ", "|", " | ", "-", " - - - ", "»»»", "_"])
def test_a_title_of_separators_is_survived(title: str) -> None:
    without_site(title, [])
    page(f"<title>{title}</title>", f"<h1>{title}</h1>")


def test_a_headline_in_the_data_keeps_its_dash() -> None:
    title = "Council approves second bridge - ferry stays"
    assert without_site(title, ["The Example"], is_page_title=False) == title
    assert without_site(f"{title} | The Example", ["The Example"], is_page_title=False) == title
    assert without_site(f"{title} | Local", [], is_page_title=False) == title


REST = "".join(f"<p>{text}</p>" for text in PROSE)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        # A site's name as the first heading: <title> has it more than the shared headline, or it is the host's.
        (
            f"<title>Quill Notes: {HEADLINE}</title><meta property='og:title' content='{HEADLINE}'>",
            f"<h1>Quill Notes</h1><h3>{HEADLINE}</h3>",
        ),
        (f"<title>quill.example {HEADLINE}</title>", f"<h1>quill.example</h1><h3>{HEADLINE}</h3>"),
        # A site that shares its own name alone.
        (f"<title>{HEADLINE} | Quill</title><meta property='og:title' content='Quill'>", f"<h1>{HEADLINE}</h1>"),
        # A rubric of one word, which the claim holds somewhere.
        (f"<title>{HEADLINE}</title>", f"<h1>Bridge</h1><h1>Style</h1><h2>{HEADLINE}</h2>"),
        # The teaser of another article agrees better with a short <title>.
        ("<title>Lissau bridge debate today</title>", f"<h1>{HEADLINE}</h1>{REST * 3}<h1>Lissau bridge today</h1>"),
        # A sub-heading that a search title holds.
        (
            "<title>Who pays for it - a guide to the bridge</title>",
            f"<h1>{HEADLINE} for it</h1><h2>Who pays for it?</h2>",
        ),
    ],
    ids=("beside", "host", "shared", "rubric", "teaser", "sub-heading"),
)
def test_another_heading_is_not_the_headline(head: str, body: str) -> None:
    html = f"<html><head>{head}</head><body><article>{body}{REST}</article></body></html>"
    assert (clean_html(html, url="https://quill.example/a").metadata.title or "").startswith(HEADLINE)


def test_overlap_is_the_share_of_the_shorter_text() -> None:
    assert overlap("Council approves bridge", "Council approves the second bridge at last") == 1
    assert overlap("Council approves bridge", "Storm closes the ferry harbour") == 0
    assert overlap("", "Council") == 0
    assert overlap("渡し舟存続へ", "渡し舟、橋の完成後も存続へ") == 1


# ---- plain text -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headline",
    [
        HEADLINE,
        "Will the second bridge ever be built?",
        "“We will build it,” says the mayor’s office",
        "渡し舟、橋の完成後も存続へ",
        "COUNCIL APPROVES BRIDGE",
    ],
)
def test_the_first_line_of_a_text_is_its_headline(headline: str) -> None:
    article = text(headline)
    assert (article.metadata.title, article.metadata.origin["title"]) == (headline, "text line 1")
    assert article.text == "\n\n".join(PROSE)


@pytest.mark.parametrize(
    "opening",
    [
        "The council met on Tuesday, and it was a short evening.",
        "- a rope of sixty metres",
        "Among the guests:",
        "Bridge",
    ],
)
def test_a_first_line_that_is_no_headline_stays(opening: str) -> None:
    article = text(opening)
    assert article.metadata.title is None
    assert article.text.startswith(opening)


def test_a_sentence_that_is_broken_over_lines_has_no_headline() -> None:
    wrapped = PROSE[0].replace(" on Tuesday", "\non Tuesday")
    article = clean_text("\n\n".join((wrapped, *PROSE[1:])))
    assert article.metadata.title is None
    assert article.kept == (1, 2, 4, 6)


def test_a_headline_under_chrome_is_found() -> None:
    article = clean_text("\n".join(("9.7 C", "Munich", "Wednesday, October 4, 2023", "", HEADLINE, "", *PROSE)))
    assert (article.metadata.title, article.metadata.origin["title"]) == (HEADLINE, "text line 5")


def test_a_repeated_headline_goes() -> None:
    article = clean_text("\n\n".join((HEADLINE, PROSE[0], HEADLINE, *PROSE[1:])))
    assert article.text == "\n\n".join(PROSE)
    assert [(removal.at, removal.kind) for removal in article.removed] == [(1, Kind.TITLE), (5, Kind.DUPLICATE_TITLE)]


def test_a_text_without_prose_has_no_headline() -> None:
    assert clean_text("Bread and butter\n\nTea with milk").metadata.title is None


@pytest.mark.parametrize("title", ["word - " * 5_000, "a | " * 5_000, "» " * 5_000])
def test_a_title_of_nothing_but_separators_ends(title: str) -> None:
    assert len(without_site(title, ["The Example"])) <= LONGEST

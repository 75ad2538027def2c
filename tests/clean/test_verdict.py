"""What a page or text is: an article, or why it is none; and that the words of a refusal do not condemn an article."""

from __future__ import annotations

import gzip

import pytest

from scraper.clean import Source, clean_bytes, clean_html, clean_text
from scraper.types import Article, Verdict

PROSE = (
    "The council approved a new bridge over the river on Tuesday after three years of debate about its cost.",
    "“Nobody here wanted a second one,” said Ottilie Brandvold, who has kept the first bridge since 1998.",
    "Work is to begin in the autumn, when the water is low and the eels have gone down to the sea again.",
    "Farmers on the far bank, who had offered to build it themselves, did not attend the meeting on Tuesday.",
)


def page(title: str, body: str, above: str = "") -> Article:
    return clean_html(
        f"<html><head><title>{title}</title></head><body>{above}<main><h1>{title}</h1>{body}</main></body></html>"
    )


def paragraphs(count: int) -> str:
    return "".join(f"<p>{number}. {text}</p>" for number in range(count) for text in PROSE)


@pytest.mark.parametrize(
    ("data", "verdict"),
    [
        (b"", Verdict.EMPTY),
        (b" \r\n\t", Verdict.EMPTY),
        (b"\xef\xbb\xbf", Verdict.EMPTY),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", Verdict.NOT_TEXT),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Verdict.NOT_TEXT),
        (b"PK\x03\x04\x14\0\x06\0", Verdict.NOT_TEXT),
        (gzip.compress(b"text", mtime=0), Verdict.NOT_TEXT),
        (b"WARC/1.1\r\nWARC-Type: warcinfo\r\n", Verdict.NOT_TEXT),
        (b"<?xml version='1.0'?><rss version='2.0'><channel><title>News</title></channel></rss>", Verdict.NOT_TEXT),
        (b"<html><body></body></html>", Verdict.EMPTY),
        (b"<html><head><title>One</title></head><body><script>x()</script></body></html>", Verdict.EMPTY),
        (PROSE[0].encode(), Verdict.ARTICLE),
        (PROSE[1].encode("utf-16"), Verdict.ARTICLE),
    ],
)
def test_the_verdict_on_bytes(data: bytes, verdict: Verdict) -> None:
    article = clean_bytes(Source(data))
    assert article.verdict is verdict
    assert article.rules
    assert article.cleaner


@pytest.mark.parametrize(
    ("title", "body", "verdict"),
    [
        ("Just a moment...", "<p>Checking your browser before accessing example.org.</p>", Verdict.BLOCK_PAGE),
        (
            "Access Denied",
            "<p>You don't have permission to access this page on this server.</p><p>Reference #18.2f</p>",
            Verdict.BLOCK_PAGE,
        ),
        (
            "Are you a robot?",
            "<p>Please make sure your browser supports JavaScript and cookies.</p>",
            Verdict.BLOCK_PAGE,
        ),
        ("example.org", "<p>Please enable JS and disable any ad blocker</p>", Verdict.BLOCK_PAGE),
        ("Page not found - The Example", "<p>Sorry.</p>", Verdict.SOFT_404),
        ("404", "<p>It looks like nothing was found at this location. Maybe try a search?</p>", Verdict.SOFT_404),
        (
            "Seite nicht gefunden | Beispiel",
            "<p>Die angeforderte Seite konnte nicht gefunden werden.</p>",
            Verdict.SOFT_404,
        ),
        ("Before you continue", "<p>We use cookies and data to deliver and maintain services.</p>", Verdict.CONSENT),
        (
            "The Example",
            "<p>We value your privacy. We and our partners store and/or access information on a device.</p>",
            Verdict.CONSENT,
        ),
        ("The bridge", f"<p>{PROSE[0]}</p><p>Subscribe to continue reading</p>", Verdict.PAYWALL_STUB),
        ("Die Brücke", f"<p>{PROSE[0]}</p><p>Dieser Artikel ist Abonnenten vorbehalten.</p>", Verdict.PAYWALL_STUB),
        ("Contact", "<p>Mill Road 4</p><p>Phone 01 234</p>", Verdict.OTHER_PAGE),
    ],
)
def test_a_page_that_is_no_article(title: str, body: str, verdict: Verdict) -> None:
    assert page(title, body).verdict is verdict


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        ("Access denied", "She was told “you don't have permission to access the island” and went home."),
        (
            "Page not found",
            "“The page you were looking for could not be found,” said the librarian, turning the atlas upside down.",
        ),
        (
            "How consent became a button",
            "We value your privacy, the notices say, and nobody has ever read the second line of one.",
        ),
        (
            "Why I stopped paying",
            "Every second link ended with the words “subscribe to continue reading”, and so I stopped clicking.",
        ),
        ("Verifying you are human", "Please verify you are human, said the machine to the judge of the county court."),
    ],
)
def test_an_article_about_such_pages_is_an_article(title: str, sentence: str) -> None:
    article = page(title, f"<p>{sentence}</p>" + paragraphs(8))
    assert article.verdict is Verdict.ARTICLE
    assert sentence in article.text


@pytest.mark.parametrize(
    ("data", "count", "verdict"),
    [
        ('"isAccessibleForFree": false, "wordCount": 900', 4, Verdict.PAYWALL_STUB),
        ('"isAccessibleForFree": false, "wordCount": "340"', 4, Verdict.ARTICLE),
        ('"isAccessibleForFree": false', 4, Verdict.ARTICLE),
        ('"isAccessibleForFree": false, "wordCount": 9000', 8, Verdict.ARTICLE),
        ('"isAccessibleForFree": true, "wordCount": 900', 1, Verdict.ARTICLE),
        ('"wordCount": 900', 1, Verdict.PAYWALL_STUB),
        ('"wordCount": 900', 2, Verdict.PAYWALL_STUB),
        ('"wordCount": 80', 2, Verdict.ARTICLE),
    ],
)
def test_a_text_before_a_prompt_is_a_stub_where_more_is_missing(data: str, count: int, verdict: Verdict) -> None:
    found = clean_html(
        f'<script type="application/ld+json">{{"@type": "NewsArticle", {data}}}</script><main><h1>A bridge</h1>'
        f"{paragraphs(count)}<div><p>Subscribe to continue reading</p></div></main>"
    )
    assert found.verdict is verdict


def test_a_menu_that_asks_to_log_in_makes_no_stub() -> None:
    body = f"<p>{PROSE[0]} {PROSE[1]}</p>"
    assert page("Bridge opens", body, above="<nav>Already a subscriber? <a href='/in'>Log in</a></nav>").verdict is (
        Verdict.ARTICLE
    )


@pytest.mark.parametrize("title", ["Blocked", "Error", "Maintenance", "Consent", "Register", "Gone", "Captcha"])
def test_a_title_alone_condemns_no_article(title: str) -> None:
    assert page(title, paragraphs(2)).verdict is Verdict.ARTICLE


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        ("Bahnhof gesperrt", "Der Bahnhof Reiherfurt bleibt wegen Wartungsarbeiten von Freitag bis Montag gesperrt."),
        ("Notruf gestört", "Der Notruf der Stadt war am Dienstag zwei Stunden lang zurzeit nicht erreichbar."),
        ("Ponte chiuso", "“Ora stiamo effettuando gli ultimi controlli”, dice il comune del ponte vecchio chiuso."),
        ("Ferry back in May", "The old ferry is currently undergoing maintenance in the yard and will return in May."),
        ("지하철 운행 중단", "지하철 공사는 금요일 밤부터 월요일 새벽까지 시스템 점검 때문에 운행을 멈춘다고 밝혔다."),
        (
            "Gin night at the mill",
            "You must be of legal drinking age to taste, and bring a coat, since the mill is cold.",
        ),
        ("Blocked", "The lock was blocked by a fallen willow from Monday to Wednesday, the county said."),
        ("Gone", "The heron of the mill pond was gone on Sunday, and nobody has seen it since then."),
        ("Register", "Every boat on the upper river has to be entered in the register by the first of June."),
        ("Coming soon", "A second bakery is to open beside the lock in June, and it will sell flat loaves only."),
        ("Access denied", "The walkers of the river club were turned back at the weir on Sunday by a new fence."),
    ],
)
def test_short_news_in_the_words_of_a_notice_is_news(title: str, sentence: str) -> None:
    assert page(title, f"<p>{sentence}</p><p>{PROSE[0]}</p><p>{PROSE[2]}</p>").verdict is Verdict.ARTICLE


@pytest.mark.parametrize("title", ["Gone", "Blocked", "Register", "Coming soon", "Maintenance"])
def test_a_weak_title_says_nothing_above_one_sentence(title: str) -> None:
    sentence = f"{PROSE[0].removesuffix('.')}, and nobody at the mill had ever thought that it would."
    assert page(title, f"<p>{sentence}</p>").verdict is Verdict.ARTICLE
    assert page(title, "<p>Please come back</p>").verdict is not Verdict.ARTICLE


@pytest.mark.parametrize(
    "sentence",
    [
        "Visitors to the town's pages read on Tuesday that the server encountered an internal error, twice an hour.",
        "The notice on the library's site told readers that the page you are looking for does not exist any more.",
        "The office told callers that you must be logged in to view this list of the boats on the upper river.",
        "For an hour the town's pages asked everybody to verify you are human before they showed the ferry's times.",
    ],
)
def test_a_refusal_in_indirect_speech_is_reported(sentence: str) -> None:
    assert page("The bridge", f"<p>{sentence}</p><p>{PROSE[0]}</p><p>{PROSE[2]}</p>").verdict is Verdict.ARTICLE
    assert page("The bridge", f"<p>{sentence}</p>").verdict is not Verdict.ARTICLE


@pytest.mark.parametrize("stated", ["You must be at least 18 years old to enter", "You must be of legal drinking age"])
def test_an_age_that_is_stated_makes_a_gate_of_a_short_page_or_one_with_its_buttons(stated: str) -> None:
    assert page("Marsh Gin", f"<p>{stated}.</p>").verdict is Verdict.CONSENT
    event = f"<p>{stated}.</p><p>{PROSE[0]}</p><p>{PROSE[2]}</p>"
    assert page("Gin night", event).verdict is Verdict.ARTICLE
    assert page("Gin night", f"{event}<button>Yes</button><button>No</button>").verdict is Verdict.CONSENT


def test_forty_headlines_are_an_index_and_an_article_with_forty_links_is_none() -> None:
    links = "".join(f"<li><a href='/{n}'>Storm number {n} closes the harbour for a day</a></li>" for n in range(40))
    assert page("The Example", f"<ul>{links}</ul>").verdict is Verdict.INDEX_PAGE
    article = page("The bridge opens", paragraphs(3), above=f"<ul>{links}</ul>")
    assert article.verdict is Verdict.ARTICLE
    assert "harbour" not in article.text


def test_a_short_report_is_an_article() -> None:
    assert page("Bridge opens", f"<p>{PROSE[0]} {PROSE[1]}</p>").verdict is Verdict.ARTICLE


def test_the_text_is_filled_whatever_the_verdict() -> None:
    article = page(
        "Just a moment...", "<p>Checking your browser before accessing the site, which takes a few seconds at most.</p>"
    )
    assert article.verdict is Verdict.BLOCK_PAGE
    assert "Checking your browser" in article.text


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", "\u200b\n", "\r\n \r"])
def test_a_text_of_nothing_is_empty(text: str) -> None:
    article = clean_text(text)
    assert (article.verdict, article.text, article.kept, article.removed) == (Verdict.EMPTY, "", (), ())


def test_a_text_of_chrome_alone_is_empty() -> None:
    article = clean_text("9.7 C\nMunich\nWednesday, October 4, 2023\n")
    assert (article.verdict, article.text) == (Verdict.EMPTY, "")
    assert len(article.removed) == 3


@pytest.mark.parametrize("text", [PROSE[0], "Just a moment...", "Page not found", "Bridge"])
def test_a_text_that_somebody_saved_is_an_article(text: str) -> None:
    article = clean_text(text)
    assert (article.verdict, article.text) == (Verdict.ARTICLE, text)

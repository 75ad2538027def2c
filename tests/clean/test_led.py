"""The feed entry that led to a page: believed where the page is silent, and nowhere else."""

from __future__ import annotations

import pytest

from scraper.clean import Source, clean_bytes
from scraper.types import FoundBy

AT = "2026-11-20T12:00:00Z"
BODY = "".join(
    f"<p>The city council approved the {part} on Tuesday evening after three years of debate about what it costs.</p>"
    for part in (
        "new bridge over the river",
        "road to the old harbour",
        "mill beside the station",
        "plan for the square",
    )
)
SILENT = f"<!DOCTYPE html><html><body><article>{BODY}</article></body></html>"
TALKING = (
    "<!DOCTYPE html><html><head><title>Bridge approved</title><meta property='article:published_time' "
    f"content='2026-11-19T08:00:00+01:00'></head><body><article><h1>Bridge approved</h1>{BODY}</article></body></html>"
)


def read(
    html: str, kind: str = "feed", title: str | None = "A bridge", date: str | None = "2026-11-18T10:00:00+02:00"
) -> tuple[str | None, str | None, str | None, str | None]:
    found = FoundBy(kind, "https://news.example/feed", title, date)
    metadata = clean_bytes(Source(html.encode(), "https://news.example/a", "text/html", AT, found)).metadata
    return metadata.title, metadata.published, metadata.origin.get("title"), metadata.origin.get("published")


@pytest.mark.parametrize("kind", ["feed", "news_sitemap"])
def test_a_silent_page_has_what_its_entry_says(kind: str) -> None:
    assert read(SILENT, kind) == ("A bridge", "2026-11-18T10:00:00+02:00", kind, kind)


def test_a_page_that_speaks_comes_first() -> None:
    title, published, *origins = read(TALKING)
    assert (title, published) == ("Bridge approved", "2026-11-19T08:00:00+01:00")
    assert "feed" not in origins


@pytest.mark.parametrize("kind", ["sitemap", "listing", "pages", "autodiscovery", "folder"])
def test_other_finders_are_no_witnesses(kind: str) -> None:
    assert read(SILENT, kind) == (None, None, None, None)


@pytest.mark.parametrize("date", [None, "", "2026-12-24T00:00:00Z", "1889-01-01", "yesterday"])
def test_a_date_that_cannot_be_is_not_believed(date: str | None) -> None:
    assert read(SILENT, date=date) == ("A bridge", None, "feed", None)


def test_the_text_is_the_same_with_and_without_a_witness() -> None:
    found = FoundBy("feed", "https://news.example/feed", "The city council approved", "2026-11-18")
    with_it = clean_bytes(Source(SILENT.encode(), None, None, AT, found))
    without = clean_bytes(Source(SILENT.encode(), None, None, AT))
    assert (with_it.text, with_it.removed, with_it.kept) == (without.text, without.removed, without.kept)


def test_what_is_no_article_gets_no_headline() -> None:
    assert read("<!DOCTYPE html><html><body><p>404 Not Found</p></body></html>") == (None, None, None, None)

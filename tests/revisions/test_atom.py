"""The feed is read by feedparser without a complaint, whatever stands in it."""

from __future__ import annotations

import feedparser  # type: ignore[import-untyped]  # ships no types
from hypothesis import given
from hypothesis import strategies as st

from scraper.revisions.atom import Entry, as_html, feed, urn
from scraper.revisions.diff import Version, diff

AT = "2026-11-21T12:00:00.000001Z"


def entry(title: str = "A bridge: changed", key: str = "a", **more: str) -> Entry:
    return Entry(
        key, title, more.get("updated", AT), "https://news.example/a?b=1&c=2", "figures", more.get("content", "x")
    )


def test_an_empty_feed_is_valid() -> None:
    read = feedparser.parse(feed("Changes", "archive", AT, []))
    assert not read.bozo
    assert (read.feed.updated, read.feed.title, read.entries) == (AT, "Changes", [])


def test_ids_are_stable_and_updated_is_the_newest() -> None:
    later = entry(key="b", updated="2026-11-22T12:00:00.000001Z")
    read = feedparser.parse(feed("Changes", "archive", AT, [entry(), later]))
    assert not read.bozo
    assert read.feed.updated == later.updated
    assert [one.id for one in read.entries] == [urn("entry", "a"), urn("entry", "b")]
    assert urn("entry", "a") == "urn:uuid:8b354d2e-f93c-5977-a981-b30355a15f34"
    assert read.entries[0].link == "https://news.example/a?b=1&c=2"
    assert {read.feed.id, *(one.id for one in read.entries)} == {
        urn("feed", "archive"),
        urn("entry", "a"),
        urn("entry", "b"),
    }


def test_changes_as_html_hold_no_markup_of_the_page() -> None:
    old, new = "He said <b>no</b> & left 3 times.", "He said <script>alert(1)</script> & left 4 times."
    html = as_html(diff(Version("T", old), Version("T", new)).changes)
    assert "<script>" not in html
    assert "<del>" in html
    assert "<b>no" not in html
    assert "&lt;" in html
    read = feedparser.parse(feed("Changes", "archive", AT, [entry(content=html)]))
    assert not read.bozo
    assert "<ins>4</ins>" in read.entries[0].content[0].value


@given(st.text())
def test_any_text_can_stand_in_it(text: str) -> None:
    made = feed(text, text, AT, [entry(title=text, key=text, content=text)])
    assert not feedparser.parse(made).bozo

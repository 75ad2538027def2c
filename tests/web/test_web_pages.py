"""What the pages show: sources, the list, an article with what was removed, two versions, the picture of removals."""

from __future__ import annotations

import gzip
import html
import re
from pathlib import Path

import pytest
from msgspec import structs
from shelf import NEWS, PARAGRAPHS, Shelf, capture, page, put

from scraper import warc
from scraper.archive import Archive
from scraper.types import Verdict
from scraper.web import asked, gather, marked


def words(text: str) -> str:
    """A page as it reads, without its elements."""
    body = re.sub(r"<[^>]+>", " ", text[text.index("<main") :])
    return " ".join(html.unescape(body).split())


def found(shelf: Shelf, address: str) -> list[str]:
    """The ids of a list's articles, in its order."""
    return re.findall(r'<h2[^>]*><a href="/articles/([0-9a-f]{32})"', shelf.client.get(address).text)


def test_sources_say_how_they_do(shelf: Shelf) -> None:
    page = shelf.client.get("/").text
    said = words(page)
    assert "Articles 3 Other pages 1" in said
    assert "no daemon runs" in said
    assert "feed, every 15 minutes" in said
    assert "last run in order Began 22 November 2026, 11:50 UTC" in said
    assert "2 articles 1 soft 404 Failures 1 unreachable" in said
    assert "quiet folder, by hand only javascript:alert(1) switched off" in said
    assert "radio no source of this configuration not configured here" in said
    assert 'aria-label="Articles a day over 30 days: 2 in all, at most 1, on 21 November"' in page
    assert "Next about" not in said  # without a daemon nothing runs next


def test_sources_come_in_parts(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "SOURCES_A_LEAF", 2)
    first, second = (shelf.client.get(f"/?part={part}").text for part in (1, 2))
    assert ("paper" in first, "radio" in first, "Part 1 of 2" in first) == (True, False, True)
    assert ("paper" in second, "radio" in second, "Part 2 of 2" in second) == (False, True, True)
    assert "Part 2 of 2" in shelf.client.get("/?part=99").text
    assert "Part 1 of 2" in shelf.client.get("/?part=-1").text


def test_the_list_is_newest_first_and_filters(shelf: Shelf) -> None:
    first, second, gone, hostile = (one.id for one in (shelf.first, shelf.second, shelf.gone, shelf.hostile))
    assert found(shelf, "/articles") == [hostile, second, first]
    assert found(shelf, "/articles?verdict=any") == [hostile, gone, second, first]
    assert found(shelf, "/articles?verdict=soft_404") == [gone]
    assert found(shelf, "/articles?source=radio") == [hostile]
    assert found(shelf, "/articles?source=' OR 1=1 --") == []
    assert found(shelf, "/articles?language=en") == [second, first]
    assert found(shelf, "/articles?day=2026-11-22") == [second]
    assert found(shelf, "/articles?q=council") == [second, first]
    assert found(shelf, '/articles?q="new bridge" -wednesday') == [first]
    assert found(shelf, "/articles?q=title:council") == []
    assert found(shelf, "/articles?q=reside*&day=2026-11-21") == [first]


@pytest.mark.parametrize(
    ("asks", "problem"),
    [
        ('q="open', "A quotation mark is not closed"),
        ("q=-bridge", "at least one word without a minus"),
        ("q=a*", "A star needs at least 3 letters"),
        ("q=" + "a" * 501, "501 characters long"),
        ("q=" + "+".join(f"w{n}" for n in range(33)), "more than 32 terms"),
        ("day=2026-02-30", "The day is none"),
        ("day=22.11.2026", "The day is none"),
        ("verdict=lovely", "There is no such verdict"),
    ],
)
def test_what_cannot_be_understood_is_said_plainly(shelf: Shelf, asks: str, problem: str) -> None:
    answer = shelf.client.get(f"/articles?{asks}")
    assert answer.status_code == 400
    assert problem in words(answer.text)
    assert 'role="alert"' in answer.text


def test_what_was_asked_stays_in_the_form(shelf: Shelf) -> None:
    page = shelf.client.get("/articles", params={"q": '"new bridge" <b>', "source": "paper", "day": "2026-11-21"}).text
    assert 'value="&#34;new bridge&#34; &lt;b&gt;"' in page
    assert '<option value="paper" selected>' in page
    assert 'value="2026-11-21"' in page


def test_the_list_is_leafed_through_both_ways(shelf: Shelf, tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        ids = [put(archive, capture(page(f"Story {number}"), f"{number}")).id for number in range(60)][::-1]
    other = Shelf.__new__(Shelf)
    other.root = tmp_path
    seen: list[str] = []
    address, leaves = "/articles?source=paper", []
    while address:
        text = other.client.get(address).text
        leaves.append(found(other, address))
        seen += leaves[-1]
        older = re.search(r'href="([^"]+)" rel="next"', text)
        newer = re.search(r'href="([^"]+)" rel="prev"', text)
        assert (newer is None) == (len(leaves) == 1)
        if newer is not None:
            assert found(other, html.unescape(newer[1])) == leaves[-2]
        address = html.unescape(older[1]) if older else ""
    assert seen == ids
    assert [len(leaf) for leaf in leaves] == [asked.PER_LEAF, asked.PER_LEAF, 10]


def test_words_that_were_found_are_marked(shelf: Shelf) -> None:
    text = shelf.client.get('/articles?q="two years" ferry').text
    assert "<mark>two years</mark> later" in text
    assert "the old <mark>ferry</mark> stopped" in shelf.client.get("/articles?q=ferry").text
    text = shelf.client.get("/articles?q=on&source=paper").text
    assert "river <mark>on</mark> " in text
    assert "c<mark>on</mark>" not in text.lower()


def test_of_each_capture_the_latest_cleaning_is_listed(shelf: Shelf, tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        old = put(archive, capture(page("Old"), "one"))
        row = archive.index.get(old.id)
        assert row is not None
        assert row.warc is not None
        again = structs.replace(old, id="f" * 32, title="Cleaned again")
        ledger = archive.ledger(old.id)
        assert ledger is not None
        assert archive.add(row.warc, again, structs.replace(ledger, record=again.id, line=None))
    other = Shelf.__new__(Shelf)
    other.root = tmp_path
    assert found(other, "/articles") == [again.id]
    assert "Articles a day over 30 days: 1 in all" in other.client.get("/").text
    assert old.id in other.client.get(f"/articles/{again.id}").text


def test_an_article_shows_what_was_removed_in_its_place(shelf: Shelf) -> None:
    said = words(shelf.client.get(f"/articles/{shelf.first.id}").text)
    places = [said.index(text) for text in (PARAGRAPHS[0], "Ferry to be sold", *PARAGRAPHS[1:], "All rights reserved")]
    assert places == sorted(places)
    assert said.index("navigation block 1") < said.index(PARAGRAPHS[0])
    assert re.search(r"(related|navigation) block \d+ P 0\.\d\d [a-z_.]+ Ferry to be sold", said)
    only = words(shelf.client.get(f"/articles/{shelf.first.id}?view=text").text)
    assert PARAGRAPHS[0] in only
    assert "Ferry to be sold" not in only


def test_an_article_says_where_all_of_it_comes_from(shelf: Shelf) -> None:
    said = words(shelf.client.get(f"/articles/{shelf.first.id}").text)
    assert "title New bridge approved h1" in said
    assert f"SHA-256 of the text {shelf.first.text_sha256}" in said
    assert shelf.first.warc is not None
    assert shelf.first.warc.record_id in said
    assert "Rights the site stated none" in said


def test_a_page_that_is_no_article_says_so(shelf: Shelf) -> None:
    answer = shelf.client.get(f"/articles/{shelf.gone.id}")
    assert answer.status_code == 200
    assert "This page is no article (soft 404)" in words(answer.text)


def test_trims_and_long_blocks_are_shown_where_they_stood(shelf: Shelf) -> None:
    text = shelf.client.get(f"/articles/{shelf.hostile.id}").text
    assert re.search(r"<p[^>]*>A <del class=\"trim[^>]*>second &lt;script", text)
    assert "All of block 5" in text


def test_a_huge_page_comes_in_parts(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marked, "MOST_BLOCKS", 3)
    address = f"/articles/{shelf.first.id}?view=within"
    first = shelf.client.get(address).text
    count = re.search(r"Part 1 of (\d+)", first)
    assert count is not None
    pages = [words(shelf.client.get(f"{address}&part={part}").text) for part in range(1, int(count[1]) + 1)]
    for text in (*PARAGRAPHS, "Ferry to be sold", "All rights reserved"):
        assert sum(text in page for page in pages) == 1, text
    assert f"Part {count[1]} of {count[1]}" in shelf.client.get(f"{address}&part=999999").text


def test_versions_are_found_and_compared(shelf: Shelf) -> None:
    said = words(shelf.client.get(f"/articles/{shelf.first.id}").text)
    assert "22 November 2026, 09:00:00 UTC New bridge approved" in said
    for one, other in ((shelf.first, shelf.second), (shelf.second, shelf.first)):
        text = shelf.client.get(f"/articles/{one.id}/compare/{other.id}").text
        assert "river on <del>Tuesday</del><ins>Wednesday</ins> after" in text
        said = words(text)
        assert f"gone {PARAGRAPHS[1]}" in said
        assert f"new {NEWS}" in said
        assert "Headline New bridge approved The same in both." in said
    assert shelf.client.get(f"/articles/{shelf.first.id}/compare/{shelf.gone.id}").status_code == 404
    assert "Both texts say the same" in shelf.client.get(f"/articles/{shelf.first.id}/compare/{shelf.first.id}").text
    assert "This is the only record" in shelf.client.get(f"/articles/{shelf.hostile.id}").text


def test_the_warc_records_are_a_file_of_their_own(shelf: Shelf, tmp_path: Path) -> None:
    answer = shelf.client.get(f"/articles/{shelf.first.id}/warc")
    name = f"scrape-{shelf.first.id}.warc.gz"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["content-type"] == "application/warc"
    (tmp_path / name).write_bytes(answer.content)
    entries = [entry for entry in warc.read(tmp_path / name) if isinstance(entry, warc.Entry)]
    assert [entry.type for entry in entries] == ["warcinfo", "response", "request", "metadata", "conversion"]
    assert entries[4].block.decode() == shelf.first.text
    assert b"new bridge" in gzip.decompress(answer.content)


def test_removals_are_a_picture_and_a_table(shelf: Shelf) -> None:
    text = shelf.client.get("/removals").text
    assert re.search(r'<svg role="img" aria-label="news\.example: Site furniture \d+, ', text)
    said = words(text)
    assert "newest 3 articles" in said
    table = said[said.index("Every site and kind") :]
    assert re.search(r"news\.example 3 \d+ ", table)
    only = words(shelf.client.get("/removals?source=radio").text)
    assert "newest 1 article of radio lost" in only
    assert shelf.client.get("/removals?source=nobody").status_code == 200


def test_every_verdict_can_be_chosen(shelf: Shelf) -> None:
    text = shelf.client.get("/articles").text
    assert set(re.findall(r'<option value="([a-z_0-9]+)"', text)) >= {verdict.value for verdict in Verdict} | {"any"}

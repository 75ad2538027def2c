"""The alarms of sources out of a real index, and how that comes by what they are seen by."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from archives import put, sound
from captures import capture, ledger, record
from msgspec import structs

from scraper import drift
from scraper.archive import Archive, Order, purge, rebuild
from scraper.errors import VerificationError
from scraper.index import NAME, Index, Measure
from scraper.types import Record, Verdict
from scraper.verify import verify

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday


def at(days: float) -> str:
    """So many days before now."""
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with closing(Index(tmp_path / NAME)) as index:
        yield index


def fill(index: Index, days: float, a_day: float, until: float = 0.0, **more: object) -> None:
    """Articles of a paper from so many days ago until so many, evenly."""
    count = round((days - until) * a_day)
    for number in range(count):
        ago = days - (number + 0.5) / a_day
        usual = Measure("paper", at(ago), f"{ago}", "article", 300 + number * 37 % 200, True, True, 12, 8 + number % 5)
        index.measure(structs.replace(usual, **more))


def said(index: Index, now: datetime = NOW, source: str = "paper") -> list[str]:
    return [alarm.says for alarm in drift.alarms(index, source, now)]


def test_a_source_that_stays_as_it_is(index: Index) -> None:
    fill(index, 60, 10)
    assert said(index) == []
    assert said(index, source="other") == []
    assert drift.all_alarms(index, NOW) == []


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ({"dated": False}, "since Tuesday 2026-11-17 0 of 40 have a date (before 100%)"),
        ({"signed": False}, "since Tuesday 2026-11-17 0 of 40 have an author (before 100%)"),
        ({"verdict": "consent"}, "since Tuesday 2026-11-17 0 of 40 pages are articles (before 100%)"),
        ({"words": 60}, "since Tuesday 2026-11-17 articles have 60 words (median of 43; before 400)"),
        (
            {"removed": 190},
            "since Tuesday 2026-11-17 95% of an article's blocks are removed (median of 40; before 55%)",
        ),
    ],
)
def test_a_break_is_said_with_its_day_and_its_numbers(index: Index, broken: dict[str, object], words: str) -> None:
    fill(index, 50, 10, 3.25)
    fill(index, 3.25, 40 / 3.25, **broken)
    assert said(index) == [words]
    (alarm,) = drift.all_alarms(index, NOW)
    assert alarm.source == "paper"
    assert at(3.6) < alarm.since < at(3.1)


def test_a_large_source_is_judged_by_some_pages_of_each_day(index: Index) -> None:
    fill(index, 60, 120, 2)
    fill(index, 2, 120, dated=False)
    (alarm,) = drift.alarms(index, "paper", NOW)
    assert (alarm.what, alarm.of, alarm.now) == ("date", 28, 0.0)
    assert alarm.since == min(one.at for one in index.newest_pages("paper", at(2), at(0), 9999))


def test_a_slow_source_is_judged_by_what_there_is(index: Index) -> None:
    fill(index, 300, 0.5, 25)
    fill(index, 25, 0.5, dated=False)
    assert said(index) == ["since Tuesday 2026-10-27 0 of 12 have a date (before 100%)"]


def test_silence_and_a_flood(index: Index) -> None:
    fill(index, 60, 20, 1)
    assert said(index) == ["0 new articles in the last 24 hours (usual 20); the last came Thursday 2026-11-19"]
    (alarm,) = drift.alarms(index, "paper", NOW)
    assert (alarm.what, alarm.of, alarm.before, alarm.now) == ("volume", 1, 20.0, 0.0)
    fill(index, 1, 200)
    assert said(index) == ["200 new articles in the last 24 hours (usual 20)"]


def test_a_source_that_ended_long_ago_is_no_alarm(index: Index) -> None:
    fill(index, 200, 5, 61)
    assert said(index) == []


def test_what_is_to_come_is_not_known_yet(index: Index) -> None:
    fill(index, 50, 10, 3)
    fill(index, 3, 10, dated=False)
    assert said(index, NOW - timedelta(days=3)) == []


def test_news_are_told_once_and_their_end_too(index: Index) -> None:
    fill(index, 50, 10, 3)
    fill(index, 3, 10, -1.5, dated=False)
    fill(index, -1.5, 10, -4)
    looks = [NOW + timedelta(hours=6 * look) for look in range(-12, 17)]
    told = [drift.news(index, "paper", before, now) for before, now in pairwise(looks)]
    assert [alarm.what for begun, _ in told for alarm in begun] == ["date"]
    assert [alarm.what for _, over in told for alarm in over] == ["date"]


def test_a_damaged_time_is_the_index_s_fault(index: Index) -> None:
    fill(index, 60, 10)
    index.measure(Measure("paper", "2026-11-20T25", "x", "article"))
    with pytest.raises(VerificationError, match="scrape index"):
        drift.alarms(index, "paper", NOW + timedelta(days=1))


# ---- where it comes from


def measures(root: Path) -> set[tuple[object, ...]]:
    with closing(sqlite3.connect(root / NAME)) as db:
        return set(db.execute("SELECT source, at, verdict, words, dated, signed, removed, kept FROM measures"))


def put_article(archive: Archive, number: int, **more: object) -> Record:
    made = record(number, removed_counts={"title": 7}, published="2026-11-20", authors=("A. B.",), **more)
    made = structs.replace(made, removed=(made.removed or ()) * 7)
    ref = archive.store(capture(number))
    assert archive.add(ref, made, ledger(made))
    return structs.replace(made, warc=ref)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An article, a bare one, a page that is none; a later version, and another cleaning that finds no author."""
    root = tmp_path / "archive"
    with Archive(root) as archive:
        first = put_article(archive, 1)
        put(archive, 2)
        put(archive, 3, Verdict.CONSENT)
        put_article(archive, 4, version=2)
        again = structs.replace(first, id="again", authors=(), text_sha256=first.text_sha256)
        assert first.warc is not None
        assert archive.add(first.warc, again, ledger(again))
    return root


def test_each_page_is_measured_once_by_its_latest_cleaning(root: Path) -> None:
    time = "2026-11-21T12:00:0{}.000001Z"
    assert measures(root) == {
        ("paper", time.format(1), "article", 12, 1, 0, 7, 1),
        ("paper", time.format(2), "article", 12, 0, 0, 1, 1),
        ("paper", time.format(3), "consent", None, None, None, None, None),
    }
    assert sound(root)


def test_a_new_index_has_the_same(root: Path) -> None:
    before = measures(root)
    for path in root.glob(f"{NAME}*"):
        path.unlink()
    rebuild(root)
    assert measures(root) == before
    assert sound(root)


def test_what_is_purged_is_measured_no_more(root: Path) -> None:
    for number in (1, 3):
        order = Order(f"https://news.example/{number}", "case 4711", "2026-11-22T08:00:00Z", "scrape/test")
        purge(root, order)
    assert [row[1] for row in measures(root)] == ["2026-11-21T12:00:02.000001Z"]
    assert sound(root)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM measures WHERE verdict = 'consent'",
        "INSERT INTO measures (source, at, capture, verdict) VALUES ('paper', '2026', 'x', 'article')",
        "UPDATE measures SET dated = 1 - dated",
        "UPDATE measures SET verdict = 'empty' WHERE verdict = 'consent'",
    ],
)
def test_verify_proves_them(root: Path, sql: str) -> None:
    with Archive(root) as archive:
        archive.index._write(sql, ())
    assert [problem.slug for problem in verify(root).problems] == ["index-measures"]


def test_what_an_upgrade_does_not_know_is_not_wrong(root: Path) -> None:
    with Archive(root) as archive:
        unknown = "UPDATE measures SET words = NULL, dated = NULL, signed = NULL, removed = NULL, kept = NULL"
        archive.index._write(unknown, ())
    assert sound(root)

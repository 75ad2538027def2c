"""What the index answers without reading all of it: by SQLite's plan of each statement."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from captures import record
from msgspec import structs

from scraper.index import NAME, Index, Place, browse, ranking
from scraper.index.browse import Choice, Leaf, choose
from scraper.index.migrations import STEPS, prepare
from scraper.types import Note, Verdict, WarcRef

PLACE = Place("articles/2026/11/21.jsonl", 0, 100)
WARC = "warc/2026/11/a.warc.gz"


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with closing(Index(tmp_path / NAME)) as opened:
        yield opened


def add(index: Index, number: int, cleaning: int = 0, text: str = "", **more: object) -> str:
    """A record of a capture of its own, or another cleaning of it."""
    verdict = more.pop("verdict", Verdict.ARTICLE)
    assert isinstance(verdict, Verdict)
    ref = WarcRef(WARC, number * 100, 50, f"urn:capture-{number}")
    made = structs.replace(record(number, verdict, warc=ref, **more), id=f"{number:08x}{cleaning:024x}")
    made = structs.replace(made, text=text) if text else made
    index.add(made, PLACE, WarcRef(WARC, number * 100 + 50 + cleaning, 5, f"urn:ledger-{number}-{cleaning}"))
    return made.id


def plans(index: Index, ask: Callable[[], object]) -> list[str]:
    """What SQLite does for each statement that a question sends."""
    asked: list[str] = []
    index._db.set_trace_callback(asked.append)
    try:
        ask()
    finally:
        index._db.set_trace_callback(None)
    found = [sql for sql in asked if sql.lstrip().startswith(("SELECT", "WITH", "DELETE", "UPDATE"))]
    assert found
    return [str(row[3]) for sql in found for row in index._db.execute(f"EXPLAIN QUERY PLAN {sql}")]


def scanned(index: Index, ask: Callable[[], object]) -> list[str]:
    """The big tables that a question reads from one end to the other, and the sorting that it does."""
    big = ("records", "seen", "r", "followed", "versions", "looks", "payloads", "measures", "kin", "addresses")
    found = plans(index, ask)
    return [step for step in found if step.startswith(tuple(f"SCAN {table}" for table in big)) or "TEMP B-TREE" in step]


def test_single_look_ups_read_no_table(index: Index) -> None:
    known = add(index, 1)
    asks: list[Callable[[], object]] = [
        lambda: index.seen("paper", "https://news.example/1"),
        lambda: index.get(known),
        lambda: index.payloads("https://news.example/1", "9"),
        lambda: index.family("f"),
        lambda: list(index.young("paper", "2026")),
        index.counts,
        lambda: index.days(date(2026, 11, 1)),
        index.plans,
    ]
    for ask in asks:
        assert [step for step in scanned(index, ask) if "SCAN" in step] == []


def test_counting_reads_the_numbers_that_are_kept(index: Index) -> None:
    add(index, 1)
    assert plans(index, index.counts) == ["SCAN tallies"]
    (step,) = plans(index, lambda: index.days(date(2026, 11, 1)))
    assert step.startswith("SEARCH daily USING PRIMARY KEY")


def test_an_id_is_found_by_its_beginning(index: Index) -> None:
    first, second = add(index, 0x1234567), add(index, 0x1234568)
    add(index, 0x1234667)
    assert [row.id for row in index.beginning("0123456")] == [first, second]
    assert [row.id for row in index.beginning(first)] == [first]
    assert index.beginning("f") == []
    assert any("records_1 (id>? AND id<?)" in step for step in plans(index, lambda: index.beginning("0123")))


def test_addresses_are_met_source_by_source(index: Index) -> None:
    known = add(index, 1)
    other = "https://m.news.example/1"
    index.take(Note(source="paper", key=other, seen=known, url=other))
    assert index.known_as(other) == ("https://news.example/1",)
    assert set(scanned(index, lambda: index.known_as(other))) == {"USE TEMP B-TREE FOR DISTINCT"}
    for ask in (lambda: index.allow(other), lambda: index.forget([other])):
        assert scanned(index, ask) == []


def test_what_is_allowed_again_is_new_to_the_sources_without_a_record(index: Index) -> None:
    for source, of in (("paper", "record-1"), ("radio", ""), ("web", "")):
        index.see(source, "key", of)
    index.forget(["other"])
    index.forbid("key", "stone")
    index.allow("key")
    assert [index.seen(source, "key") for source in ("paper", "radio", "web")] == ["record-1", None, None]


# ---- words


def test_frequent_words_do_not_rank(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    long, short = "harbour ferry " + "bridge " * 60, "harbour ferry"
    old, new = add(index, 1, text=short), add(index, 2, text=long)
    more = [add(index, number, text="harbour bridge") for number in range(3, 8)]
    monkeypatch.setattr(ranking, "FREQUENT", 3)
    assert [row.id for row in index.search("harbour", 3)] == more[::-1][:3]  # the newest: nothing is ranked
    assert [row.id for row in index.search("harbour ferry")] == [old, new]  # the shorter one has more of it
    assert [row.id for row in index.search("bridge ferry")] == [new]
    assert index.search("harbour absent") == []


def test_ranking_asks_for_no_rank_where_all_is_frequent(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10):
        add(index, number)
    monkeypatch.setattr(ranking, "FREQUENT", 3)
    assert scanned(index, lambda: index.search("harbour town")) == []
    assert len(index.search("harbour", 4)) == 4


# ---- lists


LISTS = [
    (Choice(source="radio", verdict="article"), "records_by_source_and_verdict (source=? AND verdict=?"),
    (Choice(language="is", verdict="article"), "records_by_language (language=?"),
    (Choice(language="is", source="paper", verdict="article"), "records_by_language (language=?"),
    (Choice(verdict="consent", language="en"), "records_by_verdict (verdict=?"),
    (Choice(day=date(2026, 1, 2), verdict="article"), "records_by_day (fetched_at>? AND fetched_at<?)"),
    (Choice(day=date(2026, 1, 2), source="paper"), "records_by_day (fetched_at>? AND fetched_at<?)"),
]


@pytest.fixture
def mixed(index: Index) -> Index:
    """600 articles, a few of them of another source, language, day or verdict, long ago."""
    for number in range(600):
        more: dict[str, object] = {"language": "en", "fetched_at": "2026-11-21T12:00:00Z"}
        rare: dict[int, dict[str, object]] = {
            5: {"source": "radio"},
            6: {"language": "is"},
            7: {"fetched_at": "2026-01-02T12:00:00Z"},
            8: {"verdict": Verdict.CONSENT},
        }
        add(index, number, **more | rare.get(number, {}))
    return index


@pytest.mark.parametrize(("choice", "by"), LISTS)
def test_a_list_goes_by_its_narrowest_filter(mixed: Index, choice: Choice, by: str) -> None:
    rows = choose(mixed, choice, Leaf(3))
    assert len(rows) == 1
    found = plans(mixed, lambda: choose(mixed, choice, Leaf(3)))
    assert any(step.startswith("SEARCH records USING") and by in step for step in found[-8:]), found
    assert not any("TEMP B-TREE" in step for step in found)


@pytest.mark.parametrize("sizes", [(500, 20_000), (0, 20_000), (0, 0)])
@pytest.mark.parametrize(
    ("more", "number"), [({"source": "radio"}, 5), ({"language": "is"}, 6), ({"day": date(2026, 1, 2)}, 7)]
)
def test_words_and_a_filter(
    mixed: Index, monkeypatch: pytest.MonkeyPatch, sizes: tuple[int, int], more: dict[str, object], number: int
) -> None:
    """Looked up one by one, held against a set, or gone through: the same."""
    monkeypatch.setattr(browse, "FEW", sizes[0])
    monkeypatch.setattr(browse, "MANY", sizes[1])
    choice = Choice(match='"harbour"', verdict="article", **more)  # type: ignore[arg-type]  # names of its fields
    for leaf in (Leaf(3), Leaf(3, after=1), Leaf(3, before=100)):
        assert [row.seq for row in choose(mixed, choice, leaf)] == [number + 1]
    assert choose(mixed, choice, Leaf(3, before=number + 1)) == []
    assert choose(mixed, choice, Leaf(3, after=number + 1)) == []


def test_what_is_no_article_has_no_words(mixed: Index) -> None:
    assert choose(mixed, Choice(match='"harbour"', verdict="consent"), Leaf(3)) == []
    assert len(choose(mixed, Choice(match='"harbour"'), Leaf(3))) == 3


# ---- counts


def test_the_counts_kept_are_those_of_the_records(index: Index) -> None:
    day = {"fetched_at": "2026-11-21T12:00:00Z"}
    gone = [add(index, 1, **day), add(index, 1, cleaning=1, **day)]
    add(index, 2, source="radio", **day)
    add(index, 3, verdict=Verdict.CONSENT, **day)
    add(index, 4, fetched_at=None)
    assert index.counts() == {("paper", "article"): 3, ("paper", "consent"): 1, ("radio", "article"): 1}
    kept = {("paper", "2026-11-21"): 1, ("radio", "2026-11-21"): 1}
    assert index.days(date(2026, 1, 1)) == kept
    assert index.days(date(2026, 11, 22)) == {}
    assert index.has_counted()
    for number, expected in enumerate((kept, {("radio", "2026-11-21"): 1})):
        index._write("DELETE FROM records WHERE id = ?", (gone[number],))
        assert index.days(date(2026, 1, 1)) == expected
        assert index.has_counted()
    assert index.counts() == {("paper", "article"): 1, ("paper", "consent"): 1, ("radio", "article"): 1}
    index._write("DELETE FROM records", ())
    assert (index.counts(), index.days(date(2026, 1, 1))) == ({}, {})


@pytest.mark.parametrize("sql", ["UPDATE tallies SET count = 9", "DELETE FROM daily", "DELETE FROM tallies"])
def test_wrong_counts_are_found(index: Index, sql: str) -> None:
    add(index, 1)
    index._write(sql, ())
    assert not index.has_counted()


def test_an_upgrade_counts_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / NAME
    with closing(Index(path)) as index:
        for number in range(5):
            add(index, number, cleaning=0)
        add(index, 4, cleaning=1)
        index.commit()
        expected = index.counts(), index.days(date(2026, 1, 1))
    before = next(at for at, step in enumerate(STEPS) if "CREATE TABLE tallies" in step)
    with closing(sqlite3.connect(path)) as db:
        prepare(db)
        db.executescript(
            "DROP TRIGGER records_come; DROP TRIGGER records_go; DROP TABLE tallies; DROP TABLE daily;"
            f"PRAGMA user_version = {before};"
        )
    with closing(Index(path)) as index:
        assert index.upgraded_from == before
        assert (index.counts(), index.days(date(2026, 1, 1))) == expected
        assert index.has_counted()

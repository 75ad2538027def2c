"""Lists, counts and other records of an address, out of an index that is filled by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from captures import record
from msgspec import structs

from scraper.errors import LimitError
from scraper.index import NAME, Index, Place
from scraper.index.browse import (
    MOST_VERSIONS,
    Choice,
    Leaf,
    bounded,
    choose,
    names,
    same_address,
)
from scraper.index.query import parse
from scraper.types import Record, Verdict, WarcRef


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with closing(Index(tmp_path / NAME)) as opened:
        yield opened


def add(index: Index, number: int, cleaning: int = 0, **more: object) -> Record:
    """A record whose capture and ledger lie where the pipeline would have put them."""
    ref = WarcRef("warc/2026/11/a.warc.gz", number * 100, 50, f"urn:capture-{number}")
    ledger = WarcRef("warc/2026/11/a.warc.gz", number * 100 + 50 + cleaning, 50, f"urn:ledger-{number}-{cleaning}")
    verdict = more.pop("verdict", Verdict.ARTICLE)
    assert isinstance(verdict, Verdict)
    made = record(number, verdict, warc=ref, **more)
    if cleaning:
        made = structs.replace(made, id=f"record-{number}-{cleaning}")
    index.add(made, Place("articles/2026/11/21.jsonl", number, 1), ledger)
    return made


def ids(index: Index, choice: Choice, **leaf: int) -> list[str]:
    return [row.id for row in choose(index, choice, Leaf(10, **leaf))]


def test_a_leaf_has_what_is_below_or_above(index: Index) -> None:
    for number in range(1, 8):
        add(index, number)
    found = [row.seq for row in choose(index, Choice(), Leaf(3))]
    assert found == [7, 6, 5]
    assert [row.seq for row in choose(index, Choice(), Leaf(3, before=5))] == [4, 3, 2]
    assert [row.seq for row in choose(index, Choice(), Leaf(3, after=2))] == [5, 4, 3]
    match = parse("harbour")
    assert match is not None
    assert [row.seq for row in choose(index, Choice(match=match.match), Leaf(2, before=7))] == [6, 5]
    assert [row.seq for row in choose(index, Choice(match=match.match), Leaf(2, after=2))] == [4, 3]


def test_filters_hold_together(index: Index) -> None:
    add(index, 1, language="de")
    add(index, 2, language="de", source="radio")
    add(index, 3, language="en", source="radio", fetched_at="2026-11-22T00:00:00Z")
    add(index, 4, verdict=Verdict.CONSENT)
    assert ids(index, Choice(language="de")) == ["record-2", "record-1"]
    assert ids(index, Choice(language="de", source="radio")) == ["record-2"]
    assert ids(index, Choice(day=date(2026, 11, 22))) == ["record-3"]
    assert ids(index, Choice(day=date(2026, 11, 21), verdict="article")) == ["record-2", "record-1"]
    assert ids(index, Choice(verdict="consent")) == ["record-4"]
    match = parse('"town 3"')
    assert match is not None
    assert ids(index, Choice(match=match.match, source="radio")) == ["record-3"]
    assert ids(index, Choice(match=match.match, source="paper")) == []


def test_the_latest_cleaning_is_the_one_that_lies_furthest_on(index: Index) -> None:
    add(index, 1, cleaning=2)
    add(index, 1, cleaning=1)  # a rebuilt index may number the older one higher
    assert ids(index, Choice()) == ["record-1-2"]
    assert index.days(date(2026, 11, 1)) == {("paper", "2026-11-21"): 1}


def test_days_are_counted_for_each_source(index: Index) -> None:
    for number, source, day in ((1, "paper", "20"), (2, "paper", "21"), (3, "paper", "21"), (4, "radio", "21")):
        add(index, number, source=source, fetched_at=f"2026-11-{day}T23:59:59.999999Z")
    add(index, 5, verdict=Verdict.CONSENT)
    assert index.days(date(2026, 11, 21)) == {("paper", "2026-11-21"): 2, ("radio", "2026-11-21"): 1}
    assert names(index, "source") == ["paper", "radio"]
    assert names(index, "verdict") == ["article", "consent"]
    assert names(index, "language") == []
    with pytest.raises(ValueError, match="no such list"):
        names(index, "id; DROP TABLE records")


def test_an_address_is_met_again_however_it_is_written(index: Index) -> None:
    url = "https://news.example/a"
    first = add(index, 1, url=url, final_url=url)
    add(index, 2, url="https://news.example/a?utm=1", final_url=url)
    add(index, 3, url="https://news.example/amp/a", final_url="https://news.example/amp/a", canonical_url=url)
    add(index, 4, url="https://evil.example/", final_url="https://evil.example/", canonical_url=url)
    add(index, 5, url=None, final_url=None, canonical_url=url)
    add(index, 6)
    row = index.get(first.id)
    assert row is not None
    assert sorted(one.id for one in same_address(index, row)) == ["record-1", "record-2", "record-3", "record-5"]
    alone = index.get("record-4")
    assert alone is not None
    assert [one.id for one in same_address(index, alone)] == ["record-4"]


def test_of_many_versions_the_newest_are_listed_and_the_one_itself(index: Index) -> None:
    url = "https://news.example/a"
    for number in range(MOST_VERSIONS + 20):
        at = f"2026-11-21T{number // 60:02d}:{number % 60:02d}:00Z"
        add(index, number, url=url, final_url=url, fetched_at=at)
    row = index.get("record-0")
    assert row is not None
    found = same_address(index, row)
    assert len(found) == MOST_VERSIONS
    assert found[-1] == row
    assert found[0].id == f"record-{MOST_VERSIONS + 19}"


def test_a_question_that_costs_too_much_ends(index: Index) -> None:
    for number in range(200):
        add(index, number)
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT COUNT(*) FROM n"
    with pytest.raises(LimitError, match="narrow it"), bounded(index, 3):
        index._read(endless)
    with bounded(index, 3):
        assert len(choose(index, Choice(), Leaf(100))) == 100
    assert index.last_seq() == 200  # the budget is gone with its context


@pytest.mark.parametrize(
    "choice",
    [
        Choice(),
        Choice(source="paper"),
        Choice(language="xx"),
        Choice(verdict="consent"),
        Choice(day=date(2026, 11, 21)),
        Choice(match='"harbour"'),
        Choice(match='"harbour"', source="s2"),
    ],
)
def test_no_list_reads_all_records(index: Index, choice: Choice) -> None:
    """By the budget of steps: a leaf of three out of 3,000 records costs a fraction of reading them."""
    digest = hashlib.sha256(b"").hexdigest()
    columns = "id, source, url, fetched_at, language, verdict, text_sha256, word_count, warc_id"
    rows = (
        (f"r{n}", f"s{n % 5}", f"u{n}", f"2026-{1 + n // 300:02d}-01T00:00:00Z", "en", "article", digest, 1, f"c{n}")
        for n in range(3000)
    )
    index._begin()
    index._db.executemany(f"INSERT INTO records ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)  # noqa: S608 constants
    index._db.execute("INSERT INTO fulltext (rowid, text) SELECT seq, 'the harbour' FROM records")
    add(index, 9000, language="xx", verdict=Verdict.CONSENT)
    for number in range(9001, 9004):
        add(index, number)
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    index._db.set_progress_handler(count, 100)
    assert choose(index, choice, Leaf(3))
    assert steps < 30

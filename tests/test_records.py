from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from captures import record
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from scraper import records
from scraper.errors import ScrapeError
from scraper.types import Record

LINES = [records.encode(record(number)) for number in range(3)]


def test_a_line_has_the_fields_of_the_record_in_its_order_without_the_reasons() -> None:
    names = [name for name in Record.__struct_fields__ if name not in records.ELSEWHERE]
    assert list(json.loads(LINES[0])) == names


def test_a_line_is_the_same_whatever_the_order_of_its_mappings() -> None:
    one = record(1, origin={"title": "h1", "authors": "json-ld"})
    other = record(1, origin={"authors": "json-ld", "title": "h1"})
    assert records.encode(one) == records.encode(other)


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=50), st.none() | st.text("\r\n\u2028\0\x85a", max_size=9)
)
def test_a_line_gives_back_its_record(text: str, title: str | None) -> None:
    one = structs.replace(record(1), text=text, title=title, kept=None, removed=None, trimmed=None)
    line = records.encode(one)
    assert line.count(b"\n") == 1
    assert records.decode(line) == one


def test_half_a_surrogate_pair_is_refused_by_name() -> None:
    with pytest.raises(ScrapeError, match=r"news\.example/1.*record-1") as error:
        records.encode(record(1, title="\ud800"))
    assert error.value.reason == "not-unicode"


def test_a_later_schema_is_not_read_as_this_one() -> None:
    with pytest.raises(ValueError, match="schema 2"):
        records.decode(records.encode(structs.replace(record(1), schema=2)))


@pytest.mark.parametrize("at", ["2026-11-21T23:59:59Z", "2026-11-21T00:00:00.123456Z", "2026-11-21T00:00:00+00:00"])
def test_the_day_is_that_of_fetched_at(at: str) -> None:
    assert records.file_name(record(1, fetched_at=at)) == "articles/2026/11/21.jsonl"


@pytest.mark.parametrize("at", [None, "2026-11-21", "../../../../etc/xT00:00:00Z", "2026-11-21T01:00:00+02:00"])
def test_a_day_that_is_none_is_no_path(at: str | None) -> None:
    with pytest.raises(ValueError, match="record-1: fetched_at"):
        records.file_name(record(1, fetched_at=at))


def test_append_and_scan(tmp_path: Path) -> None:
    path = tmp_path / "2026" / "21.jsonl"
    records.write_at(path, 0, LINES[:1])
    records.write_at(path, len(LINES[0]), LINES[1:])
    found = list(records.scan(path))
    assert [line.raw for line in found if isinstance(line, records.Line)] == LINES
    assert [line.offset for line in found] == [0, len(LINES[0]), len(LINES[0]) + len(LINES[1])]
    assert records.read_at(path, found[1].offset, len(LINES[1])) == LINES[1]


@settings(deadline=None)
@given(st.integers(0, sum(map(len, LINES))))
def test_a_torn_last_line_is_reported(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = tmp_path_factory.mktemp("torn") / "a.jsonl"
    path.write_bytes(b"".join(LINES)[:cut])
    whole = max(sum(map(len, LINES[:count])) for count in range(4) if sum(map(len, LINES[:count])) <= cut)
    assert records.whole(path) == whole
    tears = [item for item in records.scan(path) if isinstance(item, records.Damage)]
    if whole == cut:
        assert tears == []
    else:
        assert [(tear.offset, tear.length, tear.torn) for tear in tears] == [(whole, cut - whole, True)]


@pytest.mark.parametrize(
    "bad", [b"\n", b"{}\n", b"\xff\xfe\n", b"[" * 100_000 + b"\n", b'{"schema":1,"id":3}\n', LINES[0][:-2] + b"\n"]
)
def test_a_line_that_is_no_record_costs_itself_only(tmp_path: Path, bad: bytes) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(LINES[0] + bad + LINES[1])
    first, hole, second = records.scan(path)
    assert isinstance(first, records.Line)
    assert isinstance(second, records.Line)
    assert isinstance(hole, records.Damage)
    assert (hole.offset, hole.length, hole.torn) == (len(LINES[0]), len(bad), False)


def test_a_line_without_end_is_read_in_bounded_pieces(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.truncate(records.MAX_LINE + 10)
    pieces = list(records.scan(path))
    assert [piece.length for piece in pieces if isinstance(piece, records.Damage)] == [records.MAX_LINE, 10]


def test_records_are_what_msgspec_reads_with_the_reasons_too() -> None:
    whole = record(1)
    assert records.decode(msgspec.json.encode(whole)) == whole

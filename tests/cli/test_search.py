"""`scrape search`: the words find the articles that have them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from archive_support import URL, capture, filled, page, put
from cli_support import run
from msgspec import structs

from scraper.archive import Archive


def test_a_hit_is_a_line_of_id_date_title_and_address(tmp_path: Path) -> None:
    first, second, _ = filled(tmp_path)
    ran = run("search", "HARBOUR", "--archive", str(tmp_path))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"{second.id}\t2026-11-20\tHarbour reopens\t{URL}-2\n"
    both = run("search", "construction", "spring", "--archive", str(tmp_path)).out
    assert {line.split("\t")[0] for line in both.splitlines()} == {first.id, second.id}


def test_json_and_a_limit(tmp_path: Path) -> None:
    filled(tmp_path)
    hits = run("search", "construction", "--json", "--limit", "1", "--archive", str(tmp_path)).out.splitlines()
    assert len(hits) == 1
    assert json.loads(hits[0])["source"] in {"paper", "radio"}


@pytest.mark.parametrize("words", ['"', "*", "bridge OR nothing", "NEAR(bridge)", "zebra", "(", "title:bridge NOT x"])
def test_words_are_words_and_no_hit_is_said(tmp_path: Path, words: str) -> None:
    filled(tmp_path)
    ran = run("search", words, "--archive", str(tmp_path))
    assert (ran.code, ran.out) == (4, "")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("limit", ["0", "-1", "x", "10001"])
def test_a_limit_has_bounds(tmp_path: Path, limit: str) -> None:
    assert run("search", "a", f"--limit={limit}", "--archive", str(tmp_path)).code == 2


def test_of_several_cleanings_of_a_page_the_latest_counts(tmp_path: Path) -> None:
    of = capture(page("Bridge"))
    with Archive(tmp_path) as archive:
        first = put(archive, of)
        assert first.warc is not None
        again = [put_again(archive, first.id, number) for number in range(5)]
        other = put(archive, capture(page("A bridge elsewhere"), f"{URL}-2"))
    out = run("search", "bridge", "--limit", "2", "--archive", str(tmp_path)).out
    assert {line.split("\t")[0] for line in out.splitlines()} == {again[-1], other.id}


def put_again(archive: Archive, record_id: str, number: int) -> str:
    """Add the same cleaning under another id, as a later cleaner would."""
    record, ledger = archive.record(record_id), archive.ledger(record_id)
    assert record is not None
    assert ledger is not None
    assert record.warc is not None
    fresh = f"{number:032x}"
    assert archive.add(record.warc, structs.replace(record, id=fresh), structs.replace(ledger, record=fresh))
    return fresh

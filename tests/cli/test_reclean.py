"""`scrape reclean`: what an older cleaner made is made again, once, and what it made stays."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from archive_support import NO_ARTICLE, capture, filled, page, put
from cli_support import PARAGRAPHS, Ran, run
from msgspec import structs

from scraper.archive import Archive, View
from scraper.types import Record, Verdict

OLD = {"cleaner": "scrape/0.0.1", "text": "An older cleaner kept this line of chrome."}


@pytest.fixture(autouse=True)
def _one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRAPE_CLEANING__WORKERS", "1")


def reclean(root: Path, *argv: str) -> Ran:
    return run("reclean", *argv, "--archive", str(root))


def written(root: Path) -> dict[str, bytes]:
    """What is in the files of WARC and JSONL."""
    return {str(path): path.read_bytes() for name in ("warc", "articles") for path in (root / name).rglob("*.*")}


def old(root: Path) -> list[Record]:
    """An archive by an older cleaner: two articles, and a page that it took for none."""
    consent = {**OLD, "verdict": Verdict.CONSENT}
    with Archive(root) as archive:
        return [
            put(archive, capture(), article=OLD),
            put(archive, capture(NO_ARTICLE, "https://news.example/gone"), article=OLD),
            put(archive, capture(page("Harbour"), "https://news.example/harbour"), article=consent),
        ]


def test_the_old_stays_the_new_stands_beside_it_and_a_second_run_does_nothing(tmp_path: Path) -> None:
    before = old(tmp_path)
    ran = reclean(tmp_path)
    assert ran == (0, "3 cleaned again (2 article, 1 soft_404), 0 current\n", "")
    with View(tmp_path) as view:
        rows = list(view.index.rows())
        assert [row.id for row in rows[:3]] == [record.id for record in before]
        assert [row.warc for row in rows[3:]] == [record.warc for record in before]
        new = view.record(rows[3].id)
        assert new is not None
        assert OLD["text"] not in new.text
        assert (new.cleaner, new.url, new.source, new.fetched_at, new.found_by) == (
            *("scrape/0.1.0", before[0].url, "paper", before[0].fetched_at),
            before[0].found_by,
        )
    assert [json.loads(line)["id"] for line in run("export", "--archive", str(tmp_path)).out.splitlines()] == [
        rows[3].id,
        rows[5].id,
    ]
    assert run("verify", "--archive", str(tmp_path)).code == 0
    files = written(tmp_path)
    assert reclean(tmp_path) == (0, "0 cleaned again, 6 current\n", "")
    assert written(tmp_path) == files


def test_two_old_cleanings_of_one_page_are_followed_by_one_new_one(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        put(archive, capture(), article=OLD)
        record = archive.record(next(archive.index.rows()).id)
        ledger = archive.ledger(next(archive.index.rows()).id)
        assert record is not None
        assert record.warc is not None
        assert ledger is not None
        older = structs.replace(record, id="older", cleaner="scrape/0.0.0")
        assert archive.add(record.warc, older, structs.replace(ledger, record=older.id, cleaner=older.cleaner))
    assert reclean(tmp_path).out == "1 cleaned again (1 article), 1 current\n"
    assert run("verify", "--archive", str(tmp_path)).code == 0


def test_a_rebuilt_index_still_knows_which_cleaning_is_the_later_one(tmp_path: Path) -> None:
    old(tmp_path)
    assert reclean(tmp_path).code == 0
    before = run("export", "--archive", str(tmp_path)).out
    assert run("index", "--archive", str(tmp_path)).code == 0
    assert run("export", "--archive", str(tmp_path)).out == before
    assert reclean(tmp_path).out == "0 cleaned again, 6 current\n"


def test_another_profile_is_another_cleaning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path)
    assert reclean(tmp_path).out == "0 cleaned again, 3 current\n"
    monkeypatch.setenv("SCRAPE_CLEANING__WITH_TITLE", "true")
    assert reclean(tmp_path).out.startswith("3 cleaned again ")
    out = run("search", "harbour", "reopens", "--json", "--archive", str(tmp_path)).out
    assert "Harbour reopens" in run("show", json.loads(out)["id"], "--archive", str(tmp_path)).out.partition("\n\n")[2]


def test_cleaned_again_an_article_stays_in_its_family(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *_ = filled(tmp_path)
    monkeypatch.setenv("SCRAPE_CLEANING__WITH_TITLE", "true")
    assert reclean(tmp_path).code == 0
    lines = run("export", "--all", "--archive", str(tmp_path)).out.splitlines()
    families = [json.loads(line)["family"] for line in lines]
    assert len(families) == 4  # two articles, which tell one story in nearly the same words, cleaned twice
    assert set(families) == {first.id}
    whole = json.loads(run("families", first.id, "--json", "--archive", str(tmp_path)).out)
    assert len(whole["members"]) == 2
    assert run("verify", "--archive", str(tmp_path)).code == 0


def test_all_finds_a_text_that_the_same_cleaner_does_not_give_again(tmp_path: Path) -> None:
    filled(tmp_path)
    assert reclean(tmp_path, "--all") == (0, "0 cleaned again, 3 current\n", "")
    with Archive(tmp_path) as archive:
        odd = put(archive, capture(url="https://news.example/odd"), article={"text": "Not what it gives."})
    files = written(tmp_path)
    ran = reclean(tmp_path, "--all")
    assert (ran.code, ran.out) == (5, "0 cleaned again, 3 current, 1 not-reproduced\n")
    assert f"{odd.url}: " in ran.err
    assert written(tmp_path) == files
    assert reclean(tmp_path).code == 0


def test_a_capture_that_is_gone_is_named_and_the_others_are_cleaned(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        lost = put(archive, capture(url="https://news.example/lost"), article=OLD)
    with Archive(tmp_path) as archive:
        put(archive, capture(), article=OLD)
    assert lost.warc is not None
    (tmp_path / lost.warc.file).unlink()
    ran = reclean(tmp_path)
    assert (ran.code, ran.out) == (3, "1 cleaned again (1 article), 0 current, 1 lost-warc\n")
    assert "the file is gone" in ran.err


def test_another_writer_and_nothing_to_clean(tmp_path: Path) -> None:
    with Archive(tmp_path):
        assert reclean(tmp_path).code == 7
    ran = reclean(tmp_path)
    assert (ran.code, ran.out) == (4, "")


def test_a_dry_run_says_what_would_become_of_each_article_and_adds_nothing(tmp_path: Path) -> None:
    old(tmp_path)
    with Archive(tmp_path) as archive:
        missing = {**OLD, "verdict": Verdict.ARTICLE}
        put(archive, capture(NO_ARTICLE, "https://news.example/missing"), article=missing)
    files = written(tmp_path)
    ran = reclean(tmp_path, "--dry-run")
    assert (ran.code, ran.err) == (0, "")
    first, second = ran.out.splitlines()[0], next(line for line in ran.out.splitlines() if "an article now" in line)
    assert first == "lost: https://news.example/2026/11/20/new-bridge-approved 2026-11-20T12:00:00.000001Z"
    assert f"  - {OLD['text']}\n" in ran.out
    assert f"  + {PARAGRAPHS[1]}\n" in ran.out
    assert second.startswith("gained, an article now: https://news.example/harbour ")
    assert "lost, no article any more: https://news.example/missing " in ran.out
    assert ran.out.endswith("3 compared: 1 gained, 2 lost\n")
    assert written(tmp_path) == files


def test_compare_adds_nothing_where_too_many_articles_lose_text(tmp_path: Path) -> None:
    old(tmp_path)
    files = written(tmp_path)
    ran = reclean(tmp_path, "--compare")
    assert ran.code == 7
    assert ran.err == (
        "scrape: 1 of 2 articles lose text, more than 10%: nothing was added; raise --max-loss to add it all the same\n"
    )
    assert written(tmp_path) == files
    ran = reclean(tmp_path, "--compare", "--max-loss", "0.5")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "3 cleaned again (2 article, 1 soft_404), 0 current")
    assert reclean(tmp_path, "--compare").out == "0 compared\n0 cleaned again, 6 current\n"


def test_of_two_old_cleanings_the_later_one_is_compared(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        record = put(archive, capture(), article=OLD)
        ledger = archive.ledger(record.id)
        assert record.warc is not None
        assert ledger is not None
        digest = hashlib.sha256(b"Another line.").hexdigest()
        later = structs.replace(record, id="0" * 32, text="Another line.", text_sha256=digest, cleaner="scrape/0.0.2")
        assert archive.add(record.warc, later, structs.replace(ledger, record=later.id))
    out = reclean(tmp_path, "--dry-run").out
    assert "  - Another line.\n" in out
    assert str(OLD["text"]) not in out
    assert out.endswith("1 compared: 1 lost\n")


@pytest.mark.parametrize("given", [["--compare", "elsewhere"], ["--max-loss", "2"], ["--max-loss", "much"]])
def test_what_cannot_be_compared(tmp_path: Path, given: list[str]) -> None:
    old(tmp_path)
    assert reclean(tmp_path, *given).code == 2

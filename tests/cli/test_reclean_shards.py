"""`scrape reclean WARC... --output DIR`: what it says, how it ends, and that it goes on where it was stopped."""

from __future__ import annotations

import io
import json
import signal
import time
from pathlib import Path

import pytest
import warc_files as made
from archive_support import filled
from cli_support import PAGE, Ran, TextTerminal, run, start

from scraper.cli.streams import Streams


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    path = tmp_path / "crawl.warc.gz"
    bodies = [PAGE.replace("bridge", name).encode() for name in ("bridge", "tunnel")]
    path.write_bytes(made.gzip_members([made.response(number, body) for number, body in enumerate(bodies)]))
    return path


def test_it_says_what_it_made_and_makes_nothing_twice(crawl: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = run("reclean", str(crawl), "--output", str(out), "--workers", "1")
    assert ran == (0, f"2 pages cleaned, 2 article; 1 shards made, 0 current, in {out}/data\n", "")
    ran = run("reclean", str(crawl), "--output", str(out), "--workers", "1")
    assert ran == (0, f"0 pages cleaned; 0 shards made, 1 current, in {out}/data\n", "")


def test_failures_are_said_by_name(crawl: Path, tmp_path: Path) -> None:
    bad = made.gzip_members([made.response(7, b"x", b"no http\r\n\r\n")])
    crawl.write_bytes(crawl.read_bytes() + bad)
    ran = run("reclean", str(crawl), "--output", str(tmp_path / "out"), "--workers", "1")
    assert (ran.code, "2 pages cleaned, 2 article, 1 not-http; " in ran.out) == (0, True)
    assert ran.err.startswith(f"scrape: {crawl}: record at ")
    assert ran.err.endswith(": https://news.example/7: not an HTTP response\n")


def test_an_archive_of_our_own_is_a_directory_of_warcs(tmp_path: Path) -> None:
    filled(tmp_path / "archive")
    ran = run("reclean", str(tmp_path / "archive"), "--output", str(tmp_path / "out"), "--workers", "1")
    assert ran.out.startswith("3 pages cleaned, 2 article, 1 soft_404; 1 shards made")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--output", "OUT"], 2, "which WARC files?"),
        (["CRAWL"], 2, "name it with --output"),
        (["CRAWL", "--output", "OUT", "--all"], 2, "leave them out"),
        (["CRAWL", "--output", "OUT", "--archive", "x"], 2, "leave them out"),
        (["CRAWL", "--output", "OUT", "--workers", "0"], 2, "at least one"),
        (["CRAWL", "--output", "OUT", "--status", "2xx"], 2, "--status 2xx"),
        (["CRAWL", "--output", "OUT", "--verdict", "news"], 2, "there are article, "),
        (["CRAWL", "--output", "OUT", "--since", "soon"], 2, "--since soon"),
        (["CRAWL", "--output", "OUT", "--language", "!"], 2, "--language !"),
        (["CRAWL", "--output", "OUT", "--host", "other.example"], 4, "no pages in these files that were asked for"),
        (["CRAWL.none", "--output", "OUT"], 1, "no such file or directory"),
        (["CRAWL", "--output", "CRAWL"], 7, "choose another --output"),
        (["CRAWL", "--output", "nowhere://x"], 2, "nowhere://x: "),
    ],
)
def test_how_it_ends(crawl: Path, tmp_path: Path, arguments: list[str], code: int, message: str) -> None:
    given = [one.replace("CRAWL", str(crawl)).replace("OUT", str(tmp_path / "out")) for one in arguments]
    ran = run("reclean", *given)
    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err
    assert ran.err.count("\n") == 1
    assert not (tmp_path / "out" / "manifest.json").exists() or code == 4


def test_the_progress_is_for_a_terminal_alone(crawl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    for quiet in ([], ["-q"]):
        streams = Streams(io.BytesIO(), io.BytesIO(), TextTerminal())
        out = tmp_path / f"out{len(quiet)}"
        ran = run("reclean", str(crawl), "--output", str(out), "--workers", "1", *quiet, streams=streams)
        assert ("2 pages, " in ran.err, "/s, 0m00s left" in ran.err) == (not quiet, not quiet)


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_in_good_order_and_it_goes_on_from_there(
    crawl: Path, tmp_path: Path, sent: signal.Signals, code: int
) -> None:
    """There is more to do than it can have done when the first unfinished shard appears."""
    out = tmp_path / "out"
    long = tmp_path / "long.warc.gz"
    long.write_bytes(crawl.read_bytes() * 2000)
    process = start("reclean", str(tmp_path), "--output", str(out), "--workers", "2")
    while process.poll() is None and not list(out.glob("data/.long*")):
        time.sleep(0.001)  # between two looks
    process.send_signal(sent)
    _, err = process.communicate()
    assert (process.returncode, err) == (code, b"")
    assert list(out.rglob(".*")) == []
    assert not (out / "manifest.json").exists()
    long.write_bytes(crawl.read_bytes())
    assert run("reclean", str(tmp_path), "--output", str(out), "--workers", "1").code == 0
    total = json.loads((out / "manifest.json").read_bytes())["total"]
    assert (total["shards"], total["records"]) == (2, 4)


def shards(crawl: Path, out: Path, *more: str) -> Ran:
    return run("reclean", str(crawl), "--output", str(out), "--workers", "1", *more)


@pytest.mark.parametrize("form", ["jsonl.gz", "jsonl.zst", "parquet"])
def test_what_would_become_of_each_article(
    crawl: Path, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The earlier run kept the headline in the text."""
    monkeypatch.setenv("SCRAPE_CLEANING__WITH_TITLE", "true")
    assert shards(crawl, tmp_path / "old", "--format", form).code == 0
    monkeypatch.delenv("SCRAPE_CLEANING__WITH_TITLE")
    ran = run("reclean", str(crawl), "--dry-run", "--compare", str(tmp_path / "old"), "--workers", "1")
    assert ran == (
        0,
        "lost: https://news.example/0 2026-11-21T12:00:00Z\n  - New bridge approved\n"
        "lost: https://news.example/1 2026-11-21T12:00:00Z\n  - New tunnel approved\n"
        "2 pages cleaned, 2 article; nothing written\n2 compared: 2 lost\n",
        "",
    )
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["old"]


def test_a_run_stops_when_too_many_articles_lose_text(
    crawl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRAPE_CLEANING__WITH_TITLE", "true")
    assert shards(crawl, tmp_path / "old").code == 0
    monkeypatch.delenv("SCRAPE_CLEANING__WITH_TITLE")
    compared = ("--compare", str(tmp_path / "old"))
    ran = shards(crawl, tmp_path / "new", *compared)
    assert (ran.code, "2 of 2 articles lose text, more than 10%: stopped; " in ran.err) == (7, True)
    assert not (tmp_path / "new" / "manifest.json").exists()
    ran = shards(crawl, tmp_path / "newer", *compared, "--max-loss", "1")
    assert (ran.code, ran.out.endswith("2 compared: 2 lost\n")) == (0, True)
    monkeypatch.setattr("scraper.corpus.runs.LEAST", 2)
    ran = shards(crawl, tmp_path / "newest", *compared)
    assert (ran.code, list((tmp_path / "newest").rglob("*.gz"))) == (7, [])


def test_the_verdict_of_a_page_changes(crawl: Path, tmp_path: Path) -> None:
    assert shards(crawl, tmp_path / "old", "--verdict", "any").code == 0
    dry = ("--dry-run", "--compare", str(tmp_path / "old"), "--workers", "1")
    out = run("reclean", str(crawl), *dry, "--verdict", "index_page").out
    assert out.count("lost, no article any more: ") == 2
    assert run("reclean", str(crawl), *dry).out.endswith("2 compared: 2 unchanged\n")


def test_an_earlier_shard_that_cannot_be_read_is_said(crawl: Path, tmp_path: Path) -> None:
    assert shards(crawl, tmp_path / "old").code == 0
    (old,) = (tmp_path / "old" / "data").iterdir()
    old.write_bytes(old.read_bytes()[:200])
    ran = shards(crawl, tmp_path / "new", "--compare", str(tmp_path / "old"))
    assert (ran.code, "cannot be compared with" in ran.err) == (5, True)
    assert shards(crawl, tmp_path / "old", "--compare", str(tmp_path / "old")).code == 2
    assert shards(crawl, tmp_path / "old", "--compare").code == 2

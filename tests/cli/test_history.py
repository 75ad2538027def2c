"""`scrape history` and `scrape changes`: what a person, a program and a feed reader are told."""

from __future__ import annotations

import io
import json
from pathlib import Path

import feedparser  # type: ignore[import-untyped]  # ships no types
import pytest
from archive_support import capture, filled, page
from cli_support import PARAGRAPHS, Ran, Terminal, run
from msgspec import structs

from scraper.archive import Archive, rebuild
from scraper.clean import Options
from scraper.cli.streams import Streams
from scraper.record import ledger_of, provenance_of, record_of
from scraper.types import Look, Note, Outcome
from scraper.workers import clean_capture

URL = "https://news.example/2026/11/20/new-bridge-approved"
KEY = URL.removeprefix("https://")
SIXTY = PARAGRAPHS[3].replace("forty", "sixty")


def version(archive: Archive, number: int, at: str, html: str) -> None:
    """A version of the article, as a look finds it."""
    of = capture(html, URL, at)
    ref = archive.store(of)
    cleaned = clean_capture(of, Options())
    record = record_of(cleaned.article, structs.replace(provenance_of(of, ref), version=number), reasons=False)
    assert archive.add(ref, record, structs.replace(ledger_of(cleaned.article, record.id, cleaned.rights), key=KEY))
    if number > 1:
        look(archive, at, Outcome.CHANGED, version=number, record=record.id, judged=ref.record_id)


def look(archive: Archive, at: str, outcome: Outcome, **more: object) -> None:
    fields: dict[str, object] = {"at": at, "outcome": outcome, "status": 200, "version": 2, **more}
    archive.note(Note(source="paper", key=KEY, look=Look(**fields)), URL)  # type: ignore[arg-type]  # by keyword


@pytest.fixture
def root(tmp_path: Path) -> Path:
    with Archive(tmp_path / "archive") as archive:
        version(archive, 1, "2026-11-20T12:00:00.000001Z", page())
        look(archive, "2026-11-20T13:00:00.000001Z", Outcome.SAME, status=304, version=1)
        second = page("Bridge approved").replace(PARAGRAPHS[3], SIXTY)
        version(archive, 2, "2026-11-20T18:00:00.000001Z", second)
        look(archive, "2026-11-21T12:00:00.000001Z", Outcome.NOISE, to="https://news.example/b", noise=("Ad",))
        look(archive, "2026-11-27T12:00:00.000001Z", Outcome.VANISHED, status=410)
    return tmp_path / "archive"


def told(root: Path, *argv: str) -> Ran:
    return run(*argv, "--archive", str(root))


def test_the_history_of_an_address(root: Path) -> None:
    ran = told(root, "history", URL)
    assert (ran.code, ran.err) == (0, "")
    head, _, rest = ran.out.partition("\n\n")
    assert head.splitlines() == [
        f"url          {URL}",
        "answers at   https://news.example/b",
        "source       paper",
        "looked at    2026-11-27T12:00:00.000001Z, and it was gone",
    ]
    rows = [line.partition("  ")[2] for line in rest.splitlines()]
    assert rows[0].startswith("version 1: first seen: New bridge approved (")
    assert rows[1] == "same"
    assert rows[2].startswith("version 2: headline, figures, rewritten: Bridge approved (")
    assert rows[3:] == ["moved to https://news.example/b", "vanished (410)"]


def test_the_same_in_other_spellings_and_from_an_index_made_again(root: Path) -> None:
    before = told(root, "history", URL).out
    assert told(root, "history", URL.replace("https://", "http://www.") + "/?utm_source=x").out == before
    assert rebuild(root) == ()
    assert told(root, "history", URL).out == before
    assert told(root, "changes", "--since", "2026-11-20").out.count("\n") == 3


def test_the_export_has_the_newest_version_and_all_of_them_when_asked(root: Path) -> None:
    exported = [json.loads(line) for line in told(root, "export").out.splitlines()]
    assert [(one["version"], one["title"]) for one in exported] == [(2, "Bridge approved")]
    assert [json.loads(line)["version"] for line in told(root, "export", "--all").out.splitlines()] == [1, 2]


def test_as_json(root: Path) -> None:
    known = json.loads(told(root, "history", URL, "--json").out)
    assert [one["version"] for one in known["versions"]] == [1, 2]
    assert known["versions"][1]["changed"]["figures"] == 1
    assert [one["outcome"] for one in known["looks"]] == ["same", "changed", "noise", "vanished"]
    assert known["gone"] is True
    changes = [json.loads(line) for line in told(root, "history", URL, "--diff", "1", "2", "--json").out.splitlines()]
    assert changes[0]["kinds"][0] == "headline"
    assert changes[1] == {
        "kinds": ["figures"],
        "before": PARAGRAPHS[3],
        "after": SIXTY,
        "pieces": [[" ", "The council set aside "], ["-", "forty"], ["+", "sixty"], [" ", SIXTY.partition("sixty")[2]]],
    }


def test_a_diff_for_a_person(root: Path) -> None:
    ran = told(root, "history", URL, "--diff", "1", "2")
    assert ran.out.splitlines()[1].startswith("figures          The council set aside [-forty-]{+sixty+} million")
    assert ran.out.splitlines()[-1].endswith("3 sentences stayed")
    back = told(root, "history", URL, "--diff", "2", "1").out
    assert "[-sixty-]{+forty+}" in back


def test_a_diff_on_a_terminal_has_colours_and_no_control_of_the_page(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        version(archive, 1, "2026-11-20T12:00:00.000001Z", page())
        version(archive, 2, "2026-11-20T18:00:00.000001Z", page("Bridge \x9b31m approved"))
    out = Terminal()
    run(
        "history",
        URL,
        "--diff",
        "1",
        "2",
        "--archive",
        str(tmp_path),
        streams=Streams(io.BytesIO(), out, io.StringIO()),
    )
    assert b"\x1b[32m" in out.getvalue()
    assert "\x9b" not in out.getvalue().decode()


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (["history", "https://news.example/none"], 4, "no versions of it are archived"),
        (["history", URL, "--diff", "1", "3"], 4, "no version 3; there are 1, 2"),
        (["history", URL, "--diff", "0", "1"], 2, "is no version; the first is 1"),
        (["changes", "--since", "yesterday"], 2, "write 2026-11-21, 2026-11-21T12:00Z or 7d"),
        (["changes", "--limit", "0"], 2, "is no whole number"),
    ],
)
def test_mistakes_are_named(root: Path, argv: list[str], code: int, said: str) -> None:
    ran = told(root, *argv)
    assert (ran.code, ran.out, ran.err.count("\n")) == (code, "", 1)
    assert said in ran.err


def test_changes_newest_first_since_a_time(root: Path) -> None:
    rows = [line.split("\t") for line in told(root, "changes", "--since", "2026-11-20").out.splitlines()]
    assert [row[0][:13] for row in rows] == ["2026-11-27T12", "2026-11-21T12", "2026-11-20T18"]
    assert [row[1].partition(":")[0] for row in rows] == ["vanished (410)", "moved to https", "changed"]
    assert rows[2][2:] == ["Bridge approved", URL]
    later = told(root, "changes", "--since", "2026-11-21T12:00:00+00:00", "--format", "json").out.splitlines()
    assert [json.loads(line)["what"] for line in later] == [["vanished"], ["moved"]]
    assert told(root, "changes", "--since", "2026-11-20", "--limit", "1").out.count("\n") == 1
    assert told(root, "changes", "--since", "2030-01-01") == Ran(0, "", "")


def test_changes_as_a_feed(root: Path) -> None:
    out = told(root, "changes", "--since", "2026-11-20", "--format", "atom").out
    read = feedparser.parse(out.encode())
    assert not read.bozo
    assert read.version == "atom10"
    assert [entry.title for entry in read.entries] == [
        "Bridge approved: vanished",
        "Bridge approved: moved",
        "Bridge approved: changed",
    ]
    assert read.entries[1].link == "https://news.example/b"
    assert "<del>forty</del><ins>sixty</ins>" in read.entries[2].content[0].value
    assert read.feed.updated == "2026-11-27T12:00:00.000001Z"
    rebuild(root)
    assert told(root, "changes", "--since", "2026-11-20", "--format", "atom").out == out
    empty = feedparser.parse(told(root, "changes", "--since", "2030-01-01", "--format", "atom").out.encode())
    assert (empty.bozo, empty.entries, empty.feed.id) == (False, [], read.feed.id)


def test_what_was_purged_has_no_history(root: Path) -> None:
    assert told(root, "purge", URL, "--reason", "they asked us to").code == 0
    assert told(root, "history", URL).code == 4
    assert told(root, "changes", "--since", "2026-11-20").out == ""
    rebuild(root)
    assert told(root, "history", URL).code == 4
    assert told(root, "verify").code == 0


def test_an_archive_without_versions(tmp_path: Path) -> None:
    filled(tmp_path)
    assert told(tmp_path, "history", URL).code == 4
    assert told(tmp_path, "changes") == Ran(0, "", "")

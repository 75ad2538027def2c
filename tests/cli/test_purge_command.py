"""`scrape purge`: what is printed, how it ends, and that the page stays away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from archive_support import URL, Site, capture, filled, page
from cli_support import Ran, run
from project import Project, borrow, dirty

from scraper.archive import Archive
from scraper.index import NAME
from scraper.verify import verify

SOURCE = "{name: paper, type: feed, url: URL, every: 1h}"
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Paper</title>ITEMS</channel></rss>"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An archive of two articles and a page that is none."""
    filled(tmp_path / "archive")
    return tmp_path / "archive"


def purge(root: Path, *argv: str) -> Ran:
    return run("purge", "--archive", str(root), "--reason", "case 4711", *argv)


def test_what_was_found_amiss_is_said_as_nobody_says_it_again(root: Path) -> None:
    (path,) = root.glob("articles/*/*/*.jsonl")
    path.unlink()
    ran = purge(root, "https://news.example/unknown")
    assert ran.code == 4
    assert f"repaired: {path}: " in ran.err
    assert "`scrape index` makes the lines again from the WARC\n" in ran.err


def test_an_empty_reason_is_none(root: Path) -> None:
    for reason in ("", "  "):
        ran = run("purge", URL, "--archive", str(root), "--reason", reason)
        assert (ran.code, ran.err) == (2, "scrape: a purge needs a reason, of at most 1,000 characters\n")
    assert verify(root).tombstones == 0


def test_what_went_is_printed(root: Path) -> None:
    ran = purge(root, URL)
    assert (ran.code, ran.err) == (0, "")
    said = ran.out.splitlines()
    assert said[0] == f"{URL}: purged"
    assert said[1].startswith("WARC         1 conversion, 1 metadata, 1 request, 1 response (")
    assert said[2] == "tombstones   1"
    assert said[3] == "JSONL        1 line of 1 file"
    assert said[5] == f"not again    {URL}"
    assert said[-1].startswith("feeds and listings that quote it are pages of their own")
    assert verify(root).problems == ()


def test_json(root: Path) -> None:
    with Archive(root) as archive:
        (article, *_) = [row.id for row in archive.index.rows()]
    trial, done, again = (json.loads(purge(root, URL, "--json", *more).out) for more in (["--dry-run"], [], []))
    assert (trial.pop("dry_run"), done.pop("dry_run")) == (True, False)
    assert trial == done
    assert (done["url"], done["articles"], done["lines"]) == (URL, [article], 1)
    assert (again["types"], len(again["earlier"])) == ({}, 1)


def test_a_dry_run_says_so(root: Path) -> None:
    ran = purge(root, URL, "--dry-run")
    assert (ran.code, ran.out.splitlines()[0]) == (0, f"{URL}: would be purged")
    assert verify(root).indexed == 3
    assert run("purge", URL, "--archive", str(root), "--dry-run") == ran  # which needs no reason yet


def test_quiet(root: Path) -> None:
    assert purge(root, URL, "-q") == Ran(0, "", "")


def test_how_it_ends_where_there_is_nothing_to_do(root: Path, tmp_path: Path) -> None:
    ran = purge(root, "https://news.example/unknown")
    assert (ran.code, ran.err) == (
        4,
        "scrape: https://news.example/unknown: nothing of it is in this archive\n",
    )
    ran = run("purge", URL, "--archive", str(root))
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "--reason TEXT" in ran.err
    assert purge(root, "ftp://news.example/").code == 2
    ran = purge(tmp_path / "none", URL)
    assert (ran.code, ran.err.count("\n")) == (4, 1)
    assert not (tmp_path / "none").exists()
    purge(root, URL)
    ran = purge(root, URL)
    assert (ran.code, ran.out.splitlines()[0]) == (0, f"{URL}: was purged before; nothing is left of it")


def test_while_somebody_writes(root: Path) -> None:
    with Archive(root):
        ran = purge(root, URL)
    assert (ran.code, ran.err.count("\n")) == (7, 1)
    assert "holds this archive" in ran.err


def test_what_cannot_be_looked_into_is_a_5(root: Path) -> None:
    (root / "quarantine/x.warc.gz.0").write_bytes(b"\0" * 10)
    ran = purge(root, URL)
    assert ran.code == 5
    assert "x.warc.gz.0: at 0: 10 bytes that cannot be read: whether the page stands there, nobody can say" in ran.err


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    borrow(monkeypatch)
    monkeypatch.setenv("SCRAPE_NETWORK__CONTACT", "https://example.org/robot")


@pytest.mark.usefixtures("quick")
def test_no_source_brings_it_back_and_nobody_is_asked(tmp_path: Path) -> None:
    pages: dict[str, str | bytes] = {"/a": page("Bridge"), "/b": page("Harbour", "The harbour reopened on Monday.")}
    with Site(pages) as site:
        items = "".join(f"<item><link>{site.url(path)}</link></item>" for path in pages)
        pages["/feed"] = FEED.replace("ITEMS", items)
        sources = ", ".join(SOURCE.replace("paper", name).replace("URL", site.url("/feed")) for name in ("one", "two"))
        project = Project(tmp_path, sources, network="{contact: x@example.org, allow_addresses: [127.0.0.1]}")
        assert project.run("run", "one").code == 0
        assert len(project.lines()) == 2
        assert project.run("purge", site.url("/a"), "--reason", "case").code == 0
        site.asked.clear()
        ran = project.run("run")
        assert (ran.code, ran.out.splitlines()[1]) == (0, "two: 1 archived, 1 known")
        assert "/a" not in site.asked
        ran = project.run("fetch", site.url("/a"), "--allow-address", "127.0.0.1")
        assert (ran.code, ran.err.count("\n")) == (6, 1)
        assert f"{site.url('/a')}: was purged" in ran.err
        assert "/a" not in site.asked
        (project.archive / NAME).unlink()
        assert project.run("run").code == 0
        assert "/a" not in site.asked
        assert project.run("purge", site.url("/a"), "--reason", "case", "--allow-again").code == 0
        assert project.run("run", "two").code == 0
        assert site.asked[-1] == "/a"
    assert len(project.lines()) == 3
    assert project.is_sound()


@pytest.mark.usefixtures("quick")
def test_a_file_in_the_inbox_stays_away(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.put("bridge", "ferry")
    assert project.run("run").code == 0
    path = project.inbox / "bridge.txt"
    assert project.run("purge", str(path), "--reason", "case").code == 0
    for _ in range(2):
        ran = project.run("run")
        assert (ran.code, ran.out.splitlines()[0]) == (0, "inbox: 0 archived, 2 known")
        (project.archive / NAME).unlink()
    assert len(project.lines()) == 1
    path.write_text(dirty("tunnel"))
    assert project.run("run").out.splitlines()[0] == "inbox: 0 archived, 2 known"
    assert project.is_sound()


@pytest.mark.usefixtures("quick")
def test_a_page_of_a_warc_in_the_inbox_stays_away(tmp_path: Path) -> None:
    made = tmp_path / "made"
    with Archive(made) as archive:
        archive.store(capture())
        archive.store(capture(page("Harbour", "The harbour reopened on Monday."), f"{URL}-2"))
    (warc,) = made.rglob("*.warc.gz")
    project = Project(tmp_path, "{name: inbox, type: warc, directory: inbox, every: 1m}")
    (project.inbox / "a.warc.gz").write_bytes(warc.read_bytes())
    assert project.run("run").code == 0
    assert len(project.lines()) == 2
    assert project.run("purge", URL, "--reason", "case").code == 0
    (project.archive / NAME).unlink()
    ran = project.run("run")
    assert (ran.code, ran.out.splitlines()[0]) == (0, "inbox: 0 archived, 2 known")
    assert len(project.lines()) == 1
    assert project.is_sound()

"""`scrape run`: what it says, how it ends, and that nothing is lost or doubled however it is cut off."""

from __future__ import annotations

import os
import resource
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import PAGE, start
from project import ENDLESS, INBOX, Project, borrow, clean, dirty, end, sweep, wait
from servers import Server, response

from scraper.archive import Archive, View
from scraper.pipeline.commit import GROUP

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    borrow(monkeypatch)
    return Project(tmp_path, cleaning="{workers: 1, max_bytes: 20 kB}")


# ---- what it says


def test_the_shipped_configuration_as_a_process_twice(tmp_path: Path) -> None:
    config, archive = str(ROOT / "config" / "scrape.yaml"), str(tmp_path / "archive")
    first = end(start("run", "--config", config, "--archive", archive))
    where = f"clean text: {archive}/articles (JSONL), proof: {archive}/warc; `scrape verify` proves it\n"
    assert first == (0, f"inbox: 5 archived, 0 known\n{where}", "")
    assert end(start("run", "--config", config, "--archive", archive)) == (
        0,
        f"inbox: 0 archived, 5 known\n{where}",
        "",
    )
    assert end(start("verify", "--archive", archive)).code == 0


def test_without_its_index_an_archive_knows_what_it_holds(project: Project) -> None:
    project.put("bridge")
    project.put("harbour")
    assert project.run("run").out.startswith("inbox: 2 archived, 0 known\n")
    for file in project.archive.glob("index.sqlite*"):
        file.unlink()
    again = project.run("run")
    assert (again.code, again.out.splitlines()[0]) == (0, "inbox: 0 archived, 2 known")


def test_only_the_named_sources_run_also_one_that_is_not_enabled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    borrow(monkeypatch)
    project = Project(tmp_path, f"{INBOX}, {{name: other, type: folder, directory: inbox, enabled: false}}")
    project.put("bridge")
    assert project.run("run").out.startswith("inbox: 1 archived, 0 known\nclean text")
    assert project.run("run", "other", "other").out.startswith("other: 1 archived, 0 known\nclean text")
    ran = project.run("run", "inbix")
    assert (ran.code, ran.err) == (2, "scrape: inbix: no such source; did you mean inbox?\n")


def test_nothing_is_enabled(tmp_path: Path) -> None:
    project = Project(tmp_path, "{name: a, type: folder, directory: inbox, enabled: false}")
    ran = project.run("run")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "set `enabled: true`" in ran.err


def test_what_was_repaired_is_said(project: Project) -> None:
    project.put("bridge")
    project.run("run")
    (path,) = project.archive.glob("articles/*/*/*.jsonl")
    with path.open("ab") as file:
        file.write(b'{"half')
    ran = project.run("run")
    assert ran.code == 0
    assert ran.err.startswith(f"scrape: repaired: {path}: 6 bytes")


# ---- how it ends: the table of exit codes


def _dangling(inbox: Path) -> None:
    (inbox / "bad.txt").symlink_to(inbox / "gone")


def _empty(inbox: Path) -> None:
    (inbox / "bad.txt").write_bytes(b"")


def _pdf(inbox: Path) -> None:
    (inbox / "bad.txt").write_bytes(b"%PDF-1.7\n1 0 obj\n\0\1")


def _no_article(inbox: Path) -> None:
    (inbox / "bad.html").write_text("<title>Not found</title><h1>404 Not Found</h1><p>Nothing.</p>")


def _long_line(inbox: Path) -> None:
    (inbox / "bad.txt").write_text("word " * 5_000)


def _no_warc(inbox: Path) -> None:
    (inbox / "bad.warc.gz").write_text("nothing of the kind")


def _latin(inbox: Path) -> None:
    (inbox / "bad.txt").write_bytes(dirty("façade").encode("latin-1"))


def _wide(inbox: Path) -> None:
    (inbox / "bad.txt").write_bytes(dirty("façade").encode("utf-16"))


def _directory(inbox: Path) -> None:
    (inbox / "bad.txt").mkdir()


@pytest.mark.parametrize(
    ("make", "alone", "says"),
    [
        (_dangling, 1, "bad.txt: cannot be read: No such file"),
        (_no_warc, 1, "bad.warc.gz: record at 0: no WARC record"),
        (_empty, 4, "bad.txt: no article (empty)"),
        (_pdf, 4, "bad.txt: no article (not_text)"),
        (_no_article, 4, "bad.html: no article (soft_404)"),
        (_long_line, 7, "bad.txt: 25,000 bytes; at most 20,000 are read"),
    ],
)
def test_bad_input_is_one_line_and_stops_no_other(
    make: Callable[[Path], None], alone: int, says: str, project: Project, tmp_path: Path
) -> None:
    make(project.inbox)
    ran = project.run("run")
    assert ran.code == alone
    assert ran.err.count("\n") == 1
    assert ran.err.startswith(f"scrape: {project.inbox}/{says}")
    project.put("aaa", "zzz")
    among = project.run("run", "--archive", str(tmp_path / "other"))
    assert (among.code, among.err) == (3, ran.err)
    assert among.out.startswith("inbox: 2 archived, 0 known, 1 ")


@pytest.mark.parametrize("make", [_latin, _wide, _directory])
def test_odd_input_is_no_trouble(make: Callable[[Path], None], project: Project) -> None:
    make(project.inbox)
    project.put("bridge")
    ran = project.run("run")
    assert (ran.code, ran.err) == (0, "")
    assert set(project.texts()) <= {clean("bridge"), clean("façade")}
    assert project.is_sound()


def test_one_bad_file_among_known_ones_is_one_of_several(project: Project) -> None:
    project.put("bridge")
    project.run("run")
    _empty(project.inbox)
    assert project.run("run").code == 3


def test_a_source_whose_folder_is_gone(project: Project) -> None:
    project.inbox.rmdir()
    ran = project.run("run")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert f"{project.inbox}: no such directory (source inbox)" in ran.err


@pytest.mark.parametrize(
    ("answer", "code", "says"),
    [
        (None, 1, "cannot be reached"),
        (response(b"", "404 Not Found"), 6, "the server answered 404"),
        (response(b"", "500 Oops"), 1, "the server answered 500"),
        (response(b"<p>no feed</p>"), 4, "this is no RSS, Atom or JSON feed"),
    ],
)
def test_a_feed_that_fails(
    answer: bytes | None, code: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    borrow(monkeypatch)
    with Server({} if answer is None else {"/feed": answer}) as server:
        feed = f"{{name: paper, type: feed, url: '{server.url('/feed')}'}}"
        network = "{contact: 'https://example.org/robot', allow_addresses: [127.0.0.1]}"
        project = Project(tmp_path, feed, network=network)
        if answer is not None:
            ran = project.run("run")
    if answer is None:
        ran = project.run("run")
    assert ran.code == code
    assert ran.err.count("\n") == 1
    assert says in ran.err
    assert server.url("/feed") in ran.err


def test_private_addresses_are_asked_only_where_the_configuration_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    borrow(monkeypatch)
    page = response(PAGE.encode(), "200 OK", "Content-Type: text/html; charset=utf-8")
    feed = b"<rss version='2.0'><channel><item><link>/a</link></item></channel></rss>"
    with Server({"/feed": response(feed), "/a": page}) as server:
        source = f"{{name: paper, type: feed, url: '{server.url('/feed')}'}}"
        project = Project(tmp_path, source, network="{contact: 'https://example.org/robot'}")
        ran = project.run("run")
        assert (ran.code, server.asked) == (6, [])
        assert "127.0.0.1 is not a public address" in ran.err
        project.file.write_text(project.file.read_text().replace("robot'", "robot', allow_addresses: [127.0.0.0/30]"))
        ran = project.run("run")
    assert ran.out.startswith("paper: 1 archived, 0 known\n")
    assert ran.code == 0


@pytest.mark.parametrize("below", ["", "/below"])
def test_an_archive_that_cannot_be_a_directory(project: Project, below: str) -> None:
    project.put("bridge")
    project.archive.write_text("a file")
    ran = project.run("run", "--archive", f"{project.archive}{below}")
    assert (ran.code, ran.out, ran.err.count("\n")) == (7, "", 1)
    assert "choose another directory" in ran.err


def test_an_archive_that_somebody_holds(project: Project) -> None:
    with Archive(project.archive):
        ran = project.run("run")
    assert (ran.code, ran.out) == (7, "")
    assert f"process {os.getpid()} holds this archive" in ran.err


def test_a_full_disk_ends_it_and_loses_nothing(project: Project, tmp_path: Path) -> None:
    """A real limit of the system on the size of a file: the WARC file meets it."""
    project.file.write_text(project.file.read_text().replace("20 kB", "20 MB"))
    project.put("aaa", "zzz")
    large = os.urandom(600_000).hex()
    (project.inbox / "large.txt").write_text("\n".join(large[i : i + 80] for i in range(0, len(large), 80)))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, before[1]))
    try:
        ran = project.run("run")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (ran.code, ran.err.count("\n")) == (7, 1)
    assert "make room" in ran.err
    (project.inbox / "large.txt").unlink()
    assert project.run("run").code == 0
    assert project.texts() == [clean("aaa"), clean("zzz")]
    assert project.is_sound()


# ---- cut off


@pytest.mark.parametrize("lost", ["", "index.sqlite*", "[ai]*"])
def test_killed_in_the_middle_and_run_again(tmp_path: Path, lost: str) -> None:
    """A commit comes after GROUP files or a second; what follows the last is lost with the process, and done again.

    So it is when the index is lost with the process, or all but the WARC: then what is whole there counts.
    """
    project = Project(tmp_path)
    files = GROUP + 8
    project.put(*(f"bridge {number:03}" for number in range(files)))
    (project.inbox / "endless.html").write_text(ENDLESS)  # the last one, by its name
    process = project.start("run", start_new_session=True)
    try:
        wait(process, lambda: len(project.lines()) >= GROUP)
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        with View(project.archive) as view:  # a line may not stand in its file yet
            acknowledged = view.index.last_seq()
        (project.inbox / "endless.html").unlink()
        for path in project.archive.glob(lost) if lost else ():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        ran = end(project.start("run"))
        assert ran.code == 0
        if not lost:
            assert ran.out.startswith(f"inbox: {files - acknowledged} archived, {acknowledged} known\n")
    finally:
        sweep(process)
    assert project.texts() == sorted(clean(f"bridge {number:03}") for number in range(files))
    assert project.is_sound()
    assert f", {files} known" in project.run("run").out


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_it_in_good_order(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """The whole group gets it, as from a terminal."""
    project = Project(tmp_path)
    project.put("bridge")
    (project.inbox / "endless.html").write_text(ENDLESS)
    process = project.start("run", start_new_session=True)
    wait(process, lambda: bool(project.warcs()))
    os.killpg(process.pid, number)
    ran = end(process)
    assert (ran.code, ran.err) == (code, "")
    assert project.is_sound()
    (project.inbox / "endless.html").unlink()
    assert end(project.start("run")).code == 0
    assert project.texts() == [clean("bridge")]
    assert project.is_sound()


# ---- who asks


@pytest.mark.parametrize("kind", ["feed", "sitemap", "listing", "pages"])
def test_nobody_is_asked_without_a_contact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    borrow(monkeypatch)
    with Server({"/": response(PAGE.encode())}) as server:
        at = f"urls: [{server.url()!r}]" if kind == "pages" else f"url: {server.url()!r}"
        web = f"{{name: paper, type: {kind}, {at}, every: 1h, enabled: false}}"
        project = Project(tmp_path, f"{INBOX}, {web}", network="{allow_addresses: [127.0.0.1]}")
        named = project.run("run", "inbox", "paper")
        project.file.write_text(project.file.read_text().replace("enabled: false", "enabled: true"))
        for ran in (named, project.run("run"), project.run("daemon")):
            assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
            assert "needs `network.contact`" in ran.err
        assert server.asked == []
    assert not project.archive.exists()

"""`scrape clean` in this process: what it reads, what it prints, what it writes, how it ends."""

from __future__ import annotations

import errno
import gzip
import io
import json
import math
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import CHROME, CLEAN, DIRTY, PAGE, PARAGRAPHS, Terminal, TextTerminal, run

from scraper.clean import clean_text
from scraper.cli import COMMANDS, clean
from scraper.cli.streams import Streams

Make = Callable[[str], str]


# Reading.


def test_a_text_file(dirty: Make) -> None:
    assert run("clean", dirty("a.txt")) == (0, CLEAN, "")


def test_standard_input_bare_and_named() -> None:
    assert run("clean", stdin=DIRTY.encode()).out == CLEAN
    assert run("clean", "-", stdin=DIRTY.encode()).out == CLEAN
    assert run("clean").err == "scrape: standard input: empty; there is nothing to clean\n"


def test_nobody_is_left_waiting_before_a_bare_terminal() -> None:
    streams = Streams(Terminal(), io.BytesIO(), io.StringIO())
    ran = run("clean", streams=streams)
    assert ran.code == 2
    assert "nothing to clean" in ran.err


def test_a_page_by_its_looks_and_by_order(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(PAGE)
    assert run("clean", str(page)).out == CLEAN
    assert "<p>" in run("clean", "--as", "text", "--explain", str(page)).out


@pytest.mark.parametrize("codec", ["utf-16", "utf-8-sig", "cp1252"])
def test_another_encoding_is_decoded(tmp_path: Path, codec: str) -> None:
    text = DIRTY.replace("mayor", "maire élu")
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(codec))
    assert run("clean", str(path)) == (0, CLEAN.replace("mayor", "maire élu"), "")


def test_gzip(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(DIRTY.encode()[:200]) + gzip.compress(DIRTY.encode()[200:]))
    assert run("clean", str(path)).out == CLEAN


def test_a_directory_means_its_files_sorted_without_hidden_ones(dirty: Make, tmp_path: Path) -> None:
    for name in ("d/b.txt", "d/a.txt", "d/c/z.txt", "d/.hidden", "d/.git/config"):
        dirty(name)
    top = str(tmp_path / "d")
    out = run("clean", top).out
    names = [line for line in out.splitlines() if line.startswith("==>")]
    assert names == [f"==> {top}/{name} <==" for name in ("a.txt", "b.txt", "c/z.txt")]


def test_several_texts_stand_under_their_names_as_head_writes_them(dirty: Make) -> None:
    a, b = dirty("a.txt"), dirty("b.txt")
    assert run("clean", a, b).out == f"==> {a} <==\n{CLEAN}\n==> {b} <==\n{CLEAN}"
    assert run("clean", "--no-header", a, b).out == CLEAN + CLEAN


def _warc(path: Path, *numbers: int) -> str:
    records = b""
    for number in numbers:
        http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{PAGE}".encode()
        head = (
            f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://example.org/{number}\r\n"
            f"WARC-Date: 2026-01-02T03:04:05Z\r\nWARC-Record-ID: <urn:uuid:0000000{number}>\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
        )
        records += gzip.compress(head.encode() + http + b"\r\n\r\n")
    path.write_bytes(records)
    return str(path)


def test_a_warc_gives_every_page_in_it(tmp_path: Path) -> None:
    path = _warc(tmp_path / "pages.warc.gz", 1, 2)
    lines = [json.loads(line) for line in run("clean", "--json", path).out.splitlines()]
    assert [line["url"] for line in lines] == ["https://example.org/1", "https://example.org/2"]
    assert {line["fetched_at"] for line in lines} == {"2026-01-02T03:04:05Z"}
    out = tmp_path / "out"
    assert run("clean", "--output", str(out), path).code == 0
    assert len(list(out.iterdir())) == 2


def test_several_pages_of_one_warc_stand_under_their_addresses(dirty: Make, tmp_path: Path) -> None:
    path = _warc(tmp_path / "pages.warc.gz", 1, 2)
    url = "https://example.org"
    assert run("clean", path).out == f"==> {url}/1 <==\n{CLEAN}\n==> {url}/2 <==\n{CLEAN}"
    assert run("clean", "--no-header", path).out == CLEAN + CLEAN
    assert run("clean", "--explain", path).out.count("==> ") == 2
    assert run("clean", _warc(tmp_path / "one.warc.gz", 1)).out == CLEAN
    among = run("clean", path, dirty("a.txt")).out
    assert among.startswith(f"==> {path}#{url}/1 <==\n{CLEAN}\n==> {path}#{url}/2 <==\n{CLEAN}\n==> {tmp_path}/a.txt ")


# Printing.


def test_json_names_the_source_and_every_reason(dirty: Make) -> None:
    path = dirty("a.txt")
    record = json.loads(run("clean", "--json", path).out)
    assert (record["source"], record["url"], record["warc"]) == (path, None, None)
    assert record["text"] + "\n" == CLEAN
    assert record["kept"] == [7, 9, 11, 13]
    assert [(removal["at"], removal["text"]) for removal in record["removed"]] == list(
        zip([1, 3, 5], CHROME, strict=True)
    )
    assert isinstance(record["trimmed"], list)


def test_the_address_is_given_for_one_input_only(dirty: Make, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE)
    url = "https://example.org/bridge"
    assert json.loads(run("clean", "--json", "--url", url, str(page)).out)["url"] == url
    assert run("clean", "--url", url, str(page), dirty("a.txt")).code == 2


def test_explain_shows_each_line_once_in_order(dirty: Make) -> None:
    lines = run("clean", "--explain", dirty("a.txt")).out.splitlines()
    marks = [(int(line[:6]), line[7]) for line in lines[1:-1]]
    assert marks == [(1, "-"), (3, "-"), (5, "-"), (7, "+"), (9, "+"), (11, "+"), (13, "+")]
    assert lines[-1].startswith("article: kept 4; removed 3 (")


def test_explain_says_what_pulled_each_score(dirty: Make) -> None:
    heading, *lines, _ = run("clean", "--explain", dirty("a.txt")).out.splitlines()
    base = float(heading.rsplit(" ", 1)[1])
    assert heading.split()[:7] == ["what", "rule", "P", "text", "near", "place", "rules"]
    for line in lines:
        score, *pulls = map(float, line[54:].split()[:5])
        assert 1 / (1 + math.exp(-sum(pulls) - base)) == pytest.approx(score, abs=0.06)


def test_the_sample_in_the_readme_is_what_the_command_prints() -> None:
    root = Path(__file__).parents[2]
    readme = (root / "README.md").read_text(encoding="utf-8")
    sample = readme.split("$ scrape clean --explain seeds/003_73f86607ae21c8a6.txt\n")[1].split("```")[0].splitlines()
    printed = run("clean", "--explain", str(root / "seeds" / "003_73f86607ae21c8a6.txt")).out.splitlines()
    assert len(sample) > 5
    for line in sample:
        assert len(line) <= 120
        assert any(shown.startswith(line.removesuffix("...")) for shown in printed), line


def test_colour_is_for_terminals_that_want_it(dirty: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    path = dirty("a.txt")
    assert "\x1b[31m" in run("clean", "--explain", path, streams=Streams(Terminal(), Terminal(), io.StringIO())).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("clean", "--explain", path, streams=Streams(Terminal(), Terminal(), io.StringIO())).out
    assert "\x1b" not in run("clean", "--explain", path).out


def test_a_terminal_never_gets_a_texts_control_characters(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(DIRTY.replace("council", "\x1b]0;council\x07"))
    for option in ("--explain", "--diff", "--no-header"):
        out = run("clean", option, str(path), streams=Streams(Terminal(), Terminal(), io.StringIO())).out
        assert "\x1b]" not in out
        assert "\x07" not in out


def test_check_says_whether_something_would_change(dirty: Make, tmp_path: Path) -> None:
    path = dirty("a.txt")
    ran = run("clean", "--check", path)
    assert (ran.code, ran.out) == (1, "")
    assert "3 removed" in ran.err
    assert "-9.7 C" in run("clean", "--check", "--diff", path).out
    done = tmp_path / "clean.txt"
    done.write_text(CLEAN)
    assert run("clean", "--check", str(done)) == (0, "", "")


def test_a_progress_bar_is_for_a_person_who_does_not_see_the_output(dirty: Make, tmp_path: Path) -> None:
    paths = [dirty("a.txt"), dirty("b.txt")]
    streams = Streams(io.BytesIO(), io.BytesIO(), TextTerminal())
    assert "] 1/2" in run("clean", *paths, streams=streams).err
    for quiet in (["-q"], []):
        output = io.BytesIO() if quiet else Terminal()
        assert run("clean", *quiet, *paths, streams=Streams(io.BytesIO(), output, TextTerminal())).err == ""


# Writing.


def test_a_link_to_nothing_in_a_directory_is_said(dirty: Make, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    Path(dirty("a.txt")).rename(folder / "a.txt")
    (folder / "b.txt").symlink_to(folder / "gone.txt")
    ran = run("clean", str(folder))
    assert (ran.code, ran.err.count("\n")) == (3, 1)
    assert f"{folder}/b.txt: a link to what is not there" in ran.err
    assert CLEAN in ran.out


def test_output_mirrors_names_and_never_leaves_the_directory(dirty: Make, tmp_path: Path) -> None:
    dirty("in/x/a.txt")
    dirty("in/x/a.html.gz")
    (tmp_path / "in/x/a.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    dirty("in/report.v2")
    out = tmp_path / "out"
    assert run("clean", "--output", str(out), str(tmp_path / "in")).code == 0
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*.txt")) == [
        "report.v2.txt",
        "x/a-2.txt",
        "x/a.txt",
    ]
    assert {path.read_text() for path in out.rglob("*.txt")} == {CLEAN}
    assert run("clean", "--output", str(out), "--json", str(tmp_path / "in")).code == 0
    assert json.loads((out / "x/a.json").read_text())["verdict"] == "article"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_output_does_not_follow_a_link_out_of_its_directory(dirty: Make, tmp_path: Path) -> None:
    dirty("in/x/a.txt")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out/x").symlink_to(tmp_path / "elsewhere")
    ran = run("clean", "--output", str(tmp_path / "out"), str(tmp_path / "in"))
    assert ran.code == 7
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_output_never_overwrites_its_own_input(dirty: Make, tmp_path: Path) -> None:
    path = dirty("a.txt")
    assert run("clean", "--output", str(tmp_path), path).code == 2
    assert Path(path).read_text() == DIRTY


def test_in_place_replaces_text_and_keeps_its_mode(dirty: Make) -> None:
    path = dirty("a.txt")
    os.chmod(path, 0o640)
    assert run("clean", "--in-place", path) == (0, "", "")
    assert Path(path).read_text() == CLEAN
    assert os.stat(path).st_mode & 0o777 == 0o640
    assert [entry.name for entry in Path(path).parent.iterdir()] == ["a.txt"]


def test_in_place_spares_pages_pipes_and_what_would_be_lost(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE)
    damaged = tmp_path / "damaged.txt"
    damaged.write_bytes(DIRTY.replace("river", "rivière").encode() + b"\xff")
    packed = tmp_path / "a.txt.gz"
    packed.write_bytes(gzip.compress(DIRTY.encode()))
    widget = tmp_path / "widget.txt"
    widget.write_text("\n".join(CHROME))
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert run("clean", "--in-place", str(page)).code == 2
    assert run("clean", "--in-place", str(damaged)).code == 4
    assert run("clean", "--in-place", str(packed)).code == 2
    assert run("clean", "--in-place", str(widget)).code == 4
    assert run("clean", "--in-place", stdin=DIRTY.encode()).code == 2
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(
    dirty: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    paths = [dirty("a.txt"), dirty("b.txt")]
    monkeypatch.setattr(os, "fsync", full)
    assert run("clean", "--in-place", paths[0]).code == 7
    ran = run("clean", "--in-place", *paths)
    assert (ran.code, ran.err.count("No space left")) == (3, 2)
    ran = run("clean", "--output", str(tmp_path / "out"), *paths)
    assert (ran.code, ran.err.count("No space left")) == (7, 1)
    assert [Path(path).read_text() for path in paths] == [DIRTY, DIRTY]
    assert list((tmp_path / "out").iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.txt", "out"]


def test_an_output_directory_that_cannot_be_made_is_a_limit(dirty: Make) -> None:
    path = dirty("a.txt")
    ran = run("clean", "--output", f"{path}/out", path)
    assert ran.code == 7
    assert "choose another --output" in ran.err


# What is wrong, alone and among others.


def _missing(folder: Path) -> Path:
    return folder / "missing.txt"


def _empty(folder: Path) -> Path:
    (folder / "empty.txt").write_bytes(b"")
    return folder / "empty.txt"


def _pdf(folder: Path) -> Path:
    (folder / "paper.txt").write_bytes(b"%PDF-1.7\n1 0 obj\n")
    return folder / "paper.txt"


def _feed(folder: Path) -> Path:
    (folder / "feed.xml").write_text('<?xml version="1.0"?><rss version="2.0"><channel/></rss>')
    return folder / "feed.xml"


def _nothing(folder: Path) -> Path:
    (folder / "nothing").mkdir()
    return folder / "nothing"


def _large(folder: Path) -> Path:
    (folder / "large.txt").write_bytes(b"a" * 20_000_001)
    return folder / "large.txt"


def _bomb(folder: Path) -> Path:
    (folder / "bomb.gz").write_bytes(gzip.compress(b"a" * 20_000_001))
    return folder / "bomb.gz"


def _torn(folder: Path) -> Path:
    (folder / "torn.gz").write_bytes(gzip.compress(DIRTY.encode())[:-20])
    return folder / "torn.gz"


def _widget(folder: Path) -> Path:
    (folder / "widget.txt").write_text("\n".join(CHROME))
    return folder / "widget.txt"


@pytest.mark.parametrize(
    ("make", "alone", "says"),
    [
        (_missing, 1, "no such file"),
        (_torn, 1, "damaged gzip"),
        (_empty, 4, "empty"),
        (_pdf, 4, "PDF"),
        (_feed, 4, "feed"),
        (_nothing, 4, "no files"),
        (_widget, 4, "not an article"),
        (_large, 7, "--max-bytes"),
        (_bomb, 7, "--max-bytes"),
    ],
)
def test_bad_input_is_one_line_and_stops_no_other(
    make: Callable[[Path], Path], alone: int, says: str, dirty: Make, tmp_path: Path
) -> None:
    bad, good = str(make(tmp_path)), dirty("good.txt")
    ran = run("clean", bad)
    assert ran.code == alone
    assert ran.err.startswith(f"scrape: {bad}: ")
    assert says in ran.err
    assert ran.err.count("\n") == 1
    among = run("clean", "--no-header", bad, good)
    assert (among.code, among.err) == (3, ran.err)
    assert among.out.endswith(CLEAN)


def test_a_page_that_is_no_article_is_shown_as_json(tmp_path: Path) -> None:
    ran = run("clean", "--json", str(_widget(tmp_path)))
    assert ran.code == 4
    assert json.loads(ran.out)["verdict"] != "article"


def test_files_of_articles_only_but_records_of_all(dirty: Make, tmp_path: Path) -> None:
    widget, good = str(_widget(tmp_path)), dirty("good.txt")
    out = tmp_path / "out"
    assert run("clean", "--output", str(out), widget, good).code == 3
    assert [path.name for path in out.iterdir()] == ["good.txt"]
    run("clean", "--json", "--output", str(out), widget, good)
    assert sorted(path.name for path in out.glob("*.json")) == ["good.json", "widget.json"]


def test_a_bug_in_one_page_is_loud_and_costs_no_other(dirty: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    real = clean_text

    def broken(text: str, **given: object) -> object:
        if "council" not in text:
            raise IndexError("tuple index out of range")
        return real(text, **given)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(clean, "clean_text", broken)
    other = Path(dirty("other.txt"))
    other.write_text("A text of another town, which has no bridge and no ferry either.\n")
    ran = run("clean", "--no-header", str(other), dirty("good.txt"))
    assert (ran.code, ran.out) == (3, CLEAN)
    assert "internal error, IndexError: tuple index out of range; please report it" in ran.err


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["clean", "--explian"], "did you mean --explain?"),
        (["clean", "--workers", "0"], "no whole number above 0"),
        (["clean", "--deadline", "nan"], "no number of seconds"),
        (["clean", "--json", "--diff"], "not allowed with"),
        (["clean", "--check", "--json"], "leave out --json"),
        (["clean", "--in-place", "--diff"], "leave out --json, --explain and --diff"),
        (["clean", "--output", "x", "--explain"], "leave out --explain"),
        (["clean", "-", "-"], "name it once"),
        (["claen"], "did you mean clean?"),
        (["https://example.org/"], "scrape clean https://example.org/"),
        ([], "no command"),
    ],
)
def test_a_misunderstood_command_line_names_the_way_out(argv: list[str], says: str) -> None:
    ran = run(*argv)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert ran.err.count("\n") == 1


def test_help_and_version_end_well(capsys: pytest.CaptureFixture[str]) -> None:
    for argv in (["--help"], ["--version"], ["-q", "clean", "--help"], *([name, "--help"] for name in COMMANDS)):
        assert run(*argv).code == 0
        assert "scrape" in capsys.readouterr().out


def test_options_of_the_text(dirty: Make) -> None:
    path = dirty("a.txt")
    profile = json.loads(run("clean", "--json", "--with-title", "--strip-inline", path).out)["profile"]
    assert set(profile.split("+")) == {"with_title", "strip_inline"}


def test_several_processes_give_the_same_in_the_same_order(dirty: Make) -> None:
    paths = [dirty(f"{number}.txt") for number in range(9)]
    Path(paths[4]).write_bytes(b"")
    Path(paths[7]).write_text("\n\n".join(reversed(PARAGRAPHS)))
    alone = run("clean", *paths)
    assert alone.code == 3
    assert run("clean", "--workers", "2", *paths) == alone

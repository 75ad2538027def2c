"""The inbox: every file once, whatever it is called, whatever it is; one that is broken costs no other."""

from __future__ import annotations

import gzip
import os
import socket
from pathlib import Path

import pytest
from bench import Bench, Ran, dirty, foreign_warc, html, inbox, text

from scraper import warc
from scraper.pipeline import Source, SourceKind
from scraper.pipeline.commit import GROUP
from scraper.types import Record
from scraper.workers import Settings, Workers


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "inbox"
    made.mkdir()
    return made


def names(ran: Ran) -> list[str]:
    """The last part of each record's file."""
    return [Path(result.found_by.at).name for result in ran.results if isinstance(result, Record) and result.found_by]


# ---- what is taken


def test_texts_and_pages_in_any_encoding(bench: Bench, folder: Path) -> None:
    (folder / "a.txt").write_text(dirty("bridge"))
    (folder / "b.html").write_bytes(html("harbour"))
    (folder / "c.HTM").write_bytes(html("park"))
    (folder / "d.txt").write_bytes(dirty("Brücke, façade").encode("latin-1"))
    (folder / "e.txt").write_bytes(dirty("école").encode("utf-16"))
    (folder / "f.md").write_text(dirty("not asked for"))
    (folder / "g.txt.part").write_text(dirty("not there yet"))
    (folder / ".h.txt").write_text(dirty("hidden"))
    (folder / "below.txt").mkdir()
    (folder / "below.txt" / "i.txt").write_text(dirty("museum"))
    ran = bench.run(inbox(folder))
    assert str(ran.tally) == "6 archived, 0 known"
    assert ran.texts == sorted(map(text, ("bridge", "harbour", "park", "Brücke, façade", "école", "museum")))
    assert names(ran) == ["a.txt", "b.html", "i.txt", "c.HTM", "d.txt", "e.txt"]
    assert {line.url for line in bench.lines()} == {None}
    again = bench.run(inbox(folder))
    assert (str(again.tally), again.results) == ("0 archived, 6 known", [])
    assert bench.types() == {"conversion": 6, "metadata": 6, "resource": 6, "warcinfo": 1}


def test_one_content_under_two_names_is_archived_once(bench: Bench, folder: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(dirty("bridge"))
    assert str(bench.run(inbox(folder)).tally) == "1 archived, 1 known"
    (folder / "a.txt").rename(folder / "c.txt")
    assert str(bench.run(inbox(folder)).tally) == "0 archived, 2 known"
    assert bench.types()["resource"] == 1


def test_a_file_that_changed_is_archived_anew(bench: Bench, folder: Path) -> None:
    (folder / "a.txt").write_text(dirty("bridge"))
    bench.run(inbox(folder))
    (folder / "a.txt").write_text(dirty("harbour"))
    assert str(bench.run(inbox(folder)).tally) == "1 archived, 0 known"
    assert [line.text for line in bench.lines()] == [text("bridge"), text("harbour")]


def test_a_file_that_holds_the_clean_text_of_another_is_a_file_of_its_own(bench: Bench, folder: Path) -> None:
    (folder / "a.txt").write_text(dirty("bridge"))
    (folder / "b.txt").write_text(text("bridge"))
    assert str(bench.run(inbox(folder)).tally) == "2 archived, 0 known"
    assert bench.types()["resource"] == 2


def test_each_source_meets_a_file_for_itself(bench: Bench, folder: Path) -> None:
    (folder / "a.txt").write_text(dirty("bridge"))
    bench.run(inbox(folder))
    assert str(bench.run(inbox(folder, name="other")).tally) == "1 archived, 0 known"


def test_a_run_takes_so_many_and_the_next_one_the_rest(bench: Bench, folder: Path) -> None:
    for number in range(5):
        (folder / f"{number}.txt").write_text(dirty(f"bridge {number}"))
    assert [str(bench.run(inbox(folder, limit=2)).tally) for _ in range(4)] == [
        "2 archived, 0 known",
        "2 archived, 2 known",
        "1 archived, 4 known",
        "0 archived, 5 known",
    ]


def test_patterns(bench: Bench, folder: Path) -> None:
    for name in ("a.txt", "b.md", "c.log"):
        (folder / name).write_text(dirty(name))
    assert names(bench.run(inbox(folder, patterns=("*.md", "c*")))) == ["b.md", "c.log"]


def test_more_files_than_one_commit(bench: Bench, folder: Path) -> None:
    for number in range(GROUP + 3):
        (folder / f"{number:03}.txt").write_text(f"This is the text of file {number}, and it ends here.\n")
    ran = bench.run(inbox(folder))
    assert (ran.tally.articles, len(bench.lines()), len(set(names(ran)))) == (35, 35, 35)


# ---- WARC files


def test_every_page_of_a_warc_file_of_another_program(bench: Bench, folder: Path) -> None:
    pages = [(f"https://other.example/{topic}", html(topic)) for topic in ("bridge", "harbour")]
    (folder / "a.warc.gz").write_bytes(foreign_warc(*pages))
    (folder / "b.warc").write_bytes(foreign_warc(("https://other.example/park", html("park")), packed=False))
    (folder / "c.txt").write_bytes(foreign_warc(("https://other.example/x", html("museum")), packed=False))
    ran = bench.run(inbox(folder))
    assert ran.texts == sorted(map(text, ("bridge", "harbour", "park", "museum")))
    assert {(line.source, line.fetched_at) for line in bench.lines()} == {("inbox", "2024-05-06T07:08:09Z")}
    assert {line.url for line in bench.lines()} == {
        f"https://other.example/{x}" for x in ("bridge", "harbour", "park", "x")
    }
    assert str(bench.run(inbox(folder)).tally) == "0 archived, 3 known"


def test_a_warc_file_that_grew_gives_its_new_pages_only(bench: Bench, folder: Path) -> None:
    first = foreign_warc(("https://other.example/1", html("bridge")))
    (folder / "a.warc.gz").write_bytes(first)
    bench.run(inbox(folder))
    (folder / "a.warc.gz").write_bytes(first + foreign_warc(("https://other.example/2", html("park"))))
    ran = bench.run(inbox(folder))
    assert (str(ran.tally), ran.texts) == ("1 archived, 1 known", [text("park")])


def test_our_own_warc_file_goes_through_another_inbox(bench: Bench, folder: Path, tmp_path: Path) -> None:
    (folder / "a.txt").write_text(dirty("bridge"))
    bench.run(inbox(folder, name="first"))
    (written,) = bench.root.glob("warc/*/*/*.warc.gz")
    other = Bench(tmp_path / "other")
    source = Source("copies", SourceKind.WARC, str(written.parent))
    ran = other.run(source)
    assert ran.texts == [text("bridge")]
    assert [line.source for line in other.lines()] == ["copies"]
    assert str(other.run(source).tally) == "0 archived, 1 known"
    (written.parent / "b.warc").write_bytes(gzip.decompress(written.read_bytes()))  # the same pages in another file
    assert str(other.run(source).tally) == "0 archived, 2 known"
    assert other.types()["resource"] == 1


def test_a_damaged_warc_file_gives_what_can_be_read(bench: Bench, folder: Path) -> None:
    whole = foreign_warc(*((f"https://other.example/{n}", html(f"bridge {n}")) for n in range(3)))
    (folder / "a.warc.gz").write_bytes(whole[: len(whole) * 5 // 6])
    (folder / "b.warc.gz").write_bytes(b"this is none")
    (folder / "c.warc.gz").write_bytes(b"")
    (folder / "d.txt").write_text(dirty("park"))
    ran = bench.run(inbox(folder))
    assert text("park") in ran.texts
    assert text("bridge 0") in ran.texts
    assert "damaged-warc" in ran.reasons
    assert str(folder / "b.warc.gz") in " ".join(failure.message for failure in ran.tally.failures)
    bench.types()


def raw_warc(date: str | None, more: str = "") -> bytes:
    """One record by hand: what a careless or a hostile program writes."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + html("bridge")
    head = (
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://other.example/1\r\n"
        + (f"WARC-Date: {date}\r\n" if date is not None else "")
        + f"WARC-Record-ID: <urn:uuid:1>\r\n{more}Content-Type: application/http; msgtype=response\r\n"
    )
    return f"{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


@pytest.mark.parametrize(
    ("date", "read"),
    [
        ("2024-05-06T07:08:09.123456789Z", "2024-05-06T07:08:09.123456789Z"),
        ("2024-05-06T07:08:09+02:00", "2024-05-06T05:08:09Z"),
        ("2024-05-06T07:08:09", "2024-05-06T07:08:09Z"),
        ("20240506070809", "2024-05-06T07:08:09Z"),  # ARC's
        ("2024-05-06", "2024-05-06T00:00:00Z"),
        ("2024-13-06T07:08:09Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("../../../../tmp-01-01T00:00:00Z", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_dates_of_other_programs(bench: Bench, folder: Path, date: str | None, read: str | None) -> None:
    (folder / "a.warc").write_bytes(raw_warc(date))
    (folder / "b.txt").write_text(dirty("park"))
    ran = bench.run(inbox(folder))
    assert ran.reasons == ([] if read else ["bad-date"])
    assert [line.fetched_at for line in bench.lines() if line.url] == ([read] if read else [])
    assert text("park") in ran.texts
    bench.types()


def test_an_address_that_cannot_be_written(bench: Bench, folder: Path) -> None:
    """Half a surrogate pair, in the context that this program's own WARC files hold."""
    link = '{"url":"https://other.example/\\ud800","source":"x"}'
    context = f'{{"link":{link},"final_url":"","fetched_at":"2024-05-06T07:08:09Z"}}'
    (folder / "a.warc").write_bytes(raw_warc("2024-05-06T07:08:09Z", f"{warc.CONTEXT}: {context}\r\n"))
    (folder / "b.txt").write_text(dirty("park"))
    ran = bench.run(inbox(folder))
    assert (str(ran.tally), ran.texts) == ("1 archived, 0 known, 1 not-unicode", [text("park")])
    bench.types()


def test_a_page_without_an_address_is_counted_and_not_archived(bench: Bench, folder: Path) -> None:
    unnamed = raw_warc("2024-05-06T07:08:09Z").replace(b"WARC-Target-URI: https://other.example/1\r\n", b"")
    (folder / "a.warc").write_bytes(unnamed + raw_warc("2024-05-06T07:08:09Z"))
    ran = bench.run(inbox(folder))
    assert (str(ran.tally), ran.texts) == ("1 archived, 0 known, 1 no-address", [text("bridge")])
    assert bench.types()["response"] == 1


# ---- what is wrong


def test_what_is_no_article_is_archived_and_counted(bench: Bench, folder: Path) -> None:
    (folder / "empty.txt").write_bytes(b"")
    (folder / "paper.txt").write_bytes(b"%PDF-1.7\n1 0 obj\n<<>>\n\0\1\2")
    (folder / "good.txt").write_text(dirty("bridge"))
    ran = bench.run(inbox(folder))
    assert (str(ran.tally), ran.tally.others) == ("1 archived, 0 known, 1 empty, 1 not_text", 2)
    assert bench.types() == {"conversion": 1, "metadata": 3, "resource": 3, "warcinfo": 1}
    assert str(bench.run(inbox(folder)).tally) == "0 archived, 3 known"


def test_what_cannot_be_read_is_said_each_time_and_stops_nothing(
    bench: Bench, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.txt").symlink_to(folder / "gone")
    os.mkfifo(folder / "b.txt")
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("c.txt")
    (folder / "d.txt").symlink_to("/dev/zero")
    (folder / "e.txt").write_text(dirty("bridge"))
    for tally in ("1 archived, 0 known, 3 not-a-file, 1 unreadable", "0 archived, 1 known, 3 not-a-file, 1 unreadable"):
        ran = bench.run(inbox(folder))
        assert str(ran.tally) == tally
        assert sorted(failure.where for failure in ran.tally.failures) == [str(folder / f"{x}.txt") for x in "abcd"]
        assert all(failure.message.startswith(f"{failure.where}: ") for failure in ran.tally.failures)
    with bench.view() as view:
        assert view.index.failures() == {("inbox", "not-a-file"): 6, ("inbox", "unreadable"): 2}
        assert view.index.runs()["inbox"].ok is False


def test_a_file_too_large_is_not_even_read(bench: Bench, folder: Path) -> None:
    with (folder / "a.txt").open("wb") as file:
        file.truncate(1 << 40)  # a terabyte of nothing
    (folder / "b.txt").write_text(dirty("bridge"))
    ran = bench.run(inbox(folder, max_bytes=10_000))
    assert str(ran.tally) == "1 archived, 0 known, 1 too-large"
    assert (
        "a.txt: 1,099,511,627,776 bytes; at most 10,000 are read (cleaning.max_bytes)" in ran.tally.failures[0].message
    )
    assert ran.tally.failures[0].exit_code == 7


def test_a_file_that_is_not_cleaned_in_time_is_kept_and_the_others_go_on(bench: Bench, folder: Path) -> None:
    (folder / "a.html").write_text("<div><p>One more.</p>" * 100_000)  # a minute
    (folder / "b.txt").write_text(dirty("bridge"))
    with Workers(Settings(deadline=3.0)) as pool:
        bench.pool = pool
        ran = bench.run(inbox(folder))
    assert (str(ran.tally), ran.texts) == ("1 archived, 0 known, 1 deadline", [text("bridge")])
    assert bench.types() == {"conversion": 1, "metadata": 2, "resource": 2, "warcinfo": 1}
    assert str(bench.run(inbox(folder)).tally) == "0 archived, 2 known"


def test_a_folder_that_is_not_there(bench: Bench, tmp_path: Path) -> None:
    ran = bench.run(inbox(tmp_path / "gone"))
    assert str(ran.tally) == "0 archived, 0 known, 1 not-found"
    (problem,) = ran.results
    assert ran.tally.failures == [problem]
    assert "no such directory (source inbox)" in ran.tally.failures[0].message


def test_an_empty_folder_is_no_failure(bench: Bench, folder: Path) -> None:
    assert str(bench.run(inbox(folder)).tally) == "0 archived, 0 known"
    with bench.view() as view:
        assert view.index.runs()["inbox"].ok is True


def test_names_that_are_no_utf8_and_hold_line_ends(bench: Bench, folder: Path) -> None:
    name = os.fsencode(folder) + b"/caf\xe9\n %41#?.txt"
    with open(name, "wb") as file:
        file.write(dirty("bridge").encode())
    ran = bench.run(inbox(folder))
    assert ran.texts == [text("bridge")]
    assert names(ran) == ["caf%E9%0A%20%2541%23%3F.txt"]
    assert str(bench.run(inbox(folder)).tally) == "0 archived, 1 known"
    bench.types()

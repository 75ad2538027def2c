"""Purging: nothing of the page is left in any byte of the archive, and everything else stands where it stood."""

from __future__ import annotations

import errno
import gzip
import itertools
import multiprocessing
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from archives import lines, put, sound
from captures import answered, capture, exchange, file_capture, ledger, record
from msgspec import structs

from scraper import records, warc
from scraper.archive import Archive, Order, Purged, Settings, View, purge, rebuild
from scraper.errors import LimitError, LockedError, RefusedError, UnusableError, UsageError, VerificationError
from scraper.index import NAME, Index
from scraper.types import Capture, Note, Record, Verdict
from scraper.verify import verify

AT = "2026-11-22T08:00:00.000000Z"
WORD = "Zweihundertmirabellen"
"""A word of the page that goes, and of no other."""
URL = "https://news.example/77"


def order(url: str = URL, **more: object) -> Order:
    return Order(url, "Article 17, case 4711", AT, "scrape/test", **more)  # type: ignore[arg-type]  # fields by name


def secret_record(**more: object) -> Record:
    text = f"The {WORD} were counted. {WORD.lower()} again."
    digest = warc.digest(text.encode()).removeprefix("sha256:")
    made = structs.replace(record(77), title=f"{WORD} counted", text=text, text_sha256=digest)
    return structs.replace(made, **more)


def secret_capture() -> Capture:
    return capture(77, f"<h1>{WORD} counted</h1><p>The {WORD} were counted.</p>".encode())


def fill(root: Path) -> None:
    """Articles 0 to 5 in several files, and the page among them, cleaned twice and fetched twice."""
    with Archive(root, Settings(max_warc=5000)) as archive:
        for number in range(6):
            put(archive, number, Verdict.CONSENT if number == 1 else Verdict.ARTICLE)
            if number in (2, 4):
                made = secret_record(id=f"secret-{number}", fetched_at=f"2026-11-2{number}T12:00:00Z")
                hop = structs.replace(secret_capture().exchanges[0], started_at=made.fetched_at)
                ref = archive.store(answered(secret_capture(), hop))
                archive.add(ref, made, structs.replace(ledger(made), key="news.example/77"))
                archive.index.see("paper", "news.example/77", made.id)
                again = structs.replace(made, id=f"secret-{number}b", cleaner="2")
                archive.add(ref, again, ledger(again))
            archive.commit()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("filled")
    fill(root)
    return root


@pytest.fixture
def root(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled, tmp_path / "archive"))


def contents(root: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file, as it is and unpacked, as far as it can be unpacked."""
    for path in sorted(root.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            yield path, data
            while data:
                inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
                try:
                    yield path, inflate.decompress(data)
                except zlib.error:
                    break
                data = inflate.unused_data


def holding(root: Path, *needles: str) -> list[str]:
    """The files in which one of the words stands, in either case."""
    found = [(path, data.lower()) for path, data in contents(root)]
    return sorted({path.name for path, data in found for needle in needles if needle.lower().encode() in data})


def traces() -> list[str]:
    """Words and digests by which the content could be known."""
    made = secret_record()
    return [WORD, made.text_sha256, warc.digest(secret_capture().body)[7:], warc.digest(made.text.encode())[7:]]


def is_of_page(entry: warc.Entry) -> bool:
    """Whether a record is the page, or was made from it."""
    return entry.uri("warc-target-uri") in (URL, f"urn:text:{URL}", f"urn:metadata:{URL}")


def others(root: Path) -> list[tuple[str, int, int, str | None]]:
    """Where every record stands that is not of the page."""
    found = []
    for path in sorted(root.glob("warc/*/*/*")):
        for entry in warc.read(path):
            assert isinstance(entry, warc.Entry)
            if not is_of_page(entry) and not warc.is_tombstone(entry):
                found.append((path.name, entry.offset, entry.length, entry.uri("warc-record-id")))
    return found


def stones(root: Path) -> list[warc.Tombstone]:
    found = []
    for path in sorted(root.glob("warc/*/*/*.warc.gz")):
        entries = [entry for entry in warc.read(path) if isinstance(entry, warc.Entry)]
        found += [warc.tombstone(entry) for entry in entries if warc.is_tombstone(entry)]
    return found


def test_nothing_is_left_and_everything_else_stands_where_it_stood(root: Path) -> None:
    assert len(holding(root, *traces())) > 3
    before, sizes = others(root), {path.name: path.stat().st_size for path in root.glob("warc/*/*/*")}
    text = (root / "articles/2026/11/21.jsonl").read_bytes()
    done = purge(root, order())
    assert holding(root, *traces()) == []
    assert others(root) == before
    assert {path.name: path.stat().st_size for path in root.glob("warc/*/*/*")} == sizes
    assert (root / "articles/2026/11/21.jsonl").read_bytes() == text
    types = done.types
    assert (types["conversion"], types["metadata"], types["request"]) == (4, 4, 2)
    assert types["response"] + types.get("revisit", 0) == 2
    assert (done.articles, done.lines, done.files) == (("secret-2", "secret-2b", "secret-4", "secret-4b"), 4, 2)
    assert (done.forbids, done.others, done.unread, done.earlier) == ((URL,), (), (), ())
    assert not list(root.glob("articles/2026/11/2[24].jsonl"))  # nothing was in them but this
    report = verify(root)
    assert (report.problems, report.warnings, report.indexed) == ((), (), 6)
    assert rebuild(root) == ()
    assert holding(root, *traces()) == []
    assert sound(root)


def test_what_is_left_says_when_why_by_whom_and_what_stood_there(root: Path) -> None:
    ids = {
        (entry.type, entry.uri("warc-record-id"))
        for path in root.glob("warc/*/*/*")
        for entry in warc.read(path)
        if isinstance(entry, warc.Entry) and is_of_page(entry)
    }
    purge(root, order())
    found = stones(root)
    assert {(said.purged_at, said.by, said.url, said.reason) for said in found} == {
        (AT, "scrape/test", URL, "Article 17, case 4711")
    }
    assert {one for said in found for one in said.records} == ids
    assert sorted(one for said in found for one in said.articles) == ["secret-2", "secret-2b", "secret-4", "secret-4b"]


def test_other_readers_agree(root: Path) -> None:
    purge(root, order())
    scripts = Path(sys.executable).parent
    for path in root.glob("warc/*/*/*.warc.gz"):
        for command in ([scripts / "warcio", "check"], [scripts / "fastwarc", "check"], ["gzip", "-t"]):
            ran = subprocess.run([*command, path], capture_output=True, text=True, check=False)
            assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_rest_is_read_searched_and_added_to(root: Path) -> None:
    with View(root) as view:
        before = [(row, view.record(row.id), view.ledger(row.id)) for row in view.index.rows() if row.url != URL]
    purge(root, order())
    with Archive(root) as archive:
        rows = list(archive.index.rows())
        assert [(row.id, row.ledger, row.line) for row in rows] == [(b.id, b.ledger, b.line) for b, _, _ in before]
        for row, line, reasons in before:
            assert (archive.record(row.id), archive.ledger(row.id)) == (line, reasons)
        assert archive.index.search(WORD) == archive.index.search("counted") == []
        assert len(archive.index.search("harbour")) == 5
        assert archive.repairs == ()
        put(archive, 9)
    assert sound(root)


def test_lines_behind_the_one_that_goes_move_up(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        for number in range(4):
            put(archive, number)
    path = tmp_path / "articles/2026/11/21.jsonl"
    before = path.read_bytes().splitlines(keepends=True)
    path.chmod(0o640)
    purge(tmp_path, order("https://news.example/1"))
    assert path.read_bytes() == b"".join([before[0], *before[2:]])
    assert path.stat().st_mode & 0o777 == 0o640
    with View(tmp_path) as view:
        found = view.record("record-3")
        assert found is not None
        assert records.encode(found) == before[3]
    assert sound(tmp_path)


@pytest.mark.parametrize(
    "spelling",
    [f"{URL}/", f"{URL}#part", f"{URL}?utm_source=x", "http://www.news.example/77", "HTTPS://News.Example:443/77"],
)
def test_any_spelling_of_the_address(root: Path, spelling: str) -> None:
    assert len(purge(root, order(spelling)).articles) == 4
    assert holding(root, *traces()) == []


def test_an_address_that_the_warc_spells_otherwise(tmp_path: Path) -> None:
    url = "https://news.example/ä|b?q=[1]"
    hop = structs.replace(exchange(1, b"x"), url=url)
    with Archive(tmp_path) as archive:
        archive.store(structs.replace(capture(1), link=structs.replace(capture(1).link, url=url), exchanges=(hop,)))
    assert purge(tmp_path, order(url)).types == {"request": 1, "response": 1}
    with Archive(tmp_path) as archive:
        assert archive.is_purged(url)
        assert archive.is_purged("https://news.example/%C3%A4%7Cb?q=[1]")


@pytest.mark.parametrize("field", ["canonical_url", "other_urls"])
def test_a_page_that_was_met_at_the_address(tmp_path: Path, field: str) -> None:
    """What the page says of itself, or where it was met too: the whole capture goes, and may not come back either."""
    value: object = ("https://news.example/short",) if field == "other_urls" else "https://news.example/short"
    with Archive(tmp_path) as archive:
        put(archive, 1)
        ref = archive.store(secret_capture())
        made = secret_record(**{field: value})
        archive.add(ref, made, ledger(made))
    done = purge(tmp_path, order("https://news.example/short"))
    assert done.types == {"conversion": 1, "metadata": 1, "request": 1, "response": 1}
    assert done.forbids == ("https://news.example/77", "https://news.example/short")
    assert holding(tmp_path, *traces()) == []
    rebuild(tmp_path)
    with Archive(tmp_path) as archive:
        assert archive.is_purged(URL)
        assert archive.is_purged("https://news.example/short")
        assert not archive.is_purged("https://news.example/1")
    assert sound(tmp_path)


def redirected(archive: Archive) -> None:
    """The page, asked for at /old and answered by /77."""
    head = b"HTTP/1.1 302 Found\r\nLocation: /77\r\n\r\n"
    first = structs.replace(exchange(5, b"", head, status=302), url="https://news.example/old")
    of = secret_capture()
    of = structs.replace(
        of, link=structs.replace(of.link, url="https://news.example/old"), exchanges=(first, *of.exchanges)
    )
    made = secret_record(url="https://news.example/old", final_url=URL)
    archive.add(archive.store(of), made, ledger(made))


def test_the_end_of_a_redirect_takes_the_page_and_leaves_the_hop(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        redirected(archive)
    done = purge(tmp_path, order())
    assert done.types == {"conversion": 1, "metadata": 1, "request": 1, "response": 1}
    assert done.forbids == (URL,)
    assert holding(tmp_path, *traces()) == []
    assert verify(tmp_path).types["response"] == 1
    assert sound(tmp_path)


def test_the_start_of_a_redirect_takes_all_of_it_and_forbids_only_itself(tmp_path: Path) -> None:
    """It may lead to a front page by now, which nobody asked to keep out."""
    with Archive(tmp_path) as archive:
        redirected(archive)
    done = purge(tmp_path, order("https://news.example/old"))
    assert done.types == {"conversion": 1, "metadata": 1, "request": 2, "response": 2}
    assert done.forbids == ("https://news.example/old",)
    assert holding(tmp_path, *traces()) == []
    assert sound(tmp_path)


def test_a_page_that_nobody_cleaned_and_one_that_is_no_article(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.store(secret_capture())
        put(archive, 1, Verdict.CONSENT)
    assert purge(tmp_path, order()).types == {"request": 1, "response": 1}
    assert purge(tmp_path, order("https://news.example/1")).types == {"metadata": 1, "request": 1, "response": 1}
    assert holding(tmp_path, WORD, "harbour") == []
    with Archive(tmp_path) as archive:
        assert list(archive.index.rows()) == []
    assert sound(tmp_path)


def test_a_file_goes_by_its_path_with_its_digest(tmp_path: Path) -> None:
    body = WORD.encode()
    with Archive(tmp_path) as archive:
        of = file_capture("file:///in/a.txt", body)
        made = secret_record(url=None, final_url=None, source="inbox", found_by=of.link.found_by)
        key = f"file {warc.digest(body)}"
        archive.add(archive.store(of), made, structs.replace(ledger(made), key=key))
        archive.index.see("inbox", key, made.id)
        archive.index.see("other", f"file {warc.digest(body)}", "")
    assert purge(tmp_path, order("file:///in/a.txt")).types == {"conversion": 1, "metadata": 1, "resource": 1}
    assert holding(tmp_path, *traces(), warc.digest(body)[7:]) == []
    with Archive(tmp_path) as archive:
        assert archive.is_purged("file:///in/a.txt")
        with pytest.raises(RefusedError, match=r"file:///in/a.txt: was purged .*--allow-again"):
            archive.store(file_capture("file:///in/a.txt", body))
    assert sound(tmp_path)


def _member(kind: str, refers: str, block: bytes) -> bytes:
    headers = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", f"<{warc.raw_id()}>"),
        ("WARC-Date", AT),
        ("WARC-Target-URI", URL),
        ("WARC-Refers-To", f"<{refers}>"),
        ("Content-Type", "application/http;msgtype=response"),
    ]
    return warc.form.member(headers, block)


def test_revisits_go_with_what_they_refer_to(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        put(archive, 1)
        ref = archive.store(secret_capture())
        with archive._step() as writer:
            writer._put(_member("revisit", ref.record_id, b"HTTP/1.1 200 OK\r\n\r\n"))
        put(archive, 2)
    assert purge(tmp_path, order()).types == {"request": 1, "response": 1, "revisit": 1}
    assert len(stones(tmp_path)) == 1
    assert sound(tmp_path)


@pytest.mark.parametrize("target", [URL, f"urn:text:{URL}", f"urn:metadata:{URL}"])
def test_what_was_made_from_it_and_refers_to_nothing(tmp_path: Path, target: str) -> None:
    with Archive(tmp_path) as archive:
        put(archive, 1)
        headers = [("WARC-Type", "metadata"), ("WARC-Record-ID", f"<{warc.raw_id()}>"), ("WARC-Target-URI", target)]
        made = warc.form.member([*headers, ("WARC-Date", AT), ("Content-Type", "text/plain")], WORD.encode() * 99)
        with archive._step() as writer:
            writer._put(made + made)
    assert purge(tmp_path, order()).types == {"metadata": 2}
    assert holding(tmp_path, WORD) == []


def test_pieces_in_quarantine(root: Path) -> None:
    """Whole records, a torn one, a line and half a line; what is of other pages stays, byte for byte."""
    quarantine = root / "quarantine"
    path = next(path for path in sorted(root.glob("warc/*/*/*")) if URL.encode() in gzip.decompress(path.read_bytes()))
    entries = [entry for entry in warc.read(path) if isinstance(entry, warc.Entry)]
    data = path.read_bytes()
    mine = [entry for entry in entries if is_of_page(entry)]
    (quarantine / "a.warc.gz.1").write_bytes(data)
    torn = mine[0]
    (quarantine / "b.warc.gz.2").write_bytes(data[torn.offset : torn.offset + torn.length - 30])
    kept = sorted(root.glob("warc/*/*/*"))[0].read_bytes()[:-30]
    assert URL.encode() not in gzip.decompress(sorted(root.glob("warc/*/*/*"))[0].read_bytes())
    (quarantine / "c.warc.gz.3").write_bytes(kept)
    line = next(root.glob("articles/*/*/22.jsonl")).read_bytes().splitlines(keepends=True)[0]
    other = (root / "articles/2026/11/21.jsonl").read_bytes().splitlines(keepends=True)[0]
    (quarantine / "22.jsonl.4").write_bytes(other + line + line[:300])
    done = purge(root, order())
    assert done.quarantine == 3
    assert holding(root, *traces()) == []
    assert sorted(path.name for path in quarantine.iterdir()) == ["22.jsonl.4", "a.warc.gz.1", "c.warc.gz.3"]
    assert (quarantine / "22.jsonl.4").read_bytes() == other
    assert (quarantine / "c.warc.gz.3").read_bytes() == kept
    left = [entry.offset for entry in warc.read(quarantine / "a.warc.gz.1") if isinstance(entry, warc.Entry)]
    assert len(left) == len(entries) - len(mine)
    assert sound(root)


def test_what_cannot_be_read_is_said(root: Path) -> None:
    (root / "quarantine/x.warc.gz.1").write_bytes(b"\0" * 500)
    done = purge(root, order())
    assert [one.rpartition("/")[2] for one in done.unread] == ["x.warc.gz.1: at 0: 500 bytes that cannot be read"]


def test_a_damaged_file_stays_a_damaged_file(root: Path) -> None:
    """Its sum in the index is not made to fit."""
    path = next(path for path in sorted(root.glob("warc/*/*/*")) if URL.encode() in gzip.decompress(path.read_bytes()))
    data = bytearray(path.read_bytes())
    data[9] = 3  # a head that no reader minds
    path.write_bytes(data)
    purge(root, order())
    whats = [problem.what for problem in verify(root).problems if problem.file.endswith(path.name)]
    assert any("sha256 differs" in what for what in whats)


def test_what_does_not_stand_there(root: Path) -> None:
    before = {path: path.read_bytes() for path in root.rglob("*.gz")}
    with pytest.raises(UnusableError, match=r"news.example/unknown: nothing of it is in this archive"):
        purge(root, order("https://news.example/unknown"))
    for reason in ("", " \n ", "x" * 1001):
        with pytest.raises(UsageError, match="needs a reason"):
            purge(root, structs.replace(order(), reason=reason))
    assert {path: path.read_bytes() for path in root.rglob("*.gz")} == before


def test_a_trial_changes_nothing(root: Path) -> None:
    before = {path: path.read_bytes() for path in root.rglob("*") if path.suffix in (".gz", ".jsonl")}
    said = purge(root, order(trial=True))
    assert {path: path.read_bytes() for path in root.rglob("*") if path.suffix in (".gz", ".jsonl")} == before
    with Archive(root) as archive:
        assert not archive.is_purged(URL)
    assert said == purge(root, order())


def test_a_reason_that_has_no_room_is_refused_before_anything_goes(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.store(file_capture("file:///in/a.txt", b""))
    with pytest.raises(UsageError, match="shorten it"):
        purge(tmp_path, structs.replace(order("file:///in/a.txt"), reason="".join(map(chr, range(0x4E00, 0x5100)))))
    assert verify(tmp_path).types["resource"] == 1


def test_a_second_purge_finds_it_done(root: Path) -> None:
    purge(root, order())
    again = purge(root, order())
    assert (again.types, again.articles, again.tombstones, again.earlier) == ({}, (), 0, (AT,))
    assert sound(root)


def test_the_address_is_refused_until_it_is_allowed_again(root: Path) -> None:
    purge(root, order())
    for _ in range(2):
        with Archive(root) as archive:
            assert archive.is_purged(f"{URL}?utm_source=x")
            assert archive.index.seen("any source", "news.example/77") is not None
            with pytest.raises(RefusedError, match="was purged"):
                archive.store(secret_capture())
            hops = (exchange(8, b"", status=302), *secret_capture().exchanges)
            with pytest.raises(RefusedError, match=URL):  # a redirect to it
                archive.store(structs.replace(capture(8), exchanges=hops, final_url=URL))
        rebuild(root)
    count = len(stones(root))
    assert purge(root, order(again=True)).tombstones == count
    assert all(said.again and said.reason for said in stones(root))
    for _ in range(2):
        with Archive(root) as archive:
            assert not archive.is_purged(URL)
            assert archive.index.seen("paper", "news.example/77") is None
        assert sound(root)
        rebuild(root)
    assert purge(root, order()).tombstones == count  # no more, for now
    with Archive(root) as archive:
        assert archive.is_purged(URL)
    assert purge(root, order(again=True)).forbids == ()
    with Archive(root) as archive:
        made = secret_record()
        archive.add(archive.store(secret_capture()), made, ledger(made))
    assert len(purge(root, order()).articles) == 1
    assert holding(root, *traces()) == []
    with Archive(root) as archive:
        assert archive.is_purged(URL)
    assert sound(root)


def test_the_same_text_elsewhere_is_named_and_stays(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        ref = archive.store(secret_capture())
        made = secret_record()
        archive.add(ref, made, ledger(made))
        twin = secret_record(id="twin", url="https://other.example/copy", final_url="https://other.example/copy")
        hop = structs.replace(exchange(3, b"x"), url="https://other.example/copy")
        of = structs.replace(answered(capture(3), hop), link=structs.replace(capture(3).link, url=hop.url))
        twin = structs.replace(twin, fetched_at=of.fetched_at)
        archive.add(archive.store(of), twin, ledger(twin))
    assert purge(tmp_path, order()).others == ("https://other.example/copy",)
    assert lines(tmp_path) == ["twin"]
    with Archive(tmp_path) as archive:
        assert archive.index.seen("paper", f"sha256:{twin.text_sha256}") == "twin"
    assert sound(tmp_path)


def test_validators_of_the_address_go(root: Path) -> None:
    with Archive(root) as archive:
        archive.note(Note(source="paper", key=URL, etag=f'"{WORD}"'), URL)
        archive.note(Note(source="paper", key="https://news.example/feed", etag='"x"'), "https://news.example/feed")
    purge(root, order())
    assert holding(root, WORD) == []
    with Archive(root) as archive:
        assert archive.index.validated() == ["paper https://news.example/feed"]


@pytest.mark.parametrize("with_rebuild", [False, True])
def test_a_line_that_was_changed_by_hand(root: Path, with_rebuild: bool) -> None:
    """The full text has other words than the line: it is made anew."""
    path = next(root.glob("articles/*/*/22.jsonl"))
    path.write_bytes(path.read_bytes().replace(b"again.", b"CHANG."))
    if with_rebuild:
        rebuild(root)
    purge(root, order())
    assert holding(root, *traces(), "chang") == []
    with View(root) as view:
        assert len(view.index.search("harbour")) == 5
    assert sound(root)


def test_while_somebody_writes_or_reads(root: Path) -> None:
    with Archive(root), pytest.raises(LockedError):
        purge(root, order())
    with View(root) as view:
        next(view.index.rows())
        purge(root, order())
    assert holding(root, *traces()) == []


def test_what_an_interrupted_rebuild_left_goes_too(root: Path) -> None:
    shutil.copy(root / NAME, root / f"{NAME}.new")
    purge(root, order())
    assert holding(root, *traces()) == []


def test_a_disk_that_fails_at_the_end_is_said_and_the_next_opening_finishes_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def failing(source: Path, target: Path) -> None:
        if target.name == NAME:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(LimitError, match="make room"):
        purge(root, order())
    assert [problem.slug for problem in verify(root).problems] == ["unfinished-purge"]
    monkeypatch.undo()
    with Archive(root) as archive:
        assert archive.repairs == (f"{root}: the purge of {URL} was cut off; it is finished",)
    assert holding(root, *traces()) == []
    assert sound(root)


def test_no_room_for_the_new_files_undoes_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> bytes:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "x")

    before = {path: path.read_bytes() for path in root.rglob("*.gz")}
    monkeypatch.setattr(warc, "bury", failing)
    with pytest.raises(LimitError, match="make room"):
        purge(root, order())
    assert {path: path.read_bytes() for path in root.rglob("*.gz")} == before
    assert not list(root.rglob("*.purging"))
    assert sound(root)


def test_what_sqlite_keeps_in_free_pages_goes_too(root: Path) -> None:
    """Many builds of SQLite leave what was deleted where it was; Debian's does not unless it is told to."""
    with closing(sqlite3.connect(root / NAME)) as db:
        db.execute("PRAGMA secure_delete = OFF")
        db.execute("CREATE TABLE junk (text)")
        db.executemany("INSERT INTO junk VALUES (?)", [(f"{WORD} was here",)] * 500)
        db.commit()
        db.execute("DROP TABLE junk")
        db.commit()
    assert NAME in holding(root, "was here")
    purge(root, order())
    assert holding(root, *traces(), "was here") == []
    assert sound(root)


# ---- crashes: a child process kills itself at a chosen system call

COUNTER = itertools.count(1)


def counted(step: int, real: Callable[..., object]) -> Callable[..., object]:
    def call(*args: object, **more: object) -> object:
        if next(COUNTER) == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **more)

    return call


def child(root: Path, step: int, work: Callable[[Path], object]) -> None:
    for name in ("fsync", "replace", "rename", "unlink", "open", "chmod"):
        setattr(os, name, counted(step, getattr(os, name)))
    for name in ("commit", "erase", "forbid", "scrub", "merge_fulltext", "checkpoint", "_reopen"):
        setattr(Index, name, counted(step, getattr(Index, name)))
    work(root)


def killed(root: Path, step: int, work: Callable[[Path], object]) -> bool:
    """Whether the child came to its end before that step."""
    process = multiprocessing.get_context("fork").Process(target=child, args=(root, step, work))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def _open(root: Path) -> None:
    Archive(root).close()


def _purge(root: Path) -> Purged:
    return purge(root, order())


@pytest.mark.parametrize(("with_index", "stride"), [(True, 1), (False, 7)])
def test_killed_at_every_step_it_is_undone_or_done(filled: Path, tmp_path: Path, with_index: bool, stride: int) -> None:
    step, ends, again = 1, set(), True
    while again:
        root = tmp_path / str(step)
        shutil.copytree(filled, root)
        again = killed(root, step, _purge)
        if not with_index:
            for path in root.glob(f"{NAME}*"):
                path.unlink()
        if step % 5 == 0:  # a second crash, now while the first is mended
            killed(root, step // 5 + 3, _open)
        with Archive(root) as archive:
            gone = archive.is_purged(URL)
            assert len(list(archive.index.rows())) == (6 if gone else 10)
        assert sound(root)
        assert not [*root.rglob("*.purging"), *root.rglob("purge.journal*"), *root.rglob("*.new*")]
        assert (holding(root, *traces()) == []) == gone
        ends.add(gone)
        if not gone and step % 5 == 0:
            purge(root, order())
            assert holding(root, *traces()) == []
            assert sound(root)
        shutil.rmtree(root)
        step += stride
    assert step > 60
    assert ends == {True, False}


def test_a_rebuild_finishes_it_too(filled: Path, tmp_path: Path) -> None:
    """Killed between the journal and its end; the index is as it was left, or no database at all."""
    done = 0
    for step in range(1, 400, 7):
        root = tmp_path / str(step)
        shutil.copytree(filled, root)
        if not killed(root, step, _purge):
            break
        if (root / "purge.journal").exists():
            done += 1
            if done % 2:
                (root / NAME).write_bytes(b"no database" * 500)
            assert any("cut off" in note for note in rebuild(root))
            assert holding(root, *traces()) == []
            with Archive(root) as archive:
                assert (archive.is_purged(URL), archive.repairs) == (True, ())
            assert sound(root)
    assert done > 3


def test_a_journal_that_nobody_can_read_is_said(root: Path) -> None:
    (root / "purge.journal").write_bytes(b"{")
    with pytest.raises(VerificationError, match=r"purge\.journal: not a purge's journal .*scrape index"):
        Archive(root)


def test_the_full_text_stays_whole(root: Path) -> None:
    purge(root, order())
    with closing(sqlite3.connect(root / NAME)) as db:
        db.execute("INSERT INTO fulltext (fulltext) VALUES ('integrity-check')")
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        db.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab (main, fulltext, row)")
        words = {row[0] for row in db.execute("SELECT term FROM words")}
    assert not [word for word in words if re.search("mirabellen|counted", word)]
    assert "harbour" in words

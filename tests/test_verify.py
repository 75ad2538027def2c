from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from captures import capture, ledger, page, record
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from scraper import records, warc
from scraper.archive import Archive, Settings
from scraper.errors import ScrapeError
from scraper.index import NAME, File, Index
from scraper.types import Verdict
from scraper.verify import Report, verify

DAY_FILE = "articles/2026/11/21.jsonl"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three articles and a page that is none, in two WARC files."""
    root = tmp_path_factory.mktemp("built")
    with Archive(root, Settings(max_warc=4000)) as archive:
        for number in range(4):
            made = record(number, Verdict.CONSENT if number == 1 else Verdict.ARTICLE)
            archive.add(archive.store(capture(number)), made, ledger(made))
            archive.commit()
    assert len(list(root.rglob("*.warc.gz"))) == 2
    return root


@pytest.fixture
def root(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "copy"))


def whats(report: Report) -> str:
    return "\n".join(f"{problem.file}: {problem.what}" for problem in report.problems)


def warcs(root: Path) -> list[Path]:
    return sorted(root.rglob("*.warc.gz"))


def test_a_sound_archive_is_counted(built: Path) -> None:
    report = verify(built)
    assert (report.problems, report.warnings, report.exit_code) == ((), (), 0)
    assert (report.warcs, report.files, report.lines, report.indexed) == (2, 1, 3, 4)
    assert report.types == {"conversion": 3, "metadata": 4, "request": 4, "response": 4, "warcinfo": 2}
    assert report.verdicts == {"article": 3, "consent": 1}
    assert report.size == sum(path.stat().st_size for path in [*warcs(built), built / DAY_FILE])


def test_nothing_to_verify(tmp_path: Path) -> None:
    assert verify(tmp_path).exit_code == 4
    with pytest.raises(ScrapeError, match="no such directory"):
        verify(tmp_path / "x")


def test_a_missing_index_is_a_warning(root: Path) -> None:
    (root / NAME).unlink()
    report = verify(root)
    assert report.exit_code == 0
    assert [warning.file for warning in report.warnings] == [NAME]


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_every_changed_byte_is_found(built: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([*warcs(built), built / DAY_FILE]))
    _flip_and_check(built, path, data, lambda report: report.exit_code == 5)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_without_the_index_every_byte_that_means_something_is_found(built: Path, data: st.DataObject) -> None:
    """gzip has bits that mean nothing (behind a member's last code): only the index's sha256 of the file sees them."""
    path = data.draw(st.sampled_from([*warcs(built), built / DAY_FILE]))
    before = None if path.suffix == ".jsonl" else gzip.decompress(path.read_bytes())
    hidden = built / NAME
    away = hidden.rename(built / "away")
    try:
        _flip_and_check(built, path, data, lambda report: report.exit_code == 5 or _content(path) == before)
    finally:
        away.rename(hidden)


def _content(path: Path) -> bytes | None:
    return None if path.suffix == ".jsonl" else gzip.decompress(path.read_bytes())


def _flip_and_check(root: Path, path: Path, data: st.DataObject, found: Callable[[Report], bool]) -> None:
    whole = path.read_bytes()
    at = int(data.draw(st.floats(0, 1, exclude_max=True)) * len(whole))
    bit = 1 << data.draw(st.integers(0, 7))
    try:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
        assert found(verify(root)), (path, at, bit)
    finally:
        path.write_bytes(whole)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_lost_tail_is_found(built: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([*warcs(built), built / DAY_FILE]))
    whole = path.read_bytes()
    cut = int(data.draw(st.floats(0, 1, exclude_max=True)) * len(whole))
    try:
        path.write_bytes(whole[:cut])
        assert "acknowledged bytes are gone" in whats(verify(built))
    finally:
        path.write_bytes(whole)


def test_a_changed_title_is_found_without_the_index_and_named(root: Path) -> None:
    (root / NAME).unlink()
    path = root / DAY_FILE
    path.write_bytes(path.read_bytes().replace(b"Title 2", b"Title 9"))
    (problem,) = verify(root).problems
    assert (problem.file, problem.record) == (DAY_FILE, "record-2")
    assert problem.offset == path.read_bytes().splitlines(keepends=True)[0].__len__()
    assert "not the line whose digest" in problem.what


def test_files_that_are_gone(root: Path) -> None:
    warcs(root)[0].unlink()
    (root / DAY_FILE).unlink()
    report = verify(root)
    assert [problem.what for problem in report.problems].count("the file is gone") == 2
    assert "the index has a line here" in whats(report)
    assert "a record without a ledger" in whats(report)


def test_a_line_twice(root: Path) -> None:
    path = root / DAY_FILE
    first = path.read_bytes().splitlines(keepends=True)[0]
    path.write_bytes(path.read_bytes() + first)
    assert "bytes beyond what was acknowledged" in whats(verify(root))
    (root / NAME).unlink()
    assert "another line has this id" in whats(verify(root))


def test_a_line_that_is_gone_leaves_its_conversion_alone(root: Path) -> None:
    (root / NAME).unlink()
    path = root / DAY_FILE
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))
    (problem,) = verify(root).problems
    assert (problem.what, problem.record) == ("a conversion without a line of JSONL", warc.conversion_id("record-0"))


def test_bytes_behind_a_closed_warc_file(root: Path) -> None:
    with warcs(root)[0].open("ab") as file:
        file.write(b"\0" * 10)
    assert "10 bytes beyond what was acknowledged" in whats(verify(root))


def test_a_file_that_the_index_does_not_know(root: Path) -> None:
    shutil.copy(warcs(root)[0], warcs(root)[0].with_name("copy.warc.gz"))
    report = verify(root)
    assert "another record has this id" in whats(report)
    assert "does not begin with its own warcinfo record" in whats(report)
    assert [warning.what[:16] for warning in report.warnings] == ["not in the index"]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"text": "x"}, "the text does not have its sha256"),
        ({"verdict": "consent"}, "the verdict is consent"),
        ({"fetched_at": "2026-11-22T00:00:00Z"}, "another day's file"),
        ({"fetched_at": None}, "fetched_at is not"),
        ({"warc": None}, "points to no WARC record"),
        ({"id": "x"}, "it has no conversion record"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(root: Path, change: dict[str, object], what: str) -> None:
    (root / NAME).unlink()
    path = root / DAY_FILE
    first, *rest = path.read_bytes().splitlines(keepends=True)
    changed = msgspec.json.encode({**msgspec.json.decode(first), **change}) + b"\n"
    path.write_bytes(b"".join([changed, *rest]))
    assert what in whats(verify(root))


@pytest.mark.parametrize(
    ("field", "value"), [("offset", 1), ("file", "../x"), ("length", 3), ("record_id", "urn:uuid:0")]
)
def test_a_pointer_that_leads_elsewhere(root: Path, field: str, value: object) -> None:
    (root / NAME).unlink()
    path = root / DAY_FILE
    first, *rest = path.read_bytes().splitlines(keepends=True)
    line = msgspec.json.decode(first)
    line["warc"][field] = value
    path.write_bytes(b"".join([msgspec.json.encode(line) + b"\n", *rest]))
    assert "it points to" in whats(verify(root))


def _rewritten(path: Path, change: Callable[[warc.Entry], tuple[tuple[tuple[str, str], ...], bytes]]) -> None:
    """The file with changed records, each with a right block digest and length: what a careful forger could write."""
    members = []
    for entry in warc.read(path):
        assert isinstance(entry, warc.Entry)
        headers, block = change(entry)
        members.append(
            warc.form.member([h for h in headers if h[0] not in ("WARC-Block-Digest", "Content-Length")], block)
        )
    path.write_bytes(b"".join(members))


@pytest.mark.parametrize(
    ("kind", "old", "new", "what"),
    [
        ("response", b"town 0", b"town 9", "the payload does not have its digest"),
        ("conversion", b"town 0", b"town 9", "its text or its source is not that of the conversion"),
        ("metadata", b'"kept"', b'"kepp"', "not a ledger"),
        ("metadata", b"record-0", b"record-7", "its id is not made from record record-7"),
    ],
)
def test_a_forged_block(root: Path, kind: str, old: bytes, new: bytes, what: str) -> None:
    (root / NAME).unlink()
    _rewritten(warcs(root)[0], lambda e: (e.headers, e.block.replace(old, new) if e.type == kind else e.block))
    assert what in whats(verify(root))


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("WARC-Refers-To", "which is not there"),
        ("WARC-Type", "unknown record type"),
        ("WARC-Record-ID", "another record has this id"),
    ],
)
def test_a_forged_header(root: Path, name: str, what: str) -> None:
    (root / NAME).unlink()
    forged = lambda e: tuple((n, "<urn:x>" if n == name else v) for n, v in e.headers)  # noqa: E731 used once
    _rewritten(warcs(root)[0], lambda e: (forged(e), e.block))
    assert what in whats(verify(root))


def test_another_gzip_head_is_found_without_the_index(root: Path) -> None:
    (root / NAME).unlink()
    path = warcs(root)[0]
    data = bytearray(path.read_bytes())
    data[9] = 3  # the same record by another system
    path.write_bytes(data)
    assert "the head of its gzip member was changed" in whats(verify(root))


def test_the_index_must_agree(root: Path) -> None:
    index = Index(root / NAME)
    index._write("UPDATE records SET title = 'x' WHERE id = 'record-0'", ())
    index._write("UPDATE records SET line_offset = 1 WHERE id = 'record-2'", ())
    index._write("UPDATE records SET ledger_offset = 1 WHERE id = 'record-1'", ())
    index._write("DELETE FROM records WHERE id = 'record-3'", ())
    index.commit()
    index.close()
    found = {(problem.record, problem.what) for problem in verify(root).problems}
    assert found == {
        ("record-0", "the index has another title"),
        ("record-2", "the index looks for it in another place"),
        ("record-1", "the index looks for the ledger in the wrong place"),
        ("record-3", "the index does not know it"),
    }


def test_a_damaged_index_is_a_problem_and_the_rest_is_read(root: Path) -> None:
    (root / NAME).write_bytes(b"no database" * 500)
    report = verify(root)
    assert [problem.file for problem in report.problems] == [NAME]
    assert report.lines == 3


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_change_of_the_index_stops_verification(built: Path, data: st.DataObject) -> None:
    path = built / NAME
    whole = path.read_bytes()
    at = int(data.draw(st.floats(0, 1, exclude_max=True)) * len(whole))
    try:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << data.draw(st.integers(0, 7))]) + whole[at + 1 :])
        for suffix in ("-wal", "-shm"):
            path.with_name(NAME + suffix).unlink(missing_ok=True)
        assert verify(built).warcs == 2
    finally:
        path.write_bytes(whole)


def test_beside_a_writer(tmp_path: Path) -> None:
    with Archive(tmp_path, Settings(max_warc=6000)) as archive:
        for number in range(8):
            made = record(number)
            ref = archive.store(capture(number))
            assert verify(tmp_path).problems == ()
            archive.add(ref, made, ledger(made))
            assert verify(tmp_path).problems == ()
            if number % 2:
                archive.commit()
                report = verify(tmp_path)
                assert (report.problems, report.warnings) == ((), ())
                assert report.indexed == number + 1


def test_lines_that_wait_are_no_problem(tmp_path: Path) -> None:
    """A crash between the acknowledgement and the line: the index has it, the next opening writes it."""
    with Archive(tmp_path / "live") as archive:
        archive.add(archive.store(capture(1)), record(1), ledger(record(1)))
        archive.commit()
        copy = Path(shutil.copytree(tmp_path / "live", tmp_path / "copy"))
    line = (copy / DAY_FILE).read_bytes()
    for left in (b"", line[:30], None):
        (copy / DAY_FILE).write_bytes(left) if left is not None else (copy / DAY_FILE).unlink()
        assert verify(copy).problems == ()
    Archive(copy).close()
    assert (copy / DAY_FILE).read_bytes() == line
    assert verify(copy).exit_code == 0


def test_what_a_crash_left_without_an_index_is_a_warning(tmp_path: Path) -> None:
    with Archive(tmp_path / "live") as archive:
        archive.add(archive.store(capture(1)), record(1), ledger(record(1)))
        copy = Path(shutil.copytree(tmp_path / "live", tmp_path / "copy", ignore=lambda *_: [NAME]))
    (left,) = copy.rglob("*.open")
    left.write_bytes(left.read_bytes()[:-5])
    report = verify(copy)
    assert report.problems == ()
    assert "the file ends within a record" in [warning.what for warning in report.warnings]


def test_a_large_text_is_read_whole(tmp_path: Path) -> None:
    text = "Ä long text. " * 200_000
    body = page(1) * 20_000
    made = structs.replace(record(1), text=text, text_sha256=warc.digest(text.encode()).removeprefix("sha256:"))
    with Archive(tmp_path) as archive:
        archive.add(archive.store(capture(1, body)), made, ledger(made))
    assert verify(tmp_path).exit_code == 0
    (line,) = records.scan(tmp_path / DAY_FILE)
    assert isinstance(line, records.Line)
    assert line.record.text == text


def test_the_file_table_of_the_index_counts(root: Path) -> None:
    index = Index(root / NAME)
    index.set_file(File("warc/2026/11/never.warc.gz", 5, "x"))
    index.commit()
    index.close()
    assert whats(verify(root)) == "warc/2026/11/never.warc.gz: the file is gone"

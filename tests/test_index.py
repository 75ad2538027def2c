from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from captures import record
from msgspec import structs

from scraper.errors import LimitError, LockedError, ScrapeError, VerificationError
from scraper.index import SCHEMA_VERSION, File, Index, Pending, Place, Run, Validators
from scraper.sources import urls
from scraper.types import Note, Verdict, WarcRef

REF = WarcRef("warc/2026/11/a.warc.gz", 10, 20, "urn:uuid:1")
LEDGER = WarcRef("warc/2026/11/a.warc.gz", 30, 5, "urn:uuid:2")
PLACE = Place("articles/2026/11/21.jsonl", 0, 100)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    opened = Index(tmp_path / "index.sqlite")
    yield opened
    opened.close()


def test_a_record_comes_back(index: Index) -> None:
    seq = index.add(record(1, warc=REF, language="tr", family="f", version=2), PLACE, LEDGER)
    row = index.get("record-1")
    assert row is not None
    assert (row.seq, row.warc, row.ledger, row.line) == (seq, REF, LEDGER, PLACE)
    assert (row.verdict, row.title, row.language, row.family, row.version) == (Verdict.ARTICLE, "Title 1", "tr", "f", 2)
    assert index.get("record-2") is None
    assert index.with_text(row.text_sha256) == [row]


def test_what_is_not_committed_is_gone(tmp_path: Path) -> None:
    first = Index(tmp_path / "i")
    first.add(record(1), None, None)
    first.commit()
    first.add(record(2), None, None)
    assert first.last_seq() == 2
    first.close()
    second = Index(tmp_path / "i")
    assert [row.id for row in second.rows()] == ["record-1"]
    second.close()


def test_a_commit_that_failed_and_left_its_frames_does_not_come_back(tmp_path: Path) -> None:
    """What is hardened stays as it was seen, whatever the next opening finds in the log."""
    ours, other, later = (tmp_path / name for name in ("ours", "other", "later"))
    with closing(Index(ours)) as index:
        index.add(record(1), None, None)
        index.commit()
        copied(ours, other)
        with closing(Index(other)) as more:  # the same log, and one commit behind it
            more.add(record(2), None, None)
            more.commit()
            frames = log(other).read_bytes()
        size = log(ours).stat().st_size
        assert frames[:size] == log(ours).read_bytes()
        with log(ours).open("r+b") as file:
            file.write(frames)
        assert index.last_seq() == 1
        index.harden()
        assert index.last_seq() == 1
        copied(ours, later)
    with closing(Index(later)) as found:
        assert [row.id for row in found.rows()] == ["record-1"]


def log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def copied(path: Path, to: Path) -> None:
    """What a power cut would leave of a database, its log included."""
    shutil.copyfile(path, to)
    shutil.copyfile(log(path), log(to))


def test_a_page_that_was_damaged_is_found(tmp_path: Path) -> None:
    with closing(Index(tmp_path / "i")) as index:
        for number in range(50):
            index.add(record(number), None, None)
        index.commit()
        assert index.damages() == []
    data = (tmp_path / "i").read_bytes()
    (tmp_path / "i").write_bytes(data[: -4 * 4096] + bytes(4 * 4096))  # the last may be free
    with closing(Index(tmp_path / "i")) as index, pytest.raises(VerificationError, match=r"damaged .*`scrape index`"):
        index.damages()


def test_after_a_checkpoint_the_file_alone_holds_what_was_committed(index: Index, tmp_path: Path) -> None:
    index.add(record(1), PLACE, LEDGER)
    index.commit()
    alone = tmp_path / "alone.sqlite"
    index.checkpoint()
    assert (tmp_path / "index.sqlite-wal").stat().st_size == 0
    shutil.copy(tmp_path / "index.sqlite", alone)
    with closing(Index(alone)) as copy:
        assert list(copy.rows()) == list(index.rows()) != []
        assert [row.id for row in copy.search("harbour")] == ["record-1"]


def test_an_id_stands_once_and_atomic_takes_back_its_own_part_only(index: Index) -> None:
    index.add(record(1), None, None)
    with pytest.raises(sqlite3.IntegrityError), index.atomic():  # noqa: PT012 the part is two steps
        index.add(record(2), None, None)
        index.add(record(1), None, None)
    index.commit()
    assert [row.id for row in index.rows()] == ["record-1"]


def test_addresses_and_an_articles_text_count_as_seen(index: Index) -> None:
    article = record(
        1,
        final_url="http://www.news.example/new-bridge-is-open/?utm_source=x",
        canonical_url="https://news.example/2026/new-bridge-is-open",
        other_urls=("https://o.example/",),
    )
    index.add(article, PLACE, None)
    page = record(2, Verdict.CONSENT, final_url="https://news.example/", canonical_url="https://news.example/wall")
    index.add(page, None, None)
    met = (
        *("https://news.example/1", "news.example/1", "http://www.news.example/new-bridge-is-open/"),
        *("news.example/new-bridge-is-open", "news.example/2026/new-bridge-is-open", "o.example"),
        f"sha256:{article.text_sha256}",
    )
    assert {key: index.seen("paper", key) for key in met} == dict.fromkeys(met, "record-1")
    assert index.seen("paper", "news.example/2") == "record-2"
    assert index.seen("paper", "news.example") is None  # a dead link leads to a front page
    assert index.seen("paper", f"sha256:{page.text_sha256}") is None
    assert index.seen("other", "news.example/1") is None
    index.see("other", "key", "record-9")
    assert index.seen("other", "key") == "record-9"


def test_search_finds_words_by_title_and_text(index: Index) -> None:
    index.add(record(1, title="Çok güzel"), PLACE, None)
    index.add(record(2, title='Quotes "here" AND NEAR(x)'), PLACE, None)
    index.add(record(3, Verdict.CONSENT), None, None)
    assert [row.id for row in index.search("guzel")] == ["record-1"]
    assert {row.id for row in index.search("harbour rebuilt")} == {"record-1", "record-2"}
    assert [row.id for row in index.search('"here" AND NEAR(x)')] == ["record-2"]
    assert index.search("harbour nowhere") == []
    assert index.search(' "" * \0 ( ') == []
    assert len(index.search("harbour", 1)) == 1


def test_rows_in_order_and_by_source(index: Index) -> None:
    for number in range(5):
        index.add(record(number, source="a" if number % 2 else "b"), None, None)
    assert [row.id for row in index.rows(after=3)] == ["record-3", "record-4"]
    assert [row.id for row in index.rows(source="a")] == ["record-1", "record-3"]
    assert [row.id for row in index.latest(2)] == ["record-4", "record-3"]
    assert [row.id for row in index.latest(2, before=4)] == ["record-2", "record-1"]
    assert index.counts() == {("a", "article"): 2, ("b", "article"): 3}


def test_validators_failures_and_runs(index: Index) -> None:
    index.take(Note(source="s", key="u", etag='"e"'))
    index.take(Note(source="s", key="u", etag='"f"', last_modified="Mon"))
    assert index.validators("s", "u") == Validators('"f"', "Mon")
    assert index.validators("s", "v") is None is index.validators("t", "u")
    index.take(Note(source="s", key="u", seen=""))
    assert index.seen("s", "u") == ""
    index.fail("s", "timeout")
    index.fail("s", "timeout")
    assert index.failures() == {("s", "timeout"): 2}
    index.start_run("s", "1")
    assert index.runs() == {"s": Run("s", "1", None, None)}
    index.end_run("s", "2", ok=True)
    index.start_run("s", "3")
    assert index.runs() == {"s": Run("s", "3", "2", True)}


def test_files_and_lines_that_wait(index: Index) -> None:
    index.set_file(File("a", 1))
    index.set_file(File("a", 2, "x"))
    assert index.file("a") == File("a", 2, "x")
    index.wait(Pending(1, "a", 0, b"1"))
    index.wait(Pending(2, "a", 1, b"2"))
    index.settle(1)
    assert index.snapshot().pending == (Pending(2, "a", 1, b"2"),)
    index.forget_file("a")
    assert index.files() == []


def test_a_reader_sees_what_is_committed_while_somebody_writes(index: Index) -> None:
    index.add(record(1), None, None)
    index.commit()
    index.add(record(2), None, None)
    reader = Index(index.path, readonly=True)
    assert reader.snapshot().last_seq == 1
    index.commit()
    assert reader.snapshot().last_seq == 2
    with pytest.raises(LimitError):
        reader.see("s", "k", "r")
    reader.close()


def test_a_second_writer_is_told_so(index: Index) -> None:
    index.add(record(1), None, None)
    other = Index(index.path)
    other._read("PRAGMA busy_timeout = 0")
    with pytest.raises(LockedError, match="another process"):
        other.add(record(2), None, None)
    other.close()


def test_a_newer_schema_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    path = tmp_path / "i"
    Index(path).close()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    db.close()
    for readonly in (True, False):
        with pytest.raises(ScrapeError, match=rf"{path}: schema {SCHEMA_VERSION + 1}.*delete the file") as error:
            Index(path, readonly=readonly)
        assert error.value.reason == "index-schema"


def test_a_file_that_is_no_database_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "i"
    path.write_bytes(b"not a database at all" * 1000)
    for readonly in (True, False):
        with pytest.raises(VerificationError, match="damaged"):
            Index(path, readonly=readonly)


def test_a_database_that_cannot_be_opened_is_a_limit(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match="cannot be written or opened"):
        Index(tmp_path)


@pytest.mark.parametrize("change", ["verdict = 'articel'", "word_count = 'x'", "warc_offset = NULL"])
def test_a_row_that_makes_no_sense_is_damage(index: Index, change: str) -> None:
    index.add(record(1, warc=REF), PLACE, LEDGER)
    index._write(f"UPDATE records SET {change}", ())  # noqa: S608 the parameters above
    with pytest.raises(VerificationError, match="the index is damaged"):
        index.get("record-1")


@pytest.mark.parametrize(
    "declared",
    [
        "https://news.example/",
        "https://news.example/politics",
        "https://other.example/2026/new-bridge-is-open",
        "https://news.example/2026/old-bridge-is-closed",
    ],
)
def test_a_canonical_address_that_is_not_surely_the_articles_is_not_met(index: Index, declared: str) -> None:
    article = record(1, final_url="https://news.example/new-bridge-is-open", canonical_url=declared)
    index.add(article, PLACE, None)
    assert index.seen("paper", declared) is None
    assert index.seen("paper", urls.key(declared)) is None


def test_addresses_learned_later_are_of_every_version(index: Index) -> None:
    first, second = record(1, url="https://news.example/a"), record(2, url="http://www.news.example/a/")
    for one in (first, second):
        index.add(one, PLACE, None)
    note = Note(source="paper", key="news.example/b", seen="record-1", url="https://m.news.example/b")
    index.take(note)
    index.take(note)
    index.take(Note(source="paper", key="news.example/c", seen="gone", url="https://m.news.example/c"))
    assert index.others(first) == index.others(second) == ("https://m.news.example/b",)
    assert index.seen("paper", "news.example/b") == index.seen("paper", "https://m.news.example/b") == "record-1"
    known = structs.replace(first, other_urls=("https://m.news.example/b", "https://news.example/x"))
    assert index.others(known) == known.other_urls
    assert index.others(record(3, url="https://news.example/c")) == ()

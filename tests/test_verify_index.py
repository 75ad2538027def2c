"""What verification says of the index, of tombstones, and of what lies in the archive's directories."""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from archives import put
from captures import capture, ledger, record

from scraper import verify as package
from scraper.archive import Archive, Order, Settings, purge
from scraper.index import NAME, Index
from scraper.types import Verdict
from scraper.verify import verify
from scraper.verify.report import SLUGS

ORDER = Order("https://news.example/2", "case 4711", "2026-11-22T08:00:00.000000Z", "scrape/test")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six articles, two pages that are none, and a tombstone, in several files."""
    root = tmp_path_factory.mktemp("built")
    with Archive(root, Settings(max_warc=6000)) as archive:
        for number in range(8):
            put(archive, number, Verdict.CONSENT if number % 4 == 1 else Verdict.ARTICLE)
            archive.commit()
    purge(root, ORDER)
    return root


@pytest.fixture
def root(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "copy"))


@pytest.fixture
def index(root: Path) -> Iterator[Index]:
    with closing(Index(root / NAME)) as index:
        yield index


def slugs(root: Path) -> list[str]:
    return [problem.slug for problem in verify(root).problems]


def test_every_slug_is_named_and_every_name_is_used() -> None:
    text = "".join(path.read_text() for path in Path(package.__file__).parent.glob("*.py"))
    used = set(re.findall(r'(?:Wrong|wrong)\(\s*"([a-z-]+)"', text)) | {"torn", "damaged"}
    assert used == SLUGS


def test_what_was_purged_is_counted(built: Path) -> None:
    report = verify(built)
    assert (report.problems, report.warnings) == ((), ())
    assert (report.tombstones, report.purged, report.indexed) == (1, 4, 7)


def content(path: Path) -> object:
    """What the database says to whoever asks it, but for the pages that are no article: nothing else holds them."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as db:
        db.text_factory = bytes
        tables = ["records WHERE verdict = 'article'", "seen", "files", "pending", "fulltext_docsize"]
        db.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab (main, fulltext, instance)")
        return [sorted(map(repr, db.execute(f"SELECT * FROM {table}"))) for table in [*tables, "words"]]  # noqa: S608 constants only


def test_every_changed_bit_of_the_index_that_means_something_is_found(root: Path) -> None:
    """Most of a small database is free space, zeroed by a purge; of the rest, every flip that changes what it says."""
    path = root / NAME
    whole, meant = path.read_bytes(), content(path)
    generator = random.Random(4711)
    counts: Counter[tuple[bool, bool]] = Counter()
    used = [at for at, byte in enumerate(whole) if byte]
    for _ in range(200):
        at, bit = generator.choice(used), 1 << generator.randrange(8)
        path.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
        for suffix in ("-wal", "-shm"):
            path.with_name(NAME + suffix).unlink(missing_ok=True)
        try:
            changed = content(path) != meant
        except (sqlite3.Error, UnicodeDecodeError):  # the latter of a message about a damaged schema
            changed = True
        found = verify(root).exit_code == 5
        assert found or not changed, (at, bit)
        counts[changed, found] += 1
    assert counts[True, True] > 100


@pytest.mark.parametrize(
    ("sql", "slug"),
    [
        ("UPDATE records SET published = '2026-01-01' WHERE id = 'record-3'", "index-row"),
        ("UPDATE records SET url = 'https://news.example/x' WHERE id = 'record-5'", "index-row"),
        ("UPDATE records SET verdict = 'empty' WHERE id = 'record-5'", "index-row"),
        ("UPDATE records SET warc_offset = 0 WHERE id = 'record-5'", "index-place"),
        ("DELETE FROM seen WHERE key = 'https://news.example/3'", "index-seen"),
        ("UPDATE seen SET record = 'x' WHERE record = 'record-3'", "index-seen"),
        ("UPDATE seen SET record = 'record-4' WHERE record = 'record-3'", "index-seen"),
        ("UPDATE files SET name = 'x' || name WHERE name LIKE 'warc%1.warc.gz'", "index-damaged"),
        ("DROP INDEX records_by_text", "index-damaged"),
        ("UPDATE tallies SET count = count + 1", "index-counts"),
        ("DELETE FROM daily", "index-counts"),
        ("DELETE FROM seen WHERE source = ''", "tombstone"),
        ("INSERT INTO fulltext (fulltext, rowid, title, text) VALUES ('delete', 1, 'Title 0', '')", "index-words"),
        ("INSERT INTO fulltext (rowid, title, text) VALUES (99, 'more', 'words')", "index-words"),
        ("INSERT INTO pending VALUES (1, 'articles/2026/11/21.jsonl', 0, x'78')", "waiting-line"),
    ],
)
def test_what_is_wrong_with_the_index_has_a_slug(root: Path, index: Index, sql: str, slug: str) -> None:
    index._write(sql, ())
    index.commit()
    assert slug in slugs(root)


def test_a_record_that_was_purged_and_is_back(root: Path, tmp_path: Path) -> None:
    """Somebody put a file back out of a backup, under another name."""
    with Archive(tmp_path / "other") as archive:
        ref = archive.store(capture(2))
        put(archive, 3)
    backup = tmp_path / "backup"
    shutil.copytree(tmp_path / "other", backup)
    purge(tmp_path / "other", ORDER)
    shutil.copy(backup / ref.file, (tmp_path / "other" / ref.file).with_name("back.warc.gz"))
    assert "purged-record" in slugs(tmp_path / "other")


def test_files_that_do_not_belong_and_a_purge_that_was_cut_off(root: Path) -> None:
    names = ["notes.txt", "warc/2026/11/a.warc", "articles/x.jsonl", "articles/2026/11/21.jsonl.bak", "x/y"]
    for name in (*names, ".lock", "quarantine/a", "warc/2026/11/b.purging"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("x")
    report = verify(root)
    assert report.problems == ()
    assert {warning.file for warning in report.warnings if warning.slug == "foreign-file"} == set(names)
    assert [warning.file for warning in report.warnings if warning.slug == "unfinished-purge"] == [
        "warc/2026/11/b.purging"
    ]
    (root / "purge.journal").write_text("{}")
    assert slugs(root) == ["unfinished-purge"]


def test_progress_goes_to_the_end(built: Path) -> None:
    told: list[tuple[int, int]] = []
    report = verify(built, lambda done, total: told.append((done, total)))
    assert told[-1] == (report.size, report.size)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(told) > 20


def test_words_beside_a_writer(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        for number in range(4):
            archive.add(archive.store(capture(number)), record(number), ledger(record(number)))
            if number % 2:
                archive.commit()
            assert verify(tmp_path).problems == ()

"""An archive that an older version made: a writer takes it up to the present schema, a reader says what would."""

from __future__ import annotations

import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from archives import lines, put, sound
from captures import answered, capture, page
from msgspec import structs

from scraper.archive import Archive, View, rebuild
from scraper.errors import ScrapeError
from scraper.index import NAME, SCHEMA_VERSION, Index, Run, Validators
from scraper.index.migrations import STEPS
from scraper.verify import verify

OLD = Path(__file__).parent / "data" / "archive-schema-1.tar.gz"
"""Three pages, the second no article, and the first's capture again; written by the last version with schema 1."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    with tarfile.open(OLD) as archive:
        archive.extractall(tmp_path, filter="data")
    assert version(tmp_path) == 1
    return tmp_path


def version(root: Path) -> int:
    with closing(sqlite3.connect(root / NAME)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def schema(path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name").fetchall()


def test_a_writer_upgrades_in_place_and_loses_nothing(root: Path, tmp_path: Path) -> None:
    with Archive(root) as archive:
        (note,) = archive.repairs
        assert note.startswith(f"{root / NAME}: upgraded from schema 1 to {SCHEMA_VERSION}; `scrape index` also takes")
        assert [row.id for row in archive.index.rows()] == ["record-0", "record-1", "record-2"]
        assert archive.index.validators("paper", "https://news.example/feed") == Validators('"1"', None)
        assert archive.index.failures() == {("paper", "timeout"): 1}
        assert archive.index.runs() == {"paper": Run("paper", "2026-11-21T12:00:00Z", "2026-11-21T12:00:01Z", True)}
        put(archive, 3)
    assert version(root) == SCHEMA_VERSION
    Index(tmp_path / "new").close()
    assert schema(root / NAME) == schema(tmp_path / "new")
    with Archive(root) as archive:
        assert archive.repairs == ()
    assert lines(root) == ["record-0", "record-2", "record-3"]
    assert sound(root)


def test_readers_name_the_command_and_change_nothing(root: Path) -> None:
    before = (root / NAME).read_bytes()
    for read in (View, verify):
        with pytest.raises(ScrapeError, match=rf"{NAME}: schema 1, .*: `scrape index` upgrades it") as caught:
            read(root)
        assert (caught.value.reason, caught.value.exit_code) == ("old-schema", 1)
    assert (root / NAME).read_bytes() == before
    assert version(root) == 1


def test_made_again_it_knows_what_lies_in_the_warc(root: Path) -> None:
    assert rebuild(root) == ()
    with Archive(root) as archive:
        assert [payload.uri[-1] for payload in archive.index.all_payloads()] == ["0", "0", "1", "2"]
        later = structs.replace(capture(2).exchanges[0], started_at="2026-11-22T12:00:00Z")
        ref = archive.store(answered(capture(2), later))
        assert archive.read(ref).type == "revisit"
        assert archive.capture(ref).body == page(2)
        assert archive.index.seen("paper", "https://news.example/1") == "record-1"
    assert sound(root)


def test_an_upgrade_that_is_cut_off_did_not_happen(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scraper.index.database.STEPS", (*STEPS, "no SQL"))
    with pytest.raises(ScrapeError):
        Archive(root)
    monkeypatch.undo()
    assert version(root) == 1
    with Archive(root) as archive:
        assert archive.index.upgraded_from == 1
    assert sound(root)


def test_a_newer_one_is_left_alone_by_all(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        put(archive, 1)
    with closing(sqlite3.connect(tmp_path / NAME)) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = (tmp_path / NAME).read_bytes()
    for open_it in (Archive, View, rebuild):
        with pytest.raises(ScrapeError, match="use the version that made it, or delete the file"):
            open_it(tmp_path)
    assert (tmp_path / NAME).read_bytes() == before
    (tmp_path / NAME).unlink()  # as the message says
    rebuild(tmp_path)
    assert sound(tmp_path)

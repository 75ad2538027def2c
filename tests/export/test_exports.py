"""What holds for every format: the same bytes from the same archive, whole or not at all, and what is chosen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from exporting import export, files, filled, put

from scraper import records
from scraper.archive import Archive, rebuild
from scraper.export import FORMATS
from scraper.types import Rights, Verdict


def exported(root: Path, form: str, place: Path) -> dict[str, bytes]:
    """The files of an export, under their names; a single file's is empty."""
    assert export(root, "--format", form, "--output", place)[::2] == (0, "")
    return files(place) if place.is_dir() else {"": place.read_bytes()}


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_archive_gives_the_same_bytes_with_any_index(tmp_path: Path, form: str) -> None:
    root = tmp_path / "archive"
    filled(root)
    with Archive(root) as archive:  # a consent page before an article: a rebuilt index counts them the other way round
        put(archive, 11, verdict=Verdict.CONSENT)
        put(archive, 12, tags=("a", "b"), authors=("Jane Doe",), removed_counts={"b": 1, "a": 2})
    first = exported(root, form, tmp_path / "one")
    assert exported(root, form, tmp_path / "two") == first
    (root / "index.sqlite").unlink()
    rebuild(root)
    assert exported(root, form, tmp_path / "three") == first
    assert exported(root, form, tmp_path / "one") == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "one", "three", "two"]


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_that_breaks_off_leaves_what_was_there(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "archive"
    filled(root)
    before = exported(root, form, tmp_path / "out")
    with Archive(root) as archive:
        put(archive, 9)

    def broken(*args: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    for name in ("fsync", "replace" if "" in before else "rename"):
        with monkeypatch.context() as patch:
            patch.setattr(f"os.{name}", broken)
            ran = export(root, "--format", form, "--output", tmp_path / "out")
        assert (ran.code, "No space left on device; choose another --output" in ran.err) == (7, True)
        assert (files(tmp_path / "out") or {"": (tmp_path / "out").read_bytes()}) == before
        assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "out"]


def test_what_is_being_written_is_exported_as_far_as_it_is_acknowledged(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    with Archive(root) as archive:
        put(archive, 1)
        archive.commit()
        first = exported(root, "wacz", tmp_path / "a"), exported(root, "cdxj", tmp_path / "b")
        put(archive, 2)
        assert (exported(root, "wacz", tmp_path / "a"), exported(root, "cdxj", tmp_path / "b")) == first
    assert exported(root, "cdxj", tmp_path / "b")[""].count(b"\n") == 2


@pytest.mark.parametrize(
    ("option", "ids"),
    [
        (("--since", "2026-11-21T12:00:02"), [2, 3]),
        (("--since", "2026-12"), []),
        (("--until", "2026-11-21T12:00:01"), [1]),
        (("--until", "2026"), [1, 2, 3]),
        (("--until", "2026-11-20"), []),
        (("--language", "de"), [1, 2]),
        (("--language", "DE-at,und"), [2, 3]),
        (("--source", "paper", "--language", "en"), []),
    ],
)
def test_only_what_was_asked_for(tmp_path: Path, option: tuple[str, ...], ids: list[int]) -> None:
    with Archive(tmp_path) as archive:
        put(archive, 1, language="de")
        put(archive, 2, language="de-AT")
        put(archive, 3)
    ran = export(tmp_path, *option)
    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == [f"record-{number}" for number in ids]
    assert ran.code == (0 if ids else 4)


def test_until_gives_the_version_of_then_and_a_language_no_older_one(tmp_path: Path) -> None:
    url = "https://news.example/1"
    with Archive(tmp_path) as archive:
        old = put(archive, 1, url=url, language="de")
        new = put(archive, 2, url=url, language="en")
    assert export(tmp_path).out == records.encode(new)
    assert export(tmp_path, "--until", "2026-11-21T12:00:01").out == records.encode(old)
    assert export(tmp_path, "--language", "de").code == 4


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--since", "yesterday"), "--since yesterday: no time in UTC such as 2026-11"),
        (("--until", "2026-13"), "--until 2026-13: no time"),
        (("--language", "Deutsch"), "--language deutsch: no language tag"),
        (("--respect", "robots"), "--respect robots: no such signal; there are tdm, noai, noarchive, or none alone"),
        (("--respect", "none,tdm"), "--respect none: no such signal"),
        (("--format", "parquet"), "--format parquet makes a file: name it with --output"),
        (("--format", "dataset", "--output", "-"), "--format dataset makes a folder: name it with --output"),
        (("--format", "cdxj", "--source", "paper"), "--format cdxj holds the WARC files whole: leave out --source"),
        (("--format", "wacz", "--output", "x", "--respect", "tdm"), "leave out --respect"),
        (("--format", "cdxj", "--all"), "leave out --all"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, argv: tuple[str, ...], said: str) -> None:
    filled(tmp_path)
    ran = export(tmp_path, *argv)
    assert (ran.code, ran.out) == (2, b"")
    assert said in ran.err


NOAI = Rights(x_robots_tag=("noindex, NoAI",))
TDM = Rights(tdm_reservation="1")
NOARCHIVE = Rights(robots_meta=("robots: max-snippet:-1, noarchive",))


@pytest.mark.parametrize(
    ("argv", "ids", "said"),
    [
        ((), [1, 2, 3, 4], ""),
        (("--respect", "tdm,noai,noarchive"), [4], "3 of 4 articles left out by the sites' rights signals: 1 tdm, "),
        (("--respect", "noai"), [1, 3, 4], "1 of 4 articles left out by the sites' rights signals: 1 noai\n"),
        (("--respect", "none"), [1, 2, 3, 4], ""),
    ],
)
def test_what_a_site_reserved_is_left_out_where_one_asks(
    tmp_path: Path, argv: tuple[str, ...], ids: list[int], said: str
) -> None:
    with Archive(tmp_path) as archive:
        for number, rights in enumerate((TDM, NOAI, NOARCHIVE, Rights(tdm_reservation="0")), start=1):
            put(archive, number, rights)
    ran = export(tmp_path, *argv)
    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == [f"record-{number}" for number in ids]
    assert (ran.code, said in ran.err, bool(ran.err)) == (0, True, bool(said))


def test_an_article_without_its_ledger_is_left_out_where_rights_count(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        put(archive, 1)
        archive.index._write("UPDATE records SET ledger_file = NULL", ())
    ran = export(tmp_path, "--respect", "tdm")
    assert (ran.code, ran.out) == (0, b"")
    assert "1 of 1 articles left out by the sites' rights signals: 1 unknown" in ran.err


@pytest.mark.parametrize("form", ["cdxj", "wacz"])
def test_a_damaged_place_of_a_warc_file_is_said_and_the_rest_exported(tmp_path: Path, form: str) -> None:
    root = tmp_path / "archive"
    filled(root)
    [path] = root.glob("warc/*/*/*.gz")
    data = bytearray(path.read_bytes())
    second = data.find(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 20)
    data[second + 40] ^= 0xFF
    path.write_bytes(data)
    ran = export(root, "--format", form, "--output", tmp_path / "out")
    assert ran.code == 5
    assert f"{path}: at {second}: not a gzip member" in ran.err
    assert "in the WARC files could not be read; `scrape verify` says more" in ran.err
    assert (tmp_path / "out").exists()
    path.unlink()
    ran = export(root, "--format", form, "--output", tmp_path / "gone")
    assert (ran.code, (tmp_path / "gone").exists()) == (1, False)
    assert f"{path}: the file is gone" in ran.err

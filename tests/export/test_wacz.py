"""The WACZ; tests/peers has py-wacz and pywb read it."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zipfile
from pathlib import Path

import pytest
from exporting import articles, export, filled

from scraper.archive import View
from scraper.errors import ScrapeError
from scraper.export import wacz
from scraper.index import File


def made(root: Path, at: Path) -> zipfile.ZipFile:
    assert export(root, "--format", "wacz", "--output", at)[::2] == (0, "")
    return zipfile.ZipFile(at)


def test_every_entry_is_listed_with_its_digest(tmp_path: Path) -> None:
    filled(tmp_path / "a")
    with made(tmp_path / "a", tmp_path / "x.wacz") as package:
        assert package.testzip() is None
        listed = json.loads(package.read("datapackage.json"))
        known = {one["path"]: (one["hash"], one["bytes"]) for one in listed["resources"]}
        names = {name for name in package.namelist() if not name.startswith("datapackage")}
        assert known.keys() == names
        for name, (digest, size) in known.items():
            data = package.read(name)
            assert (f"sha256:{hashlib.sha256(data).hexdigest()}", len(data)) == (digest, size)
        proof = json.loads(package.read("datapackage-digest.json"))
        assert proof["hash"] == f"sha256:{hashlib.sha256(package.read('datapackage.json')).hexdigest()}"
        assert (listed["profile"], listed["wacz_version"]) == ("data-package", "1.1.1")
        assert listed["created"] == "2026-11-21T12:00:04Z"  # of the newest capture: a time of making would be new


def test_the_warc_files_are_stored_as_they_are(tmp_path: Path) -> None:
    filled(tmp_path / "a")
    [path] = tmp_path.glob("a/warc/*/*/*.gz")
    with made(tmp_path / "a", tmp_path / "x.wacz") as package:
        entry = package.getinfo(f"archive/{path.name}")
        assert entry.compress_type == zipfile.ZIP_STORED
        assert package.read(entry) == path.read_bytes()
        assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_index_in_blocks_is_the_cdxj(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wacz, "LINES", 5)
    filled(tmp_path / "a", 12)
    with made(tmp_path / "a", tmp_path / "x.wacz") as package:
        data = package.read("indexes/index.cdx.gz")
        meta, *blocks = package.read("indexes/index.idx").decode().splitlines()
    assert meta == '!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}'
    assert len(blocks) == 3
    lines: list[str] = []
    for block in blocks:
        start, fields = block.split(" {", 1)
        place = json.loads("{" + fields)
        member = data[place["offset"] : place["offset"] + place["length"]]
        assert place["digest"] == f"sha256:{hashlib.sha256(member).hexdigest()}"
        held = gzip.decompress(member).decode().splitlines()
        assert held[0].startswith(f"{start} {{")
        lines += held
    whole = export(tmp_path / "a", "--format", "cdxj").out.decode()
    assert lines == re.sub(r'"warc/\d+/\d+/', '"', whole).splitlines()  # there all files are in one folder


def test_the_pages_are_the_articles_captures(tmp_path: Path) -> None:
    first, second, file = filled(tmp_path / "a")
    with made(tmp_path / "a", tmp_path / "x.wacz") as package:
        head, *pages = map(json.loads, package.read("pages/pages.jsonl").splitlines())
    assert head == {"format": "json-pages-1.0", "id": "pages", "title": "Articles", "hasText": True}
    assert [page["id"] for page in pages] == [first.id, second.id, file.id]
    assert pages[0] == {
        "id": first.id,
        "url": "https://news.example/1",
        "ts": "2026-11-21T12:00:01.000001Z",
        "title": first.title,
        "text": first.text,
    }
    assert pages[2]["url"] == "file:///in/3.txt"


def test_two_files_of_one_name_have_no_room_in_one_folder(tmp_path: Path) -> None:
    names = [File(f"warc/2026/{month}/a.warc.gz", 1, "x") for month in ("10", "11")]
    with pytest.raises(ScrapeError, match=r"10/a\.warc\.gz and warc/2026/11/a\.warc\.gz have one name"):
        wacz._archive_names(names)


def test_an_empty_archive_has_a_wacz_too(tmp_path: Path) -> None:
    filled(tmp_path / "a")
    with View(tmp_path / "a") as view, (tmp_path / "x.wacz").open("wb") as out:
        chosen = articles(view)
        chosen.ids = []
        assert wacz.write(chosen, out) == 0
    with zipfile.ZipFile(tmp_path / "x.wacz") as package:
        assert len(package.read("pages/pages.jsonl").splitlines()) == 1

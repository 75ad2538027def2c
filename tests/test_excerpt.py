"""One record's part of the WARC as a file: copies byte for byte, in order, that other readers take too."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from archives import put
from captures import capture, file_capture, ledger, page, record
from msgspec import structs

from scraper import warc
from scraper.archive import Archive, View
from scraper.archive.excerpt import excerpt, file_name
from scraper.errors import UnusableError, VerificationError
from scraper.index import Row
from scraper.types import Verdict


def row_of(view: View, record_id: str) -> Row:
    row = view.index.get(record_id)
    assert row is not None
    return row


def entries(data: bytes, folder: Path) -> list[warc.Entry]:
    path = folder / "excerpt.warc.gz"
    path.write_bytes(data)
    ran = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", str(path)], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (0, ""), ran.stdout
    found = list(warc.read(path))
    assert all(isinstance(one, warc.Entry) for one in found)
    return [one for one in found if isinstance(one, warc.Entry)]


def types(data: bytes, folder: Path) -> list[str]:
    return [entry.type for entry in entries(data, folder)]


def test_every_record_of_an_article_is_in_it(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    with Archive(root) as archive:
        for number in range(3):
            put(archive, number, Verdict.CONSENT if number == 2 else Verdict.ARTICLE)
        archive.commit()
        while_written = excerpt(archive, row_of(archive, "record-1"))
    with View(root) as view:
        row = row_of(view, "record-1")
        data = excerpt(view, row)
        assert data == while_written
        assert file_name(row) == "scrape-record-1.warc.gz"
        found = entries(data, tmp_path)
        assert [entry.type for entry in found] == ["warcinfo", "response", "request", "metadata", "conversion"]
        assert row.warc is not None
        assert row.ledger is not None
        assert found[1] == structs.replace(view.read(row.warc), offset=found[1].offset)
        assert found[3] == structs.replace(view.read(row.ledger), offset=found[3].offset)
        assert found[2].uri("warc-concurrent-to") == row.warc.record_id
        assert found[4].block.decode() == record(1).text
        whole = (root / row.warc.file).read_bytes()
        assert data[found[1].offset :] in whole  # as it lies there: nothing between its records
        assert found[0].header("warc-filename") == "scrape-record-1.warc.gz"
        assert f"isPartOf: {row.warc.file}\r\n".encode() in found[0].block
        assert b"software: scrape" in found[0].block
        assert types(excerpt(view, row_of(view, "record-2")), tmp_path) == [
            *("warcinfo", "response", "request", "metadata"),
        ]


def test_a_file_is_a_resource(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive") as archive:
        ref = archive.store(file_capture("/inbox/a.txt", b"An article."))
        made = record(1, url=None, final_url=None)
        archive.add(ref, made, ledger(made))
        archive.commit()
        found = types(excerpt(archive, row_of(archive, "record-1")), tmp_path)
    assert found == ["warcinfo", "resource", "metadata", "conversion"]


def test_a_revisit_comes_with_what_it_refers_to(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive") as archive:
        put(archive, 1)
        again = capture(1)
        later = structs.replace(again.exchanges[0], started_at="2026-11-22T12:00:00.000001Z")
        ref = archive.store(structs.replace(again, exchanges=(later,), fetched_at=later.started_at))
        made = structs.replace(record(1), id="record-again", fetched_at=later.started_at)
        assert archive.add(ref, made, ledger(made))
        archive.commit()
        data = excerpt(archive, row_of(archive, "record-again"))
        found = entries(data, tmp_path)
    assert [entry.type for entry in found] == ["warcinfo", "response", "revisit", "request", "metadata", "conversion"]
    assert page(1) in found[1].block
    assert warc.referred(found[2])[2] == found[1].uri("warc-record-id")
    assert io.BytesIO(data).read(2) == b"\x1f\x8b"


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    with Archive(root) as archive:
        put(archive, 1)
        put(archive, 2)
    with View(root) as view:
        row = row_of(view, "record-2")
        with pytest.raises(UnusableError, match="no WARC record"):
            excerpt(view, structs.replace(row, warc=None))
        assert row.warc is not None
        assert row.ledger is not None
        outside = structs.replace(row.warc, file="../../etc/passwd")
        with pytest.raises(VerificationError, match="not a WARC file of this archive"):
            excerpt(view, structs.replace(row, warc=outside))
        path = root / row.warc.file
        whole = path.read_bytes()
        path.write_bytes(whole[: row.ledger.offset + row.ledger.length])
        with pytest.raises(VerificationError, match="not the text of record-2"):
            excerpt(view, row)
        path.unlink()
        with pytest.raises(VerificationError, match="the file is gone"):
            excerpt(view, row)

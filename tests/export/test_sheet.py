"""CSV: what goes in comes out, and nothing in it is a formula."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import msgspec
import pytest
from exporting import export, put
from hypothesis import given
from hypothesis import strategies as st

from scraper.archive import Archive
from scraper.export import sheet
from scraper.types import Dateline

TITLE = 'He said "no", and\nleft;\r\nthen\tcame back'


def test_a_table_holds_every_column_of_the_record(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        record = put(
            archive, 1, title=TITLE, authors=("Jane Doe", 'J. "X", Roe'), dateline=Dateline("Paris", "--11-21", None)
        )
        put(archive, 2, paywalled=False, removed_counts={"b": 1, "a": 2})
    out = export(tmp_path, "--format", "csv").out
    assert not out.startswith(b"\xef\xbb\xbf")
    assert out.startswith(b"schema,id,source,url,")
    assert out.endswith(b"\r\n")
    first, second = csv.DictReader(io.StringIO(out.decode(), newline=""))
    assert record.warc is not None
    expected = msgspec.to_builtins(record)
    for name in ("id", "url", "title", "text", "text_sha256", "cleaner"):
        assert first[name] == expected[name]
    assert json.loads(first["authors"]) == ["Jane Doe", 'J. "X", Roe']
    assert (first["dateline_place"], first["dateline_date"], first["dateline_agency"]) == ("Paris", "'--11-21", "")
    assert (first["warc_offset"], first["warc_record_id"]) == (str(record.warc.offset), record.warc.record_id)
    assert (first["paywalled"], first["published"], first["version"]) == ("", "", "")
    assert (second["paywalled"], second["removed_counts"]) == ("false", '{"a": 2, "b": 1}')
    assert None not in first  # no cell too many
    assert expected.keys() - {"kept", "removed", "trimmed", "found_by", "dateline", "warc"} <= first.keys()


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@a", "\tx", "\r=1", "\n=1", "＝1", "'=1", "''-"])
def test_no_cell_begins_a_formula(start: str) -> None:
    assert sheet._cell(start) == f"'{start}"


@given(st.text())
def test_a_cell_is_read_back(value: str) -> None:
    cell = sheet._cell(value)
    assert (cell[1:] if cell.lstrip("'").startswith(sheet._FORMULA) else cell) == value
    line = sheet._line([cell, "x"])
    if "\0" not in value:  # no CSV reader of Python 3.11 takes a NUL
        [read] = csv.reader(io.StringIO(line.decode("utf-8", "replace"), newline=""))
        assert read == [cell.encode("utf-8", "replace").decode(), "x"]

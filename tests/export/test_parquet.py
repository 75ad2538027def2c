"""Parquet: the record's values under a schema of its own, whatever a group of rows lacks."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest
from exporting import export, filled, put

from scraper.archive import Archive
from scraper.export import parquet
from scraper.types import Dateline, Segment


def test_what_is_read_is_what_was_archived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROWS", 2)
    with Archive(tmp_path / "a") as archive:
        made = [
            put(archive, 1),
            put(archive, 2, authors=("A", "B"), dateline=Dateline("Paris", None, "AFP"), paywalled=True),
            put(archive, 3, segments=(Segment("de", 1, 2),), removed_counts={"ad": 3}, version=2),
        ]
    assert export(tmp_path / "a", "--format", "parquet", "--output", tmp_path / "x")[::2] == (0, "")
    file = pq.ParquetFile(tmp_path / "x")
    assert (file.metadata.num_rows, file.num_row_groups) == (3, 2)
    rows = file.read().to_pylist()
    for row, record in zip(rows, made, strict=True):
        expected = msgspec.to_builtins(record)
        for name in ("kept", "removed", "trimmed"):
            del expected[name]
        row["removed_counts"], row["origin"] = dict(row["removed_counts"]), dict(row["origin"])
        assert row == msgspec.json.decode(msgspec.json.encode(expected))
    shape = {name: str(file.schema_arrow.field(name).type) for name in ("authors", "paywalled", "version")}
    assert shape == {"authors": "list<element: string>", "paywalled": "bool", "version": "int64"}


def test_without_pyarrow_the_extra_is_named_and_nothing_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path / "a")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    ran = export(tmp_path / "a", "--format", "parquet", "--output", tmp_path / "x")
    assert (ran.code, "the extra `parquet` brings: pip install pyarrow" in ran.err) == (2, True)
    assert not (tmp_path / "x").exists()

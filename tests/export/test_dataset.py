"""The data set: shards of one shape, a card that says what was left out, and a manifest that leads to the WARC."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from exporting import export, filled, put

from scraper.archive import Archive, View
from scraper.export import dataset, shape
from scraper.types import Dateline, Rights, Verdict
from scraper.warc import digest


def made(root: Path, out: Path, *argv: str) -> tuple[dict[str, Any], str]:
    """The card's front matter and the rest of it."""
    ran = export(root, "--format", "dataset", "--output", out, *argv)
    assert ran.code == 0
    _, front, rest = (out / "README.md").read_text().split("---\n", 2)
    return yaml.safe_load(front), rest


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_rows_have_one_shape_and_the_card_tells_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset, "SHARD", 2)
    with Archive(tmp_path / "a") as archive:
        put(archive, 1, authors=("A",), language="de-AT", licence="CC BY | 4.0")
        put(archive, 2, dateline=Dateline("Paris", None, None), language="en", origin={"x": "y"})
        put(archive, 3, url=None, final_url=None)
        put(archive, 4, verdict=Verdict.CONSENT)
    front, rest = made(tmp_path / "a", tmp_path / "out")
    shards = sorted((tmp_path / "out" / "data").iterdir())
    assert [shard.name for shard in shards] == ["articles-00000.jsonl", "articles-00001.jsonl"]
    rows = [row for shard in shards for row in lines(shard)]
    features = front["dataset_info"]["features"]
    assert [list(row) for row in rows] == [[feature["name"] for feature in features]] * 3
    assert {"name": "authors", "list": "string"} in features
    assert {"name": "word_count", "dtype": "int64"} in features
    assert [feature["name"] for feature in next(f for f in features if f["name"] == "dateline")["struct"]] == [
        *("place", "date", "agency")
    ]
    assert front["configs"][0]["data_files"] == [{"split": "train", "path": "data/*.jsonl"}]
    assert (front["language"], front["size_categories"], front["license"]) == (["de", "en"], ["n<1K"], "other")
    for row in ("CC BY \\| 4.0 | 1", "none declared | 2", "und | 1", "de-AT | 1", "paper | 3", "consent | 1"):
        assert f"| {row} |\n" in rest


def test_every_column_of_the_record_is_there_or_left_out_on_purpose() -> None:
    names = {name for name, _ in shape.columns()}
    assert names - {name for name, _ in dataset.COLUMNS} == {
        *("schema", "segments", "removed_counts", "origin"),  # no data
        *("warc", "cleaner", "rules", "profile"),  # in the manifest
    }


def test_the_manifest_leads_to_the_bytes(tmp_path: Path) -> None:
    articles = filled(tmp_path / "a")
    made(tmp_path / "a", tmp_path / "out")
    manifest = lines(tmp_path / "out" / "manifest.jsonl")
    assert [one["id"] for one in manifest] == [article.id for article in articles]
    with View(tmp_path / "a") as view:
        for one, article in zip(manifest, articles, strict=True):
            assert article.warc is not None
            entry = view.read(article.warc)
            assert one["warc"]["record_id"] == entry.uri("warc-record-id")
            payload = entry.block.partition(b"\r\n\r\n")[2] if entry.type == "response" else entry.block
            assert one["payload_digest"] == digest(payload)
            assert (one["cleaner"], one["rules"], one["profile"]) == ("1", "r", "p")
            assert one["text_sha256"] == article.text_sha256


RESERVED = Rights(tdm_reservation="1", x_robots_tag=("noai",))


def test_a_data_set_respects_what_was_reserved_unless_told_otherwise(tmp_path: Path) -> None:
    with Archive(tmp_path / "a") as archive:
        put(archive, 1, RESERVED)
        put(archive, 2, Rights(robots_meta=("robots: noarchive",)))
        put(archive, 3)
    _, card = made(tmp_path / "a", tmp_path / "out")
    assert [row["id"] for row in lines(tmp_path / "out" / "data" / "articles-00000.jsonl")] == ["record-3"]
    for row in ("(TDM Reservation Protocol) | 1", "Content-Signal) | 0", "nocache | 1"):
        assert f"{row} |\n" in card
    assert "not respected" not in card.lower()
    _, card = made(tmp_path / "a", tmp_path / "out", "--respect", "none")
    assert len(lines(tmp_path / "out" / "manifest.jsonl")) == 3
    assert "signals by which sites reserve their rights were **not respected**" in card
    _, card = made(tmp_path / "a", tmp_path / "out", "--respect", "noai")
    assert "**Not respected**: text and data mining reserved" in card
    assert len(lines(tmp_path / "out" / "manifest.jsonl")) == 2


def test_the_card_names_the_limits(tmp_path: Path) -> None:
    filled(tmp_path / "a")
    _, card = made(tmp_path / "a", tmp_path / "out", "--since", "2026", "--all", "--language", "und")
    assert "Every version of each: only what was fetched since 2026, in und.\n" in card


def test_an_origin_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    articles = filled(tmp_path / "a")
    [path] = tmp_path.glob("a/warc/*/*/*.gz")
    assert articles[0].warc is not None
    data = bytearray(path.read_bytes())
    data[articles[0].warc.offset + 40] ^= 0xFF
    path.write_bytes(data)
    ran = export(tmp_path / "a", "--format", "dataset", "--output", tmp_path / "out")
    assert ran.code == 5
    assert f"{path}: at {articles[0].warc.offset}: " in ran.err
    assert [one["payload_digest"] is None for one in lines(tmp_path / "out" / "manifest.jsonl")] == [True, False, False]

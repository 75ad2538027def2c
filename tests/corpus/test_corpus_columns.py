"""Every line of every shard has the same columns, of types that other tools have too."""

from __future__ import annotations

import json

import pytest
import yaml
from captures import record
from msgspec import structs

from scraper.corpus.columns import COLUMNS, features, line
from scraper.errors import ScrapeError
from scraper.types import FoundBy, WarcRef


def test_a_line_has_all_columns_and_objects_have_all_fields() -> None:
    made = structs.replace(record(1), found_by=FoundBy("warc", "a.warc"), warc=WarcRef("a.warc", 1, 2, "urn:x"))
    found = json.loads(line(made))
    assert list(found) == [name for name, _ in COLUMNS]
    assert found["found_by"] == {"kind": "warc", "at": "a.warc", "title": None, "date": None, "language": None}
    assert found["warc"] == {"file": "a.warc", "offset": 1, "length": 2, "record_id": "urn:x"}
    assert "origin" not in found
    assert json.loads(line(record(1)))["found_by"] is None


def test_the_card_says_the_type_of_each() -> None:
    found = yaml.safe_load(features())
    assert [one["name"] for one in found] == [name for name, _ in COLUMNS]
    assert {"name": "tags", "list": "string"} in found
    assert {"name": "word_count", "dtype": "int64"} in found


def test_half_a_surrogate_pair_is_no_line() -> None:
    with pytest.raises(ScrapeError, match="half a surrogate pair"):
        line(record(1, title="\ud800"))

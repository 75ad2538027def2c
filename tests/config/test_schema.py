"""The JSON Schemas name every key, and what the files hold."""

from __future__ import annotations

from typing import get_type_hints

import msgspec

from scraper.config import Config, record_schema, schema
from scraper.config.convert import keys
from scraper.types import Record


def test_every_key_is_described_and_no_other_allowed() -> None:
    made = schema()
    sections = [kind for name, kind in get_type_hints(Config).items() if name != "sources"]
    names = [kind.__name__ for kind in sections]
    for name, kind in zip(
        [*names, "SourceConfig"], [*sections, get_type_hints(Config)["sources"].__args__[0]], strict=True
    ):
        definition = made["$defs"][name]
        assert definition["additionalProperties"] is False
        assert set(definition["properties"]) == set(keys(kind))
        assert all(one.get("description") for one in definition["properties"].values()), name


def test_units_are_allowed() -> None:
    network = schema()["$defs"]["NetworkConfig"]["properties"]
    assert network["delay"]["type"] == ["number", "string"]
    assert (network["max_bytes"]["type"], network["max_bytes"]["minimum"]) == (["integer", "string"], 1024)
    assert schema()["$defs"]["SourceConfig"]["properties"]["every"]["type"] == ["string", "null"]


def test_both_are_json() -> None:
    for made in (schema(), record_schema()):
        assert msgspec.json.decode(msgspec.json.encode(made)).keys() == made.keys()
        assert made["$schema"].endswith("2020-12/schema")
    record = record_schema()["$defs"]["Record"]
    assert set(record["properties"]) == set(Record.__struct_fields__)

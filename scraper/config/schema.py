"""JSON Schemas of the configuration and of the record."""

from __future__ import annotations

from typing import Any

import msgspec

from scraper.config.convert import keys
from scraper.config.settings import (
    ArchiveConfig,
    CleaningConfig,
    Config,
    NetworkConfig,
    RevisionsConfig,
    ScheduleConfig,
    SourceConfig,
)
from scraper.types import Record

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_EXAMPLES = {"seconds": ["30s", "1h30m", 20], "interval": ["15m", "1d"], "bytes": ["20 MB", "1 GiB", 65536]}


def schema() -> dict[str, Any]:
    """The configuration file as a JSON Schema (draft 2020-12), for editors and `scrape config schema`."""
    made = _schema(Config, "Configuration of scrape")
    for section in (ArchiveConfig, NetworkConfig, CleaningConfig, ScheduleConfig, RevisionsConfig, SourceConfig):
        properties = made["$defs"][section.__name__]["properties"]
        for key in keys(section).values():
            if key.unit == "intervals":
                listed = next(
                    (one for one in properties[key.name].get("anyOf", ()) if "items" in one), properties[key.name]
                )
                listed["items"] = _with_units(listed["items"], "interval")
            elif key.unit in _EXAMPLES:
                properties[key.name] = _with_units(properties[key.name], key.unit)
    return made


def record_schema() -> dict[str, Any]:
    """One line of the archive's JSONL and of `clean --json` as a JSON Schema (draft 2020-12)."""
    return _schema(Record, "Record of scrape")


def _schema(root: type[msgspec.Struct], title: str) -> dict[str, Any]:
    (reference,), definitions = msgspec.json.schema_components((root,), ref_template="#/$defs/{name}")
    return {"$schema": _DRAFT, "title": title, **reference, "$defs": definitions}


def _with_units(written: dict[str, Any], unit: str) -> dict[str, Any]:
    """The same key, which also takes a text with a unit; bounds and default stay."""
    bounds = next((one for one in written.get("anyOf", ()) if one.get("type") != "null"), written)
    nullable = ["null"] if "anyOf" in written else []
    numbers = [] if unit == "interval" else ["number" if unit == "seconds" else "integer"]
    kept = {name: value for name, value in {**bounds, **written}.items() if name not in ("anyOf", "type")}
    return {**kept, "type": [*numbers, "string", *nullable], "examples": _EXAMPLES[unit]}

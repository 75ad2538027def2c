"""The shipped rules, read once: phrase tables, places, page verdicts, and one digest over all their bytes."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from scraper.clean import pages, phrases, places


class Rules(NamedTuple):
    """Everything that judges by a table; `digest` names the tables' exact bytes in each record."""

    phrases: phrases.Phrases
    places: places.PlaceTable
    pages: pages.PageTable
    digest: str


@lru_cache(maxsize=1)
def shipped() -> Rules:
    """The rules in the package. Pure for the caller: packaged data, the same in every call of one installation."""
    folder = resources.files("scraper.clean") / "rules"
    tables = {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}
    phrase_files = {
        entry.name: entry.read_bytes() for entry in (folder / "phrases").iterdir() if entry.name.endswith(".toml")
    }
    digest = hashlib.sha256()
    for name, data in sorted((tables | {f"phrases/{name}": data for name, data in phrase_files.items()}).items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
    return Rules(
        phrases=phrases.load(phrase_files),
        places=places.load("places.toml", tables["places.toml"]),
        pages=pages.load("pages.toml", tables["pages.toml"]),
        digest="sha256:" + digest.hexdigest()[:16],
    )

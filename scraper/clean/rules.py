"""The shipped rules, read once: phrase tables, places, page verdicts, and one digest over all their bytes."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

import msgspec
from msgspec import Struct

from scraper.clean import pages, phrases, places

PHRASES = "phrases/"
"""Before the names of the phrase files."""


class Rules(NamedTuple):
    """Everything that judges by a table; `digest` names the tables' exact bytes in each record."""

    phrases: phrases.Phrases
    places: places.PlaceTable
    pages: pages.PageTable
    digest: str


class Compiled(Struct, frozen=True, array_like=True):
    """What rules.msgpack holds: the phrase table, and the digest of the files that it was made from."""

    digest: str
    phrases: phrases.Table


@lru_cache(maxsize=1)
def shipped() -> Rules:
    """The rules in the package. Pure for the caller: packaged data, the same in every call of one installation."""
    files = read()
    digest = digest_of(files)
    made = msgspec.msgpack.decode(packed(), type=Compiled)
    if made.digest != digest:  # The files were edited: a slow start, but never rules that are not theirs.
        from scraper.clean import rules_data  # noqa: PLC0415 - reading TOML takes 0.3 s at every start

        made = rules_data.compiled(files)
    return Rules(
        phrases=phrases.Phrases(made.phrases),
        places=places.load("places.toml", files["places.toml"]),
        pages=pages.load("pages.toml", files["pages.toml"]),
        digest=digest,
    )


def read() -> dict[str, bytes]:
    """Every table below rules/ as it is written, by its name there."""
    folder = resources.files("scraper.clean") / "rules"
    tables = {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}
    for entry in (folder / "phrases").iterdir():
        if entry.name.endswith(".toml"):
            tables[PHRASES + entry.name] = entry.read_bytes()
    return tables


def packed() -> bytes:
    """The tables as `python -m scraper.clean.rules_data` wrote them."""
    return (resources.files("scraper.clean") / "rules.msgpack").read_bytes()


def digest_of(files: dict[str, bytes]) -> str:
    """One name for the exact bytes of all tables."""
    digest = hashlib.sha256()
    for name, data in sorted(files.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
    return "sha256:" + digest.hexdigest()[:16]

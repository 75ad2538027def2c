"""rules.msgpack: the tables below rules/ as they are looked up, each decoded when it is first asked for.

Reading them from TOML takes 0.4 s at every start, decoding one here under 5 ms. The names of tables are those of their
files; `python -m scraper.clean.rules_data` packs them.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TypeVar
from zlib import crc32

import msgspec
from msgspec import Struct

HERE = os.path.dirname(__file__)
PHRASES = "phrases/"
"""Before the names of the phrase files."""
Table = TypeVar("Table")


class Packed(Struct, frozen=True, array_like=True):
    """What rules.msgpack holds; `digest` names the exact bytes of all files, `seals` are their checksums by name."""

    digest: str
    seals: dict[str, int]
    tables: dict[str, memoryview]


@lru_cache(maxsize=1)
def shipped() -> Packed:
    """The tables in the package. Pure for the caller: packaged data, the same in every call of one installation."""
    files = read()
    made: Packed = msgspec.msgpack.decode(written(), type=Packed)
    if made.seals != sealed(files):  # The files were edited: a slow start, but never rules that are not theirs.
        from scraper.clean import rules_data  # noqa: PLC0415 - reading TOML takes 0.4 s at every start

        made = rules_data.compiled(files)
    return made


def table(name: str, kind: type[Table]) -> Table:
    """One table, decoded: whoever asks keeps it."""
    return msgspec.msgpack.decode(shipped().tables[name], type=kind)


def sealed(files: dict[str, bytes]) -> dict[str, int]:
    """What shows that a file was edited, in a twentieth of the digest's time with its library."""
    return {name: crc32(data) for name, data in files.items()}


def read() -> dict[str, bytes]:
    """Every file below rules/ as it is written, by its name there."""
    files = {}
    for folder in ("", PHRASES):
        for entry in sorted(os.scandir(os.path.join(HERE, "rules", folder)), key=lambda entry: entry.name):
            if entry.is_file() and not (folder and not entry.name.endswith(".toml")):
                files[folder + entry.name] = read_file(entry.path)
    return files


def written() -> bytes:
    """The file as `python -m scraper.clean.rules_data` wrote it."""
    return read_file(os.path.join(HERE, "rules.msgpack"))


def read_file(path: str) -> bytes:
    """A file's bytes. Not by importlib.resources, which takes 10 ms to load."""
    with open(path, "rb") as file:
        return file.read()

"""Makes scraper/clean/rules.msgpack: the rules checked and arranged for look-up, which reading TOML takes 0.4 s for.

    python -m scraper.clean.rules_data [FILE]

The same rules give the same bytes. It is run after any change to a file below rules/ or to the code that arranges them.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

import msgspec

from scraper.clean import calendar, language_rules, naming, packed, pages, phrase_rules, places, scorecard, wires


def compiled(files: dict[str, bytes]) -> packed.Packed:
    """The tables made from the files; a ConfigError names the file and what is wrong in it."""
    phrase_files = {
        name.removeprefix(packed.PHRASES): data for name, data in files.items() if name.startswith(packed.PHRASES)
    }
    tables: dict[str, Any] = {
        "phrases": phrase_rules.table(phrase_rules.read(phrase_files)),
        "places": places.read("places.toml", files["places.toml"]),
        "pages": pages.load("pages.toml", files["pages.toml"]),
        "naming": naming.load("naming.toml", files["naming.toml"]),
        "scorecards": scorecard.load("scorecards.toml", files["scorecards.toml"]),
        "agencies": msgspec.toml.decode(files["agencies.toml"], type=wires.Rules),
        "languages": language_rules.tables(files["languages.toml"]),
        "calendar": calendar.packed_table(msgspec.json.decode(files["calendar.json"], type=calendar.Table)),
    }
    return packed.Packed(
        digest=digest_of(files),
        seals=packed.sealed(files),
        tables={name: memoryview(_encoded(table)) for name, table in tables.items()},
    )


def digest_of(files: dict[str, bytes]) -> str:
    """One name for the exact bytes of all files."""
    digest = hashlib.sha256()
    for name, data in sorted(files.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
    return "sha256:" + digest.hexdigest()[:16]


def build() -> bytes:
    """The file's bytes."""
    return _encoded(compiled(packed.read()))


def _encoded(value: Any) -> bytes:
    return msgspec.msgpack.encode(value, order="deterministic")


def main(arguments: list[str]) -> None:
    """Write the tables to FILE, or into the package."""
    target = Path(arguments[0]) if arguments else Path(__file__).with_name("rules.msgpack")
    target.write_bytes(build())


if __name__ == "__main__":
    main(sys.argv[1:])

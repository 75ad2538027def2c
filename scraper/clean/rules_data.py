"""Makes scraper/clean/rules.msgpack: the rules checked and arranged for look-up, which reading TOML takes 0.3 s for.

    python -m scraper.clean.rules_data [FILE]

The same rules give the same bytes. It is run after any change to a file below rules/ or to the code that arranges them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from scraper.clean import phrase_rules, rules


def compiled(files: dict[str, bytes]) -> rules.Compiled:
    """The tables made from TOML files; a ConfigError names the file and what is wrong in it."""
    phrase_files = {
        name.removeprefix(rules.PHRASES): data for name, data in files.items() if name.startswith(rules.PHRASES)
    }
    return rules.Compiled(
        digest=rules.digest_of(files),
        phrases=phrase_rules.table(phrase_rules.read(phrase_files)),
    )


def build() -> bytes:
    """The file's bytes."""
    return msgspec.msgpack.encode(compiled(rules.read()), order="deterministic")


def main(arguments: list[str]) -> None:
    """Write the tables to FILE, or into the package."""
    target = Path(arguments[0]) if arguments else Path(__file__).with_name("rules.msgpack")
    target.write_bytes(build())


if __name__ == "__main__":
    main(sys.argv[1:])

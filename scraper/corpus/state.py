"""What is remembered of a finished shard: enough to know that it need not be made again, and what is in it."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter

import msgspec
from msgspec import Struct, structs

from scraper.corpus.columns import features
from scraper.corpus.source import Source
from scraper.store import File, Folder

DATA, STATE, MANIFEST, CARD = "data", "state", "manifest.json", "README.md"
MOST_NAMED = 10_000
"""Failures of a shard that are named; all of them are counted."""

SET_ASIDE = frozenset({"deadline", "worker-died", "internal-error"})
"""Reasons of pages that were given up and might have been articles: it is they that a person wants to look at."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_SUFFIX = re.compile(r"\.w?arc(\.gz|\.zst)?(\.open)?$")
_CARD = """---
configs:
- config_name: default
  data_files:
{patterns}dataset_info:
  features:
{features}---

Articles out of WARC files, cleaned by `scrape reclean`: `data/` has a shard for each file, `manifest.json` counts and
digests, `state/` what failed, by name.
"""


class Input(Struct, frozen=True):
    """A WARC file as it was read: `sha256` of all its bytes, and its size and stamp by which it is known again."""

    name: str
    size: int
    sha256: str
    stamp: str


class Shard(Struct, frozen=True):
    """A shard as it was published."""

    name: str
    size: int
    sha256: str
    records: int


class Failed(Struct, frozen=True):
    """A record that failed, by the file's offset and its address."""

    offset: int
    url: str | None
    reason: str
    message: str


class State(Struct, frozen=True):
    """What came of a WARC file. `key` is the digest of all that the shard depends on beside the file itself.

    `pages` is how many were cleaned, `verdicts` what they were, `failures` are counts by reason, and `failed` the first
    of them by name. `missing` are the offsets of revisits whose first responses are not in the file; a second shard has
    those that are in other files of the set (see `revisits`), and the rest are failures there.
    """

    key: str
    cleaner: str
    rules: str
    profile: str
    input: Input
    shard: Shard
    pages: int
    verdicts: dict[str, int]
    failures: dict[str, int]
    failed: tuple[Failed, ...] = ()
    missing: tuple[int, ...] = ()

    @property
    def set_aside(self) -> int:
        """How many pages were given up."""
        return sum(count for reason, count in self.failures.items() if reason in SET_ASIDE)


def stem(name: str) -> str:
    """The name of a file's shard without its ending: the file's own, made plain, and a hash of its full path."""
    last = _SUFFIX.sub("", os.path.basename(name.rstrip("/")))
    plain = _UNSAFE.sub("_", last).strip("._")[:80] or "warc"
    return f"{plain}-{hashlib.sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"


def load(folder: Folder, name: str) -> State | None:
    """The state of the shard with this stem; None if there is none that can be read."""
    data = folder.read(f"{STATE}/{name}.json")
    try:
        return None if data is None else msgspec.json.decode(data, type=State)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def save(folder: Folder, name: str, state: State) -> None:
    """Remember a published shard."""
    folder.write(f"{STATE}/{name}.json", _json(state))


def is_whole(folder: Folder, state: State | None, key: str) -> bool:
    """Whether a shard is there as it was published, made in this very way."""
    if state is None or state.key != key:
        return False
    return folder.size(f"{DATA}/{state.shard.name}") == state.shard.size


def finished(folder: Folder, key: str, file: File) -> State | None:
    """The state of a shard that is there, whole, of this very file, made in this very way; None if it is to be made.

    A file with another stamp is read: it may only have been copied or touched.
    """
    state = load(folder, stem(file.name))
    if state is None or not is_whole(folder, state, key) or state.input.size != file.size:
        return None
    if state.input.stamp != file.stamp:
        with Source(file.name) as source:
            if source.sha256() != state.input.sha256:
                return None
        state = structs.replace(state, input=structs.replace(state.input, stamp=file.stamp))
        save(folder, stem(file.name), state)
    return state


def summarise(folder: Folder) -> Counter[str]:
    """Write the manifest and the card of all shards that are there; the counts of all of them together."""
    names = [name.removesuffix(".json") for name in folder.names(STATE) if name.endswith(".json")]
    states = [state for name in names if (state := load(folder, name)) is not None]
    states.sort(key=lambda state: state.shard.name)
    total: Counter[str] = Counter()
    for state in states:
        total.update({"shards": 1, "records": state.shard.records, "pages": state.pages, "bytes": state.shard.size})
    shards = [
        {
            "shard": msgspec.to_builtins(state.shard),
            "input": {name: getattr(state.input, name) for name in ("name", "size", "sha256")},
            "cleaner": state.cleaner,
            "rules": state.rules,
            "profile": state.profile,
            "pages": state.pages,
            "verdicts": state.verdicts,
            "failures": state.failures,
            "missing": len(state.missing),
        }
        for state in states
    ]
    folder.write(MANIFEST, _json({"schema": 1, "total": dict(sorted(total.items())), "shards": shards}))
    endings = sorted({_ending(state.shard.name) for state in states})
    patterns = "".join(f"  - {DATA}/*.{ending}\n" for ending in endings)
    folder.write(CARD, _CARD.format(patterns=patterns, features=features()).encode())
    return total


def _ending(name: str) -> str:
    return "parquet" if name.endswith(".parquet") else ".".join(name.rsplit(".", 2)[1:])


def _json(of: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(of, order="deterministic"), indent=1) + b"\n"

"""Sets of WARC files, and what their shards hold."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import warc_files as made
from archive_support import page

from scraper.corpus import Corpus, Settings, Totals, run
from scraper.store import Folder

TOPICS = ("harbour", "bridge", "library", "tunnel", "school", "theatre", "market", "station")


def article(number: int) -> bytes:
    """A page with an article of its own."""
    topic = f"{TOPICS[number % len(TOPICS)]} {number}"
    return page(
        f"New {topic} approved", f"The city council approved the new {topic} on Tuesday after years of debate."
    ).encode()


def fill(folder: Path, files: int, pages: int, packing: made.Packing = made.gzip_members) -> list[str]:
    """Make so many WARC files of so many articles each; the addresses of all."""
    folder.mkdir(parents=True, exist_ok=True)
    urls = []
    for file in range(files):
        numbers = range(file * pages, (file + 1) * pages)
        (folder / f"crawl-{file:03}.warc.gz").write_bytes(packing([made.response(n, article(n)) for n in numbers]))
        urls += [f"https://news.example/{number}" for number in numbers]
    return urls


def shards(output: Path) -> dict[str, bytes]:
    """Every published file of an output, but what only says when its input was changed."""
    return {str(path.relative_to(output)): path.read_bytes() for path in output.rglob("*") if _is_published(path)}


def _is_published(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".") and path.parent.name != "state"


def lines(output: Path) -> list[dict[str, Any]]:
    """The records of all shards of gzipped JSONL, by the names of the shards."""
    found = sorted((output / "data").glob("*.jsonl.gz"))
    return [json.loads(line) for path in found for line in gzip.decompress(path.read_bytes()).splitlines()]


def manifest(output: Path) -> Any:
    return json.loads((output / "manifest.json").read_bytes())


def make(*inputs: Path, output: Path, settings: Settings = Settings(), workers: int = 1) -> Totals:  # noqa: B008 - frozen
    """Run over the inputs."""
    return run(Corpus(tuple(map(str, inputs)), str(output), settings, workers, 60.0))


def states(output: Path) -> list[Any]:
    folder = Folder(str(output))
    return [json.loads(folder.read(f"state/{name}") or b"") for name in folder.names("state")]

"""The processes of the reclean benchmark: trafilatura on a WARC file's pages, and a worker that is never replaced."""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path

from benchmarks.memory import resident
from scraper import Capture, read_warc
from scraper.clean import Options
from scraper.corpus import FORMATS, Choice
from scraper.corpus.page import Job, Rules, clean_page
from scraper.corpus.shard import Digest
from scraper.warc.pages import Found, located


def main(arguments: Sequence[str]) -> None:
    """`metadata WARC OUTPUT`, `text WARC OUTPUT`, or `memory WARC COUNT...`, which prints the MiB after each count."""
    role, path = arguments[0], Path(arguments[1])
    warnings.simplefilter("ignore")
    if role == "memory":
        print(*(round(size, 1) for size in memory(path, sorted(map(int, arguments[2:])))))
    else:
        extract(path, Path(arguments[2]), metadata=role == "metadata")


def extract(path: Path, output: Path, *, metadata: bool) -> None:
    """A shard by trafilatura, from the same reader to the same compressor."""
    bare = importlib.import_module("trafilatura").bare_extraction
    with output.open("wb") as file:
        lines = FORMATS["jsonl.gz"](Digest(file))
        for page in read_warc(path):
            if isinstance(page, Capture) and (found := bare(page.body, url=page.final_url, with_metadata=metadata)):
                fields = {
                    name: value for name, value in found.as_dict().items() if isinstance(value, str | list | None)
                }
                fields.pop("body", None), fields.pop("commentsbody", None)
                lines.put(json.dumps({"url": page.final_url, **fields}, default=str).encode() + b"\n")
        lines.close()


def memory(path: Path, counts: Sequence[int]) -> Iterator[float]:
    """What a worker does, without ever being replaced; its size after so many pages."""
    rules = Rules(Options(), Choice())
    jobs = [
        Job(found, path.name)
        for found in located(lambda: path.open("rb"), Choice().wanted())
        if isinstance(found, Found)
    ][:500]
    for number, job in enumerate(cycle(jobs), 1):
        clean_page(job, rules)
        if number in counts:
            yield resident()
        if number >= counts[-1]:
            return


if __name__ == "__main__":
    main(sys.argv[1:])

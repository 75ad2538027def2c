"""What the index answers in which time, as it grows: CPU milliseconds in one process, on a file that is in memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.filling import MIDDLING, RARE, SOURCES, Filler, word
from benchmarks.tables import table
from scraper import drift
from scraper.index import NAME, Index, Row, claim
from scraper.index.browse import Choice, Leaf, choose, names, same_address
from scraper.index.query import parse
from scraper.sources import urls

ROUNDS = 21
WORDS = 120
CHUNK = 10_000
LARGE, SMALL = "source-000", f"source-{SOURCES - 1:03d}"
FREQUENT, OTHER, PHRASE = word(0), word(5), f'"{word(10)} {word(20)}"'
"""Words of nearly every page, of most of them, and two that stand side by side in about one page of 300."""
SLOW = 20.0
"""Seconds after which a question is asked no more times."""

Ask = Callable[[int], object]
"""Asks a question for the round with this number."""


def questions(index: Index, filler: Filler) -> dict[str, Ask]:
    """What the program asks, in the order of the table."""
    rows = [row for seq in np.linspace(1, index.last_seq(), ROUNDS) if (row := index.at(int(seq))) is not None]
    return {**_single(index, rows), **_words(index, filler), **_lists(index, filler, rows), **_status(index, filler)}


def _single(index: Index, rows: Sequence[Row]) -> dict[str, Ask]:
    def of(at: int) -> Row:
        return rows[at % len(rows)]

    def url(at: int) -> str:
        return of(at).url or ""

    learned = [str(row[0]) for row in index._read("SELECT url FROM addresses LIMIT ?", (ROUNDS,))]
    rng = np.random.default_rng(1)

    def same(at: int) -> Row | None:
        """As pipeline/same.py asks."""
        found = [index.seen(of(at).source, key) for key in (urls.key(url(at)), claim(url(at)))]
        return index.get(found[0]) if found[0] else None

    return {
        "seen, known": lambda at: index.seen(of(at).source, urls.key(url(at))),
        "seen, unknown": lambda at: index.seen(of(at).source, urls.key(f"{url(at)}x{at}")),
        "the same article": same,
        "record by id": lambda at: index.get(of(at).id),
        "record by its id's beginning": lambda at: index.beginning(of(at).id[:8]),
        "other records of an address": lambda at: same_address(index, of(at)),
        "all addresses of one learned": lambda at: index.known_as(learned[at % len(learned)]) if learned else (),
        "earlier responses": lambda at: index.payloads(url(at), "9"),
        "texts that may be the same story": lambda at: index.near(tuple(map(int, rng.integers(0, 1 << 48, 24))), 64),
        "records of a story": lambda at: index.family(of(at).family or of(at).id),
    }


def _words(index: Index, filler: Filler) -> dict[str, Ask]:
    """`scrape search` first, then the web pages' search."""
    old = (filler.now - (filler.now - filler.begun) * 0.9).date()

    def leaf(words: str, **more: Any) -> Ask:
        match = parse(words)
        return lambda _: choose(
            index, Choice(match=match.match if match else None, verdict="article", **more), Leaf(26)
        )

    searches: dict[str, str] = {
        "search: a rare word": RARE,
        "search: a word of every 100th page": MIDDLING,
        "search: a frequent word": FREQUENT,
        "search: a rare and a frequent word": f"{MIDDLING} {FREQUENT}",
        "search: two frequent words": f"{FREQUENT} {OTHER}",
    }
    return {
        **{name: partial(lambda words, _: index.search(words), words) for name, words in searches.items()},
        "list: a frequent word": leaf(FREQUENT),
        "list: a phrase": leaf(PHRASE),
        "list: a word's beginning": leaf(f"{word(3000)[:5]}*"),
        "list: the beginning of frequent words": leaf(f"{FREQUENT[:3]}*"),
        "list: a frequent word, a small source": leaf(FREQUENT, source=SMALL),
        "list: a word of every 100th page, a small source": leaf(MIDDLING, source=SMALL),
        "list: a frequent word, a rare language": leaf(FREQUENT, language="is"),
        "list: a frequent word, an early day": leaf(FREQUENT, day=old),
    }


def _lists(index: Index, filler: Filler, rows: Sequence[Row]) -> dict[str, Ask]:
    old = (filler.now - (filler.now - filler.begun) * 0.9).date()

    def leaf(**more: Any) -> Ask:
        return lambda _: choose(index, Choice(verdict=more.pop("verdict", "article"), **more), Leaf(26))

    month = f"{filler.now - timedelta(days=30):%Y-%m-%dT%H:%M:%S.%fZ}"
    return {
        "list: newest articles": leaf(),
        "list: of a small source": leaf(source=SMALL),
        "list: of a rare language": leaf(language="is"),
        "list: of a rare language and a large source": leaf(language="is", source=LARGE),
        "list: of an early day": leaf(day=old),
        "the filters' choices": lambda _: [names(index, column) for column in ("source", "language", "verdict")],
        "stories that grew last, 20": lambda _: list(islice(index.joined(""), 20)),
        "newest changes, 20": lambda _: index.happenings("", 20),
        "a month's articles of the largest source": lambda _: list(index.young(LARGE, month)),
    }


def _status(index: Index, filler: Filler) -> dict[str, Ask]:
    return {
        "records by source and verdict": lambda _: index.counts(),
        "articles by day and source, 30 days": lambda _: index.days(filler.now.date() - timedelta(days=29)),
        "plans, runs, failures": lambda _: (index.plans(), index.runs(), index.failures()),
        "files, lines that wait (metrics)": lambda _: (index.files(), index.waiting_lines(), index.measured_sources()),
        "drift of the largest source": lambda _: drift.alarms(index, LARGE, filler.now),
        "drift of a small source": lambda _: drift.alarms(index, SMALL, filler.now),
    }


def measure(asked: dict[str, Ask]) -> dict[str, tuple[float, float]]:
    """Of each question the median and the 95th percentile in CPU milliseconds; a first round warms up."""
    found: dict[str, tuple[float, float]] = {}
    for name, ask in asked.items():
        times: list[float] = []
        for at in range(ROUNDS + 1):
            start = time.process_time()
            ask(at)
            times.append(1e3 * (time.process_time() - start))
            if sum(times) > 1e3 * SLOW:
                break
        times = sorted(times[1:] or times)
        found[name] = median(times), times[min(int(0.95 * len(times)), len(times) - 1)]
    return found


def report(counts: Iterable[int], words: int, folder: Path | None) -> list[dict[str, Any]]:
    """Fill one index up to each of the counts, and measure there. Prints a table, returns its figures."""
    found: list[dict[str, Any]] = []
    with TemporaryDirectory(dir=folder, prefix="index-") as place:
        path = Path(place) / NAME
        with closing(Index(path)) as index:
            filler = Filler(index, words)
            for count in sorted(counts):
                found.append(_at(count, index, filler))
                print(f"{count:,} records: {found[-1]['bytes']:,} bytes each", flush=True)
    print(f"\nCPU milliseconds, median / 95th percentile of {ROUNDS}")
    print(table(("records", *(f"{one['records']:,}" for one in found)), _lines(found)))
    return found


def _at(count: int, index: Index, filler: Filler) -> dict[str, Any]:
    before, start = filler.count, time.process_time()
    filler.fill(count)
    cost = (time.process_time() - start) / max(count - before, 1)
    index.checkpoint()
    with closing(Index(index.path, readonly=True)) as reader:
        times = measure({"opening": lambda _: Index(index.path, readonly=True).close(), **questions(reader, filler)})
    size = round(index.path.stat().st_size / count)
    return {"records": count, "bytes": size, "seconds": round(cost * CHUNK, 2), "ms": times}


def _lines(found: Sequence[dict[str, Any]]) -> list[tuple[object, ...]]:
    lines: list[tuple[object, ...]] = [
        (name, *(f"{one['ms'][name][0]:.2f} / {one['ms'][name][1]:.2f}" for one in found)) for name in found[0]["ms"]
    ]
    lines.append(("bytes a record", *(f"{one['bytes']:,}" for one in found)))
    lines.append((f"seconds for {CHUNK:,} records more", *(f"{one['seconds']:.1f}" for one in found)))
    return lines

"""Tails that a failing disk tears off, fills with zeros or garbles: only what was destroyed is lost, and that is said.

`SCRAPE_TEST_SEEDS=500 python -m pytest tests/test_tails.py` tries more places.
"""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from archives import DAY_FILE, lines, put

from scraper import warc
from scraper.archive import Archive, View, rebuild
from scraper.errors import ScrapeError
from scraper.types import Verdict
from scraper.verify import Report, verify

SEEDS = range(int(os.environ.get("SCRAPE_TEST_SEEDS", "8")))
ACKNOWLEDGED = [f"record-{number}" for number in range(10)]
ALL = [*ACKNOWLEDGED, "record-10", "record-11"]
OTHERS = ["record-4", "record-9"]
"""Pages that are no article, the last commit holds nothing else: no line of JSONL stands for them."""


def make(root: Path, live: Path, *, checkpoint: bool) -> None:
    """What is left of an archive whose process was killed."""
    with Archive(live) as archive:
        for number in range(12):
            put(archive, number, Verdict.CONSENT if f"record-{number}" in OTHERS else Verdict.ARTICLE)
            if number in (2, 5, 8, 9):
                archive.commit()
            if checkpoint and number == 5:
                archive.index.checkpoint()
        shutil.copytree(live, root)


@pytest.fixture(scope="module", params=[False, True], ids=["log", "file"])
def crashed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index in its log for the most part, or in its file."""
    top = tmp_path_factory.mktemp("crashed")
    make(top / "archive", top / "live", checkpoint=request.param)
    return top / "archive"


def damage(path: Path, draw: random.Random) -> int:
    """Spoil the file from somewhere on; from where."""
    data = path.read_bytes()
    at = draw.randrange(len(data))
    if draw.random() < 0.3:  # where SQLite's pages and the lines' ends are
        at = max(at // 4096 * 4096, data.rfind(b"\n", 0, at) + 1 if path.suffix == ".jsonl" else 0)
    rest = len(data) - at
    path.write_bytes(data[:at] + draw.choice([b"", bytes(rest), draw.randbytes(rest)]))
    return at


def opened(root: Path) -> list[str]:
    """Open the archive, rebuilding its index where opening says that; what was said."""
    try:
        with Archive(root) as archive:
            said = list(archive.repairs)
    except ScrapeError as error:
        return mended(root, error)
    return said if verify(root).exit_code == 0 else [*said, *mended(root)]


def mended(root: Path, error: ScrapeError | None = None) -> list[str]:
    """What `scrape index` says, which an error must have named."""
    assert error is None or "`scrape index`" in str(error)
    said = [str(error), *rebuild(root)]
    with Archive(root) as archive:
        return [*said, *archive.repairs]


def go_on(root: Path) -> Report:
    """Archive what is not there, and read everything."""
    try:
        with Archive(root) as archive:
            for number in range(12):
                if archive.index.get(f"record-{number}") is None:
                    put(archive, number)
    except ScrapeError as error:  # a page of the index that had not been needed until now
        mended(root, error)
        return go_on(root)
    return verify(root)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["index.sqlite", "index.sqlite-wal"])
def test_the_tail_of_the_index(crashed: Path, tmp_path: Path, name: str, seed: int) -> None:
    root = tmp_path / "archive"
    shutil.copytree(crashed, root)
    damage(root / name, random.Random(seed))
    opened(root)
    with View(root) as view:
        assert {row.id for row in view.index.rows()} >= set(ACKNOWLEDGED)
    assert set(lines(root)) >= set(ACKNOWLEDGED) - set(OTHERS)
    assert go_on(root).problems == ()
    assert Counter(lines(root)) == {one: 1 for one in ALL if one not in OTHERS}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_tail_of_the_lines(crashed: Path, tmp_path: Path, seed: int) -> None:
    """The WARC has what it takes to make every line again."""
    root = tmp_path / "archive"
    shutil.copytree(crashed, root)
    before = (root / DAY_FILE).read_bytes()
    damage(root / DAY_FILE, random.Random(seed))
    said = opened(root)
    assert any(DAY_FILE in line for line in said) or (root / DAY_FILE).read_bytes() == before
    assert Counter(lines(root)) == {one: 1 for one in ACKNOWLEDGED if one not in OTHERS}
    assert verify(root).problems == ()
    assert go_on(root).problems == ()
    assert Counter(lines(root)) == {one: 1 for one in ALL if one not in OTHERS}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_tail_of_the_warc(crashed: Path, tmp_path: Path, seed: int) -> None:
    """What is destroyed there is destroyed; which records that touches is said, and no other is touched."""
    root = tmp_path / "archive"
    shutil.copytree(crashed, root)
    (path,) = root.rglob("*.open")
    whole = {entry.offset: entry for entry in warc.read(path) if isinstance(entry, warc.Entry)}
    with View(root) as view:
        good = max(file.good_length for file in view.index.files() if file.name.startswith("warc/"))
    at = damage(path, random.Random(seed))
    touched = {one for one in ACKNOWLEDGED for entry in _of(one, whole) if entry.offset + entry.length > at}
    opened(root)
    report = go_on(root)
    assert set(lines(root)) >= set(ACKNOWLEDGED) - set(OTHERS)
    assert max(Counter(lines(root)).values()) == 1
    named = {problem.record for problem in report.problems if problem.record}
    assert named >= {one for one in touched if one not in OTHERS}
    assert not named & (set(ACKNOWLEDGED) - touched)
    assert bool(report.problems) == (at < good)
    with View(root) as view:
        for one in set(ACKNOWLEDGED) - touched:
            row = view.index.get(one)
            assert row is not None
            assert row.warc is not None
            assert view.ledger(one) is not None
            assert view.capture(row.warc).link.url == row.url


def _of(record: str, entries: dict[int, warc.Entry]) -> Iterator[warc.Entry]:
    """The WARC records of an article: response, request, ledger, text."""
    for entry in entries.values():
        number = record.removeprefix("record-")
        if (entry.header("warc-target-uri") or "").endswith(f"/{number}"):
            yield entry

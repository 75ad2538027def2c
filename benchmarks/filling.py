"""A made-up archive's index, filled through the index's own calls as the archive makes them, from a fixed seed.

Words follow Zipf's law over 100,000 made-up ones, so that a search meets words of every frequency; lengths are
log-normal. 200 sources of very different sizes bring 1,370 pages a day, so a million are two years.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import numpy as np

from scraper.index import File, Index, Measure, Pending, Place
from scraper.sources import urls
from scraper.types import Look, Note, Outcome, Payload, Record, Verdict, WarcRef

SOURCES = 200
A_DAY = 1370
VOCABULARY = 100_000
LANGUAGES = ("en", "de", "fr", "es", "tr", "is")
SHARES = (0.6, 0.2, 0.1, 0.07, 0.0299, 0.0001)
RARE, MIDDLING = "quillwort", "tidewater"
"""Planted in every 20,000th page and in every 100th; the other words have their frequency by their rank."""
BEGUN = datetime(2024, 11, 21, tzinfo=UTC)
A_COMMIT = 1000
"""Records, as the pipeline groups them."""
_SYLLABLES = [a + b for a in "bdfghklmnprstv" for b in "aeiou"]


def word(rank: int) -> str:
    """The word of a rank, from 0; the lower the rank, the more frequent and the shorter."""
    found = ""
    rank += len(_SYLLABLES)
    while rank:
        rank, at = divmod(rank, len(_SYLLABLES))
        found = _SYLLABLES[at] + found
    return found


class Filler:
    """Fills an index; the same calls give the same records."""

    def __init__(self, index: Index, words: int) -> None:
        self.index = index
        self.count = 0
        self._rng = np.random.default_rng(6)
        self._words = np.array([word(rank) for rank in range(VOCABULARY)], dtype=object)
        self._zipf = _cumulated(1 / (np.arange(VOCABULARY) + 2.7))
        self._sources = _cumulated(1 / (np.arange(SOURCES) + 5) ** 1.2)
        self._languages = _cumulated(np.array(SHARES))
        self._mean = words
        self._offset = 0
        for at in range(SOURCES):
            name, start = f"source-{at:03d}", f"{BEGUN:%Y-%m-%dT%H:%M:%SZ}"
            index.plan(name, start)
            index.start_run(name, start)
            index.end_run(name, start, ok=True)
        index.commit()

    def fill(self, until: int) -> None:
        """Add records, commit by commit, until there are so many."""
        while self.count < until:
            for _ in range(min(A_COMMIT, until - self.count)):
                self._add()
            self.index.set_file(File(self._file, self._offset, "0" * 64))
            self.index.settle(self.index.last_seq())  # the archive's next commit would
            self.index.commit()

    @property
    def begun(self) -> datetime:
        """When the oldest record was fetched."""
        return BEGUN

    @property
    def now(self) -> datetime:
        """When the newest record was fetched."""
        return BEGUN + timedelta(days=self.count / A_DAY)

    @property
    def _file(self) -> str:
        return f"warc/{self.now:%Y/%m/%Y%m%d}-000000-a.warc.gz"

    def _add(self) -> None:
        number = self.count
        kind, source = self._rng.random(), int(np.searchsorted(self._sources, self._rng.random()))
        record, ledger = self._record(number, f"source-{source:03d}", kind)
        day = record.fetched_at[:10].replace("-", "/") if record.fetched_at else ""
        is_article = record.verdict is Verdict.ARTICLE
        place = Place(f"articles/{day}.jsonl", self._offset, 4000) if is_article else None
        seq = self.index.add(record, place, ledger)
        if place is not None:
            self.index.wait(Pending(seq, place.file, place.offset, b"{}"))
        if is_article and record.family == record.id:  # numbers as bands.py makes them: uniform, 48 bits
            self.index.sign(seq, map(int, self._rng.integers(0, 1 << 48, 24)))
        self._beside(record, number)
        self.count += 1

    def _record(self, number: int, source: str, kind: float) -> tuple[Record, WarcRef]:
        """8 % of the pages are no article, 5 % a later version, 12 % a copy of another source's."""
        is_article, is_version = kind >= 0.08, 0.08 <= kind < 0.13 and number > 1000
        about = int(self._rng.integers(number - 1000, number)) if is_version else number
        title, text = self._text(number)
        at = f"{self.now:%Y-%m-%dT%H:%M:%S.%fZ}"
        record_id = _id(number)
        url = f"https://www.{source}.example/news/{BEGUN.year}/{about:07d}/{title.lower().replace(' ', '-')[:40]}"
        self._offset += 30_000
        ref = WarcRef(self._file, self._offset, 25_000, f"urn:uuid:{record_id}")
        record = Record(
            id=record_id,
            source=source,
            url=url,
            final_url=url,
            canonical_url=url,
            fetched_at=at,
            published=at,
            version=(2 if is_version else 1) if is_article else None,
            family=_id(max(number - 50, 0)) if 0.13 <= kind < 0.25 else record_id if is_article else None,
            verdict=Verdict.ARTICLE if is_article else Verdict.CONSENT if kind < 0.04 else Verdict.INDEX_PAGE,
            title=title,
            language=LANGUAGES[min(int(np.searchsorted(self._languages, self._rng.random())), len(LANGUAGES) - 1)],
            text=text,
            text_sha256=hashlib.sha256(text.encode()).hexdigest(),
            word_count=text.count(" ") + 1,
            warc=ref,
            cleaner="1",
            rules="r",
            profile="p",
        )
        return record, WarcRef(self._file, self._offset + 25_000, 3000, f"urn:uuid:l{record_id}")

    def _text(self, number: int) -> tuple[str, str]:
        count = 8 + int(min(self._rng.lognormal(np.log(self._mean) - 0.18, 0.6), 10 * self._mean))
        found = self._words[np.searchsorted(self._zipf, self._rng.random(count))].tolist()
        planted = [*([RARE] if number % 20_000 == 77 else []), *([MIDDLING] if number % 100 == 42 else [])]
        return " ".join(found[:8]).capitalize(), " ".join(found[8:] + planted) or "empty"

    def _beside(self, record: Record, number: int) -> None:
        """What is kept beside a record: payload, measure, of each other article a look, of some an address."""
        if record.warc is None or record.url is None or record.fetched_at is None:
            raise ValueError("a page on the web is expected")
        digest = f"sha256:{record.text_sha256}"
        self.index.keep(Payload(record.url, record.fetched_at, 200, digest, f'"{number:x}"', None, record.warc))
        if (record.version or 1) == 1:
            more = (record.word_count, True, number % 3 > 0, 40, 20) if record.version else (None,) * 5
            name = record.warc.record_id
            self.index.measure(Measure(record.source, record.fetched_at, name, record.verdict.value, *more))
        if record.version and number % 2:
            outcome = Outcome.VANISHED if number % 100 == 1 else Outcome.SAME
            look = Look(at=record.fetched_at, outcome=outcome, status=200, version=1)
            self.index.take(Note(source=record.source, key=urls.key(record.url), look=look))
        if record.version and number % 50 == 0:
            other = record.url.replace("/news/", "/amp/")
            self.index.take(Note(source=record.source, key=urls.key(other), seen=record.id, url=other))
        if number % 200 == 0:
            self.index.fail(record.source, "timeout")


def _id(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()[:32]


def _cumulated(weights: np.ndarray) -> np.ndarray:
    return np.asarray(np.cumsum(weights) / weights.sum())

"""What verification says of a forger who makes every digest right: fields and records that contradict each other."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from captures import HEAD, capture, exchange, ledger, page, record
from msgspec import structs
from test_verify import _rewritten as rewritten
from test_verify import warcs

from scraper import records, warc
from scraper.archive import Archive, rebuild
from scraper.index import NAME
from scraper.record import id_of
from scraper.types import Record, Verdict
from scraper.verify import verify

Headers = tuple[tuple[str, str], ...]
OTHER = "urn:uuid:00000000-0000-4000-8000-000000000000"


def made(number: int, verdict: Verdict = Verdict.ARTICLE) -> Record:
    """A record with the id that the page really gives it."""
    of = record(number, verdict)
    payload = hashlib.sha256(page(number)).hexdigest()
    where = of.url or ""
    return structs.replace(of, id=id_of(payload, where, of.fetched_at or "", of.cleaner, of.rules, of.profile))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A page in gzip, one that is no article, a robots.txt that was met twice; and no index, as somebody got it."""
    coded = HEAD.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
    robots = exchange(0, b"User-agent: *\n")
    again = structs.replace(robots, started_at="2026-11-21T13:00:00Z")
    with Archive(tmp_path) as archive:
        of = capture(1)
        zipped = structs.replace(of, exchanges=(robots, exchange(1, gzip.compress(page(1)), coded)))
        archive.add(archive.store(zipped), made(1), ledger(made(1)))
        archive.store(structs.replace(capture(2), exchanges=(again, *capture(2).exchanges)))
        archive.add(archive.store(capture(3)), made(3, Verdict.CONSENT), ledger(made(3, Verdict.CONSENT)))
    assert verify(tmp_path).problems == ()
    (tmp_path / NAME).unlink()
    rebuild(tmp_path)
    assert verify(tmp_path).problems == ()
    (tmp_path / NAME).unlink()
    assert verify(tmp_path).problems == ()
    return tmp_path


def slugs(root: Path) -> set[str]:
    return {problem.slug for problem in verify(root).problems}


def forge(root: Path, change: Callable[[warc.Entry], tuple[Headers, bytes]], kind: str, nth: int = 0) -> None:
    """Change the nth record of a kind."""
    count = iter(range(100))

    def one(entry: warc.Entry) -> tuple[Headers, bytes]:
        if entry.type != kind or next(count) != nth:
            return entry.headers, entry.block
        return change(entry)

    rewritten(warcs(root)[0], one)


def field(name: str, value: str | None) -> Callable[[warc.Entry], tuple[Headers, bytes]]:
    def change(entry: warc.Entry) -> tuple[Headers, bytes]:
        kept = tuple((key, value if key == name else old) for key, old in entry.headers if key != name or value)
        return tuple((key, text) for key, text in kept if text is not None), entry.block

    return change


def block(old: bytes, new: bytes) -> Callable[[warc.Entry], tuple[Headers, bytes]]:
    def change(entry: warc.Entry) -> tuple[Headers, bytes]:
        assert old in entry.block
        return entry.headers, entry.block.replace(old, new)

    return change


@pytest.mark.parametrize(
    ("where", "name", "value", "slug"),
    [
        (("response", 1), "WARC-Target-URI", "https://news.example/forged", "context"),
        (("response", 1), "WARC-Date", "2001-01-01T00:00:00Z", "context"),
        (("response", 1), "Scrape-Context", "{", "context"),
        (("response", 1), "Scrape-Context", None, "ledger"),
        (("response", 0), "WARC-Date", None, "record-fields"),
        (("response", 0), "WARC-Date", "2026-11-21", "record-fields"),
        (("response", 0), "WARC-Target-URI", None, "record-fields"),
        (("response", 0), "Content-Type", None, "record-fields"),
        (("request", 0), "WARC-Record-ID", OTHER, "record-fields"),
        (("conversion", 0), "WARC-Date", "soon", "record-fields"),
        (("request", 1), "WARC-Target-URI", "https://news.example/forged", "parted"),
        (("request", 1), "WARC-Date", "2001-01-01T00:00:00Z", "parted"),
        (("revisit", 0), "WARC-Target-URI", "https://news.example/forged", "revisit"),
        (("revisit", 0), "WARC-Date", "2001-01-01T00:00:00Z", "revisit"),
    ],
)
def test_a_forged_field(root: Path, where: tuple[str, int], name: str, value: str | None, slug: str) -> None:
    forge(root, field(name, value), *where)
    assert slug in slugs(root)


@pytest.mark.parametrize("name", ["WARC-Target-URI", "warc-date", "WARC-Record-ID", "Scrape-Context"])
def test_a_field_that_stands_twice(root: Path, name: str) -> None:
    """A reader may take either."""
    forge(root, lambda entry: ((*entry.headers, (name, entry.header(name.lower()) or "")), entry.block), "response", 1)
    assert "record-fields" in slugs(root)


@pytest.mark.parametrize(
    ("nth", "old", "new", "slug"),
    [
        (0, b'"title":"Title 1"', b'"title":"Lies 01"', "line-ledger"),
        (0, b'"kind":"title"', b'"kind":"other"', "ledger"),
        (0, b'"verdict":"article","kept"', b'"verdict":"consent","kept"', "ledger"),
        (1, b"news.example/3", b"news.example/4", "ledger"),
        (1, b"2026-11-21T12:00:03.000001Z", b"2026-11-21T12:00:04.000001Z", "ledger"),
        (1, b'"source":"paper"', b'"source":"other"', "ledger"),
        (1, b'"cleaner":"1"', b'"cleaner":"2"', "record-id"),
    ],
)
def test_a_forged_ledger(root: Path, nth: int, old: bytes, new: bytes, slug: str) -> None:
    forge(root, block(old, new), "metadata", nth)
    assert slug in slugs(root)


def test_a_ledger_of_another_page(root: Path) -> None:
    """Of a page that is no article, which no line of JSONL contradicts."""
    pages = [entry for entry in warc.read(warcs(root)[0]) if isinstance(entry, warc.Entry)]
    other = next(entry for entry in pages if entry.type == "response")
    forge(root, field("WARC-Refers-To", f"<{other.uri('warc-record-id')}>"), "metadata", 1)
    assert slugs(root) == {"ledger"}


@pytest.mark.parametrize("nth", [1, 3])
def test_other_bytes_than_those_that_were_cleaned(root: Path, nth: int) -> None:
    """The page is changed, and with it all digests in the WARC: the record's id is not its id."""

    def change(entry: warc.Entry) -> tuple[Headers, bytes]:
        head, _, body = entry.block.partition(b"\r\n\r\n")
        is_zipped = body.startswith(b"\x1f\x8b")
        text = (gzip.decompress(body) if is_zipped else body).replace(b"harbour", b"airport")
        fresh = b"\r\n\r\n".join((head, gzip.compress(text) if is_zipped else text))
        digest = ("WARC-Payload-Digest", warc.digest(warc.http_payload(fresh) or b""))
        return (*(header for header in entry.headers if header[0] != digest[0]), digest), fresh

    forge(root, change, "response", nth)
    assert "record-id" in slugs(root)


def test_a_line_and_its_digest_that_were_changed_together(root: Path) -> None:
    (path,) = root.glob("articles/*/*/*.jsonl")
    forged = path.read_bytes().replace(b'"title":"Title 1"', b'"title":"Lies 01"')
    path.write_bytes(forged)
    assert "line-digest" in slugs(root)
    forge(root, field("Scrape-Line-Digest", warc.digest(forged)), "metadata")
    (line,) = records.scan(path)
    assert isinstance(line, records.Line)
    assert slugs(root) == {"line-ledger"}

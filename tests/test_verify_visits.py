"""What verification says of revisits, pairs, notes, and of the payloads that the index would let a revisit refer to."""

from __future__ import annotations

from pathlib import Path

import pytest
from captures import capture, page
from test_verify import _rewritten as rewritten
from test_verify import warcs, whats

from scraper import warc
from scraper.archive import Archive, Settings
from scraper.index import NAME, Index
from scraper.types import Note
from scraper.verify import verify

DERIVED = ("WARC-Block-Digest", "Content-Length")


@pytest.fixture
def revisited(tmp_path: Path) -> Path:
    """An archive in which the same page was fetched twice."""
    root = tmp_path / "revisited"
    with Archive(root) as archive:
        archive.store(capture(1))
        archive.store(capture(2, page(1)))
        archive.store(capture(1))
    assert verify(root).types == {"request": 3, "response": 2, "revisit": 1, "warcinfo": 1}
    assert verify(root).exit_code == 0
    return root


@pytest.mark.parametrize("with_index", [True, False])
@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("WARC-Refers-To", "<urn:uuid:0>", "refers to urn:uuid:0, which is not there"),
        ("WARC-Refers-To", None, "refers to no record"),
        ("WARC-Refers-To-Date", "2026-11-21T12:00:02.000001Z", "not the response of 2026-11-21T12:00:02.000001Z with"),
        ("WARC-Refers-To-Target-URI", "https://news.example/2", "not the response of"),
        ("WARC-Payload-Digest", warc.digest(b"x"), "not the response of"),
        ("WARC-Payload-Digest", None, "a revisit with a payload, or without the digest of one"),
        ("WARC-Profile", "http://netpreserve.org/warc/1.1/revisit/other", "a revisit with an unknown profile"),
    ],
)
def test_a_forged_revisit(revisited: Path, name: str, value: str | None, what: str, with_index: bool) -> None:
    def forged(entry: warc.Entry) -> tuple[tuple[tuple[str, str], ...], bytes]:
        if entry.type != "revisit":
            return entry.headers, entry.block
        kept = tuple(header for header in entry.headers if header[0] != name)
        return (*kept, *(((name, value),) if value is not None else ())), entry.block

    if not with_index:
        (revisited / NAME).unlink()
    rewritten(warcs(revisited)[0], forged)
    assert what in whats(verify(revisited))


def test_a_revisit_of_a_revisit_or_with_a_payload(revisited: Path) -> None:
    (revisited / NAME).unlink()
    path = warcs(revisited)[0]
    before = path.read_bytes()
    rewritten(path, lambda e: (e.headers, e.block + b"x" if e.type == "revisit" else e.block))
    assert "a revisit with a payload" in whats(verify(revisited))
    path.write_bytes(before)
    first = next(entry for entry in warc.read(path) if isinstance(entry, warc.Entry) and entry.type == "revisit")
    second = [(name, "<urn:x>" if name == "WARC-Record-ID" else value) for name, value in first.headers]
    chained = [(n, f"<{first.uri('warc-record-id')}>" if n == "WARC-Refers-To" else v) for n, v in second]
    path.write_bytes(before + warc.form.member([h for h in chained if h[0] not in DERIVED], first.block))
    assert "not the response of" in whats(verify(revisited))
    path.write_bytes(before)
    rewritten(path, lambda e: (tuple((n, "resource" if v == "response" else v) for n, v in e.headers), e.block))
    assert "not the response of" in whats(verify(revisited))


def test_a_request_in_another_file_than_its_response(tmp_path: Path) -> None:
    with Archive(tmp_path, Settings(max_warc=1)) as archive:
        for number in range(2):
            archive.store(capture(number))
    (tmp_path / NAME).unlink()
    first, second = warcs(tmp_path)
    _, _, request = [item for item in warc.read(first) if isinstance(item, warc.Entry)][:3]
    raw = first.read_bytes()
    first.write_bytes(raw[: request.offset] + raw[request.offset + request.length :])
    second.write_bytes(second.read_bytes() + raw[request.offset : request.offset + request.length])
    response = request.uri("warc-concurrent-to")
    assert f"a request in another file, or of another address or time, than its response {response}" in whats(
        verify(tmp_path)
    )


@pytest.mark.parametrize(
    "change", ["offset = 7", "digest = 'sha256:0'", "date = '2026'", "file = 'warc/x'", "length = 1"]
)
def test_a_payload_of_the_index_that_is_not_there(revisited: Path, change: str) -> None:
    index = Index(revisited / NAME)
    index._write(f"UPDATE payloads SET {change} WHERE uri LIKE '%/1'", ())  # noqa: S608 the parameters above
    index.commit()
    index.close()
    assert "the index has a payload that is not there" in whats(verify(revisited))


def test_a_note_is_checked(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.note(Note(source="paper", key="k", seen=""), "https://news.example/1")
        archive.note(Note(source="paper", key="k", etag="1"), "https://news.example/1", archive.store(capture(1)))
    assert verify(tmp_path).exit_code == 0
    (tmp_path / NAME).unlink()
    rewritten(warcs(tmp_path)[0], lambda e: (e.headers, e.block.replace(b'"source"', b'"sauce"')))
    assert whats(verify(tmp_path)).count("not a note") == 2

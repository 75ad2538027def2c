from __future__ import annotations

import gzip
import io
import json
import random
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
from captures import HEAD, capture, exchange, file_capture, ledger, page, record, text
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from warcio.archiveiterator import ArchiveIterator

from scraper import warc
from scraper.errors import LimitError, ScrapeError, VerificationError
from scraper.types import Capture, Failure, Link, Robots, Verdict
from scraper.warc.form import UNVERIFIED

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


def writer(root: Path) -> warc.Writer:
    return warc.Writer(root, lambda: NOW, warc.Info("scrape/1", more=(("operator", "a\r\nfake: b"),)))


def written(root: Path, captures: list[Capture]) -> Path:
    file = writer(root)
    for number, one in enumerate(captures):
        ref = file.write(one)
        article = structs.replace(record(number), warc=ref)
        file.derive(article, ledger(article), b"{}\n")
    file.sync()
    return file.close()


def entries(path: Path) -> list[warc.Entry]:
    items = list(warc.read(path))
    assert all(isinstance(item, warc.Entry) for item in items), items
    return [item for item in items if isinstance(item, warc.Entry)]


@pytest.fixture(scope="module")
def two_pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("two"), [capture(1), capture(2)])


ODD_HEADS = [
    HEAD,
    b"HTTP/1.1 200\r\n\r\n",
    b"HTTP/1.1 200 OK\nA: b\n\n",
    b"HTTP/1.1 200 OK\r\nA: \xff\xfe\r\n folded\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nA: b",
    b"",
]


@pytest.mark.parametrize("head", ODD_HEADS)
def test_other_readers_confirm_what_was_written(tmp_path: Path, head: bytes) -> None:
    hop = exchange(1, b"<p>\r\n\r\nbody\n\n", head, protocol="HTTP/2", tls="TLSv1.3", truncated="length")
    odd = structs.replace(capture(1), exchanges=(exchange(0, b"", b"HTTP/1.1 302 Found\r\n\r\n", status=302), hop))
    path = written(tmp_path, [odd, file_capture("/in box/ä.txt", b"plain")])
    tools = Path(sys.executable).parent
    for command in (["gzip", "-t"], [tools / "warcio", "check"], [tools / "fastwarc", "check", "-q", "-p"]):
        if command[0] == tools / "fastwarc" and not (tools / "fastwarc").exists():
            continue
        done = subprocess.run([*command, path], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done


def test_heads_are_stored_byte_for_byte(tmp_path: Path) -> None:
    hop = exchange(1, b"x", b"HTTP/1.1 200  Fine \r\nX:  a  \r\nx : b\r\nX:\r\n\r\n")
    file = writer(tmp_path)
    ref = file.write(structs.replace(capture(1), exchanges=(hop,)))
    path = file.close()
    assert warc.read_at(path, ref.offset).block == hop.response
    assert [entry.block for entry in entries(path) if entry.type == "request"] == [hop.request]


def test_pair_and_derived_records_name_each_other(tmp_path: Path) -> None:
    file = writer(tmp_path)
    hops = (
        exchange(0, b"", b"HTTP/1.1 301 Moved\r\nLocation: /1\r\n\r\n", status=301),
        exchange(1, page(1), tls="TLSv1.3 TLS_AES_128_GCM_SHA256", unverified="it ran out"),
    )
    ref = file.write(structs.replace(capture(1), exchanges=hops))
    article = structs.replace(record(1), warc=ref)
    derived = file.derive(article, ledger(article), b"the line\n")
    info, first, _, second, request, metadata, conversion = entries(file.close())

    assert (info.type, first.type, conversion.type) == ("warcinfo", "response", "conversion")
    assert b"operator: a fake: b\r\n" in info.block
    assert ref.record_id == second.uri("warc-record-id")
    assert (ref.offset, ref.length) == (second.offset, second.length)
    assert request.uri("warc-concurrent-to") == ref.record_id
    for secured in (second, request):
        assert [value for name, value in secured.headers if name == "WARC-Protocol"] == ["http/1.1", "tls/1.3"]
        assert secured.header("warc-cipher-suite") == "TLS_AES_128_GCM_SHA256"
        assert secured.header(UNVERIFIED.lower()) == "it ran out"
    assert first.header("warc-cipher-suite") is None
    assert first.header(UNVERIFIED.lower()) is None
    assert second.header("warc-ip-address") == "192.0.2.7"
    assert second.header("warc-date") == hops[1].started_at
    assert second.header("warc-payload-digest") == warc.digest(page(1))
    assert derived.record_id == metadata.uri("warc-record-id") == warc.metadata_id("record-1")
    assert metadata.uri("warc-refers-to") == conversion.uri("warc-refers-to") == ref.record_id
    assert metadata.header("warc-target-uri") == "urn:metadata:https://news.example/1"
    assert conversion.header("warc-target-uri") == "urn:text:https://news.example/1"
    assert json.loads(metadata.block)["removed"][0]["kind"] == "title"
    assert conversion.block.decode() == text(1)
    assert conversion.header("warc-block-digest") == f"sha256:{article.text_sha256}"


def test_warcinfo_says_who_asked_and_how_and_nothing_of_the_machine(tmp_path: Path) -> None:
    said = warc.Info(
        "scrape/1",
        operator="me@news.example",
        user_agent="scrape/1 (+me@news.example)",
        configuration="sha256:0",
        more=(("a", "b"),),
    )
    entry = next(iter(entries(warc.Writer(tmp_path, lambda: NOW, said).close())))
    fields = dict(line.split(": ", 1) for line in entry.block.decode().splitlines())
    assert fields.pop("conformsTo").startswith("https://iipc.github.io/")
    assert fields.pop("http-header-rewrites").startswith("transfer-encoding: chunked is undone")
    assert fields.pop("http2").startswith("stored as an HTTP/1.1 message")
    assert fields == {
        "software": "scrape/1",
        "format": "WARC File Format 1.1",
        "robots": "obey",
        "informational-responses": "left out (1xx heads before a response)",
        "payload-digest": "over the body without its transfer coding, with its content coding",
        "revisits": "of a whole response of the same address; the block is the head that was sent",
        "operator": "me@news.example",
        "http-header-user-agent": "scrape/1 (+me@news.example)",
        "configuration-digest": "sha256:0",
        "a": "b",
    }
    unknown = next(iter(entries(warc.Writer(tmp_path, lambda: NOW, warc.Info()).close())))
    assert not any(name in unknown.block for name in (b"operator", b"user-agent", b"configuration"))


CHUNKED_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
)


def test_a_response_as_it_came_is_read_back_without_its_chunks(tmp_path: Path) -> None:
    body = gzip.compress(page(1))
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:9], body[9:]))
    hop = exchange(1, chunks + b"0\r\nX-Sum: 5\r\n\r\n", CHUNKED_HEAD)
    file = warc.Writer(tmp_path, lambda: NOW, warc.Info("scrape/1", framing="wire"))
    ref = file.write(structs.replace(capture(1), exchanges=(hop,)))
    path = file.close()
    info, stored, _ = entries(path)
    assert b"http-header-rewrites: none" in info.block
    assert stored.block == hop.response
    assert stored.header("warc-payload-digest") is None
    again = warc.capture(warc.read_at(path, ref.offset), "x", "y")
    assert again.body == page(1)
    assert again.header("x-orig-transfer-encoding") == "chunked"
    with path.open("rb") as opened:
        theirs = next(one for one in ArchiveIterator(opened) if one.rec_type == "response")
        assert theirs.content_stream().read() == page(1)
    for reader in ("warcio", "fastwarc"):
        tool = Path(sys.executable).parent / reader
        if tool.exists():
            assert subprocess.run([tool, "check", path], capture_output=True, check=False).returncode == 0


def test_what_robots_txt_said_is_stored_with_the_page(tmp_path: Path) -> None:
    robots = Robots("https://news.example/robots.txt", "allowed", "2026-11-21T12:00:00Z", 200, ("train-ai=n",))
    stored = structs.replace(capture(1), robots=robots)
    (found,) = warc.pages(written(tmp_path, [stored]))
    assert isinstance(found, Capture)
    assert found.robots == robots


def test_a_context_of_an_older_version_is_read() -> None:
    known = warc.context('{"link":{"url":"a","source":"s","found_by":null},"final_url":"a","fetched_at":"t"}')
    assert known is not None
    assert (known.final_url, known.robots) == ("a", None)


def test_only_articles_have_a_conversion(tmp_path: Path) -> None:
    file = writer(tmp_path)
    page_record = structs.replace(record(1, Verdict.CONSENT), warc=file.write(capture(1)))
    file.derive(page_record, ledger(page_record), None)
    assert [entry.type for entry in entries(file.close())] == ["warcinfo", "response", "request", "metadata"]


def test_names_are_final_and_never_taken_twice(tmp_path: Path) -> None:
    first, second = writer(tmp_path), writer(tmp_path)
    assert first.name == "warc/2026/11/scrape-20261121T120000Z-00001.warc.gz"
    assert second.name.endswith("-00002.warc.gz")
    assert first.path.name.endswith(".gz.open")
    assert first.write(capture(1)).file == first.name
    assert first.close() == tmp_path / first.name
    assert writer(tmp_path).name.endswith("-00003.warc.gz")


def test_rewind_takes_back_what_was_written_since_the_point(tmp_path: Path) -> None:
    file = writer(tmp_path)
    file.write(capture(1))
    before = file.point()
    file.write(capture(2))
    file.rewind()
    assert file.point() == before
    assert file.path.stat().st_size == before.length
    file.write(capture(3))
    assert len(entries(file.close())) == 5


def test_a_hostile_header_cannot_end_its_line(tmp_path: Path) -> None:
    hop = structs.replace(
        exchange(1, b"x"), url="https://a.example/\r\nWARC-Type: conversion\r\n\r\n<é\ud800>", peer="1\r\nx: y"
    )
    entry = next(
        e for e in entries(written(tmp_path, [structs.replace(capture(1), exchanges=(hop,))])) if e.type == "response"
    )
    assert entry.header("warc-target-uri") == "https://a.example/%0D%0AWARC-Type:%20conversion%0D%0A%0D%0A%3C%C3%A9?%3E"
    assert entry.header("warc-ip-address") == "1%0D%0Ax: y"


def test_a_block_beyond_the_limit_is_refused_whole(tmp_path: Path) -> None:
    file = writer(tmp_path)
    before = file.length
    large = structs.replace(capture(1), exchanges=(exchange(1, b"x"), exchange(2, bytes(warc.MAX_BLOCK + 1))))
    with pytest.raises(LimitError, match=r"news\.example/1: larger than"):
        file.write(large)
    assert file.length == before


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_torn_file_is_read_up_to_the_tear(two_pages: Path, data: st.DataObject) -> None:
    path = two_pages.with_name("torn.warc.gz")
    all_of_them = entries(two_pages)
    whole = two_pages.read_bytes()
    cut = data.draw(st.integers(0, len(whole) - 1))
    path.write_bytes(whole[:cut])
    kept = [entry for entry in all_of_them if entry.offset + entry.length <= cut]
    good = kept[-1].offset + kept[-1].length if kept else 0
    items = list(warc.read(path))
    assert items[: len(kept)] == kept
    assert warc.whole(path) == good
    if good < cut:
        (tear,) = items[len(kept) :]
        assert isinstance(tear, warc.Damage)
        assert (tear.offset, tear.length, tear.torn) == (good, cut - good, True)


def test_damage_in_the_middle_costs_one_record(tmp_path: Path) -> None:
    path = written(tmp_path, [capture(1), capture(2)])
    before = entries(path)
    data = bytearray(path.read_bytes())
    data[before[3].offset + 40] ^= 0x10
    path.write_bytes(data)
    items = list(warc.read(path))
    (hole,) = [item for item in items if isinstance(item, warc.Damage)]
    assert (hole.offset, hole.length, hole.torn) == (before[3].offset, before[3].length, False)
    assert [item for item in items if item is not hole] == before[:3] + before[4:]
    assert warc.whole(path) == len(data)
    with pytest.raises(VerificationError, match=rf"at {before[3].offset}"):
        warc.read_at(path, before[3].offset)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: data.replace(b"WARC/1.1", b"WARC/9.1"), "not a WARC record"),
        (lambda data: data + b"x", "Content-Length"),
        (lambda data: data.replace(b"Content-Length: ", b"Content-Length: -"), "Content-Length"),
        (lambda data: data.replace(b"Content-Length: ", b"Content-Length: 9999999"), "Content-Length"),
        (lambda data: data.replace(b"WARC-Type", b"WARC-Tipe"), "without WARC-Type"),
        (lambda data: data.replace(b"software", b"s\xfftware").replace(b"WARC-Date", b"WARC-\xff"), "not UTF-8"),
        (lambda data: b"WARC/1.1\r\n" + b"a: b\r\n" * 400_000, "end of its head"),
    ],
)
def test_a_member_that_is_no_record_is_damage(tmp_path: Path, change: object, reason: str) -> None:
    assert callable(change)
    path = tmp_path / "x.warc.gz"
    good = writer(tmp_path).close().read_bytes()
    path.write_bytes(gzip.compress(change(gzip.decompress(good))) + good)
    bad, after = warc.read(path)
    assert isinstance(bad, warc.Damage)
    assert reason in bad.reason
    assert isinstance(after, warc.Entry)


def test_a_bomb_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "bomb.warc.gz"
    path.write_bytes(gzip.compress(bytes(warc.MAX_BLOCK + (3 << 20)), 1))
    (item,) = warc.read(path)
    assert isinstance(item, warc.Damage)
    assert "larger than" in item.reason


def test_pages_give_back_what_was_stored(tmp_path: Path) -> None:
    stored = [capture(1), capture(2), file_capture("/in box/ä.txt", b"plain")]
    found = list(warc.pages(written(tmp_path, stored)))
    without_requests = [
        structs.replace(one, exchanges=tuple(structs.replace(hop, request=b"") for hop in one.exchanges))
        for one in stored
    ]
    assert found == without_requests


def foreign(
    tmp_path: Path, head: bytes, body: bytes, *, compress: bool = True, url: str | None = "<http://other.example/a b>"
) -> Path:
    block = head + body
    lines = [
        "WARC/1.0",
        "WARC-Type: response",
        *([] if url is None else [f"WARC-Target-URI: {url}"]),
        "WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000000>",
        "WARC-Date: 2020-01-02T03:04:05Z",
        "Content-Type: application/http;msgtype=response",
        f"Content-Length: {len(block)}",
    ]
    data = "\r\n".join([*lines, "", ""]).encode() + block + b"\r\n\r\n"
    path = tmp_path / ("foreign.warc.gz" if compress else "foreign.warc")
    path.write_bytes(gzip.compress(data) + gzip.compress(data) if compress else data + data)
    return path


HTML = b"<p>Hello</p>" * 50
CHUNKED = b"c\r\n" + HTML[:12] + b"\r\n" + f"{len(HTML) - 12:X};x=y\r\n".encode() + HTML[12:] + b"\r\n0\r\nT: x\r\n\r\n"


@pytest.mark.parametrize(
    ("header", "body"),
    [
        (b"", HTML),
        (b"Content-Encoding: gzip\r\n", gzip.compress(HTML, mtime=0)),
        (b"Content-Encoding: gzip\r\n", HTML),
        (b"Content-Encoding: br\r\n", brotli.compress(HTML)),
        (b"Transfer-Encoding: chunked\r\n", CHUNKED),
        (b"Transfer-Encoding: chunked\r\n", HTML),
    ],
)
@pytest.mark.parametrize("compress", [True, False])
def test_pages_of_other_crawlers(tmp_path: Path, header: bytes, body: bytes, compress: bool) -> None:
    path = foreign(
        tmp_path, b"HTTP/1.1 200 OK\r\nContent-Type: text/HTML\r\n" + header + b"\r\n", body, compress=compress
    )
    found = list(warc.pages(path, "old"))
    assert len(found) == 2
    one = found[0]
    assert isinstance(one, Capture)
    assert (one.body, one.mime, one.status) == (HTML, "text/html", 200)
    assert (one.link.url, one.link.source) == ("http://other.example/a%20b", "old")
    assert one.fetched_at == "2020-01-02T03:04:05Z"
    assert one.header("transfer-encoding") is None
    assert b"\r\nTransfer-Encoding" not in one.exchanges[0].response


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 404 Not Found\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n"]
)
def test_other_answers_are_passed_over(tmp_path: Path, head: bytes) -> None:
    assert list(warc.pages(foreign(tmp_path, head, b"x"))) == []


PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"


@pytest.mark.parametrize(
    ("path", "is_page"),
    [
        ("/robots.txt", False),
        ("/Robots.TXT?x=1", False),
        ("/ads.txt", False),
        ("/app-ads.txt", False),
        ("/humans.txt", False),
        ("/security.txt", False),
        ("/llms-full.txt", False),
        ("/.well-known/security.txt", False),
        ("/downloads.txt", True),
        ("/news/robots.txt", True),
        ("/robots.txt.html", True),
        ("/news?of=/robots.txt", True),
    ],
)
def test_texts_for_machines_are_no_pages(tmp_path: Path, path: str, is_page: bool) -> None:
    body = b"User-agent: *\nDisallow: /private/\n"
    found = list(warc.pages(foreign(tmp_path, PLAIN, body, url=f"https://other.example{path}")))
    assert [one.body for one in found if isinstance(one, Capture)] == [body] * (2 * is_page)
    assert len(found) == 2 * is_page


@pytest.mark.parametrize("url", [None, "", "<>"])
def test_a_page_without_an_address_is_a_failure(tmp_path: Path, url: str | None) -> None:
    for one in warc.pages(foreign(tmp_path, PLAIN, b"A text.", url=url)):
        assert isinstance(one, Failure)
        assert one.reason == "no-address"
    assert list(warc.pages(foreign(tmp_path, b"HTTP/1.1 404 Not Found\r\n\r\n", b"x", url=url))) == []


@settings(max_examples=80, deadline=None)
@given(cut=st.integers(1), garbage=st.sampled_from([b"", b"garbage", bytes(600), b"WARC/1.0\r\n"]))
def test_a_torn_foreign_file_gives_its_whole_pages_and_one_failure(
    tmp_path_factory: pytest.TempPathFactory, cut: int, garbage: bytes
) -> None:
    path = foreign(tmp_path_factory.mktemp("torn"), PLAIN, random.Random(1).randbytes(40_000))
    all_of_them, whole = list(warc.pages(path)), path.read_bytes()
    member = len(whole) // 2
    cut %= len(whole)
    path.write_bytes(whole[:cut] + garbage)
    found = list(warc.pages(path))
    if cut % member or garbage:
        tear = found.pop()
        assert isinstance(tear, Failure)
        assert (tear.reason, str(path) in tear.message) == ("damaged-warc", True)
    # The last eight bytes of a member are its checksum and length: all of the page is there before them.
    assert found in (all_of_them[: cut // member], all_of_them[: (cut + 8) // member])


@pytest.mark.parametrize("compress", [True, False])
def test_garbage_behind_the_last_record_costs_no_page(tmp_path: Path, compress: bool) -> None:
    path = foreign(tmp_path, PLAIN, b"A text.", compress=compress)
    before, whole = list(warc.pages(path)), path.read_bytes()
    for garbage in (b"garbage\n", bytes(600), b"WARC/1.0\r\nWARC-Type", b"WARC/1.0\r\nWARC-Type: resource\r\n"):
        path.write_bytes(whole + garbage)
        *pages, tear = warc.pages(path)
        assert pages == before
        assert isinstance(tear, Failure)
        assert tear.reason == "damaged-warc"


def test_a_bad_record_is_a_failure_and_reading_goes_on(tmp_path: Path) -> None:
    bomb = b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n" + brotli.compress(bytes(warc.MAX_BODY * 4), quality=4)
    failures = [one for one in warc.pages(foreign(tmp_path, b"", bomb)) if isinstance(one, Failure)]
    assert len(failures) == 2
    assert {failure.exit_code for failure in failures} == {7}
    not_http = list(warc.pages(foreign(tmp_path, b"", b"garbage")))
    assert [one.reason for one in not_http if isinstance(one, Failure)] == ["not-http", "not-http"]


def test_a_head_without_end_is_a_failure(tmp_path: Path) -> None:
    for data in (b"WARC/1.0\r\n" + b"a: b\r\n" * 1_000_000, b"WARC/1.0\r\na: " + b"b" * 5_000_000, b"no warc at all"):
        path = tmp_path / "x.warc"
        path.write_bytes(data)
        (one,) = warc.pages(path)
        assert isinstance(one, Failure)
        assert one.reason == "damaged-warc"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_change_of_a_foreign_file_raises(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
    path = foreign(folder, head, CHUNKED, compress=data.draw(st.booleans()))
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    path.write_bytes(raw)
    for one in warc.pages(path):
        assert isinstance(one, Capture | Failure)


@given(st.binary(max_size=200))
def test_readers_agree_on_every_payload_that_has_a_digest(tail: bytes) -> None:
    block = b"HTTP/1.1 200 OK\r\nA: b" + tail
    payload = warc.http_payload(block)
    if payload is None:
        return
    raw = f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://a/\r\nContent-Length: {len(block)}\r\n\r\n"
    (one,) = ArchiveIterator(io.BytesIO(raw.encode() + block + b"\r\n\r\n"))
    assert one.raw_stream.read() == payload


def test_what_a_reference_gives_back_can_be_cleaned_again(tmp_path: Path) -> None:
    file = writer(tmp_path)
    missing = structs.replace(capture(7), exchanges=(exchange(7, b"gone", b"HTTP/1.1 404 No\r\n\r\n", status=404),))
    ref = file.write(missing)
    found = warc.capture(warc.read_at(file.close(), ref.offset), "x", "y")
    assert (found.status, found.body, found.link) == (404, b"gone", missing.link)


def test_a_context_that_is_not_ours_is_ignored() -> None:
    assert warc.context('{"link": 1}') is None
    assert warc.context("[" * 100_000) is None
    assert warc.context(None) is None


def test_half_a_surrogate_pair_in_a_ledger_is_refused(tmp_path: Path) -> None:
    file = writer(tmp_path)
    article = structs.replace(record(1, origin={"title": "\ud800"}), warc=file.write(capture(1)))
    with pytest.raises(ScrapeError, match=r"news\.example/1: the ledger"):
        file.derive(article, ledger(article), b"")


def test_a_path_becomes_a_file_uri(tmp_path: Path) -> None:
    for url, uri in (
        ("/a b/ä#?%.txt", "file:///a%20b/%C3%A4%23%3F%25.txt"),
        ("rel/a.txt", "file:rel/a.txt"),
        ("urn:x:1", "urn:x:1"),
    ):
        path = written(tmp_path, [structs.replace(file_capture("x", b"1"), link=Link(url, "s"))])
        assert [entry.header("warc-target-uri") for entry in entries(path) if entry.type == "resource"] == [uri]

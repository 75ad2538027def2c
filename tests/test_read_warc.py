"""`read_warc` takes the pages out of any program's WARC, however it is packed and whatever is wrong with it."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import brotli
import pytest
import warc_files as made
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scraper import Capture, Failure, read_warc
from scraper.warc.pages import Wanted, located

Packing = Callable[[Sequence[bytes]], bytes]
INFO = made.record("warcinfo", b"software: hand\r\n", Content_Type="application/warc-fields")
REQUEST = made.record("request", b"GET /1 HTTP/1.1\r\n\r\n")
PICTURE = made.record(
    "response", b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n" + os.urandom(300_000), url="x:/p"
)


def read(data: bytes, **how: object) -> list[Capture | Failure]:
    return list(read_warc(io.BytesIO(data), **how))  # type: ignore[arg-type]  # by keyword


def good(data: bytes, **how: object) -> list[Capture]:
    found = read(data, **how)
    assert [one.message for one in found if isinstance(one, Failure)] == []
    return [one for one in found if isinstance(one, Capture)]


@pytest.mark.parametrize("packing", made.PACKINGS)
def test_every_packing_gives_the_same_pages(packing: Packing) -> None:
    records = [INFO, made.response(1), REQUEST, PICTURE, made.response(2), made.response(3)]
    found = good(packing(records))
    assert [one.body for one in found] == [made.page(number) for number in (1, 2, 3)]
    first = found[0]
    assert (first.final_url, first.fetched_at, first.status, first.mime) == (
        "https://news.example/1",
        "2026-11-21T12:00:00Z",
        200,
        "text/html",
    )
    assert first.header("content-type") == "text/html; charset=utf-8"


@pytest.mark.parametrize("packing", made.PACKINGS)
def test_where_a_record_lies_is_said_where_it_can_be_read_again(packing: Packing) -> None:
    records = [INFO, made.response(1), PICTURE, made.response(2)]
    data = packing(records)
    for found in located(lambda: io.BytesIO(data), Wanted()):
        entry = found.entry  # type: ignore[union-attr]  # there is no hole
        if packing in made.SEEKABLE:
            front = data[: data.index(b"\x28\xb5\x2f\xfd", 9)] if packing is made.zstd_dictionary_plain else b""
            piece = data[entry.offset : entry.offset + entry.length]
            if packing is not made.zstd_dictionary:
                assert len(good(front + piece)) == 1
            assert entry.length < len(data) / 2
        else:
            assert entry.length == 0


def test_a_path_a_name_a_file_and_a_pipe_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(made.gzip_members([INFO, made.response(1), made.response(2)]))
    bodies = [made.page(1), made.page(2)]

    def of(source: object) -> list[bytes]:
        return [one.body for one in read_warc(source) if isinstance(one, Capture)]  # type: ignore[arg-type]  # any of them

    assert of(path) == of(str(path)) == bodies
    with path.open("rb") as file:
        assert of(file) == bodies
        assert not file.closed
    behind = io.BytesIO(b"something else" + path.read_bytes())
    behind.seek(14)
    assert of(behind) == bodies
    reading, writing = os.pipe()
    thread = threading.Thread(target=lambda: os.fdopen(writing, "wb").write(path.read_bytes()))
    thread.start()
    with os.fdopen(reading, "rb") as pipe:
        assert of(pipe) == bodies
    thread.join()
    with pytest.raises(FileNotFoundError):
        of(tmp_path / "none.warc.gz")


def test_what_warcio_and_what_we_wrote(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True)
    head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    for number in (1, 2):
        url = f"https://news.example/{number}"
        body = io.BytesIO(made.page(number))
        writer.write_record(writer.create_warc_record(url, "response", payload=body, http_headers=head))
        writer.write_record(writer.create_warc_record(url, "conversion", payload=io.BytesIO(b"text")))
    assert [one.body for one in good(buffer.getvalue())] == [made.page(1), made.page(2)]


def test_statuses_and_types_are_chosen() -> None:
    gone = made.response(2, head=b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n")
    picture = made.record("response", b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\nPNG", url="x:/p")
    data = made.gzip_members([made.response(1), gone, picture])
    assert [one.status for one in good(data)] == [200]
    assert [one.status for one in good(data, statuses=(404,))] == [404]
    assert [one.status for one in good(data, statuses=None)] == [200, 404]
    assert [one.mime for one in good(data, types=("image/png",))] == ["image/png"]
    assert len(good(data, statuses=None, types=None)) == 3


BODY = made.page(1) * 20
CHUNKED = b"c;x=y\r\n" + BODY[:12] + b"\r\n" + b"%x\r\n" % (len(BODY) - 12) + BODY[12:] + b"\r\n0\r\nT: x\r\n\r\n"
SQUEEZED = gzip.compress(BODY, mtime=0)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"HTTP/2 200\r\ncontent-type: text/html\r\n\r\n", BODY),
        (b"HTTP/2.0 200 \r\ncontent-type: text/html\r\n\r\n", BODY),
        (b"HTTP/3 200 OK\ncontent-type: text/html\n\n", BODY),
        (b"http/1.0 200 OK\r\nContent-Type: text/html\n\r\n", BODY),
        (b"HTTP/1.1\t200 OK\r\nContent-Type:text/html;a=b\r\n \r\n", BODY),
        (b"\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", BODY),
        (b"HTTP 200 OK\r\nContent-Type: text/html\r\n\r\n", BODY),
        (b"ICY 200 OK\r\nContent-Type: text/html\r\n\r\n", BODY),
        (b"HTTP/1.1 200 OK\r\nX: \xc3\x85ngstr\xc3\xb6m\r\n folded\r\nContent-Type: text/html\r\n\r\n", BODY),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n", CHUNKED),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n", BODY),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: gzip\r\n\r\n", SQUEEZED),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n", SQUEEZED),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: br\r\n\r\n", brotli.compress(BODY)),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: br\r\n\r\n", BODY),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: zstd\r\n\r\n", made.zstd.compress(BODY)),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: deflate\r\n\r\n", BODY),
    ],
)
def test_heads_and_codings_as_servers_and_crawlers_leave_them(head: bytes, body: bytes | None) -> None:
    if body is None:
        body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (SQUEEZED[:9], SQUEEZED[9:])) + b"0\r\n\r\n"
    (found,) = good(made.gzip_members([made.response(1, body, head)]))
    assert (found.body, found.mime, found.status) == (BODY, "text/html", 200)


@pytest.mark.parametrize("cut", [4, 2000])
def test_a_page_that_was_cut_by_its_crawler_is_what_came_of_it(cut: int) -> None:
    whole = b"".join(made.page(number) for number in range(1000))
    body = gzip.compress(whole, mtime=0)[:-cut]
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n"
    (found,) = good(made.gzip_members([made.response(1, body, head, WARC_Truncated="length")]))
    assert whole.startswith(found.body)
    assert len(found.body) > 10_000
    (failure,) = read(made.gzip_members([made.response(1, body, head)]))
    assert isinstance(failure, Failure)
    assert failure.reason == "closed-early"


@pytest.mark.parametrize(
    ("ends", "blank"), [("\n", "\n"), ("\r\n", "\n"), ("\n", "\r\n"), (" \r\n", "\r\n"), ("\r\n", " \r\n")]
)
@pytest.mark.parametrize("packing", [made.plain, made.gzip_members])
def test_record_heads_with_odd_line_ends(ends: str, blank: str, packing: Packing) -> None:
    block = made.OK + made.page(1)
    fields = ["WARC/1.0", "warc-type:response", "WARC-Target-URI: https://a.example/", "WARC-Date: 2020"]
    fields += ["X: folded", "\tfurther", f"content-length :  {len(block)}"]
    head = ends.join(fields) + ends + blank
    data = packing([head.encode() + block + b"\n", head.encode() + block, head.encode() + block + b"\r\n\r\n\r\n"])
    if packing is made.plain:  # a record that nothing ends is no record's neighbour
        data = (head.encode() + block + b"\n\n") * 3
    assert [one.final_url for one in good(data)] == ["https://a.example/"] * 3


DIGEST = "sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
LATER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Visit: 2\r\n\r\n"
NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"


def revisit(block: bytes = LATER, url: str = "https://news.example/1", **fields: str) -> bytes:
    given = {"WARC_Payload_Digest": DIGEST, "WARC_Date": "2026-11-22T12:00:00Z"} | fields
    return made.record("revisit", block, url=url, **given)


def first(**fields: str) -> bytes:
    return made.response(1, WARC_Payload_Digest=DIGEST, WARC_Record_ID="<urn:uuid:1>", **fields)


@pytest.mark.parametrize("packing", made.SEEKABLE)
@pytest.mark.parametrize(
    ("by", "block"),
    [
        ({"WARC_Refers_To": "<urn:uuid:1>"}, LATER),
        ({"WARC_Refers_To": "<urn:uuid:1>", "WARC_Payload_Digest": ""}, NOT_MODIFIED),
        (
            {"WARC_Refers_To_Target_URI": "https://news.example/1", "WARC_Refers_To_Date": "2026-11-21T12:00:00.000Z"},
            LATER,
        ),
        ({}, LATER),
        ({}, b""),
    ],
)
def test_a_revisit_has_the_first_one_s_body(packing: Packing, by: dict[str, str], block: bytes) -> None:
    data = packing([INFO, first(), PICTURE, revisit(block, **by), made.response(2)])
    one, again, other = good(data)
    assert (again.body, again.final_url, again.status) == (one.body, one.final_url, 200)
    assert (again.fetched_at, again.header("x-visit")) == ("2026-11-22T12:00:00Z", "2" if block is LATER else None)
    assert other.body == made.page(2)


def test_a_revisit_is_decoded_by_the_first_one_s_head() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n"
    one = made.response(1, SQUEEZED, head, WARC_Payload_Digest=DIGEST)
    later = LATER.replace(b"X-Visit", b"Content-Encoding: br\r\nX-Visit")
    assert [page.body for page in good(made.gzip_members([one, revisit(later)]))] == [BODY, BODY]


@pytest.mark.parametrize(
    "records",
    [
        [revisit()],
        [
            made.response(1, WARC_Payload_Digest="sha1:OTHER", WARC_Record_ID="<urn:uuid:1>"),
            revisit(WARC_Refers_To="<urn:uuid:1>"),
        ],
        [revisit(), first()],
    ],
)
def test_a_revisit_whose_first_response_is_not_there_is_a_failure(records: list[bytes]) -> None:
    failures = [one for one in read(made.gzip_members(records)) if isinstance(one, Failure)]
    assert [one.reason for one in failures] == ["no-original"]
    assert "https://news.example/1: " in failures[0].message


def test_a_revisit_of_what_is_no_page_is_passed_over() -> None:
    picture = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n"
    assert good(made.gzip_members([revisit(picture)])) == []


def reasons(found: Sequence[Capture | Failure]) -> list[str]:
    return [one.reason if isinstance(one, Failure) else one.final_url[-1] for one in found]


def test_damage_costs_its_record_and_no_other() -> None:
    records = [made.response(number, made.page(number) * 30) for number in range(1, 5)]
    members = [gzip.compress(one, mtime=0) for one in records]
    for at in (12, 40, len(members[1]) - 6):  # within the data, and within the checksum
        bad = bytearray(members[1])
        bad[at] ^= 0x10
        assert reasons(read(b"".join([members[0], bytes(bad), *members[2:]]))) == ["1", "damaged-warc", "3", "4"]
    frames = [made.zstd.compress(one) for one in records]
    assert reasons(read(b"".join([frames[0], frames[1][:-9], *frames[2:]]))) in (
        ["1", "damaged-warc", "3", "4"],
        ["1", "damaged-warc", "4"],  # a cut frame swallows the beginning of the next one
    )


@pytest.mark.parametrize("length", ["5", "99999999", "", "-1", "1e3"])
@pytest.mark.parametrize("packing", [made.gzip_members, made.zstd_frames])
def test_a_wrong_length_costs_its_record_where_each_has_a_member(length: str, packing: Packing) -> None:
    records = [made.response(1), made.response(2, Content_Length=length), made.response(3), made.response(4)]
    found = reasons(read(packing(records)))
    assert found[0] == "1"
    assert found[-2:] == ["3", "4"]
    assert found.count("damaged-warc") == 1


def test_a_wrong_length_in_a_plain_file_costs_what_it_swallows() -> None:
    records = [made.response(1), made.response(2, Content_Length=""), made.response(3)]
    assert reasons(read(made.plain(records))) == ["1", "damaged-warc", "3"]
    assert reasons(read(made.gzip_whole(records))) == ["1", "damaged-warc", "3"]


def test_a_truncated_record_among_others() -> None:
    torn = made.response(2, made.page(2) * 9)[:-150]
    members = made.gzip_members([made.response(1), torn, made.response(3)])
    assert reasons(read(members)) == ["1", "damaged-warc", "3"]
    assert reasons(read(made.gzip_members([made.response(1), torn]))) == ["1", "damaged-warc"]


def test_a_response_that_holds_a_warc_gives_one_page() -> None:
    """A record within a record, as bytes of its body, stored and packed."""
    inner = made.response(7)
    for body in (made.plain([inner, inner]), made.gzip_members([inner, inner])):
        records = [made.response(1, b"<p>A WARC file:</p>\r\n\r\n" + body), made.response(2)]
        for packing in made.PACKINGS:
            assert reasons(good(packing(records))) == ["1", "2"]
        stored = b"".join(gzip.compress(one, 0, mtime=0) for one in records)
        assert reasons(good(stored)) == ["1", "2"]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_change_of_any_file_raises_or_hangs(data: st.DataObject) -> None:
    packing = data.draw(st.sampled_from(made.PACKINGS))
    raw = bytearray(packing([INFO, first(), revisit(), made.response(2), PICTURE[:5000]]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    if data.draw(st.booleans()):
        del raw[data.draw(st.integers(0, len(raw))) :]
    for one in read(bytes(raw), statuses=None, types=None):
        assert isinstance(one, Capture | Failure)


@given(st.binary(max_size=300))
def test_any_bytes_are_no_warc_or_damage(raw: bytes) -> None:
    for front in (b"", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18\x04\0\0\0", b"WARC/1.0\r\n"):
        assert all(isinstance(one, Failure) for one in read(front + raw))


HUNGRY = """
import io, resource, sys, gzip, time
sys.path.insert(0, sys.argv[1])
import warc_files as made
from scraper import Failure, read_warc
zeros = bytes(1 << 20)
def bomb():
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1) as file:
        file.write(made.response(1, Content_Length=str(800 << 20))[:-200])
        for _ in range(800):
            file.write(zeros)
    return out.getvalue()
FIRST = b"WARC/1.0\\r\\n"
LAST = b"Content-Length: 0\\r\\nWARC-Type: x\\r\\n\\r\\n\\r\\n"
LONG = b"WARC-Type: response\\r\\nContent-Length: 999999999999999999\\r\\n\\r\\n"
one, again = made.response(1, WARC_Payload_Digest="a:b"), made.record("revisit", b"", WARC_Payload_Digest="a:b")
data = {
    "bomb": bomb,
    "members": lambda: gzip.compress(b"") * 300_000,
    "magic": lambda: b"\\x1f\\x8b" * 3_000_000,
    "newlines": lambda: FIRST + b"\\n" * 30_000_000,
    "heads": lambda: (FIRST + b"a: b\\r\\n" * 100_000 + LAST) * 30,
    "folded": lambda: FIRST + b"a: b\\r\\n" + b" c\\r\\n" * 170_000 + LAST,
    "lengths": lambda: FIRST + LONG + zeros * 90,
    "revisits": lambda: made.gzip_members([one] + [again] * 3000),
}[sys.argv[2]]()
before = resource.getrusage(resource.RUSAGE_SELF)
found = list(read_warc(io.BytesIO(data)))
after = resource.getrusage(resource.RUSAGE_SELF)
print(len(found), after.ru_utime - before.ru_utime, (after.ru_maxrss - before.ru_maxrss) >> 10)
"""


@pytest.mark.parametrize("what", ["bomb", "members", "magic", "newlines", "heads", "folded", "lengths", "revisits"])
def test_hostile_files_cost_little(what: str, tmp_path: Path) -> None:
    """CPU seconds far above what they take (0.1 to 4 on a slow machine), so that only another order of growth fails."""
    script = tmp_path / "hungry.py"
    script.write_text(HUNGRY)
    here = Path(__file__).parent
    ran = subprocess.run(
        [sys.executable, str(script), str(here), what],
        env=os.environ | {"PYTHONPATH": str(here.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    _, seconds, megabytes = map(float, ran.stdout.split())
    assert seconds < 60
    assert megabytes < 250

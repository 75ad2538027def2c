"""Revisits: what was sent comes back byte for byte, a copy is kept once, and nothing refers to what is not there."""

from __future__ import annotations

import errno
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from archives import put, run_child, sound
from captures import HEAD, answered, capture, exchange, ledger, page, record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from scraper import warc
from scraper.archive import Archive, Settings, View, rebuild
from scraper.errors import LimitError, VerificationError
from scraper.types import Capture, Exchange, WarcRef
from scraper.verify import verify

PROFILE = "http://netpreserve.org/warc/1.1/revisit/"
NOT_MODIFIED = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n'


def at(minute: int, body: bytes, head: bytes = HEAD, **more: object) -> Capture:
    """The same address at another time."""
    hop = exchange(1, body, head, **{"started_at": f"2026-11-21T12:{minute:02d}:00.000001Z", **more})
    return structs.replace(capture(1), exchanges=(hop,), fetched_at=hop.started_at, status=hop.status, body=body)


def tagged(*fields: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", "Content-Type: text/html", *fields, "", ""]).encode()


def conditional(minute: int, *fields: str) -> Capture:
    request = "\r\n".join(["GET /1 HTTP/1.1", "Host: news.example", *fields, "", ""]).encode()
    of = at(minute, b"", NOT_MODIFIED, status=304)
    return structs.replace(of, exchanges=(structs.replace(of.exchanges[0], request=request),))


def records_of(root: Path) -> Iterator[warc.Entry]:
    for path in sorted(root.glob("warc/*/*/*.warc.gz")):
        for item in warc.read(path):
            assert isinstance(item, warc.Entry)
            yield item


def types(root: Path) -> list[str]:
    """The kinds of the records that hold what servers sent, in the order of the archive."""
    assert sound(root)
    return [entry.type for entry in records_of(root) if entry.type in ("response", "revisit")]


# ---- what is a revisit


def test_the_same_payload_again_is_kept_once_and_comes_back_as_it_was_sent(tmp_path: Path) -> None:
    first, again = at(1, page(1)), at(2, page(1), tagged("Date: later", "X-Served-By:  cache 7"))
    with Archive(tmp_path) as archive:
        full, ref = archive.store(first), archive.store(again)
        assert archive.read(ref).block == again.exchanges[0].response
        assert archive.read(full).block == first.exchanges[0].response
        assert archive.capture(ref).body == page(1)
        assert archive.capture(ref).header("x-served-by") == "cache 7"
        assert (archive.capture(ref).fetched_at, archive.capture(ref).exchanges[0].truncated) == (
            again.fetched_at,
            None,
        )
    _, response, _, revisit, request = records_of(tmp_path)
    said = dict(revisit.headers)
    assert said["WARC-Profile"] == f"{PROFILE}identical-payload-digest"
    assert said["WARC-Refers-To"] == f"<{full.record_id}>" == response.header("warc-record-id")
    assert said["WARC-Refers-To-Target-URI"] == "https://news.example/1"
    assert said["WARC-Refers-To-Date"] == first.fetched_at == response.header("warc-date")
    assert said["WARC-Date"] == again.fetched_at
    assert said["WARC-Payload-Digest"] == warc.digest(page(1)) == response.header("warc-payload-digest")
    assert said["WARC-Truncated"] == "length"
    assert said["WARC-IP-Address"] == "192.0.2.7"
    assert revisit.block == tagged("Date: later", "X-Served-By:  cache 7")
    assert (request.type, request.uri("warc-concurrent-to")) == ("request", ref.record_id)
    assert request.block == again.exchanges[0].request
    assert sound(tmp_path)


def test_a_304_refers_to_the_response_whose_validators_were_sent(tmp_path: Path) -> None:
    old, new = tagged('ETag: "1"', "Last-Modified: Monday"), tagged('ETag: "2"', "Last-Modified: Tuesday")
    with Archive(tmp_path) as archive:
        first, second = archive.store(at(1, b"one", old)), archive.store(at(2, b"two", new))
        asked = [
            ('If-None-Match: "1"', first),
            ('if-none-match:"2"', second),
            ("If-Modified-Since: Tuesday", second),
            ('If-None-Match: "1"\r\nIf-Modified-Since: Tuesday', first),
        ]
        for minute, (field, of) in enumerate(asked, 3):
            ref = archive.store(conditional(minute, field))
            assert archive.read(ref).block == archive.read(of).block
            assert archive.capture(ref).body == archive.capture(of).body
    assert types(tmp_path) == ["response"] * 2 + ["revisit"] * 4
    revisit = next(entry for entry in records_of(tmp_path) if entry.type == "revisit")
    assert revisit.header("warc-profile") == f"{PROFILE}server-not-modified"
    assert revisit.uri("warc-refers-to") == first.record_id
    assert revisit.header("warc-refers-to-date") == at(1, b"").fetched_at
    assert (revisit.block, revisit.header("warc-truncated")) == (NOT_MODIFIED, None)


def test_a_304_that_nobody_asked_for_is_a_response(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.store(at(1, page(1), tagged('ETag: "1"')))
        for minute, field in enumerate(("X: y", 'If-None-Match: "9"', "If-Modified-Since: today"), 2):
            ref = archive.store(conditional(minute, field))
            assert archive.read(ref).block == NOT_MODIFIED
    assert types(tmp_path) == ["response"] * 4


def test_validators_that_came_with_a_revisit_count_from_then_on(tmp_path: Path) -> None:
    """A server in a group: the same feed, but each machine makes an ETag of its own."""
    with Archive(tmp_path) as archive:
        first = archive.store(at(1, b"one", tagged('ETag: "a"')))
        archive.store(at(2, b"one", tagged('ETag: "b"')))
        before = list(archive.index.all_payloads())
        ref = archive.store(conditional(3, 'If-None-Match: "b"'))
        assert archive.read(ref).block == archive.read(first).block
    rebuild(tmp_path)
    with View(tmp_path) as view:
        assert list(view.index.all_payloads()) == before
    assert types(tmp_path) == ["response", "revisit", "revisit"]


@pytest.mark.parametrize(
    "other",
    [
        at(2, page(2)),
        at(0, page(1)),  # fetched before: it cannot be a revisit of what came later
        at(2, page(1), HEAD.replace(b"200 OK", b"404 Gone"), status=404),
        at(2, page(1), truncated="length"),
        at(2, page(1), HEAD.replace(b"\r\n", b"\n")),  # readers disagree on where its payload begins
        answered(capture(2), exchange(2, page(1), started_at="2026-11-21T12:02:00Z")),
    ],
)
def test_what_is_no_revisit(tmp_path: Path, other: Capture) -> None:
    with Archive(tmp_path) as archive:
        archive.store(at(1, page(1)))
        assert archive.read(archive.store(other)).block == other.exchanges[0].response
    assert types(tmp_path) == ["response", "response"]


@pytest.mark.parametrize(
    "first", [at(1, page(1), truncated="time"), at(1, b""), at(1, page(1), b"HTTP/1.1 OK\r\n\r\n")]
)
def test_what_nothing_refers_to(tmp_path: Path, first: Capture) -> None:
    """A cut response, one without a body, and one without a status."""
    with Archive(tmp_path) as archive:
        archive.store(first)
        archive.store(structs.replace(first, exchanges=(structs.replace(first.exchanges[0], truncated=None),)))
        assert len(list(archive.index.all_payloads())) == (1 if first.exchanges[0].truncated else 0)
    assert types(tmp_path) == ["response", "response"]


def test_every_hop_is_looked_at_and_a_page_that_alternates_is_kept_once_for_each_form(tmp_path: Path) -> None:
    robots = exchange(0, b"User-agent: *\nDisallow:\n")
    with Archive(tmp_path) as archive:
        for minute in range(6):
            one = at(minute, b"form %d" % (minute % 2))
            hop = structs.replace(robots, started_at=one.fetched_at)
            archive.store(structs.replace(one, exchanges=(hop, *one.exchanges)))
    assert types(tmp_path) == ["response"] * 2 + ["revisit", "response"] + ["revisit"] * 8


def test_an_etag_of_any_length_costs_the_index_little(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.store(at(1, page(1), tagged(f"ETag: {'e' * 50_000}", f"Last-Modified: {' ' * 50_000}x")))
        (known,) = archive.index.all_payloads()
    assert (known.etag, known.last_modified) == (None, "x")


BODIES = st.sampled_from([b"", b"one", b"two", page(1)])
HEADS = st.sampled_from([HEAD, tagged('ETag: "1"'), HEAD.replace(b"\r\n", b"\n"), b"HTTP/1.1 200 OK\r\n\r\n"])
HOPS = st.builds(
    lambda number, body, head, truncated: exchange(number, body, head, truncated=truncated),
    st.integers(0, 2),
    BODIES,
    HEADS,
    st.sampled_from([None, None, None, "length"]),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(HOPS, min_size=1, max_size=3), max_size=12), st.integers(1000, 8000))
def test_law_whatever_was_sent_comes_back_and_an_index_made_again_knows_as_much(
    tmp_path_factory: pytest.TempPathFactory, visits: list[list[Exchange]], max_warc: int
) -> None:
    root = tmp_path_factory.mktemp("law")
    stored: list[tuple[WarcRef, bytes]] = []
    with Archive(root, Settings(max_warc=max_warc)) as archive:
        for second, hops in enumerate(visits):
            timed = tuple(structs.replace(hop, started_at=f"2026-11-21T12:00:{second:02d}Z") for hop in hops)
            ref = archive.store(answered(capture(1), *timed))
            stored.append((ref, hops[-1].response))
            archive.commit()
        before = list(archive.index.all_payloads())
    names = ("warc-target-uri", "warc-payload-digest", "warc-truncated")
    whole = [[e.header(name) for name in names] for e in records_of(root) if e.type == "response"]
    kept = [(uri, digest) for uri, digest, cut in whole if digest not in (None, warc.digest(b"")) and cut is None]
    assert len(kept) == len(set(kept)) == len(before)
    rebuild(root)
    with View(root) as view:
        assert list(view.index.all_payloads()) == before
        assert [view.read(ref).block for ref, _ in stored] == [sent for _, sent in stored]
    assert verify(root).problems == ()
    for path in root.glob("warc/*/*/*.warc.gz"):  # a request lies in the file of its response
        read = [entry for entry in warc.read(path) if isinstance(entry, warc.Entry)]
        ids = {entry.uri("warc-record-id") for entry in read}
        assert all(entry.uri("warc-concurrent-to") in ids for entry in read if entry.type == "request")


# ---- readers


def test_other_readers_take_revisits(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        for minute in range(3):
            archive.store(at(minute, page(1), tagged('ETag: "1"')))
        archive.store(conditional(4, 'If-None-Match: "1"'))
    (path,) = tmp_path.glob("warc/*/*/*.warc.gz")
    tools = Path(sys.executable).parent
    # Not FastWARC's -p: it looks for the payload in the revisit itself, where WARC 1.1 says that it is not.
    for command in ([tools / "warcio", "check"], [tools / "fastwarc", "check", "-q"]):
        if command[0] == tools / "fastwarc" and not command[0].exists():
            continue
        done = subprocess.run([*command, path], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done
    assert [one.body for one in warc.pages(path) if isinstance(one, Capture)] == [page(1)]  # revisits are passed over


def test_a_revisit_of_what_is_gone_is_said(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.store(at(1, page(1)))
        ref = archive.store(at(2, page(1)))
        archive.index.forget_payloads(ref.file)
        with pytest.raises(VerificationError, match="a revisit of what the index does not know: rebuild it"):
            archive.read(ref)


def test_a_payload_that_is_another_one_is_not_given_out(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.store(at(1, page(1)))
        archive.store(at(2, page(1)))
        other = archive.read(archive.store(at(3, page(2))))
    revisit = next(entry for entry in records_of(tmp_path) if entry.type == "revisit")
    with pytest.raises(
        VerificationError, match=f"the payload of {other.uri('warc-record-id')} is not the one it names"
    ):
        warc.restored(revisit, other)


# ---- the order of commits


def _again(archive: Archive, number: int) -> WarcRef:
    """The same page for the fifth time, and a robots.txt before it; an article is made of each."""
    hop = exchange(0, b"User-agent: *\nDisallow:\n", started_at=at(number, b"").fetched_at)
    one = at(number, page(1))
    ref = archive.store(structs.replace(one, exchanges=(hop, *one.exchanges)))
    made = record(number, url=one.final_url, final_url=one.final_url, fetched_at=one.fetched_at)
    assert archive.add(ref, made, ledger(made))
    return ref


def test_kill_at_every_step_leaves_nothing_that_refers_to_what_is_not_there(tmp_path: Path) -> None:
    steps, alive = 0, False
    while not alive:
        steps += 1
        root = tmp_path / str(steps)
        acknowledged, alive = run_child(root, steps, _again)
        if steps % 3 == 0:
            for path in root.glob("index.sqlite*"):
                path.unlink()
        with Archive(root) as archive:
            assert set(acknowledged) <= {row.id for row in archive.index.rows()}
            known = list(archive.index.all_payloads())
            assert len(known) in (0, 1, 2)  # robots.txt and page, once each
            for payload in known:
                assert warc.digest(warc.http_payload(archive.read(payload.ref).block) or b"") == payload.digest
            for row in archive.index.rows():
                assert row.warc is not None
                assert archive.capture(row.warc).body == page(1)
            _again(archive, 30)
            assert len(list(archive.index.all_payloads())) == 2
        assert types(root).count("response") == 2
    assert steps > 40


@pytest.mark.parametrize("fails_at", range(4))
def test_a_write_that_fails_halfway_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    """Two hops are four records: what the first ones were remembered by must go with them."""
    hops = (exchange(0, b"robots"), *at(1, page(1)).exchanges)
    write, calls = os.write, iter(range(100))

    def full(fd: int, data: bytes) -> int:
        if next(calls) == fails_at:
            raise OSError(errno.ENOSPC, "no space")
        return write(fd, data)

    with Archive(tmp_path) as archive:
        put(archive, 5)
        before = list(archive.index.all_payloads())
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", full)
            with pytest.raises(LimitError):
                archive.store(answered(capture(1), *hops))
        assert list(archive.index.all_payloads()) == before
        archive.store(answered(capture(1), *hops))
    assert types(tmp_path) == ["response"] * 3


def test_after_a_lost_tail_the_payload_is_stored_again(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        ref = archive.store(at(1, random.Random(1).randbytes(5000)))
    path = tmp_path / ref.file
    path.write_bytes(path.read_bytes()[: ref.offset + 100])
    assert any("a payload that is not there" in problem.what for problem in verify(tmp_path).problems)
    with Archive(tmp_path) as archive:
        assert list(archive.index.all_payloads()) == []
        again = archive.store(at(2, random.Random(1).randbytes(5000)))
        assert archive.read(again).type == "response"


def test_nothing_is_remembered_before_it_is_acknowledged(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.store(at(1, page(1)))
        with View(tmp_path) as view:
            assert list(view.index.all_payloads()) == []
        archive.commit()
        with View(tmp_path) as view:
            assert len(list(view.index.all_payloads())) == 1

"""The CDXJ index: which records it lists, how, and in which order."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path

import pytest
from exporting import export, filled

from scraper import warc
from scraper.errors import LimitError
from scraper.export import cdxj
from scraper.export.spill import Sorted

HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>"


def entry(kind: str = "response", block: bytes = HTTP, **more: str) -> warc.Entry:
    headers = {"WARC-Target-URI": "https://e.org/A", "WARC-Date": "2026-11-21T12:00:00.5Z", **more}
    return warc.Entry(kind, tuple((name.replace("_", "-"), value) for name, value in headers.items()), 7, 9, block)


def fields(of: warc.Entry) -> dict[str, str]:
    line = cdxj.line(of, "a.warc.gz")
    assert line is not None
    start, rest = line.decode("ascii").split(" {", 1)
    assert start == "org,e)/a 20261121120000"
    found: dict[str, str] = json.loads("{" + rest)
    common = {"url": "https://e.org/A", "length": "9", "offset": "7", "filename": "a.warc.gz"}
    assert {name: found.pop(name) for name in common} == common
    return found


def test_a_response(tmp_path: Path) -> None:
    known = entry(WARC_Payload_Digest="sha256:x")
    assert fields(known) == {"mime": "text/html", "status": "200", "digest": "sha256:x"}


@pytest.mark.parametrize(
    ("head", "shown"),
    [
        (b"HTTP/1.1 404\n\n", {"status": "404"}),
        (b"HTTP/1.1 200 OK\r\ncontent-TYPE :\r\n text/x y\r\n\r\n", {"status": "200", "mime": "text/x"}),
        (b"HTTP/1.1 200 OK\r\nContent-Type:\r\n\r\n", {"status": "200", "mime": ""}),
        (b"HTTP/1.1 200 OK\r\nX: content-type: a/b\r\nContent-Type: c/d\r\nContent-Type: e/f\r\n\r\n", {"mime": "c/d"}),
        (b"", {}),
        (b"no head at all", {}),
    ],
)
def test_odd_heads(head: bytes, shown: dict[str, str]) -> None:
    found = fields(entry(block=head))
    assert found.pop("digest") == warc.digest(b"")  # none is written where readers disagree on where the head ends
    assert found == {**({"status": "200"} if "mime" in shown else {}), **shown}


def test_a_revisit_and_a_file() -> None:
    head = HTTP.removesuffix(b"<p>")
    assert fields(entry("revisit", head, WARC_Payload_Digest="sha256:x")) == {
        "mime": "warc/revisit",
        "status": "200",
        "digest": "sha256:x",
    }
    assert fields(entry("resource", b"text", Content_Type="text/plain; charset=utf-8")) == {
        "mime": "text/plain",
        "digest": warc.digest(b"text"),
    }


@pytest.mark.parametrize("kind", ["warcinfo", "request", "metadata", "conversion"])
def test_what_is_no_capture_is_not_listed(kind: str) -> None:
    assert cdxj.line(entry(kind), "a") is None


def test_the_lines_of_an_archive_are_sorted_by_their_bytes(tmp_path: Path) -> None:
    filled(tmp_path, 12)
    lines = export(tmp_path, "--format", "cdxj").out.splitlines(keepends=True)
    assert len(lines) == 13
    assert lines == sorted(lines)
    names = {json.loads(line.split(b" ", 2)[2])["filename"] for line in lines}
    assert all((tmp_path / name).is_file() for name in names)
    subprocess.run(["/usr/bin/env", "LC_ALL=C", "sort", "-c"], input=b"".join(lines), check=True)


@pytest.mark.parametrize("in_memory", [1, 10, 100])
def test_more_lines_than_fit_into_memory(in_memory: int) -> None:
    lines = Sorted(in_memory)
    for number in (5, 3, 9, 3, 1, 5, 7):
        lines.add(b"%d\n" % number)
    assert list(lines) == list(lines) == [b"1\n", b"3\n", b"5\n", b"7\n", b"9\n"]
    lines.close()


def test_a_full_disk_for_runs_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.TemporaryFile", lambda: io.FileIO("/dev/full", "wb"))
    lines = Sorted(1)
    with pytest.raises(LimitError, match="No space left on device; name a larger directory in TMPDIR"):
        lines.add(b"x\n")
    lines.close()

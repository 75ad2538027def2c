"""Tombstones: exactly as long as what they replace, and what they say."""

from __future__ import annotations

import gzip
import subprocess
import sys
import zlib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from scraper import warc
from scraper.warc.form import GZIP_HEAD
from scraper.warc.tombstones import _filling

SAID = warc.Tombstone(
    purged_at="2026-11-21T12:00:00.000001Z",
    by="scrape/0.1.0",
    url="https://news.example/1",
    reason="Article 17, case 4711",
    records=(("response", "urn:uuid:1f6c2f0e-0000-4000-8000-000000000001"), ("request", "urn:uuid:2")),
    articles=("0123456789abcdef0123456789abcdef",),
)
GRAVE = warc.Grave("urn:uuid:9d3f6a52-6c1e-4b43-9d0b-0c3a4f6f2a11", 2)
LEAST = 348  # of an empty file, the smallest record that we write
LENGTHS = [*range(LEAST, 750), *range(1010, 1050), *range(65_530, 65_570), *range(131_065, 131_095), 1_000_003]


def test_every_length_is_met_exactly_and_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    seen = set()
    for length in LENGTHS:
        said = warc.fitting(SAID, GRAVE, length)
        data = warc.bury(said, GRAVE, length)
        path.write_bytes(data)
        (entry,) = warc.read(path)
        assert isinstance(entry, warc.Entry)
        assert (entry.length, entry.plain, entry.uri("warc-record-id")) == (length, True, GRAVE.record_id)
        assert entry.uri("warc-target-uri") == "urn:tombstone:https://news.example/1"
        assert data.startswith(GZIP_HEAD)
        assert entry.header("warc-block-digest") == warc.digest(entry.block)
        assert warc.is_tombstone(entry)
        assert warc.tombstone(entry) == said
        seen.add(said)
    assert SAID in seen
    assert len(seen) == 4  # less and less, where there is less room


def test_where_there_is_room_everything_is_said_and_where_there_is_little_the_address_is() -> None:
    assert warc.fitting(SAID, GRAVE, 700) == SAID
    least = warc.fitting(SAID, GRAVE, LEAST)
    assert (least.url, least.purged_at, least.reason, least.records) == (SAID.url, SAID.purged_at, None, ())
    with pytest.raises(ValueError, match="hold no tombstone"):
        warc.fitting(SAID, GRAVE, 250)


@given(st.integers(LEAST, 5000), st.text(max_size=300), st.booleans())
def test_any_reason(length: int, reason: str, again: bool) -> None:
    said = structs.replace(SAID, reason=reason.encode("utf-8", "replace").decode(), again=again)
    data = warc.bury(warc.fitting(said, GRAVE, length), GRAVE, length)
    assert len(data) == length
    assert gzip.decompress(data).startswith(b"WARC/1.1\r\nWARC-Type: metadata\r\n")


def test_what_fills_a_member_holds_nothing() -> None:
    for size in range(60):
        filling = _filling(size)
        assert (filling is None) == (size in {0, 1, 2, 3, 4, 8, 9})
        if filling is not None:
            inflate = zlib.decompressobj(-zlib.MAX_WBITS)
            assert (inflate.decompress(filling), inflate.eof, inflate.unused_data, len(filling)) == (
                b"",
                True,
                b"",
                size,
            )


def test_it_forbids_unless_it_is_allowed_again() -> None:
    said = structs.replace(SAID, also=("https://news.example/2",))
    assert said.forbids == ("https://news.example/1", "https://news.example/2")
    assert structs.replace(said, again=True).forbids == ()


def test_other_readers_agree(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    lengths = [LEAST, 349, 350, 351, 352, 500, 700, 70_000, 3_000_000]
    graves = [
        structs.replace(GRAVE, record_id=f"urn:uuid:9d3f6a52-6c1e-4b43-9d0b-{n:012}") for n in range(len(lengths))
    ]
    path.write_bytes(b"".join(warc.bury(warc.fitting(SAID, g, n), g, n) for g, n in zip(graves, lengths, strict=True)))
    scripts = Path(sys.executable).parent
    for command in ([scripts / "warcio", "check"], [scripts / "fastwarc", "check"], ["gzip", "-t"]):
        ran = subprocess.run([*command, path], capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    listed = subprocess.run(
        [scripts / "warcio", "index", "-f", "offset,warc-type", path], capture_output=True, check=True
    )
    offsets = [int(msgspec.json.decode(line)["offset"]) for line in listed.stdout.splitlines()]
    assert offsets == [sum(lengths[:n]) for n in range(len(lengths))]

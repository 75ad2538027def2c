"""Content codings, undone in bounded steps."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper import coding
from scraper.errors import LimitError, ScrapeError

MB = 1024 * 1024


def bare_deflate(body: bytes) -> bytes:
    return zlib.compress(body)[2:-4]


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}
CODINGS = ["gzip", "deflate", "br", "zstd"]
BOMBS = {
    "gzip": gzip.compress(bytes(64 * MB)),
    "br": brotli.compress(bytes(64 * MB), quality=5),
    "zstd": zstd.compress(bytes(64 * MB)),
}


@settings(deadline=None)
@given(st.binary(max_size=5000), st.lists(st.sampled_from(sorted(ENCODERS)), max_size=3))
def test_undoes_what_the_header_says_last_first(body: bytes, codings: list[str]) -> None:
    wire = body
    for name in codings:
        wire = ENCODERS[name](wire)
    assert coding.decode(wire, ", ".join(codings), 10_000) == body


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(CODINGS), st.integers(0, 400))
def test_any_bytes_decode_within_the_limit_or_fail_in_the_tree(body: bytes, name: str, limit: int) -> None:
    try:
        decoded = coding.decode(body, name, limit)
    except ScrapeError:
        return
    assert len(decoded) <= limit


def test_large_bodies_cross_the_step_borders() -> None:
    body = bytes(range(256)) * 4096
    for name in CODINGS:
        assert coding.decode(ENCODERS[name](body), name, MB) == body


def test_deflate_without_its_zlib_head() -> None:
    assert coding.decode(bare_deflate(b"text" * 100), "deflate", MB) == b"text" * 100


def test_no_header_and_identity_leave_the_body_alone() -> None:
    assert coding.decode(b"\x1f\x8bnot gzip", None, 2) == b"\x1f\x8bnot gzip"
    assert coding.decode(b"plain", " Identity ,", 2) == b"plain"


def test_gzip_members_are_joined_and_padding_is_dropped() -> None:
    body = gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0\0"
    assert coding.decode(body, "gzip", MB) == b"one two"


def test_zstd_frames_are_joined_and_padding_is_dropped() -> None:
    skippable = b"\x5f\x2a\x4d\x18" + (3).to_bytes(4, "little") + b"abc"
    body = zstd.compress(b"one ") + skippable + zstd.compress(b"two") + b"\0\0\0"
    assert coding.decode(body, "zstd", MB) == b"one two"


def test_a_zstd_window_over_eight_megabytes_is_refused() -> None:
    wide = {zstd.CompressionParameter.window_log: 24, zstd.CompressionParameter.content_size_flag: 0}
    with pytest.raises(ScrapeError, match="memory") as error:
        coding.decode(zstd.compress(bytes(20 * MB), options=wide), "zstd", 32 * MB)
    assert error.value.reason == "bad-encoding"


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_a_million_tiny_members_are_refused(name: str) -> None:
    with pytest.raises(ScrapeError) as error:
        coding.decode(ENCODERS[name](b"") * 5000, name, MB)
    assert error.value.reason == "bad-encoding"


def test_more_than_three_codings_are_refused() -> None:
    with pytest.raises(LimitError) as error:
        coding.decode(b"x", "gzip, br, gzip, gzip", MB)
    assert error.value.reason == "too-many-codings"


@pytest.mark.parametrize("outer", CODINGS)
def test_layers_are_undone_through_each_other_and_never_held_whole(outer: str) -> None:
    """The layer below the last is a thousand times what comes of it, and small on the wire."""
    inner = gzip.compress(b"page") + bytes(60 * MB)  # padding behind a member, which is dropped
    body = ENCODERS[outer](inner) if outer != "br" else brotli.compress(inner, quality=5)
    tracemalloc.start()
    try:
        assert coding.decode(body, f"gzip, {outer}", 64 * MB) == b"page"
        with pytest.raises(LimitError):
            coding.decode(gzip.compress(BOMBS["gzip"] + bytes(9 * MB)), "gzip, gzip", 8 * MB)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 24 * MB


@pytest.mark.parametrize(("name", "bomb"), BOMBS.items())
def test_a_bomb_ends_at_the_limit_and_its_memory_stays_there(name: str, bomb: bytes) -> None:
    assert len(bomb) < 70_000
    tracemalloc.start()
    try:
        with pytest.raises(LimitError) as error:
            coding.decode(bomb, name, MB)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert error.value.reason == "decoded-too-large"
    assert peak < 4 * MB


def test_a_bomb_within_a_coding_is_found_too() -> None:
    with pytest.raises(LimitError):
        coding.decode(gzip.compress(BOMBS["br"]), "br, gzip", MB)


@pytest.mark.parametrize("name", CODINGS)
def test_a_body_that_ends_early_is_no_whole_one(name: str) -> None:
    text = b"".join(b"line %d of the text\n" % number for number in range(10_000))
    whole = ENCODERS[name](text)
    for end in (len(whole) - 1, len(whole) * 3 // 4):
        with pytest.raises(ScrapeError, match="cut off") as error:
            coding.decode(whole[:end], name, MB)
        assert error.value.reason == "closed-early"
        begun = coding.prefix(whole[:end], name, MB)  # robots.txt is obeyed as far as it came
        assert len(begun) > 1000
        assert text.startswith(begun)


def test_an_empty_body_is_not_cut() -> None:
    assert [coding.decode(b"", name, MB) for name in CODINGS] == [b""] * 4


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (b"<html>plain</html>", "gzip"),
        (b"<html>plain</html>", "deflate"),
        (b"<html>plain</html>", "br"),
        (b"<html>plain</html>", "zstd"),
        (b"x", "compress"),
    ],
)
def test_what_cannot_be_undone_says_so(body: bytes, header: str) -> None:
    with pytest.raises(ScrapeError) as error:
        coding.decode(body, header, MB)
    assert error.value.reason == "bad-encoding"


def test_a_prefix_stops_where_it_is_told() -> None:
    assert coding.prefix(BOMBS["br"], "br", 10) == bytes(10)
    assert coding.prefix(b"plain text", None, 5) == b"plain"
    assert coding.prefix(gzip.compress(b"short"), "gzip", 100) == b"short"
    assert coding.prefix(gzip.compress(BOMBS["br"]), "br, gzip", 10) == bytes(10)
    with pytest.raises(ScrapeError):
        coding.prefix(b"x", "gzip, compress", 10)

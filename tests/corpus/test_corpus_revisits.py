"""A revisit whose first response lies in another file of the set is a page all the same, once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import sets
import warc_files as made

LATER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Visit: 2\r\n\r\n"


def first(number: int) -> bytes:
    return made.response(number, sets.article(number), WARC_Payload_Digest=f"sha1:{number}")


def revisit(number: int, day: int = 22, **fields: str) -> bytes:
    given = {"WARC_Payload_Digest": f"sha1:{number}", "WARC_Date": f"2026-11-{day}T12:00:00Z"} | fields
    return made.record("revisit", LATER, url=f"https://news.example/{number}", **given)


def crawl(folder: Path, packing: made.Packing = made.gzip_members, **files: list[bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, records in files.items():
        (folder / f"{name}.warc.gz").write_bytes(packing(records))
    return folder


def visits(out: Path) -> list[tuple[str, str]]:
    """The pages by the end of their addresses, and the days on which they were fetched."""
    return sorted((line["url"].rpartition("/")[2], line["fetched_at"][8:10]) for line in sets.lines(out))


@pytest.mark.parametrize("packing", [made.gzip_members, made.zstd_frames, made.zstd_dictionary, made.plain])
def test_a_revisit_is_made_of_another_file_before_or_behind(tmp_path: Path, packing: made.Packing) -> None:
    top = crawl(tmp_path / "in", packing, a=[revisit(1), first(2)], b=[first(1), revisit(2)], c=[revisit(1, 23)])
    done = sets.make(top, output=tmp_path / "out")
    assert visits(tmp_path / "out") == [("1", "21"), ("1", "22"), ("1", "23"), ("2", "21"), ("2", "22")]
    assert (done.failures, done.pages) == (Counter(), 5)
    names = [shard["shard"]["name"] for shard in sets.manifest(tmp_path / "out")["shards"]]
    assert len([name for name in names if "-revisits." in name]) == 3
    again = next(line for line in sets.lines(tmp_path / "out") if line["fetched_at"].startswith("2026-11-23"))
    assert again["warc"]["file"].endswith("c.warc.gz")


def test_what_a_revisit_refers_to_by_its_id_or_its_address_is_found(tmp_path: Path) -> None:
    other = {"WARC_Payload_Digest": ""}
    by_id = revisit(1, 22, WARC_Refers_To="<urn:x:1>", **other)
    by_visit = revisit(
        1, 23, WARC_Refers_To_Target_URI="https://news.example/1", WARC_Refers_To_Date="2026-11-21T12:00:00Z", **other
    )
    one = made.response(1, sets.article(1), WARC_Record_ID="<urn:x:1>")
    sets.make(crawl(tmp_path / "in", a=[by_id, by_visit], b=[one]), output=tmp_path / "out")
    assert visits(tmp_path / "out") == [("1", "21"), ("1", "22"), ("1", "23")]


def test_what_is_nowhere_is_a_failure_by_name(tmp_path: Path) -> None:
    other = made.response(2, sets.article(2), WARC_Payload_Digest="sha1:other", WARC_Record_ID="<urn:x:2>")
    top = crawl(
        tmp_path / "in", a=[revisit(1), revisit(2, WARC_Refers_To="<urn:x:2>"), revisit(3)], b=[other, first(3)]
    )
    done = sets.make(top, output=tmp_path / "out")
    assert done.failures == Counter({"no-original": 2})
    assert visits(tmp_path / "out") == [("2", "21"), ("3", "21"), ("3", "22")]
    failed = [one for state in sets.states(tmp_path / "out") for one in state["failed"]]
    assert [one["url"] for one in failed] == ["https://news.example/1", "https://news.example/2"]


def test_it_is_made_again_when_the_set_changes_and_only_then(tmp_path: Path) -> None:
    top = crawl(tmp_path / "in", a=[revisit(1), revisit(2)], b=[first(1)])
    out = tmp_path / "out"
    assert len(sets.make(top, output=out).made) == 3
    before = sets.shards(out)
    assert sets.make(top, output=out).made == []
    crawl(top, c=[first(2)])
    assert [one.shard.name.partition("-")[0] for one in sets.make(top, output=out).made] == ["c", "a"]
    assert visits(out) == [("1", "21"), ("1", "22"), ("2", "21"), ("2", "22")]
    (top / "c.warc.gz").unlink()
    for path in [*out.glob("*/c-*")]:
        path.unlink()
    sets.make(top, output=out)
    assert sets.shards(out) == before


def test_a_second_shard_goes_when_its_file_has_all_it_needs(tmp_path: Path) -> None:
    top = crawl(tmp_path / "in", a=[revisit(1)], b=[first(1)])
    out = tmp_path / "out"
    sets.make(top, output=out)
    crawl(top, a=[first(1), revisit(1)])
    sets.make(top, output=out)
    assert visits(out) == [("1", "21"), ("1", "21"), ("1", "22")]
    assert not list(out.glob("*/*-revisits*"))


def test_many_originals_in_many_files(tmp_path: Path) -> None:
    files = {f"f{number:02}": [first(number)] for number in range(12)}
    top = crawl(tmp_path / "in", a=[revisit(number) for number in range(12)], **files)
    sets.make(top, output=tmp_path / "out")
    assert Counter(day for _, day in visits(tmp_path / "out")) == Counter({"21": 12, "22": 12})

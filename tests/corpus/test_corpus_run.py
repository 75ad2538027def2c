"""WARC files become shards: the same bytes every time, each made once, with what failed said by name."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections import Counter
from pathlib import Path

import pytest
import sets
import warc_files as made
from backports import zstd
from traps import trapped

from scraper import clean_html
from scraper.corpus import Choice, Corpus, Settings, run, runs
from scraper.corpus.state import stem
from scraper.errors import LimitError, UnusableError
from scraper.types import Verdict
from scraper.version import CLEANER


def test_records_are_those_of_the_cleaner_and_say_where_they_are_from(tmp_path: Path) -> None:
    urls = sets.fill(tmp_path / "in", files=2, pages=3)
    done = sets.make(tmp_path / "in", output=tmp_path / "out")
    found = sets.lines(tmp_path / "out")
    assert sorted(line["url"] for line in found) == sorted(urls)
    assert (done.pages, len(done.made), len(done.known), done.failures) == (6, 2, 0, Counter())
    one = next(line for line in found if line["url"] == "https://news.example/4")
    article = clean_html(sets.article(4), url=one["url"], fetched_at="2026-11-21T12:00:00Z")
    assert (one["text"], one["title"], one["cleaner"]) == (article.text, article.metadata.title, CLEANER)
    assert one["fetched_at"] == "2026-11-21T12:00:00Z"
    path = tmp_path / "in" / "crawl-001.warc.gz"
    ref = one["warc"]
    assert ref["file"] == str(path)
    member = path.read_bytes()[ref["offset"] : ref["offset"] + ref["length"]]
    assert sets.article(4) in gzip.decompress(member)


def test_the_same_input_gives_the_same_bytes_however_many_work(tmp_path: Path) -> None:
    sets.fill(tmp_path / "in", files=3, pages=4)
    for name, workers in (("one", 1), ("two", 2)):
        sets.make(tmp_path / "in", output=tmp_path / name, workers=workers)
    assert sets.shards(tmp_path / "one") == sets.shards(tmp_path / "two")


def test_the_manifest_has_counts_and_digests(tmp_path: Path) -> None:
    sets.fill(tmp_path / "in", files=1, pages=3)
    path = tmp_path / "in" / "crawl-000.warc.gz"
    listing = made.response(
        9, b"<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>"
    )
    path.write_bytes(path.read_bytes() + made.gzip_members([listing, made.response(10, b"x", b"no http\r\n\r\n")]))
    sets.make(tmp_path / "in", output=tmp_path / "out")
    found = sets.manifest(tmp_path / "out")
    (shard,) = found["shards"]
    data = (tmp_path / "out" / "data" / shard["shard"]["name"]).read_bytes()
    assert shard["shard"] == {
        "name": f"{stem(str(path))}.jsonl.gz",
        "records": 3,
        "sha256": hashlib.sha256(data).hexdigest(),
        "size": len(data),
    }
    assert shard["input"] == {
        "name": str(path),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "size": path.stat().st_size,
    }
    assert (shard["pages"], shard["verdicts"], shard["failures"]) == (4, {"article": 3, "soft_404": 1}, {"not-http": 1})
    assert found["total"] == {"bytes": len(data), "pages": 4, "records": 3, "shards": 1}
    (state,) = sets.states(tmp_path / "out")
    assert [(failed["url"], failed["reason"]) for failed in state["failed"]] == [
        ("https://news.example/10", "not-http")
    ]
    assert state["failed"][0]["offset"] > 0


def test_shards_are_named_by_the_full_path(tmp_path: Path) -> None:
    for name in ("a", "b"):
        sets.fill(tmp_path / name, files=1, pages=1)
    sets.make(tmp_path / "a", tmp_path / "b", output=tmp_path / "out")
    names = [shard["shard"]["name"] for shard in sets.manifest(tmp_path / "out")["shards"]]
    assert len(names) == 2
    assert all(name.startswith("crawl-000-") for name in names)


@pytest.mark.parametrize(
    "name", ["/a/x.warc.gz", "/a/.warc.gz", "/a/é/ü y.warc", "s3://b/" + "n" * 300 + ".warc.zst", "/a/\udcff.warc"]
)
def test_any_path_gives_a_name_that_any_store_takes(name: str) -> None:
    found = stem(name)
    assert found.replace("-", "").replace("_", "").replace(".", "").isalnum()
    assert found.isascii()
    assert len(found) < 100
    assert found != stem(name + "x")


def test_a_finished_shard_is_not_made_again_until_something_changes(tmp_path: Path) -> None:
    sets.fill(tmp_path / "in", files=2, pages=2)
    out = tmp_path / "out"
    sets.make(tmp_path / "in", output=out)
    before = sets.shards(out)
    again = sets.make(tmp_path / "in", output=out)
    assert (len(again.made), len(again.known), again.pages) == (0, 2, 0)

    data = sorted((out / "data").iterdir())
    data[0].write_bytes(b"cut off")  # not what was published
    data[1].unlink()
    assert len(sets.make(tmp_path / "in", output=out).made) == 2
    assert sets.shards(out) == before

    changed = tmp_path / "in" / "crawl-001.warc.gz"
    changed.write_bytes(made.gzip_members([made.response(77, sets.article(77))]))
    assert [one.input.name for one in sets.make(tmp_path / "in", output=out).made] == [str(changed)]
    assert [line["url"][-2:] for line in sets.lines(out)] == ["/0", "/1", "77"]

    other = Settings(choice=Choice(verdicts=()))
    assert len(sets.make(tmp_path / "in", output=out, settings=other).made) == 2


def test_a_file_that_was_only_touched_is_not_cleaned_again(tmp_path: Path) -> None:
    sets.fill(tmp_path / "in", files=1, pages=2)
    out = tmp_path / "out"
    sets.make(tmp_path / "in", output=out)
    os.utime(tmp_path / "in" / "crawl-000.warc.gz", (1, 1))
    assert len(sets.make(tmp_path / "in", output=out).known) == 1


def test_another_cleaner_makes_every_shard_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sets.fill(tmp_path / "in", files=1, pages=1)
    sets.make(tmp_path / "in", output=tmp_path / "out")
    monkeypatch.setattr("scraper.corpus.task.CLEANER", "scrape/99")
    assert len(sets.make(tmp_path / "in", output=tmp_path / "out").made) == 1


def test_the_forms_hold_the_same_records_and_the_former_form_goes(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq  # noqa: PLC0415 - of an extra

    sets.fill(tmp_path / "in", files=2, pages=3)
    out = tmp_path / "out"
    sets.make(tmp_path / "in", output=out)
    expected = sets.lines(out)
    sets.make(tmp_path / "in", output=out, settings=Settings(form="jsonl.zst"))
    packed = sorted((out / "data").iterdir())
    assert b"".join(zstd.decompress(path.read_bytes()) for path in packed).count(b"\n") == len(expected)
    sets.make(tmp_path / "in", output=out, settings=Settings(form="parquet"))
    paths = sorted((out / "data").iterdir())
    assert [path.suffix for path in paths] == [".parquet", ".parquet"]
    rows = [row for path in paths for row in pq.read_table(path).to_pylist()]
    assert [(row["url"], row["text"]) for row in rows] == [(line["url"], line["text"]) for line in expected]
    assert pq.read_schema(paths[0]) == pq.read_schema(paths[1])
    assert "data/*.parquet" in (out / "README.md").read_text()


def test_a_shard_without_an_article_is_there_all_the_same(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq  # noqa: PLC0415 - of an extra

    path = tmp_path / "none.warc.gz"
    path.write_bytes(made.gzip_members([made.response(1, b"<p>x</p>")]))
    sets.make(path, output=tmp_path / "out", settings=Settings(form="parquet"))
    (shard,) = (tmp_path / "out" / "data").iterdir()
    assert pq.read_table(shard).num_rows == 0
    assert "text" in pq.read_schema(shard).names


CHOICES = [
    (Choice(hosts=("other.example",)), ["b"]),
    (Choice(hosts=("example",)), ["a", "b", "c"]),
    (Choice(since="2026-11-22"), ["b"]),
    (Choice(until="2026-11-21"), ["a", "c"]),
    (Choice(statuses=(404,)), ["gone"]),
    (Choice(statuses=(200, 404)), ["a", "b", "c", "gone"]),
    (Choice(languages=("de",)), ["c"]),
    (Choice(languages=("en", "de")), ["a", "b", "c"]),
    (Choice(verdicts=(Verdict.SOFT_404,)), ["missing"]),
    (Choice(verdicts=()), ["a", "b", "c", "missing"]),
    (Choice(types=("text/plain",)), ["text"]),
    (Choice(), ["a", "b", "c"]),
]
GERMAN = (
    "<html lang='de'><head><title>Neue Brücke</title></head><body><article><h1>Neue Brücke</h1>"
    + "<p>Der Stadtrat hat am Dienstag nach drei Jahren Debatte den Bau einer neuen Brücke über den Fluss beschlossen, "
    "wie die Bürgermeisterin nach der Sitzung im Rathaus vor der Presse sagte.</p>" * 3 + "</article></body></html>"
)
GONE = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n"
TEXT = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
PROSE = b"The council met on Monday evening, and it approved the bridge after a debate of three hours.\n\n" * 5


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mixed") / "mixed.warc.gz"

    def at(url: str, block: bytes, date: str = "2026-11-21T12:00:00Z") -> bytes:
        return made.record("response", block, url=url, WARC_Date=date)

    missing = b"<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>"
    records = [
        at("https://news.example/a", made.OK + sets.article(1)),
        at("https://www.other.example/b", made.OK + sets.article(2), "2026-11-22T00:00:00Z"),
        at("https://news.example/c", made.OK + GERMAN.encode()),
        at("https://news.example/gone", GONE + sets.article(3)),
        at("https://news.example/missing", made.OK + missing),
        at("https://news.example/text", TEXT + PROSE),
    ]
    path.write_bytes(made.gzip_members(records))
    return path


@pytest.mark.parametrize(("choice", "expected"), CHOICES)
def test_choices(mixed: Path, tmp_path: Path, choice: Choice, expected: list[str]) -> None:
    sets.make(mixed, output=tmp_path, settings=Settings(choice=choice))
    assert [line["url"].rpartition("/")[2] for line in sets.lines(tmp_path)] == expected


def test_what_a_page_does_to_its_process_costs_that_page_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def at(name: str) -> bytes:
        return made.record("response", made.OK + sets.article(len(name)), url=f"https://news.example/{name}")

    path = tmp_path / "a.warc.gz"
    path.write_bytes(made.gzip_members([at(name) for name in ("one", "hang", "die", "bug", "last")]))
    monkeypatch.setattr(runs, "clean_page", trapped)
    done = run(Corpus((str(path),), str(tmp_path / "out"), Settings(), 2, 3.0))
    assert [line["url"].rpartition("/")[2] for line in sets.lines(tmp_path / "out")] == ["one", "last"]
    (state,) = sets.states(tmp_path / "out")
    assert {failed["url"].rpartition("/")[2]: failed["reason"] for failed in state["failed"]} == {
        "hang": "deadline",
        "die": "worker-died",
        "bug": "worker-died",
    }
    assert done.set_aside == 3
    assert "three processes" in state["failed"][1]["message"]


def test_what_cannot_be_read_costs_no_other_file(tmp_path: Path) -> None:
    sets.fill(tmp_path / "in", files=2, pages=1)
    (tmp_path / "in" / "bad.warc.gz").symlink_to(tmp_path / "in" / "loop")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in" / "bad.warc.gz")
    with pytest.raises(Exception, match=r"bad\.warc\.gz"):
        sets.make(tmp_path / "in", output=tmp_path / "out")
    (tmp_path / "in" / "bad.warc.gz").unlink()
    (tmp_path / "in" / "bad.warc.gz").write_bytes(b"no warc at all")
    done = sets.make(tmp_path / "in", output=tmp_path / "out")
    assert (done.pages, done.failures) == (2, Counter({"damaged-warc": 1}))


def test_an_output_that_cannot_be_written_ends_the_run_and_leaves_nothing(tmp_path: Path) -> None:
    sets.fill(tmp_path / "in", files=3, pages=1)
    blocked = tmp_path / "out"
    blocked.write_bytes(b"a file")
    with pytest.raises(LimitError, match="choose another --output"):
        sets.make(tmp_path / "in", output=blocked)


def test_nothing_to_clean(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(UnusableError, match=r"no WARC files here; they end in \.warc"):
        sets.make(tmp_path / "in", output=tmp_path / "out")


def test_what_an_interrupted_writer_left_is_swept_when_it_is_old(tmp_path: Path) -> None:
    sets.fill(tmp_path / "in", files=1, pages=1)
    data = tmp_path / "out" / "data"
    data.mkdir(parents=True)
    for name, age in ((".old.jsonl.gz.x.part", 4000), (".new.jsonl.gz.x.part", 0)):
        (data / name).write_bytes(b"half")
        at = (data / name).stat().st_mtime - age
        os.utime(data / name, (at, at))
    sets.make(tmp_path / "in", output=tmp_path / "out")
    assert [path.name for path in data.iterdir() if path.name.startswith(".")] == [".new.jsonl.gz.x.part"]

"""WARC files out of S3 and shards into it, on moto's server on loopback: an object is there whole or not at all.

Needs s3fs and moto (`pip install -r requirements/far.txt`); `SCRAPE_FAR=required` demands them. More kills, as in
test_corpus_killed.py:

    SCRAPE_TEST_WARCS=40 SCRAPE_TEST_KILLS=20 python -m pytest -n0 -s tests/corpus/test_corpus_s3.py -k killed
"""

from __future__ import annotations

import io
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import sets
import warc_files as made
from cli_support import run
from kills import Course

from scraper import Capture, read_warc
from scraper.errors import ScrapeError
from scraper.store import Folder, find, opened

if os.environ.get("SCRAPE_FAR") != "required":
    pytest.importorskip("s3fs", reason="s3fs is not installed: pip install -r requirements/far.txt")
    pytest.importorskip("moto.server", reason="moto is not installed: pip install -r requirements/far.txt")

import s3fs
from moto.server import ThreadedMotoServer

ENDS = (".warc.gz",)


class Bucket:
    """An empty bucket, and a client of our own that knows nothing of the code under test."""

    def __init__(self) -> None:
        self.fs = s3fs.S3FileSystem()
        self.fs.mkdir("bucket")

    def names(self) -> list[str]:
        """Every object in it."""
        self.fs.invalidate_cache()
        return sorted(self.fs.find("bucket"))

    def read(self, name: str) -> bytes:
        self.fs.invalidate_cache()
        data: bytes = self.fs.cat_file(name)
        return data


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    # What the servers of this process hold is one and the same.
    httpx.post(f"http://{host}:{port}/moto-api/reset").raise_for_status()
    yield Bucket()
    server.stop()
    s3fs.S3FileSystem.clear_instance_cache()


def put(bucket: Bucket, top: Path) -> list[str]:
    urls = sets.fill(top, files=2, pages=3)
    for path in top.iterdir():
        bucket.fs.put_file(str(path), f"bucket/in/{path.name}")
    return urls


def test_from_s3_to_s3_as_from_disk_to_disk(bucket: Bucket, tmp_path: Path) -> None:
    urls = put(bucket, tmp_path / "in")
    ran = run("reclean", "s3://bucket/in", "--output", "s3://bucket/out", "--workers", "1")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "6 pages cleaned, 6 article; 2 shards made, 0 current, in s3://bucket/out/data\n"
    names = [name for name in bucket.names() if name.startswith("bucket/out/")]
    assert len(names) == 6
    local = tmp_path / "copy" / "data"
    local.mkdir(parents=True)
    for name in names:
        if "/data/" in name:
            (local / name.rpartition("/")[2]).write_bytes(bucket.read(name))
    found = sets.lines(tmp_path / "copy")
    assert Counter(line["url"] for line in found) == Counter(urls)
    assert found[0]["warc"]["file"] == "s3://bucket/in/crawl-000.warc.gz"
    again = run("reclean", "s3://bucket/in/*.gz", "--output", "s3://bucket/out/", "--workers", "1")
    assert (again.code, again.out.partition(";")[2]) == (0, " 0 shards made, 2 current, in s3://bucket/out//data\n")


def test_a_changed_object_is_cleaned_again(bucket: Bucket, tmp_path: Path) -> None:
    put(bucket, tmp_path / "in")
    out = tmp_path / "out"
    first = run("reclean", "s3://bucket/in", "--output", str(out), "--workers", "1")
    assert first.code == 0
    bucket.fs.pipe_file("bucket/in/crawl-001.warc.gz", made.gzip_members([made.response(9, sets.article(9))]))
    ran = run("reclean", "s3://bucket/in", "--output", str(out), "--workers", "1")
    assert ran.out.startswith("1 pages cleaned, 1 article; 1 shards made, 1 current")


def test_read_warc_reads_an_object(bucket: Bucket) -> None:
    data = made.gzip_members([made.response(number) for number in (1, 2)])
    bucket.fs.pipe_file("bucket/a.warc.gz", data)
    found = [one.body for one in read_warc("s3://bucket/a.warc.gz") if isinstance(one, Capture)]
    assert found == [one.body for one in read_warc(io.BytesIO(data)) if isinstance(one, Capture)]
    with pytest.raises(FileNotFoundError):
        list(read_warc("s3://bucket/none.warc.gz"))


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_an_error_in_a_writer_publishes_nothing(bucket: Bucket, error: type[BaseException]) -> None:
    folder = Folder("s3://bucket/out")
    folder.write("a", b"before")

    def write() -> None:
        with folder.publish("a") as file:
            file.write(os.urandom(1 << 20))
            raise error

    with pytest.raises(error):
        write()
    assert [bucket.read(name) for name in bucket.names()] == [b"before"]


def test_a_folder_in_a_store_is_like_one_on_a_disk(bucket: Bucket) -> None:
    folder = Folder("s3://bucket/out")
    assert (folder.read("a/b"), folder.size("a/b"), folder.names("a")) == (None, None, [])
    for data in (b"one", b"other"):
        folder.write("a/b", data)
        assert (folder.read("a/b"), folder.size("a/b"), folder.names("a")) == (data, len(data), ["b"])
    folder.remove("a/b")
    folder.remove("a/b")
    assert (folder.names("a"), folder.sweep(0), bucket.names()) == ([], 0, [])


class Far(Course):
    """The output is in the bucket."""

    def __init__(self, top: Path, bucket: Bucket) -> None:
        super().__init__(top)
        self.bucket, self.output = bucket, "s3://bucket/out"

    def finished(self) -> list[str]:
        return [name.rpartition("/")[2] for name in self.bucket.names() if name.startswith("bucket/out/state/")]

    def copy(self) -> Path:
        for name in self.bucket.names():
            path = self.top / name.removeprefix("bucket/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.bucket.read(name))
        return self.top / "out"

    def forget(self, name: str) -> None:
        self.bucket.fs.rm_file(f"bucket/out/state/{name}")


def test_the_whole_run_is_killed_and_goes_on_with_its_output_in_s3(bucket: Bucket, tmp_path: Path) -> None:
    Far(tmp_path, bucket).kill_runs()


def test_what_is_not_there_or_refuses_is_said_with_its_address(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("reclean", "s3://bucket/none", "--output", str(tmp_path)).code == 4
    assert run("reclean", "s3://other/*", "--output", str(tmp_path)).code == 4
    put(bucket, tmp_path / "in")
    ran = run("reclean", str(tmp_path / "in"), "--output", "s3://nobucket/out", "--workers", "1")
    assert (ran.code, ran.out) == (7, "")
    assert ran.err.startswith("scrape: s3://nobucket/out/data/crawl-00")
    assert ran.err.endswith(": cannot be written: The specified bucket does not exist; is there such a bucket?\n")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(ScrapeError, match=r"s3://bucket/in: the store cannot be asked"):
        find("s3://bucket/in", ENDS)
    with pytest.raises(ScrapeError, match=r"s3://bucket/in/a: the store cannot be asked"):
        opened("s3://bucket/in/a")

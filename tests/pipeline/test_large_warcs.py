"""WARC files by the gigabyte, as Common Crawl's news come: chosen by globs, read as a stream."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import Bench, html
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]  # warcio ships no types
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]  # the same

from scraper import warc
from scraper.pipeline import Source, SourceKind
from scraper.types import Failure

PAGE = 300_000


def crawl(path: Path, pages: int, size: int = 0) -> Path:
    """A WARC as CC-NEWS has them: a warcinfo, then a request and a response for each page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "a crawler"}))
        for number in range(pages):
            url = f"https://news.example/2026/11/20/{path.stem}-{number}"
            head = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            body = html(f"bridge {path.stem} {number}") + b"<!--" + b"x" * size + b"-->"
            made = writer.create_warc_record(url, "response", payload=io.BytesIO(body), http_headers=head)
            asked = StatusAndHeaders("GET / HTTP/1.1", [("Host", "news.example")], is_http_request=True)
            writer.write_request_response_pair(writer.create_warc_record(url, "request", http_headers=asked), made)
    return path


def peak(work: Callable[[], object]) -> int:
    """Bytes that Python held at most while something was done."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_file_is_never_held_whole(tmp_path: Path) -> None:
    few, many = crawl(tmp_path / "few.warc.gz", 5, PAGE), crawl(tmp_path / "many.warc.gz", 100, PAGE)

    def read(path: Path) -> Iterator[int]:
        return (len(page.body) for page in warc.pages(path) if not isinstance(page, Failure))

    assert sum(read(many)) > 100 * PAGE
    assert peak(lambda: sum(read(many))) < peak(lambda: sum(read(few))) + PAGE


def test_a_run_over_large_files_holds_a_page_at_a_time(bench: Bench, tmp_path: Path) -> None:
    few, many = tmp_path / "few", tmp_path / "many"
    crawl(few / "a.warc.gz", 40, PAGE)
    crawl(many / "b.warc.gz", 160, PAGE)
    ran: list[str] = []

    def run(folder: Path) -> None:
        ran.append(str(bench.run(Source(folder.name, SourceKind.WARC, str(folder))).tally))

    small = peak(lambda: run(few))
    assert peak(lambda: run(many)) < small + 10 * PAGE
    assert ran == ["40 archived, 0 known", "160 archived, 0 known"]


def test_globs_choose_among_a_tree_of_crawls(bench: Bench, tmp_path: Path) -> None:
    names = ("2026/11/CC-NEWS-20261120.warc.gz", "2026/11/CC-NEWS-20261121.warc.gz", "2026/10/CC-NEWS-20261001.warc.gz")
    for name in (*names, "2026/11/OTHER-1.warc.gz", "2026/11/CC-NEWS-20261122.warc.gz.part"):
        crawl(tmp_path / "crawl" / name, 2)
    chosen = Source("news", SourceKind.WARC, str(tmp_path / "crawl"), patterns=("2026/11/CC-NEWS-*.warc.gz",))
    assert str(bench.run(chosen).tally) == "4 archived, 0 known"
    assert str(bench.run(chosen).tally) == "0 archived, 2 known"
    assert {record.url.rpartition("-")[0].rpartition("/")[2] for record in bench.lines() if record.url} == {
        "CC-NEWS-20261120.warc",
        "CC-NEWS-20261121.warc",
    }

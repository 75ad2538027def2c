"""What a source has met it knows again: after the index was lost, after a new version, and beside another source."""

from __future__ import annotations

from pathlib import Path

from bench import Bench, dirty, foreign_warc, html, inbox, page, text
from servers import Server, response

from scraper.pipeline import Source, SourceKind

PAGES = [(f"https://other.example/{topic}", html(topic)) for topic in ("bridge", "harbour")]


def forget_index(bench: Bench) -> None:
    for path in bench.root.glob("index.sqlite*"):
        path.unlink()


def test_files_and_the_pages_of_warcs_without_the_index(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.warc.gz").write_bytes(foreign_warc(*PAGES))
    (folder / "b.txt").write_text(dirty("park"))
    (folder / "c.html").write_text("<title>Not found</title><h1>404 Not Found</h1><p>Nothing.</p>")
    assert str(bench.run(inbox(folder)).tally) == "3 archived, 0 known, 1 soft_404"
    before = bench.types()
    for _ in range(2):
        forget_index(bench)
        assert str(bench.run(inbox(folder)).tally) == "0 archived, 4 known"
    assert bench.types() == before


def test_the_pages_of_our_own_warc_without_the_index(bench: Bench, tmp_path: Path) -> None:
    """Their links say how they were found at first, and not that they came through this inbox."""
    feed = b"<rss version='2.0'><channel><item><link>/bridge</link></item></channel></rss>"
    with Server({"/feed": response(feed), "/bridge": page("bridge")}) as server:
        bench.run(Source("paper", SourceKind.FEED, server.url("/feed")))
    (written,) = bench.root.glob("warc/*/*/*.warc.gz")
    other = Bench(tmp_path / "other")
    source = Source("copies", SourceKind.WARC, str(written.parent))
    assert other.run(source).texts == ["", text("bridge")]  # the feed was sent without its type
    forget_index(other)
    assert str(other.run(source).tally) == "0 archived, 2 known"


def test_the_same_page_through_two_sources_is_archived_once(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.warc.gz").write_bytes(foreign_warc(*PAGES))
    sources = [Source(name, SourceKind.WARC, str(folder)) for name in ("one", "two")]
    assert [str(bench.run(source).tally) for source in sources] == ["2 archived, 0 known", "0 archived, 2 known"]
    assert len(bench.lines()) == 2
    types = bench.types()
    assert (types["response"], types["revisit"], types["metadata"]) == (2, 2, 2 + 2)  # ledgers, and what "two" has met
    forget_index(bench)
    assert str(bench.run(sources[1]).tally) == "0 archived, 2 known"
    assert bench.types() == types

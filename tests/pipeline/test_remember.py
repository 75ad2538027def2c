"""Chrome memory in the pipeline: learned from the archive, frozen in the WARC, and there again after anything."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from itertools import pairwise
from pathlib import Path

import pytest
from bench import Bench, text
from bench import page as plain_page
from made_up import Made, site
from msgspec import structs
from servers import Server, response

from scraper.archive import Order as PurgeOrder
from scraper.archive import purge, rebuild
from scraper.clean.chain import signed
from scraper.clean.memory import RULE
from scraper.clean.options import Options
from scraper.clean.rules import shipped
from scraper.errors import ScrapeError
from scraper.memory import learn
from scraper.pipeline import Source, SourceKind, Tools
from scraper.pipeline.reclean import Order, Recleaned, reclean
from scraper.pipeline.remember import Memories, Settings, after
from scraper.record import ledger_of, provenance_of, record_of
from scraper.types import Memory, Record
from scraper.verify import verify
from scraper.workers import clean_capture

FIRST = 4
THEMES = {"quayside": "english", "kahlsteiner": "german", "tramway": "english", "observatory": "english"}


class Remembering(Bench):
    """A bench whose runs remember, one page after the other, so that each finds those before it."""

    @asynccontextmanager
    async def tools(self, *, network: bool = True) -> AsyncIterator[Tools]:
        async with super().tools(network=network) as tools:
            yield structs.replace(tools, at_once=1, memories=Memories(Settings(first=FIRST), tools.archive))


@pytest.fixture
def bench(tmp_path: Path) -> Remembering:
    return Remembering(tmp_path / "archive")


def served(*made: Made) -> dict[str, bytes]:
    return {one.path: response(one.page, "200 OK", "Content-Type: text/html; charset=utf-8") for one in made}


@pytest.fixture
def quayside() -> Iterator[Server]:
    with Server(served(*site("quayside"))) as server:
        yield server


def pages(server: Server, made: list[Made]) -> Source:
    return Source("paper", SourceKind.PAGES, "", pages=tuple(server.url(one.path) for one in made))


def recleaned(bench: Bench, *, everything: bool = False, dry: bool = False) -> Recleaned:
    order = Order(Options().profile, signed(shipped(), Options()).digest, everything, dry)

    async def main(tools: Tools) -> Recleaned:
        return await reclean(order, tools)

    return bench.do(main, network=False)


def memories(bench: Bench) -> list[tuple[str, Memory]]:
    with bench.view() as view:
        return view.index.memories()


def told(record: Record) -> str | None:
    """The number of the memory that a record was cleaned with."""
    return record.profile.partition("+memory-")[2].partition("-")[0] or None


@pytest.mark.parametrize("theme", THEMES)
def test_a_site_s_widgets_are_gone_once_enough_of_its_articles_are_here(bench: Remembering, theme: str) -> None:
    made = site(theme, THEMES[theme])
    with Server(served(*made)) as server:
        assert bench.run(pages(server, made)).tally.articles == len(made)
        cleaned = {record.url: record for record in bench.lines()}
        young, old = [[cleaned[server.url(one.path)] for one in part] for part in (made[:FIRST], made[FIRST:])]
    assert {told(record) for record in young} == {None}
    assert {record.profile for record in young} == {"default"}
    assert [told(record) for record in old][:1] == ["1"]
    for one, record in zip(made[FIRST:], old, strict=True):
        assert all(paragraph in record.text for paragraph in one.paragraphs)
        assert len(record.text) - len(one.text) < 120  # a line of the German theme stays, whose numbers change
    with bench.view() as view:
        ledger = view.ledger(old[0].id)
        assert ledger is not None
        assert any(removal.rule == RULE for removal in ledger.removed)
    assert bench.types()["metadata"] == len(made) + len(memories(bench))


def test_profiles_are_frozen_at_growing_intervals_and_numbered(bench: Remembering, quayside: Server) -> None:
    made = site("quayside")
    for one in made:  # a run for each, as a daemon makes them
        bench.run(pages(quayside, [one]))
    assert [(memory.number, memory.met, memory.articles) for _, memory in memories(bench)] == [(1, 4, 4), (2, 8, 8)]
    assert [told(record) for record in bench.lines()] == [None] * 4 + ["1"] * 4 + ["2"] * 2
    steps = [6]
    while steps[-1] < 2000:
        steps.append(after(steps[-1]))
    assert all(0 < later - sooner <= 250 for sooner, later in pairwise(steps))


def test_the_same_profiles_and_texts_come_out_of_a_rebuilt_index(bench: Remembering, quayside: Server) -> None:
    bench.run(pages(quayside, site("quayside")))
    before, records = memories(bench), bench.lines()
    for path in bench.root.glob("index.sqlite*"):
        path.unlink()
    assert rebuild(bench.root) == ()
    assert memories(bench) == before
    with bench.view() as view:
        for record in records:
            assert record.warc is not None
            memory = view.index.memory_of("127.0.0.1:" + str(quayside.port), record.profile)
            assert (memory is not None) == (told(record) is not None)
            again = clean_capture(view.capture(record.warc), Options(), memory).article
            assert (again.text, again.profile) == (record.text, record.profile)
        assert view.index.articles_of("127.0.0.1:" + str(quayside.port)) == len(records)


def test_reclean_takes_the_last_profile_for_all_and_is_done_then(bench: Remembering, quayside: Server) -> None:
    made = site("quayside")
    bench.run(pages(quayside, made))
    first = memories(bench)
    done = recleaned(bench)
    assert (done.verdicts.total(), done.current, done.failures) == (8, 2, [])
    (*_, (_, last)) = memories(bench)
    assert memories(bench)[: len(first)] == first
    new = [record for record in bench.lines() if record.profile == f"default+{last.id}"]
    assert sorted(record.text for record in new) == sorted(one.text for one in made)
    assert str(recleaned(bench)) == "0 cleaned again, 18 current"
    assert recleaned(bench, everything=True).failures == []
    assert verify(bench.root).problems == ()


def test_a_dry_run_makes_the_profile_that_is_due_and_keeps_nothing(bench: Remembering, quayside: Server) -> None:
    made = site("quayside")
    Bench.run(Bench(bench.root), pages(quayside, made))
    files = {path: path.read_bytes() for path in bench.root.glob("warc/*/*/*")}
    tried = recleaned(bench, dry=True)
    assert len(tried.compared) == len(made)
    assert memories(bench) == []
    assert {path: path.read_bytes() for path in bench.root.glob("warc/*/*/*")} == files
    done = recleaned(bench)
    assert done.verdicts.total() == len(made)
    assert {record.id for record in bench.lines()} >= set(tried.compared)  # the very profile that was tried


def test_without_memory_records_are_as_ever(tmp_path: Path, quayside: Server) -> None:
    bench = Bench(tmp_path / "plain")
    bench.run(pages(quayside, site("quayside")))
    assert {record.profile for record in bench.lines()} == {"default"}
    assert bench.types()["metadata"] == len(site("quayside"))


def test_one_story_again_and_again_teaches_nothing(bench: Remembering) -> None:
    topics = [f"harbour number {number}" for number in range(6)]
    routes = {f"/{number}-a-story": plain_page(topic) for number, topic in enumerate(topics)}
    with Server(routes) as server:
        listed = tuple(server.url(path) for path in routes)
        bench.run(Source("paper", SourceKind.PAGES, "", pages=listed))
    assert sorted(record.text for record in bench.lines()) == sorted(map(text, topics))
    assert memories(bench) == []


def test_an_article_with_a_huge_ledger_teaches_nothing(
    bench: Remembering, quayside: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scraper.pipeline.remember.MOST_BYTES", 10)
    bench.run(pages(quayside, site("quayside")))
    assert memories(bench) == []


def test_hosts_are_told_apart(bench: Remembering, quayside: Server) -> None:
    tram = site("tramway")
    with Server(served(*tram)) as other:
        bench.run(pages(quayside, site("quayside")[:FIRST]))
        bench.run(pages(other, tram))
    assert {memory.host for _, memory in memories(bench)} == {f"127.0.0.1:{other.port}"}


def test_a_purged_article_is_no_more_counted(bench: Remembering, quayside: Server) -> None:
    made, host = site("quayside"), f"127.0.0.1:{quayside.port}"
    bench.run(pages(quayside, made[:5]))
    purge(bench.root, PurgeOrder(quayside.url(made[0].path), "asked to", "2024-05-06T07:08:09Z", "a test"))
    with bench.view() as view:
        assert view.index.articles_of(host) == 4
        assert len(view.index.newest_of(host, 9)) == 4
    assert verify(bench.root).problems == ()


def test_a_profile_that_a_failing_disk_took_back_is_not_used_again(
    bench: Remembering, quayside: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = site("quayside")
    bench.run(pages(quayside, made[:FIRST]))

    async def main(tools: Tools) -> None:
        assert tools.memories is not None
        url = quayside.url(made[5].path)
        lost = tools.memories.of(url, tools.now())
        with monkeypatch.context() as broken:
            broken.setattr("scraper.warc.Writer.sync", _fails)
            with pytest.raises(ScrapeError):
                tools.archive.commit()
        tools.archive.recover()
        assert tools.archive.index.memories() == []
        again = tools.memories.of(url, tools.now())
        assert again == lost  # the same articles teach the same
        assert again is not None
        assert tools.archive.index.has_memory(again)

    bench.do(main)
    assert len(memories(bench)) == 1
    assert verify(bench.root).problems == ()


def _fails(writer: object) -> None:
    raise OSError(5, "Input/output error")


def test_verify_names_a_profile_that_is_lost_or_changed(bench: Remembering, quayside: Server) -> None:
    bench.run(pages(quayside, site("quayside")[: FIRST + 1]))
    index = bench.root / "index.sqlite"
    with closing(sqlite3.connect(index)) as db:
        db.execute(
            "UPDATE memories SET said = CAST(replace(CAST(said AS TEXT), '\"articles\":4', '\"articles\":9') AS BLOB)"
        )
        db.commit()
    assert [problem.slug for problem in verify(bench.root).problems] == ["index-memory"]
    with closing(sqlite3.connect(index)) as db:
        db.execute("DELETE FROM memories")
        db.commit()
    assert [problem.slug for problem in verify(bench.root).problems] == ["index-memory"]
    rebuild(bench.root)
    assert verify(bench.root).problems == ()


def test_verify_names_a_record_whose_profile_is_not_in_the_archive(bench: Remembering, quayside: Server) -> None:
    (of,) = bench.run(pages(quayside, site("quayside")[:1])).results
    assert isinstance(of, Record)

    async def main(tools: Tools) -> None:
        assert of.warc is not None
        capture = tools.archive.capture(of.warc)
        made = learn([]).frozen(f"127.0.0.1:{quayside.port}", 1, 4)
        cleaned = await tools.workers.clean(capture, made)
        record = record_of(cleaned.article, provenance_of(capture, of.warc), reasons=False)
        tools.archive.add(of.warc, record, ledger_of(cleaned.article, record.id, cleaned.rights))

    bench.do(main, network=False)
    (problem,) = verify(bench.root).problems
    assert problem.slug == "lost-memory"
    assert problem.file.startswith("warc/")

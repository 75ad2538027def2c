"""One capture the whole way, and links off the network: what is kept, what is said, what is tried again."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import aclosing

import pytest
from bench import Bench, html, page, text
from captures import capture
from crew import redirect
from msgspec import structs
from pools import Trap
from servers import Asked, Server, response

from scraper.archive import Settings, View
from scraper.errors import LimitError, LockedError, RefusedError, ScrapeError, VerificationError
from scraper.pipeline import Tools, clean_and_add, fetch, fetch_all, is_fatal, may_pass, process
from scraper.pipeline.commit import GROUP
from scraper.pipeline.tools import AT_ONCE
from scraper.sources import urls
from scraper.types import Capture, Failure, FoundBy, Link, Record, Verdict

URL = "https://news.example/1"
NO_ARTICLE = b"<html><head><title>Not found</title></head><body><h1>404 Not Found</h1></body></html>"


def links(server: Server, *paths: str) -> list[Link]:
    return [Link(server.url(path), "paper", FoundBy("feed", server.url("/feed"))) for path in paths]


def everything(bench: Bench, of: list[Link]) -> dict[str, Record | Failure]:
    async def main(tools: Tools) -> dict[str, Record | Failure]:
        async with aclosing(fetch_all(of, tools)) as results:
            return {link.url: result async for link, result in results}

    return bench.do(main)


# ---- one capture


def test_a_page_becomes_a_record_with_its_proof(bench: Bench) -> None:
    of = capture(1, html("bridge"))
    record = bench.do(lambda tools: process(of, tools, "key"))
    assert (record.source, record.url, record.fetched_at, record.found_by) == (
        "paper",
        URL,
        of.fetched_at,
        of.link.found_by,
    )
    assert (record.text, record.removed, record.kept) == (text("bridge"), None, None)
    with bench.view() as view:
        assert view.index.seen("paper", "key") == record.id
        assert record.warc is not None
        assert view.read(record.warc).block == of.exchanges[0].response
        ledger = view.ledger(record.id)
        assert ledger is not None
        assert [removal.text for removal in ledger.removed] == ["A new bridge"]
    assert bench.lines() == [record]
    assert bench.types() == {"conversion": 1, "metadata": 1, "request": 1, "response": 1, "warcinfo": 1}


def test_a_page_that_is_no_article_is_archived_and_has_no_line(bench: Bench) -> None:
    record = bench.do(lambda tools: process(capture(1, NO_ARTICLE), tools, "key"))
    assert record.verdict is Verdict.SOFT_404
    assert bench.lines() == []
    assert bench.types() == {"metadata": 1, "request": 1, "response": 1, "warcinfo": 1}


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        *[(status, RefusedError, 6) for status in (400, 401, 403, 404, 410, 429, 451)],
        *[(status, ScrapeError, 1) for status in (300, 304, 500, 503)],
    ],
)
def test_an_answer_that_is_no_page_is_kept_and_said(bench: Bench, status: int, error: type, code: int) -> None:
    of = structs.replace(capture(1), status=status)
    with pytest.raises(ScrapeError, match=f"{URL}: the server answered {status}") as caught:
        bench.do(lambda tools: process(of, tools, "key"))
    assert (type(caught.value), caught.value.reason, caught.value.exit_code) == (error, f"http-{status}", code)
    assert bench.types() == {"request": 1, "response": 1, "warcinfo": 1}


def test_what_the_cleaner_fails_at_is_kept_and_not_met_again(bench: Bench) -> None:
    of = structs.replace(capture(1), body=Trap(b"<p>", "bug"))
    result = bench.do(lambda tools: clean_and_add(of, tools, "key"))
    assert isinstance(result, Failure)
    assert (result.where, result.reason, result.message.count(URL)) == (URL, "internal-error", 1)
    with bench.view() as view:
        assert view.index.failures() == {("paper", "internal-error"): 1}
        assert view.index.seen("paper", "key") == ""
    assert bench.types() == {"metadata": 1, "request": 1, "response": 1, "warcinfo": 1}


# ---- the network


def test_links_are_fetched_and_those_that_fail_stop_no_other(bench: Bench) -> None:
    paths = ("/bridge", "/gone", "/port", "/broken", "/nothing", "/park")
    routes = {path: page(path[1:]) for path in ("/bridge", "/port", "/park")}
    routes |= {"/broken": response(b"", "500 Oops"), "/nothing": response(NO_ARTICLE, "200 OK")}
    with Server(routes) as server:
        found = everything(bench, links(server, *paths))
        assert sorted(server.paths()) == sorted(paths)
        assert server.most_at_once == 1
    told = {url.rpartition("/")[2]: result for url, result in found.items()}
    reasons = {name: result.reason for name, result in told.items() if isinstance(result, Failure)}
    assert reasons == {"gone": "http-404", "broken": "http-500"}
    verdicts = {name: result.verdict.value for name, result in told.items() if isinstance(result, Record)}
    assert verdicts == {"bridge": "article", "port": "article", "park": "article", "nothing": "soft_404"}
    assert sorted(line.text for line in bench.lines()) == sorted(map(text, ("bridge", "port", "park")))
    assert bench.types()["response"] == 7  # robots.txt too
    with bench.view() as view:
        met = {name: view.index.seen("paper", urls.key(link)) for name, link in zip(told, found, strict=True)}
        assert met["broken"] is None
        assert met["gone"] == ""
        assert view.index.failures() == {("paper", "http-404"): 1, ("paper", "http-500"): 1}


def test_a_record_is_acknowledged_before_it_is_told(bench: Bench) -> None:
    async def main(tools: Tools) -> None:
        async with aclosing(fetch_all(links(server, "/bridge", "/port"), tools)) as results:
            async for _, result in results:
                assert isinstance(result, Record)
                with View(bench.root) as view:  # another reader, as one after a crash would be
                    assert view.record(result.id) == result

    with Server({"/bridge": page("bridge"), "/port": page("port")}) as server:
        bench.do(main)


def test_who_leaves_early_leaves_nothing_under_way(bench: Bench) -> None:
    async def main(tools: Tools) -> int:
        async with aclosing(fetch_all(links(server, *routes), tools)) as results:
            async for _ in results:
                break
        return len(asyncio.all_tasks())

    routes = {f"/{number}": page(f"bridge {number}") for number in range(GROUP + 3 * AT_ONCE)}
    with Server(routes) as server:
        assert bench.do(main) == 1
        assert len(server.paths()) < len(routes)
    assert bench.types()["conversion"] == len(bench.lines()) >= 1


def test_hops_that_took_place_are_kept_when_the_last_one_fails(bench: Bench) -> None:
    with Server({"/here": redirect("ftp://news.example/there")}) as server:
        found = everything(bench, links(server, "/here"))
    (result,) = found.values()
    assert isinstance(result, Failure)
    assert result.reason == "bad-scheme"
    assert bench.types() == {"request": 2, "response": 2, "warcinfo": 1}


def test_without_a_network_nothing_is_fetched(bench: Bench) -> None:
    with pytest.raises(ScrapeError, match=f"{URL}: this run has no network"):
        bench.do(lambda tools: fetch(Link(URL, "paper"), tools), network=False)


def test_nobody_is_asked_for_what_cannot_be_kept(bench: Bench) -> None:
    async def main(tools: Tools) -> None:
        tools.archive._settings = Settings(min_free=1 << 60)  # the disk has filled up since
        async with aclosing(fetch_all(links(server, "/bridge"), tools)) as results:
            async for _, result in results:
                raise AssertionError(result)

    with Server({"/bridge": page("bridge")}) as server:
        with pytest.raises(LimitError, match=r"archive\.min_free"):
            bench.do(main)
        assert server.asked == []


def test_the_archive_s_own_trouble_ends_the_run(bench: Bench) -> None:
    def hinder(asked: Asked) -> bytes:
        shutil.rmtree(bench.root / "warc")
        (bench.root / "warc").write_text("in the way")
        return page("bridge")

    with Server({"/bridge": hinder, "/port": page("port")}) as server, pytest.raises(LimitError) as caught:
        everything(bench, links(server, "/bridge", "/port"))
    assert is_fatal(caught.value)


@pytest.mark.parametrize(
    ("error", "fatal", "passes"),
    [
        *[(LimitError("", reason=reason), True, True) for reason in ("disk-full", "disk-error", "not-writable")],
        (LimitError("", reason="archive-broken"), True, True),
        (VerificationError("", reason="damaged-index"), True, False),
        (VerificationError("", reason="old-index"), True, False),
        (LockedError("", reason="locked"), True, False),
        (LimitError("", reason="too-large"), False, False),
        (LimitError("", reason="deadline"), False, False),
        (ScrapeError("", reason="unreachable"), False, False),
    ],
)
def test_what_is_the_archive_s_trouble_and_may_pass(error: ScrapeError, fatal: bool, passes: bool) -> None:
    assert (is_fatal(error), may_pass(error)) == (fatal, passes)


def test_one_capture_twice_is_one_record(bench: Bench) -> None:
    of: Capture = capture(1, html("bridge"))
    first = bench.do(lambda tools: process(of, tools, "key"))
    assert bench.do(lambda tools: process(of, tools, "key")).id == first.id
    assert [line.id for line in bench.lines()] == [first.id]

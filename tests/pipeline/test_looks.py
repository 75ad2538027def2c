"""Looking again: an article changes, stays, moves, vanishes and comes back, on a real server under a given clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from bench import Bench, page, paragraphs
from crew import redirect
from msgspec import structs
from servers import Asked, Reply, Server, response

from scraper.archive import rebuild
from scraper.clean.rules import shipped
from scraper.index import Followed
from scraper.pipeline import Source, SourceKind, Tools, fetch_all
from scraper.pipeline import looks as looking
from scraper.pipeline.reclean import Order, reclean
from scraper.pipeline.run import run_looks
from scraper.pipeline.tools import Cleaning
from scraper.types import Capture, Link, Look, Memory, Outcome, Record
from scraper.verify import verify
from scraper.workers import Cleaned

HOUR, DAY = 3600.0, 86_400.0
AFTER = (HOUR, 6 * HOUR, DAY, 7 * DAY)
HTML = "Content-Type: text/html; charset=utf-8"


def rss(*paths: str) -> bytes:
    items = "".join(f"<item><title>About {path[1:]}</title><link>{path}</link></item>" for path in paths)
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>'
    return response(feed.encode(), "200 OK", "Content-Type: application/xml")


def source(server: Server, **more: object) -> Source:
    return structs.replace(Source("paper", SourceKind.FEED, server.url("/feed"), revisions=AFTER), **more)


def edited(topic: str, *changes: tuple[str, str], tail: str = "", head: str = "") -> bytes:
    """The page about a topic with words replaced, and lines of chrome before and behind the article."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs(topic))
    html = f"<!DOCTYPE html><html><head><title>A new {topic}</title></head><body>{head}<article><h1>A new {topic}</h1>"
    html = f"{html}{body}{tail}</article></body></html>"
    for old, new in changes:
        assert old in html
        html = html.replace(old, new)
    return response(html.encode(), "200 OK", HTML)


def tagged(reply: bytes, tag: str) -> Callable[[Asked], bytes]:
    """An answer with an ETag, which is 304 for who has it."""

    def answer(asked: Asked) -> bytes:
        if asked.header("if-none-match") == f'"{tag}"':
            return response(b"", "304 Not Modified", f'ETag: "{tag}"')
        head, _, body = reply.partition(b"\r\n\r\n")
        return head + f'\r\nETag: "{tag}"'.encode() + b"\r\n\r\n" + body

    return answer


class Paper:
    """A paper with one article at /a, and the program that follows it."""

    def __init__(self, bench: Bench, server: Server) -> None:
        self.bench, self.server = bench, server

    def after(self, seconds: float, reply: Reply | None = None, **more: object) -> str:
        """What a run says, so many seconds after the first one, with this answer for the article."""
        if reply is not None:
            self.server.routes["/a"] = reply
        self.bench.crew.clock.now = START + seconds
        return str(self.bench.run(source(self.server, **more)).tally)

    def looks(self) -> list[Look]:
        with self.bench.view() as view:
            return view.index.looks(self.key)

    def outcomes(self) -> list[str]:
        return [look.outcome.value for look in self.looks()]

    def state(self) -> tuple[list[Followed], list[Look], list[object]]:
        """All that the index knows of its articles."""
        with self.bench.view() as view:
            key = self.key
            found = [followed] if (followed := view.index.followed(key)) else []
            return found, view.index.looks(key), [*view.index.editions(key)]

    def asked(self) -> list[str | None]:
        """For each time that the article was asked for, the ETag that was sent."""
        return [asked.header("if-none-match") for asked in self.server.asked if asked.path == "/a"]

    @property
    def key(self) -> str:
        return self.server.url("/a").removeprefix("http://")

    def versions(self) -> list[int | None]:
        return [line.version for line in self.bench.lines()]


START = 1_790_000_000.0


@pytest.fixture
def paper(bench: Bench) -> object:
    with Server({"/feed": rss("/a"), "/a": page("bridge")}) as server:
        yield Paper(bench, server)


# ---- when


def test_an_article_is_looked_at_at_each_age_and_then_no_more(paper: Paper) -> None:
    assert paper.after(0) == "1 archived, 0 known"
    assert paper.after(HOUR - 60) == "0 archived, 1 known"
    seen = [HOUR + 60, HOUR + 120, 6 * HOUR + 60, DAY + 60, 7 * DAY + 60, 8 * DAY, 30 * DAY]
    said = [paper.after(at) for at in seen]
    look = "0 archived, 1 known, 1 looked at again (1 same)"
    assert said == [look, "0 archived, 1 known", look, look, look, "0 archived, 1 known", "0 archived, 1 known"]
    assert paper.bench.types()["revisit"] >= 4


def test_looks_that_were_missed_are_made_up_for_by_one(paper: Paper) -> None:
    paper.after(0)
    assert paper.after(3 * DAY).endswith("(1 same)")
    assert paper.after(3 * DAY + HOUR).endswith("1 known")
    assert paper.after(13 * DAY).endswith("(1 same)")


def test_what_was_young_half_a_year_ago_is_left_alone(paper: Paper) -> None:
    paper.after(0)
    assert paper.after(180 * DAY) == "0 archived, 1 known"


def test_a_source_switches_it_off_and_files_are_never_looked_at(paper: Paper, tmp_path: Path) -> None:
    paper.after(0)
    assert paper.after(DAY, revisions=()) == "0 archived, 1 known"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.html").write_bytes(page("port").partition(b"\r\n\r\n")[2])
    paper.bench.run(Source("inbox", SourceKind.FOLDER, str(tmp_path / "in"), revisions=AFTER))
    assert sorted(paper.versions(), key=str) == [1, None]
    assert paper.after(DAY).endswith("(1 same)")


def test_the_daemon_is_told_when_to_come(paper: Paper) -> None:
    paper.after(0)
    first = datetime.fromtimestamp(START, UTC)

    async def ask(tools: Tools) -> list[datetime | None]:
        one = source(paper.server)
        return [looking.next_look(one, tools), looking.next_look(structs.replace(one, revisions=()), tools)]

    def at() -> timedelta | None:
        found, none = paper.bench.do(ask)
        assert none is None
        return found and timedelta(seconds=round((found - first).total_seconds(), -2))

    assert at() == timedelta(hours=1)

    async def look(tools: Tools) -> str:
        return str(await run_looks(source(paper.server), tools))

    paper.bench.crew.clock.now = START + HOUR + 60
    assert paper.bench.do(look) == "0 archived, 0 known, 1 looked at again (1 same)"
    assert paper.server.paths().count("/feed") == 1
    assert at() == timedelta(hours=6)
    paper.after(8 * DAY)
    assert at() is None


def test_looks_keep_within_the_limit_of_a_run_and_are_not_starved(bench: Bench) -> None:
    names = [f"/{number}" for number in range(6)]
    with Server({"/feed": rss(*names), **{name: page(f"bridge{name[1:]}") for name in names}}) as server:
        bench.run(source(server))
        server.routes |= {f"/n{name[1:]}": page(f"port{name[1:]}") for name in names}
        server.routes["/feed"] = rss(*(f"/n{name[1:]}" for name in names), *names)
        bench.crew.clock.now += DAY
        said = [str(bench.run(source(server, limit=4)).tally) for _ in range(3)]
        bench.crew.clock.now += 60
        said.append(str(bench.run(source(server, limit=4)).tally))
    assert said == [
        "4 archived, 6 known, 1 looked at again (1 same)",
        "2 archived, 10 known, 2 looked at again (2 same)",
        "0 archived, 12 known, 3 looked at again (3 same)",
        "0 archived, 12 known",
    ]


# ---- what a look gives


def test_figures_that_change_are_a_new_version_and_chrome_is_none(paper: Paper) -> None:
    paper.after(0)
    paper.after(2 * HOUR, edited("bridge", ("forty million", "sixty million")))
    look = paper.looks()[-1]
    assert (look.outcome, look.version, look.noise) == (Outcome.CHANGED, 2, ())
    first, second = paper.bench.lines()
    assert (first.version, second.version) == (1, 2)
    assert second.id == look.record
    assert second.text == first.text.replace("forty", "sixty")
    assert (second.url, second.found_by, second.source) == (first.url, first.found_by, "paper")
    paper.after(7 * HOUR, edited("bridge", ("forty million", "sixty million"), ("<body>", "<body class=wide>")))
    assert paper.outcomes() == ["changed", "same_text"]
    assert paper.versions() == [1, 2]


def test_a_page_that_goes_back_to_an_earlier_payload_is_a_version_all_the_same(paper: Paper) -> None:
    """Its payload is known, so it is stored as a revisit, and yet it is not what was compared last."""
    first = tagged(page("bridge"), "1")
    paper.after(0, first)
    paper.after(2 * HOUR, tagged(edited("bridge", ("forty", "sixty")), "2"))
    paper.after(7 * HOUR, first)
    assert paper.outcomes() == ["changed", "changed"]
    assert paper.versions() == [1, 2, 3]
    texts = [line.text for line in paper.bench.lines()]
    assert texts[0] == texts[2] != texts[1]
    assert paper.asked() == [None, '"1"', None, '"2"', None]  # a change is loaded twice


def test_a_304_by_its_own_validators(paper: Paper) -> None:
    reply = tagged(page("bridge"), "1")
    paper.after(0, reply)
    paper.after(2 * HOUR)
    paper.after(7 * HOUR)
    assert paper.asked() == [None, '"1"', '"1"']
    assert paper.outcomes() == ["same", "same"]
    assert [look.status for look in paper.looks()] == [304, 304]


def test_chrome_that_changes_at_each_load_is_never_a_version(paper: Paper) -> None:
    """Of each of these the cleaner lets something through; the article stays."""
    teasers = ["Ten beaches that you must see before the summer ends", "Why the mayor of the next town has resigned"]
    loads = [
        edited("bridge", head=f"<section class=zz><p>{teasers[0]}</p></section>"),
        edited("bridge", head=f"<section class=zz><p>{teasers[1]}</p></section>"),
        edited("bridge", tail="<p>1,204 people are reading this</p>"),
        edited("bridge", tail="<p>1,377 people are reading this</p><p>Word of the day: zephyr</p>"),
        edited("bridge", tail="<div class=q7><p>Order the mattress of your dreams today and save forty.</p></div>"),
    ]
    ages = (HOUR, 6 * HOUR, DAY, 7 * DAY)
    paper.after(0, loads[0])
    for age, load in zip(ages, loads[1:], strict=True):
        paper.after(age + 60, load)
    assert paper.versions() == [1]
    assert set(paper.outcomes()) <= {"noise", "same_text"}
    assert "noise" in paper.outcomes()
    assert any("people are reading" in line for look in paper.looks() for line in look.noise)


def test_a_correction_at_the_end_is_a_version_also_beside_chrome(paper: Paper) -> None:
    paper.after(0, edited("bridge", tail="<p>1,204 people are reading this</p>"))
    note = "<p>Correction: an earlier version of this article misstated the cost of the bridge.</p>"
    paper.after(2 * HOUR, edited("bridge", tail=f"{note}<p>1,377 people are reading this</p>"))
    look = paper.looks()[-1]
    assert look.outcome == Outcome.CHANGED
    assert all("people" in line for line in look.noise)
    assert len(look.noise) == 2


def test_a_headline_alone_is_a_version(paper: Paper) -> None:
    paper.after(0)
    paper.after(2 * HOUR, edited("bridge", ("A new bridge", "Council approves bridge")))
    assert paper.outcomes() == ["changed"]
    assert [line.title for line in paper.bench.lines()] == ["A new bridge", "Council approves bridge"]


def test_what_is_no_article_any_more_is_no_version(paper: Paper) -> None:
    paper.after(0)
    wall = "<html><head><title>Before you continue</title></head><body><p>We use cookies. Accept all?</p></body></html>"
    paper.after(2 * HOUR, response(wall.encode(), "200 OK", HTML))
    assert [(look.outcome.value, look.verdict is None) for look in paper.looks()] == [("no_article", False)]
    assert paper.after(7 * HOUR, page("bridge")).endswith("(1 same_text)") or paper.outcomes()[-1] == "same"
    assert paper.versions() == [1]


# ---- moved, vanished, back


def test_a_permanent_redirect_to_the_same_article_is_a_move(paper: Paper) -> None:
    paper.after(0)
    paper.server.routes["/b"] = page("bridge")
    paper.after(2 * HOUR, redirect("/b", "301 Moved Permanently"))
    (look,) = paper.looks()
    assert (look.outcome, look.to) == (Outcome.SAME_TEXT, paper.server.url("/b"))
    paper.server.routes["/feed"] = rss("/b", "/a")
    assert paper.after(7 * HOUR).startswith("0 archived, 2 known")  # its new address counts as met
    assert [look.to for look in paper.looks()] == [paper.server.url("/b"), None]


def test_a_passing_redirect_is_none_and_a_redirect_to_another_article_is_elsewhere(paper: Paper) -> None:
    paper.after(0)
    paper.server.routes |= {"/b": page("bridge"), "/c": other()}
    paper.after(2 * HOUR, redirect("/b"))
    paper.after(7 * HOUR, redirect("/c", "301 Moved Permanently"))
    assert [(look.outcome.value, look.to) for look in paper.looks()] == [("same_text", None), ("elsewhere", None)]
    assert paper.versions() == [1]


def other() -> bytes:
    lines = [
        "The harbour of the old town was dredged for the first time since the war, so that ships may enter it.",
        "Fishermen had waited for that day since the sandbank before its mouth grew beyond their keels.",
        "Two tugs from the neighbouring port took part in the work, which cost less than was planned in the spring.",
    ]
    body = "".join(f"<p>{line}</p>" for line in lines)
    html = f"<html><head><title>Ships</title></head><body><article><h1>Ships</h1>{body}</article></body></html>"
    return response(b"<!DOCTYPE html>" + html.encode(), "200 OK", HTML)


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
def test_what_vanished_is_told_once_and_not_asked_for_again(paper: Paper, status: str) -> None:
    paper.after(0)
    assert paper.after(2 * HOUR, response(b"gone", status)).endswith("1 looked at again (1 vanished)")
    for age in (7 * HOUR, 2 * DAY, 8 * DAY):
        assert paper.after(age) == "0 archived, 1 known"
    assert len(paper.asked()) == 2
    assert [(look.outcome.value, look.status) for look in paper.looks()] == [("vanished", int(status[:3]))]


def test_it_comes_back_when_its_source_names_it_anew(paper: Paper) -> None:
    paper.after(0)
    paper.after(2 * HOUR, response(b"gone", "404 Not Found"))
    paper.server.routes["/feed"] = rss("/other")
    paper.server.routes["/other"] = page("port")
    paper.after(7 * HOUR)
    paper.server.routes["/feed"] = rss("/a", "/other")
    paper.after(8 * HOUR, edited("bridge", ("forty", "sixty")))
    assert [(look.outcome.value, look.back) for look in paper.looks()] == [("vanished", False), ("changed", True)]
    assert paper.after(DAY + HOUR).endswith("(2 same)")  # and it is followed again


def test_still_gone_when_named_anew_is_not_told_twice(paper: Paper) -> None:
    paper.after(0)
    paper.after(2 * HOUR, response(b"gone", "404 Not Found"))
    paper.server.routes["/feed"] = rss("/x")
    paper.after(3 * HOUR)
    paper.server.routes["/feed"] = rss("/a")
    paper.after(4 * HOUR)
    paper.after(5 * HOUR)
    assert [look.is_event for look in paper.looks()] == [True, False]
    assert len(paper.asked()) == 3


def test_by_hand_it_comes_back_too(paper: Paper) -> None:
    paper.after(0)
    paper.after(2 * HOUR, response(b"gone", "404 Not Found"))
    paper.server.routes["/a"] = edited("bridge", ("forty", "sixty"))

    async def fetch(tools: Tools) -> list[object]:
        return [result async for _, result in fetch_all([Link(paper.server.url("/a"), "fetch")], tools)]

    (record,) = paper.bench.do(fetch)
    assert isinstance(record, Record)
    assert record.version == 2
    assert [(look.outcome.value, look.back) for look in paper.looks()] == [("vanished", False), ("changed", True)]
    paper.bench.crew.clock.now += 60
    (again,) = paper.bench.do(fetch)
    assert isinstance(again, Record)
    assert (again.version, paper.outcomes()[-1]) == (2, "same")
    paper.server.routes["/a"] = edited("bridge", ("forty", "sixty"), tail="<!-- served by 7 -->")
    paper.bench.crew.clock.now += 60
    (again,) = paper.bench.do(fetch)
    assert isinstance(again, Record)
    assert (again.version, paper.outcomes()[-1]) == (2, "same_text")


# ---- what fails


def test_a_look_that_fails_is_tried_again_with_patience(paper: Paper) -> None:
    paper.after(0)
    ages = [HOUR + 60, HOUR + 120, HOUR + 1200, HOUR + 1300, 2.5 * HOUR, 4.5 * HOUR, 5.5 * HOUR, 6 * HOUR + 60]
    said = [paper.after(at, response(b"", "500 Oops")) for at in ages]
    failed = "0 archived, 1 known, 1 http-500"
    quiet = "0 archived, 1 known"
    assert said == [failed, quiet, failed, quiet, failed, failed, quiet, failed]
    assert paper.after(6 * HOUR + 1800, page("bridge")).endswith("(1 same)")


def test_a_refusal_is_kept_and_not_repeated_before_the_next_look(paper: Paper) -> None:
    paper.after(0)
    assert paper.after(HOUR + 60, response(b"", "403 Forbidden")).endswith("(1 refused)")
    assert paper.after(HOUR + 1200) == "0 archived, 1 known"
    assert paper.after(6 * HOUR + 60, page("bridge")).endswith("(1 same)")


def test_robots_that_forbid_it_later_are_obeyed(paper: Paper) -> None:
    paper.after(0)
    paper.server.routes["/robots.txt"] = response(
        b"User-agent: *\nDisallow: /a\n", "200 OK", "Content-Type: text/plain"
    )
    assert paper.after(HOUR + 60) == "0 archived, 1 known, 1 robots"
    assert paper.after(HOUR + 1200) == "0 archived, 1 known"
    assert len(paper.asked()) == 1


def test_its_articles_are_looked_at_when_the_feed_is_down(paper: Paper) -> None:
    paper.after(0)
    paper.server.routes["/feed"] = response(b"", "500 Oops")
    assert paper.after(HOUR + 60) == "0 archived, 0 known, 1 looked at again (1 same), 1 http-500"


def test_cut_off_after_the_answer_was_archived_the_look_is_made_again(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is acknowledged by another page's commit; then the run ends, and the server says 304 from now on."""
    paper.after(0, tagged(page("bridge"), "1"))

    class Killed(BaseException):
        pass

    async def die(capture: object, article: object, tools: Tools, ref: object) -> None:
        tools.archive.commit()
        raise Killed

    monkeypatch.setattr(looking, "_compare", die)
    with pytest.raises(Killed):
        paper.after(2 * HOUR, tagged(edited("bridge", ("forty", "sixty")), "2"))
    monkeypatch.undo()
    assert paper.outcomes() == []
    assert paper.after(2 * HOUR + 60).endswith("(1 changed)")
    assert paper.versions() == [1, 2]


def test_a_304_for_what_nobody_compared_yet_is_compared(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that answers 304 whatever it is asked with, as some caches do."""
    paper.after(0, page("bridge", 'ETag: "1"'))

    class Killed(BaseException):
        pass

    async def die(capture: object, article: object, tools: Tools, ref: object) -> None:
        tools.archive.commit()
        raise Killed

    monkeypatch.setattr(looking, "_compare", die)
    changed = edited("bridge", ("forty", "sixty"))
    with pytest.raises(Killed):
        paper.after(2 * HOUR, tagged(changed, "2"))
    monkeypatch.undo()
    monkeypatch.setattr(looking, "_validators", lambda article, tools: looking.Validators('"2"'))
    assert paper.after(3 * HOUR).endswith("(1 changed)")
    assert [look.status for look in paper.looks()] == [200]
    assert paper.versions() == [1, 2]


# ---- what survives


def a_life(paper: Paper) -> None:
    paper.after(0, tagged(page("bridge"), "1"))
    paper.after(1.5 * HOUR)
    paper.after(6.5 * HOUR, edited("bridge", ("forty", "sixty"), tail="<p>1,204 people are reading this</p>"))
    paper.server.routes["/b"] = edited("bridge", ("forty", "sixty"), tail="<p>1,377 people are reading this</p>")
    paper.after(1.5 * DAY, redirect("/b", "301 Moved Permanently"))
    paper.after(7.5 * DAY, response(b"", "410 Gone"))


@pytest.mark.parametrize("lost", ["index", "lines"])
def test_the_same_history_from_an_index_made_again(paper: Paper, lost: str) -> None:
    a_life(paper)
    before = paper.state()
    assert [look.outcome.value for look in before[1]] == ["same", "changed", "noise", "vanished"]
    assert before[1][2].to == paper.server.url("/b")
    for path in paper.bench.root.glob("articles/*/*/*.jsonl") if lost == "lines" else ():
        path.unlink()
    for path in paper.bench.root.glob("index.sqlite*"):
        path.unlink()
    rebuild(paper.bench.root)
    assert paper.state() == before
    report = verify(paper.bench.root)
    assert (report.problems, report.warnings) == ((), ())
    with paper.bench.view() as view:
        row = view.index.get(before[0][0].record)
        assert row is not None
        assert row.version == 2


def test_cleaning_again_keeps_the_versions(paper: Paper) -> None:
    a_life(paper)
    before = paper.state()

    async def again(tools: Tools) -> str:
        return str(await reclean(Order("", shipped().digest, all=True), tools))

    assert "0 cleaned again" in asyncio.run(_with(paper.bench, again))
    assert paper.state() == before


class Otherwise(NamedTuple):
    """Cleaners with another profile."""

    cleaners: Cleaning

    async def clean(self, capture: Capture, memory: Memory | None = None) -> Cleaned:
        cleaned = await self.cleaners.clean(capture, memory)
        return structs.replace(cleaned, article=structs.replace(cleaned.article, profile="other"))


def test_cleaned_again_it_is_still_asked_for_by_what_was_compared_last(paper: Paper) -> None:
    """Another source met the very same payload, so that its record is of a revisit, which nothing was compared with."""
    paper.after(0, tagged(edited("bridge"), "1"))
    paper.after(60, name="other")
    before = paper.state()[0][0]

    async def again(tools: Tools) -> str:
        return str(
            await reclean(Order("other", shipped().digest), structs.replace(tools, workers=Otherwise(tools.workers)))
        )

    assert "2 cleaned again" in str(asyncio.run(_with(paper.bench, again)))
    after = paper.state()[0][0]
    assert (after.judged, after.looked_at) == (before.judged, before.looked_at)
    assert paper.after(2 * HOUR).endswith("(1 same)")
    assert paper.asked() == [None, None, '"1"']


async def _with(bench: Bench, work: Callable[[Tools], object]) -> object:
    async with bench.tools(network=False) as tools:
        return await work(tools)  # type: ignore[misc]


def test_an_advertisement_within_the_article_is_seen_through_by_a_second_load(paper: Paper) -> None:
    """The cleaner lets it through (0.84), in the middle of the text, and it is another one at each load."""
    goods = iter(
        f"{name} of your dreams today and save {n} per cent" for n, name in enumerate(["sofa", "bed", "desk"] * 9)
    )
    middle = f"<p>{paragraphs('bridge')[2]}</p>"

    def answer(asked: Asked) -> bytes:
        return edited("bridge", (middle, f"<div class=q7><p>Order the soft {next(goods)}.</p></div>{middle}"))

    paper.after(0, answer)
    assert "Order the soft" in paper.bench.lines()[0].text
    paper.after(2 * HOUR)
    assert (paper.outcomes(), paper.versions()) == (["noise"], [1])
    assert len(paper.asked()) == 3
    assert paper.bench.types()["response"] >= 4


def test_a_change_is_one_if_it_stays_at_a_second_load(paper: Paper) -> None:
    paper.after(0)
    paper.after(2 * HOUR, edited("bridge", tail="<p>The opposition said it would go to court.</p>"))
    assert (paper.outcomes(), len(paper.asked())) == (["changed"], 3)


def test_headlines_that_are_tried_out_on_readers_are_no_versions(paper: Paper) -> None:
    numbers = iter(range(9))
    paper.after(0, lambda asked: edited("bridge", ("A new bridge", f"Headline {next(numbers)} about a bridge")))
    paper.after(2 * HOUR)
    assert (paper.outcomes(), paper.versions()) == (["same_text"], [1])


def test_a_second_load_that_fails_leaves_the_look_to_the_next_run(paper: Paper) -> None:
    paper.after(0)
    replies = iter([edited("bridge", ("forty", "sixty")), response(b"", "500 Oops")])
    assert paper.after(2 * HOUR, lambda asked: next(replies)).endswith("1 http-500")
    assert paper.outcomes() == []
    assert paper.after(3 * HOUR, edited("bridge", ("forty", "sixty"))).endswith("(1 changed)")

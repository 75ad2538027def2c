"""A configuration becomes tools: every value arrives where it works, and everything is closed in the end."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import aclosing
from pathlib import Path

import pytest
from msgspec import structs
from pools import Borrowed
from servers import Server, response

from scraper import warc, workers
from scraper.archive import Archive
from scraper.config import Config, SourceConfig
from scraper.config.compose import Plan, cleaning, compose, info_of, source_of
from scraper.config.digest import digest_of
from scraper.config.settings import ArchiveConfig, CleaningConfig, NetworkConfig
from scraper.errors import ConfigError, LimitError, LockedError, RefusedError
from scraper.pipeline import Source, SourceKind, fetch_all
from scraper.pipeline.budget import Limits
from scraper.sources.choice import ALL, Choice
from scraper.types import Capture, Link, Record


def config(root: Path, **network: object) -> Config:
    return Config(
        archive=ArchiveConfig(directory=str(root), warc_max_size=1_000_000),
        network=NetworkConfig(delay=0.0, **network),  # type: ignore[arg-type]  # by keyword
    )


def test_the_archive_is_held_for_as_long_as_the_tools_are(tmp_path: Path) -> None:
    async def main() -> None:
        async with compose(Plan(config(tmp_path / "new" / "archive"), network=False)) as tools:
            assert tools.fetcher is None
            assert tools.archive._settings.max_warc == 1_000_000
            with pytest.raises(LockedError):
                Archive(tools.archive.root)
            assert tools.now().endswith("Z")

    asyncio.run(main())
    Archive(tmp_path / "new" / "archive").close()


def test_the_lock_is_let_go_when_something_else_fails(tmp_path: Path) -> None:
    async def main(broken: Config) -> None:
        async with compose(Plan(broken, network=True)):
            raise AssertionError("not reached")

    with pytest.raises(ConfigError, match="no PEM certificates"):
        asyncio.run(main(config(tmp_path, ca_file=str(tmp_path / "none.pem"))))
    with pytest.raises(ConfigError, match="user agent"):
        asyncio.run(main(config(tmp_path, contact="mailto:redaktion@müller.example")))
    Archive(tmp_path).close()


def test_an_error_within_is_not_hidden_by_closing(tmp_path: Path) -> None:
    async def main() -> None:
        async with compose(Plan(config(tmp_path), network=True)):
            raise LimitError("what happened")

    with pytest.raises(LimitError, match="what happened"):
        asyncio.run(main())
    Archive(tmp_path).close()


def test_who_asks_and_whom_it_may_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "Workers", Borrowed)
    given = config(
        tmp_path,
        product="gleaner",
        contact="https://example.org/robot",
        allow_addresses=("127.0.0.1",),
        max_bytes=2000,
        max_redirects=0,
    )

    async def fetch(link: Link) -> Capture:
        async with compose(Plan(given, network=True)) as tools:
            assert tools.fetcher is not None
            return await tools.fetcher.fetch(link)

    robots = b"User-agent: gleaner\nDisallow: /private\n"
    routes = {"/robots.txt": response(robots), "/large": response(b"a" * 3000)}
    with Server(routes | {"/a": response(b"ok"), "/b": response(b"", "302 Found", "Location: /a")}) as server:
        assert asyncio.run(fetch(Link(server.url("/a"), "s"))).body == b"ok"
        agent = server.asked[-1].header("user-agent") or ""
        assert agent.startswith("gleaner/")
        assert agent.endswith(" (+https://example.org/robot)")
        for path, reason in (("/private", "robots"), ("/large", "too-large"), ("/b", "redirects")):
            with pytest.raises((LimitError, RefusedError)) as caught:
                asyncio.run(fetch(Link(server.url(path), "s")))
            assert caught.value.reason == reason
    with Server({}, host="127.0.0.2") as other, pytest.raises(RefusedError, match=r"127\.0\.0\.2 is not a public"):
        asyncio.run(fetch(Link(other.url("/a"), "s")))


def test_how_responses_are_kept_and_whose_certificate_is_not_checked(tmp_path: Path) -> None:
    excepted = config(tmp_path, unverified_hosts={"old.example": "it ran out, and they know"})
    wire = structs.replace(excepted, archive=ArchiveConfig(directory=str(tmp_path), framing="wire"))
    info = info_of(Plan(wire, network=True))
    assert info.framing == "wire"
    assert info.more == (
        ("tls-certificates", "checked, with exceptions"),
        ("tls-certificates", "not checked for old.example: it ran out, and they know"),
    )
    assert info_of(Plan(config(tmp_path), network=True)).more == (("tls-certificates", "checked"),)


def test_a_robots_txt_that_does_not_bind_is_told_by_the_warc_and_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "Workers", Borrowed)
    why = "the publisher asked us to, by letter of 3 May"
    given = config(tmp_path, allow_addresses=("127.0.0.1",), robots_overrides={"127.0.0.1": why})

    async def main(url: str) -> None:
        async with compose(Plan(given, network=True)) as tools, aclosing(fetch_all([Link(url, "s")], tools)) as results:
            (result,) = [result async for _, result in results]
            assert isinstance(result, Record)
            ledger = tools.archive.ledger(result.id)
            assert ledger is not None
            assert ledger.rights.robots is not None
            assert (ledger.rights.robots.decision, ledger.rights.robots.why) == ("overridden", why)
            assert ledger.rights.robots.url.endswith("/robots.txt")

    robots = response(b"User-agent: *\nDisallow: /")
    with Server({"/robots.txt": robots, "/private": response(b"<p>Hello</p>" * 40)}) as server:
        asyncio.run(main(server.url("/private")))
    (file,) = tmp_path.glob("warc/*/*/*.warc.gz")
    first = next(iter(warc.read(file)))
    assert isinstance(first, warc.Entry)
    assert b"robots: obey, with exceptions\r\n" in first.block
    assert f"robots-override: not binding for 127.0.0.1: {why}\r\n".encode() in first.block
    assert info_of(Plan(config(tmp_path), network=True)).robots == "obey"


def test_what_may_be_asked_of_a_host(tmp_path: Path) -> None:
    given = config(tmp_path, at_once=3, max_pages_per_run=5, max_pages_per_day=6, max_bytes_per_day=7000)

    async def main() -> None:
        async with compose(Plan(given, network=False)) as tools:
            assert tools.at_once == 3
            assert tools.budget._limits == Limits(5, 6, 7000)

    asyncio.run(main())


def test_cleaning() -> None:
    made = cleaning(CleaningConfig(workers=3, deadline=7.0, with_title=True, captions=True))
    assert (made.count, made.deadline) == (3, 7.0)
    assert (made.options.with_title, made.options.strip_inline, made.options.captions) == (True, False, True)
    assert cleaning(CleaningConfig()).count == (os.cpu_count() or 1)


def test_what_the_warc_says_of_a_run(tmp_path: Path) -> None:
    given = config(tmp_path, product="gleaner", contact="https://example.org/robot")
    said = info_of(Plan(given, network=True))
    assert (said.robots, said.operator) == ("obey", "https://example.org/robot")
    assert (said.user_agent or "").startswith("gleaner/")
    assert said.configuration == digest_of(given)
    assert info_of(Plan(given, network=False)).user_agent is None
    assert str(tmp_path) not in repr(said)
    assert socket.gethostname() not in repr(said)


def test_site_rules(tmp_path: Path) -> None:
    file = tmp_path / "sites.toml"
    file.write_text("[[site]]\nhost = 'news.example'\nkeep = [{phrase = 'More soon', sample = 'More soon.'}]\n")
    sites = cleaning(CleaningConfig(rules=str(file))).options.sites
    assert sites is not None
    assert [(site.host, [rule.phrase for rule in site.rules]) for site in sites.sites] == [
        ("news.example", ["more soon"])
    ]
    assert cleaning(CleaningConfig()).options.sites is None


def test_a_source() -> None:
    whole = SourceConfig(
        name="inbox",
        type="folder",
        directory="/in",
        patterns=("*.txt",),
        limit=7,
        every=60.0,
    )
    given = Config(cleaning=CleaningConfig(max_bytes=2048))
    assert source_of(whole, given) == Source("inbox", SourceKind.FOLDER, "/in", ("*.txt",), ALL, (), 7, 2048)
    listing = SourceConfig(
        name="web", type="listing", url="https://news.example/", selector="h2 a", include=("/a/*",), exclude=("/b/*",)
    )
    made = source_of(listing, given)
    assert (made.kind, made.at) == (SourceKind.LISTING, "https://news.example/")
    assert made.choice == Choice(("/a/*",), ("/b/*",), "h2 a")
    pages = SourceConfig(name="web", type="pages", urls=("https://news.example/a",), file="/list.txt")
    made = source_of(pages, given)
    assert (made.kind, made.at, made.pages) == (SourceKind.PAGES, "/list.txt", ("https://news.example/a",))
    for kind in SourceKind:
        assert source_of(structs.replace(listing, type=kind.value), given).kind is kind

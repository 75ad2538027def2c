"""`scrape clean URL`: a page off the network, cleaned and not archived."""

from __future__ import annotations

import gzip
import json
import os
import signal
import socket
from pathlib import Path

import pytest
from archive_support import Site
from cli_support import CLEAN, DIRTY, PAGE, Ran, run, start


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SCRAPE_NETWORK__DELAY", "0")
    monkeypatch.setenv("SCRAPE_NETWORK__CONTACT", "https://example.org/robot")
    monkeypatch.setenv("SCRAPE_NETWORK__RETRIES", "0")  # they wait for their host's turn, on the real clock here
    monkeypatch.chdir(tmp_path)


def clean(*argv: str) -> Ran:
    return run("clean", "--allow-address", "127.0.0.1", *argv)


def test_a_page_is_fetched_and_cleaned_and_nothing_is_kept(tmp_path: Path) -> None:
    with Site({"/story": PAGE}) as site:
        assert clean(site.url("/story")) == (0, CLEAN, "")
        record = json.loads(clean("--json", site.url("/story")).out)
        assert record["url"] == record["final_url"] == record["source"] == site.url("/story")
    assert record["fetched_at"].endswith("Z")
    assert record["warc"] is None
    assert os.listdir(tmp_path) == []


def test_pages_of_a_host_are_asked_by_one_robot_and_stand_among_files(tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text(DIRTY)
    with Site({"/1": PAGE, "/2": gzip.compress(PAGE.encode()), "/3": DIRTY}) as site:
        ran = clean("--no-header", site.url("/1"), str(text), site.url("/2"), site.url("/3"))
        assert ran == (0, CLEAN * 4, "")
        assert site.asked == ["/robots.txt", "/1", "/2", "/3"]


def test_output_is_named_by_the_address(tmp_path: Path) -> None:
    with Site({"/": PAGE, "/a/story.html": PAGE}) as site:
        assert clean("--output", "out", site.url("/"), site.url("/a/story.html")).code == 0
        assert clean("--in-place", site.url("/")).code == 2
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["page.txt", "story.txt"]


@pytest.mark.parametrize(
    ("path", "options", "code", "says"),
    [
        ("/gone", [], 6, "the server answered 404"),
        ("/private", [], 6, "robots.txt"),
        ("/empty", [], 4, "empty"),
        ("/feed", [], 4, "a feed or sitemap"),
        ("/story", ["--max-bytes", "100"], 7, "raise --max-bytes"),
    ],
)
def test_what_is_wrong_alone_and_among_others(path: str, options: list[str], code: int, says: str) -> None:
    robots = "User-agent: *\nDisallow: /private\n"
    feed = "<?xml version='1.0'?><rss version='2.0'><channel/></rss>"
    with Site({"/robots.txt": robots, "/private": PAGE, "/empty": "", "/feed": feed, "/story": PAGE}) as site:
        ran = clean(*options, site.url(path))
        assert (ran.code, ran.out) == (code, "")
        assert says in ran.err
        assert ran.err.count(site.url(path)) == 1
        assert clean(*options, site.url(path), site.url("/gone")).code == 3


def test_a_private_address_needs_leave() -> None:
    with Site({"/story": PAGE}) as site:
        ran = run("clean", site.url("/story"))
        assert ran.code == 6
        assert site.asked == []


def test_a_site_owner_who_cannot_reach_anybody_is_pointed_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCRAPE_NETWORK__CONTACT")
    with Site({"/1": PAGE, "/2": PAGE}) as site:
        assert clean(site.url("/1"), site.url("/2")).err.count("network.contact is not set") == 1
        assert clean("-q", site.url("/1")).err == ""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_cuts_off_the_wait_for_a_server_without_a_trace(number: int, code: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        process = start("clean", "--allow-address", "127.0.0.1", f"http://127.0.0.1:{server.getsockname()[1]}/")
        connection, _ = server.accept()
        with connection:
            assert connection.recv(3) == b"GET"
            process.send_signal(number)
            out, err = process.communicate()
    assert (process.returncode, out, err) == (code, b"", b"")

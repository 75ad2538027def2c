"""`scrape fetch`: a page, its proof, its record; what is refused, and how it ends."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import brotli
import pytest
from cli_support import CLEAN, PAGE, Ran, run
from project import borrow
from servers import Server, response

from scraper import warc
from scraper.archive import Archive
from scraper.verify import verify

ARTICLE = response(PAGE.encode(), "200 OK", "Content-Type: text/html; charset=utf-8")
LOOPBACK = ("--allow-address", "127.0.0.1")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory without a configuration."""
    borrow(monkeypatch)
    monkeypatch.setenv("SCRAPE_NETWORK__CONTACT", "https://example.org/robot")
    monkeypatch.setenv("SCRAPE_NETWORK__RETRIES", "0")  # they wait for their host's turn, on the real clock here
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fetch(*argv: str) -> Ran:
    return run("fetch", *LOOPBACK, *argv)


def records(ran: Ran) -> list[dict[str, object]]:
    return [json.loads(line) for line in ran.out.splitlines()]


def types(root: Path) -> dict[str, int]:
    report = verify(root)
    assert report.problems == ()
    return report.types


def test_a_page_its_proof_and_its_record(place: Path) -> None:
    with Server({"/news/bridge": ARTICLE}) as server:
        url = server.url("/news/bridge")
        ran = fetch(url)
        assert server.asked[-1].header("user-agent") == server.asked[0].header("user-agent")
        assert "(+https://example.org/robot)" in (server.asked[0].header("user-agent") or "")
    assert (ran.code, ran.err) == (0, "")
    (record,) = records(ran)
    assert (record["url"], record["final_url"], record["source"]) == (url, url, "fetch")
    assert (record["title"], str(record["text"]) + "\n", record["verdict"]) == ("New bridge approved", CLEAN, "article")
    (path,) = (place / "archive").glob("articles/*/*/*.jsonl")
    assert path.read_text() == ran.out
    # The robots.txt that was asked for first is there too.
    assert types(place / "archive") == {"conversion": 1, "metadata": 1, "request": 3, "response": 3, "warcinfo": 1}
    assert run("verify", "--archive", "archive").code == 0


def test_other_readers_agree(place: Path) -> None:
    chunked = ARTICLE.replace(b"Content-Length", b"X-Length").replace(
        b"\r\n\r\n" + PAGE.encode(), b"Transfer-Encoding: chunked\r\n\r\n"
    )
    chunked = chunked.replace(b"\r\nTransfer", b"\r\nTransfer", 1)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE.encode()), PAGE.encode())
    packed = response(gzip.compress(PAGE.encode()), "200 OK", "Content-Type: text/html", "Content-Encoding: gzip")
    with Server({"/a": head + body, "/b": packed, "/c": response(b"", "302 Found", "Location: /a")}) as server:
        assert fetch(*map(server.url, ("/a", "/b", "/c"))).code == 0
    (path,) = (place / "archive").glob("warc/*/*/*")
    scripts = Path(sys.executable).parent
    for command in ([scripts / "warcio", "check"], [scripts / "fastwarc", "check"], [shutil.which("gzip"), "-t"]):
        ran = subprocess.run([*map(str, command), str(path)], capture_output=True, text=True, check=False)
        assert (ran.returncode, "fail" in ran.stdout.lower()) == (0, False), ran.stdout + ran.stderr


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_a_packed_page_that_was_cut_off_is_kept_and_is_no_article(coding: str, place: Path) -> None:
    """Its Content-Length is that of the cut body, so nothing but the body itself tells."""
    body = (gzip.compress if coding == "gzip" else brotli.compress)(PAGE.encode())[:-40]
    cut = response(body, "200 OK", "Content-Type: text/html", f"Content-Encoding: {coding}")
    with Server({"/a": cut}) as server:
        ran = fetch(server.url("/a"))
        assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
        assert ran.err.startswith(f"scrape: {server.url('/a')}: the body ends in the middle of its {coding}")
    assert types(place / "archive") == {"request": 3, "response": 3, "warcinfo": 1}
    (path,) = (place / "archive").glob("warc/*/*/*")
    assert cut in [entry.block for entry in warc.read(path) if isinstance(entry, warc.Entry)]


def test_an_address_given_twice_is_fetched_once(place: Path) -> None:
    with Server({"/a": ARTICLE, "/b": ARTICLE}) as server:
        url = server.url("/a")
        ran = fetch(url, server.url("/b"), url, f"{url}#top", f"{url}?utm_source=x")
        assert sorted(server.paths()) == ["/a", "/b"]
    assert (ran.code, len(records(ran))) == (0, 2)
    assert types(place / "archive")["conversion"] == 2


def test_redirects_are_followed_and_kept(place: Path) -> None:
    routes = {"/old": response(b"", "301 Moved Permanently", "Location: new"), "/new": ARTICLE}
    with Server(routes) as server:
        (record,) = records(fetch(server.url("/old")))
        assert (record["url"], record["final_url"]) == (server.url("/old"), server.url("/new"))
    assert types(place / "archive")["response"] == 4


@pytest.mark.parametrize(
    ("answer", "code", "says"),
    [
        (response(b"", "404 Not Found"), 6, "the server answered 404"),
        (response(b"", "403 Forbidden"), 6, "the server answered 403"),
        (response(b"", "410 Gone"), 6, "the server answered 410"),
        (response(b"", "429 Too Many"), 6, "the server answered 429"),
        (response(b"", "500 Oops"), 1, "the server answered 500"),
        (response(b"", "302 Found", "Location: /a"), 7, "redirects"),
        (response(b"", "302 Found", "Location: http://10.0.0.1/"), 6, "10.0.0.1 is not a public address"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", 1, "does not speak HTTP"),
        (b"", 1, "hung up"),
    ],
)
def test_a_page_that_is_not_to_be_had(answer: bytes, code: int, says: str, place: Path) -> None:
    with Server({"/a": answer, "/b": ARTICLE}) as server:
        ran = fetch(server.url("/a"))
        assert (ran.code, ran.out, ran.err.count("\n")) == (code, "", 1)
        assert ran.err.startswith(f"scrape: {server.url('/a')}: ")
        assert says in ran.err
        among = fetch(server.url("/a"), server.url("/b"))
        assert (among.code, len(records(among))) == (3, 1)
    assert types(place / "archive")["conversion"] == 1


def test_a_page_that_is_no_article_is_shown_all_the_same() -> None:
    page = response(b"<title>Not found</title><h1>404 Not Found</h1>", "200 OK", "Content-Type: text/html")
    with Server({"/a": page}) as server:
        ran = fetch(server.url("/a"))
    assert (ran.code, [record["verdict"] for record in records(ran)]) == (4, ["soft_404"])
    assert "no article (soft_404); it is in the WARC, and not in the JSONL" in ran.err


def test_nobody_there() -> None:
    with Server({}) as server:
        url = server.url("/a")
    ran = fetch(url)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "cannot be reached" in ran.err


def test_robots_txt_forbids_it(place: Path) -> None:
    robots = response(b"User-agent: *\nDisallow: /\n", "200 OK", "Content-Type: text/plain")
    with Server({"/robots.txt": robots, "/a": ARTICLE}) as server:
        ran = fetch(server.url("/a"))
        assert (ran.code, server.paths()) == (6, [])
        assert ran.err == f"scrape: {server.url('/a')}: {server.url('')}/robots.txt forbids it\n".replace(
            "//robots", "/robots"
        )
    assert types(place / "archive") == {"request": 1, "response": 1, "warcinfo": 1}


def test_exactly_the_addresses_that_are_allowed_are_asked() -> None:
    with Server({"/a": ARTICLE}) as server, Server({"/a": ARTICLE}, host="127.0.0.2") as other:
        assert run("fetch", server.url("/a")).code == 6
        assert server.asked == []
        assert run("fetch", "--allow-address", "127.0.0.2/32", server.url("/a")).code == 6
        assert run("fetch", "--allow-address", "127.0.0.1", server.url("/a")).code == 0
        ran = run("fetch", "--allow-address", "127.0.0.1", other.url("/a"))
        assert (ran.code, other.asked) == (6, [])
        assert "127.0.0.2 is not a public address" in ran.err
        both = ("--allow-address", "127.0.0.1", "--allow-address", "127.0.0.2")
        assert run("fetch", *both, server.url("/a"), other.url("/a")).code == 0


def test_allowing_addresses_on_the_command_line_replaces_the_configuration_s(place: Path) -> None:
    (place / "c.yaml").write_text("network: {allow_addresses: [127.0.0.2]}\n")
    with Server({"/a": ARTICLE}, host="127.0.0.2") as other:
        assert run("--config", "c.yaml", "fetch", other.url("/a")).code == 0
        assert run("--config", "c.yaml", "fetch", "--allow-address", "127.0.0.1", other.url("/a")).code == 6


def test_nobody_to_write_to_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCRAPE_NETWORK__CONTACT")
    with Server({"/a": ARTICLE}) as server:
        ran = fetch(server.url("/a"))
        assert (ran.code, ran.err.count("\n")) == (0, 1)
        assert "set SCRAPE_NETWORK__CONTACT" in ran.err
        assert fetch("-q", server.url("/a")).err == ""


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["a.html"], "to clean a file: scrape clean a.html"),
        (["ftp://news.example/"], "no http or https address"),
        (["--allow-address", "10.0.0.1/8", "http://10.0.0.1/"], "10.0.0.1/8"),
        (["--allow-address", "localhost", "http://localhost/"], "localhost"),
        (["--config", "gone.yaml", "http://news.example/"], "gone.yaml: there is no such file"),
        ([], "URL"),
    ],
)
def test_a_command_line_that_is_not_understood(argv: list[str], says: str, place: Path) -> None:
    ran = run("fetch", *argv)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert says in ran.err
    assert not (place / "archive").exists()


@pytest.mark.parametrize("below", ["", "/below", "/below/it"])
def test_an_archive_that_cannot_be_a_directory(below: str, place: Path) -> None:
    (place / "file").write_text("")
    with Server({"/a": ARTICLE}) as server:
        ran = fetch("--archive", f"file{below}", server.url("/a"))
        assert (ran.code, ran.err.count("\n"), server.asked) == (7, 1, [])
    assert "choose another directory" in ran.err


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a directory that not even root can write to is Linux's")
def test_an_archive_that_cannot_be_written(place: Path) -> None:
    ran = fetch("--archive", "/proc/self/archive", "http://127.0.0.1:1/")
    assert ran.code in (1, 7)
    assert "/proc/self/archive" in ran.err
    assert ran.err.count("\n") == 1


def test_an_archive_that_somebody_holds(place: Path) -> None:
    with Archive(place / "archive"), Server({"/a": ARTICLE}) as server:
        ran = fetch(server.url("/a"))
        assert (ran.code, server.asked) == (7, [])
    assert f"process {os.getpid()} holds this archive" in ran.err


def test_what_was_found_amiss_is_said(place: Path) -> None:
    with Server({"/news/bridge": ARTICLE}) as server:
        assert fetch(server.url("/news/bridge")).code == 0
        (path,) = (place / "archive").glob("articles/*/*/*.jsonl")
        path.unlink()
        ran = fetch(server.url("/news/bridge"))
        repaired, failed = ran.err.splitlines()
        assert repaired.startswith(f"scrape: repaired: {path}: ")
        assert "acknowledged bytes are gone" in repaired
        # There is nothing to compare with, so it is no version; what was sent is archived.
        assert ran.code == 5
        assert failed.endswith(f": {path}: the file is gone; `scrape index` makes its lines again from the WARC")
        assert run("index", "--archive", "archive").code == 0
        assert fetch(server.url("/news/bridge")).code == 0
    assert types(place / "archive")["revisit"] >= 4

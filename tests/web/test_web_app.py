"""What holds for every page: who may ask, the headers, its own pages for what goes wrong, and nothing that runs."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from shelf import SCRIPT, Shelf

from scraper.web.guard import CONTENT_POLICY
from scraper.web.pages import Pages

VOID = {"meta", "link", "input", "br", "img"}


class Outline(HTMLParser):
    """A page's elements with their attributes; fails where one is not closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_page_is_whole_and_may_do_nothing(shelf: Shelf) -> None:
    for address in shelf.addresses:
        answer = shelf.client.get(address)
        assert answer.status_code in (200, 400, 404), address
        assert answer.headers["content-security-policy"] == CONTENT_POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "private, no-cache"
        outline = Outline(answer.text)
        assert not {"script", "iframe", "object", "img", "style"} & {tag for tag, _ in outline.elements}
        for _, attributes in outline.elements:
            assert not {name for name in attributes if name.startswith("on") or name == "style"}
            for name in ("href", "src", "action"):
                assert re.match(r"[/?#]|https?://", attributes.get(name) or "/"), attributes


def test_the_policy_lets_no_script_run() -> None:
    rules = dict(rule.split(" ", 1) for rule in CONTENT_POLICY.split("; "))
    assert rules["default-src"] == "'none'"
    assert "script-src" not in rules
    assert "allow-scripts" not in rules["sandbox"]
    assert rules["style-src"] == "'self'"


def test_every_page_has_what_a_screen_reader_needs(shelf: Shelf) -> None:
    for address in shelf.addresses:
        elements = Outline(shelf.client.get(address).text).elements
        tags = [tag for tag, _ in elements]
        assert (tags.count("h1"), tags.count("main"), tags.count("header") >= 1, tags.count("footer")) == (
            1,
            1,
            True,
            1,
        )
        assert next(attrs for tag, attrs in elements if tag == "a") == {"class": "skip", "href": "#main"}
        ids = [str(attrs["id"]) for _, attrs in elements if "id" in attrs]
        assert len(ids) == len(set(ids)), address
        labelled = {attrs.get("for") for tag, attrs in elements if tag == "label"}
        assert {attrs["id"] for tag, attrs in elements if tag in ("input", "select")} <= labelled
        for tag, attrs in elements:
            if tag == "svg":
                assert attrs.get("aria-hidden") == "true" or (attrs["role"] == "img" and attrs["aria-label"])
            if tag == "nav":
                assert attrs.get("aria-label")
            if tag == "th":
                assert attrs.get("scope") in ("col", "row")
            for name in ("aria-labelledby", "aria-describedby"):
                assert set((attrs.get(name) or "").split()) <= set(ids), address


def test_a_hostile_record_is_text(shelf: Shelf) -> None:
    for address in (f"/articles/{shelf.hostile.id}", "/articles?source=radio", "/removals", "/"):
        page = shelf.client.get(address).text
        assert "<script" not in page
        assert "javascript:alert(1)" not in re.sub(r">[^<]*<", "><", page)  # in texts it may stand, in attributes not
        assert "\x00" not in page
    page = shelf.client.get(f"/articles/{shelf.hostile.id}").text
    assert SCRIPT.replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;") in page
    assert 'lang="x' not in page


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "",
        "localhost.evil.example:8080",
        "archive.example@evil",
        "[::1",
        "a:b",
    ],
)
def test_a_name_that_is_not_ours_is_refused(shelf: Shelf, host: str) -> None:
    answer = shelf.client.get("/articles", headers={"host": host})
    assert answer.status_code == 421
    assert answer.headers["content-security-policy"] == CONTENT_POLICY
    assert "web.hosts" in answer.text


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]:8080", "192.0.2.1", "archive.example:80", "localhost."],
)
def test_addresses_and_names_of_ours_are_served(shelf: Shelf, host: str) -> None:
    assert shelf.client.get("/", headers={"host": host}).status_code == 200


def test_two_hosts_are_refused(shelf: Shelf) -> None:
    headers = [("host", "localhost"), ("host", "evil.example")]
    assert shelf.client.get("/", headers=headers).status_code == 421  # type: ignore[arg-type]  # httpx takes pairs


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_nothing_but_reading(shelf: Shelf, method: str) -> None:
    answer = shelf.client.request(method, "/articles")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_head_has_no_body(shelf: Shelf) -> None:
    answer = shelf.client.head(f"/articles/{shelf.first.id}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 1000


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/articles/",
            "/articles/zz",
            "/articles/../index.sqlite",
            "/articles/..%2f..%2findex.sqlite",
            "/index.sqlite",
        ),
        *("/articles/" + "0" * 32, "/articles/" + "0" * 32 + "/warc", "/style.css/../../app.py", "/%00"),
        *("/static/style.css", "/templates/base.html", "/articles/" + "A" * 32, "/articles/" + "0" * 31 + "%0a"),
    ],
)
def test_what_is_not_there_has_a_page_that_says_so(shelf: Shelf, path: str) -> None:
    answer = shelf.client.get(path)
    assert answer.status_code == 404
    assert "There is no page at this address" in answer.text


def test_a_bug_is_loud_and_has_a_page(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(self: Pages, *_: object) -> None:
        raise RuntimeError("a secret of the server")

    monkeypatch.setattr(Pages, "removals", broken)
    answer = shelf.client.get("/removals")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["content-security-policy"] == CONTENT_POLICY
    assert "a secret of the server" in caplog.text
    assert shelf.client.get("/").status_code == 200


def test_a_missing_or_broken_archive_is_said(shelf: Shelf, tmp_path: Path) -> None:
    root = tmp_path / "archive"
    shutil.copytree(shelf.root, root)
    copy = Shelf.__new__(Shelf)
    copy.root = root
    (root / shelf.first.warc.file).write_bytes(b"not a WARC")  # type: ignore[union-attr]  # it has one
    answer = copy.client.get(f"/articles/{shelf.first.id}")
    assert answer.status_code == 200
    assert "What was removed cannot be said" in answer.text
    answer = copy.client.get(f"/articles/{shelf.first.id}/warc")
    assert (answer.status_code, "scrape verify" in answer.text) == (500, True)
    assert str(root) not in answer.text
    (root / "index.sqlite").write_bytes(b"not a database" * 100)
    assert copy.client.get("/").status_code == 500
    (root / "index.sqlite").unlink()
    assert copy.client.get("/").status_code == 503
    assert copy.client.get("/style.css").status_code == 200


def test_robots_are_sent_away(shelf: Shelf) -> None:
    assert shelf.client.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
    assert "noindex" in shelf.client.get("/").headers["x-robots-tag"]


def test_no_template_trusts_anything() -> None:
    folder = Path(__file__).parents[2] / "scraper" / "web"
    for file in [*folder.rglob("*.html"), *folder.rglob("*.py")]:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|Markup|autoescape false|xmlattr|tojson", text), file
        if file.suffix == ".html":
            assert not re.search(r"<script|<style| style=| on[a-z]+=|https?://", text), file


def test_the_style_sheet_fetches_nothing(shelf: Shelf) -> None:
    answer = shelf.client.get("/style.css")
    assert answer.headers["content-type"].startswith("text/css")
    assert not re.search(r"@import|url\(|expression", answer.text)

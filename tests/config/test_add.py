"""A source written into a configuration file: what stood there stays, letter by letter, and the result is right."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from scraper.config import SourceConfig, load
from scraper.config import add as adding
from scraper.config.add import NewSource, add, block, free_name
from scraper.errors import ConfigError

ROOT = Path(__file__).parents[2]
NEW = NewSource("news-example", "feed", "https://news.example/feed?a=1&b=2", "30m", "25 links,\n the \x1b[2Jnewest")
CONTACT = {"SCRAPE_NETWORK__CONTACT": "https://example.org/robot"}
INBOX = "  - name: inbox\n    type: folder\n    directory: in   # here\n"
BLOCK = (
    "  # 25 links, the [2Jnewest\n  - name: news-example\n    type: feed\n"
    "    url: https://news.example/feed?a=1&b=2\n    every: 30m\n"
)


def added(tmp_path: Path, text: str, source: NewSource = NEW, env: dict[str, str] | None = None) -> str:
    file = tmp_path / "c.yaml"
    file.write_bytes(text.encode())
    env = CONTACT if env is None else env
    before = load("c.yaml", env, tmp_path)
    add(before, source, env, tmp_path)
    after = load("c.yaml", env, tmp_path)
    assert after.config.sources[:-1] == before.config.sources
    assert after.config.sources[-1] == SourceConfig(name=source.name, type="feed", url=source.url, every=1800.0)
    assert os.listdir(tmp_path) == ["c.yaml"]
    return file.read_bytes().decode()


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        ("sources:\n" + INBOX, ""),
        ("sources:\n" + INBOX.rstrip(), "\n"),
        ("sources:\n" + INBOX, "\n# The end.\narchive: {directory: a}\n"),
        ("# Mine.\nsources:\n" + INBOX + "    # limit: 5\n      # more of it\n", "  # Another remark.\n\nnetwork:\n"),
        (
            "sources:\n" + INBOX + "    patterns:\n      - '*.txt'\n      - '*.html'   # both\n",
            "archive:\n  directory: a\n",
        ),
        ("sources:\n" + INBOX + "    patterns: ['*.txt',\n     '*.html']\n", "\n\n"),
        ("sources:\n" + INBOX + "    cron: >-\n      5 6 * *\n      *\n", "# end\n"),
        ("sources:\n" + INBOX + "    cron: >-\n      5 6 * *\n      *\n\n\n", "archive:\n  directory: a\n"),
        ("sources:\n" + INBOX + "    timezone:\n", "schedule:\n"),
        ("network:\n  delay: 5s\nsources:   # none yet\n", "archive:\n  directory: a\n"),
        ("sources:\n", ""),
    ],
)
def test_it_stands_behind_the_last_and_all_else_as_before(tmp_path: Path, head: str, tail: str) -> None:
    ended = head if head.endswith("\n") else head + "\n"
    assert added(tmp_path, head + tail) == ended + BLOCK + (tail if ended == head else tail.removeprefix("\n"))


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("sources: []   # none yet\nschedule:\n", f"sources:   # none yet\n{BLOCK}schedule:\n"),
        ("sources: null\n", f"sources:\n{BLOCK}"),
        ("sources: [\n]\n", f"sources:\n{BLOCK}"),
        ("archive: {directory: a}", f"archive: {{directory: a}}\n\nsources:\n{BLOCK}"),
        ("# Nothing yet.\n", f"# Nothing yet.\nsources:\n{BLOCK}"),
        ("", f"sources:\n{BLOCK}"),
        ("sources:\n- {name: in, type: folder, directory: in}\n", None),
        ("sources: [{name: in, type: folder, directory: in}]\n", None),
        ("sources: [{name: in, type: folder, directory: in},\n  ]   # all\narchive:\n", None),
        ("sources:\r\n  - name: in\r\n    type: folder\r\n    directory: in\r\narchive:\r\n", None),
        ("\ufeffsources:\n" + INBOX, None),
        ("sources:\n        - name: in\n          type: folder\n          directory: in\n", None),
        ("sources:\n  -\n    name: in\n    type: folder\n    directory: in\n", None),
        ('"sources":\n' + INBOX, None),
    ],
)
def test_every_form_of_a_list(tmp_path: Path, text: str, result: str | None) -> None:
    after = added(tmp_path, text)
    if result is not None:
        assert after == result
    lines = after.split("\n")
    assert ("\r\n" in text) is all(line.endswith("\r") for line in lines[:-1])
    assert after.startswith("\ufeff") is text.startswith("\ufeff")
    remain = iter(after)
    assert result is not None or all(char in remain for char in text)  # nothing was taken away


def test_the_shipped_file_keeps_its_remarks(tmp_path: Path) -> None:
    text = (ROOT / "config" / "scrape.yaml").read_text()
    after = added(tmp_path, text)
    assert after == text.rstrip("\n") + "\n" + BLOCK


def test_an_address_that_yaml_would_read_otherwise_is_quoted(tmp_path: Path) -> None:
    odd = NewSource("news-example", "feed", "https://news.example/a,[b]'c'*&{d}!?x=%23|>", "30m")
    assert odd.url in added(tmp_path, "sources: []\n", odd)
    assert odd.url in added(tmp_path, "sources: [{name: in, type: folder, directory: in}]\n", odd)
    assert block(odd).count("#") == 0


@pytest.mark.parametrize(
    ("text", "env", "says"),
    [
        ("sources:\n" + INBOX, {}, "needs `network.contact`"),
        (
            "sources:\n" + INBOX.replace("inbox", "news-example"),
            CONTACT,
            "a source is called `news-example`; give another",
        ),
        (
            "sources: [{name: a, type: feed, url: 'http://www.news.example/feed/?b=2&a=1&utm_source=x'}]",
            CONTACT,
            "is the source `a` already",
        ),
        ("{archive: {directory: a}}\n", CONTACT, "in braces; add the source by hand"),
        ("sources: &here\n" + INBOX + "archive: {directory: a}\n\tb\n", CONTACT, "broken YAML"),
    ],
)
def test_what_is_refused_leaves_the_file_alone(
    tmp_path: Path, text: str, env: dict[str, str], says: str | None
) -> None:
    with pytest.raises(ConfigError) as error:
        added(tmp_path, text, env=env)
    assert says in str(error.value)
    assert "c.yaml" in str(error.value)
    assert (tmp_path / "c.yaml").read_text() == text
    assert os.listdir(tmp_path) == ["c.yaml"]


def test_a_file_that_changes_meanwhile_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "c.yaml"
    check = adding._check_result

    def meanwhile(*args: object) -> None:
        check(*args)  # type: ignore[arg-type]  # passed on
        file.write_text("archive: {directory: elsewhere}\n")

    monkeypatch.setattr(adding, "_check_result", meanwhile)
    with pytest.raises(ConfigError, match="somebody else"):
        added(tmp_path, "sources: []\n")
    assert file.read_text() == "archive: {directory: elsewhere}\n"
    assert os.listdir(tmp_path) == ["c.yaml"]


def test_rights_and_links_stay(tmp_path: Path) -> None:
    file = tmp_path / "real" / "c.yaml"
    file.parent.mkdir()
    file.write_text("sources: []\n")
    file.chmod(0o640)
    (tmp_path / "link.yaml").symlink_to(file)
    add(load("link.yaml", CONTACT, tmp_path), NEW, CONTACT, tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert (tmp_path / "link.yaml").is_symlink()
    assert "news-example" in file.read_text()


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: str, target: Path) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ConfigError, match=r"c\.yaml: cannot be written: Read-only file system; add the source by hand"):
        added(tmp_path, "sources: []\n")
    assert (tmp_path / "c.yaml").read_text() == "sources: []\n"
    assert os.listdir(tmp_path) == ["c.yaml"]


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(
        "sources: [{name: a, type: folder, directory: x}, {name: a-2, type: folder, directory: y}]"
    )
    before = load("c.yaml", {}, tmp_path)
    assert (free_name(before, "a"), free_name(before, "b")) == ("a-3", "b")

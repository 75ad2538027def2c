"""`scrape config`: right or wrong and where, every value and whence, and the schemas."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from archive_support import Site
from cli_support import run

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    return tmp_path


def test_the_shipped_one_is_right() -> None:
    file = str(ROOT / "config" / "scrape.yaml")
    ran = run("config", "check", "--config", file)
    assert ran == (0, f"{file}: right; 1 of 6 sources are enabled\n", "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("archive:\n  direktory: x\n", "c.yaml:2: `archive` has no key `direktory`; did you mean `directory`?"),
        ("sorces: []\n", "did you mean `sources`?"),
        ("archive: [\n", "c.yaml:2: "),
        ("a: 1\na: 2\n", "c.yaml:2: "),
        ("cleaning: {deadline: soon}\n", "c.yaml:1: cleaning.deadline: "),
        ("network: {allow_addresses: [10.0.0.1/8]}\n", "c.yaml:1: network.allow_addresses: `10.0.0.1/8` is"),
        ("\0", "c.yaml"),
    ],
)
@pytest.mark.parametrize("command", [["config", "check"], ["config", "show"], ["run"], ["daemon"], ["verify"]])
def test_a_mistake_is_one_line_with_its_place_and_the_way_out(
    command: list[str], text: str, says: str, place: Path
) -> None:
    (place / "c.yaml").write_text(text)
    ran = run(*command, "--config", "c.yaml")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert says in ran.err
    assert not (place / "archive").exists()


def test_none_is_found() -> None:
    ran = run("config", "check")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "no configuration: looked at" in ran.err


def test_every_value_and_where_it_came_from(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "c.yaml").write_text("network:\n  delay: 5s\nsources: [{name: in, type: folder, directory: here}]\n")
    monkeypatch.setenv("SCRAPE_CLEANING__WORKERS", "3")
    shown = run("config", "show", "--origin", "--config", "c.yaml")
    assert shown.code == 0
    lines = shown.out.splitlines()
    assert "network.delay: 5.0    # c.yaml:2" in lines
    assert "cleaning.workers: 3    # SCRAPE_CLEANING__WORKERS" in lines
    assert "cleaning.deadline: 30.0    # default" in lines
    assert f'sources.in.directory: "{place}/here"    # c.yaml:3' in lines
    bare = run("config", "show", "--config", "c.yaml")
    assert [line.partition("    # ")[0] for line in lines] == bare.out.splitlines()


def test_the_schemas() -> None:
    schema = json.loads(run("config", "schema").out)
    assert {"archive", "network", "cleaning", "schedule", "sources"} <= set(json.dumps(schema).split('"'))
    record = json.loads(run("config", "schema", "--record").out)
    assert record["$schema"].startswith("https://json-schema.org/")
    assert "text_sha256" in json.dumps(record)


def test_a_command_line_that_is_not_understood() -> None:
    assert run("config").code == 2
    assert run("config", "chek").code == 2
    assert run("config", "check", "https://news.example/").code == 2
    assert run("config", "add").code == 2


# ---- add

FEED = "<rss version='2.0'><channel><item><title>A</title><link>/2026/11/20/a</link></item></channel></rss>"
FRONT = "<link rel='alternate' type='application/rss+xml' href='/feed'><p>News</p>"
OURS = "# Ours.\nnetwork:\n  delay: 0s   # quick\n  contact: https://example.org/robot\n"


def test_add_writes_what_discover_offers(place: Path) -> None:
    file = place / "c.yaml"
    file.write_text(OURS)
    with Site({"/": FRONT, "/feed": FEED, "/other": FEED}) as site:
        add = ("config", "add", "--config", "c.yaml", "--allow-address", "127.0.0.1")
        ran = run(*add, site.url())
        block = f'  # 1 link: "A"\n  - name: 127-0-0-1\n    type: feed\n    url: {site.url("/feed")}\n    every: 30m\n'
        assert (ran.code, ran.out) == (0, block)
        assert ran.err == f"scrape: {place}/c.yaml: source `127-0-0-1` added; `scrape run 127-0-0-1` tries it\n"
        assert file.read_text() == f"{OURS}\nsources:\n{block}"
        assert run("config", "check", "--config", "c.yaml").out.endswith("1 of 1 sources are enabled\n")
        again = run(*add, site.url("/feed"))
        assert (again.code, "is the source `127-0-0-1` already" in again.err) == (2, True)
        assert run(*add, site.url("/other")).code == 0
        assert run(*add, site.url("/other?page=2"), "--name", "127-0-0-1-2").code == 2
        asked = len(site.asked)
        assert "a source is called `127-0-0-1`" in run(*add, site.url("/x"), "--name", "127-0-0-1").err
        assert run(*add, site.url("/x"), "--name", "No Slug").code == 2
        assert len(site.asked) == asked
        assert run(*add, site.url("/gone")).code == 6
    names = [line.split()[-1] for line in file.read_text().splitlines() if "name:" in line]
    assert names == ["127-0-0-1", "127-0-0-1-2"]


def test_add_asks_nobody_without_a_contact(place: Path) -> None:
    (place / "c.yaml").write_text("network: {delay: 0s}\n")
    with Site({"/": FRONT, "/feed": FEED}) as site:
        ran = run("config", "add", "--config", "c.yaml", "--allow-address", "127.0.0.1", site.url())
        assert (ran.code, "network.contact" in ran.err, site.asked) == (2, True, [])

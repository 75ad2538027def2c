"""Chrome memory from the command line: it works by itself, says why, and can be turned off."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from made_up import Made, site
from project import Project, borrow
from servers import Server, response

from scraper.archive import View
from scraper.clean.memory import RULE

NETWORK = "{contact: me@news.example, allow_addresses: [127.0.0.1], at_once: 1}"
LAST = "/news/9-a-story"


@pytest.fixture(autouse=True)
def _borrowed(monkeypatch: pytest.MonkeyPatch) -> None:
    borrow(monkeypatch)


@pytest.fixture
def quayside() -> Iterator[tuple[Server, list[Made]]]:
    made = site("quayside")
    routes = {one.path: response(one.page, "200 OK", "Content-Type: text/html; charset=utf-8") for one in made}
    with Server(routes) as server:
        yield server, made


@pytest.fixture
def project(tmp_path: Path, quayside: tuple[Server, list[Made]]) -> Callable[..., Project]:
    server, made = quayside
    urls = ", ".join(server.url(one.path) for one in made)

    def make(cleaning: str) -> Project:
        source = f"{{name: paper, type: pages, urls: [{urls}]}}"
        return Project(tmp_path, source, network=NETWORK, cleaning=cleaning)

    return make


def profiles(project: Project) -> dict[str, str]:
    return {line["url"].partition("/news/")[2]: line["profile"] for line in project.lines()}


def set_to(project: Project, cleaning: str) -> None:
    text = project.file.read_text()
    project.file.write_text(re.sub(r"cleaning: {.*}", f"cleaning: {{workers: 1, {cleaning}}}", text))


def test_a_run_remembers_explain_says_on_how_many_and_an_index_is_made_again(project: Callable[..., Project]) -> None:
    paper = project("{workers: 1}")
    assert paper.run("run").out.startswith("paper: 10 archived, 0 known\n")
    named = profiles(paper)
    (remembering,) = set(named.values()) - {"default"}
    assert sorted(name for name, profile in named.items() if profile == "default") == [f"{n}-a-story" for n in range(6)]
    last = next(line for line in paper.lines() if line["url"].endswith(LAST))
    assert last["text"] == site("quayside")[9].text
    for _ in range(2):
        out = paper.run("explain", last["id"]).out
        assert f"{RULE} 6 of 6" in out
        assert f"profile {remembering}" in out
        assert paper.run("index").code == 0
    assert paper.run("reclean", "--all").out == "6 cleaned again (6 article), 4 current\n"
    assert paper.run("reclean").out == "0 cleaned again, 16 current\n"
    assert set(profiles(paper).values()) == {remembering}  # of each page its last line
    assert paper.is_sound()


def test_it_can_be_turned_off_and_on_again(project: Callable[..., Project]) -> None:
    paper = project("{workers: 1, memory: false}")
    paper.run("run")
    assert set(profiles(paper).values()) == {"default"}
    with View(paper.archive) as view:
        assert view.index.memories() == []
    set_to(paper, "memory_from: 10")
    assert paper.run("reclean").out == "10 cleaned again (10 article), 0 current\n"
    assert "default" not in profiles(paper).values()
    set_to(paper, "memory: false")
    assert paper.run("reclean").out == "0 cleaned again, 20 current\n"


def test_a_wrong_number_is_named(project: Callable[..., Project]) -> None:
    ran = project("{memory_from: 3}").run("config", "check")
    assert ran.code == 2
    assert "cleaning.memory_from: expected a whole number >= 4, got `3`" in ran.err


def test_single_pages_have_no_memory(project: Callable[..., Project], quayside: tuple[Server, list[Made]]) -> None:
    paper = project("{workers: 1}")
    paper.run("run")
    file = paper.archive.parent / "page.html"
    file.write_bytes(quayside[1][9].page)
    assert paper.run("clean", "--json", str(file)).out.count('"profile":"default"') == 1

"""`--rules`, `cleaning.rules` and `scrape config check`: site rules from the file to the record."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli_support import CLEAN, DIRTY, PAGE, run
from project import Project

RULES = """
[[site]]
host = "news.example"

[[site.drop]]
selector = ".promo"
kind = "related"
sample = '<p class="promo">a</p>'

[[site.metadata]]
field = "section"
selector = ".promo"
sample = '<p class="promo">a</p>'
gives = "a"

[[site]]
host = "*"

[[site.drop]]
phrase = "Ferry times for today"
kind = "other"
sample = "ferry times for today:"
"""
PROMO = "Our best stories of the week are about bridges, and all of them are worth a long look on a Sunday."
PAGE_WITH_PROMO = PAGE.replace("</article>", f'<p class="promo">{PROMO}</p></article>')
URL = "https://news.example/politics/1"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("sites.toml").write_text(RULES)
    Path("page.html").write_text(PAGE_WITH_PROMO)
    return tmp_path


def test_explain_shows_the_rule() -> None:
    ran = run("clean", "--explain", "--rules", "sites.toml", "--url", URL, "page.html")
    assert (ran.code, ran.err) == (0, "")
    (line,) = [line for line in ran.out.splitlines() if PROMO in line]
    assert line.split()[1:4] == ["-", "related", "site.news.example.drop.1"]


def test_the_record_says_whose_rules_they_were() -> None:
    def record(*argv: str) -> dict[str, object]:
        made: dict[str, object] = json.loads(run("clean", "--json", "--url", URL, *argv, "page.html").out)
        return made

    bare, ruled = record(), record("--rules", "sites.toml")
    assert str(ruled["rules"]).startswith(f"{bare['rules']}+")
    assert (ruled["section"], ruled["origin"]["section"]) == (PROMO, "site rule")  # type: ignore[index]  # a dict
    assert ruled["id"] != bare["id"]
    Path("sites.toml").write_text(f"{RULES}\n# more")
    assert record("--rules", "sites.toml")["id"] not in (ruled["id"], bare["id"])


def test_rules_that_hit_nothing_are_said() -> None:
    says = "sites.toml: none of its rules hit; "
    assert says in run("clean", "--rules", "sites.toml", "page.html").err
    assert run("clean", "-q", "--rules", "sites.toml", "page.html").err == ""
    assert run("clean", "--rules", "sites.toml", "--url", URL, "page.html").err == ""


@pytest.mark.parametrize("workers", ["1", "2"])
def test_texts_have_the_rules_of_every_host(workers: str) -> None:
    for name in ("a.txt", "b.txt"):
        Path(name).write_text(f"{CLEAN}\nFerry times for today\n")
    ran = run("clean", "--explain", "--workers", workers, "--rules", "sites.toml", "a.txt", "b.txt")
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[1:4] for line in ran.out.splitlines() if "Ferry times" in line] == [
        ["-", "other", "site.*.drop.1"],
        ["-", "other", "site.*.drop.1"],
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "sites.toml: cannot be read: No such file or directory"),
        (RULES.replace(".promo", ".prmo", 1), "sites.toml: site `news.example`, drop rule 1: `.prmo` holds no block"),
        (RULES.replace("kind", "kid", 1), "sites.toml: site `news.example`, drop rule 1: there is no `kid`; did you"),
        ("[[site]", "sites.toml: no TOML in UTF-8: "),
    ],
)
def test_a_mistake_is_one_line_and_no_page_is_cleaned(text: str | None, says: str, place: Path) -> None:
    Path("sites.toml").unlink()
    if text is not None:
        Path("sites.toml").write_text(text)
    ran = run("clean", "--rules", "sites.toml", "page.html")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert says in ran.err
    project = Project(place, cleaning="{rules: sites.toml}")
    for command in (["config", "check"], ["run"], ["reclean"]):
        ran = project.run(*command)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
        assert "config.yaml:2: cleaning.rules: " in ran.err
        assert says in ran.err
    assert not project.archive.exists()


def test_a_start_with_rules_loads_no_http_client() -> None:
    script = (
        "import sys; from scraper.cli import main, Streams; "
        "main(['clean', '--rules', 'sites.toml', 'page.html'], Streams.standard()); "
        "print(sorted({'h11', 'asyncio', 'apscheduler', 'warcio'} & set(sys.modules)), file=sys.stderr)"
    )
    paths = {"PYTHONPATH": str(Path(__file__).parents[2])}
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=paths, check=True)
    assert ran.stderr.splitlines()[-1] == "[]"


def test_the_configuration_s_rules_clean_what_is_archived_and_what_is_cleaned_again(place: Path) -> None:
    project = Project(place)
    (project.inbox / "a.txt").write_text(f"{DIRTY}\nFerry times for today and tomorrow\n")
    assert project.run("run").code == 0
    project.file.write_text(project.file.read_text().replace("workers: 1", "workers: 1, rules: sites.toml"))
    assert project.run("config", "check").code == 0
    Path("sites.toml").write_text(RULES.replace("erry times for today", "erry times for today and tomorrow"))
    (project.inbox / "b.txt").write_text(f"{DIRTY.replace('bridge', 'tunnel')}\nFerry times for today and tomorrow\n")
    assert project.run("run").code == 0
    assert "1 cleaned again" in project.run("reclean").out
    assert "0 cleaned again" in project.run("reclean").out
    old, new, again = project.lines()
    assert new["rules"] == again["rules"] != old["rules"]
    assert (old["url"], old["warc"]) == (again["url"], again["warc"])
    assert "Ferry times" not in new["text"] + again["text"]
    explained = project.run("explain", again["id"]).out
    assert "site.*.drop.1" in explained
    assert project.is_sound()

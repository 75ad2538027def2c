"""The pins are those of pyproject.toml, complete, with hashes, and name no index."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scraper.config import load

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return {canonicalize_name(found[1]): found[2] for found in re.finditer(r"^([\w.-]+)==([^ ;\\]+)", text, re.M)}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("run.txt", PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["web"]),
        ("test.txt", PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["test"]),
        ("build.txt", PROJECT["build-system"]["requires"]),
    ],
)
def test_every_dependency_is_pinned_to_a_release_that_it_allows(name: str, wanted: list[str]) -> None:
    pinned = pins(name)
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), requirement


@pytest.mark.parametrize("name", ["run.txt", "test.txt", "build.txt", "browser.txt", "readers.txt", "pywb.txt"])
def test_every_pin_has_hashes_and_no_line_names_an_index(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    entries = re.split(r"^(?=[a-z])", text, flags=re.M | re.I)[1:]
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_what_runs_is_what_is_tested() -> None:
    run, test = pins("run.txt"), pins("test.txt")
    assert {name: test.get(name) for name in run} == run


def test_the_example_for_compose_is_locked_down_and_gives_time_to_drain() -> None:
    service = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["scrape"]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert not service["user"].startswith("0")
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    loaded = load(str(ROOT / "config" / "container.yaml"), service["environment"], ROOT).config
    assert loaded.schedule.drain < float(service["stop_grace_period"].removesuffix("s"))
    assert loaded.metrics.bind is not None
    # What docker run gives without it: SIGKILL ten seconds after SIGTERM.
    assert load(str(ROOT / "config" / "container.yaml"), {}, ROOT).config.schedule.drain < 10

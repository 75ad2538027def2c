"""The pins are those of pyproject.toml, complete, with hashes, and name no index."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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

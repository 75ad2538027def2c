"""Files and directories that may not be read: each is named, and costs nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from archive_support import filled
from cli_support import Ran
from project import Project, clean

import scraper

# root reads everything; without these capabilities it does as others do.
POWERLESS = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []

pytestmark = pytest.mark.skipif(bool(POWERLESS) and shutil.which("setpriv") is None, reason="needs setpriv, or no root")


def run(*argv: str) -> Ran:
    """A command in a process that may not read everything."""
    place = os.environ | {"PYTHONPATH": str(Path(scraper.__file__).parents[1])}
    command = [*POWERLESS, sys.executable, "-m", "scraper", *argv]
    ran = subprocess.run(command, capture_output=True, text=True, env=place, check=False)
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    made.put("bridge")
    return made


@pytest.mark.parametrize("quiet", [(), ("-q",)])
def test_a_directory_within_an_inbox(project: Project, quiet: tuple[str, ...]) -> None:
    closed = project.inbox / "closed"
    closed.mkdir(0)
    ran = run(*quiet, "run", "--config", str(project.file))
    closed.chmod(0o700)
    assert ran.code == 3
    assert ran.err == f"scrape: {closed}: cannot be listed: Permission denied; change its rights\n"
    assert ran.out.startswith("inbox: 1 archived, 0 known, 1 unreadable\n")
    assert project.texts() == [clean("bridge")]


def test_an_inbox(project: Project) -> None:
    project.inbox.chmod(0)
    ran = run("run", "--config", str(project.file))
    project.inbox.chmod(0o700)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert f"{project.inbox}: cannot be listed: Permission denied" in ran.err


def test_a_warc_file(tmp_path: Path) -> None:
    first, *_ = filled(tmp_path)
    (path,) = tmp_path.glob("warc/*/*/*.warc.gz")
    path.chmod(0)
    explained = run("explain", first.id, "--archive", str(tmp_path))
    assert (explained.code, explained.err.count("\n")) == (1, 1)
    assert f"{path}: cannot be read (Permission denied)" in explained.err
    again = run("reclean", "--all", "--archive", str(tmp_path))
    assert again.code == 3
    assert f"{path}: cannot be read (Permission denied)" in again.err
    assert "3 unreadable" in again.out
    verified = run("verify", str(tmp_path))
    assert verified.code == 5
    assert f"scrape: {path.relative_to(tmp_path)}: cannot be read: Permission denied\n" in verified.err
    assert "JSONL files  1 (2 records)" in verified.out


@pytest.mark.parametrize("index", [True, False])
def test_the_lines(tmp_path: Path, index: bool) -> None:
    filled(tmp_path)
    if not index:
        (tmp_path / "index.sqlite").unlink()
    (path,) = tmp_path.glob("articles/*/*/*.jsonl")
    path.chmod(0)
    ran = run("verify", str(tmp_path))
    path.chmod(0o600)
    assert ran.code == 5
    assert f"scrape: {path.relative_to(tmp_path)}: cannot be read: Permission denied\n" in ran.err
    (tmp_path / "articles").chmod(0)
    ran = run("verify", str(tmp_path))
    (tmp_path / "articles").chmod(0o700)
    assert ran.code == 5
    assert "scrape: articles: cannot be listed: Permission denied\n" in ran.err
    assert "gone" not in ran.err
    assert ("cannot be read: Permission denied" in ran.err) is index


@pytest.mark.parametrize("command", [("verify",), ("index",), ("search", "bridge"), ("export",), ("status",)])
def test_a_closed_archive(tmp_path: Path, command: tuple[str, ...]) -> None:
    filled(tmp_path)
    tmp_path.chmod(0)
    ran = run(*command, "--archive", str(tmp_path))
    tmp_path.chmod(0o700)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.endswith(": Permission denied: change its rights\n")
    assert ran.err.startswith(f"scrape: {tmp_path}")

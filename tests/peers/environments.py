"""Virtual environments for the programs that read what we write, made once and kept in pytest's cache.

They stand apart because pywb brings brotlipy, which shadows brotli and would break our decoder's bound. An environment
is known by the digest of its requirements, so that new pins make a new one. Where pip cannot install it, its tests are
skipped with the reason; with SCRAPE_PEERS=required, as .ci/run sets it, they fail.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

REQUIREMENTS = Path(__file__).parents[2] / "requirements"
_DONE = "complete"


def environment(name: str, cache: Path) -> Path:
    """The directory of the programs that requirements/NAME.txt pins."""
    wanted = (REQUIREMENTS / f"{name}.txt").read_bytes()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = cache / f"{name}-{version}-{hashlib.sha256(wanted).hexdigest()[:12]}"
    with (cache / f"{name}.lock").open("w") as lock:  # another pytest may be making it
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / _DONE).exists():
            for old in cache.glob(f"{name}-{version}-*"):
                shutil.rmtree(old)
            _make(folder, REQUIREMENTS / f"{name}.txt")
            (folder / _DONE).touch()
    return folder / "bin"


def _make(folder: Path, requirements: Path) -> None:
    venv.create(folder, with_pip=True)
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile", "--require-hashes"]
    command = [folder / "bin" / "python", "-m", "pip", "install", *options, "-r", requirements]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=plain())
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [done.stderr]
        reason = f"{requirements.name} cannot be installed: {said[0]}"
        shutil.rmtree(folder, ignore_errors=True)
        if os.environ.get("SCRAPE_PEERS") == "required":
            pytest.fail(reason)
        pytest.skip(reason)


def ran(*command: str | Path, cwd: Path | None = None, stdin: str = "") -> str:
    """What a peer printed; it must end well."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, input=stdin, env=plain())
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def plain() -> dict[str, str]:
    """The process's environment without what would lead another Python to our packages."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}

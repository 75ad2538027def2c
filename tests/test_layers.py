"""The house has floors: a module imports from lower ones, or from its own package, and a small start stays small."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "scraper"

FLOORS = (
    {"types", "errors", "version", "expressions", "layout"},
    {"clean", "sources"},
    # tools of the floors above
    {"coding", "families", "guard", "http2", "memory", "revisions", "robots", "retry", "store", "tls"},
    {"stream"},
    {"tap", "tdmrep", "remembered"},
    {"transport"},
    {"reply"},
    {"polite", "fetch", "warc", "records", "record", "index", "workers", "heartbeat", "meter"},
    {"archive", "drift", "engine", "verify"},
    {"cluster", "pipeline", "export"},
    {"corpus"},
    {"config"},
    {"alarm", "timetable", "rounds", "metering", "monitor", "condition"},
    {"jobs"},
    {"web"},
    {"daemon"},
    {"panel"},
    {"cli", "calendar_data", "train"},  # what is started by hand
)
LEVEL = {name: level for level, names in enumerate(FLOORS) for name in names}
ROOF = {"__init__", "__main__"}
"""The package's own front and its start stand above everything and are imported by nothing."""

PURE = {"clean", "families", "memory", "revisions", "sources"}
IMPURE = {"asyncio", "socket", "ssl", "httpx", "subprocess", "sqlite3", "tempfile", "time", "urllib.request"}


def _module(path: Path) -> str:
    """The first name below the package: `clean` for scraper/clean/decode.py."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every name that a file imports, wherever in it, as a dotted path from the top."""
    package = list(path.relative_to(ROOT).with_suffix("").parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            # `from scraper import types` names a module in its last part, `from scraper.types import Kind` does not.
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def _arrows() -> Iterator[tuple[str, str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for line, name in _imports(path):
            parts = name.split(".")
            if parts[0] == "scraper" and len(parts) > 1:
                yield f"{path.relative_to(ROOT)}:{line}", _module(path), parts[1]


def test_every_module_has_a_floor() -> None:
    found = {_module(path) for path in PACKAGE.rglob("*.py")}
    assert found - ROOF - set(LEVEL) == set()


def test_imports_point_down() -> None:
    wrong = [
        f"{place}: {module} imports {target}"
        for place, module, target in _arrows()
        if module not in ROOF and module != target and LEVEL.get(target, len(FLOORS)) >= LEVEL.get(module, -1)
    ]
    assert wrong == []


def test_the_pure_packages_reach_for_nothing_outside() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if _module(path) in PURE
        for line, name in _imports(path)
        if any(name == impure or name.startswith(f"{impure}.") for impure in IMPURE)
    ]
    assert wrong == []


TEXT = (
    "The council approved a new bridge over the river on Tuesday after three years of debate about its cost.\n\n"
) * 3


@pytest.mark.parametrize(
    "script",
    ["import scraper", "import sys; from scraper.cli import main, Streams; main(['clean'], Streams.standard())"],
)
def test_a_small_start_stays_small(script: str) -> None:
    heavy = {"h11", "apscheduler", "trafilatura", "warcio", "charset_normalizer", "yaml", "asyncio"}
    heavy |= set("numpy.ma hashlib tempfile tomllib zipfile difflib importlib.resources".split())  # 2 to 20 ms each
    script = f"{script}\nimport sys; print(sorted({heavy!r} & set(sys.modules)), file=sys.stderr)"
    place = os.environ | {"PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, "-c", script], input=TEXT, capture_output=True, text=True, env=place, check=True
    )
    assert ran.stderr.splitlines()[-1] == "[]"

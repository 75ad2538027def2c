"""Fixtures of the command line's tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import DIRTY


@pytest.fixture
def dirty(tmp_path: Path) -> Callable[[str], str]:
    """Make a text file with chrome in it, under a name."""

    def make(name: str) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(DIRTY, encoding="utf-8")
        return str(path)

    return make

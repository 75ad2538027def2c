"""The table of calendar words is what its command makes."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import babel
import pytest

PACKAGED = files("scraper.clean").joinpath("rules/calendar.json").read_bytes()


def test_the_packaged_table_is_what_the_command_makes(tmp_path: Path) -> None:
    if f"by way of Babel {babel.__version__}." not in PACKAGED[:500].decode():
        pytest.skip("the table was made by another Babel, whose CLDR has other words")
    made = tmp_path / "calendar.json"
    # A process of its own: Babel resolves aliases in place, so what was formatted before shows in the locales' data.
    subprocess.run([sys.executable, "-m", "scraper.calendar_data", str(made)], check=True)
    assert made.read_bytes() == PACKAGED


def test_the_table_names_its_source_and_licence() -> None:
    assert b"Unicode License v3" in PACKAGED[:500]

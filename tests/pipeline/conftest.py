"""Fixtures of the pipeline's tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A pipeline with an empty archive."""
    return Bench(tmp_path / "archive")

"""One archive for all tests of the pages: they only read it."""

from __future__ import annotations

from pathlib import Path

import pytest
from shelf import Shelf


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    root: Path = tmp_path_factory.mktemp("shelf")
    return Shelf(root)

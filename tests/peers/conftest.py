"""The peers' environments, and an archive for them to read, once for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from captured import Archived, archived
from environments import environment


@pytest.fixture(scope="session")
def peers_cache(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where environments are kept from one run to the next; without pytest's cache, where they are not."""
    cache = getattr(request.config, "cache", None)
    return Path(cache.mkdir("peers")) if cache is not None else tmp_path_factory.mktemp("peers")


@pytest.fixture(scope="session")
def readers(peers_cache: Path) -> Path:
    """The programs of warcio, FastWARC, cdxj-indexer and py-wacz."""
    return environment("readers", peers_cache)


@pytest.fixture(scope="session")
def pywb(peers_cache: Path) -> Path:
    """The programs of pywb."""
    return environment("pywb", peers_cache)


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Archived:
    """The archive."""
    return archived(tmp_path_factory.mktemp("archived") / "archive")

"""The digest of a configuration: the same wherever the same is fetched and kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from scraper.config import Config
from scraper.config.digest import digest_of
from scraper.config.settings import ArchiveConfig, CleaningConfig, NetworkConfig, ScheduleConfig, SourceConfig
from scraper.errors import ConfigError

FEED = SourceConfig(name="paper", type="feed", url="https://news.example/feed", every=900.0)
GIVEN = Config(sources=(FEED,))


@pytest.mark.parametrize(
    "change",
    [
        {"archive": ArchiveConfig(directory="/elsewhere", warc_max_size=5_000_000, warc_max_age=60.0)},
        {"schedule": ScheduleConfig(timezone="Europe/Berlin")},
        {"cleaning": CleaningConfig(workers=7)},
        {"sources": (structs.replace(FEED, every=60.0, enabled=False),)},
    ],
)
def test_where_when_and_by_how_many_does_not_count(change: dict[str, object]) -> None:
    assert digest_of(structs.replace(GIVEN, **change)) == digest_of(GIVEN)


@pytest.mark.parametrize(
    "change",
    [
        {"network": NetworkConfig(contact="me@news.example")},
        {"network": NetworkConfig(max_bytes=2048)},
        {"cleaning": CleaningConfig(captions=True)},
        {"sources": (structs.replace(FEED, url="https://news.example/other"),)},
        {"sources": (structs.replace(FEED, limit=3),)},
        {"sources": ()},
    ],
)
def test_what_capture_and_output_depend_on_counts(change: dict[str, object]) -> None:
    assert digest_of(structs.replace(GIVEN, **change)) != digest_of(GIVEN)
    assert digest_of(GIVEN).startswith("sha256:")


def test_files_count_by_what_is_in_them(tmp_path: Path) -> None:
    names = [tmp_path / name for name in ("a.toml", "b.toml", "c.toml")]
    for path, text in zip(names, ("one", "one", "two"), strict=True):
        path.write_text(text)
    first, second, third = (digest_of(Config(cleaning=CleaningConfig(rules=str(path)))) for path in names)
    assert first == second != third
    with pytest.raises(ConfigError, match=r"gone\.pem: cannot be read"):
        digest_of(Config(network=NetworkConfig(ca_file=str(tmp_path / "gone.pem"))))

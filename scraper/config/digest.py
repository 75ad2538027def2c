"""One digest for all of a configuration that capture and output depend on, so that a WARC file can name it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
from msgspec import structs

from scraper.config.settings import Config
from scraper.errors import ConfigError

_SOURCE = ("name", "type", "url", "urls", "patterns", "include", "exclude", "selector", "limit", "revisions")


def digest_of(config: Config) -> str:
    """`sha256:` of what requests, bounds, cleaning and sources are set to.

    Not of where things lie, nor of when and with how many processes: the same settings have the same digest on every
    machine. Files that are named count by their content. A ConfigError where one cannot be read.
    """
    network, cleaning = structs.asdict(config.network), structs.asdict(config.cleaning)
    del cleaning["workers"], network["at_once"]
    network["ca_file"], cleaning["rules"] = _content(config.network.ca_file), _content(config.cleaning.rules)
    sources = [{name: getattr(source, name) for name in _SOURCE} for source in config.sources]
    said = {"network": network, "cleaning": cleaning, "sources": sources, "revisions": config.revisions}
    return f"sha256:{hashlib.sha256(msgspec.json.encode(said, order='deterministic')).hexdigest()}"


def _content(path: str | None) -> str | None:
    if path is None:
        return None
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}", reason="unreadable") from error

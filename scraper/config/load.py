"""Find the configuration, lay flags over environment over file over defaults, and remember which of them won."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
from msgspec import Struct

from scraper.config import document
from scraper.config.check import problems
from scraper.config.convert import Key, Place, convert, from_text, keys, nearest
from scraper.config.document import Document
from scraper.config.settings import Config, SourceConfig
from scraper.errors import ConfigError

DEFAULT = "default"
MAX_SECRET = 64 * 2**10

_VARIABLE = re.compile(r"SCRAPE_([A-Z]+)__([A-Z_]+)")
_SECTIONS: dict[str, dict[str, Key]] = {
    name: keys(section) for name, section in get_type_hints(Config).items() if name != "sources"
}
_SOURCE = keys(SourceConfig)


class Loaded(Struct, frozen=True):
    """A configuration, the file that it was read from, and for each key (`network.delay`) where its value came from."""

    config: Config
    file: str | None
    origins: dict[str, str]


class Row(Struct, frozen=True):
    """One key with its value and origin: `default`, `file:line`, a variable's name or `flag`."""

    key: str
    value: Any
    origin: str


def load(path: str | None, env: Mapping[str, str], cwd: str | Path, flags: Mapping[str, str] | None = None) -> Loaded:
    """Read the configuration at `path`, else SCRAPE_CONFIG, ./config/scrape.yaml, or the user's configuration folder.

    `flags` are texts by key (`{"network.delay": "5s"}`). Relative paths start from the file's directory in the file,
    from `cwd` elsewhere. Raises ConfigError for the first thing that is wrong, or if there is no file.
    """
    here = Path(cwd).absolute()
    file = _find(path, env, here)
    return loads(_read(file, document.MAX_BYTES + 1), str(file), env, here, flags)


def loads(
    data: bytes, file: str, env: Mapping[str, str], cwd: str | Path, flags: Mapping[str, str] | None = None
) -> Loaded:
    """The same with the bytes that the file has, or is going to have."""
    here, place = Path(cwd).absolute(), Path(file)
    read = document.parse(data, _display(place, here))
    return _Assembly(read, Place(DEFAULT, place.parent, _home(env))).run(_layers(env, flags, here), file)


def defaults(
    env: Mapping[str, str] | None = None, cwd: str | Path = ".", flags: Mapping[str, str] | None = None
) -> Loaded:
    """The configuration without a file, for commands that need none: defaults, environment and flags."""
    here = Path(cwd).absolute()
    empty = Document("defaults", {}, {})
    return _Assembly(empty, Place(DEFAULT, here, _home(env or {}))).run(_layers(env or {}, flags, here), None)


def rows(loaded: Loaded) -> tuple[Row, ...]:
    """Every key of the configuration, sources by name: what `scrape config show --origin` prints."""
    plain = msgspec.to_builtins(loaded.config)
    flat = [(f"{name}.{key}", value) for name in _SECTIONS for key, value in plain[name].items()]
    for source in plain["sources"]:
        flat += [(f"sources.{source['name']}.{key}", value) for key, value in source.items()]
    return tuple(Row(key, value, loaded.origins.get(key, DEFAULT)) for key, value in flat)


# ---- the file


def _find(path: str | None, env: Mapping[str, str], here: Path) -> Path:
    named = path or env.get("SCRAPE_CONFIG")
    if named:
        file = here / named
        if not file.is_file():
            asked = "--config" if path else "SCRAPE_CONFIG"
            raise ConfigError(f"{named}: there is no such file ({asked} names it)", reason="config-missing")
        return file
    places = [here / "config" / "scrape.yaml"]
    home = _home(env)
    if env.get("XDG_CONFIG_HOME") or home is not None:
        places.append(Path(env.get("XDG_CONFIG_HOME") or f"{home}/.config") / "scrape" / "scrape.yaml")
    for file in places:
        if file.is_file():
            return file
    looked = " and ".join(str(file) for file in places)
    raise ConfigError(
        f"no configuration: looked at {looked}; name one with --config or SCRAPE_CONFIG, or make one of two lines: "
        "`archive: {directory: archive}` and `sources: [{name: inbox, type: folder, directory: inbox}]`",
        reason="config-missing",
    )


def _read(file: Path, most: int) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(most)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}", reason="config-unreadable") from error


def _display(file: Path, here: Path) -> str:
    return str(file.relative_to(here)) if file.is_relative_to(here) else str(file)


def _home(env: Mapping[str, str]) -> Path | None:
    return Path(env["HOME"]) if env.get("HOME") else None


# ---- environment and flags

_Layer = dict[str, tuple[str, Place]]
"""Texts by key (`network.delay`), each with where it came from."""


def _layers(env: Mapping[str, str], flags: Mapping[str, str] | None, here: Path) -> _Layer:
    """The environment, and the flags over it. Empty variables count as absent, as compose files leave them."""
    layer: _Layer = {}
    for variable, text in sorted(env.items()):
        if (match := _VARIABLE.fullmatch(variable)) and text:
            key, is_file = _key_of(match[1].lower(), match[2].lower(), variable)
            if key in layer:
                raise ConfigError(f"{variable} and {layer[key][1].origin} both set `{key}`; unset one", reason="config")
            value = _secret(here / text, variable) if is_file else text
            layer[key] = (value, Place(variable, here, _home(env)))
    for key, text in (flags or {}).items():
        section, _, name = key.partition(".")
        _key_of(section, name, key)
        layer[key] = (text, Place("flag", here, _home(env)))
    return layer


def _key_of(section: str, name: str, given: str) -> tuple[str, bool]:
    """The key that a variable sets, and whether it does by naming a file that holds the value."""
    if section == "sources":
        raise ConfigError(f"{given}: sources can only be set in the file", reason="config")
    if section not in _SECTIONS:
        raise ConfigError(
            f"{given}: there is no section `{section}`{nearest(section, list(_SECTIONS))}", reason="config"
        )
    known = _SECTIONS[section]
    if name not in known and name.removesuffix("_file") in known:
        return f"{section}.{name.removesuffix('_file')}", True
    if name not in known:
        raise ConfigError(f"{given}: `{section}` has no key `{name}`{nearest(name, list(known))}", reason="config")
    return f"{section}.{name}", False


def _secret(file: Path, variable: str) -> str:
    data = _read(file, MAX_SECRET + 1)
    try:
        text = data.decode().strip("\r\n")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{variable}: {file} is not UTF-8 text", reason="config") from error
    if len(data) > MAX_SECRET or not text:
        raise ConfigError(f"{variable}: {file} is empty or larger than {MAX_SECRET} bytes", reason="config")
    return text


# ---- putting together


class _Assembly:
    """One pass over the document; collects the origins on its way. `around` is where the file's paths start from."""

    def __init__(self, read: Document, around: Place) -> None:
        self.read = read
        self.around = around
        self.origins: dict[str, str] = {}

    def run(self, layer: _Layer, file: str | None) -> Loaded:
        self._known(self.read.values, [*_SECTIONS, "sources"], (), "the file")
        parts: dict[str, Any] = {}
        for name, section in get_type_hints(Config).items():
            if name != "sources":
                parts[name] = section(**self._section(name, layer))
        config = Config(**parts, sources=self._sources())
        for key, problem in problems(config):
            raise ConfigError(f"{self._where(key)}: {key}: {' '.join(problem.split())}", reason="config")
        return Loaded(config, file, self.origins)

    def _section(self, name: str, layer: _Layer) -> dict[str, Any]:
        written = self.read.values.get(name)
        written = {} if written is None else written
        if not isinstance(written, dict):
            raise self._error((name,), f"{name}: expected a section of `key: value` lines")
        self._known(written, list(_SECTIONS[name]), (name,), f"`{name}`")
        values: dict[str, Any] = {}
        for key in _SECTIONS[name].values():
            dotted = f"{name}.{key.name}"
            if dotted in layer:
                text, place = layer[dotted]
                values[key.name] = self._value(from_text(text, key, place.origin), key, dotted, place)
            elif key.name in written:
                place = self._place((name, key.name))
                values[key.name] = self._value(written[key.name], key, dotted, place)
            else:
                values[key.name] = self._default(key, dotted)
        return values

    def _default(self, key: Key, dotted: str) -> Any:
        self.origins[dotted] = DEFAULT
        return convert(key.default, key, self.around) if key.unit == "path" else key.default

    def _sources(self) -> tuple[SourceConfig, ...]:
        written = self.read.values.get("sources")
        if written is None:
            return ()
        if not isinstance(written, list):
            raise self._error(("sources",), "sources: expected a list, each source beginning with `- name: ...`")
        return tuple(self._source(source, place) for place, source in enumerate(written))

    def _source(self, written: Any, at: int) -> SourceConfig:
        path = ("sources", at)
        if not isinstance(written, dict):
            raise self._error(path, f"sources: expected `name: ...`, `type: ...` in source {at + 1}")
        self._known(written, list(_SOURCE), path, f"source {at + 1}")
        for key in _SOURCE.values():
            if key.required and written.get(key.name) is None:
                raise self._error(path, f"sources: source {at + 1} needs `{key.name}`")
        name = " ".join(str(written["name"]).split())[:64]
        values: dict[str, Any] = {}
        for key in _SOURCE.values():
            dotted = f"sources.{name}.{key.name}"
            if key.name in written:
                place = self._place((*path, key.name))
                values[key.name] = self._value(written[key.name], key, dotted, place)
            else:
                values[key.name] = self._default(key, dotted)
        return SourceConfig(**values)

    def _value(self, value: Any, key: Key, dotted: str, place: Place) -> Any:
        self.origins[dotted] = place.origin
        try:
            return convert(value, key, place)
        except ValueError as error:
            raise ConfigError(f"{place.origin}: {dotted}: {error}", reason="config") from error

    def _known(self, written: dict[str, Any], known: list[str], path: document.Path, what: str) -> None:
        for name in written:
            if name not in known:
                elsewhere = [f"{section}.{name}" for section, names in _SECTIONS.items() if name in names]
                hint = f"; it belongs in `{elsewhere[0].partition('.')[0]}`" if elsewhere else nearest(name, known)
                raise self._error((*path, name), f"{what} has no key `{name[:60]}`{hint}")

    def _place(self, path: document.Path) -> Place:
        return Place(self.read.where(path), self.around.base, self.around.home)

    def _where(self, key: str) -> str:
        """The origin of a key, or of the first one given beside it."""
        origin = self.origins.get(key, DEFAULT)
        beside = key.rpartition(".")[0] + "."
        given = (one for name, one in self.origins.items() if name.startswith(beside) and one != DEFAULT)
        return origin if origin != DEFAULT else next(given, self.read.name)

    def _error(self, path: document.Path, problem: str) -> ConfigError:
        return ConfigError(f"{self.read.where(path)}: {' '.join(problem.split())}", reason="config")

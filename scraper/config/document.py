"""YAML bytes -> plain values, each with its line; bounded, without surprises of YAML 1.1."""

from __future__ import annotations

import re
from typing import Any

import yaml
from msgspec import Struct

from scraper.errors import ConfigError

MAX_BYTES = 256 * 2**10
MAX_NODES = 10_000
MAX_DEPTH = 12
"""Bounds of a file; nodes count each time an alias repeats them, so aliases cannot multiply."""

Path = tuple[str | int, ...]
"""Where a value stands: ("sources", 0, "url")."""


class Document(Struct, frozen=True):
    """A file's values as dict, list, str, int, float, bool and None, and the line (from 1) of each path."""

    name: str
    values: dict[str, Any]
    lines: dict[Path, int]

    def where(self, path: Path) -> str:
        """`file:line` of a path, or of the nearest one around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return f"{self.name}:{self.lines.get(path, 1)}"


class _Loader(yaml.SafeLoader):
    """Scalars as YAML 1.2's core schema has them: YAML 1.1 makes a bool of `no`, 5400 of `1:30:00`, a date of a day."""

    yaml_implicit_resolvers: dict[str, Any] = {}


for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]{1,18}", list("-+0123456789")),
    ("float", r"[-+]?(?:\.[0-9]{1,18}|[0-9]{1,18}(?:\.[0-9]{0,18})?)(?:[eE][-+]?[0-9]{1,2})?", list("-+.0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), _first)


def parse(data: bytes, name: str) -> Document:
    """Read a configuration file's bytes; `name` stands in messages.

    Raises ConfigError for anything that is not one mapping of sections: broken YAML, a key given twice, a tag, a
    merge key, too many bytes, nodes or levels.
    """
    if len(data) > MAX_BYTES:
        raise ConfigError(f"{name}: larger than {MAX_BYTES} bytes; this is no configuration file", reason="config")
    root = compose(_text(data, name), name)
    if root is None or (isinstance(root, yaml.ScalarNode) and root.tag.endswith(":null")):
        return Document(name, {}, {})
    builder = _Builder(name)
    values = builder.build(root, ())
    if not isinstance(values, dict):
        raise ConfigError(f"{name}:1: expected sections such as `archive:` and `sources:`", reason="config")
    return Document(name, values, builder.lines)


def compose(text: str, name: str) -> yaml.Node | None:
    """The nodes of a file's text, each with its place in it; None of an empty one."""
    try:
        _check_size(text, name)
        return yaml.compose(text, _Loader)
    except yaml.YAMLError as error:
        raise ConfigError(_message(error, text, name), reason="config") from error


def value(text: str, name: str) -> Any:
    """One value as it would stand in the file: `30`, `true`, `[a, b]`; for the environment and flags."""
    document = parse(b"value: " + text.replace("\n", " ").encode("utf-8", "replace"), name)
    return document.values.get("value")


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{name}:{line}: not UTF-8; save the file as UTF-8", reason="config") from error


def _check_size(text: str, name: str) -> None:
    """Count events before nodes are made of them, because PyYAML composes recursively."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, _Loader)):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH or count > MAX_NODES * 2:
            what = f"nested deeper than {MAX_DEPTH} levels" if depth > MAX_DEPTH else f"more than {MAX_NODES} values"
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise ConfigError(f"{name}:{line}: {what}", reason="config")


def _message(error: yaml.YAMLError, text: str, name: str) -> str:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = error.problem or error.context or "broken YAML"
        hint = " (indent with spaces, not tabs)" if "'\\t'" in problem else ""
        return f"{name}:{line}: broken YAML: {problem}{hint}"
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return f"{name}:{line}: broken YAML: {error.reason}"
    return f"{name}: broken YAML: {' '.join(str(error).split())}"


class _Builder:
    """Walks the nodes once an appearance, and so unfolds aliases within the bounds."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Path, int] = {}
        self.nodes = 0

    def build(self, node: yaml.Node, path: Path) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES or len(path) > MAX_DEPTH:
            raise self._error(node, "an alias (*name) makes it too large or points to itself")
        self.lines.setdefault(path, node.start_mark.line + 1)
        if not isinstance(node, yaml.ScalarNode) and not node.tag.endswith((":map", ":seq")):
            raise self._error(node, f"the tag {node.tag[:40]} is not supported")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, place)) for place, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._error(key_node, "a key must be a word")
            key, line = key_node.value, key_node.start_mark.line + 1
            if key in first:
                raise self._error(
                    key_node, f"`{key[:60]}` is given twice, first in line {first[key]}; keep one of them"
                )
            if key == "<<":
                raise self._error(key_node, "merge keys (<<) are not supported; write the values out")
            first[key] = self.lines[(*path, key)] = line
            values[key] = self.build(value_node, (*path, key))
        return values

    def _scalar(self, node: yaml.Node) -> Any:
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        text = str(node.value)
        try:
            match kind:
                case "str":
                    return text
                case "null":
                    return None
                case "bool":
                    return {"true": True, "false": False}[text.lower()]
                case "int":
                    return int(text)
                case "float":
                    return float(text)
        except (ValueError, KeyError) as error:
            raise self._error(node, f"`{text[:40]}` is no {kind}") from error
        raise self._error(node, f"the tag {node.tag[:40]} is not supported")

    def _error(self, node: yaml.Node, problem: str) -> ConfigError:
        return ConfigError(f"{self.name}:{node.start_mark.line + 1}: {' '.join(problem.split())}", reason="config")

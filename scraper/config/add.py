"""A source written into the configuration file, whose comments, order and form stay as they are.

The text is added where the list of sources ends, and the file is replaced only if it then says what it said before and
one source more.
"""

from __future__ import annotations

import json
import os
import re
import stat
import tempfile
from codecs import BOM_UTF8
from collections.abc import Mapping
from contextlib import suppress
from itertools import chain, count
from pathlib import Path

import yaml
from msgspec import Struct

from scraper.config import document
from scraper.config.check import NEEDS_CONTACT
from scraper.config.load import Loaded, loads
from scraper.config.settings import NAME
from scraper.errors import ConfigError
from scraper.sources import urls

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9:/._~%?=&+@-]*")
_BY_HAND = "add the source by hand; `scrape discover` prints it"


class NewSource(Struct, frozen=True):
    """A source on the web as it is written: `every` with its unit, `comment` is what a person should know of it."""

    name: str
    type: str
    url: str
    every: str
    comment: str = ""


def block(source: NewSource, indent: int = 2, end: str = "\n") -> str:
    """The source as an item of the list, `indent` columns in."""
    pairs = _pairs(source)
    said = " ".join("".join(char if char.isprintable() else " " for char in source.comment).split())
    lines = [f"# {said}"] if said else []
    lines += [f"{'  ' if at else '- '}{pair}" for at, pair in enumerate(pairs)]
    return "".join(f"{' ' * indent}{line}{end}" for line in lines)


def add(before: Loaded, source: NewSource, env: Mapping[str, str], cwd: Path) -> None:
    """Write a source into the file that a configuration was read from.

    Raises ConfigError, and leaves the file alone, for a name that is taken, for an address that is a source already,
    and for a file that cannot be added to, or not be written.
    """
    _check_new(before, source)
    name = before.file or ""
    file = Path(name).resolve()
    data = _read(file)
    mark = BOM_UTF8 if data.startswith(BOM_UTF8) else b""
    after = mark + insert(data.decode("utf-8-sig"), source, name).encode()
    _check_result(before, source, loads(after, name, env, cwd))
    _replace(file, data, after)


def insert(text: str, source: NewSource, name: str) -> str:
    """The text of a configuration file with one source more. Raises ConfigError where there is no place for it."""
    end = "\r\n" if "\r\n" in text else "\n"
    root = document.compose(text, name)
    if root is None:
        return f"{_ended(text, end)}sources:{end}{block(source, 2, end)}"
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise ConfigError(f"{name}: one mapping in braces; {_BY_HAND}", reason="config")
    found = next(((key, value) for key, value in root.value if key.value == "sources"), None)
    if found is None:
        return f"{_ended(text, end)}{end}sources:{end}{block(source, 2, end)}"
    key, value = found
    if isinstance(value, yaml.SequenceNode) and value.value and value.flow_style:
        at = value.value[-1].end_mark.index
        return f"{text[:at]}, {{{', '.join(_pairs(source, flow=True))}}}{text[at:]}"
    if isinstance(value, yaml.SequenceNode) and value.value:
        indent = value.start_mark.column
        return _after_line(text, _last_line(text, value, indent), block(source, indent, end), end)
    written = value.end_mark.index > value.start_mark.index  # `[]` or `null`; what is empty has no length
    rest = text[: value.start_mark.index].rstrip(" ") + text[value.end_mark.index :] if written else text
    return _after_line(rest, key.end_mark.line, block(source, key.start_mark.column + 2, end), end)


def _pairs(source: NewSource, *, flow: bool = False) -> list[str]:
    fields = (("name", source.name), ("type", source.type), ("url", source.url), ("every", source.every))
    return [f"{name}: {_scalar(value, quoted=flow and name == 'url')}" for name, value in fields]


def _scalar(value: str, *, quoted: bool) -> str:
    is_plain = not quoted and _PLAIN.fullmatch(value) and document.value(value, "the source") == value
    return value if is_plain else json.dumps(value)


def _last_line(text: str, items: yaml.SequenceNode, indent: int) -> int:
    """The number (from 0) of the last line of a list: with the comments behind it that stand further in."""
    node: yaml.Node = items
    while isinstance(node, yaml.CollectionNode) and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    line: int = node.end_mark.line
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">") and node.end_mark.column <= indent:
        line -= 1
    lines = text.splitlines()
    while line + 1 < len(lines) and re.match(rf" {{{indent + 1},}}#", lines[line + 1]):
        line += 1
    return line


def _after_line(text: str, line: int, added: str, end: str) -> str:
    lines = text.splitlines(keepends=True)
    head = _ended("".join(lines[: line + 1]), end)
    return head + added + "".join(lines[line + 1 :])


def _ended(text: str, end: str) -> str:
    return text if not text or text.endswith("\n") else text + end


def check_room(before: Loaded, name: str | None) -> None:
    """Raises ConfigError where no source on the web, or none of this name, can be added."""
    if before.config.network.contact is None:
        raise ConfigError(f"{before.file}: {NEEDS_CONTACT}", reason="no-contact")
    if name is not None and re.fullmatch(NAME, name) is None:
        raise ConfigError(f"--name: `{name[:64]}`: expected small letters, digits, - and _", reason="config")
    if any(known.name == name for known in before.config.sources):
        raise ConfigError(f"{before.file}: a source is called `{name}`; give another --name", reason="config")


def _check_new(before: Loaded, source: NewSource) -> None:
    check_room(before, source.name)
    for known in before.config.sources:
        if known.url is not None and urls.key(known.url) == urls.key(source.url):
            raise ConfigError(f"{before.file}: {source.url} is the source `{known.name}` already", reason="config")


def _check_result(before: Loaded, source: NewSource, after: Loaded) -> None:
    old, new = before.config, after.config
    sections = [name for name in old.__struct_fields__ if name != "sources"]
    same = all(getattr(old, name) == getattr(new, name) for name in sections) and new.sources[:-1] == old.sources
    last = new.sources[-1] if new.sources else None
    if not same or last is None or (last.name, last.type, last.url) != (source.name, source.type, source.url):
        raise ConfigError(f"{before.file}: written in a way that cannot be added to; {_BY_HAND}", reason="config")


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}", reason="config-unreadable") from error


def _replace(file: Path, before: bytes, after: bytes) -> None:
    """Put the new bytes in the file's place at once, if nobody wrote to it meanwhile."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".yaml", dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(after)
                out.flush()
                os.fsync(handle)
            _give_rights(file, Path(name))
            if _read(file) != before:
                raise ConfigError(f"{file}: somebody else is writing to it; try again", reason="config")
            os.replace(name, file)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(name)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be written: {error.strerror}; {_BY_HAND}", reason="not-writable") from error


def _give_rights(of: Path, to: Path) -> None:
    status = of.stat()
    to.chmod(stat.S_IMODE(status.st_mode))
    with suppress(PermissionError):  # only root may give a file away
        os.chown(to, status.st_uid, status.st_gid)


def free_name(before: Loaded, wanted: str) -> str:
    """The wanted name, or the first with a number behind it that no source has."""
    taken = {source.name for source in before.config.sources}
    names = chain([wanted], (f"{wanted}-{number}" for number in count(2)))
    return next(name for name in names if name not in taken)

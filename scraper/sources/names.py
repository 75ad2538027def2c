"""File names -> Links: what the folder and the WARC source share."""

from __future__ import annotations

import ntpath
import os
import posixpath
from collections.abc import Iterable
from fnmatch import fnmatchcase
from urllib.parse import quote_from_bytes, unquote_to_bytes

from msgspec import Struct

from scraper.types import FoundBy, Link

_UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".swp", ".open", "~")
"""How browsers, rsync, editors and this program's own archive name a file that is still being written."""


class Folder(Struct, frozen=True):
    """A directory by its absolute path, the source that reads it, and the globs of the names that it takes."""

    path: str
    source: str
    kind: str
    patterns: tuple[str, ...]


def links(names: Iterable[str], folder: Folder) -> list[Link]:
    """The finished, visible names that match a pattern, sorted; each a file URI (see `file_uri`).

    `names` are relative to the folder, with `/` or the system's separator. A pattern with a `/` is matched against
    the whole relative name, any other against its last part; letter case does not count.
    """
    at = file_uri(folder.path)
    wanted = sorted({name.replace(os.sep, "/") for name in names})
    return [
        Link(file_uri(posixpath.join(folder.path, name)), folder.source, FoundBy(folder.kind, at))
        for name in wanted
        if _is_finished(name) and _matches(name, folder.patterns)
    ]


def file_uri(path: str) -> str:
    """The file URI (RFC 8089) of an absolute path: ASCII, whatever bytes the name is made of. ValueError if relative.

    A Link carries the URI rather than the path, because it becomes the WARC-Target-URI, and because a name that is not
    UTF-8 could not be written to JSON.
    """
    if posixpath.isabs(path):
        return "file://" + quote_from_bytes(os.fsencode(posixpath.normpath(path)), safe="/~")
    if ntpath.isabs(path) and path[1:2] == ":":
        return "file:///" + quote_from_bytes(os.fsencode(path.replace("\\", "/")), safe="/:~")
    raise ValueError(f"{path!r} is no absolute path")


def path_of(uri: str) -> str:
    """The path that `file_uri` was given. ValueError if it is no file URI of this machine."""
    if not uri.startswith("file:///"):
        raise ValueError(f"{uri!r} is no local file URI")
    path = os.fsdecode(unquote_to_bytes(uri.removeprefix("file://")))
    return path[1:] if path[2:3] == ":" else path


def _is_finished(name: str) -> bool:
    return not any(part.startswith(".") for part in name.split("/")) and not name.lower().endswith(_UNFINISHED)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    lower = name.lower()
    last = posixpath.basename(lower)
    return any(fnmatchcase(lower if "/" in pattern else last, pattern.lower()) for pattern in patterns)

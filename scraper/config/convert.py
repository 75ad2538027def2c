"""A value as it stands in the file, the environment or a flag -> the value that a key takes."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, inspect

from scraper.config import document

_DURATION = re.compile(r"(?:\d{1,9}(?:\.\d{1,3})?\s*(?:ms|[smhd])\s*)+")
_DURATION_PART = re.compile(r"([\d.]+)\s*(ms|[smhd])")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}

_SIZE = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*([kmgt]?i?b)", re.I)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}

_EXPECTED = {
    "seconds": "a duration such as `30s`, `15m` or `1h30m` (a bare number is seconds)",
    "interval": "an interval with its unit, such as `15m`, `1h` or `1d`",
    "intervals": "a list of intervals with their units, such as `[1h, 1d]`",
    "bytes": "a size such as `500 kB`, `20 MB` or `1 GiB` (a bare number is bytes)",
    "path": "a path",
}


class Key(Struct, frozen=True):
    """One key of a section: what it takes, and how it may be written."""

    name: str
    type: Any
    unit: str | None
    is_text: bool
    is_list: bool
    holds_numbers: bool
    choices: tuple[str, ...]
    required: bool
    default: Any


class Place(Struct, frozen=True):
    """Where a value came from (`file:line`, a variable, a flag), and where its relative path starts from."""

    origin: str
    base: Path
    home: Path | None = None


def keys(section: type[Struct]) -> dict[str, Key]:
    """The keys of a section by name."""
    found = {}
    for field in msgspec.structs.fields(section):
        info = inspect.type_info(field.type)
        unit = info.extra.get("unit") if isinstance(info, inspect.Metadata) and info.extra else None
        while isinstance(info, inspect.Metadata):
            info = info.type
        kinds = [kind.type if isinstance(kind, inspect.Metadata) else kind for kind in getattr(info, "types", (info,))]
        found[field.name] = Key(
            field.name,
            field.type,
            unit,
            is_text=any(isinstance(kind, inspect.StrType | inspect.LiteralType) for kind in kinds),
            is_list=any(isinstance(kind, inspect.VarTupleType) for kind in kinds),
            holds_numbers=any(isinstance(kind, inspect.VarTupleType) and _is_number(kind.item_type) for kind in kinds),
            choices=tuple(str(one) for kind in kinds if isinstance(kind, inspect.LiteralType) for one in kind.values),
            required=field.required,
            default=None if field.required else _default(field),
        )
    return found


def _default(field: msgspec.structs.FieldInfo) -> Any:
    """A field's default; msgspec makes a factory of an empty dict."""
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def _is_number(kind: inspect.Type) -> bool:
    return isinstance(kind.type if isinstance(kind, inspect.Metadata) else kind, inspect.IntType)


def nearest(name: str, known: list[str]) -> str:
    """The end of a message: the known name that is nearest, or all of them if none is near."""
    close = get_close_matches(name.lower()[:60], known, n=1, cutoff=0.5)
    return f"; did you mean `{close[0]}`?" if close else f"; known are {', '.join(f'`{one}`' for one in sorted(known))}"


def from_text(text: str, key: Key, name: str) -> Any:
    """The text of a variable or flag as the value that stands in a file: lists as `a, b` or `[a, b]`."""
    if text == "null" and key.unit is not None and key.default is None:
        return None
    if key.is_text or (key.unit is not None and not key.is_list):
        return document.value(text, name) if re.fullmatch(r"-?[\d.]+", text) and not key.is_text else text
    if key.is_list and not text.lstrip().startswith("["):
        parts = [part.strip() for part in text.split(",") if part.strip()]
        return [document.value(part, name) for part in parts] if key.holds_numbers and key.unit is None else parts
    return document.value(text, name)


def convert(value: Any, key: Key, place: Place) -> Any:
    """The value in the key's own type, units and paths resolved. Raises ValueError that says what was expected."""
    if key.choices and value not in key.choices:
        close = get_close_matches(str(value)[:60], key.choices, n=1, cutoff=0.5)
        near = f"; did you mean `{close[0]}`?" if close else ""
        raise ValueError(f"expected one of {', '.join(f'`{one}`' for one in key.choices)}, got {_shown(value)}{near}")
    resolved = value if key.unit is None or value is None else _with_unit(value, key.unit, place)
    try:
        return msgspec.convert(resolved, key.type, strict=True)
    except msgspec.ValidationError as error:
        raise ValueError(_plain(str(error), value, key.unit)) from error


def _with_unit(value: Any, unit: str, place: Place) -> Any:
    text = value.strip().lower() if isinstance(value, str) else ""
    if unit == "path" and text and "\0" not in text:
        path = Path(value.strip())
        if path.parts[:1] == ("~",) and place.home is not None:
            path = place.home.joinpath(*path.parts[1:])
        return str(_normal(place.base / path))
    if unit in ("seconds", "interval") and _DURATION.fullmatch(text):
        return float(sum(float(number) * _SECONDS[name] for number, name in _DURATION_PART.findall(text)))
    if unit == "bytes" and (size := _SIZE.fullmatch(text)):
        prefix = size[2].lower().removesuffix("b")
        return int(float(size[1]) * (1024 if prefix.endswith("i") else 1000) ** _POWERS[prefix.removesuffix("i")])
    if unit == "intervals" and (text == "off" or isinstance(value, list)):
        return [_with_unit(one, "interval", place) for one in (value if not text else ())]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and unit == "seconds":
        return float(value)
    if is_number and unit == "bytes" and float(value).is_integer():
        return int(value)
    raise ValueError(f"expected {_EXPECTED[unit]}, got {_shown(value)}")


def _normal(path: Path) -> Path:
    """Without `..`, by the text alone: a directory that does not exist yet has no links to follow."""
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and len(parts) > 1:
            parts.pop()
        elif part != "..":
            parts.append(part)
    return Path(*parts)


_TYPES = {
    "`str`": "text",
    "`int`": "a whole number",
    "`float`": "a number",
    "`bool`": "true or false",
    "`array`": "a list",
    "`object`": "a section",
    "`null`": "nothing",
}


_BOUND = re.compile(r"a number (>=|<=|>) ([\d.]+)")
_BOUNDS = {">=": "at least", "<=": "at most", ">": "more than"}


def _plain(message: str, value: Any, unit: str | None) -> str:
    """msgspec's message in words of the file."""
    expected = message.partition(", got ")[0].partition(" - at ")[0]
    for name, words in _TYPES.items():
        expected = expected.replace(name, words).replace(name.replace("`", "") + " | null", words)
    expected = expected.replace("text matching regex", "text like").removeprefix("Expected ")
    if unit in ("seconds", "interval", "intervals"):
        expected = _BOUND.sub(lambda bound: f"{_BOUNDS[bound[1]]} `{_duration(float(bound[2]))}`", expected)
    return f"expected {expected}, got {_shown(value)}"


def _duration(seconds: float) -> str:
    """In the largest unit that leaves no fraction: 1m, 366d."""
    for name in ("d", "h", "m"):
        if seconds and seconds % _SECONDS[name] == 0:
            return f"{seconds // _SECONDS[name]:.0f}{name}"
    return f"{seconds:g}s"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, dict | list):
        return "a section" if isinstance(value, dict) else f"a list of {len(value)}"
    return "nothing" if value is None else f"`{' '.join(str(value).split())[:60]}`"

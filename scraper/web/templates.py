"""The templates and what they may call. Everything that is printed is escaped; nothing is ever marked as safe."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scraper.version import __version__
from scraper.web import kinds

FOLDER = Path(__file__).parent / "templates"
STYLE = FOLDER / "style.css"
ICON = FOLDER / "icon.svg"

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_WEB = re.compile(r"https?://[^\s\"'<>\\]+", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def environment() -> Environment:
    """The environment in which pages are made."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printed,
    )
    made.filters |= {
        "moment": moment,
        "day": day,
        "size": size,
        "number": lambda value: f"{value:,}",
        "label": kinds.label,
        "cut": cut,
        "tag": language_tag,
        "web": web_address,
        "query": query,
    }
    made.globals |= {"group_of": kinds.group_of, "groups": kinds.GROUPS, "version": __version__}
    return made


def _printed(value: Any) -> Any:
    """What a page prints: controls out of a hostile text are shown as such, as no HTML may hold them."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", value) if type(value) is str else value


def moment(value: str | datetime | None, unit: str = "minute") -> str:
    """A time as people read it, in UTC: "21 November 2026, 12:00 UTC"; what is no time stays as it is."""
    clock = "%H:%M:%S" if unit == "second" else "%H:%M"
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
        if at is None:
            return ""
        if at.tzinfo is None:
            return at.strftime(f"%-d %B %Y, {clock}")
        return at.astimezone(UTC).strftime(f"%-d %B %Y, {clock} UTC")
    except (ValueError, OverflowError):
        return str(value)


def day(value: str | None) -> str:
    """The day alone: "21 November 2026"."""
    try:
        return f"{datetime.fromisoformat((value or '')[:10]):%-d %B %Y}"
    except ValueError:
        return value or ""


def size(value: int) -> str:
    """Bytes in the largest unit of which there is one: "3.4 MB"."""
    amount = float(value)
    for unit in _UNITS:
        if amount < 1000 or unit == _UNITS[-1]:
            return f"{value:,} bytes" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    raise AssertionError("the last unit takes all")


def cut(value: str | None, length: int) -> str:
    """The text's beginning, with an ellipsis where it goes on."""
    text = value or ""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def language_tag(value: str | None) -> str:
    """A language as an attribute may name it, or nothing."""
    return value if value and len(value) <= 35 and _LANGUAGE.fullmatch(value) else ""


def web_address(value: str | None) -> str:
    """An address that may be a link: http or https, or nothing. What else a page calls its address is text."""
    return value if value and len(value) <= 4000 and _WEB.fullmatch(value) else ""


def query(values: dict[str, Any]) -> str:
    """A query string of those values that are set."""
    return urlencode({name: value for name, value in values.items() if value not in (None, "")}, errors="replace")

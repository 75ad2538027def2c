"""A folder of Markdown: one file an article with its metadata as YAML front matter, and an index of them.

    index.md
    articles/2026/11/2026-11-21-new-bridge-approved-0f3a9c51b2de.md

A text comes from anybody, and a Markdown viewer runs HTML: what would be markup is escaped (CommonMark 0.31, section
2.4), so that the text is shown as it is. Names hold letters, digits and hyphens only, and end in the record's id.
"""

from __future__ import annotations

import json
import re
import unicodedata
from itertools import groupby
from pathlib import Path
from typing import Any

from scraper.export.articles import Articles
from scraper.export.shape import row
from scraper.types import Record

_SLUG = 160
"""Bytes of a title in a name: with date, id and ending it stays below the 255 bytes that a name may have."""

_ID = 12
"""Hexadecimal digits of the id in a name; where two articles have the same, the second has its whole id."""

_NOT_IN_FRONT = frozenset(
    {"schema", "text", "segments", "removed_counts"}
)  # the text, and what is of no use without it
_INLINE = re.compile(r"[\\`*_\[\]<>~|$]|&(?=[#\w])")
_BLOCKS = ("#", "+", "=", "-")
_NUMBER = re.compile(r"\d{1,9}(?=[.)](?:\s|$))")
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def write(articles: Articles, folder: Path) -> int:
    """Fill the folder; 0, as there is no damage but that of the articles."""
    listed = ["# Articles\n\n"]
    taken: set[str] = set()
    for record in articles:
        name = _name(record, taken)
        _put(folder / name, _page(record))
        listed.append(f"- {_day(record)} [{_title(record.title or record.url or record.id)}]({name})\n")
    _put(folder / "index.md", "".join(listed))
    return 0


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="replace", newline="\n")


def _page(record: Record) -> str:
    front = "".join(f"{name}: {yaml(value)}\n" for name, value in row(record).items() if _is_told(name, value))
    title = f"# {_title(record.title)}\n\n" if record.title else ""
    return f"---\n{front}---\n\n{title}{escape(record.text)}\n"


def _is_told(name: str, value: Any) -> bool:
    return name not in _NOT_IN_FRONT and value not in (None, (), {})


def yaml(value: Any) -> str:
    """A value as YAML 1.1 and 1.2 read it, on one line: JSON, less what YAML would not print or break at."""
    text = json.dumps(value, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def escape(text: str) -> str:
    """Text as Markdown that shows it: markup escaped; a line end within a paragraph is one in what is shown."""
    lines = (line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    parts = (list(part) for filled, part in groupby(lines, key=bool) if filled)
    return "\n\n".join("\\\n".join(map(escape_line, part)) for part in parts)


def escape_line(line: str) -> str:
    """One line of text as Markdown that shows it."""
    shown = _INLINE.sub(_backslash, line)
    if shown[:1] in _BLOCKS:
        return f"\\{shown}"
    number = _NUMBER.match(shown)
    return f"{number[0]}\\{shown[number.end() :]}" if number else shown


def _backslash(found: re.Match[str]) -> str:
    return f"\\{found[0]}"


def _title(text: str) -> str:
    return _INLINE.sub(_backslash, " ".join(text.split())).replace("#", "\\#")


def _day(record: Record) -> str:
    return (record.fetched_at or "0000-00-00")[:10]


def _name(record: Record, taken: set[str]) -> str:
    """The file's name below the folder. The id makes it unique, also where capitals are taken for small letters."""
    short = record.id[:_ID] if record.id[:_ID] not in taken else record.id
    taken.add(record.id[:_ID])
    day = _day(record)
    return f"articles/{day[:4]}/{day[5:7]}/{'-'.join(filter(None, [day, slug(record.title or ''), short]))}.md"


def slug(title: str) -> str:
    """The letters, marks and digits of any script, in small letters, with a hyphen for everything between them."""
    folded = unicodedata.normalize("NFC", title[:_SLUG].lower())
    kept = "".join(char if unicodedata.category(char)[0] in "LNM" else "-" for char in folded)
    words = re.sub("-+", "-", kept).strip("-").encode()[:_SLUG].decode("utf-8", "ignore")
    return words.strip("-")

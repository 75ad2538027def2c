"""CSV (RFC 4180) for spreadsheets: a header, one article a line, CRLF, UTF-8 without a byte order mark.

A nested object has a column for each field (`warc_file`, `dateline_place`); a list or a mapping is JSON in its cell;
null is an empty cell. A cell that a spreadsheet would run as a formula gets an apostrophe before it, since titles and
texts come from anybody: https://owasp.org/www-community/attacks/CSV_Injection. So does one that is such a cell behind
apostrophes: to take one off gives back the value. JSONL and Parquet hold all values as they are.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from scraper.export.articles import Articles
from scraper.export.shape import Fields, Type, columns, row

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a formula begins with; the wide forms are taken for the others in East Asian settings."""


def sheet(articles: Articles) -> Iterator[bytes]:
    """The lines of the file; within quotes a text's line ends stay as they are."""
    shape = columns()
    yield _line(_names("", shape))
    for record in articles:
        yield _line(_cells(row(record), shape))


def _names(prefix: str, shape: tuple[tuple[str, Type], ...]) -> list[str]:
    names: list[str] = []
    for name, kind in shape:
        names += _names(f"{prefix}{name}_", kind.fields) if isinstance(kind, Fields) else [prefix + name]
    return names


def _cells(values: dict[str, Any], shape: tuple[tuple[str, Type], ...]) -> list[str]:
    cells: list[str] = []
    for name, kind in shape:
        value = values.get(name)
        cells += _cells(value or {}, kind.fields) if isinstance(kind, Fields) else [_cell(value)]
    return cells


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.lstrip("'").startswith(_FORMULA) else value
    return json.dumps(value, ensure_ascii=False)  # also true, false and numbers, which are their own


def _line(cells: list[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode("utf-8", "replace")

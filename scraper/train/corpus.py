"""Pages and texts with their gold, read from a folder; whose site each is, and which half of the sites it belongs to.

The folder holds `<set>/gold.jsonl.gz` with `<set>/html/<id>.html.gz` (fields id, url, page_type, text, as in the WCXB
data set, Foley 2026, CC BY 4.0) and `texts.jsonl.gz` (fields id, page, lines, labels).
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from scraper.errors import UsageError

SETS = ("wcxb", "fundus")
ARTICLE = "article"


class Page(NamedTuple):
    """A page, its gold text, its site."""

    id: str
    set: str
    html: bytes
    url: str
    text: str
    site: str


class Text(NamedTuple):
    """A dirty text, a label a line, its site; `source` is the whole entry."""

    id: str
    lines: list[str]
    labels: list[str]
    site: str
    source: dict[str, Any]


def site_of(url: str) -> str:
    """The registrable domain, nearly: the last two labels, three under a country's second-level domain."""
    labels = (urlsplit(url).hostname or "").split(".")
    under = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3:] if under else labels[-2:])


def half_of(site: str) -> int:
    """Which half of the sites a site belongs to, 0 or 1, by its name's digest."""
    return hashlib.sha1(site.encode(), usedforsecurity=False).digest()[0] % 2


def pages(folder: Path) -> Iterator[Page]:
    """Every article page of the folder's sets."""
    for name in SETS:
        for entry in entries(folder / name / "gold.jsonl.gz"):
            if entry["page_type"] == ARTICLE and entry["text"]:
                html = gzip.decompress((folder / name / "html" / f"{entry['id']}.html.gz").read_bytes())
                yield Page(entry["id"], name, html, entry["url"], entry["text"], site_of(entry["url"]))


def texts(folder: Path) -> Iterator[Text]:
    """Every dirty text of the folder."""
    sites = {entry["id"]: site_of(entry["url"]) for name in SETS for entry in entries(folder / name / "gold.jsonl.gz")}
    for entry in entries(folder / "texts.jsonl.gz"):
        yield Text(entry["id"], entry["lines"], entry["labels"], sites[entry["page"].split("-")[-1]], entry)


def entries(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a gold file, each as a dict."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)
    except FileNotFoundError as error:
        raise UsageError(f"{path}: not there; --data names the folder that holds the data sets") from error

"""The data sets as their publishers lay them out, read from a path that the user gives. Nothing is downloaded.

Four layouts are told apart by what lies in the folder:
- `gold.jsonl.gz` and `html/<id>.html.gz`: one JSON object a line (see README.md).
- `ground-truth/<id>.json` and `html/<id>.html.gz`: WCXB as published, its folders `dev` and `test`.
- `ground-truth.json` and `html/<id>.html.gz`: Zyte's article-extraction-benchmark.
- `texts.jsonl.gz`: dirty texts.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

PAGE_SETS = ("wcxb", "fundus", "zyte")
SETS = (*PAGE_SETS, "texts")


class DataError(Exception):
    """A folder that holds none of the layouts, or a file that is not what its layout says."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page and its gold; an unknown field is empty and not measured. `date` begins with YYYY-MM-DD."""

    id: str
    path: Path
    text: str
    url: str | None = None
    title: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""
    page_type: str = "article"
    language: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What a file of ids may call it."""
        return (self.id, self.id.split("-")[-1])

    def html(self) -> bytes:
        """The page's bytes, unpacked."""
        data = self.path.read_bytes()
        return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


@dataclass(frozen=True, slots=True)
class Text:
    """A dirty text line by line, a label for each; `reach` are the article's tokens that it holds, spaces between.

    Labels: keep, drop, title, dup, unsure, blank. `page` names the page it was made from, `rendering` how.
    """

    id: str
    lines: tuple[str, ...]
    labels: tuple[str, ...]
    reach: str
    page: str = ""
    rendering: str = ""
    language: str = ""
    url: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What a file of ids may call it: a text goes with the page that it was made from."""
        return (self.id, self.page, self.page.split("-")[-1])


Item = TypeVar("Item", Page, Text)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which items of a set: those of a page type (for texts, of a rendering), those named, the first `limit`."""

    page_type: str | None = None
    ids: frozenset[str] | None = None
    limit: int | None = None

    def of(self, items: list[Item]) -> list[Item]:
        """The chosen ones, in their order."""
        fit = [item for item in items if self._fits(item)]
        return fit[: self.limit]

    def _fits(self, item: Page | Text) -> bool:
        kind = item.page_type if isinstance(item, Page) else item.rendering
        named = self.ids is None or any(name in self.ids for name in item.names)
        return named and self.page_type in (None, kind)


def read_ids(path: Path) -> frozenset[str]:
    """A file of ids, one a line."""
    return frozenset(path.read_text(encoding="utf-8").split())


def load_pages(data: Path, name: str) -> list[Page]:
    """The pages of a set from `data/<name>`, or from `data` itself. Raises DataError where neither holds any."""
    for folder in (data / name, data):
        for test, read in _LAYOUTS:
            if (folder / test).exists() and _may_be(folder, test, name):
                return read(folder)
    raise DataError(f"no {name} under {data}: see benchmarks/README.md for the files that it needs")


def load_texts(data: Path) -> list[Text]:
    """The dirty texts of `data/texts.jsonl.gz` or `data/texts/texts.jsonl.gz`. Raises DataError without them."""
    for path in (data / "texts.jsonl.gz", data / "texts" / "texts.jsonl.gz"):
        if path.exists():
            return [_text(row) for row in _rows(path)]
    raise DataError(f"no texts.jsonl.gz under {data}")


def found(data: Path) -> list[str]:
    """The sets that a folder holds by name, or the one that it is itself."""
    named = [name for name in PAGE_SETS if any((data / name / test).exists() for test, _ in _LAYOUTS)]
    if not named:
        named = [name for name in PAGE_SETS for test, _ in _LAYOUTS if (data / test).exists() and _is(data, test, name)]
    texts = any((data / part).exists() for part in ("texts.jsonl.gz", "texts/texts.jsonl.gz"))
    return [*named, *(["texts"] if texts else [])]


def _is(folder: Path, test: str, name: str) -> bool:
    """What a folder most likely is: a lone gold file says nothing but its folder's name."""
    if test == "gold.jsonl.gz":
        return folder.resolve().name == name or (name == "wcxb" and folder.resolve().name not in PAGE_SETS)
    return _may_be(folder, test, name)


def _may_be(folder: Path, test: str, name: str) -> bool:
    own = {"ground-truth.json": "zyte", "ground-truth": "wcxb", "dev/ground-truth": "wcxb"}.get(test, name)
    return own == name and folder.is_dir()


def _gold(folder: Path) -> list[Page]:
    return [
        Page(
            id=row["id"],
            path=_html(folder, row["id"]),
            text=row["text"],
            url=row.get("url"),
            title=row.get("title") or "",
            authors=tuple(row.get("authors") or ()),
            date=row.get("date") or "",
            page_type=row.get("page_type") or "article",
            language=row.get("language") or row.get("country") or "",
        )
        for row in _rows(folder / "gold.jsonl.gz")
    ]


def _wcxb(folder: Path) -> list[Page]:
    files = sorted((folder / "ground-truth").glob("*.json"))
    return [_wcxb_page(folder, json.loads(file.read_text(encoding="utf-8"))) for file in files]


def _wcxb_page(folder: Path, row: dict[str, Any]) -> Page:
    """One file of WCXB, schema 2.0. Its page type is kept apart from the gold, and `category` is its `collection`."""
    gold, kind = row["ground_truth"], (row.get("_internal") or {}).get("page_type") or "article"
    page_type = kind.get("primary") or "article" if isinstance(kind, dict) else kind
    author = gold.get("author")
    return Page(
        id=row["file_id"],
        path=_html(folder, row["file_id"]),
        text=gold.get("main_content") or "",
        url=row.get("url"),
        title=gold.get("title") or "",
        authors=(author,) if isinstance(author, str) and author else tuple(author or ()),
        date=gold.get("publish_date") or "",
        page_type="collection" if page_type == "category" else page_type,
    )


def _zyte(folder: Path) -> list[Page]:
    rows: dict[str, dict[str, str]] = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    return [Page(key, _html(folder, key), row.get("articleBody") or "", row.get("url")) for key, row in rows.items()]


_LAYOUTS: tuple[tuple[str, Callable[[Path], list[Page]]], ...] = (
    ("gold.jsonl.gz", _gold),
    ("dev/ground-truth", lambda folder: _wcxb(folder / "dev")),
    ("ground-truth", _wcxb),
    ("ground-truth.json", _zyte),
)


def _html(folder: Path, key: str) -> Path:
    packed = folder / "html" / f"{key}.html.gz"
    return packed if packed.exists() else folder / "html" / f"{key}.html"


def _text(row: dict[str, Any]) -> Text:
    return Text(
        id=row["id"],
        lines=tuple(row["lines"]),
        labels=tuple(row["labels"]),
        reach=row["reach"],
        page=row.get("page") or "",
        rendering=row.get("rendering") or "",
        language=row.get("lang") or "",
        url=row.get("url") or "",
    )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def missing(pages: Collection[Page]) -> list[str]:
    """The ids of pages whose HTML is not there."""
    return [page.id for page in pages if not page.path.exists()]

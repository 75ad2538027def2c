"""Exports: the archive's articles, or its WARC files, in the forms that others read.

`choose` says which articles, `rights` which of them a careful export leaves out, `articles` reads them one after
another; a module for each format writes them, and `place` sees to it that a file or a folder is there whole or not at
all. The same archive gives the same bytes, with any index of it: nothing here asks for the time, or for a running
number. A format that compresses gives them with the same release of its library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from scraper.export import cdxj, dataset, lines, markdown, parquet, sheet, wacz
from scraper.export.articles import UNKNOWN_RIGHTS, Articles
from scraper.export.choose import Choice, chosen, newest
from scraper.export.place import whole_file, whole_folder
from scraper.export.rights import RESPECT

__all__ = [
    "FORMATS",
    "RESPECT",
    "UNKNOWN_RIGHTS",
    "Articles",
    "Choice",
    "Format",
    "chosen",
    "newest",
    "whole_file",
    "whole_folder",
]


class Format(Struct, frozen=True):
    """A format: how it is written, in the one of three ways that is not None.

    `pieces` may go to standard output as they come; `file` and `folder` need a place, and return how many parts of the
    archive they could not read. `of_articles` says that it holds the articles that were chosen, and not whole WARC
    files; `careful` that rights signals are respected unless one says otherwise.
    """

    help: str
    pieces: Callable[[Articles], Iterator[bytes]] | None = None
    file: Callable[[Articles, BinaryIO], int] | None = None
    folder: Callable[[Articles, Path], int] | None = None
    of_articles: bool = True
    careful: bool = False


FORMATS = {
    "jsonl": Format("the records, one a line", pieces=lines.jsonl),
    "text": Format("the texts under their addresses", pieces=lines.text),
    "csv": Format("a table for spreadsheets", pieces=sheet.sheet),
    "parquet": Format("a table with lists and structs", file=parquet.write),
    "markdown": Format("a folder with a file for each article", folder=markdown.write),
    "dataset": Format("a folder with shards, card and manifest", folder=dataset.write, careful=True),
    "cdxj": Format("an index of the WARC files, for pywb", pieces=cdxj.pieces, of_articles=False),
    "wacz": Format("the WARC files with index and pages, for ReplayWeb.page", file=wacz.write, of_articles=False),
}

"""Strip site chrome from news pages and dumped texts, with a reason for every line removed.

>>> from scraper import clean_text
>>> clean_text("9.7 C\\nMunich\\nWednesday, October 4, 2023").metadata.visit_date
'2023-10-04'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from scraper.version import __version__

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from os import PathLike
    from typing import BinaryIO

    from scraper.clean import Options, clean_html, clean_text
    from scraper.types import Article, Capture, Failure

__all__ = ["Article", "Capture", "Failure", "Options", "__version__", "clean_html", "clean_text", "read_warc"]


_CLEAN = ("Options", "clean_html", "clean_text")


def __getattr__(name: str) -> Any:
    """Load a name when it is first asked for: the cleaner and numpy take a fifth of a second, which no help needs."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module("scraper.clean" if name in _CLEAN else "scraper.types"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def read_warc(
    source: str | PathLike[str] | BinaryIO,
    *,
    statuses: Collection[int] | None = (200,),
    types: Collection[str | None] | None = ("text/html", "application/xhtml+xml", "text/plain", None),
) -> Iterator[Capture | Failure]:
    """The pages of any WARC or ARC file, one after another, their bodies decoded; what cannot be read is a Failure.

    `source` is a path, the URL of a store that fsspec knows (`s3://bucket/a.warc.gz`), or an open binary file, however
    it is packed: gzip or zstd, a member a record or one for all, or plain. A page is a response, a resource, or a
    revisit whose first response is in the same file; `statuses` and `types` say which (None: any; a type of None is one
    that was not said). A record larger than 64 MB, or a body larger than 20 MB, is a Failure, so that memory is
    bounded. Raises OSError where there is no file.

    >>> for page in read_warc("crawl.warc.gz"):  # doctest: +SKIP
    ...     if isinstance(page, Capture):
    ...         print(page.final_url, page.fetched_at, page.header("server"), len(page.body))
    """
    # Imported here: whoever only cleans does without brotli and zstd.
    from scraper.warc.handles import opener  # noqa: PLC0415
    from scraper.warc.pages import Wanted, captures  # noqa: PLC0415

    wanted = Wanted(None if statuses is None else frozenset(statuses), None if types is None else frozenset(types))
    opened, name = opener(source)
    return captures(opened, name, name, wanted)

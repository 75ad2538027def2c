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
    from collections.abc import Iterator
    from pathlib import Path

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


def read_warc(path: str | Path) -> Iterator[Capture | Failure]:
    """The pages of a WARC or ARC file, their bodies decoded; a record that cannot be read is a Failure.

    Pages are responses with status 200 and resources, of HTML or plain text. Raises OSError where there is no file.
    """
    # Imported here: whoever only cleans does without warcio.
    from pathlib import Path  # noqa: PLC0415

    from scraper.warc import pages  # noqa: PLC0415

    return pages(Path(path))

"""Strip site chrome from news pages and dumped texts, with a reason for every line removed.

>>> from scraper import clean_text
>>> clean_text("9.7 C\\nMunich\\nWednesday, October 4, 2023").metadata.visit_date
'2023-10-04'
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scraper.clean import Options, clean_html, clean_text
from scraper.types import Article, Capture, Failure
from scraper.version import __version__

__all__ = ["Article", "Capture", "Failure", "Options", "__version__", "clean_html", "clean_text", "read_warc"]


def read_warc(path: str | Path) -> Iterator[Capture | Failure]:
    """The pages of a WARC or ARC file, their bodies decoded; a record that cannot be read is a Failure.

    Pages are responses with status 200 and resources, of HTML or plain text. Raises OSError where there is no file.
    """
    # Imported here: whoever only cleans does without warcio.
    from scraper.warc import pages  # noqa: PLC0415

    return pages(Path(path))

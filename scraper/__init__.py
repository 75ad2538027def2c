"""Strip site chrome from news pages and dumped texts, with a reason for every line removed.

>>> from scraper import clean_text
>>> clean_text("9.7 C\\nMunich\\nWednesday, October 4, 2023").metadata.visit_date
'2023-10-04'
"""

from __future__ import annotations

from scraper.clean import Options, clean_html, clean_text
from scraper.types import Article
from scraper.version import __version__

__all__ = ["Article", "Options", "__version__", "clean_html", "clean_text"]

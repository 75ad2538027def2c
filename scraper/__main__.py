"""`python -m scraper` is `scrape`."""

from __future__ import annotations

import sys

from scraper.cli import entry

if __name__ == "__main__":
    sys.exit(entry())

"""The version, and the cleaner's name in each record."""

from __future__ import annotations

__version__ = "0.1.0"
CLEANER = f"scrape/{__version__}"
